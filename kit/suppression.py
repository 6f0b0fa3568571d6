"""To whom letters of a purpose are not sent: their mail came back, or they were erased after they had left.

Only letters that nobody asked for one by one are held back. Who asked for a report or booked a consult gets it
whatever happened before; that mail came back is said at the desk.

An address is known by a keyed hash. It stands beside the hash for as long as its person is known, and goes with them.
What came back, and a hold that has ended, go after a year; a hold in force stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    cast,
    delete,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from kit import tokens
from kit.db import Base, UtcDateTime, enum_column, session, transaction
from kit.mail import Purpose
from kit.pages import Page, page_of
from kit.refusal_rules import Meaning
from kit.refusals import NotFound
from kit.rows import plain
from kit.sorting import Sort

SOFT_MOST = 3
SOFT_WITHIN = timedelta(days=30)
PAUSE = timedelta(days=30)
KEPT = timedelta(days=365)
LONGEST_WORDS = 500


class Reason(StrEnum):
    """Why nothing is sent."""

    HARD_BOUNCE = "hard bounce"
    SOFT_BOUNCES = "soft bounces"
    LEFT = "left"


class Bounce(Base):
    """A letter that did not arrive, as a mail server says. `source` names the message or the try that told."""

    __tablename__ = "bounce"
    __table_args__ = (Index("ix_bounce_address_hash_at", "address_hash", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id", ondelete="SET NULL"), index=True)
    address_hash: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(320))
    meaning: Mapped[Meaning] = mapped_column(enum_column(Meaning))
    status: Mapped[str] = mapped_column(String(20), default="")
    words: Mapped[str] = mapped_column(String(LONGEST_WORDS), default="")
    source: Mapped[str] = mapped_column(String(400), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Suppression(Base):
    """Letters of one purpose are held back from one address, until it is lifted or has run out."""

    __tablename__ = "suppression"
    __table_args__ = (Index("ix_suppression_purpose_address_hash", "purpose", "address_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(enum_column(Purpose))
    address_hash: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(320))
    reason: Mapped[Reason] = mapped_column(enum_column(Reason))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_by: Mapped[str] = mapped_column(String(120), default="")
    lifted_because: Mapped[str] = mapped_column(String(400), default="")


BOUNCE_COLUMNS = {"address": (Bounce.address,), "when": ()}
LATEST_BOUNCE = Sort("when", down=True)


@dataclass(frozen=True)
class Returned:
    """A letter that did not arrive: whose, what it means, and the server's words."""

    address: str
    meaning: Meaning
    source: str
    letter_id: int | None = None
    status: str = ""
    words: str = ""


class NoSuchSuppression(NotFound):
    """It is not there, or has been lifted already."""

    title = "Nothing is held back there"
    sentence = "Somebody may have lifted it already, or its time has run out."


def hash_of(address: str) -> str:
    """What an address is known by; nobody without the site's secret key can tell whose it is."""
    return tokens.keyed_hash("suppression", address)


def note(returned: Returned, *, at: datetime) -> bool:
    """Write down a letter that did not arrive, and hold back what follows from it. Gives whether it was news.

    A hard one holds the newsletter back at once; three soft ones within thirty days pause it for thirty. Joins the
    caller's transaction.
    """
    with transaction() as current:
        bounce = Bounce(
            letter_id=returned.letter_id,
            address_hash=hash_of(returned.address),
            address=returned.address,
            meaning=returned.meaning,
            status=returned.status[:20],
            words=returned.words[:LONGEST_WORDS],
            source=returned.source[:400],
            at=at,
        )
        try:
            with current.begin_nested():
                current.add(bounce)
        except IntegrityError:
            return False
        if returned.meaning is Meaning.HARD:
            hold_back(returned.address, Purpose.NEWSLETTER, Reason.HARD_BOUNCE, at=at)
        elif returned.meaning is Meaning.SOFT and _soft_ones(bounce.address_hash, at) >= SOFT_MOST:
            hold_back(returned.address, Purpose.NEWSLETTER, Reason.SOFT_BOUNCES, at=at)
        return True


def hold_back(address: str, purpose: Purpose, reason: Reason, *, at: datetime) -> None:
    """Send nothing of that purpose there any more; a pause ends by itself. Joins the caller's transaction."""
    with transaction() as current:
        known = hash_of(address)
        standing = current.scalars(
            select(Suppression).where(Suppression.address_hash == known, Suppression.purpose == purpose, _in_force(at))
        )
        if any(found.reason is reason or found.until is None for found in standing):
            return
        current.add(
            Suppression(
                purpose=purpose,
                address_hash=known,
                address=address,
                reason=reason,
                since=at,
                until=at + PAUSE if reason is Reason.SOFT_BOUNCES else None,
            )
        )
        current.flush()


def held_back(addresses: Iterable[str], purpose: Purpose, *, at: datetime) -> dict[str, Suppression]:
    """Those of the addresses to which nothing of that purpose goes, each with what holds it back."""
    by_hash = {hash_of(address): address for address in addresses}
    chosen = select(Suppression).where(
        Suppression.purpose == purpose, Suppression.address_hash.in_(list(by_hash)), _in_force(at)
    )
    return {by_hash[found.address_hash]: found for found in session().scalars(chosen.order_by(Suppression.id))}


def all_held_back(purpose: Purpose, *, at: datetime) -> set[str]:
    """The hashes of all addresses to which nothing of that purpose goes."""
    chosen = select(Suppression.address_hash).where(Suppression.purpose == purpose, _in_force(at))
    return set(session().scalars(chosen))


def bounces_of(address: str, *, most: int) -> tuple[Bounce, ...]:
    """The latest letters to an address that did not arrive."""
    chosen = select(Bounce).where(Bounce.address_hash == hash_of(address))
    return tuple(session().scalars(chosen.order_by(Bounce.at.desc(), Bounce.id.desc()).limit(most)))


def bounces_of_letter(letter_id: int) -> tuple[Bounce, ...]:
    """What came back of a letter."""
    return tuple(session().scalars(select(Bounce).where(Bounce.letter_id == letter_id).order_by(Bounce.id)))


def kept_of(addresses: Sequence[str]) -> list[dict[str, Any]]:
    """What is kept of addresses, to be handed out: each letter that came back, each hold."""
    known = [hash_of(address) for address in addresses]
    held = select(
        literal("letters are held back").label("what"),
        Suppression.address,
        cast(Suppression.reason, String).label("reason"),
        literal("").label("status"),
        Suppression.lifted_because.label("words"),
        Suppression.since.label("at"),
        Suppression.until,
        Suppression.lifted_at,
    ).where(Suppression.address_hash.in_(known))
    came_back = select(
        literal("a letter came back"),
        Bounce.address,
        cast(Bounce.meaning, String),
        Bounce.status,
        Bounce.words,
        Bounce.at,
        null(),
        null(),
    ).where(Bounce.address_hash.in_(known))
    rows = session().execute(union_all(held, came_back).order_by("at")).mappings()
    return [{name: plain(value) for name, value in row.items()} for row in rows]


def latest_bounces(*, number: int = 1, sort: Sort = LATEST_BOUNCE) -> Page[Bounce]:
    """The letters that did not arrive lately, of people who are still known."""
    chosen = select(Bounce).where(Bounce.address != "").order_by(*sort.order(BOUNCE_COLUMNS, Bounce.id))
    return page_of(chosen, number=number)


def in_force(*, at: datetime, number: int = 1) -> Page[Suppression]:
    """What is held back now, the latest first."""
    chosen = select(Suppression).where(_in_force(at)).order_by(Suppression.since.desc(), Suppression.id.desc())
    return page_of(chosen, number=number)


def get(suppression_id: int, *, at: datetime) -> Suppression:
    """One that is in force. Raises NoSuchSuppression."""
    found = session().scalar(select(Suppression).where(Suppression.id == suppression_id, _in_force(at)))
    if found is None:
        raise NoSuchSuppression
    return found


def lift(suppression_id: int, *, by: str, because: str, at: datetime) -> Suppression:
    """Let letters go there again; who did it and why is kept. Raises NoSuchSuppression."""
    with transaction():
        found = get(suppression_id, at=at)
        found.lifted_at, found.lifted_by, found.lifted_because = at, by, because
        return found


def lift_all(address: str, purpose: Purpose, *, by: str, because: str, at: datetime) -> None:
    """Let letters of a purpose go to an address again: mail has arrived there. Joins the caller's transaction."""
    with transaction() as current:
        current.execute(
            update(Suppression)
            .where(Suppression.address_hash == hash_of(address), Suppression.purpose == purpose, _in_force(at))
            .values(lifted_at=at, lifted_by=by, lifted_because=because)
            .execution_options(synchronize_session="fetch")
        )


def forget(address: str) -> None:
    """Keep nothing of an address but its hash. Joins the caller's transaction."""
    with transaction() as current:
        known = hash_of(address)
        gone = Bounce.address_hash == known
        current.execute(update(Bounce).where(gone).values(address="", words="", letter_id=None))
        current.execute(update(Suppression).where(Suppression.address_hash == known).values(address=""))


def forget_old(*, at: datetime) -> None:
    """Remove what came back, and holds that ended, a year ago. Joins the caller's transaction."""
    with transaction() as current:
        ended = or_(Suppression.lifted_at < at - KEPT, Suppression.until < at - KEPT)
        current.execute(delete(Bounce).where(Bounce.at < at - KEPT))
        current.execute(delete(Suppression).where(ended))


def _soft_ones(known: str, at: datetime) -> int:
    """How many soft ones count: of the last thirty days, and after the newsletter was let go again."""
    lifted = select(func.max(Suppression.lifted_at)).where(Suppression.address_hash == known).scalar_subquery()
    counted = select(func.count(Bounce.id)).where(
        Bounce.address_hash == known,
        Bounce.meaning == Meaning.SOFT,
        Bounce.at > at - SOFT_WITHIN,
        or_(lifted.is_(None), Bounce.at > lifted),
    )
    return session().scalar(counted) or 0


def _in_force(at: datetime) -> ColumnElement[bool]:
    return Suppression.lifted_at.is_(None) & or_(Suppression.until.is_(None), Suppression.until > at)
