"""The first screen: whom to talk with today, and what to know about them."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import leads.lists
import leads.services
from assessment import report_requests
from assessment.render import RenderFailed, ReportInput
from assessment.report_requests import ReportWish
from booking import schedule
from booking.models import Booking, BookingState, HostMode
from desk.known import Known
from desk.today import Meeting, Phase, Today, look
from kit import clock, jobs, outbox
from kit.db import session, transaction
from kit.outbox import LetterState
from leads.models import HappeningKind, Stage
from staff.models import Account
from tests.assessment.scored import a_scored
from tests.booking.builders import A_WEEK_BEFORE, MONDAY_10, a_consult_type, a_consultant, a_hold
from tests.desk.scenes import RESULT, a_consult, a_lead, a_letter, asked_for_call, assessed
from tests.page import Page

MoveClock = Callable[[datetime], None]
ZONE = "America/New_York"
A_DAY = timedelta(days=1)


def today(client: FlaskClient, address: str = "/desk/") -> Page:
    return Page(client.get(address), client)


def section(page: Page, name: str) -> str:
    """The text of the part under that heading."""
    (found,) = page.tree.xpath(f'//section[@aria-labelledby="{name}"]')
    return re.sub(r" ([,.])", r"\1", " ".join(" ".join(found.itertext()).split()))


def state_of(booking: Booking) -> BookingState:
    session().rollback()
    return session().scalars(select(Booking.state).where(Booking.id == booking.id)).one()


def test_an_empty_day_says_what_will_stand_there(desk: FlaskClient):
    page = today(desk)

    assert page.heading == "Saturday 31 October 2026"
    assert "No consults and no call-backs due." in page.text
    assert "Nobody is booked for today." in section(page, "consults")
    assert "Nobody is waiting for a call." in section(page, "call-backs")
    assert "Nobody has left an address yet." in section(page, "newest")


def test_the_next_consult_is_shown_with_all_that_one_needs_to_know(desk: FlaskClient, at: MoveClock):
    at(MONDAY_10 - timedelta(minutes=25))
    booking = a_consult(a_consult_type(), note="I freeze when they say no.", handover=RESULT)
    lead = leads.lists.list_leads().leads[0]
    leads.services.record(lead, HappeningKind.CONSULT_HELD, at=A_WEEK_BEFORE - 9 * A_DAY, headline="Took place")
    leads.services.add_note(lead, text="Asked for the Friday list.", author="Maya Lind", at=clock.now() - 2 * A_DAY)

    page = today(desk)

    shown = section(page, "consults")
    for words in (
        "10:00 am in 25 minutes",
        "First conversation, 30 min, with Robin Hale",
        "Ann Avery",
        "Call +1 555 010 0101",
        "Gap 7.2 a week. Holds 4.1 a week, needs 11.3 a week. Well short of pace, chance about 1 in 10.",
        "In the way The list is missing, stale or without a reason to call",
        "They wrote “I freeze when they say no.”",
        "Last note Asked for the Friday list. 2 days ago",
        "Came from The night supervisor",
        "Before 1 talk",
    ):
        assert words in shown.replace("\N{NO-BREAK SPACE}", " "), words
    assert page.links["Ann Avery"] == f"/desk/leads/{lead.public_id}"
    assert page.links["+1 555 010 0101"] == "tel:+15550100101"
    assert page.links["The night supervisor"] == "/stories/the-night-supervisor"
    assert f"/desk/consults/{booking.reference}" in page.links.values()
    assert "1 consult." in page.text


@pytest.mark.parametrize(
    ("minutes", "phase"),
    [(-1, Phase.NEXT), (0, Phase.NOW), (29, Phase.NOW), (30, Phase.OVER)],
)
def test_a_consult_is_next_then_now_then_over(app: Flask, minutes: int, phase: Phase):
    consult_type = a_consult_type()
    a_consult(consult_type)
    a_consult(consult_type, MONDAY_10 + timedelta(hours=2), name="Bob Berg")

    found = look(zone_name=ZONE, now=MONDAY_10 + timedelta(minutes=minutes))

    phases = {meeting.booking.name: meeting.phase for meeting in (*found.meetings, *found.over)}
    assert phases["Ann Avery"] is phase
    assert phases["Bob Berg"] is (Phase.LATER if phase is Phase.NEXT else Phase.NEXT)


def test_only_what_is_agreed_stands_in_the_day(app: Flask):
    consult_type = a_consult_type()
    a_hold(consult_type, MONDAY_10)
    cancelled = a_consult(consult_type, MONDAY_10 + timedelta(hours=1), name="Bob Berg")
    with transaction():
        cancelled.state = BookingState.CANCELLED

    found = look(zone_name=ZONE, now=MONDAY_10 - timedelta(hours=1))

    assert (found.meetings, found.over, found.coming) == ((), (), ())


def test_the_day_is_the_one_on_the_wall_of_the_consultant(app: Flask):
    a_consult(a_consult_type(), MONDAY_10)

    in_new_york = look(zone_name=ZONE, now=MONDAY_10 - timedelta(hours=12))
    in_tokyo = look(zone_name="Asia/Tokyo", now=MONDAY_10 - timedelta(hours=12))

    assert (in_new_york.day, len(in_new_york.meetings), len(in_new_york.coming)) == (date(2026, 11, 1), 0, 1)
    assert (in_tokyo.day, len(in_tokyo.meetings), len(in_tokyo.coming)) == (date(2026, 11, 2), 0, 1)


@pytest.mark.parametrize(
    ("zone_name", "said"),
    [("America/New_York", ""), ("America/Detroit", ""), ("Asia/Kathmandu", "8:45 pm in Kathmandu")],
)
def test_the_guests_own_time_is_told_where_it_differs(app: Flask, zone_name: str, said: str):
    a_consult(a_consult_type(), zone_name=zone_name)

    (meeting,) = look(zone_name=ZONE, now=MONDAY_10 - timedelta(hours=1)).meetings

    assert meeting.their_time.replace("\N{NO-BREAK SPACE}", " ") == said


def test_somebody_who_gave_no_number_can_be_asked_for_it(desk: FlaskClient, at: MoveClock):
    at(MONDAY_10 - timedelta(hours=1))
    a_consult(a_consult_type(), phone="")

    page = today(desk)

    assert "they gave no number yet" in section(page, "consults")
    assert page.links["Ask for it"] == "mailto:ann@example.com"
    assert "No assessment: ask for the count of the last four weeks." in page.text


@pytest.mark.parametrize(("button", "state"), [(0, BookingState.HELD), (1, BookingState.MISSED)])
def test_what_is_over_is_settled_in_place(desk: FlaskClient, at: MoveClock, button: int, state: BookingState):
    booking = a_consult(a_consult_type())
    at(MONDAY_10 + timedelta(hours=1))

    response = today(desk).form(button).submit()

    assert (response.status_code, response.location) == (303, "/desk/")
    assert state_of(booking) is state
    assert ("took place" if state is BookingState.HELD else "was missed") in section(today(desk), "over")
    assert today(desk).all("main form") == []


def test_consults_of_earlier_days_wait_until_they_are_settled(app: Flask):
    consult_type = a_consult_type()
    a_consult(consult_type, MONDAY_10)
    settled = a_consult(consult_type, MONDAY_10 + timedelta(hours=1), name="Bob Berg")
    schedule.mark(settled.reference, held=True, now=MONDAY_10 + A_DAY)

    def unsettled(days: int) -> list[str]:
        return [m.booking.name for m in look(zone_name=ZONE, now=MONDAY_10 + days * A_DAY).unsettled]

    assert (unsettled(1), unsettled(27), unsettled(29)) == (["Ann Avery"], ["Ann Avery"], [])


@pytest.mark.parametrize("outcome", ["held", "missed"])
def test_what_has_not_begun_cannot_be_settled(desk: FlaskClient, at: MoveClock, outcome: str):
    booking = a_consult(a_consult_type())
    at(MONDAY_10 + timedelta(hours=1))
    token = today(desk).form(0).values["csrf_token"][0]
    at(MONDAY_10 - timedelta(hours=1))

    response = desk.post(f"/desk/today/{booking.reference}/{outcome}", data={"csrf_token": token})

    assert response.status_code == 404
    assert state_of(booking) is BookingState.CONFIRMED


def test_there_are_two_ways_to_settle(desk: FlaskClient, at: MoveClock):
    booking = a_consult(a_consult_type())
    at(MONDAY_10 + timedelta(hours=1))
    token = today(desk).form(0).values["csrf_token"][0]

    assert desk.post(f"/desk/today/{booking.reference}/forgotten", data={"csrf_token": token}).status_code == 404
    assert desk.post("/desk/today/00000000/held", data={"csrf_token": token}).status_code == 404
    assert state_of(booking) is BookingState.CONFIRMED


def test_call_backs_stand_by_how_late_they_are(desk: FlaskClient):
    asked_for_call(a_lead("Ann Avery", phone="+1 555 010 0101"), days=-3)
    asked_for_call(a_lead("Bob Berg"), days=0)
    asked_for_call(a_lead("Cy Cole"), days=5)
    asked_for_call(a_lead("Di Dorn"), days=40)
    closed = a_lead("Ed Ekow")
    asked_for_call(closed, days=-1)
    leads.services.move_stage(closed, Stage.CLOSED, author="Robin", at=clock.now(), reason="Left the trade")

    page = today(desk)

    shown = section(page, "call-backs")
    assert "Ann Avery 3 days late +1 555 010 0101" in shown
    assert "Bob Berg today bob@example.com" in shown
    assert "1 more in the next two weeks Cy Cole in 5 days" in shown
    assert "Di Dorn" not in shown and "Ed Ekow" not in shown
    assert "2 call-backs due." in page.text


def test_a_call_back_tells_what_is_known(desk: FlaskClient):
    lead = a_lead()
    assessed(lead, at=clock.now() - 20 * A_DAY)
    asked_for_call(lead, days=0)

    shown = section(today(desk), "call-backs")

    assert "Well short of pace, gap 7 a week. Note the call" in shown


def test_ones_own_day_comes_first_and_colleagues_can_be_looked_at(desk: FlaskClient, at: MoveClock):
    at(MONDAY_10 - timedelta(hours=2))
    account = session().scalars(select(Account)).one()
    own, maya = a_consultant("Robin Vale", account_id=account.id), a_consultant("Maya Lind")
    a_consult(a_consult_type(own), name="Ann Avery")
    a_consult(a_consult_type(maya, slug="other"), name="Bob Berg")

    mine, everybodys = today(desk), today(desk, "/desk/?whose=everybody")

    assert "Ann Avery" in section(mine, "consults") and "Bob Berg" not in section(mine, "consults")
    assert "Bob Berg" in section(everybodys, "consults")
    assert "with Maya Lind" in section(everybodys, "consults")
    assert mine.links["Everybody’s"] == "/desk/?whose=everybody"


def test_whoever_takes_part_besides_the_host_sees_it_as_their_own(app: Flask):
    robin, maya, third = a_consultant("Robin Hale"), a_consultant("Maya Lind"), a_consultant("Tom Third")
    a_consult(a_consult_type(robin, maya, host_mode=HostMode.ALL))

    seen = {
        who.name: [m.booking.name for m in look(zone_name=ZONE, now=MONDAY_10 - timedelta(hours=1), own=who).meetings]
        for who in (robin, maya, third)
    }

    assert seen == {"Robin Hale": ["Ann Avery"], "Maya Lind": ["Ann Avery"], "Tom Third": []}


def test_what_is_amiss_is_said_at_the_top(desk: FlaskClient):
    failed = a_letter()
    with transaction():
        failed.state = LetterState.FAILED

    page = today(desk)

    assert "The background worker has not been seen for a while" in page.text
    assert "1 letter could not be delivered. Somebody is waiting for it." in page.text
    assert page.links["1 letter"] == "/desk/mail/?state=failed"


def test_of_reports_that_could_not_be_made_the_latest_come_first(app: Flask, at: MoveClock):
    def asks(name: str) -> None:
        wish = ReportWish(name=name, address=f"{name.lower()}@example.com", company="", paper="a4")
        report_requests.ask_for_report(a_scored().key, wish, now=clock.now())
        for _ in range(report_requests.MOST_TRIES):
            report_requests.render_due_reports(cannot)

    def cannot(_wanted: ReportInput) -> bytes:
        raise RenderFailed("no press")

    asks("Ann")
    at(clock.now() + timedelta(hours=1))
    asks("Bob")
    at(clock.now() + timedelta(hours=1))
    asks("Ann")

    assert [lead.name for lead in look(zone_name="America/New_York", now=clock.now()).without_report] == ["Ann", "Bob"]


def test_when_all_is_well_nothing_is_said(desk: FlaskClient):
    a_letter()
    jobs.beat()
    outbox.deliver_due()

    assert today(desk).all(".notice") == []


def test_a_worker_that_stopped_is_missed_after_five_minutes(app: Flask, at: MoveClock):
    jobs.beat()
    now = clock.now()

    assert not look(zone_name=ZONE, now=now + timedelta(minutes=5)).worker_late
    assert look(zone_name=ZONE, now=now + timedelta(minutes=5, seconds=1)).worker_late


A_MEETING = Meeting(Booking(), None, Known(), Phase.NEXT, "", "")


@pytest.mark.parametrize(
    ("ahead", "over", "calls", "said"),
    [
        (0, 0, 0, "No consults and no call-backs due."),
        (1, 0, 0, "1 consult."),
        (3, 0, 1, "3 consults and 1 call-back due."),
        (2, 1, 2, "2 consults to come, 1 over and 2 call-backs due."),
        (0, 2, 0, "2 consults over."),
        (0, 0, 2, "2 call-backs due."),
    ],
)
def test_the_day_in_one_sentence(ahead: int, over: int, calls: int, said: str):
    empty = Today(date(2026, 11, 2), (), (), 0, (), (), (), (), (), 0, 0, False)

    day = replace(empty, meetings=(A_MEETING,) * ahead, over=(A_MEETING,) * over, calls_due=calls)

    assert day.summary == said
