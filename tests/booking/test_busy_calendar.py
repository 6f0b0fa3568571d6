"""What of somebody's calendar blocks them, and what becomes of a calendar that makes no sense."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.busy_calendar import MOST_BYTES, BusyTime, read_busy
from booking.calendar_faults import CalendarUnreadable
from tests.booking.calendars import a_calendar, an_event

NEW_YORK = ZoneInfo("America/New_York")
FIRST, UNTIL = date(2026, 11, 1), date(2026, 11, 15)
ROBIN = "robin@consultancy.example"
ONCE = [("2026-11-02T15:00", "2026-11-02T15:30")]


def read(*texts: bytes, own_uids: frozenset[str] = frozenset()) -> BusyTime:
    return read_busy(texts, zone=NEW_YORK, first=FIRST, until=UNTIL, address=ROBIN, own_uids=own_uids)


def busy(*texts: bytes, **rest: frozenset[str]) -> list[tuple[str, str]]:
    """Start and end in UTC."""
    return [(f"{i.start:%Y-%m-%dT%H:%M}", f"{i.end:%Y-%m-%dT%H:%M}") for i in read(*texts, **rest).intervals]


@pytest.mark.parametrize(
    ("lines", "blocks"),
    [
        ([], True),
        (["STATUS:TENTATIVE"], True),
        (["STATUS:CONFIRMED", "TRANSP:OPAQUE"], True),
        (["STATUS:CANCELLED"], False),
        (["TRANSP:TRANSPARENT"], False),
        ([f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ROBIN}"], False),
        ([f"ATTENDEE;PARTSTAT=DECLINED:MAILTO:{ROBIN.upper()}"], False),
        ([f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{ROBIN}"], True),
        (["ATTENDEE;PARTSTAT=DECLINED:mailto:sam@consultancy.example"], True),
        (["ATTENDEE;PARTSTAT=DECLINED:mailto:sam@x.example", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ROBIN}"], False),
    ],
)
def test_what_blocks(lines: list[str], blocks: bool):
    assert busy(a_calendar(an_event("one@elsewhere", *lines))) == (ONCE if blocks else [])


def test_our_own_events_do_not_block_us():
    calendar = a_calendar(
        an_event("ours@localhost"), an_event("theirs@elsewhere", start="20261103T150000Z", end="20261103T153000Z")
    )

    assert busy(calendar, own_uids=frozenset({"ours@localhost"})) == [("2026-11-03T15:00", "2026-11-03T15:30")]


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        ("20261102T100000", "20261102T103000", ONCE),  # floating: by the wall of the host
        (
            "20261101T013000",
            "20261101T023000",
            [("2026-11-01T05:30", "2026-11-01T07:30")],
        ),  # over the hour that is twice
    ],
)
def test_floating_times_are_those_of_the_host(start: str, end: str, found: list[tuple[str, str]]):
    assert busy(a_calendar(an_event(start=start, end=end))) == found


def test_a_whole_day_is_the_host_s_day():
    event = an_event().replace("DTSTART:20261102T150000Z", "DTSTART;VALUE=DATE:20261101")
    event = event.replace("DTEND:20261102T153000Z", "DTEND;VALUE=DATE:20261102")

    assert busy(a_calendar(event)) == [("2026-11-01T04:00", "2026-11-02T05:00")]


def test_several_files_and_several_calendars_in_one_are_read_together():
    later = an_event("two@elsewhere", start="20261104T150000Z", end="20261104T153000Z")
    last = an_event("three@elsewhere", start="20261105T150000Z", end="20261105T153000Z")

    found = busy(a_calendar(last), a_calendar(later) + a_calendar(an_event()))

    assert found == [*ONCE, ("2026-11-04T15:00", "2026-11-04T15:30"), ("2026-11-05T15:00", "2026-11-05T15:30")]


def test_a_later_version_that_moved_out_of_sight_takes_the_earlier_one_along():
    moved = an_event("one@elsewhere", "SEQUENCE:1", start="20290101T150000Z", end="20290101T153000Z")

    assert busy(a_calendar(an_event(), moved)) == []


@pytest.mark.parametrize(
    ("event", "found"),
    [
        (an_event("x", "RRULE:FREQ=NEVER"), ONCE),
        (an_event("x", "RRULE:FREQ=DAILY;UNTIL=someday"), ONCE),
        (an_event("x", "RRULE:FREQ=DAILY;COUNT=99999999999999"), ONCE),
        (an_event(end="later"), [("2026-11-02T15:00", "2026-11-03T15:00")]),
        (
            an_event("x", "RRULE:FREQ=WEEKLY;COUNT=2", "EXDATE:nonsense"),
            [*ONCE, ("2026-11-09T15:00", "2026-11-09T15:30")],
        ),
        (an_event(start="soon"), []),
        (an_event().replace("DTSTART", "X-START"), []),
    ],
)
def test_what_is_understood_in_part_blocks_that_part_and_is_named(event: str, found: list[tuple[str, str]]):
    other = an_event("other@elsewhere", start="20261105T150000Z", end="20261105T153000Z")
    calendar = a_calendar(event, other)

    assert busy(calendar) == sorted([*found, ("2026-11-05T15:00", "2026-11-05T15:30")])
    assert read(calendar).misread == ("Dentist",)


def test_the_name_of_an_event_that_was_not_understood_is_one_short_line():
    event = an_event(start="soon").replace("SUMMARY:Dentist", "SUMMARY:a\\nb\\n" + "c" * 500)

    assert read(a_calendar(event)).misread == ("a b " + "c" * 56,)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "not a calendar"),
        (b"hello", "not a calendar"),
        (b"<!doctype html><title>Sign in</title>", "a web page, not a calendar"),
        (b"\n <html lang=en>", "a web page, not a calendar"),
        (b"\xff\xfe\x00\x01", "not a calendar"),
        (a_calendar(an_event())[:-20], "breaks off"),
        (a_calendar(an_event(), an_event("two"))[:300], "breaks off"),
        (b"BEGIN:VCALENDAR\r\n" + b"X:" + b"a" * MOST_BYTES + b"\r\nEND:VCALENDAR\r\n", "larger than 5 MB"),
        (b"BEGIN:VCALENDAR\r\nno line at all\r\nEND:VCALENDAR\r\n", "not a calendar"),
    ],
)
def test_what_is_no_calendar_is_never_taken_for_an_empty_one(text: bytes, sentence: str):
    with pytest.raises(CalendarUnreadable, match=sentence):
        read(text)


def test_more_events_than_are_kept_are_refused():
    calendar = a_calendar(an_event("x", "RRULE:FREQ=DAILY"))

    assert len(read_busy([calendar], zone=NEW_YORK, first=FIRST, until=UNTIL, most=15).intervals) == 13
    with pytest.raises(CalendarUnreadable, match="more than 12 events"):
        read_busy([calendar], zone=NEW_YORK, first=FIRST, until=UNTIL, most=12)


def test_an_empty_calendar_is_one():
    assert read(a_calendar()) == BusyTime()


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(st.integers(-200, 200), st.integers(0, 5), st.booleans(), st.booleans(), st.integers(0, 2)),
        max_size=6,
    )
)
def test_leaving_out_what_is_long_over_changes_nothing(events: list[tuple[int, int, bool, bool, int]]):
    """The same events with an alarm that has a DURATION are all read."""
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nREPEAT:1\r\nDURATION:PT5M\r\nEND:VALARM\r\nEND:VEVENT"
    plain = []
    for number, (day, days, whole, weekly, sequence) in enumerate(events):
        start = datetime(2026, 11, 7, 15, tzinfo=UTC) + timedelta(days=day)
        end = start + timedelta(days=days, minutes=30)
        form = "%Y%m%d" if whole else "%Y%m%dT%H%M%SZ"
        more = ["RRULE:FREQ=WEEKLY;COUNT=30"] * weekly + [f"SEQUENCE:{sequence}"]
        event = an_event(f"{number // 2}@x", *more, start=start.strftime(form), end=end.strftime(form))
        if whole:
            event = event.replace("DTSTART:", "DTSTART;VALUE=DATE:").replace("DTEND:", "DTEND;VALUE=DATE:")
        plain.append(event)

    assert read(a_calendar(*plain)) == read(a_calendar(*(event.replace("END:VEVENT", alarm) for event in plain)))
