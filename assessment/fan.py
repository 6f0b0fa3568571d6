"""How the year may run: joiners added up over the weeks, with the ranges they may fall in."""

from dataclasses import dataclass, replace

from assessment.gap import Change, Outlook

SHARES = (0.10, 0.25, 0.50, 0.75, 0.90)
STEPS = 8


@dataclass(frozen=True)
class FanPoint:
    """Joiners by the end of a week: the mean, and the 10, 25, 50, 75 and 90 % quantiles."""

    week: int
    mean: float
    quantiles: tuple[int, ...]


def fan_point(outlook: Outlook, week: int, volume: float | None = None) -> FanPoint:
    """Joiners by that week at the present volume, or at a planned one."""
    at_week = replace(outlook, horizon=week)
    change = Change(volume=volume)
    mean = at_week.counting(change) * outlook.funnel.yields.expected
    return FanPoint(week, mean, at_week.joiner_quantiles(SHARES, volume))


def make_fan(outlook: Outlook, volume: float | None = None) -> tuple[FanPoint, ...]:
    """The fan from now to the deadline, the start included."""
    weeks = outlook.weeks
    stops = sorted({max(1, round(weeks * step / STEPS)) for step in range(1, STEPS + 1)})
    return (FanPoint(0, 0.0, (0,) * len(SHARES)), *(fan_point(outlook, week, volume) for week in stops))
