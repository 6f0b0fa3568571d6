"""Answers in, result out: everything the page, the report, the booking and the desk say about one submission."""

from dataclasses import dataclass, replace
from datetime import date

from assessment import assumptions as assume
from assessment import wording as say
from assessment.answers import Answers
from assessment.fan import FanPoint, make_fan
from assessment.funnel import Funnel, arrived
from assessment.gap import Outlook
from assessment.levers import Lever, first_lever, has_clear_best, rank_levers
from assessment.obstacles import Obstacles, volume_score, weigh_obstacles
from assessment.plan import PlanWeek, make_plan
from assessment.practices import BAND_NAMES, LEVER_NAMES

LATE_WEEKS = 26
LOGGED_NEXT = 40


@dataclass(frozen=True)
class Reckoning:
    """What the model says where the count and the goal are known. Volumes a week; joiners by the deadline."""

    held: float
    needed: float
    gap: float
    chance: float
    band: str
    expected: float
    shortfall: float
    joiner_range: tuple[int, int, int]
    needed_range: tuple[float, float, float]
    needed_even: float | None
    needed_safe: float | None
    steady_state: float
    hours_each: float
    list_range: tuple[float, float]
    required: float
    weeks: int
    goal: int
    is_net: bool
    paying_late: float
    fan: tuple[FanPoint, ...]
    fan_at_pace: tuple[FanPoint, ...]
    levers: tuple[Lever, ...]
    first: Lever | None
    clear_best: bool
    plan: tuple[PlanWeek, ...]
    volume: int
    conversations_per_joiner: float
    range_if_logged: tuple[float, float, float]

    @property
    def by_volume(self) -> bool:
        """Whether more conversations alone can be said to reach the goal."""
        return self.needed <= say.NOT_BY_VOLUME_FROM and self.needed_even is not None

    @property
    def has_gap(self) -> bool:
        """Whether the planning pace asks for more than is held."""
        return self.gap > 0


@dataclass(frozen=True)
class Result:
    """One scored submission. Without a count or a goal there is no reckoning, but the practices can still be read."""

    answers: Answers
    on: date
    model_version: str
    reckoning: Reckoning | None
    obstacles: Obstacles

    @property
    def band(self) -> str:
        """The band's key; without a reckoning it cannot be called yet."""
        return self.reckoning.band if self.reckoning else "too_little_data"

    @property
    def band_name(self) -> str:
        """The band as it is shown."""
        return BAND_NAMES[self.band]

    @property
    def chance_said(self) -> str:
        """The chance as a count, or nothing."""
        return say.say_chance(self.reckoning.chance) if self.reckoning else ""

    @property
    def headline(self) -> str:
        """The result in one or two sentences."""
        found = self.reckoning
        if found is None:
            return "We cannot name your gap yet: that takes your live conversations of the last four weeks and a goal."
        held = f"You hold about {say.conversations(found.held)} a week."
        goal = goal_said(self.answers)
        if not found.has_gap:
            return (
                f"{held} Your goal of {goal} needs about {say.say_volume(found.needed)}, so there is no gap in volume."
            )
        if not found.by_volume:
            return f"{held} Your goal of {goal} is not realistic by more conversations alone."
        low, _, high = found.needed_range
        return (
            f"{held} Your goal of {goal} needs about {say.say_volume(found.needed)} "
            f"(8 in 10: between {say.say_range(low, high)})."
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """The sentences of honesty that belong to this result."""
        found = self.reckoning
        if found is None:
            return ()
        notes = []
        if found.weeks < LATE_WEEKS:
            notes.append(
                f"With {found.weeks} weeks left most of the conversations you start now pay off after the date: about "
                f"{round(100 * found.paying_late)} in 100 of them. What counts for this goal was mostly begun before."
            )
        if found.has_gap and found.needed_safe is not None and found.needed_safe > 1.3 * found.needed:
            notes.append(
                f"For a chance of 8 in 10 it would take about {say.say_volume(found.needed_safe)} a week. Most of that "
                "difference is what we do not know about your rates, and not something you fall short of."
            )
        if not found.has_gap and found.chance < 0.5:
            notes.append(
                "The pace is enough on average, yet the chance is below one half: your rates are not well known, "
                "and a poor year and a rich one do not weigh the same."
            )
        low, _, high = found.range_if_logged
        if self.answers.held_basis != "logged" or self.answers.rates_basis != "logged":
            notes.append(
                f"Log your next {LOGGED_NEXT} conversations and what came of them, and this range will narrow to about "
                f"{say.say_range(low, high)} a week."
            )
        return tuple(notes)

    @property
    def own(self) -> tuple[str, ...]:
        """What the reckoning rests on that the reader told us."""
        answers = self.answers
        told = {
            "your conversations of the last four weeks": answers.held4,
            "how many conversations led to a meeting": answers.meetings,
            "how many meetings led to somebody joining": answers.joiners,
            "how many joined in the last 12 months": answers.joined12,
            "how long it usually takes": answers.lag,
            "how often you reach somebody live": answers.reached,
            "how your contacts came about": answers.introduced,
        }
        return tuple(words for words, value in told.items() if value is not None)

    @property
    def assumed(self) -> tuple[str, ...]:
        """What we had to assume instead, the weightiest first."""
        answers = self.answers
        assumed = {
            "what a year of yours brings (about 1 joiner for each 55 conversations)": answers.joined12,
            "how many conversations lead to a meeting (about 1 in 11)": answers.meetings,
            "how many meetings lead to somebody joining (about 1 in 5)": answers.joiners,
            "how long it takes from a conversation to joining (20 weeks)": answers.lag,
            "how your contacts came about (mixed)": answers.introduced,
            "how often you reach somebody live (about 15 in 100 calls)": answers.reached,
        }
        return tuple(words for words, value in assumed.items() if value is None)


def goal_said(answers: Answers) -> str:
    """`12 agents in 12 months`, `5 agents net by 30 June 2027`."""
    goal = answers.goal or 0
    net = " net" if answers.goal_type == "net" else ""
    when = f"by {answers.deadline.day} {answers.deadline:%B %Y}" if answers.deadline else "in 12 months"
    return f"{say.agents(goal)}{net} {when}"


def find_band(outlook: Outlook, answers: Answers) -> str:
    """The band by the chance at the present volume."""
    return band_of(
        chance=outlook.chance,
        held=outlook.funnel.present,
        needed=outlook.need_mean,
        own_rates=answers.meetings is not None or answers.joiners is not None,
        joined_known=answers.joined12 is not None,
    )


def band_of(*, chance: float, held: float, needed: float, own_rates: bool, joined_known: bool) -> str:
    """The key of the band; see BAND_NAMES."""
    if not own_rates and not joined_known and 0.20 <= chance < 0.70:
        return "too_little_data"
    if chance >= 0.70:
        return "on_pace"
    if chance >= 0.45 or held >= needed:
        return "close"
    return "short" if chance >= 0.20 else "well_short"


def assess(answers: Answers, on: date) -> Result:
    """Score a submission as of a date. The same answers and date always give the same result."""
    inputs = answers.inputs(on)
    if inputs is None:
        return Result(answers, on, assume.MODEL_VERSION, None, weigh_obstacles(answers, None))
    funnel = Funnel(inputs)
    outlook = Outlook(funnel)
    obstacles = weigh_obstacles(answers, outlook.need_mean * funnel.hours)
    levers = rank_levers(outlook, obstacles.headroom)
    pays = sum(1 - float(arrived(inputs.weeks - week + 0.5, funnel.lag)) for week in range(1, inputs.weeks + 1))
    reckoning = Reckoning(
        held=funnel.present,
        needed=outlook.need_mean,
        gap=outlook.gap,
        chance=outlook.chance,
        band=find_band(outlook, answers),
        expected=outlook.expected,
        shortfall=outlook.shortfall,
        joiner_range=outlook.joiner_range,
        needed_range=outlook.need_range,
        needed_even=outlook.need_even,
        needed_safe=outlook.need_safe,
        steady_state=outlook.steady_state,
        hours_each=funnel.hours,
        list_range=outlook.list_range,
        required=outlook.required,
        weeks=outlook.weeks,
        goal=inputs.goal,
        is_net=outlook.is_net,
        paying_late=pays / inputs.weeks,
        fan=make_fan(outlook),
        fan_at_pace=make_fan(outlook, outlook.need_mean) if outlook.gap > 0 else (),
        levers=levers,
        first=first_lever(levers),
        clear_best=has_clear_best(levers),
        plan=make_plan(funnel.present, outlook.need_mean, funnel.hours),
        volume=volume_score(funnel.present, outlook.need_mean),
        conversations_per_joiner=1 / funnel.yields.expected,
        range_if_logged=_if_logged(funnel),
    )
    return Result(answers, on, assume.MODEL_VERSION, reckoning, obstacles)


def lever_name(key: str) -> str:
    """A lever as it is shown."""
    return LEVER_NAMES[key]


def _if_logged(funnel: Funnel) -> tuple[float, float, float]:
    """The range of the pace if the next 40 conversations were logged and came out as now expected."""
    return Outlook(replace(funnel, logged_ahead=LOGGED_NEXT)).need_range
