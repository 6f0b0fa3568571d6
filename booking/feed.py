"""A consultant's consults as a calendar to subscribe to, under a secret address (RFC 7986).

Nobody attends in it. What was cancelled stays a while as cancelled, so that readers take it out. The stamp of an
event is when it last changed: as long as nothing changes the bytes stay the same.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from booking import invites, letters
from booking.models import Booking, BookingState, Consultant
from kit import tokens
from kit.calendar_text import as_bytes, clean, new_calendar
from kit.context import current_settings
from kit.db import session, transaction
from kit.refusals import NotFound

KEPT = timedelta(days=30)
REFRESHED = 15  # minutes
PRESENT = (BookingState.PENDING, BookingState.CONFIRMED, BookingState.HELD, BookingState.MISSED)


class NoSuchFeed(NotFound):
    """The secret belongs to nobody, or no longer."""

    title = "There is no calendar at this address"
    sentence = "The address may have been changed at the desk. Copy the new one from there."


def find_consultant(secret: str) -> Consultant:
    """Whose feed a secret opens. Raises NoSuchFeed."""
    found = session().scalar(select(Consultant).where(Consultant.feed_secret == secret)) if secret else None
    if found is None:
        raise NoSuchFeed
    return found


def url_of(consultant: Consultant) -> str:
    """The address of the feed; "" while it is closed."""
    return f"{current_settings().base_url}/book/feed/{consultant.feed_secret}.ics" if consultant.feed_secret else ""


def renew(consultant: Consultant) -> None:
    """Open the feed under a new address; the one before ends at once."""
    with transaction() as current:
        current.add(consultant)
        consultant.feed_secret = tokens.new_secret(24)


def close(consultant: Consultant) -> None:
    """End the feed."""
    with transaction() as current:
        current.add(consultant)
        consultant.feed_secret = None


def feed_of(consultant: Consultant, *, now: datetime) -> bytes:
    """The consults of the last 30 days and all to come, in order."""
    calendar = new_calendar()
    name = clean(f"Consults of {consultant.name}, {current_settings().site_name}")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(minutes=REFRESHED), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", f"PT{REFRESHED}M")
    for booking in _consults(consultant, now):
        invite = replace(letters.host_invite(booking, consultant), stamp=_changed(booking))
        invite = replace(invite, tentative=booking.state is BookingState.PENDING)
        calendar.add_component(invites.feed_event(invite, cancelled=booking.state is BookingState.CANCELLED))
    return as_bytes(calendar)


def _consults(consultant: Consultant, now: datetime) -> list[Booking]:
    followed = select(Booking.main_id).where(Booking.consultant_id == consultant.id)
    cancelled = (Booking.state == BookingState.CANCELLED) & (Booking.cancelled_at > now - KEPT)
    chosen = select(Booking).where(
        Booking.main_id.is_(None),
        (Booking.consultant_id == consultant.id) | Booking.id.in_(followed),
        Booking.state.in_(PRESENT) | cancelled,
        Booking.ends_at > now - KEPT,
    )
    return list(session().scalars(chosen.order_by(Booking.starts_at, Booking.id)))


def _changed(booking: Booking) -> datetime:
    times = (booking.created_at, booking.booked_at, booking.changed_at, booking.cancelled_at)
    return max(instant for instant in times if instant is not None)
