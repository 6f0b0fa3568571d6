"""The slots of a consult: which starts can be offered, and why another one cannot.

One engine for showing, holding, booking, moving and explaining. All of its arithmetic is in seconds since 1970 UTC;
the guest's zone only says which dates are asked for. Cases and rules: `tests/data/slot_cases.json`.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Literal, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from booking.hours import ONE_DAY, Hours, Span, Travel, Whereabouts, grid, instant, join, local_date, open_spans

# A joined span of less than a day that reaches into the first date asked for starts at most this much earlier.
DAYS_BEFORE = 2
Period = TypeVar("Period")


@dataclass(frozen=True)
class Interval:
    """Time that is taken: [start, end), aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Engagement:
    """A live booking: confirmed, pending or held. `type` is the consult type it counts for."""

    start: datetime
    end: datetime
    buffer_before: timedelta = timedelta()
    buffer_after: timedelta = timedelta()
    type: str = ""


@dataclass(frozen=True)
class Policy:
    """What a consult type asks of a slot. `horizon_days` counts host-local dates, the last included."""

    duration: timedelta
    step: timedelta
    type: str = ""
    buffer_before: timedelta = timedelta()
    buffer_after: timedelta = timedelta()
    notice: timedelta = timedelta()
    horizon_days: int | None = None
    max_per_day: int | None = None
    max_per_week: int | None = None
    mode: Literal["any", "all"] = "any"


@dataclass(frozen=True)
class Host:
    """Somebody who can be booked. The limits of a host count bookings of every type.

    `unread` is set while a calendar of theirs is too old to be trusted: then no time of theirs is known to be free.
    """

    id: str
    zone: ZoneInfo
    hours: Hours
    busy: tuple[Interval, ...] = ()
    engagements: tuple[Engagement, ...] = ()
    max_per_day: int | None = None
    max_per_week: int | None = None
    travels: tuple[Travel, ...] = ()
    unread: bool = False

    @cached_property
    def where(self) -> Whereabouts:
        """The zone of each date."""
        return Whereabouts(self.zone, self.travels)


class Slot(NamedTuple):
    """A start that can be offered (UTC), and who is free then."""

    start: datetime
    hosts: tuple[str, ...]


class Reason(StrEnum):
    """The rules in the order in which they are tried."""

    CLOSED = "outside the working hours"
    OFF_GRID = "not one of the starting times of that day"
    UNREAD = "a calendar of theirs could not be read for too long"
    NOTICE = "too soon: less than the notice that is asked for"
    HORIZON = "too far ahead"
    BUSY = "busy in the calendar"
    BOOKED = "taken by another consult or its buffer"
    DAY_LIMIT = "the day has as many consults as it may have"
    WEEK_LIMIT = "the week has as many consults as it may have"


@dataclass(frozen=True)
class Timetable:
    """One host against one policy at one instant: what is taken, counted and still possible."""

    host: Host
    policy: Policy
    now: datetime
    duration: int = field(init=False)
    step: int = field(init=False)
    before: int = field(init=False)
    after: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "duration", _seconds(self.policy.duration))
        object.__setattr__(self, "step", _seconds(self.policy.step))
        object.__setattr__(self, "before", _seconds(self.policy.buffer_before))
        object.__setattr__(self, "after", _seconds(self.policy.buffer_after))

    @cached_property
    def earliest(self) -> float:
        """The first instant that leaves the notice."""
        return (self.now + self.policy.notice).timestamp()

    @cached_property
    def last_date(self) -> date | None:
        """The last host-local date inside the horizon."""
        days = self.policy.horizon_days
        return None if days is None else self.host.where.date_of(_second(self.now)) + timedelta(days=days)

    @cached_property
    def horizon(self) -> int | None:
        """The instant after the last date inside the horizon; on a journey dates are asked one by one instead."""
        if self.last_date is None or self.host.travels:
            return None
        return instant(self.last_date + ONE_DAY, 0, self.host.zone)

    @cached_property
    def busy(self) -> "Taken":
        """Busy time as it stands."""
        return Taken([(_second(block.start), _second(block.end)) for block in self.host.busy])

    @cached_property
    def booked(self) -> "Taken":
        """Live bookings as they stand."""
        return Taken([(_second(booking.start), _second(booking.end)) for booking in self.host.engagements])

    @cached_property
    def booked_wide(self) -> "Taken":
        """Live bookings with their own buffers."""
        return Taken(
            [
                (_second(b.start) - _seconds(b.buffer_before), _second(b.end) + _seconds(b.buffer_after))
                for b in self.host.engagements
            ]
        )

    @cached_property
    def full_dates(self) -> frozenset[date]:
        """Host-local dates on which a limit is reached."""
        dates = [(booking.type, self._date(booking)) for booking in self.host.engagements]
        return _full(dates, self.policy.type, self.policy.max_per_day, self.host.max_per_day)

    @cached_property
    def full_weeks(self) -> frozenset[tuple[int, int]]:
        """ISO weeks (year, week) in which a limit is reached."""
        weeks = [(booking.type, _week(self._date(booking))) for booking in self.host.engagements]
        return _full(weeks, self.policy.type, self.policy.max_per_week, self.host.max_per_week)

    def _date(self, booking: Engagement) -> date:
        return self.host.where.date_of(_second(booking.start))

    def starts(self, first: int, until: int) -> Iterator[int]:
        """The starts in [first, until) that no rule removes."""
        zone = self.host.zone
        if self.host.unread:
            return
        begin, end = local_date(first, zone) - DAYS_BEFORE * ONE_DAY, local_date(until, zone) + ONE_DAY
        for span in open_spans(self.host.hours, self.host.where, begin, end):
            if span[1] <= first or span[0] >= until:
                continue
            for start in grid(span, self.step, self.duration, self.host.where):
                if first <= start < until and self.refusal(start) is None:
                    yield start

    def refusal(self, start: int) -> Reason | None:
        """The first rule, hours and grid aside, that removes this start."""
        end = start + self.duration
        if self.host.unread:
            return Reason.UNREAD
        if start < self.earliest:
            return Reason.NOTICE
        if self._is_beyond(start):
            return Reason.HORIZON
        begin, until = start - self.before, end + self.after
        if self.busy.overlaps(begin, until):
            return Reason.BUSY
        if self.booked.overlaps(begin, until) or self.booked_wide.overlaps(start, end):
            return Reason.BOOKED
        if not self.full_dates and not self.full_weeks:
            return None
        day = self.host.where.date_of(start)
        if day in self.full_dates:
            return Reason.DAY_LIMIT
        if _week(day) in self.full_weeks:
            return Reason.WEEK_LIMIT
        return None

    def _is_beyond(self, start: int) -> bool:
        if self.horizon is not None:
            return start >= self.horizon
        return self.last_date is not None and self.host.where.date_of(start) > self.last_date

    def explain(self, start: datetime) -> Reason | None:
        """Why that start is not offered: the first rule that removes it; None when it is offered."""
        second = _second(start)
        zone = self.host.zone
        day = local_date(second, zone)
        spans = open_spans(self.host.hours, self.host.where, day - DAYS_BEFORE * ONE_DAY, day + 2 * ONE_DAY)
        inside = [span for span in spans if span[0] <= second and second + self.duration <= span[1]]
        if not inside:
            return Reason.CLOSED
        if start.microsecond or second not in grid(inside[0], self.step, self.duration, self.host.where):
            return Reason.OFF_GRID
        return self.refusal(second)


class Taken:
    """Taken time, joined, for one question."""

    def __init__(self, spans: list[Span]) -> None:
        joined = join([span for span in spans if span[1] > span[0]])
        self.starts = [start for start, _ in joined]
        self.ends = [end for _, end in joined]

    def overlaps(self, start: int, end: int) -> bool:
        """Whether any of it lies in [start, end)."""
        place = bisect_left(self.starts, end) - 1
        return place >= 0 and self.ends[place] > start


def find_slots(
    hosts: tuple[Host, ...], policy: Policy, *, now: datetime, first: date, last: date, zone: ZoneInfo
) -> list[Slot]:
    """The slots on the dates `first` to `last` (both included) of the guest's `zone`, in order.

    With mode "any" a start is offered when one host is free, with "all" when every host is.
    """
    begin, until = instant(first, 0, zone), instant(last + ONE_DAY, 0, zone)
    free: dict[int, list[str]] = {}
    for host in hosts:
        for start in Timetable(host, policy, now).starts(begin, until):
            free.setdefault(start, []).append(host.id)
    needed = len(hosts) if policy.mode == "all" else 1
    return [
        Slot(datetime.fromtimestamp(start, UTC), tuple(sorted(ids)))
        for start, ids in sorted(free.items())
        if len(ids) >= needed
    ]


def _full(
    counted: list[tuple[str, Period]], own_type: str, own_limit: int | None, host_limit: int | None
) -> frozenset[Period]:
    """The periods in which bookings of the one type, or of all of them, reach their limit."""
    own = Counter(period for kind, period in counted if kind == own_type)
    every = Counter(period for _, period in counted)
    full = {period for period, count in own.items() if own_limit is not None and count >= own_limit}
    return frozenset(
        full | {period for period, count in every.items() if host_limit is not None and count >= host_limit}
    )


def _week(day: date) -> tuple[int, int]:
    year, week, _ = day.isocalendar()
    return year, week


def _second(at: datetime) -> int:
    return int(at.timestamp())


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())
