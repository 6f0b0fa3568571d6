"""A consultant blocks time: nothing is offered in it, and what was agreed before is named and stays."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from booking import absences
from booking.models import BookingState, BusyInterval, HostMode
from kit.db import session
from tests.booking.builders import a_consult_type, a_consultant
from tests.booking.visit import TEN, Visit, at_the_desk, bookings, states
from tests.page import Page

EARLIER = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture
def desk(app: Flask, robin: Visit) -> Visit:
    """Robin, who hosts the first conversation from 9 to 17 on Mondays in New York."""
    a_consult_type(a_consultant("Sam Low", weekly=[], active=False))
    robin.get("/desk/availability/").form(0).submit(monday="9-17", zone_name="America/New_York")
    return robin


def block(desk: Visit, **typed: str) -> Page:
    return desk.page(desk.get("/desk/blocks/").form(0).submit(**typed))


def blocked() -> list[tuple[datetime, datetime, str]]:
    session().rollback()
    rows = session().scalars(select(BusyInterval).order_by(BusyInterval.starts_at))
    return [(row.starts_at, row.ends_at, row.reason) for row in rows]


@pytest.mark.parametrize(
    ("typed", "start", "end"),
    [
        (
            {"first": "2026-11-02", "start": "9:00", "end": "12:30"},
            datetime(2026, 11, 2, 14, 0, tzinfo=UTC),
            datetime(2026, 11, 2, 17, 30, tzinfo=UTC),
        ),
        (
            {"first": "2026-11-02"},
            datetime(2026, 11, 2, 5, 0, tzinfo=UTC),
            datetime(2026, 11, 3, 5, 0, tzinfo=UTC),
        ),
        (
            {"first": "2026-11-02", "last": "2026-11-04"},
            datetime(2026, 11, 2, 5, 0, tzinfo=UTC),
            datetime(2026, 11, 5, 5, 0, tzinfo=UTC),
        ),
        (
            {"first": "2026-11-01"},  # the day on which the clocks go back has 25 hours
            datetime(2026, 11, 1, 4, 0, tzinfo=UTC),
            datetime(2026, 11, 2, 5, 0, tzinfo=UTC),
        ),
        (
            {"first": "2026-11-02", "start": "10 pm", "last": "2026-11-03", "end": "2 am"},
            datetime(2026, 11, 3, 3, 0, tzinfo=UTC),
            datetime(2026, 11, 3, 7, 0, tzinfo=UTC),
        ),
    ],
)
def test_time_is_blocked_by_the_consultant_s_own_clock(
    desk: Visit, typed: dict[str, str], start: datetime, end: datetime
):
    page = desk.get(desk.get("/desk/blocks/").form(0).submit(**typed, reason="Dentist").location)

    assert blocked() == [(start, end, "Dentist")]
    assert "The time is blocked. Nothing is offered in it any more." in page.text
    assert page.texts(".block-list b") == ["Dentist"]


def test_nothing_is_offered_in_blocked_time_until_it_is_removed(desk: Visit, client: FlaskClient):
    desk.get("/desk/blocks/").form(0).submit(first="2026-11-02", start="9:00", end="12:00")

    assert Visit(client).starts()[0] == "2026-11-02T17:00:00Z"

    desk.get("/desk/blocks/").form("/remove").submit()
    assert blocked() == []
    assert Visit(client).starts()[0] == "2026-11-02T14:00:00Z"


def test_consults_in_blocked_time_are_named_and_stay(desk: Visit, client: FlaskClient, app: Flask):
    Visit(client).book(TEN)
    Visit(app.test_client()).book("2026-11-02T18:00:00Z", name="Bob Cole", address="bob@example.org")

    page = desk.get(desk.get("/desk/blocks/").form(0).submit(first="2026-11-02", end="12:00").location)

    assert "1 consult lies in it and stays as agreed" in page.text
    reference = bookings()[0].reference
    assert page.links["2 November 2026, 10:00 am, Ann Bee"] == f"/desk/consults/{reference}"
    assert "Bob Cole" not in page.text
    assert states() == [BookingState.CONFIRMED, BookingState.CONFIRMED]


def test_a_consult_that_all_hosts_hold_lies_in_the_blocked_time_of_each(app: Flask, robin: Visit, client: FlaskClient):
    consult_type = a_consult_type(a_consultant("Sam Low"), host_mode=HostMode.ALL)
    robin.get("/desk/availability/").form(0).submit(monday="9-17", zone_name="America/New_York")
    robin.get(f"/desk/consult-types/{consult_type.id}").form(0).submit(hosts=["1", "2"])
    Visit(client).book(TEN)

    page = robin.get(robin.get("/desk/blocks/").form(0).submit(first="2026-11-02").location)

    assert page.texts(".notice .inside a") == ["2 November 2026, 10:00 am, Ann Bee"]
    assert page.links["2 November 2026, 10:00 am, Ann Bee"] == f"/desk/consults/{bookings()[0].reference}"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Enter the date from which on nothing is offered"),
        ({"first": "soon"}, "From must be a date, like 2026-12-24"),
        ({"first": "9999-12-31"}, "From must be a date from 2000 to 2099"),
        (
            {"first": "2026-11-02", "start": "noonish"},
            "Time from: “noonish” is not a time; write it like 9:00 or 5:30 pm",
        ),
        ({"first": "2026-11-02", "start": "10:00", "end": "9:00"}, "It must end after it starts"),
        ({"first": "2026-11-02", "start": "10:00", "end": "10:00"}, "It must end after it starts"),
        ({"first": "2026-11-03", "last": "2026-11-02"}, "It must end after it starts"),
        ({"first": "2026-10-01"}, "This time is over already"),
        ({"first": "2026-11-02", "last": "2028-01-01"}, "At most a year can be blocked at once"),
        ({"first": "2026-11-02", "reason": "x" * 201}, "Reason must be 200 characters or fewer"),
        ({"first": "2026-11-02", "reason": "a\nb"}, "Reason must be on one line, without control characters"),
    ],
)
def test_blocks_that_cannot_be_are_said_and_kept(desk: Visit, typed: dict[str, str], sentence: str):
    page = block(desk, **typed)

    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert page.errors == [sentence]
    for name, value in typed.items():
        if "\n" not in value:
            assert page.form(0).values[name] == [value]
    assert blocked() == []


def test_removing_twice_and_removing_what_is_not_theirs_changes_nothing(desk: Visit, app: Flask):
    desk.get("/desk/blocks/").form(0).submit(first="2026-11-02", reason="Dentist")
    form = desk.get("/desk/blocks/").form("/remove")
    wren = at_the_desk(app, "Wren Ito", "wren@consultancy.example")
    token = wren.get("/desk/blocks/").form(0).values["csrf_token"][0]
    own = str(form.element.get("action"))

    assert wren.client.post(own, data={"csrf_token": token}).status_code == 303
    assert len(blocked()) == 1

    assert [form.submit().status_code, form.submit().status_code] == [303, 303]
    assert blocked() == []


def test_a_number_that_no_database_takes_is_no_page(desk: Visit):
    token = desk.get("/desk/blocks/").form(0).values["csrf_token"][0]

    assert desk.client.post(f"/desk/blocks/{10**20}/remove", data={"csrf_token": token}).status_code == 404


def test_blocks_that_are_over_are_not_listed(app: Flask):
    consultant = a_consultant()
    start = datetime(2026, 10, 5, tzinfo=UTC)
    absences.block(consultant, start=start, end=datetime(2026, 10, 6, tzinfo=UTC), reason="past")
    absences.block(consultant, start=start, end=datetime(2026, 11, 6, tzinfo=UTC), reason="still on")

    found = absences.blocks_of(consultant, since=datetime(2026, 10, 31, tzinfo=UTC)).rows

    assert [block.reason for block in found] == ["still on"]
