"""Whatever a calendar holds, working it out ends, and what is too much is not taken for free."""

import time
from datetime import UTC, date, datetime

import pytest

from booking.busy_calendar import BusyTime
from booking.calendar_expansion import Window, expand
from booking.calendar_faults import CalendarUnreadable
from booking.slots import Interval
from tests.booking.calendars import a_calendar, an_event

WINDOW = Window("America/New_York", date(2026, 11, 1), date(2027, 1, 3), "robin@consultancy.example")
pytestmark = pytest.mark.processes


def test_the_busy_time_comes_back_as_it_was_worked_out():
    ours = an_event("ours@localhost", start="20261104T150000Z", end="20261104T153000Z")
    unclear = an_event("unclear@elsewhere", "RRULE:FREQ=NEVER", start="20261105T150000Z", end="20261105T153000Z")
    window = Window("America/New_York", WINDOW.first, WINDOW.until, own_uids=frozenset({"ours@localhost"}))

    found = expand([a_calendar(an_event()), a_calendar(ours, unclear)], window)

    blocks = [
        Interval(datetime(2026, 11, day, 15, tzinfo=UTC), datetime(2026, 11, day, 15, 30, tzinfo=UTC)) for day in (2, 5)
    ]
    assert found == BusyTime(tuple(blocks), ("Dentist",))


def test_what_is_wrong_with_a_calendar_is_said_in_the_same_words():
    with pytest.raises(CalendarUnreadable, match="breaks off before its end"):
        expand([a_calendar(an_event())[:-20]], WINDOW)


@pytest.mark.parametrize(
    "text",
    [
        a_calendar(an_event("x", "RRULE:FREQ=SECONDLY")),
        a_calendar(an_event("x", "RRULE:FREQ=DAILY;INTERVAL=0")),
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\nUID:x\r\n" * 150_000 + b"END:VCALENDAR\r\n",
    ],
    ids=["every second", "never on", "never closed"],
)
def test_what_has_no_end_is_ended(text: bytes):
    begun = time.monotonic()

    with pytest.raises(CalendarUnreadable, match="takes too long"):
        expand([text], WINDOW, seconds=1.5)

    assert time.monotonic() - begun < 4


def test_more_than_is_read_is_refused_before_it_is_read():
    with pytest.raises(CalendarUnreadable, match="larger than 5 MB"):
        expand([a_calendar(an_event())] + [b"BEGIN:VCALENDAR\r\n" * 100_000] * 4, WINDOW)


def test_a_calendar_of_many_years_is_read_in_good_time():
    old = (an_event(f"{number}@x", start="20190102T150000Z", end="20190102T153000Z") for number in range(8_000))
    begun = time.monotonic()

    found = expand([a_calendar(*old, an_event())], WINDOW)

    assert len(found.intervals) == 1
    assert time.monotonic() - begun < 15
