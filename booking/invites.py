"""Invites: an agreed conversation as an iCalendar object, and as links that put it into a calendar on the web.

Times are written in UTC without VTIMEZONE: single events need none, and readers disagree about them. The sequence
grows when time or status changes and with a cancellation (RFC 5546, 2.1.4); the stamp is new in each message.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from icalendar import Calendar, Event

from kit.calendar_text import as_bytes, calendar_address, clean, new_calendar, utc

LONGEST_DESCRIPTION = 600  # characters; web calendars cut or refuse long addresses


@dataclass(frozen=True)
class Party:
    """Somebody named in an invite."""

    name: str
    address: str


@dataclass(frozen=True)
class Invite:
    """What both sides agreed on. `uid` was made once and is stored; `organizer` is the address the mail comes from.

    `host` is named only in the consultant's own copy: a guest does not learn the consultant's address. `answered` is
    the guest's PARTSTAT as far as it is known (RFC 5545 3.2.12).
    """

    uid: str
    sequence: int
    stamp: datetime
    start: datetime
    end: datetime
    summary: str
    description: str
    organizer: Party
    guest: Party
    host: Party | None = None
    location: str = ""
    url: str = ""
    tentative: bool = False
    answered: str = "NEEDS-ACTION"


@dataclass(frozen=True)
class CalendarLink:
    """A page of a calendar on the web that opens with the event filled in."""

    name: str
    url: str


def request(invite: Invite) -> bytes:
    """`METHOD:REQUEST`: the first invite, a move, or new details."""
    event = _event(invite, "TENTATIVE" if invite.tentative else "CONFIRMED")
    _add_parties(event, invite)
    return _object("REQUEST", event)


def cancellation(invite: Invite) -> bytes:
    """`METHOD:CANCEL` for the same UID; `invite.sequence` is already the raised one."""
    event = _event(invite, "CANCELLED")
    _add_parties(event, invite)
    return _object("CANCEL", event)


def calendar_file(invite: Invite) -> bytes:
    """`METHOD:PUBLISH`: the file a visitor downloads. Nobody is asked to answer, so nobody attends."""
    event = _event(invite, "TENTATIVE" if invite.tentative else "CONFIRMED")
    event.add("organizer", calendar_address(invite.organizer.address, invite.organizer.name))
    return _object("PUBLISH", event)


def stored(invite: Invite) -> bytes:
    """The object as it is put into a calendar: no METHOD (RFC 4791 4.1), and the server is to write to nobody.

    `SCHEDULE-AGENT=CLIENT` says that invites and answers are our own business (RFC 6638 7.1).
    """
    event = _event(invite, "TENTATIVE" if invite.tentative else "CONFIRMED")
    _add_parties(event, invite)
    attendees = event.get("attendee", [])
    for party in [event["organizer"], *(attendees if isinstance(attendees, list) else [attendees])]:
        party.params["SCHEDULE-AGENT"] = "CLIENT"
    return _object("", event)


def feed_event(invite: Invite, *, cancelled: bool = False) -> Event:
    """A conversation as it stands in a feed: nobody attends. `invite.stamp` is when it was last changed."""
    status = "CANCELLED" if cancelled else "TENTATIVE" if invite.tentative else "CONFIRMED"
    event = _event(invite, status)
    event.add("last-modified", utc(invite.stamp))
    return event


def calendar_links(invite: Invite) -> tuple[CalendarLink, ...]:
    """Google, Outlook, Microsoft 365 and Yahoo, in that order."""
    start, end = utc(invite.start), utc(invite.end)
    title, place = clean(invite.summary), clean(invite.location)
    details = clean(invite.description)[:LONGEST_DESCRIPTION]
    compact, extended = "%Y%m%dT%H%M%SZ", "%Y-%m-%dT%H:%M:%SZ"
    outlook = [
        ("path", "/calendar/action/compose"),
        ("rru", "addevent"),
        ("subject", title),
        ("startdt", start.strftime(extended)),
        ("enddt", end.strftime(extended)),
        ("location", place),
        ("body", details),
    ]
    google = [
        ("action", "TEMPLATE"),
        ("text", title),
        ("dates", f"{start.strftime(compact)}/{end.strftime(compact)}"),
        ("location", place),
        ("details", details),
    ]
    yahoo = [
        ("v", "60"),
        ("title", title),
        ("st", start.strftime(compact)),
        ("et", end.strftime(compact)),
        ("in_loc", place),
        ("desc", details),
    ]
    return (
        CalendarLink("Google Calendar", _link("https://calendar.google.com/calendar/render", google)),
        CalendarLink("Outlook.com", _link("https://outlook.live.com/calendar/0/deeplink/compose", outlook)),
        CalendarLink("Microsoft 365", _link("https://outlook.office.com/calendar/0/deeplink/compose", outlook)),
        CalendarLink("Yahoo Calendar", _link("https://calendar.yahoo.com/", yahoo)),
    )


def _event(invite: Invite, status: str) -> Event:
    start, end = utc(invite.start), utc(invite.end)
    if end <= start:
        raise ValueError("a conversation ends after it starts")
    event = Event()
    event.add("uid", invite.uid)
    event.add("sequence", invite.sequence)
    event.add("dtstamp", utc(invite.stamp))
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", clean(invite.summary))
    if invite.description:
        event.add("description", clean(invite.description))
    if invite.location:
        event.add("location", clean(invite.location))
    if invite.url:
        event.add("url", invite.url)
    event.add("status", status)
    event.add("transp", "OPAQUE")
    return event


def _add_parties(event: Event, invite: Invite) -> None:
    event.add("organizer", calendar_address(invite.organizer.address, invite.organizer.name))
    if invite.host is not None:
        host = calendar_address(invite.host.address, invite.host.name)
        host.params.update({"CUTYPE": "INDIVIDUAL", "ROLE": "CHAIR", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
        event.add("attendee", host)
        if invite.host.address.lower() == invite.guest.address.lower():
            return  # somebody who books themselves is in the chair
    guest = calendar_address(invite.guest.address, invite.guest.name)
    guest.params.update(
        {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": invite.answered, "RSVP": "TRUE"}
    )
    event.add("attendee", guest)


def _object(method: str, event: Event) -> bytes:
    calendar: Calendar = new_calendar(method)
    calendar.add_component(event)
    return as_bytes(calendar)


def _link(page: str, fields: Sequence[tuple[str, str]]) -> str:
    return f"{page}?{urlencode([field for field in fields if field[1]], quote_via=quote)}"
