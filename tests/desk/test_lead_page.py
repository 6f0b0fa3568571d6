"""One person: what is known, everything that happened, notes, and the stage moved by hand."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

import leads.lists
import leads.services
from desk.known import look_up
from kit import clock
from kit.db import session
from leads.models import HappeningKind, Lead, Stage
from leads.origin import Origin
from tests.booking.builders import MONDAY_10, a_consult_type
from tests.desk.scenes import RESULT, a_consult, a_lead, a_letter, asked_for_call, assessed
from tests.page import Page

MoveClock = Callable[[datetime], None]
NOTE, STAGE = 0, "/stage"


def person(desk: FlaskClient, lead: Lead) -> Page:
    return Page(desk.get(f"/desk/leads/{lead.public_id}"), desk)


def words(page: Page, name: str) -> str:
    (found,) = page.tree.xpath(f'//section[@aria-labelledby="{name}"]')
    return " ".join(" ".join(found.itertext()).split())


def again(lead: Lead) -> Lead:
    session().rollback()
    session().expire_all()
    return leads.services.get_lead(lead.public_id)


def test_everything_known_stands_on_one_page(desk: FlaskClient):
    campaign = (("utm_source", "newsletter"),)
    origin = Origin("the-night-supervisor", "/stories/", "https://search.example.org/", campaign)
    lead = a_lead(company="Harbor Realty", phone="+1 555 010 0101", origin=origin)
    assessed(lead)
    a_letter()

    page = person(desk, lead)

    assert page.heading == "Ann Avery Harbor Realty"
    assert page.links["+1 555 010 0101"] == "tel:+15550100101"
    assert page.links["ann@example.com"] == "mailto:ann@example.com"
    assert "Gap 7 a week. Holds 4 a week, needs 11 a week for 10 agents in 12 months." in words(page, "result")
    assert "Came from The night supervisor Sent by https://search.example.org/ Campaign newsletter" in words(
        page, "who"
    )
    assert "Your conversation gap: the report Waiting, written now" in words(page, "letters")
    assert page.links["The result as they saw it"] == "http://localhost/assessment/result/secret"
    assert "Live conversations in four weeks 16" in words(page, "happened")


def test_the_way_of_the_latest_step_is_told_where_it_was_another(desk: FlaskClient):
    lead = a_lead(origin=Origin("the-night-supervisor"))
    a_lead(origin=Origin("two-weeks-is-a-date"))

    shown = words(person(desk, lead), "who")

    assert "Came from The night supervisor Lately from Two weeks is a date" in shown


def test_of_somebody_who_came_out_of_nowhere_that_is_said(desk: FlaskClient):
    page = person(desk, a_lead())

    assert "Came from not known" in words(page, "who")
    assert "None yet." in words(page, "letters")
    assert "Nothing yet but the address." in words(page, "happened")


def test_the_timeline_is_newest_first(desk: FlaskClient, at: MoveClock):
    booking = a_consult(a_consult_type(), handover=RESULT)
    lead = leads.lists.list_leads().leads[0]
    leads.services.add_note(lead, text="Rang, no answer", author="Maya Lind", at=clock.now())
    leads.services.move_stage(lead, Stage.CLIENT, author="Robin Vale", at=clock.now() + timedelta(minutes=1))
    at(clock.now() + timedelta(hours=2))

    page = person(desk, lead)

    assert [text.split(",")[0] for text in page.texts(".timeline .headline")] == [
        "Robin Vale set the stage to “client” 2 hours ago",
        "Note by Maya Lind 2 hours ago",
        "First conversation booked 5 days ago",
    ]
    assert page.links[booking.reference] == f"/desk/consults/{booking.reference}"
    assert "Rang, no answer" in page.text


def test_the_next_consult_and_the_call_back_stand_at_the_top(desk: FlaskClient, at: MoveClock):
    a_consult(a_consult_type())
    ann = leads.lists.list_leads().leads[0]
    bob = a_lead("Bob Berg")
    asked_for_call(bob, days=-2)
    at(MONDAY_10 - timedelta(minutes=40))

    assert "First conversation with Robin Hale, 2 November 2026, 10:00 am (New York, UTC−05:00), in 40 minutes" in (
        person(desk, ann).texts(".notice")[0].replace("\N{NO-BREAK SPACE}", " ")
    )
    assert person(desk, bob).texts(".notice") == [
        "Asked to be called back by Thursday 29 October 2026, 4 days ago. A note or a booking settles it."
    ]

    at(MONDAY_10 + timedelta(hours=1))
    assert person(desk, ann).all(".notice") == []


def test_a_note_is_kept_with_its_author_and_settles_a_call_back(desk: FlaskClient):
    lead = a_lead()
    asked_for_call(lead, days=-1)

    response = person(desk, lead).form(NOTE).submit(text="Rang.\r\nShe books by herself.")

    page = Page(desk.get(response.location), desk)
    assert response.status_code == 303
    assert page.texts(".notice") == ["The note is kept. Take it back"]
    (note,) = leads.services.history_of([lead.id], HappeningKind.NOTE)[lead.id]
    assert (note.headline, note.facts["text"]) == ("Note by Robin Vale", "Rang.\nShe books by herself.")


def test_a_note_is_taken_back_and_the_call_back_is_open_again(desk: FlaskClient):
    lead = a_lead()
    leads.services.add_note(lead, text="Runs a team of nine.", author="Maya Lind", at=clock.now())
    asked_for_call(lead, days=-1)
    kept = person(desk, lead).form(NOTE).submit(text="Rang the wrong one.")

    response = Page(desk.get(kept.location), desk).form("/undo/note/").submit()

    page = Page(desk.get(response.location), desk)
    assert page.texts(".notice")[0] == "The note is taken back."
    assert "Asked to be called back" in page.texts(".notice")[1]
    assert page.texts(".timeline .headline")[0].startswith("Robin Vale took a note back")
    assert "Rang the wrong one." not in page.text
    assert "Taken back." in page.text
    known = look_up([lead])[lead.id].note
    assert known is not None and known.facts["text"] == "Runs a team of nine."
    assert "Rang the wrong one." not in Page(desk.get(f"/desk/leads/{lead.public_id}/sheet"), desk).text
    note = leads.services.history_of([lead.id], HappeningKind.NOTE)[lead.id][1]
    again = desk.post(f"/desk/leads/{lead.public_id}/undo/note/{note.id}", data={"csrf_token": token_of(page)})
    assert again.status_code == 409


def test_a_note_of_somebody_else_is_not_taken_back(desk: FlaskClient):
    lead = a_lead()
    leads.services.add_note(lead, text="Runs a team of nine.", author="Maya Lind", at=clock.now())
    (note,) = leads.services.history_of([lead.id], HappeningKind.NOTE)[lead.id]

    page = person(desk, lead)
    response = desk.post(f"/desk/leads/{lead.public_id}/undo/note/{note.id}", data={"csrf_token": token_of(page)})

    assert response.status_code == 409
    assert "Runs a team of nine." in person(desk, lead).text


def token_of(page: Page) -> str:
    return page.form(NOTE).values["csrf_token"][0]


@pytest.mark.parametrize(
    ("typed", "error"),
    [("   \n ", "Write the note first"), ("x" * 4001, "Note must be 4,000 characters or fewer")],
)
def test_a_note_that_cannot_be_kept_is_shown_again(desk: FlaskClient, typed: str, error: str):
    lead = a_lead()

    page = Page(person(desk, lead).form(NOTE).submit(text=typed), desk)

    assert (page.status, page.errors) == (422, [error])
    assert page.form(NOTE).values["text"][0].strip() == typed.strip()
    assert leads.services.timeline_page(lead).rows == ()


def test_the_stage_is_moved_by_hand(desk: FlaskClient):
    lead = a_lead()

    response = person(desk, lead).form(STAGE).submit(stage="client", reason="Signed for a quarter")

    page = Page(desk.get(response.location), desk)
    assert (response.status_code, again(lead).stage) == (303, Stage.CLIENT)
    assert page.texts(".notice") == ["The stage is set: client.Take it back"]
    assert page.form(STAGE).values["stage"] == ["client"]
    assert "Robin Vale set the stage to “client” now" in words(page, "happened")
    assert "Before new Reason Signed for a quarter" in words(page, "happened")


def test_closing_without_a_reason_is_refused_and_the_choice_kept(desk: FlaskClient):
    lead = a_lead()

    page = Page(person(desk, lead).form(STAGE).submit(stage="closed", reason=" "), desk)

    assert (page.status, page.errors) == (422, ["Say in a few words why this lead is closed"])
    assert page.title.startswith("Error: ")
    assert page.form(STAGE).values["stage"] == ["closed"]
    assert again(lead).stage is Stage.NEW


@pytest.mark.parametrize("stage", ["", "married", "CLIENT"])
def test_a_stage_that_does_not_exist_is_refused(desk: FlaskClient, stage: str):
    lead = a_lead()

    response = person(desk, lead).form(STAGE).submit(stage=stage)

    assert (response.status_code, again(lead).stage) == (422, Stage.NEW)


@pytest.mark.parametrize("address", ["/desk/leads/none", "/desk/leads/none/stage"])
def test_an_unknown_person_is_not_found(desk: FlaskClient, address: str):
    token = person(desk, a_lead()).form(NOTE).values["csrf_token"][0]

    response = desk.post(address, data={"csrf_token": token, "text": "x", "stage": "new"})

    assert (response.status_code, Page(response, desk).heading) == (404, "This person is not in the list")


def test_what_people_typed_cannot_act(desk: FlaskClient):
    lead = a_lead("<script>alert(1)</script>", address="ann@example.com", company='"><img src=x onerror=alert(1)>')
    leads.services.add_note(lead, text="<b>bold</b> {{ 7 * 7 }}", author="Robin", at=clock.now())

    page = person(desk, lead)

    assert "<script>alert(1)</script>" in page.text
    assert "<b>bold</b> {{ 7 * 7 }}" in page.text
    assert page.all("img") == []
