"""What opens goes to the first in line whom it helps.

First every place is looked at: what became of the time that is held for it, and whether it still waits for anything.
Then, in the order in which they came, each one that waits gets the first free start that helps it and that it was not
offered before. Whatever is done is done in one transaction a place: the held time, the note of it, and the letter.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import delete, func, or_, select

from booking import guard, waitlist, waitlist_letters
from booking.exchange_models import WaitlistEntry, WaitState
from booking.guard import Guest, Wish
from booking.models import Booking, BookingState
from booking.openings import Openings
from booking.refusals import SlotTaken
from booking.waitlist import LIVE
from kit import clock
from kit.context import current_settings
from kit.db import session, transaction
from kit.logs import log
from leads.handover import Handover
from leads.origin import Origin

Context = TypeVar("Context")

LONGEST_WAIT = timedelta(days=90)  # of whoever takes any time
KEPT = timedelta(days=180)


@dataclass(frozen=True)
class Verdict:
    """How a place has ended, None where it has not, and the consult that is to be earlier."""

    ended: WaitState | None
    booking_id: int | None


def offer_openings() -> int:
    """Offer what is free to those who wait for it. Gives how many were offered something. A job."""
    now = clock.now()
    for entry in waitlist.places():
        _or_log(_settle, entry.secret, now)
    openings = Openings(now)
    offered = sum(_or_log(_offer, entry.secret, openings) for entry in waitlist.places())
    _forget_old(now)
    return offered


def visitor_of(entry: WaitlistEntry) -> str:
    """The name under which times are held for a place."""
    return f"waitlist:{entry.id}"


def _or_log(act: Callable[[str, Context], bool], secret: str, context: Context) -> bool:
    """One place that goes wrong keeps no other from its turn."""
    try:
        return act(secret, context)
    except Exception:
        log.error("place on the waitlist not served", exc_info=True)
        return False


def _settle(secret: str, now: datetime) -> bool:
    """See what became of the time that is held for a place, and end one that waits for nothing any more."""
    entry = waitlist.get_place(secret)
    if _stands(entry, now) and _verdict(entry, now) == Verdict(None, entry.booking_id):
        return False
    with transaction() as current:
        entry = waitlist.locked(current, secret)
        if not _stands(entry, now):
            waitlist.let_go(entry, now=now)
        verdict = _verdict(entry, now)
        entry.booking_id = verdict.booking_id
        if verdict.ended is not None:
            waitlist.close(entry, verdict.ended, now=now)
        return True


def _stands(entry: WaitlistEntry, now: datetime) -> bool:
    """Whether nothing is offered, or what is stands: held or booked, and for the hosts of the consult that may move."""
    if entry.state is not WaitState.OFFERED:
        return True
    held, booking = waitlist.held_for(entry), waitlist.booking_of(entry)
    if held is None or not (waitlist.is_held(held, now) or held.booked_at):
        return False
    return booking is None or {host.id for host in guard.hosts_of(held)} == {h.id for h in guard.hosts_of(booking)}


def _verdict(entry: WaitlistEntry, now: datetime) -> Verdict:
    """How a place has ended. Whoever booked by themselves, but later than they wait for, has that consult moved."""
    if entry.state not in LIVE:
        return Verdict(entry.state, entry.booking_id)
    waiting, booking = waitlist.waiting_of(entry), waitlist.booking_of(entry)
    if booking is None:
        booking = _booked_since(entry, now)
        if booking is not None and (booking.visitor == visitor_of(entry) or waiting.fits(booking.starts_at)):
            return Verdict(WaitState.TAKEN, None)
    elif booking.state is not BookingState.CONFIRMED:
        return Verdict(WaitState.OVER, booking.id)
    elif entry.before is not None and replace(waiting, booked_for=None).fits(booking.starts_at):
        return Verdict(WaitState.TAKEN, booking.id)
    tired = waiting.bound is None and entry.created_at + LONGEST_WAIT <= now
    if entry.state is WaitState.WAITING and (tired or waiting.is_over(now, _notice(entry))):
        return Verdict(WaitState.OVER, entry.booking_id)
    return Verdict(None, booking.id if booking else None)


def _booked_since(entry: WaitlistEntry, now: datetime) -> Booking | None:
    """The consult that whoever waits has got: out of what was held for them, or picked by themselves."""
    held = Booking.visitor == visitor_of(entry)
    picked = (
        (func.lower(Booking.address) == entry.address.lower())
        & (Booking.consult_type_id == entry.consult_type_id)
        & (Booking.booked_at > entry.created_at)
    )
    chosen = select(Booking).where(
        Booking.main_id.is_(None), Booking.state == BookingState.CONFIRMED, Booking.starts_at > now, or_(held, picked)
    )
    return session().scalar(chosen.order_by(Booking.starts_at, Booking.id).limit(1))


def _offer(secret: str, openings: Openings) -> bool:
    """Hold the first free start that helps a place."""
    entry = waitlist.get_place(secret)
    moving = waitlist.booking_of(entry)
    if entry.state is not WaitState.WAITING or (moving is None and not entry.consult_type.active):
        return False
    lengths = entry.consult_type.lengths
    minutes = entry.minutes if entry.minutes in lengths else entry.consult_type.minutes
    waiting, notice = waitlist.waiting_of(entry), _notice(entry)
    for start in openings.of(entry.consult_type, minutes, moving):
        if not waiting.fits(start):
            return False
        until = waiting.until(start, openings.now, notice)
        if until is None or _name(start) in entry.passed:
            continue
        try:
            held = _hold(secret, start, until, minutes=minutes, moving=moving, now=openings.now)
        except SlotTaken:
            continue
        openings.forget()
        return held
    return False


def _hold(
    secret: str, start: datetime, until: datetime, *, minutes: int, moving: Booking | None, now: datetime
) -> bool:
    """Hold a start for a place and tell its owner. Raises SlotTaken, SlotNotOffered."""
    consult_type = waitlist.get_place(secret).consult_type
    people = [*consult_type.hosts, *(guard.hosts_of(moving) if moving else ())]
    with guard.writing(people, now) as current:
        entry = waitlist.locked(current, secret)
        if entry.state is not WaitState.WAITING:
            return False
        handover, origin = Handover.from_facts(entry.handover), Origin.from_mapping(entry.origin)
        wish = Wish(start, visitor_of(entry), entry.zone_name, entry.clock, handover, origin, minutes)
        host_name = current_settings().base_host
        held = guard.hold(consult_type, wish, now=now, host_name=host_name, length=until - now, moving=moving)
        if moving is None:
            guard.write_guest(held, Guest(entry.name, entry.address, entry.phone))
        entry.state, entry.held_id, entry.offered_until = WaitState.OFFERED, held.id, until
        entry.passed = [*entry.passed, _name(start)]
        current.flush()
        waitlist_letters.opened(entry, held, moving)
        return True


def _forget_old(now: datetime) -> None:
    """Places that ended are forgotten with what was typed for them."""
    old = (WaitlistEntry.state.not_in(LIVE), WaitlistEntry.created_at < now - KEPT)
    if session().scalar(select(WaitlistEntry.id).where(*old).limit(1)) is not None:
        with transaction() as current:
            current.execute(delete(WaitlistEntry).where(*old))


def _notice(entry: WaitlistEntry) -> timedelta:
    return timedelta(minutes=entry.consult_type.notice)


def _name(start: datetime) -> str:
    """A start as a place notes it."""
    return start.astimezone(UTC).isoformat()
