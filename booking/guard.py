"""The only place that takes or frees time.

Every function takes the write lock, lets lapsed holds go, asks the slot engine about that one start once more, and
writes. Behind it the database refuses overlap by itself (a trigger or an exclusion, made by the first migration).
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from booking.availability import hosts_between, policy_of
from booking.models import Booking, BookingState, Consultant, ConsultType
from booking.refusals import AlreadyCancelled, HoldLapsed, NoSuchBooking, SlotNotOffered, SlotTaken, TooLate
from booking.slots import Host, Reason, Timetable
from kit import tokens
from kit.db import transaction
from leads.handover import Handover
from leads.origin import Origin

HOLD_LENGTH = timedelta(minutes=10)
LONGEST_HOLD = timedelta(minutes=40)
TAKEN_REASONS = {Reason.BUSY, Reason.BOOKED, Reason.DAY_LIMIT, Reason.WEEK_LIMIT}


@dataclass(frozen=True)
class Wish:
    """A start that a visitor picked, and how they see times. `visitor` names one browser, for one hold at a time."""

    start: datetime
    visitor: str
    zone_name: str
    clock: str = "12"
    handover: Handover = field(default_factory=Handover)
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class Guest:
    """Who will be talked with."""

    name: str
    address: str
    phone: str = ""
    note: str = ""


def hold(consult_type: ConsultType, wish: Wish, *, now: datetime, host_name: str) -> Booking:
    """Take a start for ten minutes; what the same visitor held before is free again.

    Raises SlotTaken or SlotNotOffered. `host_name` ends the UID (RFC 7986 5.3 asks for no personal data in it).
    """
    with _writing(consult_type.hosts, now) as current:
        current.execute(
            update(Booking)
            .where(Booking.visitor == wish.visitor, Booking.state == BookingState.HOLD)
            .values(state=BookingState.LAPSED, hold_expires_at=None)
        )
        consultant_id = _free_host(consult_type, wish.start, now)
        booking = Booking(
            state=BookingState.HOLD,
            consultant_id=consultant_id,
            consult_type_id=consult_type.id,
            starts_at=wish.start,
            ends_at=wish.start + consult_type.length,
            buffer_before=consult_type.buffer_before,
            buffer_after=consult_type.buffer_after,
            hold_expires_at=now + HOLD_LENGTH,
            visitor=wish.visitor,
            uid=f"{uuid.uuid4().hex}@{host_name}",
            sequence=0,
            secret=tokens.new_secret(),
            zone_name=wish.zone_name,
            clock=wish.clock,
            handover=wish.handover.facts(),
            origin=wish.origin.to_mapping(),
            created_at=now,
        )
        current.add(booking)
        return booking


def extend(secret: str, *, now: datetime) -> Booking:
    """Give a live hold its ten minutes again, up to forty since it was made. Anything else is left as it is."""
    with transaction() as current:
        booking = _locked(current, secret)
        if booking.state is BookingState.HOLD and booking.hold_expires_at and booking.hold_expires_at > now:
            until = min(now + HOLD_LENGTH, booking.created_at + LONGEST_HOLD)
            booking.hold_expires_at = max(booking.hold_expires_at, until)
        return booking


def release(secret: str, *, now: datetime) -> None:
    """Let a hold go."""
    with transaction() as current:
        booking = _locked(current, secret)
        if booking.state is BookingState.HOLD:
            booking.state, booking.hold_expires_at = BookingState.LAPSED, None


def confirm(secret: str, guest: Guest, *, now: datetime) -> tuple[Booking, bool]:
    """Make a hold the consult it was held for; gives it, and whether this call did it.

    Asked twice it gives the first consult. A hold that has lapsed is taken once more where the time is still free;
    else raises HoldLapsed.
    """
    with transaction() as current:
        consult_type, consultants = _type_and_hosts(current, secret)
    with _writing(consultants, now) as current:
        booking = _locked(current, secret)
        if booking.state is BookingState.CONFIRMED:
            return booking, False
        if booking.state is BookingState.CANCELLED:
            raise AlreadyCancelled
        if booking.state is not BookingState.HOLD:
            try:
                booking.consultant_id = _free_host(consult_type, booking.starts_at, now, leaving_out=booking.id)
            except SlotTaken as fault:
                raise HoldLapsed from fault
        booking.state, booking.hold_expires_at = BookingState.CONFIRMED, None
        booking.name, booking.address, booking.phone, booking.note = guest.name, guest.address, guest.phone, guest.note
        booking.booked_at = now
        return booking, True


def move(secret: str, start: datetime, *, now: datetime) -> tuple[Booking, datetime]:
    """Put a consult to another start with the same consultant; gives it and where it was.

    The row, its UID and its secret stay; the sequence grows. Raises SlotTaken, SlotNotOffered, TooLate,
    AlreadyCancelled.
    """
    with transaction() as current:
        consult_type, _ = _type_and_hosts(current, secret)
        consultants = [_locked(current, secret).consultant]
    with _writing(consultants, now) as current:
        booking = _changeable(_locked(current, secret), now)
        before = booking.starts_at
        if start == before:
            return booking, before
        _free_host(consult_type, start, now, leaving_out=booking.id, only=booking.consultant)
        booking.starts_at, booking.ends_at = start, start + (booking.ends_at - booking.starts_at)
        booking.sequence += 1
        return booking, before


def cancel(secret: str, reason: str, *, now: datetime) -> Booking:
    """Free the time of a consult; the sequence grows. Raises TooLate, AlreadyCancelled."""
    with transaction() as current:
        booking = _changeable(_locked(current, secret), now)
        booking.state, booking.reason, booking.cancelled_at = BookingState.CANCELLED, reason, now
        booking.sequence += 1
        return booking


@contextmanager
def _writing(consultants: list[Consultant], now: datetime) -> Iterator[Session]:
    """The write lock on those consultants, lapsed holds gone; overlap that the database refuses is SlotTaken."""
    ids = sorted(consultant.id for consultant in consultants)
    try:
        with transaction() as current:
            current.execute(
                select(Consultant.id).where(Consultant.id.in_(ids)).order_by(Consultant.id).with_for_update()
            )
            current.execute(
                update(Booking)
                .where(Booking.state == BookingState.HOLD, Booking.hold_expires_at <= now)
                .values(state=BookingState.LAPSED, hold_expires_at=None)
            )
            yield current
            current.flush()
    except IntegrityError as fault:
        raise SlotTaken from fault


def _free_host(
    consult_type: ConsultType,
    start: datetime,
    now: datetime,
    *,
    leaving_out: int | None = None,
    only: Consultant | None = None,
) -> int:
    """The free consultant with the least to do around that start. Raises SlotTaken or SlotNotOffered."""
    policy = policy_of(consult_type)
    candidates = consult_type.hosts if only is None else [only]
    hosts = hosts_between(candidates, start, start + consult_type.length, now=now, leaving_out=leaving_out)
    reasons = [Timetable(host, policy, now).explain(start) for host in hosts]
    free = [host for host, reason in zip(hosts, reasons, strict=True) if reason is None]
    if free:
        return int(min(free, key=_least_to_do).id)
    if any(reason in TAKEN_REASONS for reason in reasons):
        raise SlotTaken
    raise SlotNotOffered


def _least_to_do(host: Host) -> tuple[int, int]:
    return len(host.engagements), int(host.id)


def _locked(current: Session, secret: str) -> Booking:
    booking = current.scalar(
        select(Booking)
        .where(Booking.secret == secret)
        .with_for_update(of=Booking)
        .execution_options(populate_existing=True)
    )
    if booking is None:
        raise NoSuchBooking
    return booking


def _type_and_hosts(current: Session, secret: str) -> tuple[ConsultType, list[Consultant]]:
    booking = current.scalar(select(Booking).where(Booking.secret == secret))
    if booking is None:
        raise NoSuchBooking
    return booking.consult_type, [*booking.consult_type.hosts, booking.consultant]


def _changeable(booking: Booking, now: datetime) -> Booking:
    if booking.state is BookingState.CANCELLED:
        raise AlreadyCancelled
    if booking.state is not BookingState.CONFIRMED:
        raise NoSuchBooking
    if booking.starts_at - timedelta(minutes=booking.consult_type.cut_off) <= now:
        raise TooLate
    return booking
