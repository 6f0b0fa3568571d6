"""A list costs the same number of queries whether it is short or long."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

import leads.services
from booking.models import ConsultType
from kit import clock, outbox, suppression
from kit.db import db, session, transaction
from kit.mail import Mail
from kit.refusal_rules import Meaning
from kit.suppression import Returned
from leads.models import HappeningKind
from tests.blog.readers import a_subscriber
from tests.booking.builders import A_WEEK_BEFORE, MONDAY_10, a_booking, a_consult_type
from tests.staff.signed_in import signed_in

MOST = 25
ADDRESSES = (
    "/",
    "/stories/",
    "/book/",
    "/desk/",
    "/desk/leads/",
    "/desk/leads/?search=example",
    "/desk/leads/?owner=nobody&sort=stage",
    "/desk/leads/board",
    "/desk/funnel/",
    "/desk/team/",
    "/desk/consults/",
    "/desk/mail/",
    "/desk/mail/returned",
    "/desk/newsletter/",
    "/desk/newsletter/subscribers/",
    "/desk/availability/",
    "/desk/blocks/",
    "/desk/consult-types/",
    "/desk/calendars/",
)


def add_some(consult_type: ConsultType, first: int, last: int) -> None:
    """Leads with a consult, a call-back and a letter each."""
    for number in range(first, last):
        start = MONDAY_10 + timedelta(days=number // 8, minutes=30 * (number % 8))
        a_booking(consult_type, start, visitor=f"visitor {number}", now=A_WEEK_BEFORE)
        with transaction():
            lead = leads.services.capture(address=f"p{number}@example.com", name=f"Person {number}", at=clock.now())
            facts = {"due": clock.now().date().isoformat()}
            kind = HappeningKind.CALL_BACK_ASKED
            leads.services.record(lead, kind, at=clock.now(), headline="Asked to be called back", facts=facts)
            outbox.put(Mail("note", lead.address, lead.name, "A letter", "Text", "<p>Text</p>"))
        a_subscriber(lead.address)
        suppression.note(Returned(lead.address, Meaning.HARD, lead.address), at=clock.now())


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """The statements that reach the database within the block."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def cost(client: FlaskClient, address: str) -> int:
    session().rollback()
    session().expire_all()
    with counted_queries() as sent:
        assert client.get(address).status_code == 200, address
    return len(sent)


def test_no_list_asks_more_often_because_it_is_longer(app: Flask):
    owner = signed_in(app)
    consult_type = a_consult_type()
    add_some(consult_type, 0, 2)
    for address in ADDRESSES:
        owner.get(address)
    short = {address: cost(owner, address) for address in ADDRESSES}
    add_some(consult_type, 2, 24)

    long = {address: cost(owner, address) for address in ADDRESSES}

    assert {address: count for address, count in long.items() if count > short[address]} == {}
    assert {address: count for address, count in long.items() if count > MOST} == {}


def test_stories_ask_the_database_nothing(client: FlaskClient):
    for address in ("/", "/stories/", "/stories/the-night-supervisor", "/stories/feed.atom", "/about"):
        client.get(address)
        assert cost(client, address) == 0, address
