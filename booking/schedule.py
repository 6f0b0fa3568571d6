"""A consultant sets when they can be booked: weekly hours, other hours on single dates, closed dates."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select

from booking.hours import ONE_DAY, Window
from booking.models import Booking, BookingState, Consultant, ConsultType, DateOverride, HostMode, WeeklyHours
from booking.refusals import NoSuchBooking, UnfitHours
from kit.context import current_settings
from kit.db import session, transaction
from kit.pages import Page, page_of
from kit.sorting import Sort
from leads import services as leads
from leads.models import HappeningKind, Lead

MOST_DAYS = 92
AGREED = (BookingState.CONFIRMED, BookingState.HELD, BookingState.MISSED, BookingState.CANCELLED)
COLUMNS = {"when": (), "who": (func.lower(Booking.name),), "state": (Booking.state,)}
SOONEST, LATEST = Sort("when"), Sort("when", down=True)


@dataclass(frozen=True)
class Override:
    """What holds on one date instead of the weekly hours; without windows it is closed."""

    day: date
    windows: tuple[Window, ...]


def consultant_of(account_id: int) -> Consultant | None:
    """The consultant that an account is."""
    return session().scalar(select(Consultant).where(Consultant.account_id == account_id))


def shown_to(account_id: int) -> Consultant | None:
    """The consultant whose hours an account sees: its own, else the one a new site began with."""
    return consultant_of(account_id) or session().scalar(select(Consultant).where(_is_default()))


def take_over_default(account_id: int, *, name: str, address: str) -> None:
    """Make an account the consultant that a new site began with, while nobody else is; it gets the invites then."""
    with transaction():
        if consultant_of(account_id) is None and shown_to(account_id) is not None:
            become_consultant(account_id, name=name, address=address)


def become_consultant(account_id: int, *, name: str, address: str) -> Consultant:
    """The consultant that an account is, made now if need be. The one a new site began with is taken over.

    Somebody new hosts every consult type of which one host takes part; hours they have none yet.
    """
    with transaction() as current:
        found = consultant_of(account_id)
        if found is not None:
            return found
        consultant = current.scalar(select(Consultant).where(_is_default()).with_for_update())
        if consultant is not None:
            consultant.account_id, consultant.name, consultant.address = account_id, name, address
        else:
            consultant = Consultant(
                name=name, address=address, account_id=account_id, zone_name=current_settings().site_timezone
            )
            current.add(consultant)
            for consult_type in current.scalars(select(ConsultType).where(ConsultType.host_mode == HostMode.ANY)):
                consult_type.hosts.append(consultant)
        current.flush()
        return consultant


def week_of(consultant: Consultant) -> dict[int, tuple[Window, ...]]:
    """The weekly windows by ISO weekday; every weekday is there."""
    week: dict[int, tuple[Window, ...]] = dict.fromkeys(range(1, 8), ())
    for row in consultant.weekly:
        week[row.weekday] += (Window(row.start, row.finish),)
    return week


def set_week(consultant: Consultant, *, zone_name: str, week: Mapping[int, tuple[Window, ...]]) -> None:
    """Replace the zone and the weekly hours."""
    with transaction() as current:
        consultant.zone_name = zone_name
        consultant.weekly = [
            WeeklyHours(weekday=weekday, start=window.start, finish=window.end)
            for weekday, windows in sorted(week.items())
            for window in windows
        ]
        current.flush()


def set_limits(consultant: Consultant, *, active: bool, max_per_day: int | None, max_per_week: int | None) -> None:
    """How many consults of all types together a day and a week may have; whether there are any at all."""
    with transaction() as current:
        consultant.active, consultant.max_per_day, consultant.max_per_week = active, max_per_day, max_per_week
        current.flush()


def stop(consultant: Consultant) -> None:
    """Offer nobody a time with them any more. In the caller's transaction."""
    with transaction() as current:
        current.refresh(consultant, with_for_update=True)
        consultant.active = False
        current.flush()


def ahead_of(consultant: Consultant, *, now: datetime, number: int = 1) -> Page[Booking]:
    """Consults with them that are agreed or offered and not over, their part in those of others too, in order."""
    live = Booking.state.in_((BookingState.CONFIRMED, BookingState.PENDING))
    chosen = select(Booking).where(Booking.consultant_id == consultant.id, live, Booking.ends_at > now)
    return page_of(chosen.order_by(Booking.starts_at, Booking.id), number=number)


def overrides_of(consultant: Consultant, *, since: date) -> tuple[Override, ...]:
    """The dates from `since` on that have hours of their own, in order."""
    found: dict[date, tuple[Window, ...]] = {}
    for row in consultant.overrides:
        if row.day >= since:
            own = () if row.start is None or row.finish is None else (Window(row.start, row.finish),)
            found[row.day] = found.get(row.day, ()) + own
    return tuple(Override(day, windows) for day, windows in sorted(found.items()))


def override(consultant: Consultant, *, first: date, last: date, windows: tuple[Window, ...]) -> None:
    """Put other hours on the dates from `first` to `last`, none to close them. Raises UnfitHours."""
    if last < first:
        raise UnfitHours("The last date is before the first one.")
    if (last - first).days >= MOST_DAYS:
        raise UnfitHours(f"At most {MOST_DAYS} dates can be set at once. Shorten the time, or change the weekly hours.")
    with transaction() as current:
        _drop(consultant, first, last)
        day = first
        while day <= last:
            for window in windows or (None,):
                start, finish = (window.start, window.end) if window else (None, None)
                current.add(DateOverride(consultant_id=consultant.id, day=day, start=start, finish=finish))
            day += ONE_DAY
        current.flush()
        current.expire(consultant, ["overrides"])


def remove_override(consultant: Consultant, day: date) -> None:
    """Let the weekly hours hold on that date again."""
    with transaction() as current:
        _drop(consultant, day, day)
        current.expire(consultant, ["overrides"])


def get_consult(reference: str) -> Booking:
    """What was agreed or offered under that reference, whatever became of it. Raises NoSuchBooking."""
    if not re.fullmatch(r"[0-9A-F]{8}", reference):
        raise NoSuchBooking("There is no consult with this reference.")
    chosen = select(Booking).where(
        Booking.uid.startswith(reference.lower()),
        Booking.main_id.is_(None),
        Booking.state.not_in((BookingState.HOLD, BookingState.LAPSED)),
    )
    found = session().scalar(chosen.order_by(Booking.id.desc()))
    if found is None:
        raise NoSuchBooking("There is no consult with this reference.")
    return found


def consults_page(
    *, begin: datetime, end: datetime, number: int = 1, sort: Sort = SOONEST, host_id: int | None = None
) -> Page[Booking]:
    """A page of what was agreed and starts in [begin, end), cancelled consults too.

    With `host_id` those in which that consultant takes part.
    """
    chosen = select(Booking).where(
        Booking.main_id.is_(None),
        Booking.state.in_(AGREED),
        Booking.starts_at >= begin,
        Booking.starts_at < end,
    )
    if host_id is not None:
        chosen = chosen.where(or_(Booking.consultant_id == host_id, Booking.seats.any(consultant_id=host_id)))
    return page_of(chosen.order_by(*sort.order(COLUMNS, Booking.starts_at, Booking.id)), number=number)


def hosts() -> Sequence[Consultant]:
    """Everybody who holds or held consults, by name."""
    return session().scalars(select(Consultant).order_by(Consultant.name, Consultant.id)).all()


def leads_of(bookings: Sequence[Booking]) -> dict[int, Lead]:
    """The leads of those bookings, by their id."""
    ids = {booking.lead_id for booking in bookings if booking.lead_id}
    return {lead.id: lead for lead in session().scalars(select(Lead).where(Lead.id.in_(ids)))} if ids else {}


def mark(reference: str, *, held: bool, now: datetime) -> Booking:
    """Note that a consult took place, or that the guest did not come. Raises NoSuchBooking."""
    with transaction() as current:
        booking = get_consult(reference)
        open_states = (BookingState.CONFIRMED, BookingState.HELD, BookingState.MISSED)
        if booking.state not in open_states or booking.starts_at > now:
            raise NoSuchBooking
        state = BookingState.HELD if held else BookingState.MISSED
        if booking.state is not state:
            booking.state = state
            lead = current.get(Lead, booking.lead_id) if booking.lead_id else None
            if lead is not None:
                kind = HappeningKind.CONSULT_HELD if held else HappeningKind.CONSULT_MISSED
                said = "took place" if held else "was missed"
                facts = {"reference": booking.reference, "start": booking.starts_at.isoformat()}
                leads.record(lead, kind, at=now, headline=f"{booking.consult_type.name} {said}", facts=facts)
        current.flush()
        return booking


def _is_default() -> ColumnElement[bool]:
    return Consultant.account_id.is_(None) & (Consultant.address == current_settings().mail_from)


def _drop(consultant: Consultant, first: date, last: date) -> None:
    session().execute(
        delete(DateOverride).where(
            DateOverride.consultant_id == consultant.id, DateOverride.day >= first, DateOverride.day <= last
        )
    )


def hours_a_week(week: Mapping[int, tuple[Window, ...]]) -> timedelta:
    """How long all of the windows are."""
    minutes = sum((window.end - window.start) % 1440 or 1440 for windows in week.values() for window in windows)
    return timedelta(minutes=minutes)
