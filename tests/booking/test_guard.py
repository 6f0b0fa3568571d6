"""Time is taken once, by one visitor, and given back whole."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from booking import guard
from booking.models import Booking, BookingState, BusyInterval
from booking.refusals import AlreadyCancelled, HoldLapsed, NoSuchBooking, SlotNotOffered, SlotTaken, TooLate
from kit.db import session, transaction
from tests.booking.builders import (
    A_WEEK_BEFORE,
    MONDAY_10,
    a_booking,
    a_consult_type,
    a_consultant,
    a_guest,
    a_hold,
    minutes,
)

NOW = A_WEEK_BEFORE


def test_a_held_time_is_refused_to_another_visitor(app: Flask):
    consult_type = a_consult_type()
    a_hold(consult_type, visitor="ann")

    with pytest.raises(SlotTaken):
        a_hold(consult_type, visitor="bob")


def test_a_lapsed_hold_is_free_for_another_visitor(app: Flask):
    consult_type = a_consult_type()
    first = a_hold(consult_type, visitor="ann")

    second = a_hold(consult_type, visitor="bob", now=NOW + minutes(10))

    assert second.state is BookingState.HOLD
    session().refresh(first)
    assert first.state is BookingState.LAPSED


def test_a_visitor_holds_one_time_only(app: Flask):
    consult_type = a_consult_type()
    first = a_hold(consult_type, MONDAY_10, visitor="ann")
    a_hold(consult_type, MONDAY_10 + minutes(60), visitor="ann")

    session().refresh(first)

    assert first.state is BookingState.LAPSED
    assert a_hold(consult_type, MONDAY_10, visitor="bob").state is BookingState.HOLD


def test_activity_extends_a_hold_but_not_for_ever(app: Flask):
    hold = a_hold(a_consult_type())

    for passed in range(5, 60, 5):
        guard.extend(hold.secret, now=NOW + minutes(passed))

    session().refresh(hold)
    assert hold.hold_expires_at == NOW + guard.LONGEST_HOLD


@pytest.mark.parametrize(
    "offset",
    [
        minutes(7),
        timedelta(seconds=1),
        timedelta(microseconds=1),
        timedelta(hours=12),
        timedelta(days=365),
        timedelta(days=-8),
    ],
)
def test_a_start_that_is_not_offered_is_refused(app: Flask, offset: timedelta):
    with pytest.raises(SlotNotOffered):
        a_hold(a_consult_type(), MONDAY_10 + offset)


def test_confirming_twice_gives_the_first_consult(app: Flask):
    hold = a_hold(a_consult_type())

    first, new = guard.confirm(hold.secret, a_guest("Ann Avery"), now=NOW)
    again, second_new = guard.confirm(hold.secret, a_guest("Mallory"), now=NOW + minutes(1))

    assert (new, second_new) == (True, False)
    assert first.id == again.id
    assert again.name == "Ann Avery"


def test_a_lapsed_hold_is_booked_where_nobody_else_came(app: Flask):
    hold = a_hold(a_consult_type())

    booking, new = guard.confirm(hold.secret, a_guest(), now=NOW + minutes(45))

    assert new
    assert booking.state is BookingState.CONFIRMED


def test_a_lapsed_hold_is_not_booked_over_somebody_else(app: Flask):
    consult_type = a_consult_type()
    late = a_hold(consult_type, visitor="ann")
    winner = a_booking(consult_type, visitor="bob", now=NOW + minutes(11))

    with pytest.raises(HoldLapsed):
        guard.confirm(late.secret, a_guest(), now=NOW + minutes(12))

    states = dict(session().execute(select(Booking.id, Booking.state)).all())
    assert states == {late.id: BookingState.LAPSED, winner.id: BookingState.CONFIRMED}


def test_a_move_keeps_the_row_and_raises_the_sequence(app: Flask):
    consult_type = a_consult_type()
    booking = a_booking(consult_type)
    uid, secret, identity = booking.uid, booking.secret, booking.id

    moved, before = guard.move(secret, MONDAY_10 + minutes(30), now=NOW)

    assert (moved.id, moved.uid, moved.secret) == (identity, uid, secret)
    assert (moved.sequence, moved.starts_at, before) == (1, MONDAY_10 + minutes(30), MONDAY_10)
    assert moved.ends_at == MONDAY_10 + minutes(60)
    assert a_hold(consult_type, MONDAY_10, visitor="bob").state is BookingState.HOLD


def test_a_move_to_the_same_time_changes_nothing(app: Flask):
    booking = a_booking(a_consult_type())

    moved, _ = guard.move(booking.secret, MONDAY_10, now=NOW)

    assert moved.sequence == 0


def test_a_move_may_overlap_the_time_it_leaves(app: Flask):
    consult_type = a_consult_type(minutes=60, step=30)
    booking = a_booking(consult_type)

    moved, _ = guard.move(booking.secret, MONDAY_10 + minutes(30), now=NOW)

    assert moved.starts_at == MONDAY_10 + minutes(30)


def test_a_move_onto_another_booking_is_refused_and_nothing_moves(app: Flask):
    consult_type = a_consult_type()
    booking = a_booking(consult_type, MONDAY_10, visitor="ann")
    a_booking(consult_type, MONDAY_10 + minutes(30), visitor="bob")

    with pytest.raises(SlotTaken):
        guard.move(booking.secret, MONDAY_10 + minutes(30), now=NOW)

    session().refresh(booking)
    assert (booking.starts_at, booking.sequence) == (MONDAY_10, 0)


def test_a_cancelled_consult_frees_its_time_and_raises_the_sequence(app: Flask):
    consult_type = a_consult_type()
    booking = guard.cancel(a_booking(consult_type).secret, "ill", now=NOW)

    assert (booking.state, booking.sequence, booking.reason) == (BookingState.CANCELLED, 1, "ill")
    assert a_hold(consult_type, visitor="bob").state is BookingState.HOLD
    with pytest.raises(AlreadyCancelled):
        guard.cancel(booking.secret, "", now=NOW)
    with pytest.raises(AlreadyCancelled):
        guard.move(booking.secret, MONDAY_10 + minutes(60), now=NOW)
    with pytest.raises(AlreadyCancelled):
        guard.confirm(booking.secret, a_guest(), now=NOW)


def test_nearer_than_the_cut_off_nothing_changes(app: Flask):
    booking = a_booking(a_consult_type(cut_off=60))

    with pytest.raises(TooLate):
        guard.cancel(booking.secret, "", now=MONDAY_10 - minutes(60))
    with pytest.raises(TooLate):
        guard.move(booking.secret, MONDAY_10 + minutes(60), now=MONDAY_10 - minutes(60))
    assert guard.cancel(booking.secret, "", now=MONDAY_10 - minutes(61)).state is BookingState.CANCELLED


def test_an_unknown_secret_finds_nothing(app: Flask):
    for act in (
        lambda: guard.confirm("nobody", a_guest(), now=NOW),
        lambda: guard.move("nobody", MONDAY_10, now=NOW),
        lambda: guard.cancel("nobody", "", now=NOW),
        lambda: guard.extend("nobody", now=NOW),
    ):
        with pytest.raises(NoSuchBooking):
            act()


def test_a_hold_cannot_be_moved_or_cancelled(app: Flask):
    hold = a_hold(a_consult_type())

    with pytest.raises(NoSuchBooking):
        guard.cancel(hold.secret, "", now=NOW)
    with pytest.raises(NoSuchBooking):
        guard.move(hold.secret, MONDAY_10 + minutes(60), now=NOW)


def test_busy_time_and_buffers_keep_visitors_away(app: Flask):
    consultant = a_consultant()
    consult_type = a_consult_type(consultant, buffer_after=30)
    with transaction() as current:
        current.add(
            BusyInterval(
                consultant_id=consultant.id, starts_at=MONDAY_10 + minutes(45), ends_at=MONDAY_10 + minutes(60)
            )
        )

    with pytest.raises(SlotTaken):
        a_hold(consult_type, MONDAY_10)
    assert a_hold(consult_type, MONDAY_10 - minutes(30)).state is BookingState.HOLD


def test_the_last_place_of_a_day_goes_once(app: Flask):
    consult_type = a_consult_type(max_per_day=2)
    a_booking(consult_type, MONDAY_10, visitor="ann")
    a_booking(consult_type, MONDAY_10 + minutes(60), visitor="bob")

    with pytest.raises(SlotTaken):
        a_hold(consult_type, MONDAY_10 + minutes(120), visitor="cat")
    assert a_hold(consult_type, MONDAY_10 + timedelta(days=1), visitor="cat").state is BookingState.HOLD


def test_a_limit_over_all_types_counts_each_of_them(app: Flask):
    consultant = a_consultant(max_per_day=1)
    short, long = a_consult_type(consultant, slug="short"), a_consult_type(consultant, slug="long", minutes=60)
    a_booking(short, MONDAY_10, visitor="ann")

    with pytest.raises(SlotTaken):
        a_hold(long, MONDAY_10 + minutes(120), visitor="bob")


def test_of_several_hosts_the_one_with_less_to_do_is_booked(app: Flask):
    robin, sam = a_consultant("Robin Hale"), a_consultant("Sam Ortiz")
    consult_type = a_consult_type(robin, sam)
    first = a_booking(consult_type, MONDAY_10, visitor="ann")
    second = a_booking(consult_type, MONDAY_10, visitor="bob")

    assert {first.consultant_id, second.consultant_id} == {robin.id, sam.id}
    with pytest.raises(SlotTaken):
        a_hold(consult_type, MONDAY_10, visitor="cat")


@pytest.mark.parametrize("shift", [minutes(0), minutes(15), minutes(-15)])
def test_the_database_itself_refuses_overlap(app: Flask, shift: timedelta):
    booking = a_booking(a_consult_type())

    with pytest.raises(IntegrityError), transaction() as current:
        current.add(
            Booking(
                state=BookingState.CONFIRMED,
                consultant_id=booking.consultant_id,
                consult_type_id=booking.consult_type_id,
                starts_at=booking.starts_at + shift,
                ends_at=booking.ends_at + shift,
                uid="other",
                secret="other",
                created_at=NOW,
            )
        )
        current.flush()
    assert session().scalar(text("SELECT count(*) FROM booking")) == 1


def test_the_database_refuses_a_row_that_is_moved_onto_another(app: Flask):
    consult_type = a_consult_type()
    a_booking(consult_type, MONDAY_10, visitor="ann")
    second = a_booking(consult_type, MONDAY_10 + minutes(30), visitor="bob")

    with pytest.raises(IntegrityError), transaction() as current:
        row = current.get_one(Booking, second.id)
        row.starts_at, row.ends_at = MONDAY_10, MONDAY_10 + minutes(30)
        current.flush()
