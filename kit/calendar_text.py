"""iCalendar as bytes that every calendar reads: clean text, whole addresses, CRLF, folds of 75 octets (RFC 5545)."""

import re
from datetime import UTC, datetime
from urllib.parse import quote

from icalendar import Calendar, vCalAddress

PRODUCT = "-//The Conversation Gap//Consults//EN"
# What some readers take for the end of a line although RFC 5545 does not, and what no text may hold (3.1).
UNREADABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
ADDRESS_SAFE = "@!$'*+-._~"


class LineBreakInParameter(ValueError):
    """A parameter or an address holds a line break: the object would say something nobody wrote."""


def new_calendar(method: str = "") -> Calendar:
    """An empty calendar. Without `method` it is a stored object, not a message."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    if method:
        calendar.add("method", method)
    return calendar


def clean(text: str) -> str:
    """Text for a property: lines end in one line feed, nothing else is a control character."""
    return UNREADABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def calendar_address(address: str, name: str = "") -> vCalAddress:
    """A `mailto:` with the name as CN. Raises LineBreakInParameter."""
    if re.search(r"[\r\n]", address + name):
        raise LineBreakInParameter(f"{address!r}, {name!r}")
    found = vCalAddress("mailto:" + quote(UNREADABLE.sub("", address), safe=ADDRESS_SAFE))
    phrase = clean(name).replace('"', "'").strip()
    if phrase:
        found.params["CN"] = phrase
    return found


def utc(instant: datetime) -> datetime:
    """The instant in UTC, whole seconds. Refuses a naive one: it would be written as floating time."""
    if instant.tzinfo is None:
        raise ValueError("a time without a zone has no place in a calendar")
    return instant.astimezone(UTC).replace(microsecond=0)


def as_bytes(calendar: Calendar) -> bytes:
    """The object as it is sent."""
    written: bytes = calendar.to_ical()
    return written
