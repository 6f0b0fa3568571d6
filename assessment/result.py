"""Answers in, result out: everything the page, the report, the booking and the desk say about one submission."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from assessment import wording as say
from assessment.answers import Answers
from assessment.editions import CURRENT_EDITION, Edition
from assessment.funnel import Funnel
from assessment.gap import Outlook
from assessment.grounds import Ground, grounds_of, heaviest_assumption
from assessment.levers import Step, steps_of
from assessment.obstacles import Obstacles, weigh_obstacles
from assessment.practices import BAND_NAMES, lever_name
from assessment.reckoning import LOGGED_NEXT, SMALLEST_GAP, Reckoning, reckon
from kit.words import join_and


@dataclass(frozen=True)
class Result:
    """One scored submission. Without a count or a goal there is no reckoning, but the practices can still be read."""

    answers: Answers
    on: date
    edition: Edition
    reckoning: Reckoning | None
    obstacles: Obstacles
    steps: Mapping[str, Step]

    @property
    def model_version(self) -> str:
        """The version of the model that counted."""
        return self.edition.assume.version

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
            return f"We cannot name your gap yet: that takes {join_and(self.missing)}."
        held = f"You hold {say.conversations(found.held)} a week."
        goal = goal_said(self.answers)
        own = bool(self.answers.meetings or self.answers.joiners) or self.answers.joined12 is not None
        rates = "At your own rates" if own else "At the rates we assume"
        if not found.has_gap and found.needed < SMALLEST_GAP:
            return (
                f"{held} A goal of {goal} can be expected of what is already under way, so there is no gap in volume."
            )
        if not found.has_gap:
            needs = say.about_volume(found.needed)
            return f"{held} {rates}, a goal of {goal} needs {needs}, so there is no gap in volume."
        if not found.by_volume:
            return f"{held} A goal of {goal} is not realistic by more conversations alone."
        low, _, high = found.needed_range
        return (
            f"{held} {rates}, a goal of {goal} needs {say.about_volume(found.needed)} "
            f"(8 in 10: {say.say_range(low, high)})."
        )

    @property
    def missing(self) -> tuple[str, ...]:
        """What a reckoning would take that was left open."""
        answers = self.answers
        needed = {
            "your live conversations of the last four weeks": answers.held4,
            "a goal": answers.goal,
            "the number of agents with you today, as a net goal counts the leavers too": (
                answers.roster if answers.goal_type == "net" else 0
            ),
        }
        return tuple(words for words, value in needed.items() if value is None)

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """What the reckoning rests on, told or assumed."""
        return grounds_of(self.answers, self.edition.assume, self.edition.questions)

    @property
    def two_numbers(self) -> str:
        """Why the planning pace and the chance need not agree; nothing without a reckoning."""
        found = self.reckoning
        if found is None:
            return ""
        why = (
            "The planning pace is where the expected number of joiners meets your goal. The chance also counts luck "
            "and how little is known about your rates."
        )
        if not found.has_gap and found.chance < 0.5:
            return f"{why} That is how the pace can be enough on average and the chance still be below one half."
        if found.has_gap and found.needed_safe is not None and found.needed_safe > 1.3 * found.needed:
            return (
                f"{why} For 8 in 10 it would take {say.about_volume(found.needed_safe)} a week; most of that "
                "difference is what we do not know, not something you fall short of."
            )
        return why

    @property
    def net_goal(self) -> str:
        """What a net goal asks for in joiners; nothing for a goal of joiners."""
        found = self.reckoning
        if found is None or not found.is_net:
            return ""
        joiners = say.joiners(max(found.required, 0.0))
        return (
            f"To grow by {found.goal} net, about {joiners} must still come: of the {self.answers.roster} agents with "
            f"you today about {say.say_joiners(found.leaving)} can be expected to leave, and some of the new ones too."
        )

    @property
    def late(self) -> str:
        """That most of what is begun now pays off after the date, where it does; else nothing."""
        found = self.reckoning
        if found is None or not self.answers.most_pays_off_late(self.on, self.edition.assume):
            return ""
        return (
            f"With {found.weeks} weeks left, most of the conversations you start now pay off after the date: about "
            f"{round(100 * found.paying_late)} in 100 of them. What counts for this goal was mostly begun before."
        )

    @property
    def narrowing(self) -> str:
        """Which open answer matters most, and what a log would bring; nothing without a reckoning."""
        found = self.reckoning
        if found is None:
            return ""
        now, then = (say.say_range(low, high) for low, _, high in (found.needed_range, found.range_if_logged))
        log = f"Log your next {LOGGED_NEXT} conversations and "
        log += (
            f"this range will narrow to {then} a week." if now != then else "they will say more than an assumption can."
        )
        open_number = heaviest_assumption(self.grounds)
        if not open_number:
            return f"Nothing was assumed in place of an answer; the range is what small numbers leave open. {log}"
        return f"Of what we had to assume, this matters most: {_lowered(open_number)}. {log}"

    @property
    def lever_verdict(self) -> str:
        """Which change to begin with; none is called best where others bring about as much for an hour."""
        found = self.reckoning
        if found is None:
            return ""
        if found.first is None:
            return (
                "No single change adds as much as a quarter of a joiner by the date. The goal, or its date, is the "
                "lever."
            )
        names = [_lowered(lever_name(lever.key, lever.step)) for lever in found.leading]
        gain = f"about {say.joiners(found.first.gain)} by the date, for {say.say_hours(found.first.hours)} a week"
        if len(names) == 1:
            return f"One change brings most for each hour it takes: {names[0]}. It adds {gain}."
        return (
            f"These bring about the same for each hour they take: {join_and(names)}. Begin with the one you would keep "
            f"up. The first adds {gain}."
        )

    @property
    def no_obstacle(self) -> str:
        """What is said where no obstacle is shown."""
        if self.obstacles.measured:
            return "Nothing you told us stands clearly in the way."
        return "Too much was left open to say what stands in the way."

    def advice_more(self, key: str) -> str:
        """What the reckoning adds to the advice on an obstacle; mostly nothing."""
        found = self.reckoning
        if found is not None and key == "calling_hours":
            return f"The planning pace takes {say.hours_for(found.needed, found.hours_each)} a week."
        if found is not None and key == "working_list":
            low, high = (say.two_figures(names) for names in found.list_range)
            return f"For your goal a list of {low} to {high} productive agents is about enough."
        return ""

    @property
    def rounding(self) -> str:
        """That figures which are rounded one by one need not add up, where they do not; else nothing."""
        found = self.reckoning
        if found is None or not found.has_gap or not found.by_volume or found.needed > say.MORE_THAN:
            return ""
        held, needed, gap = (float(say.say_volume(number)) for number in (found.held, found.needed, found.gap))
        return "" if held + gap == needed else "Each figure is rounded by itself, so they need not add up exactly."

    @property
    def ways_out(self) -> tuple[str, ...]:
        """What can give way where more conversations alone will not do: the goal, the date, the levers."""
        found = self.reckoning
        if found is None or not found.has_gap or found.by_volume:
            return ()
        when = f"about {say.months(found.later)}" if found.later else "more than five years"
        reached = found.expected_net + self.answers.signed
        brings = f"a net change of {reached:+.0f}" if found.is_net else say.joiners(reached)
        return (
            f"The goal: at today's pace {brings} can be expected by the date.",
            f"The date: at today's pace the goal can be expected in {when}.",
            "The levers: what each of them adds is shown under “What moves it most”.",
        )


def goal_said(answers: Answers) -> str:
    """`12 agents in 12 months`, `5 agents net by 30 June 2027, 2 of them agreed`."""
    goal = answers.goal or 0
    net = " net" if answers.goal_type == "net" else ""
    when = f"by {answers.deadline.day} {answers.deadline:%B %Y}" if answers.deadline else "in 12 months"
    agreed = f" ({answers.signed} agreed already)" if answers.signed else ""
    return f"{say.agents(goal)}{net} {when}{agreed}"


def _lowered(text: str) -> str:
    return text[0].lower() + text[1:]


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


def assess(
    answers: Answers,
    on: date,
    steps: Mapping[str, Step] | None = None,
    edition: Edition = CURRENT_EDITION,
) -> Result:
    """Score a submission as of a date. The same answers, date and edition always give the same result.

    `steps` are the largest steps of the levers where the reader put in their own.
    """
    steps = steps_of(edition.assume) if steps is None else steps
    inputs = answers.inputs(on)
    if inputs is None:
        return Result(answers, on, edition, None, weigh_obstacles(answers, None, edition.assume), steps)
    outlook = Outlook(Funnel(inputs, assume=edition.assume))
    obstacles = weigh_obstacles(answers, outlook.need_mean * outlook.funnel.hours, edition.assume)
    found = reckon(outlook, headroom=obstacles.headroom, band=find_band(outlook, answers), steps=steps)
    return Result(answers, on, edition, found, obstacles, steps)
