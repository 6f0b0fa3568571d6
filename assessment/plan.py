"""The plan for four weeks: a climb from what is held to what a month can reach, in conversations, hours and blocks."""

from dataclasses import dataclass
from math import ceil

from assessment.obstacles import half_up

WEEKS = 4
BLOCK_DAYS = {1: ("TU",), 2: ("TU", "TH"), 3: ("TU", "WE", "TH"), 4: ("MO", "TU", "WE", "TH")}
EVERY_DAY = ("MO", "TU", "WE", "TH", "FR")
TASKS = (
    "Write the list: 40 names, each with one reason to call and a next date. Put the blocks into the calendar.",
    "Rehearse the answer to “not interested” with a colleague before the first block. Start the first call-backs.",
    "Ask your own agents after each closing whom they enjoyed working with, and whether you may say so.",
    "Make the call-backs promised in week 2. Count the month, and take the assessment again.",
)


@dataclass(frozen=True)
class PlanWeek:
    """One week: conversations to hold, hours they take, calendar blocks of 60 minutes, and the one task."""

    number: int
    target: int
    hours: float
    blocks: int
    task: str


def make_plan(present: float, need_mean: float, hours_each: float) -> tuple[PlanWeek, ...]:
    """Four weeks up to twice the present volume, or four more a week, but never beyond the planning pace.

    Without a gap the present volume is held.
    """
    top = max(present, min(need_mean, max(2 * present, present + 4)))
    weeks = []
    for number in range(1, WEEKS + 1):
        volume = present + number / WEEKS * (top - present)
        hours = volume * hours_each
        weeks.append(PlanWeek(number, half_up(volume), round(hours, 2), ceil(round(hours, 9)), TASKS[number - 1]))
    return tuple(weeks)


def block_days(blocks: int) -> tuple[str, ...]:
    """The weekdays on which that many blocks stand; from six on, days carry a second one late in the afternoon."""
    return BLOCK_DAYS.get(blocks, EVERY_DAY)
