"""The only place that takes or frees time.

Every function takes the write lock, lets lapsed holds go, asks the slot engine about that one start once more, and
writes. Behind it the database refuses overlap by itself (a trigger or an exclusion, made by the first migration).
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from booking import calendar_entries
from booking.availability import hosts_between, policy_of
from booking.models import Booking, BookingState, Consultant, ConsultType, PartStat
from booking.refusals import (
    AlreadyCancelled,
    HoldLapsed,
    HostUnfit,
    NoSuchBooking,
    SlotNotOffered,
    SlotTaken,
    TooLate,
)
from booking.slots import Host, Policy, Reason, Timetable
from kit import tokens
from kit.db import transaction
from leads.handover import Handover
from leads.origin import Origin

HOLD_LENGTH = timedelta(minutes=10)
LONGEST_HOLD = timedelta(minutes=40)
# What a consult takes along to another host.
CARRIED = (
    *("consult_type_id", "lead_id", "starts_at", "ends_at", "buffer_before", "buffer_after", "visitor", "name"),
    *("address", "phone", "note", "answers", "zone_name", "clock", "handover", "origin"),
)
TAKEN_REASONS = {Reason.BUSY, Reason.BOOKED, Reason.DAY_LIMIT, Reason.WEEK_LIMIT}


@dataclass(frozen=True)
class Wish:
    """A start that a visitor picked, and how they see times. `visitor` names one browser, for one hold at a time.

    `minutes` is the length they chose; 0 is the first one of the consult type.
    """

    start: datetime
    visitor: str
    zone_name: str
    clock: str = "12"
    handover: Handover = field(default_factory=Handover)
    origin: Origin = field(default_factory=Origin)
    minutes: int = 0


@dataclass(frozen=True)
class Guest:
    """Who will be talked with. `answers` are those to the questions of the consult type, label → answer."""

    name: str
    address: str
    phone: str = ""
    note: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


def hold(
    consult_type: ConsultType,
    wish: Wish,
    *,
    now: datetime,
    host_name: str,
    length: timedelta = HOLD_LENGTH,
    moving: Booking | None = None,
) -> Booking:
    """Take a start for ten minutes, or for `length`; what the same visitor held before is free again.

    For a `moving` consult, that may come to stand there, its own hosts are asked for its own length. Raises SlotTaken
    or SlotNotOffered. `host_name` ends the UID (RFC 7986 5.3 asks for no personal data in it).
    """
    people = None if moving is None else hosts_of(moving)
    with writing([*consult_type.hosts, *(people or ())], now) as current:
        current.execute(
            update(Booking)
            .where(Booking.visitor == wish.visitor, Booking.state == BookingState.HOLD)
            .values(state=BookingState.LAPSED, hold_expires_at=None)
        )
        minutes = chosen_length(consult_type, wish.minutes) if moving is None else moving.minutes
        host_ids = free_hosts(consult_type, wish.start, now, minutes=minutes, only=people)
        booking = new_booking(consult_type, wish, minutes=minutes, now=now, host_name=host_name)
        booking.state, booking.hold_expires_at = BookingState.HOLD, now + length
        seat(current, booking, host_ids)
        return booking


def new_booking(consult_type: ConsultType, wish: Wish, *, minutes: int, now: datetime, host_name: str) -> Booking:
    """A row with the rules of its type as they are now, not yet seated with anybody."""
    return Booking(
        consult_type_id=consult_type.id,
        starts_at=wish.start,
        ends_at=wish.start + timedelta(minutes=minutes),
        buffer_before=consult_type.buffer_before,
        buffer_after=consult_type.buffer_after,
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


def extend(secret: str, *, now: datetime) -> Booking:
    """Give a live hold its ten minutes again, up to forty since it was made. Anything else is left as it is."""
    with transaction() as current:
        booking = locked(current, secret)
        if booking.state is BookingState.HOLD and booking.hold_expires_at and booking.hold_expires_at > now:
            until = min(now + HOLD_LENGTH, booking.created_at + LONGEST_HOLD)
            booking.hold_expires_at = max(booking.hold_expires_at, until)
            follow(current, booking)
        return booking


def release(secret: str, *, now: datetime) -> None:
    """Let a hold go."""
    with transaction() as current:
        booking = locked(current, secret)
        if booking.state is BookingState.HOLD:
            booking.state, booking.hold_expires_at = BookingState.LAPSED, None
            follow(current, booking)


def confirm(secret: str, guest: Guest, *, now: datetime) -> tuple[Booking, bool]:
    """Make a hold the consult it was held for; gives it, and whether this call did it.

    Asked twice it gives the first consult. A hold that has lapsed is taken once more where the time is still free;
    else raises HoldLapsed.
    """
    with transaction() as current:
        consult_type, consultants = _type_and_hosts(current, secret)
    with writing(consultants, now) as current:
        booking = locked(current, secret)
        if booking.state is BookingState.CONFIRMED:
            return booking, False
        if booking.state is BookingState.CANCELLED:
            raise AlreadyCancelled
        if booking.state is not BookingState.HOLD:
            try:
                host_ids = free_hosts(
                    consult_type, booking.starts_at, now, minutes=booking.minutes, leaving_out=booking.id
                )
            except SlotTaken as fault:
                raise HoldLapsed from fault
            booking.state = BookingState.CONFIRMED
            seat(current, booking, host_ids)
        booking.state, booking.hold_expires_at = BookingState.CONFIRMED, None
        write_guest(booking, guest)
        booking.booked_at = booking.changed_at = now
        follow(current, booking)
        return booking, True


def move(
    secret: str, start: datetime, *, now: datetime, late: bool = False, as_wished: bool = False
) -> tuple[Booking, datetime]:
    """Put a consult to another start with the same hosts; gives it and where it was. `late` passes over the cut-off.

    `as_wished` takes any start at which they are not busy. The row, its UID and its secret stay; the sequence grows,
    and the guest has not answered yet. Raises SlotTaken, SlotNotOffered, TooLate, AlreadyCancelled.
    """
    with transaction() as current:
        consult_type, _ = _type_and_hosts(current, secret)
        consultants = hosts_of(locked(current, secret))
    with writing(consultants, now) as current:
        booking = _changeable(locked(current, secret), now, late)
        before = booking.starts_at
        if start == before:
            return booking, before
        length = booking.ends_at - booking.starts_at
        free_hosts(
            consult_type,
            start,
            now,
            minutes=booking.minutes,
            leaving_out=booking.id,
            only=consultants,
            as_wished=as_wished,
        )
        booking.starts_at, booking.ends_at = start, start + length
        booking.sequence += 1
        booking.changed_at, booking.partstat = now, PartStat.NEEDS_ACTION
        follow(current, booking)
        return booking, before


def cancel(secret: str, reason: str, *, now: datetime, late: bool = False) -> Booking:
    """Free the time of a consult; the sequence grows. `late` passes over the cut-off.

    Raises TooLate, AlreadyCancelled.
    """
    with transaction() as current:
        booking = _changeable(locked(current, secret), now, late)
        booking.state, booking.reason, booking.cancelled_at = BookingState.CANCELLED, reason, now
        booking.sequence += 1
        follow(current, booking)
        return booking


def reassign(secret: str, consultant: Consultant, *, now: datetime, host_name: str) -> tuple[Booking, Booking]:
    """Give a consult to another host at the same time; gives the old row, cancelled, and the new one.

    The guest's links go on working: the new row takes the secret over. It has a UID of its own, since an invite cannot
    change its organizer's side unseen. Raises HostUnfit, SlotTaken, SlotNotOffered, AlreadyCancelled.
    """
    with transaction() as current:
        consult_type, consultants = _type_and_hosts(current, secret)
    with writing([*consultants, consultant], now) as current:
        old = _changeable(locked(current, secret), now, late=True)
        if consultant.id == old.consultant_id or not consultant.active or len(hosts_of(old)) > 1:
            raise HostUnfit
        host_ids = free_hosts(
            consult_type, old.starts_at, now, minutes=old.minutes, only=[consultant], whatever_the_notice=True
        )
        old.state, old.cancelled_at, old.secret = BookingState.CANCELLED, now, tokens.new_secret()
        old.sequence += 1
        current.flush()
        calendar_entries.note(old)
        new = Booking(
            **{name: getattr(old, name) for name in CARRIED},
            state=BookingState.CONFIRMED,
            uid=f"{uuid.uuid4().hex}@{host_name}",
            sequence=0,
            secret=secret,
            booked_at=now,
            changed_at=now,
            created_at=now,
        )
        seat(current, new, host_ids)
        return old, new


def hosts_of(booking: Booking) -> list[Consultant]:
    """Everybody who takes part for us: the host, and the others where all of them do."""
    return [booking.consultant, *(seat.consultant for seat in booking.seats)]


def seat(current: Session, booking: Booking, host_ids: Sequence[int]) -> None:
    """Take the time of those hosts: the row itself for the first one, a row that follows it for each other."""
    known = booking.id is not None
    if known:
        current.execute(delete(Booking).where(Booking.main_id == booking.id))
    booking.consultant_id = host_ids[0]
    current.add(booking)
    current.flush()
    seats = []
    for host_id in host_ids[1:]:
        seats.append(
            Booking(
                main_id=booking.id,
                state=booking.state,
                hold_expires_at=booking.hold_expires_at,
                consultant_id=host_id,
                consult_type_id=booking.consult_type_id,
                starts_at=booking.starts_at,
                ends_at=booking.ends_at,
                buffer_before=booking.buffer_before,
                buffer_after=booking.buffer_after,
                visitor=booking.visitor,
                uid=f"{uuid.uuid4().hex}@follows",
                secret=tokens.new_secret(),
                created_at=booking.created_at,
            )
        )
    current.add_all(seats)
    current.flush()
    set_committed_value(booking, "consultant", current.get_one(Consultant, host_ids[0]))
    set_committed_value(booking, "seats", seats)
    if known or booking.state is not BookingState.HOLD:
        calendar_entries.note(booking)


def write_guest(booking: Booking, guest: Guest) -> None:
    """Note who will be talked with."""
    booking.name, booking.address, booking.phone, booking.note = guest.name, guest.address, guest.phone, guest.note
    booking.answers = dict(guest.answers)


def follow(current: Session, booking: Booking) -> None:
    """Let the rows of the other hosts be where the main one is."""
    current.flush()
    values = {
        "state": booking.state,
        "hold_expires_at": booking.hold_expires_at,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
    }
    if booking.seats:
        current.execute(update(Booking).where(Booking.main_id == booking.id).values(values))
    calendar_entries.note(booking)


@contextmanager
def writing(consultants: list[Consultant], now: datetime) -> Iterator[Session]:
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


def free_hosts(
    consult_type: ConsultType,
    start: datetime,
    now: datetime,
    *,
    minutes: int,
    leaving_out: int | None = None,
    only: Sequence[Consultant] | None = None,
    whatever_the_notice: bool = False,
    as_wished: bool = False,
) -> list[int]:
    """Who is to be seated at that start: the free host with the least to do, or every host where all take part.

    With `only` those people are asked, and each of them is needed. A start `as_wished` by both sides need not be one
    that is offered: only what is in the way counts, hours and limits do not. Raises SlotTaken or SlotNotOffered.
    """
    policy = policy_of(consult_type, minutes)
    if whatever_the_notice or as_wished:
        policy = replace(policy, notice=timedelta(), horizon_days=None)
    candidates = consult_type.hosts if only is None else only
    hosts = hosts_between(candidates, start, start + policy.duration, now=now, leaving_out=leaving_out)
    said = _in_the_way if as_wished else _not_offered
    reasons = [said(host, policy, now, start) for host in hosts]
    free = [host for host, reason in zip(hosts, reasons, strict=True) if reason is None]
    everybody = only is not None or policy.mode == "all"
    if free and everybody and len(free) == len(hosts if only is None else only):
        return [int(host.id) for host in free]
    if free and not everybody:
        return [int(min(free, key=_least_to_do).id)]
    if any(reason in TAKEN_REASONS for reason in reasons):
        raise SlotTaken
    raise SlotNotOffered


def all_are_free(hosts: Sequence[Host], policy: Policy, start: datetime, now: datetime) -> bool:
    """Whether that start is offered by each of the hosts, as they are given."""
    return all(_not_offered(host, policy, now, start) is None for host in hosts)


def all_can(hosts: Sequence[Host], policy: Policy, start: datetime, now: datetime) -> bool:
    """The same for a start that both sides wish: hours, notice, horizon and limits do not count."""
    wished = replace(policy, notice=timedelta(), horizon_days=None)
    return all(_in_the_way(host, wished, now, start) is None for host in hosts)


def _not_offered(host: Host, policy: Policy, now: datetime, start: datetime) -> Reason | None:
    return Timetable(host, policy, now).explain(start)


def _in_the_way(host: Host, policy: Policy, now: datetime, start: datetime) -> Reason | None:
    """The same without what a host may pass over for a time that both sides wish: hours, grid and limits."""
    free_of_limits = replace(policy, max_per_day=None, max_per_week=None)
    willing = replace(host, max_per_day=None, max_per_week=None)
    return Timetable(willing, free_of_limits, now).refusal(int(start.timestamp()))


def _least_to_do(host: Host) -> tuple[int, int]:
    return len(host.engagements), int(host.id)


def locked(current: Session, secret: str) -> Booking:
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


def chosen_length(consult_type: ConsultType, minutes: int) -> int:
    """The chosen length, if it is one of the type's. Raises SlotNotOffered."""
    if minutes and minutes not in consult_type.lengths:
        raise SlotNotOffered
    return minutes or consult_type.minutes


def _changeable(booking: Booking, now: datetime, late: bool = False) -> Booking:
    if booking.state is BookingState.CANCELLED:
        raise AlreadyCancelled
    if booking.state is not BookingState.CONFIRMED:
        raise NoSuchBooking
    cut_off = timedelta() if late else timedelta(minutes=booking.consult_type.cut_off)
    if booking.starts_at - cut_off <= now:
        raise TooLate
    return booking
