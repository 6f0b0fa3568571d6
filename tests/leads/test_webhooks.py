"""Other programs are told what happens: signed, in the transaction of the fact, tried again for a day."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from desk import personal_data
from kit import clock
from kit.context import EXTENSION
from kit.db import session, transaction
from leads import services, signing, webhooks
from leads.models import HappeningKind, Lead, Stage
from leads.webhook_models import Delivery, DeliveryState, Webhook
from tests.page import Page
from tests.staff.signed_in import signed_in

MoveClock = Callable[[datetime], None]


@dataclass
class Receiver:
    """A program that listens: what it got, and what it answers."""

    url: str = ""
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)
    status: int = 204
    location: str = ""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(found.status)
            if found.location:
                self.send_header("Location", found.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def opened(app: Flask) -> Flask:
    """The site, with its own machine opened to messages."""
    settings = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = replace(settings, webhook_networks=(ip_network("127.0.0.0/8"),))
    return app


def told(receiver: Receiver, *kinds: str) -> tuple[Webhook, str]:
    return webhooks.add(name="CRM", url=receiver.url, kinds=kinds, at=clock.now())


def something_happens(text: str = "Rang") -> Lead:
    lead = services.capture(address="ann@example.com", name="Ann", company="Harbor", at=clock.now())
    services.add_note(lead, text=text, author="Robin", at=clock.now())
    return lead


def deliveries() -> list[Delivery]:
    session().rollback()
    session().expire_all()
    return list(session().scalars(select(Delivery).order_by(Delivery.id)))


def test_why_a_lead_was_closed_stays_here(app: Flask):
    webhooks.add(name="CRM", url="https://crm.example/", kinds=(), at=clock.now())
    lead = services.capture(address="ann@example.com", name="Ann", at=clock.now())
    services.move_stage(lead, Stage.CLOSED, author="Robin", at=clock.now(), reason="Rude on the telephone")

    (delivery,) = deliveries()

    assert b"Rude" not in delivery.body.encode()
    assert json.loads(delivery.body)["data"]["facts"]["to"] == "closed"


def test_a_message_arrives_signed(opened: Flask, receiver: Receiver):
    _, secret = told(receiver)
    lead = something_happens()

    assert webhooks.deliver_due() == 1

    ((headers, body),) = receiver.got
    expected = signing.sign(
        secret, message_id=headers["webhook-id"], timestamp=int(headers["webhook-timestamp"]), body=body
    )
    assert headers["webhook-signature"] == expected
    assert headers["content-type"] == "application/json"
    assert int(headers["webhook-timestamp"]) == int(clock.now().timestamp())
    message = json.loads(body)
    assert message["type"] == "lead.note"
    assert message["data"]["lead"] == {
        "id": lead.public_id,
        "name": "Ann",
        "address": "ann@example.com",
        "company": "Harbor",
        "phone": "",
        "stage": "new",
    }
    assert "Rang" not in body
    (delivery,) = deliveries()
    assert (delivery.state, delivery.status, delivery.tries) == (DeliveryState.DELIVERED, 204, 1)


def test_only_what_is_wanted_is_told(opened: Flask, receiver: Receiver):
    told(receiver, "lead.consult_booked")
    lead = something_happens()
    services.record(lead, HappeningKind.CONSULT_BOOKED, at=clock.now(), headline="Booked")

    assert [delivery.kind for delivery in deliveries()] == ["lead.consult_booked"]


def test_what_was_never_committed_is_never_told(opened: Flask, receiver: Receiver):
    told(receiver)

    with pytest.raises(RuntimeError), transaction():
        something_happens()
        raise RuntimeError

    assert deliveries() == []


def test_what_is_not_taken_is_tried_for_a_day_with_the_same_id_and_then_given_up(
    opened: Flask, receiver: Receiver, at: MoveClock
):
    told(receiver)
    something_happens()
    receiver.status = 500
    begin = clock.now()
    waits = []
    while deliveries()[0].state is DeliveryState.WAITING:
        due = deliveries()[0].due_at
        waits.append(due - begin)
        at(due)
        webhooks.deliver_due()

    (delivery,) = deliveries()
    assert delivery.state is DeliveryState.FAILED
    assert (delivery.status, delivery.trouble) == (500, "It answered with status 500.")
    assert len(receiver.got) == len(webhooks.WAITS) + 1 == len(waits)
    assert waits[-1] == timedelta(days=1)
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len({body for _, body in receiver.got}) == 1
    assert len({headers["webhook-timestamp"] for headers, _ in receiver.got}) == len(receiver.got)


def test_what_was_given_up_is_resumed(opened: Flask, receiver: Receiver):
    webhook, _ = told(receiver)
    something_happens()
    with transaction():
        (delivery,) = deliveries()
        delivery.state = DeliveryState.FAILED
    assert webhooks.failed_count() == 1
    assert webhooks.deliver_due() == 0

    assert webhooks.resume(webhook) == 1

    assert webhooks.deliver_due() == 1
    assert webhooks.failed_count() == 0


def test_during_a_rotation_both_secrets_sign_and_then_one(opened: Flask, receiver: Receiver, at: MoveClock):
    webhook, old = told(receiver)
    new = webhooks.rotate(webhook, at=clock.now())
    something_happens()
    webhooks.deliver_due()
    at(clock.now() + timedelta(days=1, seconds=1))
    something_happens("Rang again")
    webhooks.deliver_due()

    def signatures(number: int) -> tuple[list[str], list[str]]:
        headers, body = receiver.got[number]
        stamp = int(headers["webhook-timestamp"])
        expected = [
            signing.sign(secret, message_id=headers["webhook-id"], timestamp=stamp, body=body) for secret in (new, old)
        ]
        return headers["webhook-signature"].split(" "), expected

    during, both = signatures(0)
    after, one_of = signatures(1)
    assert during == both
    assert after == one_of[:1]


def test_the_secret_is_sealed_in_the_database(opened: Flask, receiver: Receiver):
    webhook, secret = told(receiver)

    assert secret.removeprefix("whsec_").encode() not in webhook.secret


def test_private_networks_are_refused(app: Flask, receiver: Receiver):
    told(receiver)
    something_happens()

    assert webhooks.deliver_due() == 0

    assert receiver.got == []
    assert deliveries()[0].trouble == "The address leads into a private network. WEBHOOK_NETWORKS can open one."


def test_messages_do_not_follow_to_other_addresses(opened: Flask, receiver: Receiver):
    told(receiver)
    something_happens()
    receiver.status, receiver.location = 307, receiver.url + "/other"

    webhooks.deliver_due()

    assert len(receiver.got) == 1
    assert deliveries()[0].trouble == "It leads on to another address, and messages do not follow."


def test_a_program_that_does_not_answer_keeps_no_other_waiting(
    opened: Flask, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
):
    webhooks.add(name="Dead", url="http://127.0.0.1:9/", kinds=(), at=clock.now())
    told(receiver)
    something_happens()
    something_happens("Rang again")

    assert webhooks.deliver_due() == 2

    states = [(delivery.webhook.name, delivery.state, delivery.tries) for delivery in deliveries()]
    assert states.count(("Dead", DeliveryState.WAITING, 1)) == 1
    assert states.count(("Dead", DeliveryState.WAITING, 0)) == 1


def test_a_program_that_is_gone_is_paused_and_keeps_what_it_is_owed(opened: Flask, receiver: Receiver):
    webhook, _ = told(receiver)
    something_happens()
    receiver.status = 410
    webhooks.deliver_due()
    session().refresh(webhook)
    assert webhook.paused

    receiver.status = 204
    something_happens("Rang again")
    assert webhooks.deliver_due() == 0
    with transaction():
        for delivery in deliveries():
            delivery.due_at = clock.now()
    webhooks.resume(webhook)

    assert webhooks.deliver_due() == 2


def test_a_message_whose_worker_died_is_sent_by_the_next(opened: Flask, receiver: Receiver, at: MoveClock):
    told(receiver)
    something_happens()
    assert webhooks._claim(set()) is not None
    assert webhooks.deliver_due() == 0

    at(clock.now() + webhooks.CLAIM)

    assert webhooks.deliver_due() == 1


def test_delivered_messages_go_after_a_month(opened: Flask, receiver: Receiver, at: MoveClock):
    told(receiver)
    something_happens()
    webhooks.deliver_due()

    at(clock.now() + timedelta(days=31))
    webhooks.deliver_due()

    assert deliveries() == []


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    return signed_in(app)


def page_of(desk: FlaskClient, address: str) -> Page:
    return Page(desk.get(address), desk)


def test_a_webhook_is_added_at_the_desk_and_its_secret_shown_once(desk: FlaskClient):
    form = page_of(desk, "/desk/webhooks/").form("")

    response = form.submit(name="CRM", url="https://crm.example/hook", kinds=["lead.note"])

    page = Page(response, desk)
    (secret,) = page.texts(".codes code")
    assert secret.startswith("whsec_")
    assert response.headers["Cache-Control"] == "private, no-store"
    webhook = session().scalars(select(Webhook)).one()
    assert (webhook.name, webhook.url, webhook.kinds) == ("CRM", "https://crm.example/hook", ["lead.note"])
    assert secret not in page_of(desk, f"/desk/webhooks/{webhook.id}").text


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"name": ""}, "Give it a name by which you know it"),
        ({"url": ""}, "Enter the address to which messages go"),
        ({"url": "crm.example"}, "Enter an address that begins with https:// and names a server"),
        ({"url": "ftp://crm.example"}, "Enter an address that begins with https:// and names a server"),
        ({"url": "https://crm.example:x/"}, "Enter an address that begins with https:// and names a server"),
        (
            {"url": "https://a:b@crm.example/"},
            "Leave the name and the password out of the address: messages are signed instead",
        ),
    ],
)
def test_an_address_that_cannot_be_is_refused_in_place(desk: FlaskClient, typed: dict[str, str], error: str):
    values = {"name": "CRM", "url": "https://crm.example/hook"} | typed

    page = Page(page_of(desk, "/desk/webhooks/").form("").submit(**values), desk)

    assert (page.status, page.errors) == (422, [error])
    assert page.form("").values["url"] == [values["url"]]
    assert session().scalars(select(Webhook)).all() == []


def test_messages_are_seen_and_sent_again_at_the_desk(desk: FlaskClient):
    webhook, _ = webhooks.add(name="CRM", url="https://crm.example/", kinds=(), at=clock.now())
    something_happens()
    with transaction():
        (delivery,) = deliveries()
        delivery.state, delivery.trouble, delivery.tries = DeliveryState.FAILED, "The server does not answer.", 8

    page = page_of(desk, f"/desk/webhooks/{webhook.id}?state=failed")
    assert "The server does not answer." in page.text
    assert "1 message to another program could not be delivered: send again" in page_of(desk, "/desk/").text
    response = page.form("/again").submit()

    assert page_of(desk, response.location).texts(".notice") == ["The message is sent again now."]
    assert (deliveries()[0].state, deliveries()[0].tries) == (DeliveryState.WAITING, 0)


def test_a_message_leads_to_the_lead_it_is_about_while_there_is_one(desk: FlaskClient):
    webhook, _ = webhooks.add(name="CRM", url="https://crm.example/", kinds=(), at=clock.now())
    lead = something_happens()
    address = f"/desk/webhooks/{webhook.id}"
    assert page_of(desk, address).links["Ann"] == f"/desk/leads/{lead.public_id}"

    personal_data.erase(lead, by=None, at=clock.now())

    page = page_of(desk, address)
    assert [cell.split("msg_")[0].strip() for cell in page.texts("main tbody th")] == ["lead.erased"]
    assert f"/desk/leads/{lead.public_id}" not in page.links.values()


def test_how_a_program_fares_is_said_and_what_was_given_up_is_resumed_at_the_desk(desk: FlaskClient):
    webhook, _ = webhooks.add(name="CRM", url="https://crm.example/", kinds=(), at=clock.now())
    address = f"/desk/webhooks/{webhook.id}"
    something_happens()

    def stands(**changes: object) -> str:
        (delivery,) = deliveries()
        with transaction() as current:
            for name, value in changes.items():
                setattr(current.get_one(Delivery, delivery.id), name, value)
        return page_of(desk, "/desk/webhooks/").texts("main tbody td")[0]

    assert stands() == "well"
    assert "/resume" not in [form.get("action") for form in page_of(desk, address).all("main form")]
    assert stands(trouble="It answered with status 500.", tries=3) == "trying again"
    assert stands(state=DeliveryState.FAILED, tries=8) == "failing"
    assert "1 message was given up after a day of tries." in page_of(desk, address).text

    response = page_of(desk, address).form("/resume").submit()

    assert page_of(desk, response.location).texts(".notice") == ["What waits and what was given up is sent now."]
    assert page_of(desk, "/desk/webhooks/").texts("main tbody td")[:2] == ["well", "1 waiting"]


def test_a_webhook_is_changed_paused_and_removed(desk: FlaskClient):
    webhook, _ = webhooks.add(name="CRM", url="https://crm.example/", kinds=(), at=clock.now())
    address = f"/desk/webhooks/{webhook.id}"

    page_of(desk, address).form(0).submit(name="Customer list", paused="y")
    assert "paused" in page_of(desk, "/desk/webhooks/").text
    secret = Page(page_of(desk, address).form("/secret").submit(), desk).texts(".codes code")
    assert len(secret) == 1
    page_of(desk, address + "/remove").form().submit()

    assert session().scalars(select(Webhook)).all() == []
    assert page_of(desk, address).status == 404
