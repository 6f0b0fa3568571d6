"""The questions as data: their order, their bounds, what may be left open, and what a button leaves open."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from assessment.answers import Answers
from assessment.forms import NOTHING, OTHER, AnswerForm, make_form
from assessment.obstacles import KEYS
from assessment.questions import CURRENT_SET, QUESTIONS, Number, OneOf, OutOf, UpTo

TODAY = date(2026, 10, 31)
ORDER = (
    "scope held hours reached meetings joiners joined lag goal roster list introduced brush-off follow-up talk-share "
    "visible hesitation obstacles"
)


def test_facts_come_before_the_goal_and_reasons_last():
    assert [question.key for question in QUESTIONS] == ORDER.split()
    assert [question.section for question in QUESTIONS] == sorted(question.section for question in QUESTIONS)


def test_sixteen_screens_a_scope_and_one_more_for_net_goals():
    assert len(CURRENT_SET.path({})) == 17
    assert len(CURRENT_SET.path({"goal_type": "net"})) == 18


BOUNDS = {
    "held4": (0, 400), "hours4": (0, 160), "joined12": (0, 500), "goal": (0, 500), "signed": (0, 500),
    "roster": (1, 2000), "left12": (0, 2000), "introduced": (0, 10), "talk_share": (0, 100),
}  # fmt: skip


def test_numbers_are_typed_within_their_bounds():
    numbers = {
        asked.name: (asked.least, asked.most)
        for question in QUESTIONS
        for asked in question.fields
        if isinstance(asked, Number)
    }

    assert numbers == BOUNDS
    assert {asked.most for q in QUESTIONS for asked in q.fields if isinstance(asked, OutOf)} == {1000}


def test_every_question_can_be_left_open_but_the_scope():
    for question in QUESTIONS:
        null_options = [
            asked for asked in question.fields if isinstance(asked, OneOf) and None in asked.stored.values()
        ]
        picks = any(isinstance(asked, UpTo) for asked in question.fields)
        assert bool(question.unknown or null_options or picks) is (question.key != "scope")


def test_no_such_case_is_an_answer_and_not_a_zero():
    for key, name in (("brush-off", "brush_off"), ("follow-up", "follow_up"), ("hesitation", "hesitation")):
        (asked,) = CURRENT_SET.by_key[key].fields
        assert isinstance(asked, OneOf)
        last = asked.options[-1][0]
        assert asked.value(last) is None
        assert asked.key(None) == last
        assert asked.name == name


def test_every_obstacle_can_be_picked():
    (asked,) = CURRENT_SET.by_key["obstacles"].fields
    assert isinstance(asked, UpTo)

    assert {key for key, _ in asked.options} == set(KEYS)


@pytest.fixture(autouse=True)
def a_request() -> Iterator[None]:
    """Forms read the language of a request; nothing else of it matters here."""
    with Flask("forms").test_request_context():
        yield


def a_form(key: str, typed: dict[str, Any] | None = None, seed: str = "a", **stored: Any) -> AnswerForm:
    data = None if typed is None else MultiDict(typed)
    return make_form(CURRENT_SET.by_key[key], stored, seen=bool(stored), data=data, today=TODAY, seed=seed)


def order_of(seed: str) -> list[str]:
    return [str(choice.value) for choice in a_form("obstacles", seed=seed)["picks"].iter_choices()]


def test_reasons_stand_in_an_order_of_the_visitors_own_and_nothing_stands_last():
    orders = [order_of(seed) for seed in ("one", "two", "three", "four")]

    assert len({tuple(order) for order in orders}) == 4
    assert order_of("one") == orders[0]
    for order in orders:
        assert order[-2:] == [OTHER, NOTHING]
        assert sorted(order[:-2]) == sorted(KEYS)


UNKNOWN = [
    ("held", {"held4": "16", "past": "more"}, {"held4": None, "held_basis": None, "past": "more"}),
    ("held", {"held4": "lots", "past": "nonsense"}, {"held4": None, "held_basis": None, "past": None}),
    ("hours", {"hours4": "8"}, {"hours4": 8.0, "blocks_kept": None}),
    ("hours", {"hours4": "8.3", "blocks_kept": "nonsense"}, {"hours4": None, "blocks_kept": None}),
    ("meetings", {"meetings": "12"}, {"meetings": None}),
    ("joiners", {"joiners": "2", "rates_basis": "logged"}, {"joiners": None, "rates_basis": "logged"}),
    (
        "goal",
        {"goal": "5", "goal_type": "net", "deadline": "date", "deadline_date": "2020-01-01", "signed": "1"},
        {"goal": None, "goal_type": None, "deadline": None, "signed": 1},
    ),
    ("roster", {"roster": "60", "left12": "8"}, {"roster": None, "left12": 8, "roster_basis": None}),
]


@pytest.mark.parametrize(("key", "typed", "stored"), UNKNOWN, ids=[row[0] for row in UNKNOWN])
def test_the_button_leaves_the_question_open_whatever_was_typed(
    key: str, typed: dict[str, str], stored: dict[str, Any]
):
    form = a_form(key, {**typed, "unknown": "1"})

    assert form.check()
    assert form.answer() == stored


SOUND = [
    ("scope", {"scope": "team"}, {"scope": "team"}),
    ("held", {"held4": "0", "past": "unsure"}, {"held4": 0, "held_basis": None, "past": None}),
    ("hours", {"hours4": "6.5", "blocks_kept": "0"}, {"hours4": 6.5, "blocks_kept": 0}),
    ("reached", {"reached": "0"}, {"reached": (0, 10)}),
    ("meetings", {"meetings": "9", "meetings_of": "60"}, {"meetings": (9, 60)}),
    ("meetings", {"meetings": "1,000", "meetings_of": "1000"}, {"meetings": (1000, 1000)}),
    ("lag", {"lag": "unsure"}, {"lag": None}),
    (
        "goal",
        {"goal": "0", "goal_type": "net", "deadline": "date", "deadline_date": "2026-11-28", "signed": ""},
        {"goal": 0, "goal_type": "net", "deadline": date(2026, 11, 28), "signed": 0},
    ),
    (
        "goal",
        {"goal": "9", "goal_type": "gross", "deadline": "year", "deadline_date": "2027-05-01", "signed": "2"},
        {"goal": 9, "goal_type": "gross", "deadline": None, "signed": 2},
    ),
    ("list", {"working_list": "5"}, {"working_list": 5}),
    ("brush-off", {"brush_off": "none"}, {"brush_off": None}),
    ("talk-share", {"talk_share": "100"}, {"talk_share": 100}),
    ("hesitation", {"hesitation": "6+"}, {"hesitation": "6+"}),
    ("obstacles", {"picks": "nothing"}, {"picks": (), "something_else": ""}),
    (
        "obstacles",
        {"picks": ["reach", "other"], "something_else": "the lift"},
        {"picks": ("reach",), "something_else": "the lift"},
    ),
    ("obstacles", {"picks": "reach", "something_else": "unasked"}, {"picks": ("reach",), "something_else": ""}),
]


@pytest.mark.parametrize(("key", "typed", "stored"), SOUND, ids=[row[0] for row in SOUND])
def test_a_sound_answer_is_stored_as_what_it_means(key: str, typed: dict[str, Any], stored: dict[str, Any]):
    form = a_form(key, typed)

    assert form.check(), form.errors
    assert form.answer() == stored
    assert Answers.from_json({name: str(v) if isinstance(v, date) else v for name, v in stored.items()})


@pytest.mark.parametrize(
    ("day", "sound"),
    [("2026-11-27", False), ("2026-11-28", True), ("2028-10-28", True), ("2028-10-29", False), ("2026-10-01", False)],
)
def test_the_deadline_is_four_to_104_weeks_away(day: str, sound: bool):
    typed = {"goal": "5", "goal_type": "gross", "deadline": "date", "deadline_date": day}

    assert a_form("goal", typed).check() is sound


def test_a_page_shows_again_what_was_stored():
    form = a_form("goal", goal=5, goal_type="net", deadline="2027-06-30", signed=2)

    shown = {name: form[name].data for name in ("goal", "goal_type", "deadline", "deadline_date", "signed")}
    assert shown == {
        "goal": 5, "goal_type": "net", "deadline": "date", "deadline_date": date(2027, 6, 30), "signed": 2,
    }  # fmt: skip


def test_nothing_is_filled_in_beforehand_but_none_agreed():
    for question in QUESTIONS:
        form = a_form(question.key)
        filled = {field.name: field.data for field in form if field.data not in (None, [], "")}
        assert filled == ({"signed": 0} if question.key == "goal" else {})


def test_a_single_choice_carries_the_question_itself():
    assert a_form("brush-off")["brush_off"].label.text == CURRENT_SET.by_key["brush-off"].title
    assert a_form("obstacles")["picks"].label.text == CURRENT_SET.by_key["obstacles"].title
    assert a_form("held")["held_basis"].label.text == "Where does the number come from?"


def test_the_way_leads_from_question_to_question():
    assert CURRENT_SET.next_key("goal", {"goal_type": "gross"}) == "list"
    assert CURRENT_SET.next_key("goal", {"goal_type": "net"}) == "roster"
    assert CURRENT_SET.next_key("obstacles", {}) is None
    assert CURRENT_SET.previous_key("list", {"goal_type": "gross"}) == "goal"
    assert CURRENT_SET.previous_key("scope", {}) is None
    assert CURRENT_SET.first_open(["scope", "held"], {}) == "hours"
    assert CURRENT_SET.first_open([question.key for question in QUESTIONS], {}) is None
