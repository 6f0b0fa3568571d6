"""What charts are drawn with: shapes and words as SVG, wide, and narrow for a phone; with classes, without colours."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from assessment.fan import FanPoint

WIDE, NARROW = 640, 320
TEXT, SMALL = 15, 13
Scale = Callable[[float], float]


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


def both(bars: Sequence[Bar], title: str, room: Room, longest: float = 0.0) -> tuple[str, str]:
    """Bars, wide and narrow; the longest one takes the whole room, unless another length is given for that."""
    scale = longest or max([*(bar.length or 0 for bar in bars), 0.05])
    return draw_bars(bars, title, room, scale, wide=True), draw_bars(bars, title, room, scale, wide=False)


def draw_bars(bars: Sequence[Bar], title: str, room: Room, longest: float, *, wide: bool) -> str:
    """Labels stand at the left where there is room, else above their bars."""
    width = WIDE if wide else NARROW
    left = room.label if wide else 0
    full = width - left - room.said - (room.side if wide else 0)
    thick, row = 20, 32 if wide else 54
    head = 24 if wide and room.side_head else 4
    parts: list[str] = []
    if wide and room.side_head:
        parts.append(text(width, 14, room.side_head, anchor="end", kind="chart-small"))
    for place, bar in enumerate(bars):
        top = head + place * row + (0 if wide else 22)
        middle = top + 15
        if wide:
            parts.append(text(left - 12, middle, bar.label, anchor="end", kind="chart-small"))
        else:
            parts.append(text(0, top - 7, bar.label, kind="chart-small"))
        if bar.side:
            parts.append(text(width, middle if wide else top - 7, bar.side, anchor="end", kind="chart-small"))
        if room.track:
            parts.append(f'<rect class="bar-track" x="{left}" y="{top}" width="{full}" height="{thick}"/>')
        if bar.length is None:
            strokes = "".join(f"M{left + step} {top + thick}l{thick} -{thick}" for step in range(0, full - 19, 13))
            parts.append(f'<path class="hatch" d="{strokes}"/>')
            parts.append(text(left + full + 8, middle, bar.said, kind="chart-small"))
            continue
        length = max(full * bar.length / longest, 2)
        held = length if bar.gap_from is None else full * bar.gap_from / longest
        parts.append(f'<rect class="{bar.kind}" x="{left}" y="{top}" width="{held:.1f}" height="{thick}"/>')
        if held < length:
            parts.append(missing(left + held, left + length, top, thick))
        end = left + (full if room.track else length) + 8
        parts.append(text(end, middle, bar.said, kind="chart-number"))
    return svg(width, head + row * len(bars), title, parts, "wide" if wide else "narrow")


def missing(start: float, end: float, top: float, thick: float) -> str:
    """What is missing from `start` to `end`: an outline with a dotted line in it."""
    first, last, middle = start + 5, max(end - 5, start + 5), top + thick / 2
    outline = f'x="{start:.1f}" y="{top + 1}" width="{max(end - start - 1, 1):.1f}" height="{thick - 2}"'
    return f'<rect class="gap-open" {outline}/><path class="gap-span" d="M{first:.1f} {middle:.1f}H{last:.1f}"/>'


def svg(width: int, height: int, title: str, parts: Sequence[str], kind: str) -> str:
    """The drawing, with what it shows in words first."""
    return (
        f'<svg class="{f"chart {kind}".strip()}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'role="img"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )


def text(x: float, y: float, words: str, anchor: str = "start", kind: str = "chart-text") -> str:
    """Words, escaped."""
    size = SMALL if kind == "chart-small" else TEXT
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">{escape(words)}</text>'
    )


def line(points: Sequence[tuple[float, float]], kind: str) -> str:
    """A line through points."""
    return f'<path class="{kind}" d="M{" L".join(f"{x:.1f} {y:.1f}" for x, y in points)}"/>'


def band(points: Sequence[FanPoint], low: int, high: int, kind: str, x: Scale, y: Scale) -> str:
    """The room between two quantiles of a fan."""
    upper = [(x(point.week), y(point.quantiles[high])) for point in points]
    lower = [(x(point.week), y(point.quantiles[low])) for point in reversed(points)]
    corners = " L".join(f"{a:.1f} {b:.1f}" for a, b in [*upper, *lower])
    return f'<path class="{kind}" d="M{corners}Z"/>'


def ticks(highest: float) -> list[float]:
    """Round numbers from 0 for an axis, seven at most."""
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if highest / step <= 6)
    return [float(tick) for tick in range(0, int(highest) + 1, step)]


def apart(labels: Sequence[tuple[float, str]], distance: float, lowest: float) -> list[tuple[float, str]]:
    """Labels by their heights, moved apart where they would overlap, none below the axis."""
    placed: list[tuple[float, str]] = []
    for height, words in sorted(labels):
        placed.append((max(height, placed[-1][0] + distance) if placed else height, words))
    over = max(0.0, placed[-1][0] - lowest)
    return [(height - over, words) for height, words in placed]
