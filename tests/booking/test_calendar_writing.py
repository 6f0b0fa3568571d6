"""Consults stand in the consultant's own calendar, once each, whatever happens on the way there."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from booking import calendar_sources, calendar_writing, guard, services
from booking.calendar_entries import note
from booking.calendar_models import CalendarEntry, CalendarSource, SourceKind
from booking.calendar_sources import Wanted
from booking.models import Booking, BookingState, BusyInterval, Consultant, HostMode
from kit import clock
from kit.context import EXTENSION, current_settings
from kit.db import session, transaction
from tests.booking.builders import MONDAY_10, a_booking, a_consult_type, a_consultant, a_guest, a_hold
from tests.booking.calendar_server import ROBIN, CalendarServer
from tests.booking.calendars import a_calendar, an_event
from tests.booking.invite_rules import Component, read_object
from tests.booking.libical import faults_of
from tests.booking.readers import assert_calendar

MoveClock = Callable[[datetime], None]
NOW = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)
MONDAY_11 = MONDAY_10 + timedelta(hours=1)


@pytest.fixture
def host(app: Flask, open_loopback: None) -> Consultant:
    return a_consultant()


@pytest.fixture
def work(radicale: CalendarServer) -> str:
    return radicale.make_calendar("Work")


def write_into(consultant: Consultant, calendar: str, **changes: object) -> CalendarSource:
    values = {"user": ROBIN.user, "password": ROBIN.password, "reads": False, "writes": True}
    wanted = Wanted(SourceKind.CALDAV, calendar, **values | changes)  # type: ignore[arg-type]
    return calendar_sources.add(consultant, wanted, now=clock.now())


def entries() -> list[tuple[int, int, str]]:
    """How often each consult changed, how much of that is written, and the trouble."""
    session().rollback()
    rows = session().scalars(select(CalendarEntry).order_by(CalendarEntry.id))
    return [(row.wanted - row.written, row.tries, row.trouble) for row in rows]


def events(radicale: CalendarServer, calendar: str) -> list[Component]:
    """What the server keeps, by start."""
    kept = (read_object(b"\r\n".join(file.splitlines()) + b"\r\n") for file in radicale.files(calendar))
    found = [part for calendar in kept for part in calendar.parts if part.name == "VEVENT"]
    return sorted(found, key=lambda event: event.one("DTSTART").value)


def starts(radicale: CalendarServer, calendar: str) -> list[str]:
    return [event.one("DTSTART").value for event in events(radicale, calendar)]


def test_a_consult_is_written_without_a_method_and_so_that_the_server_sends_nothing(
    host: Consultant, radicale: CalendarServer, work: str
):
    write_into(host, work)
    booking = a_booking(a_consult_type(host))

    assert calendar_writing.write_due() == 1

    (file,) = radicale.files(work)
    (event,) = events(radicale, work)
    assert b"METHOD" not in file
    assert event.one("UID").value == booking.uid
    assert event.one("DTSTART").value == "20261102T150000Z"
    assert event.one("ORGANIZER").parameters["SCHEDULE-AGENT"] == "CLIENT"
    assert [line.parameters["SCHEDULE-AGENT"] for line in event.all("ATTENDEE")] == ["CLIENT", "CLIENT"]
    assert entries() == [(0, 0, "")]
    assert faults_of(file) == []


def test_what_we_write_is_read_by_the_programs_of_others(host: Consultant, radicale: CalendarServer, work: str):
    write_into(host, work)
    a_booking(a_consult_type(host))
    with transaction():
        _claimed, task = calendar_writing._claim(NOW)

    assert task is not None and task.body is not None
    assert_calendar(task.body)


def test_a_move_moves_the_event_and_a_cancellation_takes_it_out(host: Consultant, radicale: CalendarServer, work: str):
    write_into(host, work)
    booking = a_booking(a_consult_type(host))
    calendar_writing.write_due()

    guard.move(booking.secret, MONDAY_11, now=NOW)
    calendar_writing.write_due()
    assert starts(radicale, work) == ["20261102T160000Z"]
    assert events(radicale, work)[0].one("SEQUENCE").value == "1"

    guard.cancel(booking.secret, "", now=NOW)
    calendar_writing.write_due()
    assert starts(radicale, work) == []
    assert entries() == []


def test_booking_moving_and_cancelling_by_the_site_is_written_too(
    host: Consultant, radicale: CalendarServer, work: str
):
    write_into(host, work)
    held = a_hold(a_consult_type(host))
    services.book(held.secret, a_guest(), now=NOW)
    calendar_writing.write_due()
    (event,) = events(radicale, work)
    assert "Ann Avery" in event.text("SUMMARY")

    services.cancel(held.secret, reason="", now=NOW)
    calendar_writing.write_due()

    assert starts(radicale, work) == []


def test_a_hold_is_nobody_s_event(host: Consultant, radicale: CalendarServer, work: str):
    write_into(host, work)
    a_hold(a_consult_type(host))

    assert calendar_writing.write_due() == 0


def test_what_is_only_offered_is_tentative(host: Consultant, radicale: CalendarServer, work: str):
    write_into(host, work)
    booking = a_booking(a_consult_type(host))
    with transaction() as current:
        row = current.get_one(Booking, booking.id)
        row.state = BookingState.PENDING
        note(row)

    calendar_writing.write_due()

    assert events(radicale, work)[0].one("STATUS").value == "TENTATIVE"


def test_changes_before_the_first_writing_are_written_once(host: Consultant, radicale: CalendarServer, work: str):
    write_into(host, work)
    booking = a_booking(a_consult_type(host))
    guard.move(booking.secret, MONDAY_11, now=NOW)
    radicale.asked.clear()

    assert calendar_writing.write_due() == 1

    assert starts(radicale, work) == ["20261102T160000Z"]
    assert [method for method, _ in radicale.asked] == ["PUT"]


def test_a_consult_that_never_reached_the_calendar_leaves_nothing_there(
    host: Consultant, radicale: CalendarServer, work: str
):
    write_into(host, work)
    booking = a_booking(a_consult_type(host))
    guard.cancel(booking.secret, "", now=NOW)

    calendar_writing.write_due()

    assert (starts(radicale, work), entries()) == ([], [])


def test_another_host_gets_the_event_and_the_first_one_loses_it(host: Consultant, radicale: CalendarServer, work: str):
    other = a_consultant("Sam Ortiz")
    sams = radicale.make_calendar("Sam")
    write_into(host, work)
    write_into(other, sams)
    consult_type = a_consult_type(host)
    booking = a_booking(consult_type)
    calendar_writing.write_due()

    guard.reassign(booking.secret, other, now=NOW, host_name="localhost")
    calendar_writing.write_due()

    assert (starts(radicale, work), starts(radicale, sams)) == ([], ["20261102T150000Z"])


def test_where_all_hosts_take_part_each_has_the_event(host: Consultant, radicale: CalendarServer, work: str):
    other = a_consultant("Sam Ortiz")
    sams = radicale.make_calendar("Sam")
    write_into(host, work)
    write_into(other, sams)
    booking = a_booking(a_consult_type(host, other, host_mode=HostMode.ALL))
    calendar_writing.write_due()
    assert (starts(radicale, work), starts(radicale, sams)) == (["20261102T150000Z"], ["20261102T150000Z"])

    guard.move(booking.secret, MONDAY_11, now=NOW)
    calendar_writing.write_due()

    assert (starts(radicale, work), starts(radicale, sams)) == (["20261102T160000Z"], ["20261102T160000Z"])


def test_what_stands_in_the_calendar_does_not_block_us(host: Consultant, radicale: CalendarServer, work: str):
    write_into(host, work, reads=True)
    a_booking(a_consult_type(host))
    calendar_writing.write_due()

    calendar_sources.read_now(session().scalars(select(CalendarSource)).one(), now=NOW)

    assert session().scalars(select(BusyInterval)).all() == []


def test_a_server_that_is_down_is_tried_again_and_nothing_is_lost_or_doubled(
    host: Consultant, radicale: CalendarServer, work: str, at: MoveClock
):
    write_into(host, work)
    a_booking(a_consult_type(host))
    radicale.broken = "503 Service Unavailable"
    for tries in (1, 2, 3):
        calendar_writing.write_due()
        assert entries() == [(1, tries, "The server cannot answer at the moment (status 503).")]
        assert calendar_writing.write_due() == 0
        at(clock.now() + timedelta(minutes=10))

    radicale.broken = ""
    calendar_writing.write_due()

    assert starts(radicale, work) == ["20261102T150000Z"]
    assert entries() == [(0, 0, "")]


def test_a_server_that_cannot_be_reached_at_all_costs_nobody_a_booking(
    app: Flask, host: Consultant, radicale: CalendarServer, work: str
):
    write_into(host, work)
    app.extensions[EXTENSION] = replace(current_settings(), calendar_networks=())

    booking = a_booking(a_consult_type(host))
    calendar_writing.write_due()

    assert booking.state is BookingState.CONFIRMED
    assert entries()[0][2].startswith("This address leads into a private network")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_worker_that_was_killed_neither_loses_nor_doubles(
    host: Consultant, radicale: CalendarServer, work: str, at: MoveClock, moment: str
):
    write_into(host, work)
    a_booking(a_consult_type(host))
    _claimed, task = calendar_writing._claim(clock.now())
    assert task is not None and task.body is not None
    if moment == "after":  # the server has it, and nobody wrote that down
        calendar_writing._put(radicale.client, task, task.body)

    assert calendar_writing.write_due() == 0
    at(clock.now() + timedelta(minutes=6))
    assert calendar_writing.write_due() == 1

    assert starts(radicale, work) == ["20261102T150000Z"]
    assert entries() == [(0, 0, "")]


def test_a_worker_that_was_killed_while_it_removed_is_followed_by_another(
    host: Consultant, radicale: CalendarServer, work: str, at: MoveClock
):
    write_into(host, work)
    booking = a_booking(a_consult_type(host))
    calendar_writing.write_due()
    guard.cancel(booking.secret, "", now=NOW)
    _claimed, task = calendar_writing._claim(clock.now())
    assert task is not None
    calendar_writing._remove(radicale.client, task)

    at(clock.now() + timedelta(minutes=6))
    calendar_writing.write_due()

    assert (starts(radicale, work), entries()) == ([], [])


def test_a_change_while_the_earlier_one_is_written_is_written_next(
    host: Consultant, radicale: CalendarServer, work: str
):
    write_into(host, work)
    booking = a_booking(a_consult_type(host))
    _claimed, task = calendar_writing._claim(clock.now())
    assert task is not None
    guard.move(booking.secret, MONDAY_11, now=NOW)

    calendar_writing._carry_out(task)
    assert (starts(radicale, work), entries()) == (["20261102T150000Z"], [(1, 0, "")])
    calendar_writing.write_due()

    assert (starts(radicale, work), entries()) == (["20261102T160000Z"], [(0, 0, "")])


def test_an_event_that_its_owner_changed_is_ours_again_and_keeps_the_owner_s_alarm(
    host: Consultant, radicale: CalendarServer, work: str
):
    write_into(host, work)
    booking = a_booking(a_consult_type(host))
    calendar_writing.write_due()
    (url,) = (entry.href for entry in session().scalars(select(CalendarEntry)))
    alarm = b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Soon\r\nTRIGGER:-PT7M\r\nEND:VALARM\r\nEND:VEVENT"
    stored = radicale.client.get(url)
    assert stored is not None
    changed = stored.body.replace(b"20261102T150000Z", b"20261102T180000Z").replace(b"END:VEVENT", alarm)
    changed = changed.replace(b"20261102T153000Z", b"20261102T183000Z")
    radicale.client.put(url, changed, etag=stored.etag)

    guard.move(booking.secret, MONDAY_11, now=NOW)
    calendar_writing.write_due()

    (event,) = events(radicale, work)
    assert event.one("DTSTART").value == "20261102T160000Z"
    assert [part.one("TRIGGER").value for part in event.parts] == ["-PT7M"]
    assert entries() == [(0, 0, "")]


def test_an_event_that_its_owner_removed_comes_back_with_the_next_change(
    host: Consultant, radicale: CalendarServer, work: str
):
    write_into(host, work)
    booking = a_booking(a_consult_type(host))
    calendar_writing.write_due()
    (url,) = (entry.href for entry in session().scalars(select(CalendarEntry)))
    radicale.client.delete(url)

    guard.move(booking.secret, MONDAY_11, now=NOW)
    calendar_writing.write_due()

    assert starts(radicale, work) == ["20261102T160000Z"]


def test_an_event_that_came_by_mail_is_taken_over_and_not_doubled(
    host: Consultant, radicale: CalendarServer, work: str
):
    write_into(host, work)
    booking = a_booking(a_consult_type(host))
    radicale.client.put(f"{work}by-mail.ics", a_calendar(an_event(booking.uid)), new=True)

    calendar_writing.write_due()

    (event,) = events(radicale, work)
    assert event.text("SUMMARY") == "First conversation: Ann Avery"
    guard.cancel(booking.secret, "", now=NOW)
    calendar_writing.write_due()
    assert starts(radicale, work) == []


def test_a_calendar_that_is_written_from_now_on_gets_what_is_to_come(
    host: Consultant, radicale: CalendarServer, work: str, at: MoveClock
):
    consult_type = a_consult_type(host)
    a_booking(consult_type)
    a_booking(consult_type, MONDAY_10 + timedelta(days=1), visitor="bob")
    at(MONDAY_10 + timedelta(hours=3))

    write_into(host, work)
    calendar_writing.write_due()

    assert starts(radicale, work) == ["20261103T150000Z"]


def test_a_calendar_that_is_no_longer_written_loses_what_is_to_come(
    host: Consultant, radicale: CalendarServer, work: str
):
    added = write_into(host, work)
    a_booking(a_consult_type(host))
    calendar_writing.write_due()

    only_read = Wanted(SourceKind.CALDAV, work, "Work", ROBIN.user, ROBIN.password, writes=False)
    calendar_sources.change(added, only_read, now=NOW)
    calendar_writing.write_due()

    assert (starts(radicale, work), entries()) == ([], [])


def test_another_calendar_gets_everything_anew(host: Consultant, radicale: CalendarServer, work: str):
    added = write_into(host, work)
    a_booking(a_consult_type(host))
    calendar_writing.write_due()
    home = radicale.make_calendar("Home")

    moved = Wanted(SourceKind.CALDAV, home, "Home", ROBIN.user, ROBIN.password, reads=False, writes=True)
    calendar_sources.change(added, moved, now=NOW)
    calendar_writing.write_due()

    assert starts(radicale, home) == ["20261102T150000Z"]


def test_a_password_that_was_wrong_is_tried_again_as_soon_as_it_is_changed(
    host: Consultant, radicale: CalendarServer, work: str
):
    added = write_into(host, work)
    (radicale.folder / "users").write_text("robin:another one\n")
    a_booking(a_consult_type(host))
    calendar_writing.write_due()
    assert entries()[0][2].startswith("The server refuses the name and the password.")

    right = Wanted(SourceKind.CALDAV, work, "Work", ROBIN.user, "another one", reads=False, writes=True)
    calendar_sources.change(added, right, now=NOW)
    calendar_writing.write_due()

    assert entries() == [(0, 0, "")]


def test_long_after_a_consult_nobody_tries_to_write_it(
    host: Consultant, radicale: CalendarServer, work: str, at: MoveClock
):
    write_into(host, work)
    a_booking(a_consult_type(host))
    radicale.broken = "500 Internal Server Error"
    calendar_writing.write_due()

    at(MONDAY_10 + timedelta(days=3))
    calendar_writing.write_due()

    assert entries() == []


def test_nothing_is_noted_for_a_booking_that_fails(host: Consultant, radicale: CalendarServer, work: str):
    write_into(host, work)
    consult_type = a_consult_type(host)

    with pytest.raises(RuntimeError), transaction():
        guard.confirm(a_hold(consult_type).secret, a_guest(), now=NOW)
        raise RuntimeError("something else went wrong")

    assert entries() == []
