"""The consent ledger: what was agreed to in which words, where, how and when, and when it was taken back.

The words have versions. A changed sentence is a new version; the old one stays here, for it says what people agreed to.
"""

from dataclasses import dataclass
from datetime import datetime

from blinker import Signal
from sqlalchemy import delete, func, select

from kit.db import session, transaction
from leads.consent_models import Channel, ConsentAct, ConsentEntry, ConsentPurpose

WORDINGS = {
    "newsletter-1": "Send me each new story by e-mail, one or two a month. I can leave with one click.",
    "weekly-question-1": "Ask me one question a week by e-mail. It ends by a word, or by four weeks without an answer.",
}
NEWSLETTER_WORDING = "newsletter-1"
WEEKLY_QUESTION_WORDING = "weekly-question-1"

newsletter_wanted = Signal(
    "Somebody ticked the newsletter's box on a form about something else. Sent with an Ask and the time `at`, in the "
    "transaction of that form; heard in `app.py`."
)


@dataclass(frozen=True)
class Ask:
    """An address that was typed to get the newsletter: on which page, how, and from which story they came."""

    address: str
    page: str
    method: str
    story: str = ""
    channel: Channel = Channel.SITE
    wording: str = NEWSLETTER_WORDING


def enter(
    purpose: ConsentPurpose,
    act: ConsentAct,
    *,
    address: str,
    channel: Channel,
    method: str,
    at: datetime,
    page: str = "",
    wording: str = NEWSLETTER_WORDING,
) -> None:
    """Add a line to the ledger. Joins the caller's transaction."""
    with transaction() as current:
        current.add(
            ConsentEntry(
                purpose=purpose,
                act=act,
                address=address.lower(),
                wording=wording,
                channel=channel,
                page=page[:200],
                method=method,
                at=at,
            )
        )
        current.flush()


def ledger_of(*addresses: str) -> tuple[ConsentEntry, ...]:
    """Everything that was agreed to with one of those addresses, the oldest line first."""
    chosen = select(ConsentEntry).where(ConsentEntry.address.in_([address.lower() for address in addresses]))
    return tuple(session().scalars(chosen.order_by(ConsentEntry.id)))


def wording_of(entry: ConsentEntry) -> str:
    """The words that were agreed to."""
    return WORDINGS.get(entry.wording, entry.wording)


def forget(address: str, purpose: ConsentPurpose | None = None) -> None:
    """Remove the lines of an address, those about one purpose where it is given. Joins the caller's transaction."""
    chosen = delete(ConsentEntry).where(ConsentEntry.address == address.lower())
    with transaction() as current:
        current.execute(chosen if purpose is None else chosen.where(ConsentEntry.purpose == purpose))


def times_asked(address: str, purpose: ConsentPurpose, *, since: datetime) -> int:
    """How often an address was typed for that purpose since then, and its owner asked by mail."""
    chosen = select(func.count(ConsentEntry.id)).where(
        ConsentEntry.address == address.lower(),
        ConsentEntry.purpose == purpose,
        ConsentEntry.act == ConsentAct.ASKED,
        ConsentEntry.at > since,
    )
    return session().scalar(chosen) or 0
