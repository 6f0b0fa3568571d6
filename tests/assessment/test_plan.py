"""The four-week climb, and its blocks as a calendar that other programs read."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import icalendar
import pytest
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as some

from assessment.forms import HOURS
from assessment.plan import PlanWeek, block_days, make_plan
from assessment.plan_calendar import DAYS, MOST_BLOCKS, plan_calendar, say_days, say_hour

SATURDAY = date(2026, 10, 31)  # the night the clocks change
MONDAY = date(2026, 11, 2)


def floating(text: str) -> datetime:
    """A time by the reader's own clock, which has no zone."""
    return datetime.fromisoformat(text)


def a_plan(*blocks: int) -> tuple[PlanWeek, ...]:
    return tuple(PlanWeek(week, 5, float(many), many, "One task.") for week, many in enumerate(blocks, 1))


def file_of(*blocks: int, days: tuple[str, ...] = (), hour: str = "09:30", on: date = SATURDAY) -> bytes:
    return plan_calendar(a_plan(*blocks), days=days, hour=hour, on=on, uid="abc", host="gap.example.com")


def occurrences(written: bytes) -> list[tuple[datetime, datetime, str]]:
    """Every event as a calendar would show it: start, end, title."""
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(written)).between(
        floating("2026-01-01"), floating("2028-01-01")
    )
    return sorted((event["DTSTART"].dt, event["DTEND"].dt, str(event["SUMMARY"])) for event in found)


def blocks_by_week(written: bytes) -> list[list[str]]:
    weeks: dict[int, list[str]] = {}
    for start, _, title in occurrences(written):
        if "call block" in title:
            weeks.setdefault((start.date() - MONDAY).days // 7, []).append(DAYS[start.weekday()])
    return [weeks[week] for week in sorted(weeks)]


CLIMBS = [  # held, needed, hours each → targets, blocks
    (5.125, 19.93, 0.5167, [6, 8, 9, 10], [4, 4, 5, 6]),
    (0.125, 11.44, 0.5167, [1, 2, 3, 4], [1, 2, 2, 3]),
    (5.125, 4.576, 0.5167, [5, 5, 5, 5], [3, 3, 3, 3]),  # no gap: hold what is held
    (5.125, 6.0, 0.5, [5, 6, 6, 6], [3, 3, 3, 3]),  # a small gap: never beyond the pace
    (40.0, 200.0, 0.25, [50, 60, 70, 80], [13, 15, 18, 20]),
]


@pytest.mark.parametrize(("held", "needed", "hours", "targets", "blocks"), CLIMBS)
def test_the_climb_is_one_that_can_be_held(
    held: float, needed: float, hours: float, targets: list[int], blocks: list[int]
):
    plan = make_plan(held, needed, hours)

    assert [week.target for week in plan] == targets
    assert [week.blocks for week in plan] == blocks


@given(some.floats(0.125, 100), some.floats(0, 300), some.floats(0.25, 1.5))
def test_the_climb_never_falls_nor_passes_the_pace_nor_doubles_twice(held: float, needed: float, hours: float):
    plan = make_plan(held, needed, hours)
    top = max(held, min(needed, max(2 * held, held + 4)))

    assert [week.number for week in plan] == [1, 2, 3, 4]
    assert all(before.target <= after.target for before, after in pairwise(plan))
    assert plan[3].target == int(top + 0.5)
    for week in plan:
        assert week.blocks >= week.hours - 0.01
        assert week.blocks < week.hours + 1.01
        assert week.task


@pytest.mark.parametrize(
    ("blocks", "days"),
    [(1, "TU"), (2, "TU TH"), (3, "TU WE TH"), (4, "MO TU WE TH"), (5, "MO TU WE TH FR"), (9, "MO TU WE TH FR")],
)
def test_the_days_by_the_number_of_blocks(blocks: int, days: str):
    assert list(block_days(blocks)) == days.split()


@pytest.mark.parametrize(
    ("chosen", "blocks", "said"),
    [
        ((), 2, "Tue, Thu"),
        ((), 4, "Mon, Tue, Wed, Thu"),
        ((), 5, "Mon to Fri"),
        ((), 7, "Mon to Fri, Mon, Tue twice"),
        ((), 30, "Mon to Fri, twice"),
        (("FR",), 1, "Fri"),
        (("FR", "MO"), 1, "Mon"),
        (("WE", "FR"), 3, "Mon, Wed, Fri"),
    ],
)
def test_the_days_in_words_are_those_of_the_file(chosen: tuple[str, ...], blocks: int, said: str):
    (week, *_) = blocks_by_week(file_of(blocks, days=chosen))

    assert say_days(chosen, blocks) == said
    assert len(week) == min(blocks, MOST_BLOCKS)


@pytest.mark.parametrize(
    ("hour", "said"),
    [("07:00", "7:00\xa0am"), ("12:00", "12:00\xa0pm"), ("12:30", "12:30\xa0pm"), ("18:30", "6:30\xa0pm")],
)
def test_the_hour_in_words(hour: str, said: str):
    assert say_hour(hour) == said


def test_three_blocks_a_week_are_twelve_occurrences_and_four_counts():
    found = occurrences(file_of(3, 3, 3, 3))

    assert sum("call block" in title for _, _, title in found) == 12
    counts = [(start, end) for start, end, title in found if title.startswith("Weekly count")]
    assert len(counts) == 4
    assert counts[0] == (floating("2026-11-06T16:00"), floating("2026-11-06T16:15"))


GROWING = [
    ((1, 2, 3, 4), (), ["TU", "TU TH", "TU WE TH", "MO TU WE TH"]),
    ((5, 6, 10, 12), (), ["MO TU WE TH FR", "MO MO TU WE TH FR", "MO MO TU TU WE WE TH TH FR FR"] * 1),
    ((2, 2, 3, 3), ("FR", "MO"), ["MO FR", "MO FR", "MO TU FR", "MO TU FR"]),
    ((2, 2, 2, 2), ("MO", "TU", "WE", "TH", "FR"), ["MO TU"] * 4),
]


@pytest.mark.parametrize(("blocks", "days", "weeks"), GROWING, ids=[str(row[0]) for row in GROWING])
def test_each_week_has_its_own_number_of_blocks(blocks: tuple[int, ...], days: tuple[str, ...], weeks: list[str]):
    found = blocks_by_week(file_of(*blocks, days=days))

    assert [" ".join(week) for week in found][: len(weeks)] == weeks
    assert [len(week) for week in found] == [min(many, MOST_BLOCKS) for many in blocks]


def test_the_blocks_begin_on_the_monday_that_follows():
    for day in range(7):
        first, *_ = occurrences(file_of(5, 5, 5, 5, on=MONDAY + timedelta(days=day)))
        assert first[0] == floating("2026-11-09T09:30")


def component(written: bytes, name: str = "VEVENT") -> list[Any]:
    return list(icalendar.Calendar.from_ical(written).walk(name))


@settings(deadline=None)
@given(
    some.lists(some.integers(1, 14), min_size=4, max_size=4),
    some.sets(some.sampled_from(DAYS)),
    some.sampled_from(HOURS),
    some.dates(date(2026, 1, 1), date(2027, 6, 1)),
)
def test_every_event_begins_on_one_of_its_own_days_and_none_overlap(
    blocks: list[int], days: set[str], hour: str, on: date
):
    written = file_of(*blocks, days=tuple(days), hour=hour, on=on)

    for event in component(written):
        start = event["DTSTART"].dt
        assert start.tzinfo is None
        assert event["RRULE"]["FREQ"] == ["WEEKLY"]
        assert DAYS[start.weekday()] in event["RRULE"]["BYDAY"]
    times = occurrences(written)
    assert all(one[1] <= other[0] for one, other in pairwise(times))
    assert all(start.date() > on for start, _, _ in times)


def test_the_file_follows_the_rules_of_its_format():
    written = file_of(5, 6, 7, 10)
    calendar = icalendar.Calendar.from_ical(written)

    assert written.count(b"\n") == written.count(b"\r\n")
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    assert written.startswith(b"BEGIN:VCALENDAR\r\n")
    assert written.endswith(b"END:VCALENDAR\r\n")
    assert (calendar["VERSION"], calendar.get("METHOD")) == ("2.0", None)
    assert b"VTIMEZONE" not in written
    assert b"TZID" not in written
    assert b"SUMMARY:Weekly count: conversations\\, meetings\\, next dates" in written
    assert b"DTSTART:20261102T093000\r\n" in written
    assert b"DTSTAMP:20261031T120000Z\r\n" in written
    uids = [str(event["UID"]) for event in component(written)]
    assert len(set(uids)) == len(uids)
    assert all(uid.startswith("abc-") and uid.endswith("@gap.example.com") for uid in uids)


def test_each_block_rings_before_and_asks_once_it_is_on():
    block = component(file_of(2, 2, 2, 2))[0]

    alarms = {str(alarm["DESCRIPTION"]): alarm["TRIGGER"].dt for alarm in block.walk("VALARM")}

    assert alarms == {
        "Call block in 10 minutes": timedelta(minutes=-10),
        "Have you started?": timedelta(minutes=5),
    }


@pytest.mark.parametrize(
    ("hour", "second", "count"),
    [("09:30", time(16, 30), time(16, 0)), ("15:30", time(16, 30), time(17, 30)), ("16:00", time(9, 30), time(17, 0))],
)
def test_the_second_hour_and_the_count_keep_clear_of_the_first(hour: str, second: time, count: time):
    found = occurrences(file_of(10, 10, 10, 10, hour=hour))
    friday = [start.time() for start, _, _ in found if start.date() == MONDAY + timedelta(days=4)]

    assert sorted(friday) == sorted([time.fromisoformat(hour), second, count])


def test_the_same_plan_gives_the_same_file():
    assert file_of(2, 3, 3, 4) == file_of(2, 3, 3, 4)
