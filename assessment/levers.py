"""What moves the outcome: each lever's gain in joiners and in chance, and the hours a week it costs.

The steps are assumptions that the reader may replace; a person's own headroom scales them, so that nobody is promised
a gain from what they already do.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from assessment.assumptions import CURRENT, Assumptions
from assessment.gap import NOTHING, Change, Outlook

UNMEASURED_HEADROOM = 0.5
SMALLEST_NAMED_GAIN = 0.25  # joiners
CLEAR_LEAD = 0.10  # first over second, before one is called best


@dataclass(frozen=True)
class Step:
    """The largest change a lever makes, in its own unit, and its hours a week; None where they follow from it."""

    largest: float
    hours: float | None = None


def steps_of(assume: Assumptions) -> Mapping[str, Step]:
    """The largest step of each lever."""
    return {
        "volume_plus2": Step(assume.volume_step),  # conversations a week
        "reach": Step(assume.reach_step, assume.lever_hours["reach"]),  # share more, as all that follow
        "brush_off": Step(assume.brush_off_step, assume.lever_hours["brush_off"]),
        "follow_up": Step(assume.follow_up_step, assume.lever_hours["follow_up"]),
        "introductions": Step(assume.introductions_step, assume.lever_hours["introductions"]),
        "protected_time": Step(assume.protected_weeks),  # weeks a year
        "retention": Step(assume.retention_step, assume.lever_hours["retention"]),  # share fewer leavers; net goals
    }


STEPS: Mapping[str, Step] = steps_of(CURRENT)
WITHOUT_HEADROOM = ("volume_plus2", "retention")


@dataclass(frozen=True)
class Lever:
    """One thing a person can change. `gain` in joiners by the deadline, `hours` a calendar week.

    `step` is the part of the largest step that the headroom leaves; `breakeven` the weekly volume above which the
    lever beats simply adding calls, None where that comparison has no meaning.
    """

    key: str
    step: float
    headroom: float | None
    hours: float
    chance: float
    chance_gain: float
    gain: float
    breakeven: float | None = None

    @property
    def gain_per_hour(self) -> float:
        """Joiners gained for each weekly hour."""
        return self.gain / self.hours if self.hours else 0.0


def rank_levers(
    outlook: Outlook, headroom: Mapping[str, float | None], steps: Mapping[str, Step] = STEPS
) -> tuple[Lever, ...]:
    """All levers, most joiners per weekly hour first; equal ones by what they gain in all.

    `headroom` is 0 to 1 by obstacle key; None or missing counts as one half.
    """
    before = outlook.expected_net(NOTHING)
    levers = []
    for key, largest in steps.items():
        if key == "retention" and not outlook.is_net:
            continue
        room = 1.0 if key in WITHOUT_HEADROOM else headroom.get(key)
        step = largest.largest * (UNMEASURED_HEADROOM if room is None else room)
        change, hours, factor = _pull(outlook, key, step, largest.hours or 0.0)
        chance = outlook.chance_with(change)
        levers.append(
            Lever(
                key,
                step,
                None if key in WITHOUT_HEADROOM else headroom.get(key),
                hours,
                chance,
                chance - outlook.chance,
                outlook.expected_net(change) - before,
                breakeven_volume(hours, factor, outlook.funnel.hours, outlook.assume.active_share)
                if factor > 0 and hours
                else None,
            )
        )
    return tuple(sorted(levers, key=lambda lever: (-round(lever.gain_per_hour, 4), -lever.gain)))


def _pull(outlook: Outlook, key: str, step: float, hours: float) -> tuple[Change, float, float]:
    """What a lever changes, its hours a week, and by how much it makes each hour of calling more productive."""
    funnel = outlook.funnel
    if key == "volume_plus2":
        return Change(volume=funnel.present + step), step * funnel.hours * funnel.assume.active_share, 0.0
    if key == "protected_time":
        return Change(more_weeks=step), step / 52 * funnel.present * funnel.hours, 0.0
    if key == "retention":
        return Change(attrition=1 - step), hours, 0.0
    if key == "reach":
        # Fewer attempts for each conversation, but the talk itself takes as long as before.
        faster = funnel.hours / funnel.hours_of(funnel.attempts / (1 + step))
        return Change(volume=funnel.present * faster), hours, faster - 1
    return Change(productivity=1 + step), hours, step


def first_lever(levers: tuple[Lever, ...]) -> Lever | None:
    """The lever to name first: the first in rank that gains at least a quarter joiner; None where none does."""
    return next((lever for lever in levers if lever.gain >= SMALLEST_NAMED_GAIN), None)


def leading_levers(levers: tuple[Lever, ...]) -> tuple[Lever, ...]:
    """The named lever and all that bring at least as much for an hour, or less by no more than a tenth.

    Only a lever that leads alone may be called best.
    """
    named = first_lever(levers)
    if named is None:
        return ()
    near = [
        lever for lever in levers if lever is not named and named.gain_per_hour < (1 + CLEAR_LEAD) * lever.gain_per_hour
    ]
    return (named, *near)


def breakeven_volume(
    hours: float, productivity_gain: float, hours_per_conversation: float, active_share: float
) -> float:
    """The weekly volume above which a practice beats simply adding calls: e/(κ·h·φ)."""
    return hours / (productivity_gain * hours_per_conversation * active_share)
