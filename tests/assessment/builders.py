"""Answers, inputs and report orders to begin from; every test changes what it is about."""

from dataclasses import replace
from datetime import date
from typing import Any

from assessment.answers import Answers
from assessment.funnel import Funnel, Inputs
from assessment.gap import Outlook
from assessment.render import ReportInput
from assessment.result import Result, assess

ON = date(2026, 10, 31)
TYPICAL = Answers(
    scope="myself",
    held4=16,
    held_basis="estimate",
    past="same",
    hours4=8.0,
    blocks_kept=2,
    reached=(2, 10),
    meetings=(2, 10),
    joiners=(2, 10),
    rates_basis="estimate",
    joined12=5,
    lag="3-6-months",
    goal=10,
    goal_type="gross",
    working_list=3,
    introduced=3,
    brush_off=3,
    follow_up=2,
    talk_share=30,
    visible=2,
    hesitation="1-2",
    picks=("protected_time",),
)
DONE_WELL: dict[str, Any] = {
    "hours4": 20.0,
    "blocks_kept": 4,
    "reached": (4, 10),
    "working_list": 5,
    "introduced": 8,
    "brush_off": 5,
    "follow_up": 4,
    "talk_share": 60,
    "visible": 4,
    "hesitation": "0",
    "picks": (),
}
# One of each kind of result a reader may get.
VARIANTS = {
    "typical": TYPICAL,
    "no gap": replace(TYPICAL, goal=2, held4=40, **DONE_WELL),
    "not by volume": replace(TYPICAL, goal=60),
    "no count": replace(TYPICAL, held4=None, held_basis=None),
    "net": replace(TYPICAL, goal=5, goal_type="net", roster=60, left12=8, roster_basis="logged"),
    "late": replace(TYPICAL, goal=6, signed=2, deadline=date(2027, 1, 30)),
    "team": replace(TYPICAL, scope="team", held4=380, goal=60, joined12=30, hours4=150.0, meetings=(60, 600)),
    "too little data": Answers(scope="myself", held4=20, goal=6, goal_type="gross"),
    "little known": Answers(scope="myself", held4=5, goal=12, goal_type="gross"),
}


def some_answers(**changes: Any) -> Answers:
    """Typical answers, changed."""
    return replace(TYPICAL, **changes)


def some_inputs(**changes: Any) -> Inputs:
    """A gross goal of 12 in a year, five conversations a week, nothing else known."""
    return Inputs(**{"goal": 12, "weeks": 52, "held4": 20, **changes})


def an_outlook(**changes: Any) -> Outlook:
    """What lies ahead of such a person."""
    return Outlook(Funnel(some_inputs(**changes)))


def a_result(**changes: Any) -> Result:
    """The result of typical answers, changed."""
    return assess(some_answers(**changes), ON)


def a_report(answers: Answers = TYPICAL, **changes: Any) -> ReportInput:
    """An order for a report."""
    order = ReportInput(
        name="Ann Avery",
        on=ON,
        answers=answers.to_json(),
        paper="letter",
        site_name="The Conversation Gap",
        booking_url="https://gap.example.com/assessment/book/abcdefghijklmnopqrstuvwx",
        uid="a-report-of-ann-avery",
        host="gap.example.com",
        asked_on=ON,
        days=(),
        hour="09:30",
    )
    return replace(order, **changes)


# What is looked at as a file: each kind of result once, the most different ones on both papers.
ON_BOTH_PAPERS = ("typical", "no gap", "too little data", "no count")
PRINTED = [(variant, "letter") for variant in VARIANTS if variant != "little known"]
PRINTED += [(variant, "a4") for variant in ON_BOTH_PAPERS]


def a_printed_report(variant: str = "typical", paper: str = "letter") -> ReportInput:
    """The order of a report that is among those looked at, so that it is made once for all tests."""
    return a_report(VARIANTS[variant], paper=paper)
