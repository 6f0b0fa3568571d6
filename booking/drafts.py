"""What a visitor typed while a time was held for them: kept with the hold, so that a lapse loses nothing."""

from datetime import timedelta

from sqlalchemy import and_, delete, or_

import leads.services
from booking import guard, services
from booking.guard import Guest
from booking.models import Booking, BookingState
from kit import clock
from kit.db import transaction
from leads.handover import Handover

KEPT = timedelta(days=1)
OFFERED_KEPT = timedelta(days=30)
OPEN = (BookingState.HOLD, BookingState.LAPSED)


def typed(booking: Booking) -> Guest:
    """What was typed so far; before that, what the assessment handed over."""
    if booking.name or booking.address:
        return Guest(booking.name, booking.address, booking.phone, booking.note, booking.answers)
    return known(Handover.from_facts(booking.handover))


def known(handover: Handover) -> Guest:
    """Who the assessment handed over, as far as they told."""
    lead = leads.services.find_lead(handover.lead) if handover.lead else None
    return Guest(lead.name, lead.address_typed, lead.phone) if lead else Guest("", "")


def is_whole(booking: Booking) -> bool:
    """Whether everything was typed without which nothing can be booked."""
    needed = {question.label for question in booking.consult_type.questions if question.needed}
    return bool(booking.name and booking.address) and needed <= booking.answers.keys()


def keep(secret: str, guest: Guest) -> None:
    """Write down what was typed, as long as nothing is booked."""
    with transaction():
        booking = services.get_booking(secret)
        if booking.state in OPEN:
            guard.write_guest(booking, guest)


def forget_lapsed() -> int:
    """Remove holds of more than a day ago that led to nothing, with what was typed. Gives how many went.

    Times of an offer that was not taken stay a month: late answers of calendars are known by them.
    """
    now = clock.now()
    old = or_(
        and_(Booking.offer_id.is_(None), Booking.created_at < now - KEPT), Booking.created_at < now - OFFERED_KEPT
    )
    with transaction() as current:
        gone = current.execute(delete(Booking).where(Booking.state.in_(OPEN), old))
        return int(gone.rowcount)  # type: ignore[attr-defined]
