"""Busy time read from somebody's calendar (RFC 5545): recurrences expanded, bounded, without what does not block.

What cannot be understood is never taken for free without a word: where a start can be read the event blocks that
time, and its name is told. A file as a whole that makes no sense, or that breaks off, is refused.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from booking.calendar_faults import CalendarUnreadable
from booking.hours import ONE_DAY
from booking.slots import Interval

MOST_BYTES = 5_000_000
MOST_INSTANCES = 20_000
LONGEST_NAME = 60
EVENT = re.compile(rb"^BEGIN:VEVENT[ \t]*\r?\n.*?^END:VEVENT[ \t]*\r?\n?", re.MULTILINE | re.DOTALL | re.IGNORECASE)
FOLD = re.compile(rb"\r?\n[ \t]")
# Properties that make an event longer than its own start and end, or depend on another version of it.
FAR_REACHING = re.compile(rb"^(?:RRULE|RDATE|RECURRENCE-ID|DURATION)[:;]", re.MULTILINE | re.IGNORECASE)
UID = re.compile(rb"^UID[^:\r\n]*:([^\r\n]*)", re.MULTILINE | re.IGNORECASE)
DAYS = re.compile(rb"^DT(?:START|END)[^:\r\n]*:([0-9]{8})(?:T[0-9]{6}Z?)?[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class BusyTime:
    """When somebody is busy, in order, and the names of events of which only a part could be understood."""

    intervals: tuple[Interval, ...] = ()
    misread: tuple[str, ...] = ()


def read_busy(
    texts: Iterable[bytes],
    *,
    zone: ZoneInfo,
    first: date,
    until: date,
    address: str = "",
    own_uids: frozenset[str] = frozenset(),
    most: int = MOST_INSTANCES,
) -> BusyTime:
    """When the owner of the calendars is busy between the midnights of `first` and `until` in `zone`.

    CANCELLED and TRANSPARENT events do not block, nor do those that `address` has declined; TENTATIVE ones do. All-day
    and floating times are read in `zone`. Events in `own_uids` are left out. Raises CalendarUnreadable.
    """
    begin, end = _midnight(first, zone), _midnight(until, zone)
    found: list[Interval] = []
    misread: list[str] = []
    count = 0
    for text in texts:
        for calendar in _parse(_pare(text, first - 2 * ONE_DAY, until + 2 * ONE_DAY)):
            misread += _mend(calendar)
            _keep_latest(calendar)
            for event in _instances(calendar, begin, end, misread):
                count += 1
                if count > most:
                    raise CalendarUnreadable(f"The calendar has more than {most:,} events in this time.")
                if not _blocks(event, address) or str(event.get("UID", "")) in own_uids:
                    continue
                try:
                    interval = _interval(event, zone)
                except (OverflowError, TypeError, ValueError):
                    misread.append(_name(event))
                    continue
                if interval.end > interval.start and interval.end > begin and interval.start < end:
                    found.append(interval)
    found.sort(key=lambda interval: (interval.start, interval.end))
    return BusyTime(tuple(found), tuple(dict.fromkeys(misread)))


def _parse(text: bytes) -> Sequence[Any]:
    """The calendars of a file. One that ends in the middle is refused: its last events would be missing."""
    if len(text) > MOST_BYTES:
        raise CalendarUnreadable(f"The calendar is larger than {MOST_BYTES // 1_000_000} MB.")
    start = text.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].upper()
    if start.startswith((b"<!DOCTYPE", b"<HTML", b"<?XML")):
        raise CalendarUnreadable(
            "At this address is a web page, not a calendar. Look for the calendar’s address in iCal format."
        )
    if not start.startswith(b"BEGIN:VCALENDAR"):
        raise CalendarUnreadable
    if not text.rstrip().upper().endswith(b"END:VCALENDAR"):
        raise CalendarUnreadable("The calendar breaks off before its end.")
    try:
        found: Sequence[Any] = icalendar.Calendar.from_ical(text, multiple=True)
    except Exception as fault:
        raise CalendarUnreadable from fault
    return found


def _pare(text: bytes, first: date, until: date) -> bytes:
    """The same without single events that are long over or far ahead, which most of an old calendar is.

    Only what is plain goes: one version, a start and an end with a date, both on the same side of the window.
    """
    text = FOLD.sub(b"", text)
    versions = Counter(UID.findall(text))
    low, high = f"{first:%Y%m%d}".encode(), f"{until:%Y%m%d}".encode()

    def keep(match: re.Match[bytes]) -> bytes:
        event = match[0]
        uid, days = UID.search(event), DAYS.findall(event)
        if uid is None or versions[uid[1]] > 1 or len(days) != 2 or FAR_REACHING.search(event):
            return event
        return b"" if max(days) < low or min(days) > high else event

    return EVENT.sub(keep, text)


def _mend(calendar: Any) -> list[str]:
    """Take out what could not be understood; gives the names of the events it stood in.

    Without its rule an event blocks once, without its end the rest of a day, without an exception one time more. An
    event without a start that can be read blocks nothing.
    """
    named: list[str] = []
    kept = []
    for part in calendar.subcomponents:
        if part.name == "VEVENT":
            broken = {name.upper() for name, _ in part.errors if name}
            lost = "DTSTART" not in part or bool(broken & {"DTSTART", "RECURRENCE-ID", "UID"})
            if broken & {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"} or lost:
                named.append(_name(part))
            if lost:
                continue
            for name in broken:
                part.pop(name, None)
            if broken & {"DTEND", "DURATION"}:
                part.add("duration", ONE_DAY)
        kept.append(part)
    calendar.subcomponents = kept
    return named


def _instances(calendar: Any, begin: datetime, end: datetime, misread: list[str]) -> list[Any]:
    """Every occurrence near the window. Where a rule breaks the expansion, its event is kept without the rule."""
    try:
        return _occurrences(calendar, begin, end)
    except Exception:
        for event in calendar.walk("VEVENT"):
            if "RRULE" in event or "RDATE" in event:
                alone = icalendar.Calendar()
                alone.add_component(event)
                try:
                    _occurrences(alone, begin, end)
                except Exception:
                    misread.append(_name(event))
                    for name in ("RRULE", "RDATE", "EXDATE"):
                        event.pop(name, None)
    try:
        return _occurrences(calendar, begin, end)
    except Exception as fault:
        raise CalendarUnreadable("The events of the calendar contradict each other.") from fault


def _occurrences(calendar: Any, begin: datetime, end: datetime) -> list[Any]:
    return list(recurring_ical_events.of(calendar).between(begin - ONE_DAY, end + ONE_DAY))


def _keep_latest(calendar: Any) -> None:
    """Of several versions of one event the highest SEQUENCE counts."""
    latest: dict[str, Any] = {}
    for event in calendar.walk("VEVENT"):
        if "RECURRENCE-ID" in event:
            continue
        uid = str(event.get("UID", id(event)))
        if uid not in latest or _sequence(event) > _sequence(latest[uid]):
            latest[uid] = event
    kept = {id(event) for event in latest.values()}
    calendar.subcomponents = [
        part for part in calendar.subcomponents if part.name != "VEVENT" or "RECURRENCE-ID" in part or id(part) in kept
    ]


def _sequence(event: Any) -> int:
    with suppress(TypeError, ValueError):
        return int(event.get("SEQUENCE", 0))
    return 0


def _blocks(event: Any, address: str) -> bool:
    if str(event.get("STATUS", "")).upper() == "CANCELLED" or str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
        return False
    attendees = event.get("ATTENDEE", [])
    for attendee in attendees if isinstance(attendees, list) else [attendees]:
        same = address and str(attendee).lower().removeprefix("mailto:") == address.lower()
        if same and str(attendee.params.get("PARTSTAT", "")).upper() == "DECLINED":
            return False
    return True


def _interval(event: Any, zone: ZoneInfo) -> Interval:
    start = event["DTSTART"].dt
    if "DTEND" in event:
        end = event["DTEND"].dt
    elif "DURATION" in event:
        end = start + event["DURATION"].dt
    else:
        end = start if isinstance(start, datetime) else start + timedelta(days=1)
    return Interval(_instant(start, zone), _instant(end, zone))


def _instant(value: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        return _midnight(value, zone)
    return (value.replace(tzinfo=zone) if value.tzinfo is None else value).astimezone(UTC)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _name(event: Any) -> str:
    name = re.sub(r"\s+", " ", re.sub(r"[\x00-\x1f\x7f]", " ", str(event.get("SUMMARY", "")))).strip()
    return name[:LONGEST_NAME] or "an event without a name"
