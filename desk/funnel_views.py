"""How many come how far: in all, week by week, per story and per source."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from desk import funnel_chart
from desk.shown import own_zone_name, story_titles
from kit import asked, clock
from kit.pages import Page, cut
from kit.sorting import Sort
from kit.zones import zone
from leads import funnel
from leads.funnel_models import Step
from staff.access import desk_only
from staff.roles import Right

funnel_admin = desk_only(Blueprint("funnel_admin", __name__, url_prefix="/desk/funnel"), Right.SEE_LEADS)
SPANS = (4, 12, 26, 52)
ROWS = 25  # of a table on a page
Row = tuple[Any, tuple[int, ...]]
MOST_READ = Sort(Step.READ.name.lower(), down=True)
KEYS: dict[str, Callable[[Row], Any]] = {"name": lambda row: row[0]} | {
    step.name.lower(): lambda row, number=number: row[1][number] for number, step in enumerate(Step)
}


@dataclass(frozen=True)
class Stair:
    """A step: how often it was taken, which share of the one before that is, and how the weeks went."""

    name: str
    times: int
    share: str
    weeks: tuple[int, ...]
    trend: str


@funnel_admin.get("/")
def overview() -> ResponseReturnValue:
    """The numbers of the last weeks."""
    span = asked.whole("weeks")
    span = span if span in SPANS else SPANS[1]
    today = clock.now().astimezone(zone(own_zone_name())).date()
    since = funnel.week_of(today) - timedelta(weeks=span - 1)
    weeks, titles = funnel.by_week(since, today), story_titles()
    stories, sources = funnel.by_story(since, today), funnel.by_source(since, today)
    return render_template(
        "desk/funnel.html",
        steps=tuple(Step),
        stairs=_stairs(funnel.totals(since, today).times, weeks_of(weeks)),
        stories=_table("story", [(titles.get(row.name, row.name) or "No story", row.times) for row in stories]),
        sources=_table("source", [(row.name or "Directly, or not known", row.times) for row in sources]),
        weeks=_table("week", weeks, Sort("name", down=True)),
        span=span,
        spans=SPANS,
        since=since,
        chart=funnel_chart,
    )


def _table(name: str, rows: Sequence[Row], usual: Sort = MOST_READ) -> tuple[Page[Row], Sort]:
    """A page of a table of the counts of each story, source or week. In the address `name` says of which it speaks."""
    sort = asked.sort(KEYS, usual, f"{name}_sort")
    return cut(sort.sorted(rows, KEYS), number=asked.page_number(f"{name}_page"), size=ROWS), sort


def weeks_of(weeks: tuple[tuple[object, tuple[int, ...]], ...]) -> tuple[tuple[int, ...], ...]:
    """The counts of each step, week by week."""
    return tuple(tuple(times[number] for _, times in weeks) for number in range(len(Step)))


def _stairs(times: tuple[int, ...], weeks: tuple[tuple[int, ...], ...]) -> tuple[Stair, ...]:
    stairs = []
    for number, step in enumerate(Step):
        before = times[number - 1] if number else 0
        # Not everybody takes every step: whoever books without asking for a report is no share of those who asked.
        share = f"{100 * times[number] / before:.0f} %" if before >= times[number] and before else ""
        stairs.append(Stair(step.value, times[number], share, weeks[number], say_trend(weeks[number])))
    return tuple(stairs)


def say_trend(weeks: tuple[int, ...]) -> str:
    """The later half of the weeks beside the earlier one; the week that still runs is left out."""
    whole = weeks[:-1]
    half = len(whole) // 2
    if not half:
        return ""
    earlier, later = sum(whole[-2 * half : -half]), sum(whole[-half:])
    if earlier == later:
        return "as before"
    if not earlier:
        return "new"
    change = round(100 * (later - earlier) / earlier)
    return f"{change:+d} %".replace("-", "\N{MINUS SIGN}") if change else "as before"
