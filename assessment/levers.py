"""What moves the outcome: each lever's gain in joiners and in chance, and the hours a week it costs.

The steps are assumptions; a person's own headroom scales them, so that nobody is promised a gain from what they
already do.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from assessment import assumptions as assume
from assessment.funnel import hours_of
from assessment.gap import NOTHING, Change, Outlook

UNMEASURED_HEADROOM = 0.5
SMALLEST_NAMED_GAIN = 0.25  # joiners
CLEAR_LEAD = 0.10  # first over second, before one is called best


@dataclass(frozen=True)
class Lever:
    """One thing a person can change. `gain` in joiners by the deadline, `hours` a calendar week."""

    key: str
    step: float
    headroom: float | None
    hours: float
    chance: float
    chance_gain: float
    gain: float

    @property
    def gain_per_hour(self) -> float:
        """Joiners gained for each weekly hour."""
        return self.gain / self.hours if self.hours else 0.0


def rank_levers(outlook: Outlook, headroom: Mapping[str, float | None]) -> tuple[Lever, ...]:
    """All levers, most joiners per weekly hour first; equal ones by what they gain in all.

    `headroom` is 0 to 1 by obstacle key; None or missing counts as one half.
    """
    funnel = outlook.funnel

    def room(key: str) -> float:
        found = headroom.get(key)
        return UNMEASURED_HEADROOM if found is None else found

    weekly = funnel.hours * assume.ACTIVE_SHARE
    reach_step = assume.REACH_STEP * room("reach")
    reached_hours = hours_of(funnel.attempts / (1 + reach_step))
    steadier = assume.PROTECTED_WEEKS * room("protected_time")
    candidates: list[tuple[str, float, float, Change]] = [
        (
            "volume_plus2",
            assume.VOLUME_STEP,
            assume.VOLUME_STEP * weekly,
            Change(volume=funnel.present + assume.VOLUME_STEP),
        ),
        (
            "reach",
            reach_step,
            assume.LEVER_HOURS["reach"],
            Change(volume=funnel.present * funnel.hours / reached_hours),
        ),
        (
            "protected_time",
            steadier,
            steadier / 52 * funnel.present * funnel.hours,
            Change(active_share=assume.ACTIVE_SHARE + steadier / 52),
        ),
    ]
    for key, largest in (
        ("brush_off", assume.BRUSH_OFF_STEP),
        ("follow_up", assume.FOLLOW_UP_STEP),
        ("introductions", assume.INTRODUCTIONS_STEP),
    ):
        step = largest * room(key)
        candidates.append((key, step, assume.LEVER_HOURS[key], Change(productivity=1 + step)))
    if outlook.is_net:
        change = Change(attrition=1 - assume.RETENTION_STEP)
        candidates.append(("retention", assume.RETENTION_STEP, assume.LEVER_HOURS["retention"], change))

    before = outlook.expected_net(NOTHING)
    levers = []
    for key, step, hours, change in candidates:
        chance = outlook.chance_with(change)
        gain = outlook.expected_net(change) - before
        levers.append(Lever(key, step, headroom.get(key), hours, chance, chance - outlook.chance, gain))
    return tuple(sorted(levers, key=lambda lever: (-round(lever.gain_per_hour, 4), -lever.gain)))


def first_lever(levers: tuple[Lever, ...]) -> Lever | None:
    """The lever to name first: the first in rank that gains at least a quarter joiner; None where none does."""
    return next((lever for lever in levers if lever.gain >= SMALLEST_NAMED_GAIN), None)


def has_clear_best(levers: tuple[Lever, ...]) -> bool:
    """Whether the named lever leads the next named one by a tenth or more; only then may it be called best."""
    named = [lever for lever in levers if lever.gain >= SMALLEST_NAMED_GAIN]
    return len(named) == 1 or (len(named) > 1 and named[0].gain_per_hour >= (1 + CLEAR_LEAD) * named[1].gain_per_hour)


def breakeven_volume(hours: float, productivity_gain: float, hours_per_conversation: float) -> float:
    """The weekly volume above which a practice beats simply adding calls: e/(κ·h·φ)."""
    return hours / (productivity_gain * hours_per_conversation * assume.ACTIVE_SHARE)
