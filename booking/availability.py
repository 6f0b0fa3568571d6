"""From rows to what the slot engine takes: hosts with their hours, what they are busy with, and the rules of a type."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from booking.calendar_models import CalendarSource
from booking.hours import Hours, Travel, Window
from booking.models import Booking, BookingState, BusyInterval, Consultant, ConsultType, HostMode
from booking.slots import Engagement, Host, Interval, Policy
from kit.db import session

# How old the last good copy of a calendar may be before its owner is no longer offered.
TRUSTED_FOR = timedelta(hours=6)
LIVE = (BookingState.HOLD, BookingState.PENDING, BookingState.CONFIRMED)
# A week's limit counts from its Monday, and a buffer reaches further still.
MARGIN = timedelta(days=9)


def policy_of(consult_type: ConsultType, minutes: int | None = None) -> Policy:
    """The rules of a consult type, at a length of `minutes` or at its first one."""
    return Policy(
        duration=timedelta(minutes=minutes or consult_type.minutes),
        step=timedelta(minutes=consult_type.step),
        type=consult_type.slug,
        buffer_before=timedelta(minutes=consult_type.buffer_before),
        buffer_after=timedelta(minutes=consult_type.buffer_after),
        notice=timedelta(minutes=consult_type.notice),
        horizon_days=consult_type.horizon_days,
        max_per_day=consult_type.max_per_day,
        max_per_week=consult_type.max_per_week,
        mode="all" if consult_type.host_mode is HostMode.ALL else "any",
    )


def hours_of(consultant: Consultant) -> Hours:
    """The weekly hours and the overrides of a consultant."""
    weekly: dict[int, tuple[Window, ...]] = defaultdict(tuple)
    for row in consultant.weekly:
        weekly[row.weekday] += (Window(row.start, row.finish),)
    overrides: dict[date, tuple[Window, ...]] = defaultdict(tuple)
    for override in consultant.overrides:
        window = () if override.start is None or override.finish is None else (Window(override.start, override.finish),)
        overrides[override.day] += window
    return Hours(dict(weekly), dict(overrides))


def hosts_between(
    consultants: Iterable[Consultant], begin: datetime, end: datetime, *, now: datetime, leaving_out: int | None = None
) -> tuple[Host, ...]:
    """The hosts with everything that takes their time between two instants.

    Bookings that matter only to a week's limit are in it, too. `leaving_out` is the booking that is being moved; the
    rows of its other hosts go with it.
    """
    people = [consultant for consultant in consultants if consultant.active]
    ids = [consultant.id for consultant in people]
    _load_hours(ids)
    begin, end = begin - MARGIN, end + MARGIN
    unread, known_until = _read_until(ids, now)
    busy: dict[int, list[Interval]] = defaultdict(list)
    for interval in session().scalars(
        select(BusyInterval).where(
            BusyInterval.consultant_id.in_(ids), BusyInterval.ends_at > begin, BusyInterval.starts_at < end
        )
    ):
        busy[interval.consultant_id].append(Interval(interval.starts_at, interval.ends_at))
    for consultant_id, instant in known_until.items():
        if instant < end:
            busy[consultant_id].append(Interval(instant, end))
    engagements: dict[int, list[Engagement]] = defaultdict(list)
    rows = session().execute(
        select(
            Booking.id,
            Booking.main_id,
            Booking.consultant_id,
            Booking.starts_at,
            Booking.ends_at,
            Booking.buffer_before,
            Booking.buffer_after,
            Booking.state,
            Booking.hold_expires_at,
            ConsultType.slug,
        )
        .join(ConsultType, Booking.consult_type_id == ConsultType.id)
        .where(
            Booking.consultant_id.in_(ids), Booking.ends_at > begin, Booking.starts_at < end, Booking.state.in_(LIVE)
        )
    )
    for row in rows:
        if leaving_out is not None and leaving_out in (row.id, row.main_id):
            continue
        if row.hold_expires_at is not None and row.hold_expires_at <= now:
            continue
        before, after = timedelta(minutes=row.buffer_before), timedelta(minutes=row.buffer_after)
        engagements[row.consultant_id].append(Engagement(row.starts_at, row.ends_at, before, after, row.slug))
    return tuple(
        Host(
            id=str(consultant.id),
            zone=consultant.zone,
            hours=hours_of(consultant),
            busy=tuple(busy[consultant.id]),
            engagements=tuple(engagements[consultant.id]),
            max_per_day=consultant.max_per_day,
            max_per_week=consultant.max_per_week,
            travels=tuple(Travel(row.first, row.last, ZoneInfo(row.zone_name)) for row in consultant.travels),
            unread=consultant.id in unread,
        )
        for consultant in people
    )


def _load_hours(consultant_ids: list[int]) -> None:
    """Read the hours of all of them at once, however many there are."""
    lists = (Consultant.weekly, Consultant.overrides, Consultant.travels)
    chosen = select(Consultant).where(Consultant.id.in_(consultant_ids))
    session().scalars(chosen.options(*(selectinload(rows) for rows in lists))).all()


def _read_until(consultant_ids: list[int], now: datetime) -> tuple[set[int], dict[int, datetime]]:
    """Whose calendars have not been read for too long, and until when the calendars of each were read.

    What is in the former, and what lies behind the latter, is not known to be free.
    """
    chosen = select(CalendarSource.consultant_id, CalendarSource.good_at, CalendarSource.known_until)
    unread: set[int] = set()
    known_until: dict[int, datetime] = {}
    for row in session().execute(chosen.where(CalendarSource.consultant_id.in_(consultant_ids), CalendarSource.reads)):
        if row.good_at is None or row.good_at < now - TRUSTED_FOR:
            unread.add(row.consultant_id)
        if row.known_until is not None:
            known_until[row.consultant_id] = min(row.known_until, known_until.get(row.consultant_id, row.known_until))
    return unread, known_until
