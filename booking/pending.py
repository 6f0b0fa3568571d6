"""The guard's part for times that are offered and not agreed yet: all of an offer are taken, or none; one is kept.

Pending rows take time like any other. They stand or fall with their offer, which is changed under the same lock.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking import guard
from booking.exchange_models import Offer, OfferState
from booking.guard import Guest, Wish
from booking.models import Booking, BookingState, Consultant, ConsultType, PartStat
from booking.offer_refusals import NoSuchOffer, OfferOver, OfferTaken
from kit.db import transaction


@dataclass(frozen=True)
class Acceptance:
    """The consult, the times that were withdrawn for it, and whether this call did it."""

    booking: Booking
    withdrawn: tuple[Booking, ...] = ()
    is_new: bool = False


def take(
    consult_type: ConsultType,
    starts: Sequence[datetime],
    wish: Wish,
    guest: Guest,
    offer: Offer,
    *,
    now: datetime,
    host_name: str,
    only: Sequence[Consultant] | None = None,
) -> tuple[Booking, ...]:
    """Take every one of the starts for an offer, with the same wish but for the start; where one cannot be, none is.

    With `only` it is these hosts' time. Raises SlotTaken or SlotNotOffered.
    """
    with guard.writing(consult_type.hosts, now) as current:
        minutes = guard.chosen_length(consult_type, wish.minutes)
        current.add(offer)
        current.flush()
        taken = []
        for start in starts:
            host_ids = guard.free_hosts(consult_type, start, now, minutes=minutes, only=only)
            own = replace(wish, start=start)
            booking = guard.new_booking(consult_type, own, minutes=minutes, now=now, host_name=host_name)
            booking.state, booking.offer_id = BookingState.PENDING, offer.id
            guard.write_guest(booking, guest)
            guard.seat(current, booking, host_ids)
            taken.append(booking)
        return tuple(taken)


def accept(booking: Booking, *, now: datetime, start: datetime | None = None, as_wished: bool = False) -> Acceptance:
    """Make a pending time the consult, at another start if one is given, and withdraw the others of its offer.

    Asked twice for the same time it gives the consult. Raises OfferTaken where another time was accepted, OfferOver
    where none is held any more, SlotTaken or SlotNotOffered where the other start cannot be had.
    """
    with _locked(booking.offer_id, now) as (current, offer):
        booking = guard.locked(current, booking.secret)
        if offer.state is OfferState.ACCEPTED:
            if booking.state is BookingState.CONFIRMED:
                return Acceptance(booking)
            raise OfferTaken(offer)
        if not is_open(offer, now) or booking.state is not BookingState.PENDING:
            raise OfferOver(offer)
        withdrawn = _withdraw(current, offer, leaving=booking)
        if start is not None and start != booking.starts_at:
            _move(booking, start, now, as_wished)
        booking.state = BookingState.CONFIRMED
        booking.sequence += 1
        booking.booked_at = booking.changed_at = now
        guard.follow(current, booking)
        offer.state, offer.closed_at = OfferState.ACCEPTED, now
        current.flush()
        return Acceptance(booking, withdrawn, is_new=True)


def withdraw(booking: Booking, *, now: datetime) -> tuple[Offer, bool]:
    """Free one time of an offer; gives the offer and whether this call did it. The last one declines the offer."""
    with _locked(booking.offer_id, now) as (current, offer):
        booking = guard.locked(current, booking.secret)
        if offer.state is not OfferState.OPEN or booking.state is not BookingState.PENDING:
            return offer, False
        others = [other for other in _pending(current, offer) if other.id != booking.id]
        _free(current, booking)
        if not others:
            offer.state, offer.closed_at = OfferState.DECLINED, now
            current.flush()
        return offer, True


def close(offer_id: int, state: OfferState, *, now: datetime) -> tuple[Offer, tuple[Booking, ...]]:
    """Free every time of an open offer; gives what was freed, nothing where it was closed before."""
    with _locked(offer_id, now) as (current, offer):
        if offer.state is not OfferState.OPEN:
            return offer, ()
        withdrawn = _withdraw(current, offer)
        offer.state, offer.closed_at = state, now
        current.flush()
        return offer, withdrawn


def is_open(offer: Offer, now: datetime) -> bool:
    """Whether one of its times can still be taken."""
    return offer.state is OfferState.OPEN and offer.expires_at > now


@contextmanager
def _locked(offer_id: int | None, now: datetime) -> Iterator[tuple[Session, Offer]]:
    """The write lock on everybody who may host, then on the offer. Raises NoSuchOffer."""
    with transaction() as current:
        offer = current.get(Offer, offer_id) if offer_id is not None else None
        if offer is None:
            raise NoSuchOffer
        rows = current.scalars(select(Booking).where(Booking.offer_id == offer.id))
        people = {host.id: host for host in (*offer.consult_type.hosts, *(row.consultant for row in rows))}
        with guard.writing(list(people.values()), now):
            current.refresh(offer, with_for_update={"of": Offer})
            yield current, offer


def _pending(current: Session, offer: Offer) -> tuple[Booking, ...]:
    chosen = select(Booking).where(Booking.offer_id == offer.id, Booking.state == BookingState.PENDING)
    return tuple(current.scalars(chosen.order_by(Booking.starts_at).execution_options(populate_existing=True)))


def _withdraw(current: Session, offer: Offer, *, leaving: Booking | None = None) -> tuple[Booking, ...]:
    """Free the pending times of an offer, all but the one that is left."""
    freed = tuple(other for other in _pending(current, offer) if leaving is None or other.id != leaving.id)
    for other in freed:
        _free(current, other)
    return freed


def _free(current: Session, booking: Booking) -> None:
    booking.state = BookingState.LAPSED
    booking.sequence += 1
    guard.follow(current, booking)


def _move(booking: Booking, start: datetime, now: datetime, as_wished: bool) -> None:
    """Put a time to another start, with its hosts."""
    length = booking.ends_at - booking.starts_at
    guard.free_hosts(
        booking.consult_type,
        start,
        now,
        minutes=booking.minutes,
        leaving_out=booking.id,
        only=guard.hosts_of(booking),
        as_wished=as_wished,
    )
    booking.starts_at, booking.ends_at = start, start + length
    booking.partstat = PartStat.NEEDS_ACTION
