"""The page on which a time is picked: days as headings, times to press, a month beside it. Plain values only."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from kit.words import format_time
from kit.zones import city, offset_label

ONE_DAY = timedelta(days=1)
DAYS_SHOWN = 7
OpenDays = Mapping[date, tuple[datetime, ...]]


@dataclass(frozen=True)
class Choice:
    """A time to press. `value` is sent, `label` seen; `before` and `after` make its name whole for whoever hears it."""

    value: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Day:
    """A date with something free. `note` tells of clocks that change on it."""

    day: date
    heading: str
    offset: str
    choices: tuple[Choice, ...]
    note: str = ""


@dataclass(frozen=True)
class Cell:
    """A date in the month grid; `free` is how many times it has."""

    day: date
    free: int
    shown: bool
    in_month: bool


@dataclass(frozen=True)
class Month:
    """A month as weeks from Monday to Sunday."""

    first: date
    weeks: tuple[tuple[Cell, ...], ...]

    @property
    def name(self) -> str:
        """`November 2026`."""
        return f"{self.first:%B %Y}"


def days_of(free: OpenDays, *, first: date, zone: ZoneInfo, clock: str) -> tuple[Day, ...]:
    """The dates from `first` on, seven of them, that have something free."""
    wanted = [first + number * ONE_DAY for number in range(DAYS_SHOWN)]
    return tuple(_day(day, free[day], zone, clock) for day in wanted if free.get(day))


def month_of(free: OpenDays, *, shown: date) -> Month:
    """The month around the first date shown."""
    last = shown + (DAYS_SHOWN - 1) * ONE_DAY
    weeks = calendar.Calendar().monthdatescalendar(shown.year, shown.month)
    return Month(
        shown.replace(day=1),
        tuple(
            tuple(Cell(day, len(free.get(day, ())), shown <= day <= last, day.month == shown.month) for day in week)
            for week in weeks
        ),
    )


def value_of(start: datetime) -> str:
    """A start as it is sent by a form: `2026-11-01T05:30:00Z`."""
    return start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def place_of(start: datetime, zone: ZoneInfo) -> str:
    """`New York, UTC−05:00`."""
    return "UTC" if zone.key == "UTC" else f"{city(zone.key)}, {offset_label(start, zone)}"


def _day(day: date, starts: tuple[datetime, ...], zone: ZoneInfo, clock: str) -> Day:
    heading = f"{day:%A} {day.day} {day:%B}"
    begin, end = _midnight(day, zone), _midnight(day + ONE_DAY, zone)
    offset, note = offset_label(begin, zone), ""
    before, after = begin.utcoffset() or timedelta(), end.utcoffset() or timedelta()
    if before != after:
        offset = f"{offset}, then {offset_label(end, zone)}"
        note = f"The clocks go {'back' if after < before else 'forward'} on this day."
    return Day(day, heading, offset, tuple(_choice(start, heading, zone, clock) for start in starts), note)


def _choice(start: datetime, heading: str, zone: ZoneInfo, clock: str) -> Choice:
    label = format_time(start, zone, clock)
    if _happens_twice(start, zone):
        label = f"{label} ({offset_label(start, zone)})"
    return Choice(value_of(start), label, f"{heading}, ", f", {place_of(start, zone)}")


def _happens_twice(start: datetime, zone: ZoneInfo) -> bool:
    """Whether the clock on the wall shows this time once more that day (RFC 5545 leaves it to us to say which)."""
    local = start.astimezone(zone)
    first, second = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return first < second and second.astimezone(zone).replace(fold=0) == first.astimezone(zone).replace(fold=0)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
