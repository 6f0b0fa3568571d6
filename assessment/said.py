"""Answers in the words of their questions: for the check page, the result, the report and the desk."""

from datetime import date
from typing import Any

from assessment.questions import CURRENT_SET, Asked, Deadline, Number, OneOf, OutOf, Question, QuestionSet, UpTo

OPEN = "I don't know"
# Where an obstacle was measured: the question, the field, and the answer said without its question.
OBSTACLE_QUESTION = {
    "protected_time": ("hours", 1, "a block took place in {} of the 4 weeks"),
    "calling_hours": ("hours", 0, "{} in four weeks"),
    "hesitation": ("hesitation", 0, "{} in the last five working days"),
    "working_list": ("list", 0, "{}"),
    "introductions": ("introduced", 0, "{} first calls were introduced"),
    "reach": ("reached", 0, "{} calls reached the person"),
    "brush_off": ("brush-off", 0, "{}"),
    "follow_up": ("follow-up", 0, "{}"),
    "live_share": ("talk-share", 0, "{} of the time was talking"),
    "visible_count": ("visible", 0, "{}"),
}


def answers_said(
    stored: dict[str, Any], questions: QuestionSet = CURRENT_SET
) -> list[tuple[Question, list[tuple[str, str]]]]:
    """Each question asked, with its labels and answers."""
    return [(question, question_said(question, stored)) for question in questions.path(stored)]


def question_said(question: Question, stored: dict[str, Any]) -> list[tuple[str, str]]:
    """One question's labels and answers; what is not the point and was left open is left out."""
    said = []
    for asked in question.fields:
        words = _said(asked, stored)
        if words is None and asked.main:
            words = OPEN
        if words is not None and not (isinstance(asked, Deadline) and stored.get("goal") is None):
            said.append((asked.label, words))
    return said


def own_answer(key: str, stored: dict[str, Any], questions: QuestionSet = CURRENT_SET) -> str:
    """What the reader answered where an obstacle was measured; empty where it was left open, or is only picked."""
    if key not in OBSTACLE_QUESTION:
        return ""
    question, place, sentence = OBSTACLE_QUESTION[key]
    asked = questions.by_key[question].fields[place]
    words = None if stored.get(asked.name) is None else _said(asked, stored)
    return sentence.format(words) if words else ""


def _said(asked: Asked, stored: dict[str, Any]) -> str | None:
    value = stored.get(asked.name)
    if isinstance(asked, UpTo):
        options = dict(asked.options)
        words = [options[key] for key in value or () if key in options]
        if stored.get("something_else"):
            words.append(str(stored["something_else"]))
        return "; ".join(words) or asked.exclusive
    if isinstance(asked, Deadline):
        if not value:
            return "In 12 months"
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
        return f"By {day.day} {day:%B %Y}"
    if isinstance(asked, OneOf):
        key = asked.key(value)
        return dict(asked.options).get(key) if key else None
    if value is None:
        return None
    if isinstance(asked, OutOf):
        return f"{value[0]} of {value[1]}"
    assert isinstance(asked, Number)
    if asked.name == "signed" and value == 0:
        return None
    return f"{value:g} {asked.suffix}".strip() if asked.suffix != "%" else f"{value} %"
