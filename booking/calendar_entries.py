"""What is to stand in consultants' calendars: rows that are written with every change of a consult.

The calendars themselves are written afterwards; see `booking.calendar_writing`.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select, update

from booking.calendar_models import CalendarEntry, CalendarSource, SourceKind
from booking.models import Booking, BookingState
from kit import clock, jobs
from kit.db import after_commit, session

SHOWN = (BookingState.PENDING, BookingState.CONFIRMED, BookingState.HELD, BookingState.MISSED)
AHEAD = (BookingState.PENDING, BookingState.CONFIRMED)


def note(booking: Booking) -> None:
    """Let the calendars of all of its hosts show a consult as it is now, or no longer show it.

    Called in the transaction that changed it, by whoever changes state, time, hosts or what is told of the guest; the
    guard does so for everything that goes through it. Further calls do no harm.
    """
    current = session()
    current.flush()
    found = current.scalars(select(CalendarEntry).where(CalendarEntry.booking_id == booking.id))
    entries = {entry.source_id: entry for entry in found}
    wanted = set(_written_by(booking)) if booking.state in SHOWN else set()
    for source_id in wanted - entries.keys():
        current.add(CalendarEntry(source_id=source_id, booking_id=booking.id, due_at=clock.now()))
    for source_id, entry in entries.items():
        _want(entry, gone=source_id not in wanted)
    if wanted or entries:
        current.flush()
        after_commit(_wake)


def write_all(source: CalendarSource, *, now: datetime) -> None:
    """Let a calendar show every consult of its owner that is to come, wherever they stood until now."""
    current = session()
    own = select(Booking.id).where(Booking.consultant_id == source.consultant_id, Booking.main_id.is_(None))
    followed = select(Booking.main_id).where(Booking.consultant_id == source.consultant_id)
    chosen = select(Booking.id).where(
        Booking.id.in_(own.union(followed)), Booking.state.in_(AHEAD), Booking.ends_at > now
    )
    entries = {entry.booking_id: entry for entry in _entries(source)}
    for booking_id in current.scalars(chosen):
        if booking_id in entries:
            entries[booking_id].href = entries[booking_id].etag = ""
            _want(entries[booking_id], gone=False)
        else:
            current.add(CalendarEntry(source_id=source.id, booking_id=booking_id, due_at=now))
    current.flush()
    after_commit(_wake)


def remove(booking: Booking) -> bool:
    """Take a consult out of every calendar it was written into; gives whether there are any."""
    entries = session().scalars(select(CalendarEntry).where(CalendarEntry.booking_id == booking.id)).all()
    for entry in entries:
        _want(entry, gone=True)
    if entries:
        session().flush()
        after_commit(_wake)
    return bool(entries)


def withdraw(source: CalendarSource, *, now: datetime) -> None:
    """Take the consults to come out of a calendar."""
    for entry in _entries(source):
        if entry.booking.ends_at > now:
            _want(entry, gone=True)
    session().flush()
    after_commit(_wake)


def try_again(source: CalendarSource, *, now: datetime) -> None:
    """Try what could not be written once more, now."""
    behind = CalendarEntry.written < CalendarEntry.wanted
    chosen = update(CalendarEntry).where(CalendarEntry.source_id == source.id, behind)
    session().execute(chosen.values(due_at=now, tries=0))
    after_commit(_wake)


def behind(source_ids: Iterable[int]) -> dict[int, tuple[int, str]]:
    """By calendar, how many consults are still to be written into it, or taken out, and what stands in the way."""
    late = CalendarEntry.source_id.in_(list(source_ids)) & (CalendarEntry.written < CalendarEntry.wanted)
    counted = select(CalendarEntry.source_id, func.count(), func.max(CalendarEntry.trouble)).where(late)
    rows = session().execute(counted.group_by(CalendarEntry.source_id)).all()
    return {source_id: (count, trouble) for source_id, count, trouble in rows}


def _written_by(booking: Booking) -> Iterable[int]:
    """The calendars that consults of its hosts are written to."""
    followers = select(Booking.consultant_id).where(Booking.main_id == booking.id)
    return session().scalars(
        select(CalendarSource.id).where(
            CalendarSource.writes,
            CalendarSource.kind == SourceKind.CALDAV,
            (CalendarSource.consultant_id == booking.consultant_id) | CalendarSource.consultant_id.in_(followers),
        )
    )


def _entries(source: CalendarSource) -> Iterable[CalendarEntry]:
    return session().scalars(select(CalendarEntry).where(CalendarEntry.source_id == source.id)).all()


def _want(entry: CalendarEntry, *, gone: bool) -> None:
    entry.wanted += 1
    entry.gone, entry.tries, entry.due_at = gone, 0, clock.now()


def _wake() -> None:
    jobs.wake("write_calendars")
