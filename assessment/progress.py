"""The gap week by week: the odds of the same goal, reckoned anew from what was held since."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from assessment.answers import Answers
from assessment.editions import CURRENT_EDITION, Edition
from assessment.funnel import Funnel
from assessment.gap import Outlook
from assessment.obstacles import half_up

WEEK = timedelta(days=7)
ROLLING = 4


@dataclass(frozen=True)
class WeekCount:
    """How many live conversations were held in the week from `monday` on; None where it was not told."""

    monday: date
    conversations: int | None


@dataclass(frozen=True)
class Standing:
    """How the goal stands after a week. `held` is the pace of the last four weeks, `needed` that from now on."""

    monday: date
    conversations: int | None
    held: float
    needed: float
    chance: float

    @property
    def on(self) -> date:
        """The day after the week."""
        return self.monday + WEEK


def standings(
    answers: Answers, finished_on: date, weeks: Sequence[WeekCount], edition: Edition = CURRENT_EDITION
) -> tuple[Standing, ...]:
    """How the goal stood after each told week, oldest first; none without a count and a goal.

    The period and its joiners stay those of the assessment, since nobody is asked who has joined meanwhile: weeks that
    have passed count as they were held, those to come at the pace of the last four. A week counts as passed when most
    of it came after the assessment.
    """
    inputs = answers.inputs(finished_on)
    if inputs is None:
        return ()
    begun = Funnel(inputs, assume=edition.assume)
    told = {_place(week.monday, finished_on): week for week in weeks}
    found = []
    for place in sorted(told):
        week = told[place]
        since = tuple(told[past].conversations if past in told else None for past in range(place + 1))
        if week.conversations is None or len(since) >= inputs.weeks:
            continue
        last_four = [
            told[past].conversations if past in told else None for past in range(place - ROLLING + 1, place + 1)
        ]
        held4 = half_up(sum(begun.present if count is None else count for count in last_four))
        logged = inputs.held_basis == "logged" or None not in last_four
        now = replace(
            inputs,
            held4=held4,
            held_basis="logged" if logged else "estimate",
            since=since,
            past_pace=begun.past,
        )
        outlook = Outlook(Funnel(now, assume=edition.assume))
        found.append(
            Standing(week.monday, week.conversations, outlook.funnel.present, outlook.need_mean, outlook.chance)
        )
    return tuple(found)


def _place(monday: date, finished_on: date) -> int:
    """Which week of the period it is, 0 being the first; negative for one that lay mostly before."""
    return half_up((monday - finished_on).days / 7)
