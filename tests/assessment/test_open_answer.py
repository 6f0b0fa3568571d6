"""While an answer is missing: what the number comes to for some values of it."""

from dataclasses import replace
from typing import Any

import pytest

from assessment.open_answer import meanwhile, possible_numbers
from assessment.result import assess
from tests.assessment.builders import ON, TYPICAL, VARIANTS

NET: dict[str, Any] = {"goal": 5, "goal_type": "net", "left12": 8}
MISSING = [
    ({"held4": None}, ["Holding 2 a week", "Holding 5 a week", "Holding 10 a week", "Holding 20 a week"], ""),
    ({"goal": None}, ["A goal of 2", "A goal of 4", "A goal of 8", "A goal of 12"], ""),
    ({**NET, "roster": None}, ["20 agents today", "60 agents today", "120 agents today"], ""),
    (
        {"held4": None, "goal": None},
        ["A goal of 2", "A goal of 4", "A goal of 8", "A goal of 12"],
        "5 conversations a week",
    ),
    (
        {**NET, "held4": None, "goal": None, "roster": None},
        ["A goal of 2", "A goal of 4", "A goal of 8", "A goal of 12"],
        "5 conversations a week and 60 agents with you today",
    ),
]


@pytest.mark.parametrize(("missing", "tried", "taken"), MISSING)
def test_what_is_missing_is_tried(missing: dict[str, Any], tried: list[str], taken: str):
    answers = replace(TYPICAL, **missing)

    assert [one.said for one in possible_numbers(assess(answers, ON))] == tried
    assert meanwhile(answers) == taken


def test_each_possible_number_is_the_one_that_the_answer_would_give():
    two, five, ten, twenty = possible_numbers(assess(VARIANTS["no count"], ON))
    as_answered = assess(replace(TYPICAL, held4=20, held_basis=None), ON).reckoning

    assert as_answered is not None
    assert (five.held, five.needed, five.gap) == (as_answered.held, as_answered.needed, as_answered.gap)
    assert [round(one.held) for one in (two, five, ten, twenty)] == [2, 5, 10, 20]
    assert all(one.has_gap for one in (two, five))


def test_nothing_is_tried_where_nothing_is_missing():
    assert possible_numbers(assess(TYPICAL, ON)) == ()
