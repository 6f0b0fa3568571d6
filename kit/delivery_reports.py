"""Reports on letters: that they did not arrive (RFC 3464), or that somebody called them unwanted (RFC 5965).

Tolerant of form, strict about size: the message comes from anywhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string, policy
from email.message import Message as MailPart
from typing import TypeAlias

from kit.refusal_rules import read_status

Part: TypeAlias = "MailPart[str, str]"

MOST_BYTES = 1024 * 1024
MOST_PARTS = 30
MOST_RECIPIENTS = 20
LONGEST_ID = 300
LONGEST_WORDS = 400
DEEPEST = 3
REPORTS = ("message/delivery-status", "message/global-delivery-status")
COMPLAINT = "message/feedback-report"
# What a reader, or a program that acts for one, says of a letter; other reports of that form are for a person.
UNWANTED = ("abuse", "fraud", "opt-out")
HEADS = ("text/rfc822-headers", "message/global-headers")
WHOLE = ("message/rfc822", "message/global")
MESSAGE_ID = re.compile(r"<[^<>\s]{1,298}>")


@dataclass(frozen=True)
class Fate:
    """What became of a letter for one recipient: `failed`, `delayed`, `delivered`, `relayed` or `expanded`."""

    action: str
    status: str
    words: str


@dataclass(frozen=True)
class DeliveryReport:
    """A report: its own name, the Message-IDs of the letter it may be about, and what became of it.

    A complaint has no fates: the letter has arrived, and its reader does not want it.
    """

    name: str
    about: tuple[str, ...]
    fates: tuple[Fate, ...] = ()
    is_complaint: bool = False


def read_report(raw: bytes) -> DeliveryReport | None:
    """The report in a message; None where it is something else."""
    if len(raw) > MOST_BYTES:
        return None
    try:
        mail = message_from_bytes(raw, policy=policy.compat32)
        parts = list(_parts(mail))
        report = next((part for part in parts if part.get_content_type() in (*REPORTS, COMPLAINT)), None)
        if report is None:
            return None
        is_complaint = report.get_content_type() == COMPLAINT
        if is_complaint and not _is_unwanted(report):
            return None
        about = [found for part in parts for found in _ids_of_original(part)]
        about += [found for name in ("In-Reply-To", "References") for found in _ids(mail, name)]
        fates = () if is_complaint else tuple(fate for block in _blocks(report) if (fate := _fate(block)))
    except (RecursionError, ValueError, LookupError):
        return None
    name = next(iter(_ids(mail, "Message-ID")), "")
    return DeliveryReport(name, tuple(dict.fromkeys(about)), fates[:MOST_RECIPIENTS], is_complaint)


def _parts(mail: Part, depth: int = 0) -> Iterator[Part]:
    """The parts of the report itself, which a gateway may have wrapped up once more.

    What stands inside of the letter it is about is not its own.
    """
    inside = mail.get_payload()
    yield mail
    if mail.get_content_maintype() == "multipart" and isinstance(inside, list) and depth < DEEPEST:
        for part in inside[:MOST_PARTS]:
            if isinstance(part, MailPart):
                yield from _parts(part, depth + 1)


def _is_unwanted(report: Part) -> bool:
    inside = report.get_payload()
    fields = inside[0] if isinstance(inside, list) and inside else None
    return isinstance(fields, MailPart) and str(fields.get("Feedback-Type", "")).strip().lower() in UNWANTED


def _blocks(report: Part) -> Iterator[Part]:
    """The blocks of fields of a report; the first one is about the report as a whole."""
    inside = report.get_payload()
    blocks = [block for block in inside if isinstance(block, MailPart)] if isinstance(inside, list) else []
    if len(blocks) == 1:
        # The library knows the blocks of the older type only, and takes all but the first for a text.
        yield from (message_from_string(block) for block in re.split(r"\r?\n[ \t]*\r?\n", blocks[0].as_string()))
    yield from blocks


def _fate(block: Part) -> Fate | None:
    """What a block of fields says; None where it is not about a recipient."""
    action = str(block.get("Action", "")).split("(")[0].strip().lower()
    if not action:
        return None
    words = re.sub(r"\s+", " ", str(block.get("Diagnostic-Code", ""))).strip()
    return Fate(action, read_status(str(block.get("Status", ""))), words.partition(";")[2].strip()[:LONGEST_WORDS])


def _ids_of_original(part: Part) -> list[str]:
    """The Message-ID of the letter that a part gives back, whole or by its head."""
    inside = part.get_payload()
    if part.get_content_type() in WHOLE and isinstance(inside, list) and inside:
        first = inside[0]
        return _ids(first, "Message-ID") if isinstance(first, MailPart) else []
    if part.get_content_type() in HEADS:
        if isinstance(inside, list) and inside and isinstance(inside[0], MailPart):
            return _ids(inside[0], "Message-ID")
        content = part.get_payload(decode=True)
        text = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
        return _ids(message_from_string(text), "Message-ID")
    return []


def _ids(mail: Part, name: str) -> list[str]:
    return MESSAGE_ID.findall(str(mail.get(name, "")))[:5]
