"""Reading a calendar outside of the site: fetched, where it has changed, and expanded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from booking.caldav import Caldav
from booking.calendar_expansion import SECONDS, Window, expand
from booking.calendar_faults import CalendarUnreadable, fault_of
from booking.calendar_models import SourceKind
from booking.hours import ONE_DAY
from booking.slots import Interval
from kit.fetch import Limits, Login, fetch

LONGEST_MARKER = 400
NAME = re.compile(rb"^X-WR-CALNAME[^:\r\n]*:([^\r\n]{1,200})", re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """Where a calendar is, and who asks."""

    kind: SourceKind
    url: str
    login: Login | None = None


@dataclass(frozen=True)
class Reading:
    """What was found: busy time in the window, joined; None where nothing has changed since the marker.

    `misread` are the names of events of which only a part could be understood; `name` is the calendar's own.
    """

    busy: tuple[Interval, ...] | None
    marker: str
    misread: tuple[str, ...] = ()
    name: str = ""


def read(place: Place, window: Window, *, marker: str = "", limits: Limits, seconds: float = SECONDS) -> Reading:
    """The busy time of a calendar. With the marker of an earlier reading it is read only if it has changed.

    Raises FetchFault, CalendarFault.
    """
    if place.kind is SourceKind.CALDAV:
        texts, found = _read_server(place, window, marker, limits)
    else:
        texts, found = _read_file(place, marker, limits)
    if texts is None:
        return Reading(None, found)
    busy = expand(texts, window, seconds=seconds)
    name = _name(texts[0]) if place.kind is SourceKind.ICS else ""
    return Reading(_join(busy.intervals), found, busy.misread, name)


def _read_file(place: Place, marker: str, limits: Limits) -> tuple[Sequence[bytes] | None, str]:
    """The file, and its ETag or the date of its last change."""
    headers = {"Accept": "text/calendar, */*;q=0.5"}
    if marker:
        headers["If-None-Match" if marker.startswith(('"', "W/")) else "If-Modified-Since"] = marker
    answer = fetch(place.url, headers=headers, login=place.login, limits=limits)
    if answer.status == 304 and marker:
        return None, marker
    fault = fault_of(answer.status, answer.headers.get("www-authenticate", ""))
    if fault is not None or answer.status == 304:
        raise fault or CalendarUnreadable
    return [answer.body], _fitting(answer.headers.get("etag") or answer.headers.get("last-modified", ""))


def _read_server(place: Place, window: Window, marker: str, limits: Limits) -> tuple[Sequence[bytes] | None, str]:
    """The objects, and what the server says changes with them. It is asked first, so that no change is missed."""
    server = Caldav(place.login, limits)
    found = _fitting(server.marker(place.url))
    if found and found == marker:
        return None, found
    zone = ZoneInfo(window.zone_name)
    begin, end = (datetime(day.year, day.month, day.day, tzinfo=zone) for day in (window.first, window.until))
    return server.read(place.url, begin - ONE_DAY, end + ONE_DAY), found


def _fitting(marker: str) -> str:
    return marker if len(marker) <= LONGEST_MARKER and marker.isprintable() else ""


def _name(text: bytes) -> str:
    """What a calendar calls itself."""
    found = NAME.search(text)
    name = found[1].decode(errors="replace").replace("\\", "") if found else ""
    return "".join(sign for sign in name if sign.isprintable()).strip()


def _join(intervals: Sequence[Interval]) -> tuple[Interval, ...]:
    """The same time in as few pieces as can be."""
    joined: list[Interval] = []
    for interval in intervals:
        if joined and interval.start <= joined[-1].end:
            joined[-1] = Interval(joined[-1].start, max(joined[-1].end, interval.end))
        else:
            joined.append(Interval(interval.start.astimezone(UTC), interval.end.astimezone(UTC)))
    return tuple(joined)
