"""The rules of an invite by mail, checked by a reader of our own and by two others, on any message.

RFC 5545 for the object, RFC 5546 for what is exchanged, RFC 6047 for the mail around it. `assert_invite_rules` holds
for one message; `assert_invite_history` for everything one person received about one conversation.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import ics
import vobject

from tests.kinds import kind_of

LONGEST_LINE = 75
UNFOLD = re.compile(rb"\r\n[ \t]")
MOMENT = re.compile(r"\d{8}T\d{6}Z")
STATUSES = {"REQUEST": {"CONFIRMED", "TENTATIVE"}, "CANCEL": {"CANCELLED"}, "PUBLISH": {"CONFIRMED", "TENTATIVE"}}
PARTICIPATION = {"NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"}


@dataclass(frozen=True)
class Line:
    """One content line: its name, its parameters and its value, still escaped."""

    name: str
    parameters: dict[str, str]
    value: str


@dataclass(frozen=True)
class Component:
    """What stands between BEGIN and END."""

    name: str
    lines: tuple[Line, ...]
    parts: tuple["Component", ...]

    def all(self, name: str) -> list[Line]:
        return [line for line in self.lines if line.name == name]

    def one(self, name: str) -> Line:
        found = self.all(name)
        assert len(found) == 1, f"{self.name} has {len(found)} {name}, one is needed"
        return found[0]

    def text(self, name: str) -> str:
        """The value of the only property of that name, as a person wrote it."""
        value = self.one(name).value
        return re.sub(r"\\([\\;,nN])", lambda found: "\n" if found[1] in "nN" else found[1], value)


@lru_cache(maxsize=200)  # a letter is looked at by several rules
def read_object(content: bytes) -> Component:
    """The calendar in `content`. Asserts the rules of bytes, lines and nesting."""
    assert content.endswith(b"\r\n"), "the object does not end with CRLF"
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content), "a line ends with something else than CRLF"
    physical = content[:-2].split(b"\r\n")
    for line in physical:
        assert line.strip(), "there is an empty line"
        assert len(line) <= LONGEST_LINE, f"a line has {len(line)} octets: {line!r}"
        line.decode("utf-8")  # a fold inside a character would not decode
        assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line), f"a control character: {line!r}"
    logical = content.replace(b"\r\n ", b"").replace(b"\r\n\t", b"").decode("utf-8").removesuffix("\r\n")
    lines = [_read_line(line) for line in logical.split("\r\n")]
    found, rest = _read_component(lines)
    assert not rest, "something follows the end of the calendar"
    assert found.name == "VCALENDAR"
    return found


def invite_of(message: EmailMessage) -> Component | None:
    """The calendar that a message carries for mail programs, or None."""
    part = _calendar_part(message)
    return read_object(_content(part)) if part is not None else None


def event_of(message: EmailMessage) -> Component:
    """The one event of the invite in a message."""
    calendar = invite_of(message)
    assert calendar is not None, "the message carries no invite"
    (event,) = calendar.parts
    return event


def assert_invite_rules(message: EmailMessage) -> None:
    """Every rule for one message; a message without an invite needs only its two bodies and one recipient."""
    assert [name for name in ("From", "To", "Subject", "Date", "Message-ID") if message.get_all(name) is None] == []
    assert len(message["To"].addresses) == 1, "one message, one recipient"
    assert message["Cc"] is None and message["Bcc"] is None
    assert message.get_body(("plain",)) is not None, "there is no text part"
    assert message.get_body(("html",)) is not None, "there is no HTML part"
    if _calendar_part(message) is None:
        return
    content = _assert_mail_structure(message)
    calendar = read_object(content)
    _assert_object(calendar)
    _assert_exchange(calendar, message)
    _assert_others_can_read(content)


def assert_calendar_file(content: bytes) -> Component:
    """The rules of a file that is downloaded. Gives its event."""
    calendar = read_object(content)
    _assert_object(calendar)
    (event,) = calendar.parts
    assert calendar.one("METHOD").value == "PUBLISH"
    assert event.one("STATUS").value in STATUSES["PUBLISH"]
    assert event.one("ORGANIZER").value.startswith("mailto:")
    assert not event.all("ATTENDEE"), "nobody is asked to answer a file"
    _assert_others_can_read(content)
    return event


def assert_invite_history(messages: Iterable[EmailMessage]) -> None:
    """Messages in the order they were written: for each person and UID the later one is the newer one."""
    last: dict[tuple[str, str], tuple[str, Component]] = {}
    for message in messages:
        calendar = invite_of(message)
        if calendar is None:
            continue
        method, (event,) = calendar.one("METHOD").value, calendar.parts
        key = (message["To"].addresses[0].addr_spec, event.one("UID").value)
        if key in last:
            _assert_follows(*last[key], method, event)
        else:
            assert method == "REQUEST", "what was never asked cannot be cancelled"
        last[key] = (method, event)


def _assert_follows(old_method: str, old: Component, method: str, new: Component) -> None:
    old_sequence, sequence = int(old.one("SEQUENCE").value), int(new.one("SEQUENCE").value)
    assert old_method != "CANCEL", "a cancelled UID came back; a restored conversation has a new one"
    assert moment(new, "DTSTAMP") >= moment(old, "DTSTAMP")
    assert new.one("ORGANIZER").value == old.one("ORGANIZER").value, "the organizer changed"
    agreed, tentative = (old.one("STATUS").value == "CONFIRMED", new.one("STATUS").value == "TENTATIVE")
    assert not (agreed and tentative), "what was agreed is only offered again"
    same_times = all(new.one(name).value == old.one(name).value for name in ("DTSTART", "DTEND", "STATUS"))
    if method == "CANCEL" or not same_times:
        assert sequence == old_sequence + 1, f"SEQUENCE went from {old_sequence} to {sequence}"
    else:
        assert sequence == old_sequence, "only details changed, but SEQUENCE did too"


def moment(component: Component, name: str) -> datetime:
    """An instant that must be written in UTC."""
    line = component.one(name)
    assert MOMENT.fullmatch(line.value), f"{name} is {line.value}, not a UTC time"
    assert not line.parameters, f"{name} has parameters"
    return datetime.strptime(line.value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _assert_mail_structure(message: EmailMessage) -> bytes:
    assert message.get_content_type() == "multipart/mixed"
    alternative, *attached = list(message.iter_parts())
    assert alternative.get_content_type() == "multipart/alternative"
    bodies = list(alternative.iter_parts())
    assert [part.get_content_type() for part in bodies] == ["text/plain", "text/html", "text/calendar"]
    calendar = bodies[-1]
    assert calendar["Content-Disposition"] is None, "with a disposition some programs show a file, not an invite"
    assert str(calendar.get_param("charset")).upper() == "UTF-8"
    files = [part for part in attached if part.get_filename() == "invite.ics"]
    assert len(files) == 1, "the same object must go along once as invite.ics"
    assert files[0].get_content_disposition() == "attachment"
    content = _content(calendar)
    assert content == _content(files[0]), "the two copies differ"
    (method,) = re.findall(rb"(?m)^METHOD:(\S+)\r$", content)
    assert calendar.get_param("method") == method.decode(), "method= of the part is not METHOD of the object"
    assert b"text/calendar" in bytes(message) and "multipart/alternative" in str(alternative["Content-Type"])
    return content


def _assert_object(calendar: Component) -> None:
    assert calendar.one("VERSION").value == "2.0"
    assert calendar.one("PRODID").value
    calendar.one("METHOD")
    assert [part.name for part in calendar.parts] == ["VEVENT"], "one event and no VTIMEZONE"
    (event,) = calendar.parts
    assert event.one("UID").value
    assert re.fullmatch(r"0|[1-9]\d*", event.one("SEQUENCE").value), "SEQUENCE is no number"
    moment(event, "DTSTAMP")
    assert moment(event, "DTSTART") < moment(event, "DTEND"), "it ends before it starts"
    assert event.text("SUMMARY").strip()
    assert event.one("TRANSP").value == "OPAQUE"
    for line in event.lines:
        assert "TZID" not in line.parameters
        assert len(event.all(line.name)) == 1 or line.name == "ATTENDEE", f"{line.name} stands there twice"


def _assert_exchange(calendar: Component, message: EmailMessage) -> None:
    method, (event,) = calendar.one("METHOD").value, calendar.parts
    assert method in ("REQUEST", "CANCEL")
    assert event.one("STATUS").value in STATUSES[method], f"STATUS does not fit {method}"
    sender = message["From"].addresses[0].addr_spec
    recipient = message["To"].addresses[0].addr_spec
    organizer = event.one("ORGANIZER").value
    assert organizer == f"mailto:{sender}", "the organizer is not the sender"
    assert _address(organizer) != recipient.lower(), "the organizer writes to itself: Outlook throws it away"
    attendees = event.all("ATTENDEE")
    assert attendees, "nobody is invited"
    assert len({_address(line.value) for line in attendees}) == len(attendees), "somebody is invited twice"
    assert recipient.lower() in [_address(line.value) for line in attendees], "the recipient is not invited"
    for line in attendees:
        assert line.value.startswith("mailto:")
        assert line.parameters.get("CUTYPE") == "INDIVIDUAL", "CUTYPE"
        assert line.parameters.get("ROLE") in ("REQ-PARTICIPANT", "CHAIR"), "ROLE"
        assert line.parameters.get("PARTSTAT") in PARTICIPATION, "PARTSTAT"
        if line.parameters["ROLE"] == "CHAIR":
            assert line.parameters["PARTSTAT"] == "ACCEPTED", "PARTSTAT of the chair"
        else:
            assert line.parameters.get("RSVP") == "TRUE", "RSVP"
    if method == "CANCEL":
        assert int(event.one("SEQUENCE").value) >= 1, "a cancellation raises the sequence"
        assert not event.parts, "a cancellation rings no alarm"


_kinds_read: set[bytes] = set()


def _assert_others_can_read(content: bytes) -> None:
    """Read by two more libraries, one of each kind; every single one goes to those of `readers`."""
    kind = kind_of(UNFOLD.sub(b"", content))
    if kind in _kinds_read:
        return
    text = content.decode("utf-8")
    known: Any = vobject.readOne(text)
    known.validate(raiseException=True)
    (event,) = ics.Calendar(text).events
    assert known.vevent.dtstart.value == event.begin.datetime
    assert known.vevent.uid.value == event.uid
    _kinds_read.add(kind)


def _calendar_part(message: EmailMessage) -> EmailMessage | None:
    found = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert len(found) <= 1, "two invites in one message"
    return found[0] if found else None  # type: ignore[return-value]


def _content(part: Any) -> bytes:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload


def _address(value: str) -> str:
    return unquote(value.removeprefix("mailto:")).lower()


def _read_line(line: str) -> Line:
    found = re.match(r'([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):', line)
    assert found, f"not a content line: {line!r}"
    pairs = re.findall(r';([A-Za-z0-9-]+)=("[^"]*"|[^";:]*)', found[2])
    assert len({name.upper() for name, _ in pairs}) == len(pairs), f"a parameter stands there twice: {line!r}"
    return Line(found[1].upper(), {name.upper(): value.strip('"') for name, value in pairs}, line[found.end() :])


def _read_component(lines: list[Line]) -> tuple[Component, list[Line]]:
    assert lines[0].name == "BEGIN", f"{lines[0]} where BEGIN is needed"
    name, rest = lines[0].value, lines[1:]
    own: list[Line] = []
    parts: list[Component] = []
    while rest:
        if rest[0].name == "END":
            assert rest[0].value == name, f"END:{rest[0].value} closes {name}"
            return Component(name, tuple(own), tuple(parts)), rest[1:]
        if rest[0].name == "BEGIN":
            part, rest = _read_component(rest)
            parts.append(part)
        else:
            own.append(rest[0])
            rest = rest[1:]
    raise AssertionError(f"{name} is never closed")
