"""A message as a person looks at it: its headers, what it says, and the files that come with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from typing import Any, TypeAlias

from kit.mail import Attachment

Part: TypeAlias = "Message[Any, Any]"


@dataclass(frozen=True)
class Reading:
    """One message taken apart; `written` are its headers as they stand there.

    Empty text where it has no such part; lines end in a line feed.
    """

    written: tuple[tuple[str, str], ...]
    text: str
    html: str
    calendar: str
    files: tuple[Attachment, ...]

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """What the headers say."""
        return tuple((name, str(policy.default.header_fetch_parse(name, value))) for name, value in self.written)


def read(raw: bytes) -> Reading:
    """What the bytes of a message say."""
    # The older policy of the library takes no header apart that nobody asks for: a tenth of the time.
    message = message_from_bytes(raw, policy=policy.compat32)
    parts = [part for part in message.walk() if not part.is_multipart()]
    shown = [part for part in parts if part.get_content_disposition() != "attachment"]
    return Reading(
        written=tuple((name, str(value)) for name, value in message.items()),
        text=_content(shown, "text/plain"),
        html=_content(shown, "text/html"),
        calendar=_content(parts, "text/calendar"),
        files=tuple(
            Attachment(name, part.get_content_type(), _bytes(part)) for part in parts if (name := part.get_filename())
        ),
    )


def _content(parts: "Sequence[Part]", content_type: str) -> str:
    """What the first part of that type says."""
    for part in parts:
        if part.get_content_type() == content_type:
            return _bytes(part).decode(part.get_content_charset("utf-8"), "replace").replace("\r\n", "\n")
    return ""


def _bytes(part: "Part") -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""
