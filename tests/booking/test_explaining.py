"""Why a time is not offered: the engine's first rule, with its numbers, names and the block's own reason."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from booking import absences, explaining
from booking.calendar_models import CalendarSource, SourceKind
from booking.models import BusyInterval, Consultant, HostMode, WeeklyHours
from booking.slots import Reason
from kit.db import transaction
from tests.booking.builders import (
    A_WEEK_BEFORE,
    MONDAY_10,
    a_booking,
    a_consult_type,
    a_consultant,
    a_hold,
    minutes,
)
from tests.booking.visit import TEN, Visit, bookings

NOW = A_WEEK_BEFORE


def only(start: datetime = MONDAY_10, now: datetime = NOW) -> explaining.Finding:
    """What is said of the one host of the one consult type."""
    ((finding,),) = (answer.findings for answer in explaining.explain(start, now=now))
    return finding


def a_source(consultant: Consultant, **changes: Any) -> CalendarSource:
    values: dict[str, Any] = {
        "consultant_id": consultant.id,
        "kind": SourceKind.ICS,
        "name": "Work",
        "url": "https://calendar.example/work.ics",
        "due_at": NOW,
        "good_at": NOW,
        "created_at": NOW,
    }
    with transaction() as current:
        source = CalendarSource(**values | changes)
        current.add(source)
    return source


def test_a_free_time_is_offered(app: Flask):
    a_consult_type()

    (answer,) = explaining.explain(MONDAY_10, now=NOW)

    assert answer.offered
    assert (answer.findings[0].reason, answer.findings[0].detail) == (None, "")


@pytest.mark.parametrize(
    ("start", "reason", "detail"),
    [
        (
            MONDAY_10 + timedelta(hours=10),
            Reason.CLOSED,
            "The hours of Monday 2 November 2026 are 9:00–17:00 (New York time), and it takes 30 minutes.",
        ),
        (MONDAY_10 - timedelta(days=1), Reason.CLOSED, "Sunday 1 November 2026 is closed."),
        (
            MONDAY_10 + minutes(10),
            Reason.OFF_GRID,
            "A start every 30 minutes from when the hours begin; the nearest: 10:00 am and 10:30 am.",
        ),
        (
            datetime(2026, 10, 26, 13, 0, tzinfo=UTC),
            Reason.NOTICE,
            "4 hours ahead at least: not before Monday 26 October 2026, 12:00 pm.",
        ),
        (
            datetime(2026, 11, 27, 15, 0, tzinfo=UTC),
            Reason.HORIZON,
            "Bookable for 30 days: until Wednesday 25 November 2026.",
        ),
    ],
)
def test_hours_steps_notice_and_horizon_come_with_their_numbers(
    app: Flask, start: datetime, reason: Reason, detail: str
):
    a_consult_type(notice=240, horizon_days=30)

    finding = only(start)

    assert finding.reason is reason
    assert finding.detail.replace("\N{NO-BREAK SPACE}", " ") == detail


def test_a_time_that_is_over_is_said_to_be_over(app: Flask):
    a_consult_type()

    finding = only(MONDAY_10, now=MONDAY_10 + minutes(1))

    assert (finding.reason, finding.detail) == (Reason.NOTICE, "It is over.")


def test_a_block_gives_its_own_reason(app: Flask):
    consultant = a_consultant()
    a_consult_type(consultant, buffer_before=15)
    absences.block(consultant, start=MONDAY_10 - minutes(60), end=MONDAY_10 - minutes(10), reason="Dentist")

    finding = only()

    assert finding.reason is Reason.BUSY
    assert finding.detail.replace("\N{NO-BREAK SPACE}", " ") == (
        "Blocked: “Dentist”, Monday 2 November 2026, 9:00 am–9:50 am. It needs 15 minutes free before it, too."
    )


def test_busy_time_names_the_calendar_it_was_read_from(app: Flask):
    consultant = a_consultant()
    a_consult_type(consultant)
    source = a_source(consultant)
    with transaction() as current:
        row = {"consultant_id": consultant.id, "source_id": source.id, "reason": "Secret"}
        current.add(BusyInterval(starts_at=MONDAY_10, ends_at=MONDAY_10 + minutes(60), **row))

    assert only().detail.replace("\N{NO-BREAK SPACE}", " ") == (
        "Busy in “Work”, Monday 2 November 2026, 10:00 am–11:00 am."
    )


def test_calendars_that_could_not_be_read_are_named(app: Flask):
    consultant = a_consultant()
    a_consult_type(consultant)
    a_source(consultant, name="Work", good_at=NOW - timedelta(hours=7))
    a_source(consultant, name="Family", good_at=None)
    a_source(consultant, name="Fresh")
    a_source(consultant, name="Only written to", good_at=None, reads=False)

    finding = only()

    assert finding.reason is Reason.UNREAD
    assert finding.detail.replace("\N{NO-BREAK SPACE}", " ") == (
        "“Work” was last read on 26 October 2026, 1:00 am and “Family” has never been read. A copy counts for 6 hours."
    )


def test_consults_and_holds_in_the_way_are_named(app: Flask):
    consult_type = a_consult_type(buffer_after=30)
    before = a_booking(consult_type, MONDAY_10 - minutes(30), visitor="ann")
    held = a_hold(consult_type, MONDAY_10 + minutes(60), visitor="bob")
    lapsed = a_hold(consult_type, MONDAY_10 + minutes(180), visitor="cat", now=NOW - minutes(11))

    finding, other = only(MONDAY_10 + minutes(30)), only(MONDAY_10 + minutes(180))

    assert finding.reason is Reason.BOOKED
    assert [found.id for found in finding.bookings] == [held.id]
    assert finding.detail == "It needs 30 minutes free after it, too."
    assert [found.id for found in only().bookings] == [before.id]
    assert (other.reason, lapsed.id in [found.id for found in other.bookings]) == (None, False)


@pytest.mark.parametrize(
    ("own", "all_types", "detail"),
    [
        ({"max_per_day": 1}, {}, "1 of at most 1 of this kind on Monday 2 November 2026."),
        ({}, {"max_per_day": 2}, "2 of at most 2 of all kinds on Monday 2 November 2026."),
        (
            {"max_per_day": 1},
            {"max_per_day": 2},
            "1 of at most 1 of this kind and 2 of at most 2 of all kinds on Monday 2 November 2026.",
        ),
        ({"max_per_week": 1}, {}, "1 of at most 1 of this kind in the week of Monday 2 November 2026."),
        ({}, {"max_per_week": 2}, "2 of at most 2 of all kinds in the week of Monday 2 November 2026."),
    ],
)
def test_limits_come_with_their_numbers(app: Flask, own: dict[str, int], all_types: dict[str, int], detail: str):
    consultant = a_consultant()
    consult_type = a_consult_type(consultant)
    other = a_consult_type(consultant, slug="other", active=False)
    a_booking(consult_type, MONDAY_10 + minutes(120), visitor="ann")
    a_booking(other, MONDAY_10 + minutes(240), visitor="bob")
    with transaction():
        for name, value in own.items():
            setattr(consult_type, name, value)
        for name, value in all_types.items():
            setattr(consultant, name, value)

    assert only().detail == detail


def test_the_zone_of_a_journey_is_said(app: Flask):
    consultant = a_consultant()
    a_consult_type(consultant)
    absences.add_journey(consultant, first=date(2026, 11, 2), last=date(2026, 11, 2), zone_name="Europe/London")

    there, home = only(datetime(2026, 11, 2, 20, 0, tzinfo=UTC)), only(MONDAY_10 + timedelta(days=1))

    assert (there.reason, there.away) == (Reason.CLOSED, "London")
    assert "9:00–17:00 (London time)" in there.detail
    assert (home.reason, home.away) == (None, "")


def test_every_length_and_host_has_an_answer_of_its_own(app: Flask):
    robin, sam = a_consultant("Robin Hale"), a_consultant("Sam Low")
    a_consult_type(robin, sam, more_lengths=[60])
    absences.block(sam, start=MONDAY_10 + minutes(30), end=MONDAY_10 + minutes(60), reason="")

    answers = explaining.explain(MONDAY_10, now=NOW)

    assert [(answer.minutes, answer.offered) for answer in answers] == [(30, True), (60, True)]
    assert [[finding.reason for finding in answer.findings] for answer in answers] == [
        [None, None],
        [None, Reason.BUSY],
    ]


def test_where_all_hosts_take_part_one_who_is_busy_is_enough(app: Flask):
    robin, sam = a_consultant("Robin Hale"), a_consultant("Sam Low", weekly=[WeeklyHours(weekday=2, start=0, finish=9)])
    a_consult_type(robin, sam, host_mode=HostMode.ALL)

    (answer,) = explaining.explain(MONDAY_10, now=NOW)

    assert (answer.together, answer.offered) == (True, False)
    assert [finding.reason for finding in answer.findings] == [None, Reason.CLOSED]


def test_who_cannot_be_booked_is_left_out(app: Flask):
    a_consult_type(a_consultant(active=False))

    (answer,) = explaining.explain(MONDAY_10, now=NOW)

    assert (answer.offered, answer.findings) == (False, ())


@pytest.mark.parametrize(
    ("day", "time", "verdict", "answer"),
    [
        ("2026-11-02", "9:00", "offered", "Free"),
        ("2026-11-02", "8 pm", "not offered", "Outside the working hours The hours of Monday 2 November 2026"),
        ("2026-11-02", "10:00", "not offered", "Taken by another consult or its buffer 2 November 2026, 10:00 am"),
    ],
)
def test_the_desk_answers(visit: Visit, robin: Visit, day: str, time: str, verdict: str, answer: str):
    visit.book(TEN)

    page = robin.get(f"/desk/consults/?day={day}&time={time}")

    (heading,), (said,) = page.texts(".why-type h3"), page.texts(".why-hosts dd")
    assert heading == f"First conversation, 30 minutes {verdict}"
    assert said.replace("\N{NO-BREAK SPACE}", " ").startswith(answer)
    if "Taken" in answer:
        assert f"/desk/consults/{bookings()[0].reference}" in page.links.values()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("day=&time=", "Enter the date"),
        ("day=soon&time=10:00", "Date must be a date, like 2026-12-24"),
        ("day=9999-12-31&time=10:00", "Date must be a date from 2000 to 2099"),
        ("day=2026-11-02&time=late", "Time: “late” is not a time; write it like 9:00 or 5:30 pm"),
        ("day=2026-11-02", "Enter the time"),
    ],
)
def test_a_question_that_cannot_be_read_is_said(app: Flask, robin: Visit, query: str, sentence: str):
    page = robin.get(f"/desk/consults/?{query}")

    assert page.status == 422
    assert sentence in page.errors


def test_where_nothing_is_offered_that_is_said(app: Flask, robin: Visit):
    assert "No consult type is offered." in robin.get("/desk/consults/?day=2026-11-02&time=9:00").text
