"""What stands in the way: measured by what happened, rounded half up, ties in a fixed order."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from assessment.answers import Answers
from assessment.obstacles import DIMENSIONS, KEYS, half_up, volume_score, weigh_obstacles
from assessment.practices import DIMENSION_NAMES, PRACTICES

HOURS_NEEDED = 10.0  # a week: more than the ceiling of five that counts as enough


def score(key: str, **answers: Any) -> int | None:
    return weigh_obstacles(Answers(**answers), HOURS_NEEDED).scores[key]


SCORES = [
    ("protected_time", "blocks_kept", {0: 0, 1: 25, 2: 50, 3: 75, 4: 100}),
    ("calling_hours", "hours4", {0.0: 0, 4.0: 20, 8.5: 43, 20.0: 100, 160.0: 100}),
    ("hesitation", "hesitation", {"0": 100, "1-2": 70, "3-5": 35, "6+": 0}),
    ("working_list", "working_list", {1: 0, 2: 25, 3: 50, 4: 75, 5: 100}),
    ("introductions", "introduced", {0: 0, 1: 14, 3: 43, 5: 71, 7: 100, 10: 100}),
    ("reach", "reached", {(0, 10): 0, (1, 10): 33, (2, 10): 67, (3, 10): 100, (9, 10): 100, (3, 20): 50, (1, 7): 48}),
    ("brush_off", "brush_off", {1: 0, 2: 25, 3: 50, 4: 75, 5: 100}),
    ("follow_up", "follow_up", {1: 0, 2: 33, 3: 67, 4: 100}),
    ("live_share", "talk_share", {0: 0, 30: 60, 50: 100, 60: 100, 100: 100}),
    ("visible_count", "visible", {1: 0, 2: 33, 3: 67, 4: 100}),
]


@pytest.mark.parametrize(("key", "name", "table"), SCORES, ids=[row[0] for row in SCORES])
def test_each_answer_has_its_score(key: str, name: str, table: dict[Any, int]):
    found = {value: score(key, **{name: value}) for value in table}

    assert found == table
    assert score(key) is None


def test_belief_in_the_offer_is_only_ever_picked():
    assert "belief_in_offer" not in weigh_obstacles(Answers(), 5.0).scores
    assert weigh_obstacles(Answers(picks=("belief_in_offer",)), 5.0).severities["belief_in_offer"] == 60


@pytest.mark.parametrize(
    ("needed", "hours4", "expected"),
    [(2.0, 4.0, 50), (2.0, 8.0, 100), (40.0, 10.0, 50), (0.0, 0.0, 100), (None, 8.0, None)],
)
def test_hours_are_held_against_the_pace_but_never_more_than_five(
    needed: float | None, hours4: float, expected: int | None
):
    assert weigh_obstacles(Answers(hours4=hours4), needed).scores["calling_hours"] == expected


SEVERITIES = [
    ({"brush_off": 3}, 50),
    ({"brush_off": 3, "picks": ("brush_off",)}, 65),
    ({"brush_off": 1, "picks": ("brush_off",)}, 100),
    ({"brush_off": 5, "picks": ("brush_off",)}, 15),
    ({"picks": ("brush_off",)}, 60),
    ({}, None),
]


@pytest.mark.parametrize(("answers", "expected"), SEVERITIES)
def test_what_is_picked_weighs_more_and_what_is_unmeasured_counts_when_picked(
    answers: dict[str, Any], expected: int | None
):
    assert weigh_obstacles(Answers(**answers), 5.0).severities["brush_off"] == expected


def test_the_three_gravest_are_shown_and_ties_keep_the_fixed_order():
    all_worst = Answers(
        hours4=0.0, blocks_kept=0, reached=(0, 10), working_list=1, introduced=0, brush_off=1, follow_up=1,
        talk_share=0, visible=1, hesitation="6+",
    )  # fmt: skip

    assert weigh_obstacles(all_worst, 5.0).top == KEYS[:3] == ("protected_time", "working_list", "hesitation")


@pytest.mark.parametrize(("follow_up", "picked", "shown"), [(2, False, True), (3, False, False), (3, True, True)])
def test_an_obstacle_is_shown_from_a_severity_of_34(follow_up: int, picked: bool, shown: bool):
    answers = Answers(follow_up=follow_up, picks=("follow_up",) if picked else ())

    assert weigh_obstacles(answers, 5.0).top == (("follow_up",) if shown else ())


def test_what_is_not_measured_is_left_out_of_the_means():
    found = weigh_obstacles(Answers(blocks_kept=2, follow_up=3, visible=1), None)

    assert dict(found.dimensions) == {
        "time": 50,
        "targets": None,
        "reach_and_follow_through": 67,
        "conversation": None,
        "focus_and_visibility": 0,
    }
    assert found.practice_index == 39
    assert found.measured


def test_nothing_measured_has_no_index_and_no_obstacle():
    nothing = weigh_obstacles(Answers(), 5.0)

    assert (nothing.practice_index, nothing.top, nothing.measured) == (None, (), False)
    assert set(nothing.headroom.values()) == {None}


def test_means_are_of_exact_scores_and_rounded_once():
    assert weigh_obstacles(Answers(working_list=3, introduced=3), 5.0).dimensions["targets"] == 46


@pytest.mark.parametrize(("number", "whole"), [(0.49, 0), (0.5, 1), (1.5, 2), (2.5, 3), (46.5, 47), (99.4999, 99)])
def test_halves_are_rounded_up(number: float, whole: int):
    assert half_up(number) == whole


@pytest.mark.parametrize(
    ("held", "needed", "expected"), [(5, 0, 100), (5, 10, 50), (10, 10, 100), (20, 10, 100), (0.125, 11.4, 1)]
)
def test_the_volume_is_held_against_the_pace(held: float, needed: float, expected: int):
    assert volume_score(held, needed) == expected


def test_every_obstacle_and_dimension_has_its_words():
    assert set(PRACTICES) == set(KEYS)
    assert set(DIMENSION_NAMES) == {"volume", *DIMENSIONS}
    assert {key for keys in DIMENSIONS.values() for key in keys} == set(KEYS) - {"belief_in_offer"}


any_answers = some.builds(
    Answers,
    hours4=some.none() | some.integers(0, 320).map(lambda halves: halves / 2),
    blocks_kept=some.none() | some.integers(0, 4),
    reached=some.none() | some.integers(1, 50).flatmap(lambda n: some.tuples(some.integers(0, n), some.just(n))),
    working_list=some.none() | some.integers(1, 5),
    introduced=some.none() | some.integers(0, 10),
    brush_off=some.none() | some.integers(1, 5),
    follow_up=some.none() | some.integers(1, 4),
    talk_share=some.none() | some.integers(0, 10).map(lambda tens: 10 * tens),
    visible=some.none() | some.integers(1, 4),
    hesitation=some.none() | some.sampled_from(["0", "1-2", "3-5", "6+"]),
    picks=some.lists(some.sampled_from(KEYS), max_size=2, unique=True).map(tuple),
)


@settings(deadline=None)
@given(any_answers, some.none() | some.floats(0, 60))
def test_scores_and_severities_stay_within_their_scale(answers: Answers, needed: float | None):
    found = weigh_obstacles(answers, needed)

    for values in (found.scores, found.severities, found.dimensions):
        assert all(value is None or 0 <= value <= 100 for value in values.values())
    for key, severity in found.severities.items():
        assert (severity is None) == (found.scores.get(key) is None and key not in answers.picks)
    assert len(found.top) <= 3
    assert all((found.severities[key] or 0) >= 34 for key in found.top)
    hidden = [found.severities[key] or 0 for key in KEYS if key not in found.top]
    if len(found.top) == 3:
        assert min(found.severities[key] or 0 for key in found.top) >= max(hidden)
    else:
        assert all(severity < 34 for severity in hidden)


@settings(deadline=None)
@given(any_answers, some.sampled_from(KEYS))
def test_picking_an_obstacle_never_makes_it_lighter(answers: Answers, key: str):
    unpicked = Answers(**{**vars(answers), "picks": ()})
    picked = Answers(**{**vars(answers), "picks": (key,)})

    before, after = (weigh_obstacles(some_answers, 5.0).severities[key] for some_answers in (unpicked, picked))

    assert after is not None
    assert after >= (before or 0)
