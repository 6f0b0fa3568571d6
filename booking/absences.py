"""Where and when a consultant is away: journeys into other time zones, and blocked time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, delete, select

from booking.models import Booking, BookingState, BusyInterval, Consultant, TravelZone
from booking.refusals import JourneysOverlap
from kit.db import session, transaction
from kit.pages import Page, page_of
from kit.words import format_short_date
from kit.zones import city


@dataclass(frozen=True)
class Block:
    """Time in which nothing is offered, and the consults that were agreed in it before."""

    id: int
    start: datetime
    end: datetime
    reason: str
    consults: tuple[Booking, ...] = ()


def journeys_of(consultant: Consultant, *, since: date) -> tuple[TravelZone, ...]:
    """The journeys that end on `since` or later, in order."""
    return tuple(journey for journey in consultant.travels if journey.last >= since)


def add_journey(consultant: Consultant, *, first: date, last: date, zone_name: str) -> None:
    """From `first` to `last` the consultant's hours are meant in another zone. Raises JourneysOverlap."""
    with transaction() as current:
        current.execute(select(Consultant.id).where(Consultant.id == consultant.id).with_for_update())
        other = current.scalar(
            select(TravelZone).where(
                TravelZone.consultant_id == consultant.id, TravelZone.first <= last, TravelZone.last >= first
            )
        )
        if other is not None:
            there = f"{city(other.zone_name)}, {format_short_date(other.first)} to {format_short_date(other.last)}"
            raise JourneysOverlap(
                f"These dates overlap another journey: {there}. Remove it first, or change the dates."
            )
        current.add(TravelZone(consultant_id=consultant.id, first=first, last=last, zone_name=zone_name))
        current.flush()
        current.expire(consultant, ["travels"])


def remove_journey(consultant: Consultant, journey_id: int) -> None:
    """The hours are meant at home again; a journey that is gone already is no fault."""
    with transaction() as current:
        current.execute(
            delete(TravelZone).where(TravelZone.id == journey_id, TravelZone.consultant_id == consultant.id)
        )
        current.expire(consultant, ["travels"])


def blocks_of(consultant: Consultant, *, since: datetime, number: int = 1) -> Page[Block]:
    """The blocked time that ends after `since`, in order."""
    chosen = select(BusyInterval).where(*_own(consultant), BusyInterval.ends_at > since)
    page = page_of(chosen.order_by(BusyInterval.starts_at, BusyInterval.id), number=number)
    if not page.rows:
        return Page.empty()
    consults = _consults_of(consultant, page.rows[0].starts_at, max(row.ends_at for row in page.rows))
    return Page(tuple(_block(row, consults) for row in page.rows), page.number, page.pages, page.total)


def find_block(consultant: Consultant, block_id: int) -> Block | None:
    """The block of that number, if it is one of theirs."""
    row = session().scalar(select(BusyInterval).where(BusyInterval.id == block_id, *_own(consultant)))
    return None if row is None else _block(row, _consults_of(consultant, row.starts_at, row.ends_at))


def block(consultant: Consultant, *, start: datetime, end: datetime, reason: str) -> Block:
    """Offer nothing from `start` to `end`. Consults that are agreed in it stay; they come with the answer."""
    with transaction() as current:
        row = BusyInterval(consultant_id=consultant.id, starts_at=start, ends_at=end, reason=reason)
        current.add(row)
        current.flush()
        return _block(row, _consults_of(consultant, start, end))


def unblock(consultant: Consultant, block_id: int) -> None:
    """Offer that time again; a block that is gone already is no fault."""
    with transaction() as current:
        current.execute(delete(BusyInterval).where(BusyInterval.id == block_id, *_own(consultant)))


def _own(consultant: Consultant) -> tuple[ColumnElement[bool], ...]:
    return BusyInterval.consultant_id == consultant.id, BusyInterval.source_id.is_(None)


def _block(row: BusyInterval, consults: Sequence[Booking]) -> Block:
    inside = tuple(found for found in consults if found.ends_at > row.starts_at and found.starts_at < row.ends_at)
    return Block(row.id, row.starts_at, row.ends_at, row.reason, inside)


def _consults_of(consultant: Consultant, begin: datetime, end: datetime) -> Sequence[Booking]:
    """What is agreed with that consultant, alone or with others, or offered to somebody."""
    chosen = select(Booking).where(
        Booking.consultant_id == consultant.id,
        Booking.state.in_((BookingState.CONFIRMED, BookingState.PENDING)),
        Booking.ends_at > begin,
        Booking.starts_at < end,
    )
    rows = session().scalars(chosen.order_by(Booking.starts_at)).all()
    mains = {row.main_id for row in rows if row.main_id is not None}
    followed = {row.id: row for row in session().scalars(select(Booking).where(Booking.id.in_(mains)))} if mains else {}
    return [followed[row.main_id] if row.main_id is not None else row for row in rows]
