"""How numbers are said, at their edges."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from assessment import wording as say

VOLUMES = {
    0: "0",
    0.2499: "0",
    0.25: "0.5",
    0.74: "0.5",
    0.75: "1",
    1.25: "1.5",
    2.74: "2.5",
    2.75: "3",
    2.99: "3",
    3: "3",
    3.49: "3",
    3.5: "4",
    11.3: "11",
    99.6: "100",
    100: "100",
    100.01: "more than 100",
    280: "more than 100",
}


@pytest.mark.parametrize(("number", "said"), VOLUMES.items())
def test_volumes_are_whole_from_three_and_halves_below(number: float, said: str):
    assert say.say_volume(number) == said


@pytest.mark.parametrize(
    ("number", "said"),
    {0.125: "almost no live conversations", 1: "about 1 live conversation", 1.5: "about 1.5 live conversations",
     4.1: "about 4 live conversations", 140: "more than 100 live conversations"}.items(),
)  # fmt: skip
def test_conversations_are_counted_in_words(number: float, said: str):
    assert say.conversations(number) == said


CHANCES = {
    0.0: "less than 1 in 20",
    0.0499: "less than 1 in 20",
    0.05: "about 1 in 20",
    0.07: "about 1 in 20",
    0.075: "about 1 in 10",
    0.092: "about 1 in 10",
    0.13: "about 3 in 20",
    0.24: "about 1 in 4",
    0.33: "about 7 in 20",
    0.5: "about 1 in 2",
    0.52: "about 1 in 2",
    0.74: "about 3 in 4",
    0.8: "about 8 in 10",
    0.95: "about 19 in 20",
    0.9501: "more than 19 in 20",
    1.0: "more than 19 in 20",
}


@pytest.mark.parametrize(("chance", "said"), CHANCES.items())
def test_chances_are_counts_without_decimals(chance: float, said: str):
    assert say.say_chance(chance) == said


RANGES = [
    (6.05, 25.9, "between 6 and 26"),
    (0, 2.2, "between 0 and 2.2"),
    (0.44, 0.91, "between 0.4 and 0.9"),
    (2.2, 87.4, "between 2.2 and 87"),
    (9.79, 136.6, "from 10 to more than 100"),
    (48.8, 100.0, "between 49 and 100"),
    (100.1, 400, "more than 100"),
    (5.1, 5.4, "about 5"),
]


@pytest.mark.parametrize(("low", "high", "said"), RANGES)
def test_ranges_have_two_figures_and_an_open_end(low: float, high: float, said: str):
    assert say.say_range(low, high) == said


@pytest.mark.parametrize(
    ("number", "said"), {0.04: "0", 0.36: "0.4", 2.96: "3", 7.4: "7", 26.4: "26", 136: "140", 1803: "1,800"}.items()
)
def test_two_figures(number: float, said: str):
    assert say.two_figures(number) == said


HOURS = {
    0.1: "under 15 minutes",
    0.2: "15 minutes",
    0.5: "half an hour",
    0.7: "45 minutes",
    0.88: "1 hour",
    1.2: "1 hour",
    1.25: "1.5 hours",
    5.3: "5.5 hours",
    9.8: "10 hours",
    10.3: "10 hours",
    31.4: "31 hours",
}


@pytest.mark.parametrize(("hours", "said"), HOURS.items())
def test_hours_are_said_as_people_say_them(hours: float, said: str):
    assert say.say_hours(hours) == said


def test_hours_of_an_open_volume_stay_open():
    assert say.hours_for(280, 0.5) == "more than 50 hours"
    assert say.hours_for(11.3, 0.467) == "5.5 hours"
    assert say.hours_for(0.1, 0.5) == "none"


@pytest.mark.parametrize(
    ("number", "said"),
    {0.04: "0 joiners", 0.96: "1 joiner", 1.24: "1.2 joiners", 2.96: "3 joiners", 4.6: "5 joiners"}.items(),
)
def test_joiners_are_whole_from_three(number: float, said: str):
    assert say.joiners(number) == said


@pytest.mark.parametrize(("number", "said"), {0.0: "0", 0.01: "under 0.1", 0.1: "+0.1", 1.37: "+1.4", 7: "+7"}.items())
def test_gains_carry_their_sign(number: float, said: str):
    assert say.say_gain(number) == said


@pytest.mark.parametrize(("weeks", "said"), {9: "9 weeks", 13: "3 months", 52: "12 months", 104: "24 months"}.items())
def test_a_stretch_of_time(weeks: int, said: str):
    assert say.months(weeks) == said


def test_one_agent_is_one():
    assert (say.agents(1), say.agents(4), say.one_in(1 / 55)) == ("1 agent", "4 agents", "about 1 in 55")


@given(some.floats(0, 1))
def test_the_dots_are_between_none_and_twenty_and_follow_the_words(chance: float):
    filled = say.dots(chance)

    assert 0 <= filled <= 20
    assert abs(filled / 20 - chance) <= 0.025 + 1e-9


@given(some.floats(0, 1000), some.floats(0, 1000))
def test_a_larger_volume_is_never_said_as_a_smaller_one(one: float, other: float):
    low, high = sorted((one, other))

    if "more" not in say.say_volume(high):
        assert float(say.say_volume(low)) <= float(say.say_volume(high))
