"""The charts, as SVG: the same for the page and for the PDF, wide, and narrow for a phone.

Shapes carry classes; the page and the report colour them from the same tokens. Meaning never rests on colour alone:
what is held is solid, what is missing is dashed or hatched, and every figure is in a table beside its chart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assessment import wording as say
from assessment.drawing import NARROW, WIDE, Bar, Room, apart, band, both, line, svg, text, ticks
from assessment.levers import WITHOUT_HEADROOM, Lever
from assessment.open_answer import Possible
from assessment.practices import DIMENSION_NAMES, lever_name
from assessment.reckoning import Reckoning
from assessment.result import Result


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
    line: Chart | None
    gap: Chart | None
    fan: Chart | None
    levers: Chart | None
    profile: Chart


def charts_of(result: Result) -> Charts:
    """Every chart of a result."""
    found = result.reckoning
    if found is None:
        return Charts(None, None, None, None, None, profile(result))
    return Charts(chance_dots(found), gap_line(found), gap_bars(found), fan(found), lever_bars(found), profile(result))


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
    drawing = svg(302, 62, title, parts, "")
    heads, rows = ("", "Chance"), (("Reaching the goal", chance),)
    return Chart(drawing, drawing, "The chance at the present pace", heads, rows)


def gap_line(found: Reckoning) -> Chart:
    """The motif with its numbers: a line for what is held, dots for what is missing, a mark at what is needed."""
    held, needed = say.say_volume(found.held), say.say_volume(found.needed)
    rows = (("Held", held), ("Needed", needed), ("Gap", say.say_volume(found.gap) if found.has_gap else "none"))
    title = f"A line for {held} conversations held a week, " + (
        f"then dots for the {rows[2][1]} that are missing, up to a mark at the {needed} that the goal needs."
        if found.has_gap
        else f"past the mark at the {needed} that the goal needs."
    )
    wide, narrow = (_gap_line(found, f"{held} held", f"{needed} needed", title, width) for width in (WIDE, NARROW))
    return Chart(wide, narrow, "Live conversations a week", ("", "A week"), rows)


def _gap_line(found: Reckoning, held: str, needed: str, title: str, width: int) -> str:
    end, y = width - 2, 13
    longest = max(found.held, found.needed, 0.1)
    to_held, mark = (2 + (end - 2) * volume / longest for volume in (found.held, found.needed))
    parts = [f'<path class="line-held" d="M2 {y}H{to_held:.1f}"/>']
    if found.has_gap:
        parts.append(f'<path class="line-missing" d="M{min(to_held + 9, end - 4):.1f} {y}H{end - 7}"/>')
    parts.append(f'<path class="line-mark" d="M{min(max(mark, 3), end):.1f} 2V24"/>')
    left, right = (held, needed) if found.has_gap else (needed, held)
    parts.append(text(2, 46, left))
    parts.append(text(end, 46, right, anchor="end"))
    return svg(width, 54, title, parts, "wide" if width == WIDE else "narrow")


def gap_bars(found: Reckoning) -> Chart:
    """What is held against what different readings of "enough" ask for."""
    volumes = [
        ("You hold now", found.held, "bar-held"),
        ("Planning pace", found.needed, "bar-held" if found.has_gap else "bar-soft"),
    ]
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
        *both(bars, title, Room(label=136, said=62, side=112, side_head="Hours a week")),
        "Live conversations a week, and the hours they take",
        ("", "A week", "Hours a week"),
        tuple((label, say.say_volume(volume), took) for (label, volume, _), took in zip(volumes, hours, strict=True)),
    )


def open_answer_bars(possible: Sequence[Possible]) -> Chart:
    """The planning pace for each possible value of what was left open, and what of it would be held."""
    bars = [
        Bar(
            one.said,
            min(one.needed, say.MORE_THAN),
            say.say_volume(one.needed).replace("more than", ">"),
            "bar-held" if one.has_gap else "bar-soft",
            one.chance_said,
            min(one.held, say.MORE_THAN) if one.has_gap else None,
        )
        for one in possible
    ]
    said = "; ".join(f"{one.said.lower()}, {say.say_volume(one.needed)}" for one in possible)
    return Chart(
        *both(bars, f"Conversations a week that the goal would need: {said}.", Room(156, 62, 130, "Chance")),
        "What the number may come to",
        ("", "Held", "Needed", "Gap", "Hours for it", "Chance as held"),
        tuple(
            (
                one.said,
                say.say_volume(one.held),
                say.say_volume(one.needed),
                say.say_volume(one.gap) if one.has_gap else "none",
                say.hours_for(one.needed, one.hours_each),
                one.chance_said,
            )
            for one in possible
        ),
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
        highest = max(highest, min(at_pace[-1].quantiles[3] * 1.05, goal * 2))

    def x(week: float) -> float:
        return left + (width - left - right) * week / found.weeks

    def y(joiners: float) -> float:
        return height - bottom - (height - top - bottom) * min(joiners, highest) / highest

    parts: list[str] = []
    for tick in ticks(highest):
        parts.append(f'<path class="chart-grid" d="M{left} {y(tick):.1f}H{width - right}"/>')
        parts.append(text(left - 8, y(tick) + 5, f"{tick:g}", anchor="end", kind="chart-small"))
    for week in sorted({0, round(found.weeks / 2), found.weeks}):
        anchor = "start" if week == 0 else "middle" if week < found.weeks else "end"
        words = "now" if week == 0 else f"week {week}"
        parts.append(text(x(week), height - bottom + 20, words, anchor, "chart-small"))
    parts.append(band(found.fan, 0, 4, "fan-wide", x, y))
    parts.append(band(found.fan, 1, 3, "fan-half", x, y))
    if at_pace:
        parts += [line([(x(p.week), y(p.quantiles[edge])) for p in at_pace], "fan-pace-edge") for edge in (1, 3)]
        parts.append(line([(x(p.week), y(p.mean)) for p in at_pace], "fan-pace"))
    parts.append(line([(x(p.week), y(p.mean)) for p in found.fan], "fan-mean"))
    parts.append(f'<path class="fan-goal" d="M{left} {y(goal):.1f}H{width - right}"/>')
    name = "needed" if found.is_net or found.required != found.goal else "goal"
    labels = [(y(goal), f"{name} {say.say_joiners(goal)}"), (y(found.fan[-1].mean), "at your pace")]
    if at_pace and abs(at_pace[-1].mean - goal) > 0.12 * highest:
        labels.append((y(at_pace[-1].mean), "planning pace"))
    for place, words in apart(labels, 18, height - bottom):
        parts.append(text(width - right + 8, place + 5, words, kind="chart-small"))
    return svg(width, height, title, parts, "wide" if wide else "narrow")


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
            say.say_joiners(max(lever.gain_per_hour, 0.0)),
            headroom_said(lever),
            "–" if lever.breakeven is None else say.say_volume(lever.breakeven),
        )
        for lever in found.levers
    )
    return Chart(
        *both(bars, title, Room(label=236, said=82, side=132, side_head="Hours a week")),
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
        *both(bars, f"Six scores from 0 to 100. {said}.", Room(label=190, said=106, track=True), longest=100),
        "A summary of your answers, 100 being no obstacle",
        ("", "Score"),
        rows,
    )
