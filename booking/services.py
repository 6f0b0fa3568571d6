"""What visitors and consultants do with consults: look, hold, book, move, cancel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select
from sqlalchemy.orm import aliased, selectinload

import leads.services
from booking import guard, letters
from booking.availability import hosts_between, policy_of
from booking.exchange_models import Offer
from booking.guard import Guest, Wish
from booking.hours import ONE_DAY, instant
from booking.models import Booking, BookingState, Consultant, ConsultType
from booking.refusals import InvitedRecently, NoSuchBooking, NoSuchConsult, SlotTaken
from booking.slots import Slot, find_slots
from kit import jobs
from kit.context import current_settings
from kit.db import after_commit, session, transaction
from leads.handover import Handover
from leads.models import HappeningKind, Lead
from leads.origin import Origin

ONE_HOUR = timedelta(hours=1)
SUGGESTIONS = 6


@dataclass(frozen=True)
class DayOfSlots:
    """The slots of one date of the guest's zone."""

    day: date
    slots: tuple[Slot, ...]


def consult_types() -> tuple[ConsultType, ...]:
    """What can be booked."""
    chosen = select(ConsultType).where(ConsultType.active).order_by(ConsultType.minutes, ConsultType.id)
    return tuple(session().scalars(chosen.options(selectinload(ConsultType.hosts))))


def get_consult_type(slug: str) -> ConsultType:
    """The consult type of that name. Raises NoSuchConsult."""
    found = session().scalar(select(ConsultType).where(ConsultType.slug == slug, ConsultType.active))
    if found is None:
        raise NoSuchConsult
    return found


def offer(
    consult_type: ConsultType,
    *,
    first: date,
    last: date,
    zone: ZoneInfo,
    now: datetime,
    moving: Booking | None = None,
    minutes: int | None = None,
) -> tuple[DayOfSlots, ...]:
    """The free slots of `minutes` on the dates `first` to `last` of `zone`, by day; days without any are left out.

    While `moving` a booking its own time counts as free, its length holds, and only its hosts are asked.
    """
    begin = datetime.fromtimestamp(instant(first, 0, zone), zone)
    end = datetime.fromtimestamp(instant(last + ONE_DAY, 0, zone), zone)
    people = consult_type.hosts if moving is None else guard.hosts_of(moving)
    if moving is not None:
        minutes = moving.minutes
    hosts = hosts_between(people, begin, end, now=now, leaving_out=moving.id if moving else None)
    by_day: dict[date, list[Slot]] = {}
    for slot in find_slots(hosts, policy_of(consult_type, minutes), now=now, first=first, last=last, zone=zone):
        if moving is None or slot.start != moving.starts_at:
            by_day.setdefault(slot.start.astimezone(zone).date(), []).append(slot)
    return tuple(DayOfSlots(day, tuple(slots)) for day, slots in by_day.items())


def last_bookable_day(consult_type: ConsultType, *, zone: ZoneInfo, now: datetime) -> date:
    """The last date of `zone` on which anything can be offered."""
    return (now + timedelta(days=consult_type.horizon_days + 1)).astimezone(zone).date()


def next_free(
    consult_type: ConsultType, *, zone: ZoneInfo, now: datetime, minutes: int | None = None
) -> tuple[datetime, ...]:
    """The next few free starts."""
    first, last = now.astimezone(zone).date(), last_bookable_day(consult_type, zone=zone, now=now)
    days = offer(consult_type, first=first, last=last, zone=zone, now=now, minutes=minutes)
    return tuple(slot.start for found in days for slot in found.slots)[:SUGGESTIONS]


def hold(consult_type: ConsultType, wish: Wish, *, now: datetime) -> Booking:
    """Take a start for ten minutes. Raises SlotTaken or SlotNotOffered, with what is free next."""
    try:
        return guard.hold(consult_type, wish, now=now, host_name=current_settings().base_host)
    except SlotTaken as fault:
        fault.type_slug = consult_type.slug
        fault.next_free = next_free(consult_type, zone=ZoneInfo(wish.zone_name), now=now, minutes=wish.minutes or None)
        raise


def book(secret: str, guest: Guest, *, now: datetime) -> Booking:
    """Make a hold a consult: the lead is known, both sides are invited. Asked twice it gives the first consult.

    Raises HoldLapsed, InvitedRecently, AlreadyCancelled.
    """
    with transaction():
        booking, new = guard.confirm(secret, guest, now=now)
        if not new:
            return booking
        if invited_recently(guest.address, now, besides=booking):
            raise InvitedRecently
        lead = leads.services.capture(
            address=guest.address,
            name=guest.name,
            phone=guest.phone,
            at=now,
            origin=Origin.from_mapping(booking.origin),
        )
        booking.lead_id = lead.id
        if wrote := " ".join((guest.note, *guest.answers.values())).strip():
            leads.services.index(lead, wrote)
        Handover.from_facts(booking.handover).arrive(lead, at=now)
        _tell(lead, HappeningKind.CONSULT_BOOKED, booking, now, "booked")
        letters.booked(booking)
        return booking


def move(
    secret: str,
    start: datetime,
    *,
    now: datetime,
    zone_name: str = "",
    clock: str = "",
    by: str = "",
    reason: str = "",
    as_wished: bool = False,
) -> Booking:
    """Put a consult to another time; both sides get the invite anew. Raises what `guard.move` raises.

    The zone and the clock by which the visitor picked the new time are those in which it is told from then on. `by` is
    the consultant who moves it, empty where the guest does: past the cut-off too, and the letters tell the `reason`.
    `as_wished` is for a time that both sides wish, be it offered or not.
    """
    with transaction():
        booking, before = guard.move(secret, start, now=now, late=bool(by), as_wished=as_wished)
        booking.zone_name, booking.clock = zone_name or booking.zone_name, clock or booking.clock
        if booking.starts_at != before:
            lead = _lead_of(booking)
            if lead is not None:
                facts = {"was": before.isoformat(), "reason": reason}
                _tell(lead, HappeningKind.CONSULT_MOVED, booking, now, _done("moved", by), **facts)
            letters.moved(booking, before, by=by, reason=reason, wished=as_wished)
            after_commit(_look_for_who_waits)
        return booking


def cancel(secret: str, *, reason: str, now: datetime, by: str = "", late: bool = False) -> Booking:
    """Call a consult off; both sides get the cancellation. Raises what `guard.cancel` raises.

    `by` is the consultant who does it, empty where the guest does: past the cut-off too, and the guest is told why.
    `late` is for a guest who will not come whatever the cut-off says.
    """
    with transaction():
        booking = guard.cancel(secret, reason, now=now, late=late or bool(by))
        lead = _lead_of(booking)
        if lead is not None:
            _tell(lead, HappeningKind.CONSULT_CANCELLED, booking, now, _done("cancelled", by), reason=reason)
        letters.cancelled(booking, by=by)
        after_commit(_look_for_who_waits)
        return booking


def get_booking(secret: str) -> Booking:
    """The booking, hold or consult, that a secret names. Raises NoSuchBooking."""
    found = session().scalar(select(Booking).where(Booking.secret == secret))
    if found is None:
        raise NoSuchBooking
    return found


def consults_and_others(begin: datetime, end: datetime, *, host: Consultant | None) -> tuple[tuple[Booking, ...], int]:
    """Consults that start in [begin, end), in order, and how many more there are in which `host` has no part.

    Without a host it is all of them.
    """
    part = _takes_part(host).label("part") if host else literal(True).label("part")
    rows = session().execute(_between(begin, end, None).add_columns(part).order_by(Booking.starts_at, Booking.id)).all()
    own = tuple(booking for booking, takes_part in rows if takes_part)
    return own, len(rows) - len(own)


def first_consults(begin: datetime, end: datetime, *, host: Consultant | None, most: int) -> tuple[Booking, ...]:
    """The first consults that start in [begin, end); those in which `host` takes part, where one is given."""
    return tuple(session().scalars(_between(begin, end, host).order_by(Booking.starts_at, Booking.id).limit(most)))


def unsettled_consults(begin: datetime, end: datetime, *, host: Consultant | None, most: int) -> tuple[Booking, ...]:
    """The last of them of which nobody has said whether they took place, the latest in front."""
    chosen = _between(begin, end, host).where(Booking.state == BookingState.CONFIRMED)
    return tuple(session().scalars(chosen.order_by(Booking.starts_at.desc(), Booking.id.desc()).limit(most)))


def _between(begin: datetime, end: datetime, host: Consultant | None) -> Select[Booking]:
    chosen = select(Booking).where(
        Booking.main_id.is_(None),
        Booking.state.in_((BookingState.CONFIRMED, BookingState.HELD, BookingState.MISSED)),
        Booking.starts_at >= begin,
        Booking.starts_at < end,
    )
    return chosen if host is None else chosen.where(_takes_part(host))


def _takes_part(host: Consultant) -> ColumnElement[bool]:
    seat = aliased(Booking)
    has_seat = exists().where(seat.main_id == Booking.id, seat.consultant_id == host.id)
    return or_(Booking.consultant_id == host.id, has_seat)


def consults_of(lead: Lead) -> Sequence[Booking]:
    """Every consult of a lead, latest first."""
    return session().scalars(select(Booking).where(Booking.lead_id == lead.id).order_by(Booking.starts_at.desc())).all()


def what_they_wrote(lead: Lead) -> tuple[str, ...]:
    """What a lead wrote with their consults, by which they are found."""
    rows = session().execute(select(Booking.note, Booking.answers).where(Booking.lead_id == lead.id))
    return tuple(text for note, answers in rows for text in (note, *answers.values()))


def _look_for_who_waits() -> None:
    jobs.wake("offer_openings")


def _lead_of(booking: Booking) -> Lead | None:
    return None if booking.lead_id is None else session().get(Lead, booking.lead_id)


def _tell(lead: Lead, kind: HappeningKind, booking: Booking, at: datetime, verb: str, **more: str) -> None:
    facts = {
        "reference": booking.reference,
        "start": booking.starts_at.isoformat(),
        "type": booking.consult_type.name,
        "with": letters.host_names(booking),
        **more,
    }
    leads.services.record(lead, kind, at=at, headline=f"{booking.consult_type.name} {verb}", facts=facts)


def _done(verb: str, by: str) -> str:
    return f"{verb} by {by}" if by else verb


def invited_recently(address: str, now: datetime, *, besides: Booking | None = None) -> bool:
    """Whether an address got an invite, or several times to choose from, within the last hour."""
    since = now - ONE_HOUR
    offered = select(Offer.id).where(Offer.expires_at > since, Offer.created_at > since)
    own = func.lower(Booking.address) == address.strip().lower()
    found = select(Booking.id).where(own, or_(Booking.booked_at > since, Booking.offer_id.in_(offered)))
    if besides is not None:
        found = found.where(Booking.id != besides.id)
    return session().scalar(found.limit(1)) is not None
