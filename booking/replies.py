"""What calendars answer by mail: REPLY and COUNTER of RFC 5546, in the shapes that mail programs give them (RFC 6047).

Tolerant of form, strict about size: the message comes from anywhere. Only what decides about a conversation is read.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import Message as MailPart
from email.utils import getaddresses
from urllib.parse import unquote

from booking.reply_times import Zones, read_stamp, read_time

MOST_BYTES = 1024 * 1024
MOST_CALENDAR_BYTES = 256 * 1024
MOST_PARTS = 100
MOST_EVENTS = 10
DEEPEST = 8
MOST_ATTENDEES = 100
LONGEST_COMMENT = 1000
LONGEST_ID = 300
LONGEST_FROM = 2000
METHODS = ("REPLY", "COUNTER")
CALENDAR_TYPES = ("text/calendar", "application/ics", "application/calendar")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
LINE = re.compile(r'([A-Za-z0-9-]+)((?:"[^"]*"|[^":])*):(.*)', re.DOTALL)
LOOSE_LINE = re.compile(r"([A-Za-z0-9-]+)([^:]*):(.*)", re.DOTALL)
MAILTO = re.compile(r"mailto:\s*([^\s\"<>;]+)", re.IGNORECASE)
EMAIL = re.compile(r';EMAIL="?([^";:,]+)', re.IGNORECASE)
PARTSTAT = re.compile(r';PARTSTAT="?([A-Za-z-]+)', re.IGNORECASE)


@dataclass(frozen=True)
class Attendee:
    """Somebody who is said to attend; the address in small letters, PARTSTAT in capitals."""

    address: str
    partstat: str


@dataclass(frozen=True)
class Answer:
    """What is said about one event. `start` has no zone where the calendar named none; None where it names no time."""

    uid: str
    method: str
    attendees: tuple[Attendee, ...]
    sequence: int = 0
    stamp: datetime | None = None
    start: datetime | None = None
    comment: str = ""


@dataclass(frozen=True)
class Message:
    """A message as far as it concerns calendars. `broken` is an answer that cannot be understood."""

    message_id: str
    senders: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    broken: bool = False

    @property
    def concerns_us(self) -> bool:
        """Whether a calendar answers in it. Everything else is for a person to read."""
        return bool(self.answers) or self.broken


def read_message(raw: bytes) -> Message:
    """The answers in a message. The first part that has any is the one that counts; a second one is its copy."""
    if len(raw) > MOST_BYTES:
        return Message(_digest(raw))
    try:
        mail = message_from_bytes(raw, policy=policy.compat32)
        parts = [_text(part) for part in _calendar_parts(mail)]
    except RecursionError:
        return Message(_digest(raw))
    message_id, senders = _message_id(mail, raw), _senders(mail)
    broken = False
    for text in parts:
        answers, understood = read_calendar(text)
        if answers:
            return Message(message_id, senders, answers)
        broken = broken or not understood
    return Message(message_id, senders, broken=broken)


def read_calendar(text: str) -> tuple[tuple[Answer, ...], bool]:
    """The answers in a calendar object, and whether everything in it that is an answer was understood."""
    lines = [line for line in _unfold(text) if line.strip()]
    method = next((value.strip().upper() for name, _, value in map(_split, lines) if name == "METHOD"), "")
    if method not in METHODS:
        return (), True
    zones = Zones.read(list(_blocks(lines, "VTIMEZONE")))
    events = list(_blocks(lines, "VEVENT"))[:MOST_EVENTS]
    answers = [answer for event in events if (answer := _answer(method, event, zones))]
    return tuple(dict.fromkeys(answers)), bool(answers)


def _answer(method: str, lines: list[str], zones: Zones) -> Answer | None:
    """One event; None where it does not say which one it is or who answers."""
    uid, sequence, stamp, start, comment = "", 0, None, None, ""
    attendees: list[Attendee] = []
    for line in lines:
        name, parameters, value = _split(line)
        if name == "UID":
            uid = value.strip()[:LONGEST_ID]
        elif name == "ATTENDEE" and len(attendees) < MOST_ATTENDEES:
            attendees += _attendee(line, parameters)
        elif name == "SEQUENCE" and re.fullmatch(r"\d{1,9}", value.strip()):
            sequence = int(value)
        elif name == "DTSTAMP":
            stamp = read_stamp(value.strip())
        elif name == "DTSTART":
            start = read_time(parameters, value.strip(), zones)
        elif name == "COMMENT" and not comment:
            comment = CONTROL.sub("", _unescape(value)).strip()[:LONGEST_COMMENT]
    if not uid or not attendees:
        return None
    return Answer(uid, method, tuple(attendees), sequence, stamp, start, comment)


def _attendee(line: str, parameters: str) -> list[Attendee]:
    """The last `mailto:` is the address: those before it belong to parameters such as SENT-BY."""
    partstat = PARTSTAT.search(line)
    found = MAILTO.findall(line)
    told = EMAIL.search(parameters)
    address = found[-1] if found else told[1] if told else ""
    return [Attendee(unquote(address).lower(), partstat[1].upper() if partstat else "")] if address else []


def _unfold(text: str) -> list[str]:
    """Content lines, whatever they end in (RFC 5545 3.1)."""
    return re.sub(r"(?:\r\n|\r|\n)[ \t]", "", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _split(line: str) -> tuple[str, str, str]:
    """The name in capitals, the parameters as written, the value. A broken quotation is read to the first colon."""
    found = LINE.fullmatch(line) or LOOSE_LINE.fullmatch(line)
    return (found[1].upper(), found[2], found[3]) if found else ("", "", "")


def _blocks(lines: list[str], wanted: str) -> Iterator[list[str]]:
    """The own lines of each component of that name; for a time zone all lines, those inside its parts too."""
    whole = wanted == "VTIMEZONE"
    path: list[str] = []
    block: list[str] = []
    for line in lines:
        marker, _, name = line.strip().upper().partition(":")
        if marker == "BEGIN":
            if len(path) == DEEPEST:
                return
            path.append(name)
            if name == wanted:
                block = []
        if wanted in path and (whole or (path[-1] == wanted and marker != "BEGIN")):
            block.append(line)
        if marker == "END" and path:
            ended = path.pop()
            if ended == wanted:
                yield block if whole else block[:-1]


def _unescape(value: str) -> str:
    return re.sub(r"\\([\\;,nN])", lambda found: "\n" if found[1] in "nN" else found[1], value)


def _calendar_parts(mail: "MailPart[str, str]") -> Iterator["MailPart[str, str]"]:
    """Parts that hold a calendar, in order; what is inside of a forwarded or bounced message is not said to us."""
    waiting, seen = [mail], 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        inside = part.get_payload()
        if part.get_content_maintype() == "message":
            continue
        if isinstance(inside, list):
            waiting[:0] = [child for child in inside if isinstance(child, MailPart)]
        elif part.get_content_type() in CALENDAR_TYPES or _filename(part).endswith(".ics"):
            yield part


def _filename(part: "MailPart[str, str]") -> str:
    try:
        return (part.get_filename() or "").lower()
    except (ValueError, LookupError, TypeError):
        return ""


def _text(part: "MailPart[str, str]") -> str:
    """What a part says, whatever charset it claims: UTF-8 where it is that, else what is claimed."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes) or len(content) > MOST_CALENDAR_BYTES:
        return ""
    claimed = part.get_param("charset", "")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    for charset in ("utf-8-sig", str(claimed)):
        try:
            return content.decode(charset)
        except (UnicodeError, LookupError, ValueError):
            continue
    return content.decode("windows-1252", "replace")


def _message_id(mail: "MailPart[str, str]", raw: bytes) -> str:
    """The Message-ID, or what stands for it where there is none that can be kept."""
    told = re.sub(r"\s+", "", str(mail.get("Message-ID", "")))
    return told if 0 < len(told) <= LONGEST_ID and told.isprintable() and told.isascii() else _digest(raw)


def _digest(raw: bytes) -> str:
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def _senders(mail: "MailPart[str, str]") -> tuple[str, ...]:
    """The addresses of the one From; none where there are several such headers (RFC 5322 3.6 knows one)."""
    told = [re.sub(r"\s+", " ", str(value)) for value in mail.get_all("From") or []]
    if len(told) != 1 or len(told[0]) > LONGEST_FROM or told[0].count("(") > 5:
        return ()
    found = (address.lower() for _, address in getaddresses(told))
    return tuple(dict.fromkeys(address for address in found if "@" in address and address.isprintable()))
