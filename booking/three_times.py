"""Three good times out of many: on different days, at different times of the day, when people are awake."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

MOST = 3
WAKING = range(8, 20)  # hours of the guest's day
PARTS = (10 * 60, 14 * 60, 16 * 60 + 30)  # minutes after midnight: a morning, after lunch, late in the afternoon
WITHIN = timedelta(days=10)


def choose(starts: Sequence[datetime], zone: ZoneInfo, *, count: int = MOST) -> tuple[datetime, ...]:
    """At most `count` of the starts, in order, as the guest's clock and calendar see them.

    Days apart where there are days enough within ten days of the first; else more than one a day, as far apart as
    they go. Starts in the guest's night are taken only where there are no others.
    """
    awake = [start for start in starts if start.astimezone(zone).hour in WAKING]
    free = sorted(set(awake if len(awake) >= count else starts))
    if len(free) <= count:
        return tuple(free)
    near = [start for start in free if start - free[0] <= WITHIN]
    by_day: dict[date, list[datetime]] = {}
    for start in near if len(near) >= count else free:
        by_day.setdefault(start.astimezone(zone).date(), []).append(start)
    days = list(by_day)
    chosen = [
        min(by_day[days[place]], key=lambda start: _distance(start, zone, part))
        for place, part in zip(_spread(len(days), min(count, len(days))), PARTS, strict=False)
    ]
    while len(chosen) < count:
        rest = [start for day in days for start in by_day[day] if start not in chosen]
        chosen.append(max(rest, key=lambda start: min(abs(start - other) for other in chosen)))
    return tuple(sorted(chosen))


def _spread(length: int, count: int) -> list[int]:
    """`count` places out of `length`, the first and the last among them."""
    return [0] if count == 1 else [round(number * (length - 1) / (count - 1)) for number in range(count)]


def _distance(start: datetime, zone: ZoneInfo, minutes: int) -> int:
    local = start.astimezone(zone)
    return abs(local.hour * 60 + local.minute - minutes)
