"""Why is this time not offered? For each kind, length and host the first rule that removes it, and what that rule says.

The rule is named by the engine that also decides what is shown and booked; here it gets its numbers and names.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from booking.availability import LIVE, TRUSTED_FOR, hosts_between, policy_of
from booking.calendar_models import CalendarSource
from booking.hours import ONE_DAY, grid, open_spans
from booking.hours_text import write_windows
from booking.models import Booking, BusyInterval, Consultant, ConsultType, HostMode
from booking.services import consult_types
from booking.slots import Engagement, Host, Reason, Timetable
from booking.times import stretch
from booking.wording import length
from kit.db import session
from kit.words import format_date, format_short_date, format_time, join_and, plural
from kit.zones import city, zone

# A slot and its buffers are never longer on either side of a start.
AROUND = timedelta(hours=16)


@dataclass(frozen=True)
class Finding:
    """What the engine says of one host: `reason` is None where they are free.

    `detail` are the numbers and names of that rule, `bookings` what is agreed or held in the way, `away` the city by
    whose time the host lives then, where it is not their own.
    """

    host: Consultant
    reason: Reason | None
    detail: str = ""
    bookings: tuple[Booking, ...] = ()
    away: str = ""


@dataclass(frozen=True)
class Answer:
    """A kind of conversation at one length."""

    consult_type: ConsultType
    minutes: int
    findings: tuple[Finding, ...]

    @property
    def together(self) -> bool:
        """Whether every host has to be free."""
        return self.consult_type.host_mode is HostMode.ALL

    @property
    def offered(self) -> bool:
        """Whether visitors can book that start."""
        free = [finding.reason is None for finding in self.findings]
        return bool(free) and (all(free) if self.together else any(free))


@dataclass(frozen=True)
class Known:
    """Everything that can be in the way around a start, by the consultant's id."""

    start: datetime
    now: datetime
    blocks: Mapping[int, list[tuple[BusyInterval, str]]]
    bookings: Mapping[int, list[Booking]]
    stale: Mapping[int, list[CalendarSource]]


def explain(start: datetime, *, now: datetime) -> tuple[Answer, ...]:
    """Everything that can be said about that start."""
    types = consult_types()
    people = {consultant.id: consultant for consult_type in types for consultant in consult_type.hosts}
    hosts = hosts_between(people.values(), start - AROUND, start + AROUND, now=now)
    known = _known(list(people), start, now)

    def find(host: Host, consult_type: ConsultType, minutes: int) -> Finding:
        return _finding(people[int(host.id)], Timetable(host, policy_of(consult_type, minutes), now), known)

    return tuple(
        Answer(
            consult_type,
            minutes,
            tuple(
                find(host, consult_type, minutes)
                for host in hosts
                if any(person.id == int(host.id) for person in consult_type.hosts)
            ),
        )
        for consult_type in types
        for minutes in consult_type.lengths
    )


def _finding(consultant: Consultant, table: Timetable, known: Known) -> Finding:
    where, start = table.host.where, known.start
    here = where.on(where.date_of(int(start.timestamp())))
    away = "" if here == where.home else city(here.key)
    reason = table.explain(start)
    if reason is None:
        return Finding(consultant, None, away=away)
    bookings = tuple(_in_the_way(consultant, table, known)) if reason is Reason.BOOKED else ()
    return Finding(consultant, reason, DETAILS[reason](consultant, table, known), bookings, away)


def _closed(_consultant: Consultant, table: Timetable, known: Known) -> str:
    day = _day(table.host, known.start)
    windows = table.host.hours.of(day)
    if not windows:
        return f"{format_date(day)} is closed."
    hours = f"{write_windows(windows)} ({city(table.host.where.on(day).key)} time)"
    return f"The hours of {format_date(day)} are {hours}, and it takes {length(table.duration // 60)}."


def _off_grid(consultant: Consultant, table: Timetable, known: Known) -> str:
    host, second = table.host, int(known.start.timestamp())
    day = _day(host, known.start)
    spans = open_spans(host.hours, host.where, day - ONE_DAY, day + ONE_DAY)
    span = next(span for span in spans if span[0] <= second < span[1])
    starts = list(grid(span, table.step, table.duration, host.where))
    before = [start for start in starts if start < second][-1:]
    after = [start for start in starts if start > second][:1]
    nearest = join_and([_time(datetime.fromtimestamp(start, host.zone), consultant) for start in (*before, *after)])
    return f"A start every {length(table.step // 60)} from when the hours begin; the nearest: {nearest}."


def _unread(consultant: Consultant, _table: Timetable, known: Known) -> str:
    told = []
    for source in known.stale[consultant.id]:
        if source.good_at is None:
            told.append(f"“{source.name}” has never been read")
        else:
            read = f"{format_short_date(source.good_at.astimezone(consultant.zone).date())}, "
            told.append(f"“{source.name}” was last read on {read}{_time(source.good_at, consultant)}")
    return f"{join_and(told)}. A copy counts for {length(int(TRUSTED_FOR.total_seconds() / 60))}."


def _notice(consultant: Consultant, table: Timetable, known: Known) -> str:
    earliest = known.now + table.policy.notice
    asked = length(int(table.policy.notice.total_seconds() / 60))
    told = f"{format_date(earliest.astimezone(consultant.zone).date())}, {_time(earliest, consultant)}"
    return f"{asked[0].upper()}{asked[1:]} ahead at least: not before {told}." if table.policy.notice else "It is over."


def _horizon(_consultant: Consultant, table: Timetable, _known: Known) -> str:
    assert table.last_date is not None
    return f"Bookable for {plural(table.policy.horizon_days or 0, 'day')}: until {format_date(table.last_date)}."


def _busy(consultant: Consultant, table: Timetable, known: Known) -> str:
    begin, end = _with_buffers(table, known.start)
    told = []
    for block, source in known.blocks[consultant.id]:
        if block.ends_at > begin and block.starts_at < end:
            name = f"Busy in “{source}”" if source else f"Blocked: “{block.reason}”" if block.reason else "Blocked"
            told.append(f"{name}, {stretch(block.starts_at, block.ends_at, consultant.zone_name)}")
    return f"{'; '.join(dict.fromkeys(told))}.{_buffers(table)}"


def _booked(_consultant: Consultant, table: Timetable, _known: Known) -> str:
    return _buffers(table).strip()


def _day_limit(_consultant: Consultant, table: Timetable, known: Known) -> str:
    day = _day(table.host, known.start)
    counted = [found for found in table.host.engagements if _day(table.host, found.start) == day]
    return _limits(table, counted, table.policy.max_per_day, table.host.max_per_day, f"on {format_date(day)}")


def _week_limit(_consultant: Consultant, table: Timetable, known: Known) -> str:
    day = _day(table.host, known.start)
    monday = day - (day.isoweekday() - 1) * ONE_DAY
    counted = [
        found for found in table.host.engagements if monday <= _day(table.host, found.start) < monday + 7 * ONE_DAY
    ]
    when = f"in the week of {format_date(monday)}"
    return _limits(table, counted, table.policy.max_per_week, table.host.max_per_week, when)


def _limits(
    table: Timetable, counted: list[Engagement], own_limit: int | None, host_limit: int | None, when: str
) -> str:
    own = sum(found.type == table.policy.type for found in counted)
    told = []
    if own_limit is not None and own >= own_limit:
        told.append(f"{own} of at most {own_limit} of this kind")
    if host_limit is not None and len(counted) >= host_limit:
        told.append(f"{len(counted)} of at most {host_limit} of all kinds")
    return f"{join_and(told)} {when}."


def _known(consultant_ids: list[int], start: datetime, now: datetime) -> Known:
    """What lies around that start, read at once for everybody."""
    begin, end = start - AROUND, start + AROUND
    blocks: dict[int, list[tuple[BusyInterval, str]]] = defaultdict(list)
    chosen = (
        select(BusyInterval, CalendarSource.name)
        .outerjoin(CalendarSource, BusyInterval.source_id == CalendarSource.id)
        .where(
            BusyInterval.consultant_id.in_(consultant_ids), BusyInterval.ends_at > begin, BusyInterval.starts_at < end
        )
        .order_by(BusyInterval.starts_at, BusyInterval.id)
    )
    for block, name in session().execute(chosen):
        blocks[block.consultant_id].append((block, name or ""))
    bookings: dict[int, list[Booking]] = defaultdict(list)
    live = select(Booking).where(
        Booking.consultant_id.in_(consultant_ids),
        Booking.ends_at > begin,
        Booking.starts_at < end,
        Booking.state.in_(LIVE),
        or_(Booking.hold_expires_at.is_(None), Booking.hold_expires_at > now),
    )
    for booking in session().scalars(live.order_by(Booking.starts_at, Booking.id)):
        bookings[booking.consultant_id].append(booking)
    stale: dict[int, list[CalendarSource]] = defaultdict(list)
    late = or_(CalendarSource.good_at.is_(None), CalendarSource.good_at < now - TRUSTED_FOR)
    unread = select(CalendarSource).where(CalendarSource.consultant_id.in_(consultant_ids), CalendarSource.reads, late)
    for source in session().scalars(unread.order_by(CalendarSource.id)):
        stale[source.consultant_id].append(source)
    return Known(start, now, blocks, bookings, stale)


def _in_the_way(consultant: Consultant, table: Timetable, known: Known) -> Iterator[Booking]:
    """What is agreed or held where the slot or its buffers would be; of two buffers the larger one counts."""
    end = known.start + table.policy.duration
    for found in known.bookings[consultant.id]:
        before = max(timedelta(minutes=found.buffer_after), table.policy.buffer_before)
        after = max(timedelta(minutes=found.buffer_before), table.policy.buffer_after)
        if found.ends_at + before > known.start and found.starts_at < end + after:
            yield found


def _with_buffers(table: Timetable, start: datetime) -> tuple[datetime, datetime]:
    return start - table.policy.buffer_before, start + table.policy.duration + table.policy.buffer_after


def _buffers(table: Timetable) -> str:
    before, after = (int(side.total_seconds() / 60) for side in (table.policy.buffer_before, table.policy.buffer_after))
    told = ((before, "free before it"), (after, "free after it"))
    sides = [f"{length(minutes)} {side}" for minutes, side in told if minutes]
    return f" It needs {join_and(sides)}, too." if sides else ""


def _day(host: Host, at: datetime) -> date:
    return host.where.date_of(int(at.timestamp()))


def _time(at: datetime, consultant: Consultant) -> str:
    return format_time(at, zone(consultant.zone_name))


DETAILS: dict[Reason, Callable[[Consultant, Timetable, Known], str]] = {
    Reason.CLOSED: _closed,
    Reason.OFF_GRID: _off_grid,
    Reason.UNREAD: _unread,
    Reason.NOTICE: _notice,
    Reason.HORIZON: _horizon,
    Reason.BUSY: _busy,
    Reason.BOOKED: _booked,
    Reason.DAY_LIMIT: _day_limit,
    Reason.WEEK_LIMIT: _week_limit,
}
