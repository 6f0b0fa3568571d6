"""What is kept of a person: all of it is handed out, and none of it is left after they were erased."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import booking.services
import leads.personal_data
import leads.services
from assessment import check_ins
from assessment.check_in_models import CheckIn
from assessment.models import Report
from blog import subscribers
from booking import call_back_letters
from booking.models import Booking, BookingState
from desk import personal_data
from kit import clock, jobs, mail_reading, outbox, suppression
from kit.context import current_settings
from kit.db import Base, db, session, transaction
from kit.outbox import Letter
from kit.refusal_rules import Meaning
from kit.suppression import Returned
from leads import changes, funnel, lists, merging, webhooks
from leads.consent import Ask
from leads.models import Lead, Stage
from staff.models import Account
from tests.assessment.walk import finish, walk
from tests.booking.builders import MONDAY_10, a_consult_type, a_consultant
from tests.booking.visit import TEN, Visit
from tests.desk.scenes import a_lead, a_letter, asked_for_call
from tests.page import Page
from tests.site.test_queries import cost
from tests.staff.test_sessions import long_ago

MoveClock = Callable[[datetime], None]
NAME, ADDRESS, COMPANY = "Xenia Quagliotti", "xenia.q@rare.example", "Zebrawood Holdings"
SECOND, NOTE, REASON = "xenia@second.example", "walnut kayak", "mumps at home"
TYPED = "Please ask for the tangerine folder."
THE_YEAR = (date(2026, 1, 1), date(2027, 1, 1))
FORMER = "+1 555 7788 990"
MARKS = (NAME, ADDRESS, COMPANY, SECOND, NOTE, REASON, TYPED, FORMER, "xenia", "quagliotti")


@pytest.fixture
def xenia(app: Flask, desk: FlaskClient, client: FlaskClient, at: MoveClock) -> Lead:
    """Somebody who did everything that can be done here: it is the day after her consult."""
    webhooks.add(name="CRM", url="https://crm.example/hook", kinds=[], at=clock.now())
    account = session().scalars(select(Account)).one()
    a_consult_type(a_consultant("Robin Vale", account_id=account.id, address="robin@example.com"))
    result = finish(walk(client, query="?from=the-night-supervisor&utm_source=newsletter"))
    result.form("report").submit(name=NAME, address=ADDRESS, company=COMPANY, paper="a4")
    jobs.queue().run("render_reports")
    check_ins.ask(result.url.rsplit("/", 1)[-1], ADDRESS, now=clock.now())
    weekly = session().scalars(select(CheckIn)).one()
    check_ins.begin(check_ins.link_of(weekly).rsplit("/", 1)[-1], now=clock.now())
    subscribers.ask(Ask(ADDRESS, "/newsletter/", "form"), at=clock.now())
    visit = Visit(client, result.links["Book a consult about this"])
    visit.book(TEN, name=NAME, address=ADDRESS, note=TYPED)
    lead = leads.services.find_by_address(ADDRESS)
    assert lead is not None
    leads.services.add_note(lead, text=NOTE, author="Robin", at=clock.now())
    leads.services.move_stage(lead, Stage.CLOSED, author="Robin", at=clock.now(), reason=REASON)
    leads.services.capture(address=ADDRESS, name="", phone=FORMER, at=clock.now())
    right = replace(changes.details_of(lead), phone="")
    changes.change(lead, right, seen=lead.revision, by=account, at=clock.now())
    second = leads.services.capture(address=SECOND, name=NAME, at=clock.now())
    merging.merge(lead.public_id, second.public_id, by=account, at=clock.now())
    asked_for_call(lead, days=0)
    at(MONDAY_10 + timedelta(days=1))
    leads.services.move_stage(lead, Stage.ENGAGED, author="Robin", at=clock.now())
    call_back_letters.write_due()
    outbox.deliver_due()
    with transaction():
        suppression.note(Returned(ADDRESS, Meaning.HARD, "a report", words=f"550 no {NAME} here"), at=clock.now())
    return lead


def everything(app: Flask) -> dict[str, str]:
    """All that is stored, in words: each table, each letter and file taken apart, each file of the site as it lies."""
    session().rollback()
    found: dict[str, str] = {}
    with db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows = connection.execute(select(table)).mappings().all()
            found[table.name] = "\n".join(in_words(dict(row)) for row in rows)
    db.session.remove()
    for path in Path(current_settings().instance).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            words = in_a_letter(content) if path.suffix == ".eml" else content.decode("latin-1")
            found[str(path.relative_to(current_settings().instance))] = words
    return found


def in_words(row: dict[str, Any]) -> str:
    values = []
    for name, value in row.items():
        if isinstance(value, bytes):
            values.append(in_a_report(value) if value.startswith(b"%PDF") else in_a_letter(value))
        else:
            values.append(json.dumps(value, default=str, ensure_ascii=False))
        values.append(name)
    return " ".join(values)


def in_a_letter(raw: bytes) -> str:
    reading = mail_reading.read(raw)
    return f"{reading.headers} {reading.text} {reading.html} {reading.calendar}"


def in_a_report(pdf: bytes) -> str:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return str(document.docinfo.get("/Title", "")) + str(document.open_metadata())


def traces(app: Flask) -> dict[str, list[str]]:
    """Where something of her is to be found."""
    places = {place: words.lower() for place, words in everything(app).items()}
    found = {place: [mark for mark in MARKS if mark.lower() in words] for place, words in places.items()}
    return {place: marks for place, marks in found.items() if marks}


def test_she_is_everywhere_before(app: Flask, xenia: Lead):
    places = set(traces(app))

    assert {"lead", "lead_alias", "lead_word", "happening", "booking", "letter", "report", "webhook_delivery"} <= places
    assert any(place.startswith("mail/") for place in places)


def test_nothing_of_her_is_left_when_she_was_erased(app: Flask, desk: FlaskClient, xenia: Lead):
    counted = funnel.totals(*THE_YEAR)
    page = Page(desk.get(f"/desk/leads/{xenia.public_id}/erase"), desk)

    response = page.form().submit(address=f" {ADDRESS.upper()} ")

    assert (response.status_code, response.location) == (303, "/desk/leads/?done=erased")
    jobs.queue().run("forget_emptied_consults")
    assert traces(app) == {}
    assert session().scalars(select(Booking)).all() == []
    assert funnel.totals(*THE_YEAR) == counted
    assert sum(counted.times) > 0


def test_others_are_left_alone(app: Flask, desk: FlaskClient, xenia: Lead):
    other = a_lead("Ann Avery")
    leads.services.add_note(other, text="stays", author="Robin", at=clock.now())
    letter = a_letter(other.address)

    personal_data.erase(xenia, by=None, at=clock.now())

    assert [lead.name for lead in lists.list_leads().leads] == ["Ann Avery"]
    assert len(leads.services.timeline_page(other).rows) == 1
    assert session().scalars(select(Letter.id)).all() == [letter.id]


def test_whoever_comes_back_starts_anew(app: Flask, xenia: Lead):
    old = xenia.public_id
    personal_data.erase(xenia, by=None, at=clock.now())
    assert leads.personal_data.was_erased(ADDRESS.upper()) and leads.personal_data.was_erased(SECOND)
    assert not leads.personal_data.was_erased("ann@example.com")

    lead = leads.services.capture(address=ADDRESS, name="Xenia", at=clock.now())

    assert lead.public_id != old
    assert (lead.stage, leads.services.timeline_page(lead).rows, lead.first_touch) == (Stage.NEW, (), {})


def test_nobody_is_erased_by_a_slip(app: Flask, desk: FlaskClient):
    lead = a_lead()
    page = Page(desk.get(f"/desk/leads/{lead.public_id}/erase"), desk)

    for typed, error in (
        ("", "Type the address, so that nobody is erased by a slip"),
        ("bob@example.com", "This is not an address of this person"),
    ):
        shown = Page(page.form().submit(address=typed), desk)
        assert (shown.status, shown.errors) == (422, [error])

    assert lists.list_leads().total == 1


def test_a_consult_ahead_is_cancelled_before(app: Flask, desk: FlaskClient, client: FlaskClient):
    a_consult_type()
    visit = Visit(client, "/book/first-conversation")
    visit.book(TEN, name=NAME, address=ADDRESS)
    (lead,) = lists.list_leads().leads
    page = Page(desk.get(f"/desk/leads/{lead.public_id}/erase"), desk)

    response = page.form().submit(address=ADDRESS)

    assert (response.status_code, Page(response, desk).heading) == (409, "A consult lies ahead")
    booked = session().scalars(select(Booking).where(Booking.state == BookingState.CONFIRMED)).one()
    booking.services.cancel(booked.secret, reason="", now=clock.now())
    assert page.form().submit(address=ADDRESS).status_code == 303


def test_everything_is_handed_out_as_a_file(app: Flask, desk: FlaskClient, xenia: Lead):
    response = desk.get(f"/desk/leads/{xenia.public_id}/record.json")

    found = json.loads(response.get_data())
    assert response.headers["Content-Disposition"] == f'attachment; filename="record-{xenia.public_id}.json"'
    assert found["person"][0]["address"] == ADDRESS
    assert [row["address"] for row in found["other addresses"]] == [SECOND]
    assert NOTE in json.dumps(found["what happened"]) and FORMER in json.dumps(found["what happened"])
    assert found["consults"][0]["note"] == TYPED
    assert found["assessments"][0]["answers"] and found["reports"][0]["pdf"]
    assert found["messages to other programs"]
    assert [row["what"] for row in found["mail that came back"]] == ["letters are held back", "a letter came back"]
    assert NAME in found["mail that came back"][1]["words"]
    assert found["weekly questions"] and found["subscriptions"] and found["agreements"]
    subjects = [letter["subject"] for letter in found["letters"]]
    assert any("report" in subject.lower() for subject in subjects)
    assert {letter["to"] for letter in found["letters"]} == {ADDRESS, "robin@example.com"}


def test_everything_is_handed_out_as_a_page(app: Flask, desk: FlaskClient, xenia: Lead):
    page = Page(desk.get(f"/desk/leads/{xenia.public_id}/record"), desk)

    assert page.heading == f"What is kept of {NAME}"
    for words in (ADDRESS, SECOND, COMPANY, NOTE, TYPED, "Consults 1", "Reports 1"):
        assert words in page.text, words


def test_a_record_costs_no_more_because_somebody_has_many_addresses(app: Flask, desk: FlaskClient):
    lead, robin = a_lead(), session().scalars(select(Account)).one()
    asked = cost(desk, f"/desk/leads/{lead.public_id}/record")
    for number in range(4):
        other = a_lead(address=f"ann{number}@home.example")
        subscribers.ask(Ask(other.address, "/newsletter/", "form"), at=clock.now())
        merging.merge(lead.public_id, other.public_id, by=robin, at=clock.now())

    assert cost(desk, f"/desk/leads/{lead.public_id}/record") == asked


@pytest.mark.parametrize("what", ["record", "record.json", "erase", "export.csv"])
def test_what_is_handed_out_or_erased_asks_for_the_password(app: Flask, desk: FlaskClient, what: str):
    lead = a_lead()
    long_ago(desk)
    address = "/desk/leads/export.csv" if what == "export.csv" else f"/desk/leads/{lead.public_id}/{what}"

    response = desk.get(address)

    assert (response.status_code, response.location) == (302, f"/desk/sign-in/again?next={address}")


def test_every_table_that_holds_a_person_is_looked_at(app: Flask, xenia: Lead):
    """A new table with something of a person in it shows up here, and in what is left of her above."""
    holding = {place for place in traces(app) if place in Base.metadata.tables}

    assert holding <= {
        "lead",
        "lead_alias",
        "lead_word",
        "happening",
        "booking",
        "submission",
        "report",
        "letter",
        "webhook_delivery",
        "check_in",
        "subscriber",
        "consent_entry",
        "bounce",
        "suppression",
    }


def test_a_failure_on_the_way_erases_nothing(app: Flask, xenia: Lead, monkeypatch: pytest.MonkeyPatch):
    def fails(*_arguments: object, **_more: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(leads.personal_data, "erase", fails)
    files = sorted(Path(current_settings().instance, "mail").iterdir())

    with pytest.raises(RuntimeError):
        personal_data.erase(xenia, by=None, at=clock.now())

    assert sorted(Path(current_settings().instance, "mail").iterdir()) == files
    assert session().scalars(select(Report.id)).all()
