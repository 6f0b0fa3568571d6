"""A consultant's calendars are read again and again; what cannot be read is never taken for free."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from booking import calendar_passwords, calendar_sources, guard, schedule
from booking.availability import TRUSTED_FOR, hosts_between, policy_of
from booking.calendar_faults import CalendarFault, CalendarUnreadable, PasswordLost
from booking.calendar_models import CalendarSource, SourceKind
from booking.calendar_sources import Wanted
from booking.hours import ONE_DAY
from booking.models import BusyInterval, Consultant, ConsultType, TravelZone
from booking.slots import Reason, Timetable
from kit import clock
from kit.context import EXTENSION, current_settings
from kit.db import session, transaction
from kit.fetch import AddressRefused, TooLarge
from tests.booking.builders import MONDAY_10, a_booking, a_consult_type, a_consultant
from tests.booking.calendar_server import ROBIN, CalendarServer
from tests.booking.calendars import a_calendar, an_event
from tests.booking.visit import NINE, TEN, Letters, Visit, bookings
from tests.web_server import Asked, Handler, Says, Server, web_server

MoveClock = Callable[[datetime], None]
NOW = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)
BUSY_AT_TEN = a_calendar(an_event(), name="Robin’s calendar")


@pytest.fixture
def host(app: Flask, open_loopback: None) -> Consultant:
    return a_consultant()


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    with web_server() as running:
        running.answers["/robin.ics"] = Says(BUSY_AT_TEN, 200, {"ETag": '"1"'})
        yield running


def add(consultant: Consultant, url: str, **changes: object) -> CalendarSource:
    wanted = Wanted(**{"kind": SourceKind.ICS, "url": url, **changes})  # type: ignore[arg-type]
    return calendar_sources.add(consultant, wanted, now=clock.now())


def add_server(consultant: Consultant, url: str, **changes: object) -> CalendarSource:
    login = {"user": ROBIN.user, "password": ROBIN.password}
    return add(consultant, url, kind=SourceKind.CALDAV, **login | changes)


def source() -> CalendarSource:
    session().rollback()
    session().expire_all()
    return session().scalars(select(CalendarSource)).one()


def blocks() -> list[str]:
    """The starts of all busy time that is known, in UTC."""
    session().rollback()
    found = session().scalars(select(BusyInterval.starts_at).order_by(BusyInterval.starts_at))
    return [f"{start:%Y-%m-%dT%H:%M}" for start in found]


def reason_at(consult_type: ConsultType, start: datetime) -> Reason | None:
    """Why that start is not offered with the first host."""
    (host,) = hosts_between(consult_type.hosts, start, start + consult_type.length, now=clock.now())
    return Timetable(host, policy_of(consult_type), clock.now()).explain(start)


def test_a_calendar_is_read_when_it_is_added(host: Consultant, server: Server):
    added = add(host, f"{server.url}/robin.ics")

    assert (added.name, added.good_at, added.marker, added.trouble) == ("Robin’s calendar", NOW, '"1"', "")
    assert blocks() == ["2026-11-02T15:00"]


def test_visitors_are_not_offered_what_a_calendar_blocks(host: Consultant, server: Server, client: FlaskClient):
    a_consult_type(host)
    visit = Visit(client)
    assert TEN in visit.starts()

    add(host, f"{server.url}/robin.ics")

    assert TEN not in visit.starts()
    assert NINE in visit.starts()


def test_only_what_has_changed_is_read_again(host: Consultant, server: Server, at: MoveClock):
    add(host, f"{server.url}/robin.ics")
    server.answers["/robin.ics"] = Says(b"", 304)

    assert calendar_sources.read_due() == 0
    at(NOW + timedelta(minutes=10))
    assert calendar_sources.read_due() == 1

    assert server.asked[-1].headers["if-none-match"] == '"1"'
    assert (source().good_at, source().due_at) == (clock.now(), clock.now() + timedelta(minutes=10))
    assert blocks() == ["2026-11-02T15:00"]


def test_a_server_without_etags_is_asked_by_date(host: Consultant, server: Server, at: MoveClock):
    server.answers["/robin.ics"] = Says(BUSY_AT_TEN, 200, {"Last-Modified": "Sat, 31 Oct 2026 10:00:00 GMT"})
    add(host, f"{server.url}/robin.ics")
    at(NOW + timedelta(minutes=10))

    calendar_sources.read_due()

    assert server.asked[-1].headers["if-modified-since"] == "Sat, 31 Oct 2026 10:00:00 GMT"


def test_what_is_new_takes_the_place_of_what_was_known(host: Consultant, server: Server, at: MoveClock):
    add(host, f"{server.url}/robin.ics")
    moved = an_event(start="20261103T150000Z", end="20261103T153000Z")
    server.answers["/robin.ics"] = Says(a_calendar(moved), 200, {"ETag": '"2"'})
    at(NOW + timedelta(minutes=10))

    calendar_sources.read_due()

    assert blocks() == ["2026-11-03T15:00"]


def test_the_window_moves_on_although_nothing_changes(host: Consultant, server: Server, at: MoveClock):
    a_consult_type(host, horizon_days=60)
    daily = an_event("daily@x", "RRULE:FREQ=DAILY")
    server.answers["/robin.ics"] = Says(a_calendar(daily), 200, {"ETag": '"1"'})
    add(host, f"{server.url}/robin.ics")
    first = (blocks()[-1], source().known_until)
    at(NOW + timedelta(days=1, hours=2))

    calendar_sources.read_due()

    assert "if-none-match" not in server.asked[-1].headers
    assert first == ("2027-01-01T15:00", datetime(2027, 1, 2, 5, tzinfo=UTC))
    assert (blocks()[-1], source().known_until) == ("2027-01-02T15:00", datetime(2027, 1, 3, 5, tzinfo=UTC))


def test_behind_the_last_day_that_was_read_nothing_is_free(host: Consultant, server: Server, client: FlaskClient):
    consult_type = a_consult_type(host, horizon_days=30)
    add(host, f"{server.url}/robin.ics")
    with transaction() as current:
        current.merge(consult_type).horizon_days = 60

    visit = Visit(client, "/book/?week=2026-12-14")

    assert max(visit.starts()) < "2026-12-04"


def test_a_change_of_zone_is_a_reason_to_read_again(host: Consultant, server: Server, at: MoveClock):
    day = an_event().replace("DTSTART:20261102T150000Z", "DTSTART;VALUE=DATE:20261103")
    day = day.replace("DTEND:20261102T153000Z", "DTEND;VALUE=DATE:20261104")
    server.answers["/robin.ics"] = Says(a_calendar(day), 200, {"ETag": '"1"'})
    add(host, f"{server.url}/robin.ics")
    assert blocks() == ["2026-11-03T05:00"]

    schedule.set_week(host, zone_name="Europe/London", week={})
    at(NOW + timedelta(minutes=10))
    calendar_sources.read_due()

    assert blocks() == ["2026-11-03T00:00"]


def test_whole_days_are_those_at_home_also_on_a_journey(host: Consultant, server: Server):
    with transaction():
        host.travels.append(TravelZone(first=MONDAY_10.date(), last=MONDAY_10.date(), zone_name="Asia/Tokyo"))
    day = an_event().replace("DTSTART:20261102T150000Z", "DTSTART;VALUE=DATE:20261102")
    server.answers["/robin.ics"] = Says(a_calendar(day.replace("DTEND:20261102T153000Z\r\n", "")))

    add(host, f"{server.url}/robin.ics")

    assert blocks() == ["2026-11-02T05:00"]


def test_our_own_consults_do_not_block_us_not_even_cancelled_ones(
    host: Consultant, server: Server, client: FlaskClient
):
    consult_type = a_consult_type(host)
    booking = a_booking(consult_type)
    server.answers["/robin.ics"] = Says(a_calendar(an_event(booking.uid)))
    add(host, f"{server.url}/robin.ics")
    assert blocks() == []

    guard.cancel(booking.secret, "", now=NOW)
    calendar_sources.read_now(source(), now=NOW)

    assert blocks() == []
    assert TEN in Visit(client).starts()


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (Says(b"", 404), CalendarFault),
        (Says(b"", 401), CalendarFault),
        (Says(b"<!doctype html><title>Sign in</title>"), CalendarUnreadable),
        (Says(b""), CalendarUnreadable),
        (Says(b"x" * 5_000_001), TooLarge),
        (Says(b"", 302, {"Location": "http://127.0.0.2:1/"}), AddressRefused),
        (Says(b"", 304), CalendarUnreadable),
    ],
)
def test_what_cannot_be_read_is_not_added(host: Consultant, server: Server, answer: Says, fault: type[Exception]):
    server.answers["/robin.ics"] = answer

    with pytest.raises(fault):
        add(host, f"{server.url}/robin.ics")

    assert session().scalars(select(CalendarSource)).all() == []


def endless(handler: Handler, _asked: Asked) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(b"BEGIN:VCALENDAR\r\n")
    for _ in range(1000):
        handler.wfile.write(b"X-" + b"A" * 9_998 + b"\r\n")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Says(b"", 503), "The server cannot answer at the moment (status 503)."),
        (Says(b"", 410), "There is nothing at this address, or nothing any more."),
        (Says(b"<html>", 200), "At this address is a web page, not a calendar."),
        (Says(BUSY_AT_TEN[:-9], 200), "The calendar breaks off before its end."),
        (endless, "What the server sent is larger than what is read."),
        (Says(b"", 302, {"Location": "http://10.0.0.1/"}), "This address leads into a private network"),
    ],
)
def test_a_calendar_that_stops_making_sense_keeps_its_last_copy_for_a_while(
    host: Consultant, server: Server, client: FlaskClient, at: MoveClock, answer: Says, sentence: str
):
    a_consult_type(host)
    add(host, f"{server.url}/robin.ics")
    server.answers["/robin.ics"] = answer
    at(NOW + timedelta(minutes=10))

    calendar_sources.read_due()

    found = source()
    assert found.trouble.startswith(sentence)
    assert (found.tries, found.due_at, found.good_at) == (1, clock.now() + timedelta(minutes=1), NOW)
    assert blocks() == ["2026-11-02T15:00"]
    assert NINE in Visit(client).starts()
    assert TEN not in Visit(client).starts()


def test_a_server_that_is_down_is_asked_less_and_less_often(host: Consultant, server: Server, at: MoveClock):
    add(host, f"{server.url}/robin.ics")
    server.answers["/robin.ics"] = Says(b"", 500)
    waits = []

    for _ in range(9):
        at(source().due_at)
        calendar_sources.read_due()
        waits.append((source().due_at - clock.now()) // timedelta(minutes=1))

    assert waits == [1, 2, 5, 10, 20, 40, 60, 60, 60]


def test_past_its_age_a_copy_is_not_trusted_and_its_owner_is_told_once(
    host: Consultant, server: Server, client: FlaskClient, letters: Letters, at: MoveClock
):
    consult_type = a_consult_type(host)
    add(host, f"{server.url}/robin.ics", name="Private")
    Visit(client).book(NINE)
    server.answers["/robin.ics"] = Says(b"", 500)

    for minutes in range(0, 12 * 60, 30):
        at(NOW + timedelta(minutes=minutes))
        calendar_sources.read_due()

    assert Visit(client).starts() == []
    assert reason_at(consult_type, MONDAY_10 + ONE_DAY) is Reason.UNREAD
    told = [letter for letter in letters() if "not offered" in letter["Subject"]]
    assert [str(letter["To"].addresses[0].addr_spec) for letter in told] == ["robin@consultancy.example"]
    text = told[0].get_body(("plain",)).get_content()
    assert "“Private” could not be read for more than 6 hours" in text
    assert "The server cannot answer at the moment (status 500)." in text
    assert "Saturday 31 October 2026, 6:30" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert [booking.state.value for booking in bookings()] == ["confirmed"]
    assert timedelta(hours=12) > TRUSTED_FOR


def test_as_soon_as_it_can_be_read_again_its_owner_is_offered_again(
    host: Consultant, server: Server, client: FlaskClient, letters: Letters, at: MoveClock
):
    a_consult_type(host)
    add(host, f"{server.url}/robin.ics")
    good = server.answers["/robin.ics"]
    for hours in (1, 8):
        server.answers["/robin.ics"] = Says(b"", 500)
        at(clock.now() + timedelta(hours=hours))
        calendar_sources.read_due()
    assert Visit(client).starts() == []

    server.answers["/robin.ics"] = good
    at(clock.now() + timedelta(hours=1))
    calendar_sources.read_due()

    assert NINE in Visit(client).starts()
    assert (source().tries, source().told_at, source().trouble) == (0, None, "")
    server.answers["/robin.ics"] = Says(b"", 500)
    for _ in range(3):
        at(clock.now() + timedelta(hours=4))
        calendar_sources.read_due()
    assert len([letter for letter in letters() if "not offered" in letter["Subject"]]) == 2


def test_a_worker_that_was_away_reads_before_it_tells_anybody(
    host: Consultant, server: Server, letters: Letters, at: MoveClock
):
    add(host, f"{server.url}/robin.ics")
    at(NOW + timedelta(days=3))

    calendar_sources.read_due()

    assert letters() == []


def test_another_consultant_is_offered_all_the_while(
    host: Consultant, server: Server, client: FlaskClient, at: MoveClock
):
    a_consult_type(host, a_consultant("Sam Ortiz"))
    add(host, f"{server.url}/robin.ics")
    server.answers["/robin.ics"] = Says(b"", 500)
    at(NOW + timedelta(hours=8))
    calendar_sources.read_due()

    Visit(client).book(TEN)

    assert [booking.consultant.name for booking in bookings()] == ["Sam Ortiz"]


def test_what_was_understood_in_part_is_said(host: Consultant, server: Server, at: MoveClock):
    server.answers["/robin.ics"] = Says(a_calendar(an_event("x", "RRULE:FREQ=NEVER")), 200, {"ETag": '"1"'})
    add(host, f"{server.url}/robin.ics")
    assert source().trouble == "Only a part could be understood of “Dentist”: check that the right time is blocked."

    server.answers["/robin.ics"] = Says(b"", 304)
    at(NOW + timedelta(minutes=10))
    calendar_sources.read_due()

    assert source().trouble.startswith("Only a part could be understood of “Dentist”")
    assert source().tries == 0


def test_a_claim_whose_worker_died_runs_out(host: Consultant, server: Server, at: MoveClock):
    add(host, f"{server.url}/robin.ics")
    at(NOW + timedelta(minutes=10))
    calendar_sources._claim(clock.now())

    assert calendar_sources.read_due() == 0
    at(clock.now() + timedelta(minutes=6))
    assert calendar_sources.read_due() == 1


def test_a_calendar_that_was_removed_while_it_was_read_stays_removed(host: Consultant, server: Server):
    added = add(host, f"{server.url}/robin.ics")

    with transaction():
        task = calendar_sources._task(added, NOW, whole=True)
    calendar_sources.remove(added)
    calendar_sources._read(task, calendar_sources._limits(5))

    assert blocks() == []


def test_a_calendar_that_is_removed_takes_its_busy_time_along(host: Consultant, server: Server):
    calendar_sources.remove(add(host, f"{server.url}/robin.ics"))

    assert blocks() == []
    assert session().scalars(select(CalendarSource)).all() == []


def test_a_changed_calendar_is_read_at_once(host: Consultant, server: Server):
    added = add(host, f"{server.url}/robin.ics")
    server.answers["/other.ics"] = Says(a_calendar(an_event(start="20261104T150000Z", end="20261104T153000Z")))

    calendar_sources.change(added, Wanted(SourceKind.ICS, f"{server.url}/other.ics", "Other"), now=NOW)

    assert (source().name, source().url) == ("Other", f"{server.url}/other.ics")
    assert blocks() == ["2026-11-04T15:00"]


def test_a_change_that_cannot_be_read_changes_nothing(host: Consultant, server: Server):
    added = add(host, f"{server.url}/robin.ics")

    with pytest.raises(CalendarFault):
        calendar_sources.change(added, Wanted(SourceKind.ICS, f"{server.url}/gone.ics", "Other"), now=NOW)

    assert source().url == f"{server.url}/robin.ics"
    assert blocks() == ["2026-11-02T15:00"]


def test_a_private_network_is_closed_unless_the_site_opens_it(host: Consultant, server: Server, app: Flask):
    app.extensions[EXTENSION] = replace(current_settings(), calendar_networks=())

    with pytest.raises(AddressRefused):
        add(host, f"{server.url}/robin.ics")

    assert server.asked == []


def test_a_calendar_on_a_server_blocks_and_is_read_only_when_it_changes(
    host: Consultant, radicale: CalendarServer, at: MoveClock
):
    work = radicale.make_calendar("Work", BUSY_AT_TEN)
    add_server(host, work)
    assert blocks() == ["2026-11-02T15:00"]
    radicale.asked.clear()
    at(NOW + timedelta(minutes=10))
    calendar_sources.read_due()
    unchanged = [method for method, _ in radicale.asked]

    radicale.client.put(
        f"{work}new.ics", a_calendar(an_event("new@x", start="20261104T150000Z", end="20261104T153000Z"))
    )
    radicale.asked.clear()
    at(clock.now() + timedelta(minutes=10))
    calendar_sources.read_due()

    assert "REPORT" not in unchanged
    assert "REPORT" in [method for method, _ in radicale.asked]
    assert blocks() == ["2026-11-02T15:00", "2026-11-04T15:00"]


def test_a_password_is_stored_sealed(host: Consultant, radicale: CalendarServer):
    add_server(host, radicale.make_calendar("Work"))

    assert ROBIN.password.encode() not in (source().secret or b"")
    assert calendar_passwords.password_of(source()) == ROBIN.password


def test_a_password_that_works_no_longer_is_said(host: Consultant, radicale: CalendarServer, at: MoveClock):
    add_server(host, radicale.make_calendar("Work", BUSY_AT_TEN))
    (radicale.folder / "users").write_text("robin:another one\n")
    at(NOW + timedelta(minutes=10))

    calendar_sources.read_due()

    assert source().trouble.startswith("The server refuses the name and the password.")
    assert blocks() == ["2026-11-02T15:00"]


def test_under_another_secret_key_a_password_is_asked_for_once_more(
    host: Consultant, radicale: CalendarServer, app: Flask, at: MoveClock
):
    added = add_server(host, radicale.make_calendar("Work", BUSY_AT_TEN))
    app.extensions[EXTENSION] = replace(current_settings(), secret_key="another key of the site 0123456789")
    at(NOW + timedelta(minutes=10))

    assert calendar_sources.read_due() == 1

    assert "SECRET_KEY has changed. Enter it again." in source().trouble
    assert blocks() == ["2026-11-02T15:00"]
    with pytest.raises(PasswordLost):
        calendar_passwords.password_of(added)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (" https://example.com/a.ics ", ("https://example.com/a.ics", "", "")),
        ("webcal://example.com/a.ics", ("https://example.com/a.ics", "", "")),
        ("WEBCAL://example.com/a.ics", ("https://example.com/a.ics", "", "")),
        ("example.com/a.ics", ("https://example.com/a.ics", "", "")),
        ("https://ann:pa%40ss@example.com:8443/a", ("https://example.com:8443/a", "ann", "pa@ss")),
        ("http://[::1", ("http://[::1", "", "")),
    ],
)
def test_an_address_can_be_typed_in_several_ways(typed: str, found: tuple[str, str, str]):
    assert calendar_sources.plain_address(typed) == found


def test_odd_words_of_a_server_are_kept_out(host: Consultant, server: Server, at: MoveClock):
    named = BUSY_AT_TEN.replace("Robin’s calendar".encode(), b"Robin\\, at \x00 work\xff" + b"x" * 300)
    server.answers["/robin.ics"] = Says(named, 200, {"ETag": '"' + "x" * 500 + '"'})

    add(host, f"{server.url}/robin.ics")

    assert (source().marker, len(source().name)) == ("", 120)
    assert source().name.startswith("Robin, at  work\N{REPLACEMENT CHARACTER}xxx")
