"""Times as calendars write them into an answer: in UTC, in a zone by one of its many names, or without any.

A zone that the message describes itself (VTIMEZONE) is read in the one form that mail programs write, “the first
Sunday of November, every year”. Other recurrence rules are not followed: one that repeats every second would keep a
reader busy for hours.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from kit.zones import UnknownZone, zone

TIME = re.compile(r"(\d{8})T(\d{6})(Z?)")
TZID = re.compile(r';TZID=(?:"([^"]*)"|([^";:]*))', re.IGNORECASE)
OFFSET = re.compile(r"([+-])(\d{2})(\d{2})(?:\d{2})?")
BYDAY = re.compile(r"([+-]?[1-5])(MO|TU|WE|TH|FR|SA|SU)")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FURTHEST_OFFSET = timedelta(hours=18)
YEARS = range(2000, 2100)
MOST_RULES = 40


@dataclass(frozen=True)
class Change:
    """The clocks change to an offset: once at `onset`, or every year on the nth weekday of a month at that time."""

    onset: datetime
    before: timedelta
    after: timedelta
    month: int = 0
    nth: int = 0
    weekday: int = 0

    def latest(self, wall: datetime) -> datetime | None:
        """The last onset that a clock showing `wall` has behind it."""
        if not self.month:
            return self.onset if self.onset <= wall else None
        onsets = (self._in(year) for year in (wall.year, wall.year - 1))
        return next((found for found in onsets if found and self.onset <= found <= wall), None)

    def _in(self, year: int) -> datetime | None:
        first, length = calendar.monthrange(year, self.month)
        days = range(1 + (self.weekday - first) % 7, length + 1, 7)
        place = self.nth - 1 if self.nth > 0 else self.nth
        try:
            return self.onset.replace(year=year, month=self.month, day=days[place])
        except IndexError:
            return None


@dataclass(frozen=True)
class Zones:
    """The time zones that a message describes, by the name it gives them."""

    described: tuple[tuple[str, tuple[Change, ...]], ...] = ()

    @classmethod
    def read(cls, blocks: list[list[str]]) -> "Zones":
        """From the content lines of each VTIMEZONE."""
        return cls(tuple(_described(lines) for lines in blocks))

    def at(self, name: str, wall: datetime) -> datetime | None:
        """The instant at which a clock in that zone shows `wall`; None where nobody knows the zone."""
        known: tzinfo | None = _known(name)
        if known is None:
            changes = next((changes for told, changes in self.described if told == name), ())
            behind = [(onset, change.after) for change in changes if (onset := change.latest(wall))]
            if not changes:
                return None
            known = timezone(max(behind)[1] if behind else min(changes, key=lambda change: change.onset).before)
        return wall.replace(tzinfo=known).astimezone(UTC)


def read_stamp(value: str) -> datetime | None:
    """A DTSTAMP. RFC 5545 3.8.7.2 wants UTC, and so it is read."""
    wall, _ = _wall(value)
    return wall and wall.replace(tzinfo=UTC)


def read_time(parameters: str, value: str, zones: Zones) -> datetime | None:
    """A DTSTART; without a zone where it floats, None where it is a whole day, no time, or in a zone nobody knows."""
    wall, is_utc = _wall(value)
    if wall is None:
        return None
    if is_utc:
        return wall.replace(tzinfo=UTC)
    named = TZID.search(parameters)
    return wall if named is None else zones.at((named[1] or named[2] or "").strip(), wall)


def _wall(value: str) -> tuple[datetime | None, bool]:
    found = TIME.fullmatch(value)
    if found is None:
        return None, False
    try:
        wall = datetime.strptime(found[1] + found[2], "%Y%m%d%H%M%S")  # noqa: DTZ007  # what a clock on the wall shows
    except ValueError:
        return None, False
    return (wall if wall.year in YEARS else None), found[3] == "Z"


@cache
def _known(name: str) -> ZoneInfo | None:
    """By the name in the database, also behind a vendor's path, or by the one that Windows has."""
    parts = name.strip("/").split("/")
    for tried in (name, "/".join(parts[-2:]), "/".join(parts[-3:]), WINDOWS_TO_OLSON.get(name, "")):
        try:
            return zone(tried)
        except UnknownZone:
            continue
    return None


def _described(lines: list[str]) -> tuple[str, tuple[Change, ...]]:
    """The name and the changes of one VTIMEZONE; what cannot be read is left out."""
    name, changes = "", []
    told: dict[str, str] = {}
    for line in lines:
        key, _, value = line.partition(":")
        key, value = key.partition(";")[0].strip().upper(), value.strip()
        if key == "TZID":
            name = value
        elif key == "BEGIN":
            told = {}
        elif key == "END" and value.upper() in ("STANDARD", "DAYLIGHT"):
            changes += _change(told)
        else:
            told[key] = value
    return name, tuple(changes[:MOST_RULES])


def _change(told: dict[str, str]) -> list[Change]:
    onset = TIME.fullmatch(told.get("DTSTART", ""))
    before, after = _offset(told.get("TZOFFSETFROM", "")), _offset(told.get("TZOFFSETTO", ""))
    if onset is None or before is None or after is None:
        return []
    try:
        at = datetime.strptime(onset[1] + onset[2], "%Y%m%d%H%M%S")  # noqa: DTZ007
        return [Change(at, before, after, **_yearly(told["RRULE"]))] if "RRULE" in told else [Change(at, before, after)]
    except ValueError:
        return []


def _yearly(rule: str) -> dict[str, int]:
    """`FREQ=YEARLY;BYMONTH=11;BYDAY=1SU`, in any order. Raises ValueError for every other rule."""
    parts = dict(part.split("=", 1) for part in rule.upper().split(";") if part)
    day = BYDAY.fullmatch(parts.pop("BYDAY", ""))
    month = int(parts.pop("BYMONTH", "0"))
    if parts.pop("FREQ", "") != "YEARLY" or parts.pop("INTERVAL", "1") != "1" or day is None or not 1 <= month <= 12:
        raise ValueError(rule)
    parts.pop("WKST", "")
    if parts:
        raise ValueError(rule)
    return {"month": month, "nth": int(day[1]), "weekday": WEEKDAYS.index(day[2])}


def _offset(value: str) -> timedelta | None:
    found = OFFSET.fullmatch(value)
    if found is None:
        return None
    distance = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return (-distance if found[1] == "-" else distance) if distance < FURTHEST_OFFSET else None
