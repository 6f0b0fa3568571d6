"""What the number may come to where an answer that it takes was left open: that one is tried with some values."""

from dataclasses import dataclass, replace

from assessment import wording as say
from assessment.answers import Answers
from assessment.reckoning import SMALLEST_GAP
from assessment.result import Result, assess

HELD = (2, 5, 10, 20)  # a week
GOALS = (2, 4, 8, 12)
ROSTERS = (20, 60, 120)
HELD_MEANWHILE, ROSTER_MEANWHILE = 5, 60  # where further answers were left open


@dataclass(frozen=True)
class Possible:
    """One value for what was left open, in words, and what comes of it. Volumes a week."""

    said: str
    held: float
    needed: float
    gap: float
    hours_each: float
    chance_said: str

    @property
    def has_gap(self) -> bool:
        """Whether more would be needed than is held, by as much as can be said."""
        return self.gap >= SMALLEST_GAP


def possible_numbers(result: Result) -> tuple[Possible, ...]:
    """The number for some values of the answer that is missing; nothing where none is."""
    if result.reckoning is not None:
        return ()
    found = ((said, assess(answers, result.on).reckoning) for said, answers in _tried(result.answers))
    return tuple(
        Possible(said, one.held, one.needed, one.gap, one.hours_each, say.say_chance(one.chance))
        for said, one in found
        if one is not None
    )


def meanwhile(answers: Answers) -> str:
    """What is taken for further answers that were left open; empty where it is the one that is tried."""
    open_too = []
    if answers.held4 is None and answers.goal is None:
        open_too.append(f"{HELD_MEANWHILE} conversations a week")
    if answers.goal_type == "net" and answers.roster is None and (answers.held4 is None or answers.goal is None):
        open_too.append(f"{ROSTER_MEANWHILE} agents with you today")
    return " and ".join(open_too)


def _tried(answers: Answers) -> list[tuple[str, Answers]]:
    full = replace(
        answers,
        held4=HELD_MEANWHILE * 4 if answers.held4 is None else answers.held4,
        roster=ROSTER_MEANWHILE if answers.roster is None else answers.roster,
    )
    if answers.goal is None:
        return [(f"A goal of {goal}", replace(full, goal=goal)) for goal in GOALS]
    if answers.held4 is None:
        return [(f"Holding {held} a week", replace(full, held4=4 * held)) for held in HELD]
    return [(f"{roster} agents today", replace(full, roster=roster)) for roster in ROSTERS]
