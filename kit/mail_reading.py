"""A message as a person looks at it: its headers, what it says, and the files that come with it."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import MIMEPart
from typing import Any, TypeAlias

from kit.mail import Attachment

Part: TypeAlias = "MIMEPart[Any, Any]"


@dataclass(frozen=True)
class Reading:
    """One message taken apart. Empty text where it has no such part; lines end in a line feed."""

    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    calendar: str
    files: tuple[Attachment, ...]


def read(raw: bytes) -> Reading:
    """What the bytes of a message say."""
    message = message_from_bytes(raw, policy=policy.default)
    calendars = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    return Reading(
        headers=tuple((name, str(value)) for name, value in message.items()),
        text=_content(message.get_body(("plain",))),
        html=_content(message.get_body(("html",))),
        calendar=_content(calendars[0] if calendars else None),
        files=tuple(
            Attachment(part.get_filename() or "", part.get_content_type(), _bytes(part))
            for part in message.iter_attachments()
            if part.get_filename()
        ),
    )


def _content(part: "Part | None") -> str:
    return "" if part is None else str(part.get_content()).replace("\r\n", "\n")


def _bytes(part: "Part") -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""
