"""Whoever asked to be called back is told to the consultants on that day, and hears nothing before."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

import leads.services
from app import JOBS
from booking import call_back, call_back_letters
from booking.call_back import CallBack, Later
from kit.db import transaction
from leads.handover import Handover
from leads.models import HappeningKind, Lead
from leads.origin import Origin
from tests.booking.builders import a_consultant
from tests.booking.visit import Letters, Visit, assert_letters_are_right, text_of
from tests.staff.signed_in import an_account

MoveClock = Callable[[datetime], None]
ASKED = datetime(2026, 11, 4, 15, 0, tzinfo=UTC)
DUE = date(2026, 11, 18)
MORNING = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)  # 7:00 in New York


def ask(name: str = "Ann Avery", at: datetime = ASKED, **changes: str) -> Lead:
    wanted = CallBack(name, f"{name.split()[0].lower()}@example.com", changes.get("phone", ""), Later.TWO_WEEKS)
    lead, _ = call_back.ask(wanted, origin=Origin(story=changes.get("story", "")), now=at)
    return lead


def run(at: MoveClock, moment: datetime) -> int:
    at(moment)
    return call_back_letters.write_due()


def told(letters: Letters) -> list[tuple[str, str]]:
    return [(letter["To"].addresses[0].addr_spec, str(letter["Subject"])) for letter in letters()]


def test_the_consultants_are_told_on_the_morning_of_the_day_and_not_before(app: Flask, at: MoveClock, letters: Letters):
    a_consultant()
    ask()

    days = [MORNING - timedelta(days=1), MORNING - timedelta(minutes=1), MORNING, MORNING + timedelta(hours=5)]
    assert [run(at, moment) for moment in days] == [0, 0, 1, 0]

    assert told(letters) == [("robin@consultancy.example", "1 call to make: Wednesday 18 November 2026")]
    assert_letters_are_right(letters)


def test_a_worker_that_slept_tells_it_as_soon_as_it_wakes(app: Flask, at: MoveClock, letters: Letters):
    a_consultant()
    ask()

    assert run(at, MORNING + timedelta(days=2, hours=9)) == 1
    assert "Asked for: Wednesday 18 November 2026" in text_of(letters()[0])


def test_owners_and_active_consultants_are_told_each_address_once(app: Flask, at: MoveClock, letters: Letters):
    a_consultant("Robin Hale")
    a_consultant("Sam Ortiz", active=False)
    a_consultant("Lee Moss", address="")
    an_account("Robin Hale", "Robin@consultancy.example", "owner")
    an_account("Olive Owner", "olive@consultancy.example", "owner")
    an_account("Ada Author", "ada@consultancy.example", "author")
    ask()

    run(at, MORNING)

    assert [address for address, _ in told(letters)] == ["robin@consultancy.example", "olive@consultancy.example"]


def test_the_letter_says_what_is_known_of_them(app: Flask, at: MoveClock, letters: Letters):
    a_consultant()
    with transaction():
        lead = ask(phone="+1 555 010 0123", story="the-brush-off")
        facts = {
            "held": "4.1 a week",
            "needed": "11.3 a week",
            "gap": "7.2 a week",
            "in the way": ["no list", "no time"],
        }
        kind = HappeningKind.ASSESSMENT_TAKEN
        leads.services.record(lead, kind, at=ASKED, headline="Took the assessment", facts=facts)
    run(at, MORNING)

    rows = [line.strip() for line in text_of(letters()[0]).splitlines()]
    begin = rows.index("Ann Avery")
    assert [row for row in rows[begin:] if row][:8] == [
        "Ann Avery",
        "Telephone: +1 555 010 0123",
        "E-mail: ann@example.com",
        "Conversations: holds 4.1 a week, needs 11.3 a week",
        "Gap: 7.2 a week",
        "In the way: no list; no time",
        "Story: The brush off",
        f"Everything about them: http://localhost/desk/leads/{lead.public_id}",
    ]


def test_somebody_of_whom_nothing_is_known_is_told_too(app: Flask, at: MoveClock, letters: Letters):
    a_consultant()
    with transaction():
        ask().name = ""
    run(at, MORNING)

    assert "ann@example.com\n" in text_of(letters()[0]).replace("\r\n", "\n")
    assert "Story" not in text_of(letters()[0])


def test_who_was_talked_with_meanwhile_is_not_in_it(app: Flask, at: MoveClock, letters: Letters):
    a_consultant()
    leads.services.add_note(ask("Ann Avery"), text="Rang already", author="Robin", at=MORNING - timedelta(days=3))
    ask("Bob Bell")
    run(at, MORNING)

    assert told(letters)[0][1].startswith("1 call to make")
    assert "Bob Bell" in text_of(letters()[0])
    assert "Ann Avery" not in text_of(letters()[0])


def test_nobody_is_told_that_there_is_nobody(app: Flask, at: MoveClock, letters: Letters):
    a_consultant()

    assert run(at, MORNING) == 0


def test_who_is_still_open_stands_below_the_new_ones_and_brings_no_letter_alone(
    app: Flask, at: MoveClock, letters: Letters
):
    a_consultant()
    ask("Ann Avery")
    ask("Bob Bell", at=ASKED + timedelta(days=2))

    written = [run(at, MORNING + timedelta(days=day)) for day in range(4)]

    assert written == [1, 0, 1, 0]
    text = text_of(letters()[1])
    assert told(letters)[1][1] == "1 call to make: Friday 20 November 2026"
    assert text.index("Bob Bell") < text.index("Still open from before") < text.index("Ann Avery")


def test_a_letter_that_cannot_be_written_keeps_no_other_back(app: Flask, at: MoveClock, letters: Letters):
    a_consultant("Robin Hale", address="robin@consultancy.example\n")
    a_consultant("Sam Ortiz")
    ask()

    assert run(at, MORNING) == 1
    assert [address for address, _ in told(letters)] == ["sam@consultancy.example"]


def test_the_prospect_hears_nothing_until_then_whatever_runs(app: Flask, at: MoveClock, letters: Letters):
    a_consultant()
    ask()

    for hour in range(0, 24 * 20, 12):
        at(ASKED + timedelta(hours=hour))
        for job in JOBS.values():
            job()

    assert {address for address, _ in told(letters)} == {"robin@consultancy.example"}
    assert len(letters()) == 1


@pytest.mark.parametrize("later", list(Later))
def test_the_result_that_came_along_reaches_the_letter(
    app: Flask, client: FlaskClient, at: MoveClock, letters: Letters, later: Later
):
    a_consultant()
    submission = "not a submission of this site"
    handover = Handover(submission=submission, story="the-brush-off", held=4.0, needed=11.0, gap=7.0)
    visit = Visit(client, f"/book/call-back?with={handover.token()}")
    at(ASKED)

    page = visit.page(visit.get(visit.address).form(0).submit(name="Ann", address="ann@example.com", later=later.value))
    due = later.due(ASKED.date())
    run(at, datetime(due.year, due.month, due.day, 15, 0, tzinfo=UTC))

    assert page.heading == "We will get back to you"
    assert "Story: The brush off" in text_of(letters()[0])
