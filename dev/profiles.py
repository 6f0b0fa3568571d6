"""Answers to the assessment as the sample people give them: one set for each band, and two that end without one."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from assessment.questions import CURRENT_SET, Question, UpTo

Answers = Mapping[str, Any]

AN_OFFICE: Answers = {
    "scope": "myself",
    "held4": 16,
    "held_basis": "estimate",
    "past": "same",
    "hours4": 8.0,
    "blocks_kept": 2,
    "reached": (2, 10),
    "meetings": (2, 10),
    "joiners": (2, 10),
    "rates_basis": "estimate",
    "joined12": 5,
    "lag": "3-6-months",
    "goal": 10,
    "goal_type": "gross",
    "working_list": 3,
    "introduced": 3,
    "brush_off": 3,
    "follow_up": 2,
    "talk_share": 30,
    "visible": 2,
    "hesitation": "1-2",
    "picks": ("protected_time",),
}
WELL_SHORT: Answers = {
    **AN_OFFICE,
    "held4": 6,
    "joined12": 2,
    "goal": 9,
    "working_list": 2,
    "brush_off": 1,
    "hesitation": "3-5",
    "picks": ("brush_off", "hesitation"),
}
SHORT: Answers = {**AN_OFFICE, "held4": 18, "joined12": 7, "goal": 8, "picks": ("follow_up",)}
CLOSE: Answers = {
    **AN_OFFICE,
    "held4": 24,
    "joined12": 8,
    "goal": 7,
    "past": "fewer",
    "blocks_kept": 3,
    "picks": (),
    "something_else": "Two of my best callers are on leave",
}
ON_PACE: Answers = {
    **AN_OFFICE,
    "held4": 36,
    "held_basis": "logged",
    "rates_basis": "logged",
    "joined12": 11,
    "goal": 8,
    "meetings": (11, 36),
    "joiners": (4, 11),
    "working_list": 5,
    "blocks_kept": 4,
    "follow_up": 4,
    "visible": 4,
    "hesitation": "0",
    "picks": (),
}
A_TEAM_THAT_GROWS: Answers = {
    **AN_OFFICE,
    "scope": "team",
    "held4": 30,
    "joined12": 8,
    "goal": 3,
    "goal_type": "net",
    "signed": 1,
    "roster": 64,
    "left12": 6,
    "roster_basis": "logged",
    "picks": ("introductions", "visible_count"),
}
NO_RATES: Answers = {
    **AN_OFFICE,
    "held4": 16,
    "goal": 6,
    "meetings": None,
    "joiners": None,
    "reached": None,
    "joined12": None,
    "lag": None,
    "rates_basis": None,
}
NO_GOAL: Answers = {**AN_OFFICE, "goal": None, "goal_type": None, "picks": ("calling_hours", "reach")}


def by(weeks: int, today: date, answers: Answers) -> Answers:
    """The same answers with a date for the goal instead of “in 12 months”."""
    return {**answers, "deadline": today + timedelta(weeks=weeks)}


def questions_of(answers: Answers) -> tuple[tuple[Question, dict[str, Any]], ...]:
    """Page by page what is asked and what is answered there, as the form of the page would give it."""
    return tuple((question, _answer(question, answers)) for question in CURRENT_SET.path(answers))


def _answer(question: Question, answers: Answers) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for asked in question.fields:
        found[asked.name] = answers.get(asked.name)
        if isinstance(asked, UpTo):
            found["something_else"] = answers.get("something_else", "")
        if asked.name == "signed":
            found["signed"] = answers.get("signed", 0)
    return found
