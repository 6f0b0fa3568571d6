"""Reminders of what is agreed: a day before and an hour before, to the guest and to each host.

Each is written once for a start. A row says so in the transaction that writes the letters: a job that dies in between
has written neither. A move makes room for new ones, a cancellation leaves nothing to remind of.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select

from booking import guard, reminder_letters
from booking.exchange_models import Reminder, ReminderKind
from booking.models import Booking, BookingState
from kit import clock
from kit.db import session, transaction
from kit.logs import log

AHEAD = {ReminderKind.DAY: timedelta(days=1), ReminderKind.HOUR: timedelta(hours=1)}
# A day's reminder that is late still helps as long as a day can be arranged by it; after that the hour's one is enough.
LATEST = {ReminderKind.DAY: timedelta(hours=4), ReminderKind.HOUR: timedelta()}


def due_kind(start: datetime, told_at: datetime, now: datetime) -> ReminderKind | None:
    """Which reminder of a start is due at `now`; `told_at` is when the guest was last told the time.

    None before the day's one, in the hours before the hour's one where the day's one came too late, once it has begun,
    and for whoever was told the time after the reminder was due.
    """
    for kind, ahead in AHEAD.items():
        due = start - ahead
        if due <= now < start - LATEST[kind]:
            return kind if told_at < due else None
    return None


def write_due() -> int:
    """Write the reminders that are due. Gives how many consults they are about. A job."""
    now = clock.now()
    return sum(_remind_or_log(secret, now) for secret in _candidates(now))


def _candidates(now: datetime) -> Collection[str]:
    """The consults of which a reminder may be due: their secrets, the nearest first."""
    rows = (
        session()
        .execute(
            select(Booking.secret, Booking.starts_at, Booking.changed_at, Booking.created_at, Reminder.kind)
            .outerjoin(Reminder, (Reminder.booking_id == Booking.id) & (Reminder.starts_at == Booking.starts_at))
            .where(
                Booking.state == BookingState.CONFIRMED,
                Booking.main_id.is_(None),
                Booking.starts_at > now,
                Booking.starts_at <= now + AHEAD[ReminderKind.DAY],
            )
            .order_by(Booking.starts_at, Booking.id)
        )
        .all()
    )
    written = {(secret, kind) for secret, *_, kind in rows if kind is not None}
    due = [(secret, due_kind(start, changed or created, now)) for secret, start, changed, created, _ in rows]
    return dict.fromkeys(secret for secret, kind in due if kind is not None and (secret, kind) not in written)


def _remind_or_log(secret: str, now: datetime) -> bool:
    """A letter that cannot be written keeps no other from being written."""
    try:
        return _remind(secret, now)
    except Exception:
        log.error("reminder not written", exc_info=True)
        return False


def _remind(secret: str, now: datetime) -> bool:
    with transaction() as current:
        booking = guard.locked(current, secret)
        kind = due_kind(booking.starts_at, booking.changed_at or booking.created_at, now)
        if booking.state is not BookingState.CONFIRMED or kind is None:
            return False
        fact = {"booking_id": booking.id, "kind": kind, "starts_at": booking.starts_at}
        if current.scalar(select(Reminder.id).filter_by(**fact)) is not None:
            return False
        current.add(Reminder(**fact, written_at=now))
        current.flush()
        reminder_letters.remind(booking, now=now)
        return True
