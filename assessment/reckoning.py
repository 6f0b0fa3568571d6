"""The reckoning of one submission: everything the model says about a goal, in one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from assessment import wording as say
from assessment.fan import FanPoint, make_fan
from assessment.funnel import Funnel
from assessment.gap import Outlook
from assessment.levers import STEPS, Lever, Step, leading_levers, rank_levers
from assessment.obstacles import volume_score
from assessment.plan import PlanWeek, make_plan

LOGGED_NEXT = 40
SMALLEST_GAP = 0.25  # conversations a week; less is said as none
FURTHEST_DATE = 260  # weeks within which a later date is looked for


@dataclass(frozen=True)
class Reckoning:
    """What the model says where the count and the goal are known. Volumes a week; joiners by the deadline."""

    held: float
    needed: float
    gap: float
    chance: float
    band: str
    expected: float
    expected_net: float
    shortfall: float
    joiner_range: tuple[int, int, int]
    needed_range: tuple[float, float, float]
    needed_even: float | None
    needed_safe: float | None
    steady_state: float
    hours_each: float
    list_range: tuple[float, float]
    required: float
    leaving: float
    weeks: int
    goal: int
    is_net: bool
    paying_late: float
    fan: tuple[FanPoint, ...]
    fan_at_pace: tuple[FanPoint, ...]
    levers: tuple[Lever, ...]
    leading: tuple[Lever, ...]
    plan: tuple[PlanWeek, ...]
    volume: int
    conversations_per_joiner: float
    range_if_logged: tuple[float, float, float]
    later: int | None
    fewer_returns: float

    @property
    def by_volume(self) -> bool:
        """Whether more conversations alone can be said to reach the goal.

        More than 60 a week is not called realistic, except to those who already hold as many.
        """
        realistic = self.needed <= say.NOT_BY_VOLUME_FROM or self.held > say.NOT_BY_VOLUME_FROM
        return realistic and self.needed_even is not None

    @property
    def has_gap(self) -> bool:
        """Whether the planning pace asks for more than is held, by as much as can be said."""
        return self.gap >= SMALLEST_GAP

    @property
    def first(self) -> Lever | None:
        """The lever to name first."""
        return self.leading[0] if self.leading else None

    @property
    def needed_with_fewer_returns(self) -> float:
        """The planning pace if further conversations bring less than present ones: held + gap/η."""
        return self.held + self.gap / self.fewer_returns


def reckon(
    outlook: Outlook, *, headroom: Mapping[str, float | None], band: str, steps: Mapping[str, Step] = STEPS
) -> Reckoning:
    """What the model says. `headroom` is 0 to 1 by obstacle key, `steps` are the largest steps of the levers."""
    funnel, weeks = outlook.funnel, outlook.weeks
    levers = rank_levers(outlook, headroom, steps)
    return Reckoning(
        held=funnel.present,
        needed=outlook.need_mean,
        gap=outlook.gap,
        chance=outlook.chance,
        band=band,
        expected=outlook.expected,
        expected_net=outlook.expected_net(),
        shortfall=outlook.shortfall,
        joiner_range=outlook.joiner_range,
        needed_range=outlook.need_range,
        needed_even=outlook.need_even,
        needed_safe=outlook.need_safe,
        steady_state=outlook.steady_state,
        hours_each=funnel.hours,
        list_range=outlook.list_range,
        required=outlook.required,
        leaving=outlook.expected_departures,
        weeks=weeks,
        goal=funnel.inputs.goal,
        is_net=outlook.is_net,
        paying_late=1 - outlook.ahead / weeks,
        fan=make_fan(outlook),
        fan_at_pace=make_fan(outlook, outlook.need_mean) if outlook.gap >= SMALLEST_GAP else (),
        levers=levers,
        leading=leading_levers(levers),
        plan=make_plan(funnel.present, outlook.need_mean, funnel.hours),
        volume=volume_score(funnel.present, outlook.need_mean),
        conversations_per_joiner=1 / funnel.yields.expected,
        range_if_logged=_if_logged(funnel),
        later=_later(outlook),
        fewer_returns=outlook.assume.fewer_returns,
    )


def _if_logged(funnel: Funnel) -> tuple[float, float, float]:
    """The range of the pace if the next 40 conversations were logged and came out as now expected."""
    return Outlook(replace(funnel, logged_ahead=LOGGED_NEXT)).need_range


def _later(outlook: Outlook) -> int | None:
    """Weeks, in quarters, after which the goal can be expected at the present volume; None beyond five years."""
    dates = range(outlook.weeks, FURTHEST_DATE + 1, 13)
    return next((weeks for weeks in dates if replace(outlook, horizon=weeks).expected_net() >= outlook.remaining), None)
