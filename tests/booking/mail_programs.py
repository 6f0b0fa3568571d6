"""Answers to our invites, put together as the mail programs of our guests do. Structure only; the words are ours."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

from tests.booking.invite_rules import invite_of

WORDS = {"ACCEPTED": "Accepted", "TENTATIVE": "Tentative", "DECLINED": "Declined", "NEEDS-ACTION": "Seen"}
COMPACT = "%Y%m%dT%H%M%S"
EASTERN = """BEGIN:VTIMEZONE
TZID:Eastern Standard Time
BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE"""


@dataclass(frozen=True)
class Said:
    """What somebody answers to an invite. With `wanted` it is a COUNTER that proposes this start."""

    uid: str
    sequence: int
    start: datetime
    end: datetime
    organizer: str
    attendee: str
    partstat: str
    at: datetime
    wanted: datetime | None = None
    comment: str = ""
    sender: str = ""

    @property
    def method(self) -> str:
        return "COUNTER" if self.wanted else "REPLY"

    @property
    def begins(self) -> datetime:
        """The start that the answer names."""
        return self.wanted or self.start

    @property
    def ends(self) -> datetime:
        return self.begins + (self.end - self.start)


def said_to(invite: EmailMessage, partstat: str, *, at: datetime, **changes: Any) -> Said:
    """An answer to an invite as our site sent it, read by another reader than ours."""
    component = invite_of(invite)
    assert component is not None
    part = next(part for part in invite.walk() if part.get_content_type() == "text/calendar")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    own = invite["To"].addresses[0].addr_spec
    said = Said(
        uid=str(event["UID"]),
        sequence=int(event["SEQUENCE"]),
        start=event["DTSTART"].dt,
        end=event["DTEND"].dt,
        organizer=str(event["ORGANIZER"]).removeprefix("mailto:"),
        attendee=own,
        partstat=partstat,
        at=at,
    )
    return replace(said, **changes)


def google(said: Said) -> bytes:
    """mixed{ alternative{ text, HTML, calendar }, the same calendar as application/ics }."""
    calendar = _object(
        said.method,
        "-//Google Inc//Google Calendar 70.9054//EN",
        f"""CALSCALE:GREGORIAN
BEGIN:VEVENT
DTSTART:{_utc(said.begins)}
DTEND:{_utc(said.ends)}
DTSTAMP:{_utc(said.at)}
ORGANIZER;CN=Consults:mailto:{said.organizer}
UID:{said.uid}
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={said.partstat};CN=
 {said.attendee};X-NUM-GUESTS=0;X-RESPONSE-COMMENT="{said.comment}":mailto:
 {said.attendee}
X-MICROSOFT-CDO-OWNERAPPTID:1234567
CREATED:{_utc(said.at)}
LAST-MODIFIED:{_utc(said.at)}
COMMENT:{_escape(said.comment)}
SEQUENCE:{said.sequence}
STATUS:CONFIRMED
SUMMARY:A conversation
TRANSP:OPAQUE
END:VEVENT""",
    )
    mail = _mail(said)
    mail.set_content("They answered the invitation.\n", cte="base64")
    mail.add_alternative("<p>They answered the invitation.</p>", subtype="html", cte="quoted-printable")
    _attach_calendar(mail, calendar, said.method, cte="7bit")
    mail.make_mixed()
    mail.add_attachment(calendar, maintype="application", subtype="ics", filename="invite.ics")
    return mail.as_bytes()


def outlook(said: Said) -> bytes:
    """alternative{ text, HTML, calendar in base64 }, times in a Windows zone, addresses as the account writes them."""
    local = ZoneInfo("America/New_York")
    begins, ends = (at.astimezone(local).strftime(COMPACT) for at in (said.begins, said.ends))
    first, last = (at.astimezone(local).strftime(COMPACT) for at in (said.start, said.end))
    calendar = _object(
        said.method,
        "Microsoft Exchange Server 2010",
        f"""{EASTERN}
BEGIN:VEVENT
ATTENDEE;PARTSTAT={said.partstat};CN=Ann Bee:MAILTO:{said.attendee.title()}
COMMENT;LANGUAGE=en-US:{_escape(said.comment)}\\n
UID:{said.uid}
SUMMARY;LANGUAGE=en-US:{WORDS[said.partstat]}: A conversation
DTSTART;TZID=Eastern Standard Time:{begins}
DTEND;TZID=Eastern Standard Time:{ends}
CLASS:PUBLIC
PRIORITY:5
DTSTAMP:{_utc(said.at)}
TRANSP:OPAQUE
STATUS:CONFIRMED
SEQUENCE:{said.sequence}
LOCATION;LANGUAGE=en-US:By phone
X-MICROSOFT-CDO-APPT-SEQUENCE:{said.sequence}
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY
X-MS-OLK-ORIGINALSTART;TZID=Eastern Standard Time:{first}
X-MS-OLK-ORIGINALEND;TZID=Eastern Standard Time:{last}
X-MICROSOFT-DISALLOW-COUNTER:FALSE
END:VEVENT""",
    )
    mail = _mail(said)
    mail.set_content("\n")
    mail.add_alternative("<html><body></body></html>", subtype="html")
    _attach_calendar(mail, calendar, said.method, cte="base64")
    return mail.as_bytes()


def apple(said: Said) -> bytes:
    """mixed{ text, calendar with a name and as an attachment }; the attendee has a parameter EMAIL."""
    calendar = _object(
        said.method,
        "-//Apple Inc.//macOS 14.4//EN",
        f"""CALSCALE:GREGORIAN
BEGIN:VEVENT
UID:{said.uid}
DTSTAMP:{_utc(said.at)}
DTSTART:{_utc(said.begins)}
DTEND:{_utc(said.ends)}
SEQUENCE:{said.sequence}
SUMMARY:A conversation
ORGANIZER;CN="Consults":mailto:{said.organizer}
ATTENDEE;CN="Ann Bee";CUTYPE=INDIVIDUAL;EMAIL="{said.attendee}";PARTSTAT=
 {said.partstat};ROLE=REQ-PARTICIPANT:mailto:{said.attendee}
COMMENT:{_escape(said.comment)}
END:VEVENT""",
    )
    mail = _mail(said)
    mail.set_content("Ann Bee answered.\n", cte="quoted-printable")
    mail.add_attachment(calendar, maintype="text", subtype="calendar", filename="iCal-20261031-223000.ics")
    part = next(iter(mail.iter_attachments()))
    part.set_param("method", said.method)
    part.set_param("charset", "utf-8")
    return mail.as_bytes()


def thunderbird(said: Said) -> bytes:
    """mixed{ alternative{ text, calendar in quoted-printable }, application/ics }."""
    calendar = _object(
        said.method,
        "-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN",
        f"""BEGIN:VEVENT
CREATED:{_utc(said.at)}
LAST-MODIFIED:{_utc(said.at)}
DTSTAMP:{_utc(said.at)}
UID:{said.uid}
SUMMARY:Ein Gespräch
STATUS:CONFIRMED
ORGANIZER:mailto:{said.organizer}
ATTENDEE;CN=Ann Bee;PARTSTAT={said.partstat};CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT:mailto:{said.attendee}
DTSTART:{_utc(said.begins)}
DTEND:{_utc(said.ends)}
SEQUENCE:{said.sequence}
COMMENT:{_escape(said.comment)}
TRANSP:OPAQUE
END:VEVENT""",
    )
    mail = _mail(said)
    mail.set_content("Ann Bee hat geantwortet.\n")
    mail.make_alternative()
    _attach_calendar(mail, calendar, said.method, cte="quoted-printable")
    mail.make_mixed()
    mail.add_attachment(calendar, maintype="application", subtype="ics", filename="invite.ics")
    return mail.as_bytes()


PROGRAMS: dict[str, Callable[[Said], bytes]] = {
    "google": google,
    "outlook": outlook,
    "apple": apple,
    "thunderbird": thunderbird,
}


def _mail(said: Said) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = f"Ann Bee <{said.sender or said.attendee}>"
    mail["To"] = said.organizer
    mail["Subject"] = f"{WORDS[said.partstat]}: A conversation"
    mail["Date"] = format_datetime(said.at)
    mail["Message-ID"] = f"<{sha256(repr(said).encode()).hexdigest()[:32]}@mail.example>"
    return mail


def _object(method: str, product: str, rest: str) -> bytes:
    text = f"BEGIN:VCALENDAR\nPRODID:{product}\nVERSION:2.0\nMETHOD:{method}\n{rest}\nEND:VCALENDAR\n"
    return b"".join(_folded(line) for line in text.replace("\n ", "").splitlines())


def _folded(line: str) -> bytes:
    """A content line of at most 75 octets, folded between characters."""
    out, rest = b"", line
    while len(rest.encode()) > 74:
        cut = 74
        while len(rest[:cut].encode()) > 74:
            cut -= 1
        out, rest = out + rest[:cut].encode() + b"\r\n ", rest[cut:]
    return out + rest.encode() + b"\r\n"


def _attach_calendar(mail: EmailMessage, calendar: bytes, method: str, *, cte: str) -> None:
    part = EmailMessage()
    part.set_content(calendar.decode(), subtype="calendar", charset="utf-8", cte="8bit" if cte == "7bit" else cte)
    del part["MIME-Version"]
    part.set_param("method", method)
    if not mail.is_multipart():
        mail.make_alternative()
    mail.attach(part)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime(COMPACT) + "Z"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def later(said: Said, seconds: int = 60, **changes: Any) -> Said:
    """The same person answers once more."""
    return replace(said, at=said.at + timedelta(seconds=seconds), **changes)
