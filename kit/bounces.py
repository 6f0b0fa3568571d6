"""Mail that comes back: a report finds the letter it is about, and what follows from it is held back.

Who tells their mail program that a letter is unwanted is heard as well: `complained` says it to whoever sent it.

A letter is known by its Message-ID, which nobody but its reader and the servers on its way can know: a report that was
made up holds nothing back.
"""

from datetime import datetime
from enum import StrEnum

from blinker import Signal
from sqlalchemy import select

from kit import outbox, refusal_rules, suppression
from kit.db import session, transaction
from kit.delivery_reports import DeliveryReport, Fate, read_report
from kit.mail import Purpose
from kit.outbox import Letter
from kit.refusal_rules import Meaning
from kit.suppression import Returned

FAILED = "failed"
complained = Signal(
    "Somebody called a letter unwanted. Sent with its address, when it was written, `about`, and the time `at`, in a "
    "transaction; heard in `app.py`. Whoever hears it gives whether they send something to that address."
)


class Outcome(StrEnum):
    """What became of a message. What is no report, or about no letter of ours, is for a person to read."""

    NO_REPORT = "no report"
    NOT_OURS = "about no letter of ours"
    UNHEARD = "somebody does not want it, and nothing else would be sent to them"
    ON_ITS_WAY = "nothing is lost yet"
    NOTED = "came back"
    UNWANTED = "somebody does not want it"
    KNOWN = "known already"

    @property
    def concerns_us(self) -> bool:
        """Whether a person need not read it."""
        return self not in (Outcome.NO_REPORT, Outcome.NOT_OURS, Outcome.UNHEARD)


def receive(raw: bytes, *, at: datetime) -> Outcome:
    """Take in a report on a letter of ours. The same one again changes nothing."""
    report = read_report(raw)
    if report is None:
        return Outcome.NO_REPORT
    with transaction():
        letter = _find(report)
        if letter is None:
            return Outcome.NOT_OURS
        if report.is_complaint:
            heard = complained.send(letter.recipient, about=letter.created_at, at=at)
            return Outcome.UNWANTED if any(acted for _, acted in heard) else Outcome.UNHEARD
        failed = [fate for fate in report.fates if fate.action == FAILED]
        if not failed:
            return Outcome.ON_ITS_WAY
        returned = _returned(letter, report, failed[0])
        if not suppression.note(returned, at=at):
            return Outcome.KNOWN
        if returned.meaning is Meaning.HARD:
            outbox.withdraw(letter.recipient, Purpose.NEWSLETTER)
        return Outcome.NOTED


def _find(report: DeliveryReport) -> Letter | None:
    chosen = select(Letter).where(Letter.message_id.in_(report.about)).order_by(Letter.id.desc())
    return session().scalars(chosen.limit(1)).first()


def _returned(letter: Letter, report: DeliveryReport, fate: Fate) -> Returned:
    return Returned(
        address=letter.recipient,
        meaning=refusal_rules.judge(fate.words, status=fate.status),
        source=f"{letter.message_id} reported {report.name}",
        letter_id=letter.id,
        status=fate.status or refusal_rules.read_status(fate.words),
        words=fate.words,
    )
