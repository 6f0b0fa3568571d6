"""What the booking keeps of a person, to be handed out or erased.

A consult that was written into a consultant's calendar elsewhere is taken out of there too. Until the other server has
done so a row without anything personal stays; a job removes it then.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, String, cast, delete, func, literal, or_, select, union_all

from booking import calendar_entries
from booking.calendar_models import CalendarEntry
from booking.exchange_models import Offer, Reply, WaitlistEntry
from booking.models import Booking, BookingState
from kit import tokens
from kit.db import session, transaction
from kit.refusals import Conflict
from kit.rows import as_mapping
from leads.models import Lead

AHEAD = (BookingState.CONFIRMED, BookingState.PENDING)


class ConsultAhead(Conflict):
    """Both sides count on a time."""

    title = "A consult lies ahead"
    sentence = "Cancel it or withdraw the times first, so that both calendars know. Then the person can be erased."


def collect(lead: Lead, addresses: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Their consults, the times they were offered, their places on the waitlist, what their calendars answered."""
    consults = _consults(lead, addresses)
    offers = session().scalars(select(Offer).where(Offer.lead_id == lead.id).order_by(Offer.id))
    places = session().scalars(select(WaitlistEntry).where(_waits(lead, addresses)).order_by(WaitlistEntry.id))
    replies = session().scalars(select(Reply).where(_answered(consults, addresses)).order_by(Reply.id))
    return {
        "consults": [as_mapping(row) for row in consults],
        "offers of times": [as_mapping(row) for row in offers],
        "waitlist": [as_mapping(row) for row in places],
        "answers of calendars": [as_mapping(row) for row in replies],
    }


def uids(lead: Lead, addresses: Sequence[str]) -> CompoundSelect[str]:
    """What letters about their consults are filed under, to be asked for together with the letters."""
    places = select(literal("waitlist ") + cast(WaitlistEntry.id, String)).where(_waits(lead, addresses))
    return union_all(select(Booking.uid).where(_agreed(lead, addresses)), places)


def erase(lead: Lead, addresses: Sequence[str], *, at: datetime) -> None:
    """Remove everything. In the caller's transaction. Raises ConsultAhead."""
    current = session()
    consults = _consults(lead, addresses)
    if any(row.state in AHEAD and row.ends_at > at for row in consults):
        raise ConsultAhead
    current.execute(delete(Reply).where(_answered(consults, addresses)))
    current.execute(delete(WaitlistEntry).where(_waits(lead, addresses)))
    current.execute(delete(Offer).where(Offer.lead_id == lead.id))
    for row in consults:
        if calendar_entries.remove(row):
            _empty(row)
        else:
            current.execute(delete(Booking).where(or_(Booking.main_id == row.id, Booking.id == row.id)))
    current.flush()


def forget_emptied() -> int:
    """Remove what stayed only until a calendar elsewhere was told. Gives how many. A job."""
    told = ~select(CalendarEntry.id).where(CalendarEntry.booking_id == Booking.id).exists()
    with transaction() as current:
        emptied = delete(Booking).where(
            Booking.state == BookingState.CANCELLED, Booking.address == "", Booking.lead_id.is_(None), told
        )
        return int(current.execute(emptied).rowcount)  # type: ignore[attr-defined]


def _consults(lead: Lead, addresses: Sequence[str]) -> Sequence[Booking]:
    return session().scalars(select(Booking).where(_agreed(lead, addresses)).order_by(Booking.id)).all()


def _agreed(lead: Lead, addresses: Sequence[str]) -> ColumnElement[bool]:
    own = or_(Booking.lead_id == lead.id, func.lower(Booking.address).in_([one.lower() for one in addresses]))
    return own & Booking.main_id.is_(None)


def _waits(lead: Lead, addresses: Sequence[str]) -> ColumnElement[bool]:
    known = func.lower(WaitlistEntry.address).in_([one.lower() for one in addresses])
    return or_(WaitlistEntry.lead_id == lead.id, known)


def _answered(consults: Sequence[Booking], addresses: Sequence[str]) -> ColumnElement[bool]:
    sent = func.lower(Reply.sender).in_([one.lower() for one in addresses])
    return or_(Reply.booking_id.in_([row.id for row in consults]), sent)


def _empty(row: Booking) -> None:
    """Leave of a consult only that some time was taken. The calendar knows it by its uid, which is made from chance."""
    row.state = BookingState.CANCELLED
    row.lead_id = row.offer_id = None
    row.name = row.address = row.phone = row.note = row.reason = row.visitor = ""
    row.answers, row.handover, row.origin = {}, {}, {}
    row.secret = tokens.new_secret()
