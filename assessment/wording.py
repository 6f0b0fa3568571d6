"""How numbers are said: as a person would, and never more exactly than they are known."""

from datetime import date
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


def about_volume(number: float) -> str:
    """`about 11`, `almost none`, `more than 100`."""
    said = say_volume(number)
    if said == "0":
        return "almost none"
    return said if number > MORE_THAN else f"about {said}"


def say_range(low: float, high: float) -> str:
    """`between 6 and 26`, `from 35 to more than 100`: two significant figures, open above 100."""
    if low > MORE_THAN:
        return f"more than {MORE_THAN}"
    if high > MORE_THAN:
        return f"from {two_figures(low)} to more than {MORE_THAN}"
    bottom, top = two_figures(low), two_figures(high)
    return f"about {top}" if bottom == top else f"between {bottom} and {top}"


def two_figures(number: float) -> str:
    """A number to two significant figures, whole from 3: `0.8`, `7`, `26`, `1,800`."""
    if number >= 10:
        return f"{float(f'{number:.2g}'):,.0f}"
    if number >= 3:
        return str(floor(number + 0.5))
    return f"{floor(number * 10 + 0.5) / 10:g}"


def say_chance(chance: float) -> str:
    """A probability as a count: `about 1 in 10`, `less than 1 in 20`, `more than 19 in 20`."""
    if chance < 0.05:
        return "less than 1 in 20"
    if chance > 0.95:
        return "more than 19 in 20"
    twentieths = dots(chance)
    if twentieths % 2 == 0:
        tenths = twentieths // 2
        return "about 1 in 2" if tenths == 5 else f"about {tenths} in 10"
    quarters = {5: "about 1 in 4", 15: "about 3 in 4"}
    return quarters.get(twentieths, f"about {twentieths} in 20")


def dots(chance: float) -> int:
    """How many of 20 dots are filled."""
    return floor(min(max(chance, 0.0), 1.0) * 20 + 0.5)


def one_in(share: float) -> str:
    """A small share as a count: `about 1 in 11`."""
    return f"about 1 in {floor(1 / share + 0.5)}"


def say_hours(hours: float) -> str:
    """Hours a week: quarters below one, halves below ten: `45 minutes`, `2.5 hours`, `12 hours`."""
    parts = 4 if hours < 0.875 else 2 if hours < 10 else 1
    rounded = floor(hours * parts + 0.5) / parts
    if rounded < 0.25:
        return "under 15 minutes"
    short = {0.25: "15 minutes", 0.5: "half an hour", 0.75: "45 minutes", 1: "1 hour"}
    return short.get(rounded, f"{rounded:g} hours")


def hours_for(volume: float, hours_each: float) -> str:
    """The hours a week that a volume takes; open where the volume is said as open, none where it is said as none."""
    if say_volume(volume) == "0":
        return "none"
    if volume > MORE_THAN:
        return f"more than {say_hours(MORE_THAN * hours_each)}"
    return say_hours(volume * hours_each)


def say_joiners(number: float) -> str:
    """A number of agents: whole from 3, one decimal below."""
    return str(floor(number + 0.5)) if abs(number) >= 3 else f"{floor(number * 10 + 0.5) / 10:g}"


def say_gain(number: float) -> str:
    """Joiners gained: `+1.4`, `under 0.1`, or `0`."""
    said = say_joiners(number)
    if said == "0":
        return "under 0.1" if number >= 0.005 else "0"
    return "+" + said


def agents(count: float) -> str:
    """`1 agent`, `4 agents`."""
    return "1 agent" if count == 1 else f"{count:g} agents"


def joiners(number: float) -> str:
    """`1 joiner`, `4.3 joiners`."""
    said = say_joiners(number)
    return f"{said} joiner{'' if said == '1' else 's'}"


def conversations(number: float) -> str:
    """`about 1 live conversation`, `about 4 live conversations`, `almost no live conversations`."""
    said = about_volume(number)
    if said == "almost none":
        return "almost no live conversations"
    return f"{said} live conversation{'' if said == 'about 1' else 's'}"


def say_date(day: date) -> str:
    """`16 November`."""
    return f"{day.day} {day:%B}"


def months(weeks: int) -> str:
    """A stretch of time: `9 weeks`, `14 months`."""
    return f"{weeks} weeks" if weeks < 13 else f"{floor(weeks * 12 / 52 + 0.5)} months"
