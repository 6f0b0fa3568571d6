"""How many came how far, a week at a time: counts without names, which stay when a person is erased."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.exc import IntegrityError

from kit.context import current_settings
from kit.db import session, transaction
from kit.zones import zone
from leads.funnel_models import FunnelCount, Step
from leads.origin import Origin

A_WEEK = timedelta(days=7)
MOST_WAYS = 300
OTHER = "other"


@dataclass(frozen=True)
class Row:
    """The counts of one story, source or week, in the order of the steps."""

    name: str
    times: tuple[int, ...]


def week_of(day: date) -> date:
    """The Monday of that date's week."""
    return day - timedelta(days=day.weekday())


def count(step: Step, origin: Origin, *, at: datetime, times: int = 1) -> None:
    """Count a step in its week. Joins the caller's transaction.

    Whoever makes up stories or sources meets an end: past so many different ones a week the rest is `other`.
    """
    settings = current_settings()
    week = week_of(at.astimezone(zone(settings.site_timezone)).date())
    story, source = origin.plain_story, origin.source(settings.base_host)
    with transaction() as current:
        if _raise(week, step, story, source, times):
            return
        ways = select(func.count()).where(FunnelCount.week == week, FunnelCount.step == step)
        if (current.scalar(ways) or 0) >= MOST_WAYS:
            story, source = "", OTHER
            if _raise(week, step, story, source, times):
                return
        try:
            with current.begin_nested():
                current.add(FunnelCount(week=week, step=step, story=story, source=source, times=times))
        except IntegrityError:
            _raise(week, step, story, source, times)  # somebody else was the first at this instant


def totals(since: date, until: date) -> Row:
    """How often each step was taken in the weeks from `since` to `until`."""
    counted = session().execute(_grouped(FunnelCount.step, since, until)).all()
    found: dict[Step, int] = dict(counted)
    return Row("", tuple(found.get(step, 0) for step in Step))


def by_story(since: date, until: date) -> tuple[Row, ...]:
    """The same for each story, the most read first; without a name for those who came to none."""
    return _rows(FunnelCount.story, since, until)


def by_source(since: date, until: date) -> tuple[Row, ...]:
    """The same for each source."""
    return _rows(FunnelCount.source, since, until)


def by_week(since: date, until: date) -> tuple[tuple[date, tuple[int, ...]], ...]:
    """The same for each week, oldest first; a week in which nothing happened is there too."""
    grouped = _grouped(FunnelCount.week, since, until, FunnelCount.step)
    found: dict[tuple[date, Step], int] = {
        (week, step): times for week, step, times in session().execute(grouped).all()
    }
    weeks = []
    week = week_of(since)
    while week <= until:
        weeks.append((week, tuple(found.get((week, step), 0) for step in Step)))
        week += A_WEEK
    return tuple(weeks)


def _raise(week: date, step: Step, story: str, source: str, times: int) -> bool:
    """Whether there was a count to raise."""
    raised = (
        update(FunnelCount)
        .where(
            FunnelCount.week == week,
            FunnelCount.step == step,
            FunnelCount.story == story,
            FunnelCount.source == source,
        )
        .values(times=FunnelCount.times + times)
        .execution_options(synchronize_session=False)
    )
    return bool(session().execute(raised).rowcount)  # type: ignore[attr-defined]


def _rows(column: Any, since: date, until: date) -> tuple[Row, ...]:
    found: dict[str, dict[Step, int]] = {}
    for name, step, times in session().execute(_grouped(column, since, until, FunnelCount.step)).all():
        found.setdefault(name, {})[step] = times
    rows = (Row(name, _in_order(counts)) for name, counts in found.items())
    return tuple(sorted(rows, key=lambda row: (tuple(-times for times in row.times), row.name)))


def _in_order(counts: dict[Step, int]) -> tuple[int, ...]:
    return tuple(counts.get(step, 0) for step in Step)


def _grouped(column: Any, since: date, until: date, *more: Any) -> Select[Any]:
    wanted = (FunnelCount.week >= week_of(since), FunnelCount.week <= until)
    return select(column, *more, func.sum(FunnelCount.times)).where(*wanted).group_by(column, *more)
