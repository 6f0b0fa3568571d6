"""Dates, times, numbers and lists in plain English words."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from kit.zones import offset_label

DASH = "\N{EN DASH}"
NO_BREAK = "\N{NO-BREAK SPACE}"


def format_date(day: date) -> str:
    """`Tuesday 24 November 2026`."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def format_short_date(day: date) -> str:
    """`24 November 2026`."""
    return f"{day.day} {day:%B} {day.year}"


def format_time(instant: datetime, zone: ZoneInfo, clock: str = "12") -> str:
    """`2:30 pm`, or `14:30` where `clock` is "24"."""
    local = instant.astimezone(zone)
    if clock == "24":
        return f"{local:%H:%M}"
    return f"{local.hour % 12 or 12}:{local:%M}{NO_BREAK}{'am' if local.hour < 12 else 'pm'}"


def format_range(start: datetime, end: datetime, zone: ZoneInfo, clock: str = "12") -> str:
    """`2:30 pm–3:00 pm (UTC−05:00)`; both offsets where the clocks change in between."""
    first, last = offset_label(start, zone), offset_label(end, zone)
    if first == last:
        return f"{format_time(start, zone, clock)}{DASH}{format_time(end, zone, clock)} ({first})"
    return f"{format_time(start, zone, clock)} ({first}){DASH}{format_time(end, zone, clock)} ({last})"


def plural(count: int | float, one: str, many: str | None = None) -> str:
    """`1 conversation`, `2 conversations`, `2.5 conversations`."""
    number = f"{count:g}" if isinstance(count, float) else f"{count:,}"
    return f"{number} {one if count == 1 else many or one + 's'}"


def number(count: int) -> str:
    """`1,500`."""
    return f"{count:,}"


def join_and(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
