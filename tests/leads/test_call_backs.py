"""Who asked to be called back, until somebody has."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from leads import lists, services
from leads.models import HappeningKind, Lead, Stage

AT = datetime(2026, 10, 1, 15, 0, tzinfo=UTC)
DUE = date(2026, 10, 15)
SINCE = AT - timedelta(days=30)


def asked(name: str = "Ann", *, due: date = DUE, at: datetime = AT) -> Lead:
    lead = services.capture(address=f"{name.lower()}@example.com", name=name, at=at)
    facts = {"due": due.isoformat()}
    services.record(lead, HappeningKind.CALL_BACK_ASKED, at=at, headline="Asked to be called back", facts=facts)
    return lead


def due(until: date = DUE, *, since: datetime = SINCE) -> list[tuple[date, str]]:
    return [(day, lead.name) for day, lead in lists.call_backs_due(until, since=since)]


def test_a_call_back_is_due_from_its_day_on(app: Flask):
    asked()

    assert due(DUE - timedelta(days=1)) == []
    assert due(DUE) == [(DUE, "Ann")]
    assert due(DUE + timedelta(days=90)) == [(DUE, "Ann")]


def test_the_longest_due_comes_first(app: Flask):
    asked("Ann", due=DUE)
    asked("Bob", due=DUE - timedelta(days=3))
    asked("Cy", due=DUE)

    assert [name for _, name in due()] == ["Bob", "Ann", "Cy"]


@pytest.mark.parametrize(
    "answer",
    [HappeningKind.NOTE, HappeningKind.TIMES_OFFERED, HappeningKind.CONSULT_BOOKED, HappeningKind.CONSULT_HELD],
)
def test_a_call_back_is_done_with_once_somebody_talked_with_them(app: Flask, answer: HappeningKind):
    services.record(asked(), answer, at=AT + timedelta(days=14), headline="Talked")

    assert due() == []


def test_what_happened_before_they_asked_is_no_answer(app: Flask):
    lead = services.capture(address="ann@example.com", name="Ann", at=AT)
    services.add_note(lead, text="Friendly", author="Robin", at=AT - timedelta(days=1))
    asked()

    assert due() == [(DUE, "Ann")]


@pytest.mark.parametrize(
    "kind",
    [
        HappeningKind.ASSESSMENT_TAKEN,
        HappeningKind.REPORT_SENT,
        HappeningKind.REPORT_FAILED,
        HappeningKind.STAGE,
    ],
)
def test_what_they_did_by_themselves_is_no_answer(app: Flask, kind: HappeningKind):
    services.record(asked(), kind, at=AT + timedelta(days=1), headline="It happened")

    assert due() == [(DUE, "Ann")]


def test_whoever_was_closed_is_not_called(app: Flask):
    services.move_stage(asked(), Stage.CLOSED, author="Robin", at=AT + timedelta(days=1), reason="Left the trade")

    assert due() == []


def test_asked_twice_the_later_wish_counts(app: Flask):
    asked(due=DUE)
    asked(due=DUE + timedelta(days=80), at=AT + timedelta(days=2))

    assert due(DUE + timedelta(days=30)) == []
    assert due(DUE + timedelta(days=80)) == [(DUE + timedelta(days=80), "Ann")]


def test_asked_again_after_a_call_it_is_due_again(app: Flask):
    services.add_note(asked(), text="Not yet", author="Robin", at=AT + timedelta(days=14))
    asked(due=DUE + timedelta(days=30), at=AT + timedelta(days=14, hours=1))

    assert due(DUE + timedelta(days=30)) == [(DUE + timedelta(days=30), "Ann")]


def test_very_old_wishes_are_left_alone(app: Flask):
    asked()

    assert due(since=AT + timedelta(seconds=1)) == []
