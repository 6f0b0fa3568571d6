"""The log tells what happened and never to whom."""

import logging
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from app import JOBS
from kit import clock, jobs, outbox
from kit.context import EXTENSION, current_settings
from kit.db import transaction
from leads.models import Lead, Stage
from tests.assessment.walk import finish, walk
from tests.booking.builders import a_consult_type
from tests.booking.visit import TEN, Visit
from tests.kit.smtp import smtp_server
from tests.page import Page

NAME, ADDRESS, PHONE = "Quentin Xylander", "quentin.xylander@example.org", "+1 555 010 7788"
NOTE, REASON, COMPANY = "My own quiet words", "A reason of mine", "Xylander & Daughters"
OF_THE_TEST_SERVER = "mail.log"
PRIVATE = (NAME, "Xylander", ADDRESS, "quentin", PHONE, "010 7788", NOTE, REASON, COMPANY)


@pytest.fixture
def visit(app: Flask, client: FlaskClient) -> Visit:
    a_consult_type()
    return Visit(client)


@pytest.fixture
def listening(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Everything that was logged at any level, and everything that was printed."""
    caplog.set_level(logging.DEBUG)

    def heard() -> str:
        records = [record for record in caplog.records if record.name != OF_THE_TEST_SERVER]
        return "\n".join((*capfd.readouterr(), *map(caplog.handler.format, records)))

    return heard


def assert_private(text: str) -> None:
    assert [word for word in PRIVATE if word.lower() in text.lower()] == []


def walk_everything(client: FlaskClient, visit: Visit) -> None:
    """The assessment with its report, a consult booked, moved and cancelled, a call-back, with slips on the way."""
    result = finish(walk(client, {"obstacles": {"picks": ["other"], "something_else": NOTE}}))
    result.form("report").submit(name=NAME, address="quentin.xylander@", company=COMPANY, paper="a4")
    result.form("report").submit(name=NAME, address=ADDRESS, company=COMPANY, paper="a4", newsletter="y")
    client.post("/newsletter/", data={"address": ADDRESS})
    details = {"name": NAME, "address": ADDRESS, "phone": PHONE, "note": NOTE}
    held = visit.hold(TEN)
    visit.get(held).form(0).submit(**{**details, "phone": f"{PHONE} Quentin"})
    booked = visit.book(**details)
    picker = visit.get(f"{booked}/move")
    wanted = picker.all("button.time")[4].get("value")
    visit.page(picker.form(1).submit(button=("start", wanted))).form(0).submit()
    visit.get(f"{booked}/cancel").form(0).submit(reason=REASON)
    client.post("/book/call-back", data={**details, "later": "month"})


def test_a_whole_visit_leaves_nothing_of_a_person_in_the_log(
    client: FlaskClient, visit: Visit, letters: Callable[[], list[EmailMessage]], listening: Callable[[], str]
):
    walk_everything(client, visit)
    for name in JOBS:
        jobs.queue().run(name)

    got = [message["Subject"].split(":")[0] for message in letters() if ADDRESS in message["To"]]
    assert len(got) >= 4, got
    assert_private(listening())


def test_mail_that_is_refused_is_logged_without_its_recipient(app: Flask, visit: Visit, listening: Callable[[], str]):
    visit.book(name=NAME, address=ADDRESS, phone=PHONE, note=NOTE)
    with smtp_server() as (mail_url, mailbox):
        mailbox.answers[ADDRESS] = f"550 no such mailbox {ADDRESS}"
        app.extensions[EXTENSION] = replace(current_settings(), mail_url=mail_url)
        outbox.deliver_due()

    heard = listening()
    assert "put off" in heard
    assert_private(heard)


def test_a_fault_of_the_database_is_logged_without_what_was_typed(
    app: Flask, client: FlaskClient, listening: Callable[[], str]
):
    def twice() -> None:
        for _ in range(2):
            with transaction() as current:
                current.add(a_lead())

    app.add_url_rule("/twice", "twice", twice)
    page = Page(client.get("/twice"), client)

    heard = listening()
    assert page.status == 500
    assert IntegrityError.__name__ in heard
    assert_private(heard)
    assert_private(page.text)


def a_lead() -> Lead:
    at = clock.now()
    return Lead(
        public_id="same",
        name=NAME,
        address=ADDRESS,
        address_typed=ADDRESS,
        company=COMPANY,
        phone=PHONE,
        stage=Stage.NEW,
        first_touch={},
        last_touch={},
        created_at=at,
        seen_at=at,
    )
