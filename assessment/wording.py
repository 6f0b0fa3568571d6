"""How numbers are said: as a person would, and never more exactly than they are known."""

from math import floor

NOT_BY_VOLUME_FROM = 60
MORE_THAN = 100


def say_volume(number: float) -> str:
    """Conversations a week: whole from 3, halves below, `more than 100` above."""
    if number > MORE_THAN:
        return f"more than {MORE_THAN}"
    if number >= 3:
        return str(floor(number + 0.5))
    halves = floor(number * 2 + 0.5) / 2
    return f"{halves:g}"


def say_range(low: float, high: float) -> str:
    """`6 and 26`: two significant figures, open above 100."""
    top = f"more than {MORE_THAN}" if high > MORE_THAN else two_figures(high)
    return f"{two_figures(low)} and {top}"


def two_figures(number: float) -> str:
    """A number to two significant figures: `0.8`, `7`, `26`, `140`."""
    return (
        f"{float(f'{number:.2g}'):g}"
        if number >= 10
        else f"{float(f'{number:.1f}'):g}"
        if number < 3
        else f"{number:.0f}"
    )


def say_chance(chance: float) -> str:
    """A probability as a count: `about 1 in 10`, `less than 1 in 20`, `more than 19 in 20`."""
    if chance < 0.05:
        return "less than 1 in 20"
    if chance > 0.95:
        return "more than 19 in 20"
    twentieths = floor(chance * 20 + 0.5)
    if twentieths % 2 == 0:
        tenths = twentieths // 2
        if tenths == 5:
            return "about 1 in 2"
        return f"about {tenths} in 10"
    if twentieths in (5, 15):
        return "about 1 in 4" if twentieths == 5 else "about 3 in 4"
    return f"about {twentieths} in 20"


def dots(chance: float) -> int:
    """How many of 20 dots are filled."""
    return floor(min(max(chance, 0.0), 1.0) * 20 + 0.5)


def say_hours(hours: float) -> str:
    """Hours a week, in halves below ten: `2.5 hours`, `1 hour`, `12 hours`."""
    rounded = floor(hours * 2 + 0.5) / 2 if hours < 10 else float(floor(hours + 0.5))
    if rounded < 0.5:
        return "under half an hour"
    return {0.5: "half an hour", 1: "1 hour"}.get(rounded, f"{rounded:g} hours")


def say_joiners(number: float) -> str:
    """A number of agents: whole from 3, one decimal below."""
    return str(floor(number + 0.5)) if abs(number) >= 3 else f"{floor(number * 10 + 0.5) / 10:g}"


def say_gain(number: float) -> str:
    """Joiners gained: `+1.4`, or `0`."""
    said = say_joiners(number)
    return said if said == "0" else "+" + said


def agents(count: float) -> str:
    """`1 agent`, `4 agents`."""
    return "1 agent" if count == 1 else f"{count:g} agents"


def conversations(number: float) -> str:
    """`1 live conversation`, `4 live conversations`."""
    said = say_volume(number)
    return f"{said} live conversation{'' if said == '1' else 's'}"
