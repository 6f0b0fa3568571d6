"""What comes into the site's mailbox, and who takes it: reports on letters that came back, and answers of calendars."""

from dataclasses import dataclass
from datetime import datetime

from booking import reply_service
from kit import bounces


@dataclass(frozen=True)
class Taken:
    """What became of a message; `line` says it without a name. What does not concern us is left for a person."""

    concerns_us: bool
    line: str


def receive(raw: bytes, *, now: datetime) -> Taken:
    """Carry out what a message says. The same one again changes nothing."""
    bounced = bounces.receive(raw, at=now)
    if bounced.concerns_us:
        return Taken(True, f"a letter: {bounced.value}")
    received = reply_service.receive(raw, now=now)
    return Taken(received.concerns_us, received.line)
