"""The consultant's consults as a calendar to subscribe to."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from booking import feed, guard
from booking.calendar_entries import note
from booking.models import Booking, BookingState, Consultant, HostMode
from kit import clock
from kit.db import session, transaction
from tests.booking.builders import MONDAY_10, a_booking, a_consult_type, a_consultant, a_hold
from tests.booking.invite_rules import Component, moment, read_object

MoveClock = Callable[[datetime], None]
NOW = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)
MONDAY_11 = MONDAY_10 + timedelta(hours=1)


@pytest.fixture
def host(app: Flask) -> Consultant:
    consultant = a_consultant()
    feed.renew(consultant)
    return consultant


def address(consultant: Consultant) -> str:
    return feed.url_of(consultant).removeprefix("http://localhost")


def fetch(client: FlaskClient, consultant: Consultant) -> Component:
    session().rollback()
    response = client.get(address(consultant))
    assert (response.status_code, response.mimetype) == (200, "text/calendar")
    return read_object(response.get_data())


def states(client: FlaskClient, consultant: Consultant) -> list[tuple[str, str]]:
    return [(event.one("DTSTART").value, event.one("STATUS").value) for event in fetch(client, consultant).parts]


def test_a_feed_says_what_it_is_and_how_often_to_look(host: Consultant, client: FlaskClient):
    calendar = fetch(client, host)

    assert calendar.text("X-WR-CALNAME") == calendar.text("NAME") == "Consults of Robin Hale, The Conversation Gap"
    assert calendar.one("REFRESH-INTERVAL").value == "PT15M"
    assert calendar.one("REFRESH-INTERVAL").parameters == {"VALUE": "DURATION"}
    assert calendar.parts == ()


def test_a_consult_stands_in_it_with_what_is_known_and_nobody_attends(host: Consultant, client: FlaskClient):
    booking = a_booking(a_consult_type(host))

    (event,) = fetch(client, host).parts

    assert (event.one("UID").value, event.one("STATUS").value) == (booking.uid, "CONFIRMED")
    assert event.text("SUMMARY") == "First conversation: Ann Avery"
    assert "Guest: Ann Avery, ann@example.com" in event.text("DESCRIPTION")
    assert event.all("ATTENDEE") == event.all("ORGANIZER") == []
    assert moment(event, "DTSTAMP") == moment(event, "LAST-MODIFIED") == booking.changed_at


def test_a_reader_that_has_it_already_is_told_so(host: Consultant, client: FlaskClient, at: MoveClock):
    booking = a_booking(a_consult_type(host))
    first = client.get(address(host))
    at(NOW + timedelta(minutes=20))

    again = client.get(address(host), headers={"If-None-Match": first.headers["ETag"]})
    guard.move(booking.secret, MONDAY_11, now=clock.now())
    changed = client.get(address(host), headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.get_data()) == (304, b"")
    assert changed.status_code == 200


def test_it_is_for_no_search_engine_and_no_cache(host: Consultant, client: FlaskClient):
    response = client.get(address(host))

    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert "Set-Cookie" not in response.headers


def test_a_cancelled_consult_stays_a_while_as_cancelled(host: Consultant, client: FlaskClient, at: MoveClock):
    booking = a_booking(a_consult_type(host))
    guard.cancel(booking.secret, "", now=NOW)

    assert states(client, host) == [("20261102T150000Z", "CANCELLED")]
    at(NOW + timedelta(days=29))
    assert states(client, host) == [("20261102T150000Z", "CANCELLED")]
    at(NOW + timedelta(days=31))
    assert states(client, host) == []


def test_what_is_offered_is_tentative_and_what_is_held_is_not_there(host: Consultant, client: FlaskClient):
    consult_type = a_consult_type(host)
    a_hold(consult_type, MONDAY_11, visitor="bob", now=NOW)
    booking = a_booking(consult_type)
    with transaction() as current:
        row = current.get_one(Booking, booking.id)
        row.state = BookingState.PENDING
        note(row)

    assert states(client, host) == [("20261102T150000Z", "TENTATIVE")]


def test_what_was_held_or_missed_stays_as_it_was(host: Consultant, client: FlaskClient, at: MoveClock):
    booking = a_booking(a_consult_type(host))
    at(MONDAY_10 + timedelta(days=2))
    with transaction() as current:
        current.get_one(Booking, booking.id).state = BookingState.MISSED

    assert states(client, host) == [("20261102T150000Z", "CONFIRMED")]


def test_each_host_of_a_consult_has_it_once_and_nobody_else_has(host: Consultant, client: FlaskClient):
    other, stranger = a_consultant("Sam Ortiz"), a_consultant("Kim Wu")
    for consultant in (other, stranger):
        feed.renew(consultant)
    a_booking(a_consult_type(host, other, host_mode=HostMode.ALL))

    assert [len(fetch(client, consultant).parts) for consultant in (host, other, stranger)] == [1, 1, 0]


def test_a_new_address_ends_the_old_one(host: Consultant, client: FlaskClient):
    old = address(host)

    feed.renew(host)

    assert client.get(old).status_code == 404
    assert client.get(address(host)).status_code == 200
    feed.close(host)
    assert (feed.url_of(host), client.get(old).status_code) == ("", 404)


@pytest.mark.parametrize("secret", ["none-such", "None", "%00", "x" * 500, "../feed"])
def test_an_unknown_address_is_none(host: Consultant, client: FlaskClient, secret: str):
    assert client.get(f"/book/feed/{secret}.ics").status_code == 404


def test_guessing_is_slowed_down(host: Consultant, client: FlaskClient):
    answers = [client.get("/book/feed/guess.ics").status_code for _ in range(61)]

    assert (answers[59], answers[60]) == (404, 429)
