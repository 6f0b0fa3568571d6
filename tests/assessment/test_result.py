"""What a result says: every kind of it, the bands at their edges, and the sentences of honesty."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from assessment.levers import STEPS, Step
from assessment.practices import BAND_NAMES
from assessment.result import assess, band_of, goal_said
from tests.assessment.builders import ON, TYPICAL, VARIANTS, a_result, some_answers

BANDS = [  # chance, held, needed, own rates, joined known → band
    (1.0, 5, 20, True, True, "on_pace"),
    (0.70, 5, 20, True, True, "on_pace"),
    (0.6999, 5, 20, True, True, "close"),
    (0.45, 5, 20, True, True, "close"),
    (0.4499, 5, 20, True, True, "short"),
    (0.4499, 20, 20, True, True, "close"),
    (0.10, 20, 20, True, True, "close"),
    (0.20, 5, 20, True, True, "short"),
    (0.1999, 5, 20, True, True, "well_short"),
    (0.0, 5, 20, True, True, "well_short"),
    (0.70, 5, 20, False, False, "on_pace"),
    (0.6999, 5, 20, False, False, "too_little_data"),
    (0.20, 5, 20, False, False, "too_little_data"),
    (0.1999, 5, 20, False, False, "well_short"),
    (0.1999, 20, 20, False, False, "close"),
    (0.50, 5, 20, True, False, "close"),
    (0.50, 5, 20, False, True, "close"),
]


@pytest.mark.parametrize(("chance", "held", "needed", "own", "joined", "band"), BANDS)
def test_the_band_by_the_chance(chance: float, held: float, needed: float, own: bool, joined: bool, band: str):
    assert band_of(chance=chance, held=held, needed=needed, own_rates=own, joined_known=joined) == band
    assert band in BAND_NAMES


@given(some.floats(0, 1), some.floats(0, 100), some.floats(0, 100), some.booleans(), some.booleans())
def test_every_chance_has_a_band(chance: float, held: float, needed: float, own: bool, joined: bool):
    assert band_of(chance=chance, held=held, needed=needed, own_rates=own, joined_known=joined) in BAND_NAMES


HEADLINES = {
    "typical": "You hold about 4 live conversations a week. At your own rates, a goal of 10 agents in 12 months needs "
    "about 11 (8 in 10: between 6 and 26).",
    "no gap": "You hold about 10 live conversations a week. A goal of 2 agents in 12 months can be expected of what is "
    "already under way, so there is no gap in volume.",
    "not by volume": "You hold about 4 live conversations a week. A goal of 60 agents in 12 months is not realistic by "
    "more conversations alone.",
    "no count": "We cannot name your gap yet: that takes your live conversations of the last four weeks.",
    "net": "You hold about 4 live conversations a week. At your own rates, a goal of 5 agents net in 12 months needs "
    "about 16 (8 in 10: between 9 and 36).",
    "late": "You hold about 4 live conversations a week. A goal of 6 agents by 30 January 2027 (2 agreed already) is "
    "not realistic by more conversations alone.",
    "little known": "You hold about 1.5 live conversations a week. At the rates we assume, a goal of 12 agents in 12 "
    "months needs about 22 (8 in 10: from 10 to more than 100).",
}


@pytest.mark.parametrize("variant", HEADLINES)
def test_the_headline_of_each_kind_of_result(variant: str):
    assert assess(VARIANTS[variant], ON).headline == HEADLINES[variant]


def test_no_conversation_at_all_is_said_as_such():
    assert a_result(held4=0).headline.startswith("You hold almost no live conversations a week. ")


def test_a_pace_that_is_held_is_no_gap():
    even = a_result(goal=4, joined12=None, meetings=None, joiners=None, held4=20)

    assert even.headline.endswith(
        "At the rates we assume, a goal of 4 agents in 12 months needs about 5, so there is no gap in volume."
    )
    assert even.reckoning is not None
    assert not even.reckoning.has_gap
    assert even.reckoning.fan_at_pace == ()


@pytest.mark.parametrize(
    ("left_open", "missing"),
    [
        ({"goal": None}, "a goal"),
        ({"held4": None, "goal": None}, "your live conversations of the last four weeks and a goal"),
        (
            {"goal_type": "net", "roster": None},
            "the number of agents with you today, as a net goal counts the leavers too",
        ),
    ],
)
def test_without_a_number_it_needs_the_gap_has_no_name(left_open: dict[str, Any], missing: str):
    result = a_result(**left_open)

    assert result.reckoning is None
    assert result.headline == f"We cannot name your gap yet: that takes {missing}."
    assert result.band_name == "Can't call it yet"
    assert {result.chance_said, result.two_numbers, result.narrowing, result.late, result.net_goal} == {""}
    assert result.obstacles.top


def test_the_headline_is_the_planning_pace_and_never_the_safe_one():
    result = a_result()
    found = result.reckoning

    assert found is not None
    assert found.needed_safe is not None
    assert round(found.needed) == 11
    assert round(found.needed_safe) == 21
    assert "21" not in result.headline
    assert "For 8 in 10 it would take about 21 a week" in result.two_numbers
    assert "not something you fall short of" in result.two_numbers


def test_the_better_looking_of_two_numbers_is_explained_and_not_hidden():
    result = a_result(goal=4, joined12=None, meetings=None, joiners=None, held4=20)

    assert result.two_numbers.endswith(
        "That is how the pace can be enough on average and the chance still be below one half."
    )


def test_what_matters_most_and_what_a_log_would_bring_is_always_said():
    assert a_result(joined12=None).narrowing.startswith(
        "Of what we had to assume, this matters most: joined in the last 12 months. Log your next 40 conversations"
    )
    assert a_result().narrowing == (
        "Nothing was assumed in place of an answer; the range is what small numbers leave open. Log your next 40 "
        "conversations and this range will narrow to between 6 and 25 a week."
    )


LATE = [
    (13, "3-6-months", True),
    (25, "3-6-months", True),
    (26, "3-6-months", False),
    (13, "under-4-weeks", False),
]


@pytest.mark.parametrize(("weeks", "lag", "late"), LATE)
def test_a_near_date_says_what_can_still_count(weeks: int, lag: str, late: bool):
    result = a_result(deadline=ON + timedelta(weeks=weeks), lag=lag)

    assert bool(result.late) is late
    if late:
        assert result.late.startswith(f"With {weeks} weeks left, most of the conversations you start now pay off after")


def test_thirteen_weeks_from_the_date_few_new_conversations_count():
    result = assess(VARIANTS["late"], ON)

    assert "about 85 in 100 of them" in result.late
    assert result.ways_out == (
        "The goal: at today's pace 3 joiners can be expected by the date.",
        "The date: at today's pace the goal can be expected in about 12 months.",
        "The levers: what each of them adds is shown under “What moves it most”.",
    )


def test_a_goal_out_of_reach_of_volume_names_other_ways():
    assert assess(VARIANTS["not by volume"], ON).ways_out[:2] == (
        "The goal: at today's pace 5 joiners can be expected by the date.",
        "The date: at today's pace the goal can be expected in more than five years.",
    )
    assert assess(TYPICAL, ON).ways_out == ()


def test_a_net_goal_is_told_in_joiners():
    assert assess(VARIANTS["net"], ON).net_goal == (
        "To grow by 5 net, about 14 joiners must still come: of the 60 agents with you today about 7 can be expected "
        "to leave, and some of the new ones too."
    )
    assert assess(TYPICAL, ON).net_goal == ""


def test_who_holds_more_than_sixty_a_week_is_not_told_that_it_is_unrealistic():
    team = assess(VARIANTS["team"], ON).reckoning

    assert team is not None
    assert team.held > 60 < team.needed
    assert team.by_volume


@pytest.mark.parametrize(("held4", "note"), [(16, False), (17, True), (18, False)])
def test_figures_that_do_not_add_up_are_said_to_be_rounded(held4: int, note: bool):
    result = a_result(held4=held4)
    found = result.reckoning
    assert found is not None

    shown = [round(number) for number in (found.held, found.gap, found.needed)]

    assert (shown[0] + shown[1] != shown[2]) is note
    assert bool(result.rounding) is note


def test_levers_are_named_together_where_none_leads():
    assert a_result().lever_verdict == (
        "These bring about the same for each hour they take: two more conversations a week and steadier weeks. Begin "
        "with the one you would keep up. The first adds about 1.4 joiners by the date, for 45 minutes a week."
    )


def test_a_lever_that_leads_alone_is_called_the_one():
    steps = {**STEPS, "brush_off": Step(1.0, 0.25)}

    assert assess(TYPICAL, ON, steps).lever_verdict.startswith(
        "One change brings most for each hour it takes: a better answer to “not interested”. It adds about"
    )


def test_no_lever_is_named_for_less_than_a_quarter_joiner():
    assert assess(VARIANTS["late"], ON).lever_verdict == (
        "No single change adds as much as a quarter of a joiner by the date. The goal, or its date, is the lever."
    )


def test_advice_on_hours_and_lists_carries_the_readers_numbers():
    result = a_result()

    assert result.advice_more("calling_hours") == "The planning pace takes 5.5 hours a week."
    assert result.advice_more("working_list") == (
        "For your goal a list of 300 to 590 productive agents is about enough."
    )
    assert result.advice_more("reach") == ""


def test_nothing_in_the_way_is_not_the_same_as_nothing_known():
    assert assess(VARIANTS["no gap"], ON).no_obstacle == "Nothing you told us stands clearly in the way."
    assert assess(VARIANTS["little known"], ON).no_obstacle == "Too much was left open to say what stands in the way."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "10 agents in 12 months"),
        ({"goal": 1}, "1 agent in 12 months"),
        ({"goal": 0, "goal_type": "net"}, "0 agents net in 12 months"),
        ({"deadline": date(2027, 6, 30), "signed": 3}, "10 agents by 30 June 2027 (3 agreed already)"),
    ],
)
def test_the_goal_is_said_with_its_date(changes: dict[str, Any], said: str):
    assert goal_said(some_answers(**changes)) == said


@settings(max_examples=15, deadline=None)
@given(
    some.sampled_from(sorted(VARIANTS)),
    some.integers(0, 400),
    some.integers(1, 500),
    some.integers(4, 104),
    some.sampled_from(["gross", "net"]),
)
def test_every_result_can_be_said(variant: str, held4: int, goal: int, weeks: int, goal_type: Any):
    answers = replace(
        VARIANTS[variant], held4=held4, goal=goal, goal_type=goal_type, deadline=ON + timedelta(weeks=weeks)
    )

    result = assess(answers, ON)

    for sentence in (result.headline, result.two_numbers, result.narrowing, result.lever_verdict, result.net_goal):
        assert "None" not in sentence
        assert "about more" not in sentence
        assert "about almost" not in sentence
        assert sentence == "" or sentence.endswith(".")


def test_the_same_answers_give_the_same_result():
    assert assess(TYPICAL, ON) == assess(TYPICAL, ON)
