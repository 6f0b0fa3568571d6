"""Answers as they are stored, read again, said, and handed to the model."""

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from assessment.answers import Answers, contact_mix
from assessment.grounds import grounds_of, heaviest_assumption
from assessment.questions import CURRENT_SET
from assessment.said import answers_said, own_answer, question_said
from tests.assessment.builders import ON, TYPICAL, VARIANTS, some_answers
from tests.assessment.test_obstacles import any_answers


@settings(deadline=None)
@given(any_answers, some.none() | some.dates(date(2026, 11, 28), date(2028, 10, 1)), some.integers(0, 500))
def test_stored_answers_are_read_as_they_were(answers: Answers, deadline: date | None, signed: int):
    answers = replace(answers, deadline=deadline, signed=signed, meetings=(3, 40))

    assert Answers.from_json(answers.to_json()) == answers


def test_only_what_was_answered_is_stored():
    assert Answers().to_json() == {}
    assert Answers(held4=0, reached=(0, 10)).to_json() == {"held4": 0, "reached": (0, 10)}


def test_names_of_an_older_question_set_are_passed_over():
    assert Answers.from_json({"held4": 3, "shoe_size": 44}) == Answers(held4=3)


@pytest.mark.parametrize(
    ("introduced", "mix"),
    [(None, "mixed"), (0, "cold"), (2, "cold"), (3, "mixed"), (6, "mixed"), (7, "introduced"), (10, "introduced")],
)
def test_the_kind_of_contact(introduced: int | None, mix: str):
    assert contact_mix(introduced) == mix


@pytest.mark.parametrize(
    ("deadline", "weeks"),
    [(None, 52), (ON + timedelta(28), 4), (ON + timedelta(91), 13), (ON + timedelta(94), 13), (ON - timedelta(9), 1)],
)
def test_whole_weeks_to_the_deadline(deadline: date | None, weeks: int):
    assert Answers(deadline=deadline).weeks(ON) == weeks


@pytest.mark.parametrize(
    ("lag", "weeks_away", "late"),
    [(None, 25, True), (None, 26, False), ("under-4-weeks", 13, False), ("under-4-weeks", 4, True),
     ("over-a-year", 25, True)],
)  # fmt: skip
def test_a_near_date_is_late_where_most_pays_off_after_it(lag: str | None, weeks_away: int, late: bool):
    answers = some_answers(lag=lag, deadline=ON + timedelta(weeks=weeks_away))

    assert answers.most_pays_off_late(ON) is late


NEEDED = [{"held4": None}, {"goal": None}, {"goal_type": "net", "roster": None}]


@pytest.mark.parametrize("left_open", NEEDED, ids=str)
def test_what_the_model_cannot_do_without(left_open: dict[str, Any]):
    assert some_answers().inputs(ON) is not None
    assert some_answers(**left_open).inputs(ON) is None


def test_the_model_is_told_what_was_answered_and_nothing_else():
    told = some_answers(goal_type="net", roster=60, left12=8, roster_basis="logged", signed=2).inputs(ON)

    assert told is not None
    assert vars(told) == {
        "goal": 10, "weeks": 52, "held4": 16, "goal_type": "net", "signed": 2, "held_basis": "estimate",
        "rates_basis": "estimate", "roster_basis": "logged", "meetings": (2, 10), "joiners": (2, 10),
        "reached": (2, 10), "joined12": 5, "past": "same", "lag": "3-6-months", "mix": "mixed", "roster": 60,
        "left12": 8, "since": (), "past_pace": None,
    }  # fmt: skip


def test_nothing_told_stays_unknown():
    told = Answers(held4=3, goal=2).inputs(ON)

    assert told is not None
    assert {told.meetings, told.joiners, told.reached, told.joined12, told.past, told.lag} == {None}
    assert (told.held_basis, told.rates_basis, told.mix) == ("estimate", "estimate", "mixed")


SAID = {
    "scope": [("Whom do you answer for?", "Myself")],
    "held": [
        ("Live conversations in four weeks", "16"),
        ("Where does the number come from?", "It is an estimate"),
        ("Compared with the six months before, that is …", "About the same"),
    ],
    "reached": [("Reached live, of the last 10 calls", "2 of 10")],
    "joined": [("Agents who joined in 12 months", "5")],
    "lag": [("From the first meeting to signing", "3 to 6 months")],
    "goal": [("Agents", "10"), ("That is …", "Joiners"), ("By when?", "In 12 months")],
    "talk-share": [("Share of the time spent talking", "30 %")],
    "introduced": [("Introduced, of the last 10 first calls", "3 of 10")],
    "obstacles": [("What gets in the way most?", "Other duties take the time")],
}


@pytest.mark.parametrize("key", SAID)
def test_answers_are_said_in_the_words_of_their_question(key: str):
    assert question_said(CURRENT_SET.by_key[key], TYPICAL.to_json()) == SAID[key]


LEFT_OPEN = [
    ("held", {}, [
        ("Live conversations in four weeks", "I don't know"),
        ("Compared with the six months before, that is …", "I can't say")]),
    ("goal", {}, [("Agents", "I don't know"), ("That is …", "I don't know")]),
    ("brush-off", {}, [("What did you do?", "It has not happened, or I can't remember")]),
    ("hesitation", {}, [("How often?", "I can't say")]),
    ("obstacles", {}, [("What gets in the way most?", "Nothing in particular")]),
    ("obstacles", {"picks": ["reach"], "something_else": "the lift"}, [
        ("What gets in the way most?", "People don't pick up, or someone screens the calls; the lift")]),
    ("goal", {"goal": 3, "goal_type": "net", "deadline": "2027-06-30", "signed": 2}, [
        ("Agents", "3"), ("That is …", "Net growth: joiners minus leavers"), ("By when?", "By 30 June 2027"),
        ("Already agreed to join in that time", "2")]),
    ("hours", {"hours4": 6.5, "blocks_kept": 0}, [
        ("In those four weeks, about how many hours did you spend on recruiting calls and conversations?", "6.5 hours"),
        ("In how many of the four weeks did at least one block of 45 minutes or more for recruiting calls take place "
         "as planned?", "0")]),
]  # fmt: skip


@pytest.mark.parametrize(("key", "stored", "said"), LEFT_OPEN, ids=[row[0] for row in LEFT_OPEN])
def test_what_was_left_open_is_said_to_be(key: str, stored: dict[str, Any], said: list[tuple[str, str]]):
    assert question_said(CURRENT_SET.by_key[key], stored) == said


def test_the_roster_is_said_for_net_goals_only():
    net, gross = VARIANTS["net"].to_json(), TYPICAL.to_json()

    assert "roster" in [question.key for question, _ in answers_said(net)]
    assert "roster" not in [question.key for question, _ in answers_said(gross)]


OWN = {
    "protected_time": "a block took place in 2 of the 4 weeks",
    "calling_hours": "8 hours in four weeks",
    "hesitation": "1 or 2 times in the last five working days",
    "working_list": "Used in the last four weeks; most names lack a reason to call or a next date",
    "introductions": "3 of 10 first calls were introduced",
    "reach": "2 of 10 calls reached the person",
    "brush_off": "Said I understood, and said goodbye",
    "follow_up": "A note without a date",
    "live_share": "30 % of the time was talking",
    "visible_count": "Only I",
    "belief_in_offer": "",
}


@pytest.mark.parametrize(("key", "said"), OWN.items())
def test_an_obstacle_is_shown_with_the_readers_own_answer(key: str, said: str):
    assert own_answer(key, TYPICAL.to_json()) == said
    assert own_answer(key, {}) == ""


def test_what_was_told_and_what_was_assumed_stand_apart():
    grounds = {ground.name: ground for ground in grounds_of(TYPICAL)}

    assert grounds["Live conversations in four weeks"].told == "16, an estimate"
    assert grounds["Conversations that lead to a meeting"].told == "2 of 10, an estimate"
    assert grounds["From the first meeting to signing"].told == "3 to 6 months"
    assert [name for name, ground in grounds.items() if not ground.told] == ["Weeks of a year with recruiting"]


@pytest.mark.parametrize(
    ("introduced", "meeting", "joining", "both"),
    [(0, "about 1 in 15", "about 1 in 6", "about 1 in 85"), (5, "about 1 in 11", "about 1 in 5", "about 1 in 55"),
     (9, "about 1 in 7", "about 1 in 4", "about 1 in 25")],
)  # fmt: skip
def test_assumed_rates_follow_the_kind_of_contact(introduced: int, meeting: str, joining: str, both: str):
    assumed = {ground.name: ground.assumed for ground in grounds_of(Answers(introduced=introduced))}

    assert assumed["Conversations that lead to a meeting"] == meeting
    assert assumed["Meetings that lead to a joiner"] == joining
    assert assumed["Joined in the last 12 months"] == both + " conversations"


HEAVIEST = [
    ({"joined12": None, "meetings": None}, "Joined in the last 12 months"),
    ({"meetings": None, "joiners": None}, "Conversations that lead to a meeting"),
    ({"lag": None, "reached": None}, "From the first meeting to signing"),
    ({"goal_type": "net", "roster": 60}, "Left in the last 12 months"),
    ({}, ""),
]


@pytest.mark.parametrize(("left_open", "name"), HEAVIEST, ids=[row[1] for row in HEAVIEST])
def test_the_open_answer_that_matters_most_is_named(left_open: dict[str, Any], name: str):
    assert heaviest_assumption(grounds_of(some_answers(**left_open))) == name


def test_every_answer_has_a_question():
    asked = {field.name for question in CURRENT_SET.by_key.values() for field in question.fields}

    assert {field.name for field in fields(Answers)} == asked | {"something_else"}
