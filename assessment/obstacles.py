"""What stands in the way: each obstacle's score from what happened, its severity, and the scores made of them.

A score is 0 to 100, 100 being no obstacle; None is not measured. The point values are judgements. Scores are rounded
once, at the end: the means are those of the exact values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor

from assessment.answers import Answers
from assessment.assumptions import CURRENT, Assumptions

KEYS = (
    "protected_time",
    "working_list",
    "hesitation",
    "calling_hours",
    "follow_up",
    "brush_off",
    "introductions",
    "reach",
    "visible_count",
    "live_share",
    "belief_in_offer",
)
DIMENSIONS = {
    "time": ("protected_time", "calling_hours"),
    "targets": ("working_list", "introductions"),
    "reach_and_follow_through": ("reach", "follow_up"),
    "conversation": ("brush_off", "hesitation"),
    "focus_and_visibility": ("live_share", "visible_count"),
}
PICKED_MORE = 15
PICKED_UNMEASURED = 60
SHOWN_FROM = 34
SHOWN_MOST = 3
HESITATION_POINTS = {"0": 100, "1-2": 70, "3-5": 35, "6+": 0}
FOUR_STEPS = {1: 0, 2: 33, 3: 67, 4: 100}


@dataclass(frozen=True)
class Obstacles:
    """Scores and severities by key, the ones to show, and the practice scores by dimension."""

    scores: Mapping[str, int | None]
    severities: Mapping[str, int | None]
    top: tuple[str, ...]
    dimensions: Mapping[str, int | None]
    practice_index: int | None

    @property
    def measured(self) -> bool:
        """Whether any answer was given that an obstacle could be read from."""
        return any(score is not None for score in self.scores.values())

    @property
    def headroom(self) -> dict[str, float | None]:
        """By key, how much room is left: 0 to 1; None where not measured."""
        return {key: None if score is None else (100 - score) / 100 for key, score in self.scores.items()}


def half_up(number: float) -> int:
    """The nearest whole number, halves up."""
    return floor(number + 0.5)


def weigh_obstacles(answers: Answers, hours_needed: float | None, assume: Assumptions = CURRENT) -> Obstacles:
    """The obstacles of one submission. `hours_needed` are the weekly hours of the planning pace, None if unknown."""
    exact = _exact_scores(answers, hours_needed, assume.hours_ceiling)
    scores = {key: _rounded(score) for key, score in exact.items()}
    severities = {key: _severity(scores.get(key), key in answers.picks) for key in KEYS}
    shown = [key for key in KEYS if (severities[key] or 0) >= SHOWN_FROM]
    shown.sort(key=lambda key: -(severities[key] or 0))
    means = {name: _mean([exact[key] for key in keys]) for name, keys in DIMENSIONS.items()}
    dimensions = {name: _rounded(score) for name, score in means.items()}
    index = _rounded(_mean(list(means.values())))
    return Obstacles(scores, severities, tuple(shown[:SHOWN_MOST]), dimensions, index)


def volume_score(present: float, need_mean: float) -> int:
    """Held against needed, 0 to 100; 100 where nothing more is needed."""
    return 100 if need_mean == 0 else half_up(100 * min(1.0, present / need_mean))


def _exact_scores(answers: Answers, hours_needed: float | None, hours_ceiling: float) -> dict[str, float | None]:
    def of_ten(hits: float | None, enough: int) -> float | None:
        return None if hits is None else min(100.0, 100 * hits / enough)

    reached = (
        None if answers.reached is None or answers.reached[1] == 0 else 10 * answers.reached[0] / answers.reached[1]
    )
    hours: float | None = None
    if answers.hours4 is not None and hours_needed is not None:
        target = min(hours_needed, hours_ceiling)
        hours = 100 if target == 0 else 100 * min(1.0, answers.hours4 / 4 / target)
    return {
        "protected_time": None if answers.blocks_kept is None else 25 * answers.blocks_kept,
        "calling_hours": hours,
        "hesitation": None if answers.hesitation is None else HESITATION_POINTS[answers.hesitation],
        "working_list": None if answers.working_list is None else 25 * (answers.working_list - 1),
        "introductions": of_ten(answers.introduced, 7),
        "reach": of_ten(reached, 3),
        "brush_off": None if answers.brush_off is None else 25 * (answers.brush_off - 1),
        "follow_up": None if answers.follow_up is None else FOUR_STEPS[answers.follow_up],
        "live_share": None if answers.talk_share is None else min(100, 2 * answers.talk_share),
        "visible_count": None if answers.visible is None else FOUR_STEPS[answers.visible],
    }


def _severity(score: int | None, picked: bool) -> int | None:
    if score is None:
        return PICKED_UNMEASURED if picked else None
    return min(100, 100 - score + (PICKED_MORE if picked else 0))


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _rounded(score: float | None) -> int | None:
    return None if score is None else half_up(score)
