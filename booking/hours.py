"""Working hours on the wall, and the instants they mean.

Wall times follow RFC 5545 3.3.5: one that does not exist takes the offset before the gap, one that occurs twice is the
first. All results are whole seconds since 1970 UTC, so that adding minutes is adding elapsed time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
DAY_SECONDS = 24 * 3600
ONE_DAY = timedelta(days=1)
Span = tuple[int, int]  # [start, end) in seconds since 1970 UTC


@dataclass(frozen=True)
class Window:
    """Hours of one day, in minutes after local midnight. An end at or before the start is on the next date."""

    start: int
    end: int


@dataclass(frozen=True)
class Hours:
    """A host's hours: by ISO weekday (1 is Monday), and for single dates instead of those."""

    weekly: Mapping[int, tuple[Window, ...]]
    overrides: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)

    def of(self, day: date) -> tuple[Window, ...]:
        """The windows that start on that date."""
        found = self.overrides.get(day)
        return self.weekly.get(day.isoweekday(), ()) if found is None else found


@dataclass(frozen=True)
class Travel:
    """From `first` to `last`, both included, a host's hours are meant in another zone."""

    first: date
    last: date
    zone: ZoneInfo


@dataclass(frozen=True)
class Whereabouts:
    """In which zone a host's dates and hours are meant: at home, and on the dates of a journey."""

    home: ZoneInfo
    travels: tuple[Travel, ...] = ()

    def on(self, day: date) -> ZoneInfo:
        """The zone of that date; of journeys that overlap the one listed first."""
        return next((travel.zone for travel in self.travels if travel.first <= day <= travel.last), self.home)

    def date_of(self, second: int) -> date:
        """The host's own date at that instant. Where a journey makes two dates possible it is the journey's."""
        home = local_date(second, self.home)
        for travel in self.travels:
            there = local_date(second, travel.zone)
            if travel.first <= there <= travel.last and self.on(there) == travel.zone:
                return there
        return home


def instant(day: date, minutes: int, zone: ZoneInfo) -> int:
    """When it is that wall time on that date; 1440 minutes are the next midnight."""
    if minutes >= DAY_MINUTES:
        day, minutes = day + ONE_DAY, minutes - DAY_MINUTES
    return int(datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone).timestamp())


def local_date(second: int, zone: ZoneInfo) -> date:
    """The date on the wall at that instant."""
    return datetime.fromtimestamp(second, zone).date()


def open_spans(hours: Hours, where: Whereabouts, first: date, last: date) -> list[Span]:
    """When the host is open, from `first` to `last` (local dates on which windows start); joined where they touch.

    A window is meant in the zone of the date on which it starts, to its end.
    """
    spans: list[Span] = []
    day = first
    while day <= last:
        zone = where.on(day)
        for window in hours.of(day):
            start = instant(day, window.start, zone)
            if window.end > window.start:
                end = instant(day, window.end, zone)
            elif day + ONE_DAY in hours.overrides:
                end = instant(day + ONE_DAY, 0, zone)
            else:
                end = instant(day + ONE_DAY, window.end, zone)
            if end > start:
                spans.append((start, end))
        day += ONE_DAY
    return join(spans)


def join(spans: list[Span]) -> list[Span]:
    """The same time as sorted spans that neither touch nor overlap."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def grid(span: Span, step: int, duration: int, where: Whereabouts) -> Iterator[int]:
    """The starts in an open span: every `step` seconds of elapsed time from its start, ending inside it.

    In a span longer than a day the grid starts anew at each midnight of the host.
    """
    anchor, end = span
    while anchor + duration <= end:
        until = min(end, _next_midnight(anchor, where)) if end - span[0] > DAY_SECONDS else end
        start = anchor
        while start < until and start + duration <= end:
            yield start
            start += step
        if until >= end:
            return
        anchor = until


def _next_midnight(second: int, where: Whereabouts) -> int:
    day = where.date_of(second) + ONE_DAY
    while (midnight := instant(day, 0, where.on(day))) <= second:
        day += ONE_DAY
    return midnight
