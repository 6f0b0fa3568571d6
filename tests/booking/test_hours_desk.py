"""A consultant sets hours, limits and zone, closes dates, and goes on journeys."""

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from booking import absences, defaults, drafts, schedule
from booking.hours import Window
from booking.models import Consultant, HostMode
from kit.db import session
from tests.booking.builders import a_consult_type, a_consultant
from tests.booking.visit import NOW, MoveClock, Visit, at_the_desk

OFFICE = (Window(540, 720), Window(780, 1020))


def consultant() -> Consultant:
    session().rollback()
    session().expire_all()
    return session().scalars(select(Consultant).order_by(Consultant.id.desc())).first()  # type: ignore[return-value]


CLOSED = (
    *("/desk/availability/", "/desk/blocks/", "/desk/consult-types/", "/desk/consult-types/new"),
    *("/desk/consult-types/1", "/desk/consult-types/1/questions/new", "/desk/consult-types/1/questions/1"),
    *("/desk/consults/", "/desk/consults/ABCD1234", "/desk/consults/ABCD1234/move"),
    *("/desk/consults/ABCD1234/cancel", "/desk/consults/ABCD1234/reassign"),
)
ACTIONS = (
    *("/desk/availability/limits", "/desk/availability/dates", "/desk/availability/dates/2026-11-02/remove"),
    *("/desk/availability/journeys", "/desk/availability/journeys/1/remove", "/desk/blocks/1/remove"),
    *("/desk/consult-types/1/questions/1/up", "/desk/consult-types/1/questions/1/remove"),
    "/desk/consults/ABCD1234/held",
)


@pytest.mark.parametrize("address", CLOSED)
def test_the_pages_are_closed_to_visitors(app: Flask, client: FlaskClient, address: str):
    response = client.get(address)

    assert response.status_code == 302
    assert response.location.startswith("/desk/sign-in")


@pytest.mark.parametrize("address", [*CLOSED, *ACTIONS])
def test_nothing_is_changed_by_visitors(app: Flask, client: FlaskClient, address: str):
    assert client.post(address).status_code in (302, 400, 405)


@pytest.mark.parametrize("address", ACTIONS)
def test_what_changes_something_is_not_done_by_looking(app: Flask, robin: Visit, address: str):
    assert robin.client.get(address).status_code in (404, 405)


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
    page.form("/dates").submit(first="2026-11-02", last="2026-11-03")

    page = robin.get(page.form("/dates").submit(first="2026-11-04", hours="10:00-11:00").location)

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
        ({"first": "9999-12-31"}, "First date must be a date from 2000 to 2099"),
        ({"first": "2026-11-05", "last": "0001-01-01"}, "Last date must be a date from 2000 to 2099"),
        ({"first": "2026-11-05", "hours": "all day"}, "does not say from when to when"),
    ],
)
def test_dates_that_cannot_be_are_said_and_kept(app: Flask, robin: Visit, changes: dict[str, str], sentence: str):
    defaults.ensure_defaults()

    page = robin.page(robin.get("/desk/availability/").form("/dates").submit(**changes))

    assert page.status == 422
    assert any(sentence in error for error in page.errors)
    assert page.form(0).values["monday"] == ["9:00–12:00, 13:00–17:00"]
    for name, typed in changes.items():
        assert page.form("availability/dates").values[name] == [typed]
    assert schedule.overrides_of(consultant(), since=date(2026, 1, 1)) == ()


@pytest.mark.parametrize("day", ["soon", "2026-02-30", "2026-11-02T10:00"])
def test_a_date_that_is_none_cannot_be_given_back(app: Flask, robin: Visit, day: str):
    defaults.ensure_defaults()
    token = robin.get("/desk/availability/").form(0).values["csrf_token"][0]

    response = robin.client.post(f"/desk/availability/dates/{day}/remove", data={"csrf_token": token})

    assert response.status_code == 404


def test_limits_over_all_types_hold_and_are_lifted(app: Flask, robin: Visit, client: FlaskClient):
    defaults.ensure_defaults()
    page = robin.get("/desk/availability/")
    response = page.form("/limits").submit(max_per_day="1", max_per_week="2")
    assert "The limits are saved" in robin.get(response.location).text
    visit = Visit(client)
    visit.book("2026-11-02T15:00:00Z")

    assert visit.starts()[0] == "2026-11-03T14:00:00Z", "the Monday is full"

    visit.book("2026-11-03T15:00:00Z", address="bob@example.org")
    assert visit.starts()[0] == "2026-11-09T14:00:00Z", "the week is full"
    robin.get("/desk/availability/").form("/limits").submit(max_per_day="", max_per_week="")
    assert visit.starts()[0] == "2026-11-02T14:00:00Z"
    assert (consultant().max_per_day, consultant().max_per_week) == (None, None)


def test_who_cannot_be_booked_is_not_offered_and_can_be_again(app: Flask, robin: Visit, client: FlaskClient):
    defaults.ensure_defaults()
    robin.get("/desk/availability/").form("/limits").submit(active=None)

    assert "There is no free time at the moment" in Visit(client).get("/book/").text

    page = robin.get("/desk/availability/")
    assert "active" not in page.form("/limits").values
    page.form("/limits").submit(active="y")
    assert Visit(client).starts()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"max_per_day": "0"}, "The number must be from 1 to 48"),
        ({"max_per_day": "many"}, "Type a whole number from 1 to 48, in digits"),
        ({"max_per_day": "5", "max_per_week": "4"}, "A week cannot have fewer consults than one of its days"),
    ],
)
def test_limits_that_cannot_be_are_said_and_kept(app: Flask, robin: Visit, changes: dict[str, str], sentence: str):
    defaults.ensure_defaults()

    page = robin.page(robin.get("/desk/availability/").form("/limits").submit(**changes))

    assert page.status == 422
    assert page.errors == [sentence]
    for name, typed in changes.items():
        assert page.form("/limits").values[name] == [typed]
    assert page.form(0).values["monday"] == ["9:00–12:00, 13:00–17:00"]
    assert consultant().max_per_day is None


def test_on_a_journey_the_hours_are_meant_there(app: Flask, robin: Visit, client: FlaskClient):
    defaults.ensure_defaults()
    page = robin.get("/desk/availability/")

    page = robin.get(
        page.form("/journeys").submit(leaves="2026-11-02", returns="2026-11-03", there="Europe/London").location
    )

    assert page.texts(".journey-list b") == ["London"]
    starts = Visit(client).starts()
    assert starts[0] == "2026-11-02T09:00:00Z"
    assert "2026-11-04T14:00:00Z" in starts, "at home again on Wednesday"
    page.form("/journeys/").submit()
    assert Visit(client).starts()[0] == "2026-11-02T14:00:00Z"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"leaves": ""}, "Enter the first date of the journey"),
        ({"returns": ""}, "Enter the last date of the journey"),
        ({"leaves": "2026-12-01", "returns": "2026-11-30"}, "The last date is before the first one"),
        ({"leaves": "tomorrow"}, "From must be a date, like 2026-12-24"),
        ({"there": "Atlantis"}, "Choose a time zone from the list"),
        (
            {"leaves": "2026-11-09", "returns": "2026-11-20"},
            "These dates overlap another journey: London, 2 November 2026 to 10 November 2026. "
            "Remove it first, or change the dates.",
        ),
        (
            {"leaves": "2026-11-01", "returns": "2026-11-02"},
            "These dates overlap another journey: London, 2 November 2026 to 10 November 2026. "
            "Remove it first, or change the dates.",
        ),
    ],
)
def test_journeys_that_cannot_be_are_said_and_kept(app: Flask, robin: Visit, changes: dict[str, str], sentence: str):
    defaults.ensure_defaults()
    form = robin.get("/desk/availability/").form("/journeys")
    form.submit(leaves="2026-11-02", returns="2026-11-10", there="Europe/London")
    typed = {"leaves": "2026-12-01", "returns": "2026-12-05", "there": "Asia/Tokyo"} | changes

    page = robin.page(form.submit(**typed))

    assert page.status == 422
    assert page.errors == [sentence]
    kept = page.form("/journeys").values
    assert (kept["leaves"], kept["returns"]) == ([typed["leaves"]], [typed["returns"]])
    assert [journey.zone_name for journey in consultant().travels] == ["Europe/London"]


def test_journeys_may_follow_one_another(app: Flask, robin: Visit):
    defaults.ensure_defaults()
    form = robin.get("/desk/availability/").form("/journeys")
    form.submit(leaves="2026-11-02", returns="2026-11-10", there="Europe/London")

    form.submit(leaves="2026-11-11", returns="2026-11-11", there="Europe/Paris")

    assert [journey.zone_name for journey in consultant().travels] == ["Europe/London", "Europe/Paris"]


def test_the_journeys_of_somebody_else_are_left_alone(app: Flask, robin: Visit):
    sam = a_consultant("Sam Low")
    absences.add_journey(sam, first=date(2026, 11, 2), last=date(2026, 11, 3), zone_name="Europe/London")
    robin.get("/desk/availability/").form(0).submit(monday="9-12", zone_name="America/New_York")
    token = robin.get("/desk/availability/").form(0).values["csrf_token"][0]

    robin.client.post(f"/desk/availability/journeys/{sam.travels[0].id}/remove", data={"csrf_token": token})

    session().expire_all()
    assert len(sam.travels) == 1


def test_somebody_new_does_not_join_what_all_hosts_hold_together(app: Flask, robin: Visit):
    together = a_consult_type(a_consultant("Sam Low"), host_mode=HostMode.ALL)

    robin.get("/desk/availability/").form(0).submit(monday="9-12", zone_name="America/Denver")

    session().expire_all()
    assert [host.name for host in together.hosts] == ["Sam Low"], "else nothing would be free before they have hours"


def test_looking_at_the_hours_makes_nobody_a_host(app: Flask, robin: Visit):
    consult_type = a_consult_type(a_consultant("Sam Low"))

    for address in ("/desk/availability/", "/desk/blocks/", "/desk/consult-types/", "/desk/consults/"):
        assert robin.get(address).status == 200

    session().expire_all()
    assert [host.name for host in consult_type.hosts] == ["Sam Low"]


def test_holds_that_led_to_nothing_are_forgotten_with_what_was_typed(app: Flask, client: FlaskClient, at: MoveClock):
    a_consult_type()
    visit = Visit(client)
    visit.to_check(visit.hold())
    at(NOW + timedelta(hours=25))

    assert drafts.forget_lapsed() == 1
    assert drafts.forget_lapsed() == 0
