"""“Tell me if an earlier time opens”: places on the list, and what their owners do with them.

A place is live while somebody waits or a time is held for them. One address has one live place for each kind of
conversation. What opens is offered by `booking.waitlist_job`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import leads.services
from booking import guard, services, waitlist_letters
from booking.exchange_models import WaitlistEntry, WaitState
from booking.guard import Guest
from booking.models import Booking, BookingState, ConsultType
from booking.openings import free_starts
from booking.refusals import NoSuchBooking, TooLate
from booking.times import When
from booking.waiting import Waiting
from booking.waitlist_refusals import FreeAlready, NoSuchPlace, NothingEarlier, OpeningGone, PlaceGone, TooManyPlaces
from kit import jobs, tokens
from kit.db import after_commit, session, transaction
from kit.pages import Page, page_of
from kit.zones import zone
from leads.handover import Handover
from leads.models import Lead
from leads.origin import Origin

LIVE = (WaitState.WAITING, WaitState.OFFERED)
MOST_A_DAY = 5
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asking:
    """Who would like to be told of what. Without `before` it is a time before those that are free now."""

    guest: Guest
    zone_name: str
    clock: str = "12"
    before: date | None = None
    minutes: int = 0
    handover: Handover = field(default_factory=Handover)
    origin: Origin = field(default_factory=Origin)


def join(consult_type: ConsultType, asking: Asking, *, now: datetime) -> Waiting:
    """Put somebody on the list, and tell them so by mail. Gives what they wait for.

    An address that is on the list keeps its place as it is, without another mail; whoever typed it does not learn of
    it. Raises SlotNotOffered, FreeAlready, NothingEarlier, TooManyPlaces.
    """
    minutes = guard.chosen_length(consult_type, asking.minutes)
    before = _reasonable(consult_type, asking, minutes, now)
    waiting = Waiting(zone(asking.zone_name), before)
    with transaction() as current:
        current.execute(select(ConsultType.id).where(ConsultType.id == consult_type.id).with_for_update())
        if _find_live(consult_type.id, asking.guest.address) is not None:
            return waiting
        if _places_since(asking.guest.address, now - ONE_DAY) >= MOST_A_DAY:
            raise TooManyPlaces
        guest = asking.guest
        lead = leads.services.capture(
            address=guest.address, name=guest.name, phone=guest.phone, at=now, origin=asking.origin
        )
        asking.handover.arrive(lead, at=now)
        entry = WaitlistEntry(
            secret=tokens.new_secret(),
            consult_type_id=consult_type.id,
            minutes=minutes,
            lead_id=lead.id,
            before=before,
            name=guest.name,
            address=guest.address,
            phone=guest.phone,
            zone_name=asking.zone_name,
            clock=asking.clock,
            handover=asking.handover.facts(),
            origin=asking.origin.to_mapping(),
            created_at=now,
        )
        _enter(current, entry)
        return waiting


def join_earlier(booking: Booking, before: date | None, *, now: datetime) -> WaitlistEntry:
    """Put whoever has a consult on the list for an earlier start; who is on it already waits for this from now on.

    Raises NoSuchBooking, TooLate, FreeAlready, NothingEarlier.
    """
    consult_type, cut_off = booking.consult_type, timedelta(minutes=booking.consult_type.cut_off)
    if booking.state is not BookingState.CONFIRMED:
        raise NoSuchBooking
    if booking.starts_at - cut_off <= now:
        raise TooLate
    own = zone(booking.zone_name)
    if before is not None and Waiting(own, before).fits(booking.starts_at):
        before = None  # a date after the consult says no more than the consult does
    waiting = Waiting(own, before, booking.starts_at, cut_off)
    if waiting.is_over(now, timedelta(minutes=consult_type.notice)):
        raise NothingEarlier
    first = next(
        filter(waiting.fits, free_starts(consult_type, minutes=booking.minutes, now=now, moving=booking)), None
    )
    if first is not None:
        raise FreeAlready(_when(booking.zone_name, booking.clock, first), moving=True)
    with transaction() as current:
        current.execute(select(ConsultType.id).where(ConsultType.id == consult_type.id).with_for_update())
        known = _find_live(consult_type.id, booking.address)
        if known is not None:
            known.booking_id, known.before = booking.id, before
            return known
        entry = WaitlistEntry(
            secret=tokens.new_secret(),
            consult_type_id=consult_type.id,
            minutes=booking.minutes,
            lead_id=booking.lead_id,
            booking_id=booking.id,
            before=before,
            name=booking.name,
            address=booking.address,
            phone=booking.phone,
            zone_name=booking.zone_name,
            clock=booking.clock,
            handover=booking.handover,
            origin=booking.origin,
            created_at=now,
        )
        return _enter(current, entry)


def leave(secret: str, *, now: datetime) -> WaitlistEntry:
    """Give a place up, and what is held for it. Raises NoSuchPlace."""
    with transaction() as current:
        entry = locked(current, secret)
        if entry.state in LIVE:
            close(entry, WaitState.LEFT, now=now)
        return entry


def remove(entry_id: int, *, now: datetime) -> WaitlistEntry:
    """The same by a consultant. Raises NoSuchPlace."""
    entry = session().get(WaitlistEntry, entry_id)
    if entry is None:
        raise NoSuchPlace
    return leave(entry.secret, now=now)


def take(secret: str, start: datetime, *, now: datetime) -> Booking:
    """Take the time that opened. Whoever has a consult has it moved there, and both sides get the invite anew.

    Without one it gives the held time, to be booked like any other. Raises NoSuchPlace, PlaceGone, OpeningGone, and
    what `services.move` raises.
    """
    entry = get_place(secret)
    booking = booking_of(entry)
    if booking is None:
        return get_opening(entry, start, now=now)
    with guard.writing(guard.hosts_of(booking), now) as current:
        entry = locked(current, secret)
        get_opening(entry, start, now=now)
        close(entry, WaitState.TAKEN, now=now)
        current.flush()
        return services.move(booking.secret, start, now=now)


def pass_on(secret: str, start: datetime, *, now: datetime) -> WaitlistEntry:
    """Let a time that opened go to the next in line, and wait for another one. Raises what `get_opening` raises."""
    with transaction() as current:
        entry = locked(current, secret)
        get_opening(entry, start, now=now)
        let_go(entry, now=now)
        return entry


def get_place(secret: str) -> WaitlistEntry:
    """The place that a secret names. Raises NoSuchPlace."""
    found = session().scalar(select(WaitlistEntry).where(WaitlistEntry.secret == secret))
    if found is None:
        raise NoSuchPlace
    return found


def get_opening(entry: WaitlistEntry, start: datetime, *, now: datetime) -> Booking:
    """What is held for a place at that start. Raises OpeningGone, PlaceGone."""
    if entry.state not in LIVE:
        raise PlaceGone
    held = held_for(entry)
    if held is None or held.starts_at != start or not is_held(held, now):
        raise OpeningGone
    return held


def taken_by(entry: WaitlistEntry, start: datetime) -> Booking | None:
    """The consult that a time which opened has become."""
    held, booking = held_for(entry), booking_of(entry)
    if held is not None and held.starts_at == start and held.booked_at is not None:
        return held
    moved = entry.state is WaitState.TAKEN and booking is not None and booking.starts_at == start
    return booking if moved else None


def outlook(consult_type: ConsultType, minutes: int, *, zone_name: str, now: datetime) -> tuple[date | None, bool]:
    """The date of the first time that is free now, None where nothing is; and whether one before it can still open."""
    length = minutes if minutes in consult_type.lengths else consult_type.minutes
    free = free_starts(consult_type, minutes=length, now=now)
    own = zone(zone_name)
    first = free[0].astimezone(own).date() if free else None
    return first, not Waiting(own, first).is_over(now, timedelta(minutes=consult_type.notice))


def find_place(booking: Booking) -> WaitlistEntry | None:
    """The live place of whoever has that consult and would like it earlier."""
    chosen = select(WaitlistEntry).where(WaitlistEntry.booking_id == booking.id, WaitlistEntry.state.in_(LIVE))
    return session().scalar(chosen.order_by(WaitlistEntry.id).limit(1))


def places() -> Sequence[WaitlistEntry]:
    """Every live place, first in line first."""
    chosen = select(WaitlistEntry).where(WaitlistEntry.state.in_(LIVE))
    return session().scalars(chosen.order_by(WaitlistEntry.created_at, WaitlistEntry.id)).all()


def places_page(*, number: int = 1) -> Page[WaitlistEntry]:
    """The same, a page at a time."""
    chosen = select(WaitlistEntry).where(WaitlistEntry.state.in_(LIVE))
    return page_of(chosen.order_by(WaitlistEntry.created_at, WaitlistEntry.id), number=number)


def bookings_of(entries: Sequence[WaitlistEntry]) -> dict[int, Booking]:
    """The consults that are to be earlier and the times that were held for them, by their id."""
    ids = {number for entry in entries for number in (entry.booking_id, entry.held_id) if number}
    chosen = select(Booking).where(Booking.id.in_(ids)).execution_options(populate_existing=True)
    return {booking.id: booking for booking in session().scalars(chosen)} if ids else {}


def leads_of(entries: Sequence[WaitlistEntry]) -> dict[int, Lead]:
    """Who they are, by the id of the lead."""
    ids = {entry.lead_id for entry in entries if entry.lead_id}
    return {lead.id: lead for lead in session().scalars(select(Lead).where(Lead.id.in_(ids)))}


def waiting_of(entry: WaitlistEntry) -> Waiting:
    """What a place waits for."""
    booking = booking_of(entry)
    cut_off = timedelta(minutes=entry.consult_type.cut_off)
    return Waiting(zone(entry.zone_name), entry.before, booking.starts_at if booking else None, cut_off)


def booking_of(entry: WaitlistEntry) -> Booking | None:
    """The consult that is to be earlier."""
    return session().get(Booking, entry.booking_id, populate_existing=True) if entry.booking_id else None


def held_for(entry: WaitlistEntry) -> Booking | None:
    """The time that is or was held for a place last."""
    return session().get(Booking, entry.held_id, populate_existing=True) if entry.held_id else None


def is_held(held: Booking, now: datetime) -> bool:
    """Whether a time is still held."""
    return held.state is BookingState.HOLD and held.hold_expires_at is not None and held.hold_expires_at > now


def locked(current: Session, secret: str) -> WaitlistEntry:
    """The place that a secret names, kept from other writers. Raises NoSuchPlace."""
    chosen = select(WaitlistEntry).where(WaitlistEntry.secret == secret).with_for_update(of=WaitlistEntry)
    entry = current.scalar(chosen.execution_options(populate_existing=True))
    if entry is None:
        raise NoSuchPlace
    return entry


def close(entry: WaitlistEntry, state: WaitState, *, now: datetime) -> None:
    """End a place; what is still held for it is free again. In the caller's transaction."""
    held = held_for(entry)
    if held is not None:
        guard.release(held.secret, now=now)
        after_commit(_look_for_the_next)
    entry.state, entry.offered_until = state, None


def let_go(entry: WaitlistEntry, *, now: datetime) -> None:
    """Free what is held for a place, for the next in line; it waits on. In the caller's transaction."""
    held = held_for(entry)
    if held is not None:
        guard.release(held.secret, now=now)
    entry.state, entry.held_id, entry.offered_until = WaitState.WAITING, None, None
    after_commit(_look_for_the_next)


def _look_for_the_next() -> None:
    jobs.wake("offer_openings")


def _reasonable(consult_type: ConsultType, asking: Asking, minutes: int, now: datetime) -> date | None:
    """The date before which a time would help; None where any time does, since nothing is free at all."""
    free = free_starts(consult_type, minutes=minutes, now=now)
    notice = timedelta(minutes=consult_type.notice)
    own = zone(asking.zone_name)
    before = asking.before
    if before is None and free:
        before = free[0].astimezone(own).date()
    waiting = Waiting(own, before)
    first = next(filter(waiting.fits, free), None)
    if waiting.is_over(now, notice):
        raise NothingEarlier(_when(asking.zone_name, asking.clock, free[0]) if free and not asking.before else None)
    if first is not None:
        raise FreeAlready(_when(asking.zone_name, asking.clock, first), moving=False)
    return before


def _enter(current: Session, entry: WaitlistEntry) -> WaitlistEntry:
    current.add(entry)
    current.flush()
    current.refresh(entry)
    waitlist_letters.joined(entry, waiting_of(entry))
    return entry


def _find_live(consult_type_id: int, address: str) -> WaitlistEntry | None:
    return session().scalar(
        select(WaitlistEntry).where(
            WaitlistEntry.consult_type_id == consult_type_id,
            WaitlistEntry.state.in_(LIVE),
            func.lower(WaitlistEntry.address) == address.strip().lower(),
        )
    )


def _places_since(address: str, since: datetime) -> int:
    own = func.lower(WaitlistEntry.address) == address.strip().lower()
    return session().scalar(select(func.count(WaitlistEntry.id)).where(own, WaitlistEntry.created_at > since)) or 0


def _when(zone_name: str, clock: str, start: datetime) -> When:
    return When(start, start, zone_name, clock)
