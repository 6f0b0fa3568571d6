"""Reminders: a day and an hour before, once each, and never when they would be wrong or of no use."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

import leads.services
from booking import guard, reminder_letters, reminders, services
from booking.exchange_models import Reminder, ReminderKind
from booking.guard import Guest, Wish
from booking.models import Booking, HostMode
from booking.reminders import due_kind
from booking.times import When
from kit.db import session, transaction
from leads.handover import Handover
from leads.models import HappeningKind
from leads.origin import Origin
from tests.booking.builders import A_WEEK_BEFORE, MONDAY_10, a_booking, a_consult_type, a_consultant, minutes
from tests.booking.invite_rules import invite_of
from tests.booking.visit import Letters, Visit, assert_letters_are_right, text_of

MoveClock = Callable[[datetime], None]
DAY, HOUR = ReminderKind.DAY, ReminderKind.HOUR
START = MONDAY_10


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def told(letters: Letters) -> list[tuple[str, str]]:
    """To whom, and how each subject begins."""
    return [(str(letter["To"].addresses[0].addr_spec), str(letter["Subject"]).split(":")[0]) for letter in letters()]


def run(at: MoveClock, moment: datetime) -> int:
    at(moment)
    return reminders.write_due()


@pytest.mark.parametrize(
    ("before_start", "told_before_start", "due"),
    [
        (hours(24) + minutes(1), hours(100), None),
        (hours(24), hours(100), DAY),
        (hours(23), hours(100), DAY),
        (hours(4) + minutes(1), hours(100), DAY),
        (hours(4), hours(100), None),
        (hours(1) + minutes(1), hours(100), None),
        (hours(1), hours(100), HOUR),
        (minutes(1), hours(100), HOUR),
        (minutes(0), hours(100), None),
        (minutes(-1), hours(100), None),
        (hours(23), hours(24) + minutes(1), DAY),
        (hours(23), hours(24), None),
        (hours(23), hours(23.5), None),
        (minutes(30), hours(23.5), HOUR),
        (minutes(30), hours(1), None),
        (minutes(30), minutes(40), None),
    ],
)
def test_which_reminder_is_due(before_start: timedelta, told_before_start: timedelta, due: ReminderKind | None):
    assert due_kind(START, START - told_before_start, START - before_start) is due


@given(st.integers(-100, 4000), st.integers(0, 4000), st.integers(0, 4000))
def test_a_reminder_is_never_late_in_vain_and_never_tells_what_was_just_told(now: int, told_at: int, later: int):
    """`now` and `told_at` are minutes before the start."""
    due = due_kind(START, START - minutes(told_at), START - minutes(now))

    if due is DAY:
        assert 4 * 60 < now <= 24 * 60 < told_at
    elif due is HOUR:
        assert 0 < now <= 60 < told_at
    else:
        # What is not due cannot have been missed by a worker that looks every minute.
        assert now <= 0 or 60 < now <= 4 * 60 or now > 24 * 60 or told_at <= (60 if now <= 60 else 24 * 60)


def test_guest_and_host_are_reminded_a_day_and_an_hour_before_once_each(app: Flask, at: MoveClock, letters: Letters):
    a_booking(a_consult_type())

    written = [run(at, START - minutes(minute)) for minute in range(26 * 60, -30, -10)]

    assert sum(written) == 2
    assert told(letters) == [
        ("ann@example.com", "Tomorrow"),
        ("robin@consultancy.example", "Tomorrow"),
        ("ann@example.com", "In 1 hour"),
        ("robin@consultancy.example", "In 1 hour"),
    ]


def test_a_reminder_is_a_plain_mail_with_the_link_and_moves_nothing(app: Flask, at: MoveClock, letters: Letters):
    booking = a_booking(a_consult_type())
    run(at, START - hours(24))

    guest, host = letters()
    assert (invite_of(guest), invite_of(host), booking.sequence) == (None, None, 0)
    assert str(guest["Subject"]) == (
        "Tomorrow: First conversation with Robin Hale, Monday 2 November 2026, 9:00 am (Chicago time)"
    )
    assert "/book/consult/" in text_of(guest)
    assert "9:00 am–9:30 am, Chicago, UTC−06:00" in text_of(guest)
    assert "For Robin Hale: 10:00 am–10:30 am (New York, UTC−05:00)" in text_of(guest)
    assert "move or cancel it until Monday 2 November, 8:00 am (Chicago, UTC−06:00):" in " ".join(
        text_of(guest).split()
    )
    assert "/book/consult/" not in text_of(host)
    assert_letters_are_right(letters)


def test_an_hour_before_nothing_is_promised_that_the_link_cannot_do(app: Flask, at: MoveClock, letters: Letters):
    a_booking(a_consult_type(cut_off=60))
    run(at, START - hours(1))

    assert "move or cancel" not in text_of(letters()[0])
    assert "reply to this mail" in text_of(letters()[0])


def test_the_host_reads_story_gap_obstacles_answers_and_note(app: Flask, at: MoveClock, letters: Letters):
    handover = Handover(
        story="the-brush-off", held=4.1, needed=11.3, gap=7.2, band="short", obstacles=("too little time set aside",)
    )
    wish = Wish(START, "ann", "America/Chicago", handover=handover)
    hold = guard.hold(a_consult_type(), wish, now=A_WEEK_BEFORE, host_name="localhost")
    guest = Guest("Ann Avery", "ann@example.com", note="My team has stopped calling.", answers={"Team": "Six of us"})
    services.book(hold.secret, guest, now=A_WEEK_BEFORE)
    run(at, START - hours(24))

    host = text_of(letters()[-1])
    for words in ("holds 4.1, needs 11.3", "Gap: 7.2 a week", "too little time set aside", "The brush off"):
        assert words in host
    assert "Team: Six of us" in host
    assert "My team has stopped calling." in host
    assert "/desk/leads/" in host
    assert "stopped calling" not in text_of(letters()[-2])


def test_a_result_that_is_known_of_the_lead_reaches_the_host_where_none_came_along(
    app: Flask, at: MoveClock, letters: Letters
):
    booking = a_booking(a_consult_type())
    with transaction():
        origin = Origin(story="the-brush-off")
        lead = leads.services.capture(address="ann@example.com", name="Ann", at=A_WEEK_BEFORE, origin=origin)
        facts = {"held": "4.1 a week", "needed": "11.3 a week", "gap": "7.2 a week", "in the way": ["no list"]}
        kind = HappeningKind.ASSESSMENT_TAKEN
        leads.services.record(lead, kind, at=A_WEEK_BEFORE, headline="Took the assessment", facts=facts)
        booking.lead_id = lead.id
    run(at, START - hours(24))

    host = text_of(letters()[-1])
    for row in ("Conversations: holds 4.1 a week, needs 11.3 a week", "Gap: 7.2 a week", "In the way: no list"):
        assert row in host
    assert "Story: The brush off" in host


def test_every_host_is_reminded_in_their_own_time(app: Flask, at: MoveClock, letters: Letters):
    hosts = a_consultant("Robin Hale"), a_consultant("Sam Ortiz", zone_name="Europe/Madrid")
    sam = hosts[1]
    with transaction():
        for window in sam.weekly:
            window.start, window.finish = 9 * 60, 20 * 60
    a_booking(a_consult_type(*hosts, host_mode=HostMode.ALL))
    run(at, START - hours(24))

    assert [address for address, _ in told(letters)] == [
        "ann@example.com",
        "robin@consultancy.example",
        "sam@consultancy.example",
    ]
    assert "4:00 pm–4:30 pm, Madrid, UTC+01:00" in text_of(letters()[2])


def test_a_host_without_an_address_gets_none(app: Flask, at: MoveClock, letters: Letters):
    a_booking(a_consult_type(a_consultant(address="")))
    run(at, START - hours(24))

    assert [address for address, _ in told(letters)] == ["ann@example.com"]


def test_a_cancelled_consult_is_not_reminded_of(app: Flask, at: MoveClock, letters: Letters):
    booking = a_booking(a_consult_type())
    guard.cancel(booking.secret, "", now=A_WEEK_BEFORE)

    assert [run(at, START - hours(24)), run(at, START - hours(1))] == [0, 0]


def test_a_hold_is_not_reminded_of(app: Flask, at: MoveClock):
    wish = Wish(START, "ann", "America/Chicago")
    guard.hold(a_consult_type(), wish, now=START - hours(25), host_name="localhost", length=hours(30))

    assert run(at, START - hours(24)) == 0


def test_a_move_makes_room_for_new_reminders(app: Flask, at: MoveClock, letters: Letters):
    booking = a_booking(a_consult_type())
    run(at, START - hours(24))
    later = START + timedelta(days=2)
    guard.move(booking.secret, later, now=START - hours(20))

    assert [run(at, START - hours(1)), run(at, later - hours(24)), run(at, later - hours(1))] == [0, 1, 1]
    subjects = [str(letter["Subject"]) for letter in letters() if letter["To"].addresses[0].username == "ann"]
    assert [subject.split(", ", 1)[1] for subject in subjects] == [
        "Monday 2 November 2026, 9:00 am (Chicago time)",
        "Wednesday 4 November 2026, 9:00 am (Chicago time)",
        "Wednesday 4 November 2026, 9:00 am (Chicago time)",
    ]


def test_a_move_into_the_coming_day_needs_no_reminder_of_the_day(app: Flask, at: MoveClock):
    booking = a_booking(a_consult_type(), START + timedelta(days=1))
    guard.move(booking.secret, START, now=START - hours(20))

    assert [run(at, START - hours(19)), run(at, START - minutes(59))] == [0, 1]


def test_a_consult_that_is_moved_there_and_back_is_reminded_of_once(app: Flask, at: MoveClock, letters: Letters):
    booking = a_booking(a_consult_type())
    run(at, START - hours(24))
    guard.move(booking.secret, START + timedelta(days=1), now=START - hours(23))
    guard.move(booking.secret, START, now=START - hours(22))

    assert run(at, START - hours(21)) == 0
    assert len(letters()) == 2


def test_whoever_books_for_today_is_not_reminded_of_it_tomorrow(app: Flask, at: MoveClock, letters: Letters):
    a_booking(a_consult_type(), now=START - hours(6))

    assert [run(at, START - hours(5)), run(at, START - hours(1))] == [0, 1]


def test_a_worker_that_slept_writes_the_day_s_reminder_while_it_helps(app: Flask, at: MoveClock, letters: Letters):
    a_booking(a_consult_type())

    assert run(at, START - hours(8)) == 1
    assert told(letters)[0] == ("ann@example.com", "Today")


@pytest.mark.parametrize("slept_until", [START - hours(4), START - hours(2)])
def test_a_worker_that_slept_too_long_leaves_it_to_the_hour_s_reminder(
    app: Flask, at: MoveClock, letters: Letters, slept_until: datetime
):
    a_booking(a_consult_type())

    assert [run(at, slept_until), run(at, START - minutes(40))] == [0, 1]
    assert told(letters)[0] == ("ann@example.com", "In 40 minutes")


def test_a_worker_that_slept_through_the_start_stays_silent(app: Flask, at: MoveClock, letters: Letters):
    a_booking(a_consult_type())

    assert run(at, START) == 0
    assert letters() == []


def test_what_fails_halfway_is_written_whole_the_next_time(app: Flask, at: MoveClock, letters: Letters):
    sam = a_consultant("Sam Ortiz", address="sam@consultancy.example\n")
    a_booking(a_consult_type(a_consultant("Robin Hale"), sam, host_mode=HostMode.ALL))

    assert run(at, START - hours(24)) == 0
    assert (letters(), session().scalars(select(Reminder)).all()) == ([], [])

    with transaction():
        sam.address = "sam@consultancy.example"
    assert run(at, START - hours(24) + minutes(1)) == 1
    assert len(letters()) == 3


def test_one_consult_that_cannot_be_reminded_of_keeps_no_other_from_it(app: Flask, at: MoveClock, letters: Letters):
    consult_type = a_consult_type()
    broken = a_booking(consult_type)
    a_booking(consult_type, START + minutes(30), visitor="bob")
    with transaction() as current:
        current.get_one(Booking, broken.id).zone_name = "Nowhere/At_All"

    assert run(at, START - hours(23)) == 1
    assert len(letters()) == 2


@pytest.mark.parametrize(
    ("zone_name", "now", "words"),
    [
        ("America/New_York", START - hours(24), "Tomorrow"),
        ("Pacific/Auckland", START - hours(8), "Tomorrow"),
        ("America/New_York", START - hours(8), "Today"),
        ("America/New_York", START - minutes(61), "In 1 hour"),
        ("America/New_York", START - minutes(25), "In 25 minutes"),
    ],
)
def test_how_far_away_it_is_is_said_by_the_reader_s_own_days(zone_name: str, now: datetime, words: str):
    assert reminder_letters.away(When(START, START + minutes(30), zone_name), now) == words


def test_the_whole_way_of_a_visitor_ends_in_reminders(visit: Visit, at: MoveClock, letters: Letters):
    own = visit.book("2026-11-04T15:00:00Z")
    at(datetime.fromisoformat("2026-11-03T15:00:00Z"))

    reminders.write_due()

    guest = letters()[2]
    link = next(line for line in text_of(guest).splitlines() if "/book/consult/" in line)
    assert visit.get(link.removeprefix("http://localhost")).heading == visit.get(own).heading
