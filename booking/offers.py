"""Three times by mail: what a visitor asks for or a consultant sends, what becomes of it, and when it ends.

The times are held for a day, or until shortly before the first of them could no longer be agreed. One is accepted and
becomes the consult; everything else ends in cancellations that take the entries out of calendars.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select

import leads.services
from booking import letters, offer_letters, pending, services, three_times
from booking.availability import hosts_between, policy_of
from booking.exchange_models import Offer, OfferState
from booking.guard import Guest, Wish
from booking.hours import ONE_DAY, instant
from booking.models import Booking, BookingState, Consultant, ConsultType, HostMode
from booking.offer_refusals import NoSuchOffer, NothingToOffer, OfferWaiting, TooManyTimes, TooNear
from booking.refusals import InvitedRecently, SlotTaken
from booking.slots import find_slots
from kit import clock, tokens
from kit.context import current_settings
from kit.db import session, transaction
from kit.pages import Page, page_of
from leads.models import HappeningKind, Lead
from staff.models import Account

HELD_FOR = timedelta(hours=24)
TIME_TO_ANSWER = timedelta(hours=2)
BATCH = 50
AT_A_TIME = 20  # on a page of the desk
ENDINGS = {
    OfferState.LAPSED: "No offered time was taken",
    OfferState.DECLINED: "None of the offered times fits",
    OfferState.WITHDRAWN: "Offered times withdrawn",
}


def answer_until(consult_type: ConsultType, start: datetime) -> datetime:
    """The last instant at which a start can be agreed: before its notice and before its cut-off."""
    return start - timedelta(minutes=max(consult_type.notice, consult_type.cut_off))


def free_times(
    consult_type: ConsultType,
    *,
    zone: ZoneInfo,
    now: datetime,
    minutes: int = 0,
    only: Sequence[Consultant] | None = None,
) -> tuple[datetime, ...]:
    """Every free start that leaves time to answer, in order; with `only` those of these hosts."""
    first, last = now.astimezone(zone).date(), services.last_bookable_day(consult_type, zone=zone, now=now)
    begin, end = (datetime.fromtimestamp(instant(day, 0, zone), zone) for day in (first, last + ONE_DAY))
    hosts = hosts_between(consult_type.hosts if only is None else only, begin, end, now=now)
    policy = policy_of(consult_type, minutes or None)
    slots = find_slots(hosts, policy, now=now, first=first, last=last, zone=zone)
    return tuple(slot.start for slot in slots if _can_be_sent(consult_type, slot.start, now))


def ask(consult_type: ConsultType, wish: Wish, guest: Guest, starts: Sequence[datetime], *, now: datetime) -> Offer:
    """Send a visitor the times they ticked, or three good ones where they ticked none.

    Raises InvitedRecently, OfferWaiting, TooManyTimes, TooNear, SlotTaken, SlotNotOffered, NothingToOffer.
    """
    if services.invited_recently(guest.address, now):
        raise InvitedRecently
    if find_waiting(guest.address, now):
        raise OfferWaiting(
            "There are times for this address that are still held. Choose one of them, or say by the link in that mail "
            "that none fits."
        )
    if starts:
        return _make(consult_type, wish, guest, starts, now=now)
    for count in range(three_times.MOST, 0, -1):
        zone = ZoneInfo(wish.zone_name)
        free = free_times(consult_type, zone=zone, now=now, minutes=wish.minutes)
        # Times further off than the offer can last do not shorten it.
        calm = [start for start in free if answer_until(consult_type, start) >= now + HELD_FOR]
        chosen = three_times.choose(calm if len(calm) >= count else free, zone, count=count)
        try:
            if chosen:
                return _make(consult_type, wish, guest, chosen, now=now)
        except SlotTaken:
            continue  # a limit a day or a week has room for fewer
    raise NothingToOffer


def send(
    consult_type: ConsultType,
    wish: Wish,
    guest: Guest,
    starts: Sequence[datetime],
    *,
    account_id: int,
    by: str,
    now: datetime,
    only: Sequence[Consultant] | None = None,
) -> Offer:
    """Send somebody the times that a consultant chose for them. `only` are the hosts whose time it is.

    Raises OfferWaiting, TooManyTimes, TooNear, SlotTaken, SlotNotOffered.
    """
    if find_waiting(guest.address, now):
        raise OfferWaiting
    return _make(consult_type, wish, guest, starts, now=now, account_id=account_id, by=by, only=only)


def own_time(consult_type: ConsultType, consultant: Consultant | None) -> Sequence[Consultant] | None:
    """Whose time a consultant offers: their own where they host it alone, else that of all of its hosts (None)."""
    hosts = [host.id for host in consult_type.hosts if host.active]
    alone = consult_type.host_mode is HostMode.ANY and consultant is not None and consultant.id in hosts
    return [consultant] if alone and consultant is not None else None


def accept(
    booking: Booking, *, now: datetime, start: datetime | None = None, by: str = "", as_wished: bool = False
) -> Booking:
    """Make one time the consult, at another start if one is given; the others are withdrawn, everybody is told.

    `by` is the consultant who agrees to the other start. Raises what `pending.accept` raises.
    """
    with transaction():
        done = pending.accept(booking, now=now, start=start, as_wished=as_wished)
        if done.is_new:
            verb = f"booked by {by}" if by else "booked"
            facts = {
                "reference": done.booking.reference,
                "start": done.booking.starts_at.isoformat(),
                "type": done.booking.consult_type.name,
                "with": letters.host_names(done.booking),
            }
            _record(done.booking.lead_id, HappeningKind.CONSULT_BOOKED, f"{facts['type']} {verb}", facts, now)
            letters.booked(done.booking)
            for other in done.withdrawn:
                offer_letters.withdrawn(other, OfferState.ACCEPTED)
        return done.booking


def decline(booking: Booking, *, now: datetime) -> None:
    """Let go of one time; with the last one the offer is declined. Declined again it stays as it is."""
    with transaction():
        offer, did = pending.withdraw(booking, now=now)
        if did:
            offer_letters.withdrawn(booking, OfferState.DECLINED)
            if offer.state is OfferState.DECLINED:
                _ended(offer, now)


def decline_all(offer: Offer, *, now: datetime) -> None:
    """None of the times fits."""
    _close(offer.id, OfferState.DECLINED, now)


def withdraw(offer_id: int, *, by: str, now: datetime) -> None:
    """A consultant takes the times back."""
    _close(offer_id, OfferState.WITHDRAWN, now, by=by)


def close_lapsed() -> int:
    """End offers whose time is over. Gives how many. A job."""
    now = clock.now()
    chosen = select(Offer.id).where(Offer.state == OfferState.OPEN, Offer.expires_at <= now)
    due = session().scalars(chosen.order_by(Offer.expires_at).limit(BATCH)).all()
    return sum(_close(offer_id, OfferState.LAPSED, now) for offer_id in due)


def get_offer(secret: str) -> Offer:
    """The offer that a secret names. Raises NoSuchOffer."""
    found = session().scalar(select(Offer).where(Offer.secret == secret))
    if found is None:
        raise NoSuchOffer
    return found


def times_of(offer: Offer) -> tuple[Booking, ...]:
    """Every time of an offer, whatever became of it, in order."""
    chosen = select(Booking).where(Booking.offer_id == offer.id).order_by(Booking.starts_at, Booking.id)
    return tuple(session().scalars(chosen.execution_options(populate_existing=True)))


def open_times(offer: Offer) -> tuple[Booking, ...]:
    """The times that can still be taken."""
    return tuple(time for time in times_of(offer) if time.state is BookingState.PENDING)


def taken_time(offer: Offer) -> Booking | None:
    """The time that became the consult."""
    gone = (BookingState.PENDING, BookingState.LAPSED)
    return next((time for time in times_of(offer) if time.state not in gone), None)


def find_waiting(address: str, now: datetime) -> Offer | None:
    """An offer to that address that can still be answered."""
    own = func.lower(Booking.address) == address.strip().lower()
    chosen = select(Offer).join(Booking, Booking.offer_id == Offer.id)
    return session().scalar(chosen.where(Offer.state == OfferState.OPEN, Offer.expires_at > now, own).limit(1))


def latest(*, since: datetime, number: int = 1) -> Page[Offer]:
    """Open offers, those that end first in front; then those that ended since, the last one in front."""
    is_open = Offer.state == OfferState.OPEN
    chosen = select(Offer).where(is_open | (Offer.closed_at >= since))
    order = (case((is_open, 0), else_=1), case((is_open, Offer.expires_at)), Offer.closed_at.desc(), Offer.id)
    return page_of(chosen.where(Offer.bookings.any()).order_by(*order), number=number, size=AT_A_TIME)


def times_of_all(found: Sequence[Offer]) -> dict[int, list[Booking]]:
    """By offer, its times in order."""
    times: dict[int, list[Booking]] = {offer.id: [] for offer in found}
    chosen = select(Booking).where(Booking.offer_id.in_(list(times))).order_by(Booking.starts_at, Booking.id)
    for booking in session().scalars(chosen):
        times[booking.offer_id or 0].append(booking)
    return times


def senders(found: Sequence[Offer]) -> dict[int, str]:
    """By account, the names of the consultants who made those offers."""
    ids = {offer.account_id for offer in found if offer.account_id}
    return dict(session().execute(select(Account.id, Account.name).where(Account.id.in_(ids))).all())


def latest_times(lead: Lead | None) -> Booking | None:
    """The last consult or time of somebody: it tells how they see times, and what the assessment handed over."""
    if lead is None:
        return None
    chosen = select(Booking).where(Booking.lead_id == lead.id, Booking.main_id.is_(None))
    return session().scalar(chosen.order_by(Booking.id.desc()).limit(1))


def _can_be_sent(consult_type: ConsultType, start: datetime, now: datetime) -> bool:
    return answer_until(consult_type, start) >= now + TIME_TO_ANSWER


def _make(
    consult_type: ConsultType,
    wish: Wish,
    guest: Guest,
    starts: Sequence[datetime],
    *,
    now: datetime,
    account_id: int | None = None,
    by: str = "",
    only: Sequence[Consultant] | None = None,
) -> Offer:
    chosen = sorted(set(starts))
    if not 1 <= len(chosen) <= three_times.MOST:
        raise TooManyTimes
    if not _can_be_sent(consult_type, chosen[0], now):
        raise TooNear(chosen[0])
    with transaction() as current:
        offer = Offer(
            secret=tokens.new_secret(),
            state=OfferState.OPEN,
            consult_type_id=consult_type.id,
            account_id=account_id,
            expires_at=min(now + HELD_FOR, answer_until(consult_type, chosen[0])),
            created_at=now,
        )
        host_name = current_settings().base_host
        times = pending.take(consult_type, chosen, wish, guest, offer, now=now, host_name=host_name, only=only)
        origin = None if account_id else wish.origin
        lead = leads.services.capture(address=guest.address, name=guest.name, phone=guest.phone, at=now, origin=origin)
        offer.lead_id = lead.id
        for booking in times:
            booking.lead_id = lead.id
        current.flush()
        wish.handover.arrive(lead, at=now)
        kind = HappeningKind.TIMES_OFFERED if account_id else HappeningKind.TIMES_ASKED
        headline = f"Times offered by {by}" if by else "Asked for times by mail"
        _record(lead.id, kind, headline, {"type": consult_type.name, "text": offer_letters.listed(times)}, now)
        offer_letters.offered(offer, times)
        return offer


def _close(offer_id: int, state: OfferState, now: datetime, *, by: str = "") -> bool:
    with transaction():
        offer, withdrawn = pending.close(offer_id, state, now=now)
        for time in withdrawn:
            offer_letters.withdrawn(time, state)
        if withdrawn:
            _ended(offer, now, by=by)
        return bool(withdrawn)


def _ended(offer: Offer, now: datetime, *, by: str = "") -> None:
    """Nothing came of an offer: the timeline and the hosts know."""
    times = times_of(offer)
    headline = ENDINGS[offer.state] + (f" by {by}" if by else "")
    _record(offer.lead_id, HappeningKind.TIMES_WITHDRAWN, headline, {"text": offer_letters.listed(times)}, now)
    offer_letters.ended(offer, times)


def _record(lead_id: int | None, kind: HappeningKind, headline: str, facts: dict[str, str], at: datetime) -> None:
    lead = session().get(Lead, lead_id) if lead_id else None
    if lead is not None:
        leads.services.record(lead, kind, at=at, headline=headline, facts=facts)
