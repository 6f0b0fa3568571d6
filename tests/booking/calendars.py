"""Calendars of others as tests need them, and servers that hold them."""

from collections.abc import Sequence


def an_event(
    uid: str = "one@elsewhere", *lines: str, start: str = "20261102T150000Z", end: str = "20261102T153000Z"
) -> str:
    """Half an hour at 10:00 in New York on the Monday after the clocks changed; `lines` are further properties."""
    own = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261001T000000Z", f"DTSTART:{start}", f"DTEND:{end}"]
    return "\r\n".join([*own, "SUMMARY:Dentist", *lines, "END:VEVENT", ""])


def a_calendar(*events: str, name: str = "") -> bytes:
    """A calendar that holds those events."""
    head: Sequence[str] = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Elsewhere//Calendar//EN")
    named = (f"X-WR-CALNAME:{name}",) if name else ()
    return ("\r\n".join([*head, *named, ""]) + "".join(events) + "END:VCALENDAR\r\n").encode()
