"""How the gap went over time: what was held and what was needed a week, from one measurement to the next."""

from collections.abc import Sequence
from datetime import date

from assessment import wording as say
from assessment.charts import Chart
from assessment.drawing import NARROW, WIDE, apart, line, svg, text, ticks
from assessment.retakes import Measured


def pace_over_time(points: Sequence[Measured]) -> Chart:
    """Two lines over the dates, the gap between them shaded, and the figures. Takes two points or more."""
    first, last = points[0], points[-1]
    title = (
        f"From {_day(first.on)} to {_day(last.on)} the live conversations held a week went from "
        f"{say.say_volume(first.held)} to {say.say_volume(last.held)}, those needed from "
        f"{say.say_volume(first.needed)} to {say.say_volume(last.needed)}."
    )
    rows = tuple(
        (
            _day(point.on),
            say.say_volume(point.held),
            say.say_volume(point.needed),
            say.say_volume(point.gap),
            say.say_chance(point.chance),
        )
        for point in points
    )
    return Chart(
        _drawn(points, title, wide=True),
        _drawn(points, title, wide=False),
        "Conversations a week, held and needed",
        ("", "Held", "Needed", "Gap", "Chance"),
        rows,
    )


def _drawn(points: Sequence[Measured], title: str, *, wide: bool) -> str:
    width, height = (WIDE, 260) if wide else (NARROW, 220)
    left, right, top, bottom = (40, 104, 16, 34) if wide else (30, 84, 12, 30)
    begin, end = points[0].on, points[-1].on
    days = max(1, (end - begin).days)
    most = max(max(point.held, min(point.needed, say.MORE_THAN)) for point in points)
    highest = max(1.0, most * 1.1)

    def x(day: date) -> float:
        return left + (width - left - right) * (day - begin).days / days

    def y(volume: float) -> float:
        return height - bottom - (height - top - bottom) * min(volume, highest) / highest

    held = [(x(point.on), y(point.held)) for point in points]
    needed = [(x(point.on), y(point.needed)) for point in points]
    parts = []
    for tick in ticks(highest):
        parts.append(f'<path class="chart-grid" d="M{left} {y(tick):.1f}H{width - right}"/>')
        parts.append(text(left - 8, y(tick) + 5, f"{tick:g}", anchor="end", kind="chart-small"))
    short = [(x(point.on), y(max(point.needed, point.held))) for point in points]
    corners = " L".join(f"{a:.1f} {b:.1f}" for a, b in [*short, *reversed(held)])
    parts.append(f'<path class="fan-wide" d="M{corners}Z"/>')
    parts.append(line(needed, "fan-pace"))
    parts.append(line(held, "fan-mean"))
    parts += [f'<circle class="dot-full" cx="{a:.1f}" cy="{b:.1f}" r="4"/>' for a, b in held]
    for day, anchor in ((begin, "start"), (end, "end")):
        parts.append(text(x(day), height - bottom + 20, _day(day), anchor, "chart-small"))
    labels = [
        (y(points[-1].needed), f"needed {say.say_volume(points[-1].needed)}"),
        (y(points[-1].held), f"held {say.say_volume(points[-1].held)}"),
    ]
    for place, words in apart(labels, 18, height - bottom):
        parts.append(text(width - right + 10, place + 5, words.replace("more than", ">"), kind="chart-small"))
    return svg(width, height, title, parts, "wide" if wide else "narrow")


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
