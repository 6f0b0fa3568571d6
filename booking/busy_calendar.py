"""Busy time read from somebody's calendar (RFC 5545): recurrences expanded, bounded, without what does not block."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from booking.hours import ONE_DAY
from booking.slots import Interval

MOST_BYTES = 5_000_000
MOST_INSTANCES = 20_000


class CalendarUnreadable(Exception):
    """The calendar cannot be used; the text says why. Its time must not be taken for free."""


def read_busy(
    text: bytes, *, zone: ZoneInfo, first: date, until: date, address: str = "", own_uids: frozenset[str] = frozenset()
) -> tuple[Interval, ...]:
    """When the owner of the calendar is busy between the midnights of `first` and `until` in `zone`, in order.

    CANCELLED and TRANSPARENT events do not block, nor do those that `address` has declined; TENTATIVE ones do. All-day
    and floating times are read in `zone`. Events in `own_uids` are left out. Raises CalendarUnreadable.
    """
    if len(text) > MOST_BYTES:
        raise CalendarUnreadable(f"the calendar is larger than {MOST_BYTES // 1_000_000} MB")
    begin, end = _midnight(first, zone), _midnight(until, zone)
    try:
        calendar = icalendar.Calendar.from_ical(text)
        _keep_latest(calendar)
        query = recurring_ical_events.of(calendar, skip_bad_series=True)
        found: list[Interval] = []
        for number, event in enumerate(query.between(begin - ONE_DAY, end + ONE_DAY)):
            if number >= MOST_INSTANCES:
                raise CalendarUnreadable(f"the calendar has more than {MOST_INSTANCES:,} events in this time")
            if _blocks(event, address) and str(event.get("UID", "")) not in own_uids:
                interval = _interval(event, zone)
                if interval.end > interval.start and interval.end > begin and interval.start < end:
                    found.append(interval)
    except CalendarUnreadable:
        raise
    except Exception as fault:
        raise CalendarUnreadable("the calendar is not in the iCalendar format") from fault
    return tuple(sorted(found, key=lambda interval: (interval.start, interval.end)))


def _keep_latest(calendar: Any) -> None:
    """Of several versions of one event the highest SEQUENCE counts."""
    latest: dict[str, Any] = {}
    for event in calendar.walk("VEVENT"):
        if "RECURRENCE-ID" in event:
            continue
        uid = str(event.get("UID", id(event)))
        if uid not in latest or int(event.get("SEQUENCE", 0)) > int(latest[uid].get("SEQUENCE", 0)):
            latest[uid] = event
    kept = {id(event) for event in latest.values()}
    calendar.subcomponents = [
        part for part in calendar.subcomponents if part.name != "VEVENT" or "RECURRENCE-ID" in part or id(part) in kept
    ]


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
