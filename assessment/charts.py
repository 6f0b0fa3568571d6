"""The charts, as SVG: the same for the page and for the PDF, wide, and narrow for a phone.

Shapes carry classes; the page and the report colour them from the same tokens. Meaning never rests on colour alone:
what is held is solid, what is missing is dashed or hatched, and every figure is in a table beside its chart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from assessment import wording as say
from assessment.fan import FanPoint
from assessment.levers import WITHOUT_HEADROOM, Lever
from assessment.practices import DIMENSION_NAMES, lever_name
from assessment.reckoning import Reckoning
from assessment.result import Result

WIDE, NARROW = 640, 320
TEXT, SMALL = 15, 13
Scale = Callable[[float], float]


@dataclass(frozen=True)
class Chart:
    """An SVG in two widths, and the table of its figures: a caption, column heads, rows that begin with a heading."""

    svg: str
    narrow: str
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


@dataclass(frozen=True)
class Bar:
    """One bar: how long, and what is said at its end and at the side. None is not measured.

    `gap_from` is where what is held ends and what is missing begins.
    """

    label: str
    length: float | None
    said: str
    kind: str = "bar-soft"
    side: str = ""
    gap_from: float | None = None


@dataclass(frozen=True)
class Room:
    """What a wide chart of bars leaves for words: labels at the left, figures at the bar's end, more at the side."""

    label: int
    said: int
    side: int = 0
    side_head: str = ""
    track: bool = False


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
    drawing = _svg(302, 62, title, parts, "")
    heads, rows = ("", "Chance"), (("Reaching the goal", chance),)
    return Chart(drawing, drawing, "The chance at the present pace", heads, rows)


def gap_bars(found: Reckoning) -> Chart:
    """What is held against what different readings of "enough" ask for."""
    volumes = [("You hold now", found.held, "bar-held"), ("Planning pace", found.needed, "bar-needed")]
    if found.needed_even is not None:
        volumes.append(("Even chance", found.needed_even, "bar-soft"))
    if found.needed_safe is not None:
        volumes.append(("Chance of 8 in 10", found.needed_safe, "bar-soft"))
    hours = [say.hours_for(volume, found.hours_each) for _, volume, _ in volumes]
    bars = [
        Bar(
            label,
            min(volume, say.MORE_THAN),
            say.say_volume(volume).replace("more than", ">"),
            kind,
            took.replace("more than", ">"),
            min(found.held, say.MORE_THAN) if place == 1 and found.has_gap else None,
        )
        for place, ((label, volume, kind), took) in enumerate(zip(volumes, hours, strict=True))
    ]
    gap = f"The gap is {say.say_volume(found.gap)} a week." if found.has_gap else "There is no gap in volume."
    title = (
        f"Live conversations a week: you hold {say.say_volume(found.held)}, the planning pace is "
        f"{say.say_volume(found.needed)}. {gap}"
    )
    return Chart(
        *_both(bars, title, Room(label=136, said=62, side=112, side_head="Hours a week")),
        "Live conversations a week, and the hours they take",
        ("", "A week", "Hours a week"),
        tuple((label, say.say_volume(volume), took) for (label, volume, _), took in zip(volumes, hours, strict=True)),
    )


def fan(found: Reckoning) -> Chart:
    """Joiners added up over the weeks: bands for 8 in 10 and for the middle half, the expected number, the goal."""
    low, _, high = found.joiner_range
    goal = max(found.required, 0.0)
    title = (
        f"Joiners added up over {found.weeks} weeks at the present pace: {say.say_joiners(found.expected)} expected by "
        f"the date, 8 in 10 between {low} and {high}; the goal takes {say.say_joiners(goal)}."
    )
    at_pace = {point.week: point.mean for point in found.fan_at_pace}
    rows = [
        (
            f"Week {point.week}",
            say.say_joiners(point.mean),
            f"{point.quantiles[1]} to {point.quantiles[3]}",
            f"{point.quantiles[0]} to {point.quantiles[4]}",
        )
        + ((say.say_joiners(at_pace[point.week]),) if at_pace else ())
        for point in found.fan[:0:-2][::-1]
    ]
    heads = ("", "Expected", "Middle half", "8 in 10") + (("At planning pace",) if at_pace else ())
    return Chart(
        _fan(found, goal, title, wide=True),
        _fan(found, goal, title, wide=False),
        "Joiners by week at the present pace",
        heads,
        tuple(rows),
    )


def _fan(found: Reckoning, goal: float, title: str, *, wide: bool) -> str:
    width, height = (WIDE, 325) if wide else (NARROW, 260)
    left, right, top, bottom = (40, 104, 16, 34) if wide else (26, 88, 12, 30)
    at_pace = found.fan_at_pace
    highest = max([goal * 1.12, *(point.quantiles[4] for point in found.fan), 2.0])
    if at_pace:
        highest = max(highest, min(at_pace[-1].mean * 1.1, goal * 2))

    def x(week: float) -> float:
        return left + (width - left - right) * week / found.weeks

    def y(joiners: float) -> float:
        return height - bottom - (height - top - bottom) * min(joiners, highest) / highest

    parts: list[str] = []
    for tick in _ticks(highest):
        parts.append(f'<path class="chart-grid" d="M{left} {y(tick):.1f}H{width - right}"/>')
        parts.append(_text(left - 8, y(tick) + 5, f"{tick:g}", anchor="end", kind="chart-small"))
    for week in sorted({0, round(found.weeks / 2), found.weeks}):
        anchor = "start" if week == 0 else "middle" if week < found.weeks else "end"
        words = "now" if week == 0 else f"week {week}"
        parts.append(_text(x(week), height - bottom + 20, words, anchor, "chart-small"))
    parts.append(_band(found.fan, 0, 4, "fan-wide", x, y))
    parts.append(_band(found.fan, 1, 3, "fan-half", x, y))
    if at_pace:
        parts.append(_line([(x(p.week), y(p.mean)) for p in at_pace], "fan-pace"))
    parts.append(_line([(x(p.week), y(p.mean)) for p in found.fan], "fan-mean"))
    parts.append(f'<path class="fan-goal" d="M{left} {y(goal):.1f}H{width - right}"/>')
    name = "needed" if found.is_net or found.required != found.goal else "goal"
    labels = [(y(goal), f"{name} {say.say_joiners(goal)}"), (y(found.fan[-1].mean), "at your pace")]
    if at_pace and abs(at_pace[-1].mean - goal) > 0.12 * highest:
        labels.append((y(at_pace[-1].mean), "planning pace"))
    for place, words in _apart(labels, 18, height - bottom):
        parts.append(_text(width - right + 8, place + 5, words, kind="chart-small"))
    return _svg(width, height, title, parts, "wide" if wide else "narrow")


def lever_bars(found: Reckoning) -> Chart:
    """What each lever adds by the date, best per hour first."""
    bars = [
        Bar(
            lever_name(lever.key, lever.step),
            max(lever.gain, 0.0),
            say.say_gain(lever.gain),
            "bar-held" if lever in found.leading else "bar-soft",
            say.say_hours(lever.hours),
        )
        for lever in found.levers
    ]
    first = found.levers[0]
    title = (
        f"What each change adds in joiners by the date. For each weekly hour the first is "
        f"{lever_name(first.key, first.step).lower()}, {say.say_gain(first.gain)}."
    )
    rows = tuple(
        (
            lever_name(lever.key, lever.step),
            say.say_gain(lever.gain),
            say.say_chance(lever.chance),
            say.say_hours(lever.hours),
            f"{lever.gain_per_hour:.1f}",
            headroom_said(lever),
            "–" if lever.breakeven is None else say.say_volume(lever.breakeven),
        )
        for lever in found.levers
    )
    return Chart(
        *_both(bars, title, Room(label=236, said=82, side=132, side_head="Hours a week")),
        "What each change adds by the date",
        ("", "Joiners", "Chance then", "Hours a week", "Joiners for an hour", "Room left", "Beats more calls from"),
        rows,
    )


def headroom_said(lever: Lever) -> str:
    """The room that the answers leave a lever: `50 %`, `half, assumed`."""
    if lever.key in WITHOUT_HEADROOM:
        return "–"
    return "half, assumed" if lever.headroom is None else f"{round(lever.headroom * 100)} %"


def profile(result: Result) -> Chart:
    """Six scores from 0 to 100; what was not measured is hatched."""
    volume = result.reckoning.volume if result.reckoning else None
    scores = [("volume", volume), *result.obstacles.dimensions.items()]
    bars = [
        Bar(DIMENSION_NAMES[key], score, "not measured" if score is None else str(score), "bar-held")
        for key, score in scores
    ]
    said = "; ".join(f"{DIMENSION_NAMES[key]} {'not measured' if s is None else s}" for key, s in scores)
    rows = tuple((DIMENSION_NAMES[key], "not measured" if s is None else f"{s} of 100") for key, s in scores)
    return Chart(
        *_both(bars, f"Six scores from 0 to 100. {said}.", Room(label=190, said=106, track=True), longest=100),
        "A summary of your answers, 100 being no obstacle",
        ("", "Score"),
        rows,
    )


def _both(bars: Sequence[Bar], title: str, room: Room, longest: float = 0.0) -> tuple[str, str]:
    scale = longest or max([*(bar.length or 0 for bar in bars), 0.05])
    return _bars(bars, title, room, scale, wide=True), _bars(bars, title, room, scale, wide=False)


def _bars(bars: Sequence[Bar], title: str, room: Room, longest: float, *, wide: bool) -> str:
    """Labels stand at the left where there is room, else above their bars."""
    width = WIDE if wide else NARROW
    left = room.label if wide else 0
    full = width - left - room.said - (room.side if wide else 0)
    thick, row = 20, 32 if wide else 54
    head = 24 if wide and room.side_head else 4
    parts: list[str] = []
    if wide and room.side_head:
        parts.append(_text(width, 14, room.side_head, anchor="end", kind="chart-small"))
    for place, bar in enumerate(bars):
        top = head + place * row + (0 if wide else 22)
        middle = top + 15
        if wide:
            parts.append(_text(left - 12, middle, bar.label, anchor="end", kind="chart-small"))
        else:
            parts.append(_text(0, top - 7, bar.label, kind="chart-small"))
        if bar.side:
            parts.append(_text(width, middle if wide else top - 7, bar.side, anchor="end", kind="chart-small"))
        if room.track:
            parts.append(f'<rect class="bar-track" x="{left}" y="{top}" width="{full}" height="{thick}"/>')
        if bar.length is None:
            strokes = "".join(f"M{left + step} {top + thick}l{thick} -{thick}" for step in range(0, full - 19, 13))
            parts.append(f'<path class="hatch" d="{strokes}"/>')
            parts.append(_text(left + full + 8, middle, bar.said, kind="chart-small"))
            continue
        length = max(full * bar.length / longest, 2)
        parts.append(f'<rect class="{bar.kind}" x="{left}" y="{top}" width="{length:.1f}" height="{thick}"/>')
        if bar.gap_from is not None:
            start = left + full * bar.gap_from / longest
            parts.append(f'<path class="gap-span" d="M{start + 3:.1f} {top + thick / 2:.1f}H{left + length - 3:.1f}"/>')
        end = left + (full if room.track else length) + 8
        parts.append(_text(end, middle, bar.said, kind="chart-number"))
    return _svg(width, head + row * len(bars), title, parts, "wide" if wide else "narrow")


def _svg(width: int, height: int, title: str, parts: Sequence[str], kind: str) -> str:
    return (
        f'<svg class="{f"chart {kind}".strip()}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'role="img"><title>{escape(title)}</title>{"".join(parts)}</svg>'
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


def _apart(labels: Sequence[tuple[float, str]], distance: float, lowest: float) -> list[tuple[float, str]]:
    """Labels by their heights, moved apart where they would overlap, none below the axis."""
    placed: list[tuple[float, str]] = []
    for height, words in sorted(labels):
        placed.append((max(height, placed[-1][0] + distance) if placed else height, words))
    over = max(0.0, placed[-1][0] - lowest)
    return [(height - over, words) for height, words in placed]
