"""The charts, as SVG: the same for the page and for the PDF.

Shapes carry classes; the page and the report colour them from the same tokens. Meaning never rests on colour alone:
what is held is solid, what is missing is dashed or hatched, and every figure is in a table beside its chart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from assessment import wording as say
from assessment.fan import FanPoint
from assessment.levers import Lever
from assessment.practices import DIMENSION_NAMES, LEVER_NAMES
from assessment.result import Reckoning, Result

WIDTH = 640
Scale = Callable[[float], float]
TEXT = 15
SMALL = 13


@dataclass(frozen=True)
class Chart:
    """An SVG, and the table of its figures: a caption, column heads, and rows whose first cell is a heading."""

    svg: str
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Charts:
    """The charts of one result; None where there is nothing to show."""

    dots: Chart | None
    gap: Chart | None
    fan: Chart | None
    levers: Chart | None
    profile: Chart


def charts_of(result: Result) -> Charts:
    """Every chart of a result."""
    found = result.reckoning
    if found is None:
        return Charts(None, None, None, None, profile(result))
    return Charts(chance_dots(found), gap_bars(found), fan(found), lever_bars(found), profile(result))


def chance_dots(found: Reckoning) -> Chart:
    """The chance as 20 dots in two rows of ten."""
    filled = say.dots(found.chance)
    parts = []
    for number in range(20):
        x, y = 16 + (number % 10) * 30, 16 + (number // 10) * 30
        kind = "dot-full" if number < filled else "dot-open"
        parts.append(f'<circle class="{kind}" cx="{x}" cy="{y}" r="{11 if number < filled else 10}"/>')
    chance = say.say_chance(found.chance)
    title = f"{filled} of 20 dots are filled: the chance of reaching the goal at the present pace is {chance}."
    return Chart(
        _svg(302, 62, title, parts),
        "The chance at the present pace",
        ("", "Chance"),
        (("Reaching the goal", chance),),
    )


def gap_bars(found: Reckoning) -> Chart:
    """What is held against what different readings of "enough" ask for."""
    bars = [("You hold now", found.held, "bar-held"), ("Planning pace", found.needed, "bar-needed")]
    if found.needed_even is not None:
        bars.append(("Even chance", found.needed_even, "bar-soft"))
    if found.needed_safe is not None:
        bars.append(("8 in 10", found.needed_safe, "bar-soft"))
    shown = [min(value, say.MORE_THAN) for _, value, _ in bars]
    longest = max([*shown, 1.0])
    left, right, row = 150, 76, 42
    scale = (WIDTH - left - right) / longest
    parts: list[str] = []
    for place, ((label, value, kind), length) in enumerate(zip(bars, shown, strict=True)):
        y = 8 + place * row
        end = left + max(length * scale, 2)
        parts += [
            _text(left - 12, y + 19, label, anchor="end"),
            f'<rect class="{kind}" x="{left}" y="{y + 3}" width="{max(length * scale, 2):.1f}" height="22"/>',
            _text(end + 8, y + 19, say.say_volume(value).replace("more than", ">"), kind="chart-number"),
        ]
        if place == 1 and found.has_gap:
            start = left + min(found.held, say.MORE_THAN) * scale
            parts.append(f'<path class="gap-span" d="M{start + 2:.1f} {y + 14}H{end - 2:.1f}"/>')
    height = 8 + row * len(bars)
    gap = (
        f"The gap is {say.say_volume(found.gap)} a week."
        if found.has_gap
        else "There is no gap in volume at this pace."
    )
    title = (
        f"Live conversations a week: you hold {say.say_volume(found.held)}, the planning pace is "
        f"{say.say_volume(found.needed)}. {gap}"
    )
    rows = tuple((label, say.say_volume(value), say.say_hours(value * found.hours_each)) for label, value, _ in bars)
    return Chart(
        _svg(WIDTH, height, title, parts),
        "Live conversations a week, and the hours they take",
        ("", "A week", "Hours a week"),
        rows,
    )


def fan(found: Reckoning) -> Chart:
    """Joiners added up over the weeks: bands for 8 in 10 and for the middle half, the median, and the goal."""
    left, right, top, bottom, height = 44, 118, 18, 44, 300
    at_pace = found.fan_at_pace
    goal = found.required if found.is_net else found.goal
    highest = max([goal * 1.15, *(point.quantiles[4] for point in found.fan), 2.0])
    if at_pace:
        highest = max(highest, min(at_pace[-1].mean * 1.1, goal * 2))

    def x(week: float) -> float:
        return left + (WIDTH - left - right) * week / found.weeks

    def y(joiners: float) -> float:
        return height - bottom - (height - top - bottom) * min(joiners, highest) / highest

    parts: list[str] = []
    for tick in _ticks(highest):
        parts.append(f'<path class="chart-grid" d="M{left} {y(tick):.1f}H{WIDTH - right}"/>')
        parts.append(_text(left - 8, y(tick) + 5, f"{tick:g}", anchor="end", kind="chart-small"))
    for week in sorted({0, round(found.weeks / 2), found.weeks}):
        anchor = "start" if week == 0 else "middle"
        parts.append(
            _text(x(week), height - bottom + 20, "now" if week == 0 else f"week {week}", anchor, "chart-small")
        )
    parts.append(_band(found.fan, 0, 4, "fan-wide", x, y))
    parts.append(_band(found.fan, 1, 3, "fan-half", x, y))
    if at_pace:
        parts.append(_line([(x(p.week), y(p.mean)) for p in at_pace], "fan-pace"))
    parts.append(_line([(x(p.week), y(p.mean)) for p in found.fan], "fan-mean"))
    parts.append(f'<path class="fan-goal" d="M{left} {y(goal):.1f}H{WIDTH - right}"/>')
    labels = [(y(goal), f"goal {say.say_joiners(goal)}"), (y(found.fan[-1].mean), "at your pace")]
    if at_pace and abs(at_pace[-1].mean - goal) > 0.12 * highest:
        labels.append((y(at_pace[-1].mean), "planning pace"))
    for height_of_label, words in _apart(labels, 19):
        parts.append(_text(WIDTH - right + 8, height_of_label + 5, words, kind="chart-small"))
    low, _, high = found.joiner_range
    title = (
        f"Joiners added up over {found.weeks} weeks at the present pace: about {say.say_joiners(found.expected)} by "
        f"the date, 8 in 10 between {low} and {high}; the goal is {say.say_joiners(goal)}."
    )
    rows = tuple(
        (
            f"Week {point.week}",
            say.say_joiners(point.mean),
            f"{point.quantiles[1]} to {point.quantiles[3]}",
            f"{point.quantiles[0]} to {point.quantiles[4]}",
        )
        for point in found.fan[2::2]
    )
    return Chart(
        _svg(WIDTH, height, title, parts),
        "Joiners by week at the present pace",
        ("", "Expected", "Middle half", "8 in 10"),
        rows,
    )


def lever_bars(found: Reckoning) -> Chart:
    """What each lever adds by the date, best per hour first."""
    left, right, row = 252, 62, 34
    longest = max([lever.gain for lever in found.levers] + [0.05])
    scale = (WIDTH - left - right) / longest
    parts: list[str] = []
    for place, lever in enumerate(found.levers):
        y = 4 + place * row
        length = max(lever.gain * scale, 2)
        parts += [
            _text(left - 12, y + 18, LEVER_NAMES[lever.key], anchor="end", kind="chart-small"),
            f'<rect class="{"bar-held" if lever is found.first else "bar-soft"}" x="{left}" y="{y + 4}" '
            f'width="{length:.1f}" height="19"/>',
            _text(left + length + 8, y + 18, say.say_gain(lever.gain), kind="chart-number"),
        ]
    best = found.levers[0]
    title = (
        f"What each change adds in joiners by the date. Per weekly hour the first is: {LEVER_NAMES[best.key].lower()}, "
        f"plus {say.say_joiners(best.gain)}."
    )
    rows = tuple(
        (
            LEVER_NAMES[lever.key],
            say.say_gain(lever.gain),
            say.say_chance(lever.chance),
            say.say_hours(lever.hours),
            f"{lever.gain_per_hour:.1f}",
            _room(lever),
        )
        for lever in found.levers
    )
    return Chart(
        _svg(WIDTH, 4 + row * len(found.levers), title, parts),
        "What each change adds by the date",
        ("", "Joiners", "Chance then", "A week", "Joiners an hour", "Room left"),
        rows,
    )


def _room(lever: Lever) -> str:
    if lever.key in ("volume_plus2", "retention"):
        return "–"
    return "half, assumed" if lever.headroom is None else f"{round(lever.headroom * 100)} %"


def profile(result: Result) -> Chart:
    """Six scores from 0 to 100; what was not measured is hatched."""
    volume = result.reckoning.volume if result.reckoning else None
    scores = [("volume", volume), *result.obstacles.dimensions.items()]
    left, right, row = 196, 118, 34
    width = WIDTH - left - right
    parts: list[str] = []
    for place, (key, score) in enumerate(scores):
        y = 4 + place * row
        parts.append(_text(left - 12, y + 18, DIMENSION_NAMES[key], anchor="end", kind="chart-small"))
        parts.append(f'<rect class="bar-track" x="{left}" y="{y + 4}" width="{width}" height="19"/>')
        if score is None:
            strokes = "".join(f"M{left + step} {y + 23}l19 -19" for step in range(0, width - 12, 13))
            parts.append(f'<path class="hatch" d="{strokes}"/>')
            parts.append(_text(left + width + 8, y + 18, "not measured", kind="chart-small"))
        else:
            length = max(width * score / 100, 2)
            parts.append(f'<rect class="bar-held" x="{left}" y="{y + 4}" width="{length:.1f}" height="19"/>')
            parts.append(_text(left + width + 8, y + 18, str(score), kind="chart-number"))
    said = "; ".join(f"{DIMENSION_NAMES[key]} {'not measured' if s is None else s}" for key, s in scores)
    rows = tuple((DIMENSION_NAMES[key], "not measured" if s is None else f"{s} of 100") for key, s in scores)
    return Chart(
        _svg(WIDTH, 4 + row * len(scores), f"Six scores from 0 to 100. {said}.", parts),
        "A summary of your answers, 100 being no obstacle",
        ("", "Score"),
        rows,
    )


def _svg(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def _text(x: float, y: float, words: str, anchor: str = "start", kind: str = "chart-text") -> str:
    size = SMALL if kind == "chart-small" else TEXT
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">{escape(words)}</text>'
    )


def _line(points: Sequence[tuple[float, float]], kind: str) -> str:
    return f'<path class="{kind}" d="M{" L".join(f"{x:.1f} {y:.1f}" for x, y in points)}"/>'


def _band(points: Sequence[FanPoint], low: int, high: int, kind: str, x: Scale, y: Scale) -> str:
    upper = [(x(point.week), y(point.quantiles[high])) for point in points]
    lower = [(x(point.week), y(point.quantiles[low])) for point in reversed(points)]
    corners = " L".join(f"{a:.1f} {b:.1f}" for a, b in [*upper, *lower])
    return f'<path class="{kind}" d="M{corners}Z"/>'


def _ticks(highest: float) -> list[float]:
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if highest / step <= 6)
    return [float(tick) for tick in range(0, int(highest) + 1, step)]


def _apart(labels: Sequence[tuple[float, str]], distance: float) -> list[tuple[float, str]]:
    placed: list[tuple[float, str]] = []
    for height, words in sorted(labels):
        placed.append((max(height, placed[-1][0] + distance) if placed else height, words))
    return placed
