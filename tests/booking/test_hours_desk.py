"""A consultant sets hours, closes dates, looks at consults and asks why a time is not offered."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import staff.services
from booking import defaults, drafts, schedule
from booking.hours import Window
from booking.models import BookingState, Consultant
from kit.db import session
from leads import services as leads
from leads.models import HappeningKind
from tests.booking.builders import MONDAY_10, a_consult_type, a_consultant
from tests.booking.visit import Visit

MoveClock = Callable[[datetime], None]
NOW = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)
PASSWORD = "a few unrelated words"
OFFICE = (Window(540, 720), Window(780, 1020))


@pytest.fixture
def robin(app: Flask) -> Visit:
    """A consultant at the desk."""
    return at_the_desk(app, "Robin Hale", "robin@consultancy.example")


def at_the_desk(app: Flask, name: str, address: str, *, role: str = "consultant") -> Visit:
    invitation = staff.services.invite(role=role, at=NOW)
    staff.services.accept_invitation(invitation.secret, staff.services.NewAccount(name, address, PASSWORD), at=NOW)
    visit = Visit(app.test_client())
    visit.get("/desk/sign-in").form(0).submit(email=address, password=PASSWORD)
    return visit


def consultant() -> Consultant:
    session().rollback()
    session().expire_all()
    return session().scalars(select(Consultant).order_by(Consultant.id.desc())).first()  # type: ignore[return-value]


@pytest.mark.parametrize("address", ["/desk/availability/", "/desk/consults/"])
def test_the_pages_are_closed_to_visitors(app: Flask, client: FlaskClient, address: str):
    response = client.get(address)

    assert response.status_code == 302
    assert response.location.startswith("/desk/sign-in")


@pytest.mark.parametrize("address", ["/desk/availability/", "/desk/availability/dates", "/desk/consults/ABCD1234/held"])
def test_nothing_is_changed_by_visitors(app: Flask, client: FlaskClient, address: str):
    assert client.post(address).status_code in (302, 400)


def test_whoever_signs_in_first_is_the_consultant_a_new_site_began_with(app: Flask):
    defaults.ensure_defaults()

    at_the_desk(app, "Wren Ito", "wren@consultancy.example", role="author")
    at_the_desk(app, "Robin Hale", "robin@consultancy.example")
    at_the_desk(app, "Sam Low", "sam@consultancy.example")

    assert (consultant().name, consultant().address) == ("Robin Hale", "robin@consultancy.example")


def test_a_consultant_sets_zone_and_hours(app: Flask, robin: Visit):
    defaults.ensure_defaults()
    page = robin.get("/desk/availability/")
    assert page.form(0).values["monday"] == ["9:00–12:00, 13:00–17:00"]

    response = page.form(0).submit(
        zone_name="America/Los_Angeles", friday="", saturday="22:00-2:00", monday="9 am–12 pm, 1 pm–5 pm"
    )

    assert response.status_code == 303
    found = consultant()
    assert (found.name, found.address, found.zone_name) == (
        "Robin Hale",
        "robin@consultancy.example",
        "America/Los_Angeles",
    )
    assert schedule.week_of(found) == {
        1: OFFICE,
        2: OFFICE,
        3: OFFICE,
        4: OFFICE,
        5: (),
        6: (Window(1320, 120),),
        7: (),
    }
    assert "Your hours are saved" in robin.get(response.location).text


def test_visitors_are_offered_the_new_hours(app: Flask, robin: Visit, client: FlaskClient):
    defaults.ensure_defaults()
    closed = dict.fromkeys(("tuesday", "wednesday", "thursday", "friday"), "")
    robin.get("/desk/availability/").form(0).submit(**closed, monday="11:00-12:00", zone_name="America/New_York")

    assert Visit(client).starts() == ["2026-11-02T16:00:00Z", "2026-11-02T16:30:00Z"]


def test_a_second_consultant_hosts_what_is_offered(app: Flask, robin: Visit):
    consult_type = a_consult_type(a_consultant("Sam Low"))

    robin.get("/desk/availability/").form(0).submit(monday="9-12", zone_name="America/Denver")

    session().expire_all()
    assert [host.name for host in consult_type.hosts] == ["Sam Low", "Robin Hale"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"monday": "9-25"}, "Monday: “25” is not a time of day"),
        ({"tuesday": "9-5"}, "Tuesday: “9-5” would last 20 hours"),
        ({"wednesday": "whenever"}, "Wednesday: “whenever” does not say from when to when"),
        ({"thursday": "9-12, 11-13"}, "Thursday: 9:00–12:00 and 11:00–13:00 overlap"),
        ({"friday": "20:00-4:00", "saturday": "2:00-6:00"}, "Friday runs into the hours of the next day"),
        ({"sunday": "20:00-10:00"}, "Sunday runs into the hours of the next day"),
        ({"zone_name": "Mars/Olympus"}, "Choose a time zone from the list"),
    ],
)
def test_hours_that_cannot_be_are_said_and_kept(app: Flask, robin: Visit, changes: dict[str, str], sentence: str):
    defaults.ensure_defaults()

    page = robin.page(robin.get("/desk/availability/").form(0).submit(**changes))

    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert any(sentence in error for error in page.errors)
    for name, typed in changes.items():
        if name != "zone_name":
            assert page.form(0).values[name] == [typed]
    assert schedule.week_of(consultant())[1] == OFFICE


def test_dates_are_closed_given_other_hours_and_given_back(app: Flask, robin: Visit, client: FlaskClient):
    defaults.ensure_defaults()
    page = robin.get("/desk/availability/")
    page.form(1).submit(first="2026-11-02", last="2026-11-03")

    page = robin.get(page.form(1).submit(first="2026-11-04", hours="10:00-11:00").location)

    assert Visit(client).starts()[:3] == ["2026-11-04T15:00:00Z", "2026-11-04T15:30:00Z", "2026-11-05T14:00:00Z"]
    assert page.texts(".override-list b") == [
        "Monday 2 November 2026",
        "Tuesday 3 November 2026",
        "Wednesday 4 November 2026",
    ]
    page.form("2026-11-02").submit()
    assert Visit(client).starts()[0] == "2026-11-02T14:00:00Z"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"first": ""}, "Enter the date"),
        ({"first": "soon"}, "First date must be a date"),
        ({"first": "2026-11-05", "last": "2026-11-04"}, "The last date is before the first one"),
        ({"first": "2026-11-05", "last": "2027-11-05"}, "At most 92 dates"),
        ({"first": "2026-11-05", "hours": "all day"}, "does not say from when to when"),
    ],
)
def test_dates_that_cannot_be_are_said_and_kept(app: Flask, robin: Visit, changes: dict[str, str], sentence: str):
    defaults.ensure_defaults()

    page = robin.page(robin.get("/desk/availability/").form(1).submit(**changes))

    assert page.status == 422
    assert any(sentence in error for error in page.errors)
    assert page.form(0).values["monday"] == ["9:00–12:00, 13:00–17:00"]
    for name, typed in changes.items():
        assert page.form(1).values[name] == [typed]
    assert schedule.overrides_of(consultant(), since=date(2026, 1, 1)) == ()


@pytest.mark.parametrize(
    ("day", "time", "answer"),
    [
        ("2026-11-02", "10:00", "It is offered"),
        ("2026-11-02", "8 pm", "Outside the working hours"),
        ("2026-11-02", "10:10", "Not one of the starting times of that day"),
        ("2026-11-02", "9:00", "Taken by another consult or its buffer"),
        ("2027-06-01", "10:00", "Too far ahead"),
    ],
)
def test_why_a_time_is_not_offered(app: Flask, robin: Visit, client: FlaskClient, day: str, time: str, answer: str):
    a_consult_type()
    Visit(client).book("2026-11-02T14:00:00Z")

    page = robin.get(f"/desk/consults/?day={day}&time={time}")

    assert page.texts(".why-answer td") == ["First conversation", "Robin Hale", answer]


@pytest.mark.parametrize("query", ["day=&time=", "day=soon&time=10:00", "day=2026-11-02&time=late"])
def test_a_question_that_cannot_be_read_is_said(app: Flask, robin: Visit, query: str):
    assert robin.get(f"/desk/consults/?{query}").status == 422


def test_a_consult_is_marked_as_held_or_missed(app: Flask, robin: Visit, client: FlaskClient, at: MoveClock):
    a_consult_type()
    Visit(client).book("2026-11-02T15:00:00Z")
    assert not robin.get("/desk/consults/").all(".row-actions form"), "it is not over yet"
    at(MONDAY_10 + timedelta(hours=3))

    robin.get("/desk/consults/").form("/held").submit()
    robin.get("/desk/consults/").form("/missed").submit()

    (lead,) = leads.list_leads().leads
    assert [happening.kind for happening in leads.timeline(lead)][:2] == [
        HappeningKind.CONSULT_MISSED,
        HappeningKind.CONSULT_HELD,
    ]
    (booking,) = schedule.consults(begin=NOW, end=NOW + timedelta(days=9))
    assert booking.state is BookingState.MISSED


def test_an_unknown_consult_cannot_be_marked(app: Flask, robin: Visit):
    token = robin.get("/desk/availability/").form(0).values["csrf_token"][0]

    assert robin.client.post("/desk/consults/NONE/held", data={"csrf_token": token}).status_code == 404
    assert robin.client.post("/desk/consults/NONE/else", data={"csrf_token": token}).status_code == 404


def test_holds_that_led_to_nothing_are_forgotten_with_what_was_typed(app: Flask, client: FlaskClient, at: MoveClock):
    a_consult_type()
    visit = Visit(client)
    visit.to_check(visit.hold())
    at(NOW + timedelta(hours=25))

    assert drafts.forget_lapsed() == 1
    assert drafts.forget_lapsed() == 0
