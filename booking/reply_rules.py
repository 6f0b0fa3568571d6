"""What an answer of a calendar means for a conversation: who may answer, which answer is newer, what follows.

Matched by UID and attendee (RFC 5546 2.1.4, 6.1.2), ordered by SEQUENCE, then by DTSTAMP (2.1.5).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from booking.replies import Answer

Version = tuple[int, datetime]


class ReplyOutcome(StrEnum):
    """What became of a message from a calendar."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"
    MOVE_ASKED = "move asked for"
    STALE = "stale"
    STRANGER = "from somebody else"
    HOST = "from the host"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


MEANING = {
    "ACCEPTED": ReplyOutcome.ACCEPTED,
    "TENTATIVE": ReplyOutcome.TENTATIVE,
    "DECLINED": ReplyOutcome.CANCELLED,
}


@dataclass(frozen=True)
class Known:
    """What the site knows of the event: who is invited, its sequence, whether anything can still change.

    `answered` is the version of the newest answer so far; addresses are in small letters.
    """

    guest: str
    hosts: frozenset[str]
    sequence: int
    is_open: bool
    answered: Version | None = None


@dataclass(frozen=True)
class Verdict:
    """What becomes of an answer. Only with a `partstat` (as RFC 5545 3.2.12 has it) does it change anything."""

    outcome: ReplyOutcome
    version: Version
    partstat: str = ""


def judge(answer: Answer, senders: tuple[str, ...], known: Known | None, received_at: datetime) -> Verdict:
    """The verdict on an answer that one of `senders` sent.

    A sequence above ours means ours, since only the organizer raises it; a stamp ahead of its arrival means the
    arrival: otherwise one wrong clock would make every later answer look old. A COUNTER asks and cancels nothing.
    """
    stamp = min(answer.stamp or received_at, received_at)
    if known is None:
        return Verdict(ReplyOutcome.UNKNOWN, (answer.sequence, stamp))
    version = (min(answer.sequence, known.sequence), stamp)
    said = {attendee.address: attendee.partstat for attendee in answer.attendees if attendee.address in senders}
    if known.guest not in said:
        return Verdict(ReplyOutcome.HOST if known.hosts & said.keys() else ReplyOutcome.STRANGER, version)
    if not known.is_open or version[0] < known.sequence or (known.answered and version <= known.answered):
        return Verdict(ReplyOutcome.STALE, version)
    if answer.method == "COUNTER":
        return Verdict(ReplyOutcome.MOVE_ASKED, version, "TENTATIVE")
    partstat = said[known.guest]
    if partstat not in MEANING:
        return Verdict(ReplyOutcome.UNREADABLE, version)
    return Verdict(MEANING[partstat], version, partstat)
