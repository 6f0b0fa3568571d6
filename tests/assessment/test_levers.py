"""What moves it most: nobody is promised what they already do, and nothing is called best that is not."""

from dataclasses import replace

import pytest

from assessment.assumptions import CURRENT
from assessment.levers import (
    STEPS,
    Lever,
    Step,
    breakeven_volume,
    first_lever,
    leading_levers,
    rank_levers,
)
from assessment.practices import lever_name, say_step
from tests.assessment.builders import an_outlook

PRACTICES = ("reach", "brush_off", "follow_up", "introductions", "protected_time")


def a_lever(key: str, gain: float, hours: float) -> Lever:
    return Lever(key, 1.0, None, hours, 0.5, 0.1, gain)


def test_a_practice_already_followed_gains_nothing():
    levers = rank_levers(an_outlook(), dict.fromkeys(PRACTICES, 0.0))

    assert {lever.key: lever.gain for lever in levers if lever.key in PRACTICES} == pytest.approx(
        dict.fromkeys(PRACTICES, 0.0), abs=1e-12
    )


def test_half_a_headroom_stands_in_for_what_was_not_measured():
    unmeasured = rank_levers(an_outlook(), dict.fromkeys(PRACTICES))
    half = rank_levers(an_outlook(), dict.fromkeys(PRACTICES, 0.5))

    assert [replace(lever, headroom=None) for lever in half] == list(unmeasured)


def test_volume_and_steadier_weeks_cost_the_same_for_a_conversation():
    levers = {lever.key: lever for lever in rank_levers(an_outlook(), {})}

    assert levers["volume_plus2"].gain_per_hour == pytest.approx(levers["protected_time"].gain_per_hour)
    assert [lever.key for lever in rank_levers(an_outlook(), {})][:2] == ["volume_plus2", "protected_time"]


GAINS = [  # weekly volume, lever, joiners for each weekly hour at half and at full headroom
    (2, "brush_off", 0.33, 0.66),
    (2, "introductions", 0.30, 0.59),
    (5, "brush_off", 0.80, 1.60),
    (5, "introductions", 0.71, 1.42),
    (5, "reach", 0.61, 1.13),
    (5, "follow_up", 0.53, 1.07),
    (15, "brush_off", 2.4, 4.7),
    (15, "introductions", 2.1, 4.2),
    (15, "reach", 1.8, 3.4),
    (15, "follow_up", 1.6, 3.2),
]


@pytest.mark.parametrize(("weekly", "key", "half", "full"), GAINS)
def test_what_an_hour_a_week_brings(weekly: int, key: str, half: float, full: float):
    found = []
    for room in (0.5, 1.0):
        levers = {lever.key: lever for lever in rank_levers(an_outlook(held4=4 * weekly), {key: room})}
        assert levers["volume_plus2"].gain_per_hour == pytest.approx(1.14, abs=0.005)
        found.append(levers[key].gain_per_hour)

    assert found == pytest.approx([half, full], rel=0.02)


BREAKEVEN = [("brush_off", 7.3, 3.6), ("introductions", 8.2, 4.1), ("reach", 9.6, 5.2), ("follow_up", 10.9, 5.5)]


@pytest.mark.parametrize(("key", "half", "full"), BREAKEVEN)
def test_from_which_volume_better_beats_more(key: str, half: float, full: float):
    for room, stated in ((0.5, half), (1.0, full)):
        levers = {lever.key: lever for lever in rank_levers(an_outlook(), {key: room})}
        assert levers[key].breakeven == pytest.approx(stated, abs=0.06)


def test_the_breakeven_volume_is_where_both_bring_the_same():
    turning = breakeven_volume(0.5, 0.3, an_outlook().funnel.hours, CURRENT.active_share)
    held4 = round(4 * turning - 0.5)
    levers = {lever.key: lever for lever in rank_levers(an_outlook(held4=held4), {"brush_off": 1.0})}

    assert levers["brush_off"].gain_per_hour == pytest.approx(levers["volume_plus2"].gain_per_hour, rel=0.02)


def test_a_lever_without_effect_has_no_turning_point():
    levers = {lever.key: lever for lever in rank_levers(an_outlook(), {"reach": 0.0, "brush_off": 0.0})}

    assert [levers[key].breakeven for key in ("reach", "brush_off", "volume_plus2", "protected_time")] == [None] * 4


def test_only_a_net_goal_can_gain_from_keeping_people():
    net = rank_levers(an_outlook(goal_type="net", goal=5, roster=60, left12=8), {})

    assert "retention" in {lever.key for lever in net}
    assert "retention" not in {lever.key for lever in rank_levers(an_outlook(), {})}


def test_the_readers_own_steps_replace_ours():
    own = {**STEPS, "brush_off": Step(0.6, 1.0), "volume_plus2": Step(5.0)}

    ours = {lever.key: lever for lever in rank_levers(an_outlook(), {})}
    theirs = {lever.key: lever for lever in rank_levers(an_outlook(), {}, own)}

    assert theirs["brush_off"].gain == pytest.approx(2 * ours["brush_off"].gain)
    assert theirs["brush_off"].hours == 1.0
    assert theirs["volume_plus2"].gain == pytest.approx(2.5 * ours["volume_plus2"].gain)
    assert theirs["reach"] == ours["reach"]


LEADING = [
    ("alone", [("volume_plus2", 1.0, 1.0), ("reach", 0.9, 1.0)], ["volume_plus2"]),
    ("just within a tenth", [("volume_plus2", 1.0, 1.0), ("reach", 0.92, 1.0)], ["volume_plus2", "reach"]),
    ("three alike", [("reach", 1.0, 1.0), ("brush_off", 0.5, 0.5), ("follow_up", 0.5, 0.52)], None),
    ("too small to name", [("reach", 0.24, 0.1), ("volume_plus2", 0.3, 1.0)], ["volume_plus2", "reach"]),
    ("nothing to name", [("reach", 0.24, 1.0), ("volume_plus2", 0.2, 1.0)], []),
]


@pytest.mark.parametrize(("name", "told", "expected"), LEADING, ids=[row[0] for row in LEADING])
def test_no_lever_is_best_within_a_tenth_of_another(
    name: str, told: list[tuple[str, float, float]], expected: list[str] | None
):
    levers = tuple(a_lever(*row) for row in told)

    leading = [lever.key for lever in leading_levers(levers)]

    assert leading == ([row[0] for row in told] if expected is None else expected)


def test_the_first_named_lever_gains_at_least_a_quarter_joiner():
    small, enough = a_lever("reach", 0.24, 0.1), a_lever("volume_plus2", 0.25, 1.0)

    assert first_lever((small, enough)) is enough
    assert first_lever((small,)) is None


def test_a_lever_without_hours_has_no_gain_for_an_hour():
    assert a_lever("protected_time", 0.0, 0.0).gain_per_hour == 0.0


@pytest.mark.parametrize(
    ("key", "step", "name", "said"),
    [
        ("volume_plus2", 2.0, "Two more conversations a week", "2 more a week"),
        ("volume_plus2", 1.0, "One more conversation a week", "1 more a week"),
        ("volume_plus2", 15.0, "15 more conversations a week", "15 more a week"),
        ("reach", 0.4, "Reaching more of those you ring", "40 in 100 more reached"),
        ("protected_time", 4.0, "Steadier weeks", "4 more weeks a year"),
        ("retention", 0.1, "Losing fewer of your own", "10 in 100 fewer leave"),
    ],
)
def test_levers_are_said_with_their_steps(key: str, step: float, name: str, said: str):
    assert (lever_name(key, step), say_step(key, step)) == (name, said)
