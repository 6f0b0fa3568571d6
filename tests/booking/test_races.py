"""Eight processes want the same time at once: one of them gets it, in each of the five ways to want it.

Each case is tried on a real SQLite file and on a real PostgreSQL server, over and over; every round has a day of its
own, so that no round is helped by the one before. `make races` makes a thousand attempts of each, the suite 64.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from booking import guard
from booking.guard import Guest, Wish
from booking.models import Booking, BookingState, ConsultType, WeeklyHours
from booking.refusals import HoldLapsed, SlotTaken
from kit.db import db, session, transaction
from tests.booking.builders import MONDAY_10, a_booking, a_consult_type, a_consultant, a_hold, minutes
from tests.booking.contenders import Arena, contest
from tests.databases import Templates
from tests.often import tries

PROCESSES = 8
ROUNDS = tries(8, races=125)
NOW = MONDAY_10 - timedelta(days=3)

pytestmark = pytest.mark.processes


def ten_on(number: int) -> datetime:
    """Ten o'clock on the day of that round."""
    return MONDAY_10 + timedelta(days=number)


def wish(start: datetime, number: int, round_number: int) -> Wish:
    return Wish(start, f"{number}-{round_number}", "America/Chicago")


def take(slug: str, start: datetime, number: int, round_number: int) -> None:
    consult_type = session().scalars(select(ConsultType).where(ConsultType.slug == slug)).one()
    guard.hold(consult_type, wish(start, number, round_number), now=NOW, host_name="localhost")


def want_the_same_slot(number: int, round_number: int) -> None:
    take("short", ten_on(round_number), number, round_number)


def want_overlapping_slots_of_two_types(number: int, round_number: int) -> None:
    slug, shift = ("short", 0) if number % 2 else ("long", -30 if number % 4 else -15)
    take(slug, ten_on(round_number) + minutes(shift), number, round_number)


def want_to_hold_what_is_being_booked(number: int, round_number: int) -> None:
    if number == 0:
        guard.confirm(f"lapsed-{round_number}", Guest("Ann Avery", "ann@example.com"), now=NOW)
    else:
        take("short", ten_on(round_number), number, round_number)


def want_to_move_onto_what_is_new(number: int, round_number: int) -> None:
    if number == 0:
        guard.move(f"booked-{round_number}", ten_on(round_number), now=NOW)
    else:
        take("short", ten_on(round_number), number, round_number)


def want_the_last_place_of_the_day(number: int, round_number: int) -> None:
    take("limited", ten_on(round_number) + minutes(30 * number), number, round_number)


CASES: dict[str, Callable[[int, int], None]] = {
    "the same slot": want_the_same_slot,
    "overlapping slots of two types": want_overlapping_slots_of_two_types,
    "a hold against a booking": want_to_hold_what_is_being_booked,
    "a move against a new one": want_to_move_onto_what_is_new,
    "the last place of a day": want_the_last_place_of_the_day,
}


def contend(arena: Arena, number: int, together: Callable[[], object]) -> list[int]:
    """One process: a try in each round, begun together with all the others."""
    won: list[int] = []
    for round_number in range(ROUNDS):
        together()
        try:
            CASES[arena.case](number, round_number)
            won.append(round_number)
        except (SlotTaken, HoldLapsed):
            pass
        db.session.remove()
    return won


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, templates: Templates, tmp_path: Path) -> str:
    return templates.make(request.param, tmp_path)


def prepare(case: str) -> None:
    """Somebody who can be booked every day, and what the case needs to be there beforehand."""
    from_nine = {"weekly": [_all_day(weekday) for weekday in range(1, 8)]}
    robin = a_consultant(**from_nine)
    rules: dict[str, Any] = {"horizon_days": ROUNDS + 10}
    short = a_consult_type(robin, slug="short", **rules)
    a_consult_type(robin, slug="long", minutes=60, step=15, **rules)
    limited = a_consult_type(robin, slug="limited", max_per_day=2, **rules)
    for number in range(ROUNDS):
        if case == "a hold against a booking":
            lapsed = a_hold(short, ten_on(number), visitor=f"early-{number}", now=NOW - timedelta(hours=1))
            _name(lapsed, f"lapsed-{number}")
        elif case == "a move against a new one":
            booked = a_booking(short, ten_on(number) + minutes(120), visitor=f"early-{number}", now=NOW)
            _name(booked, f"booked-{number}")
        elif case == "the last place of a day":
            a_booking(limited, ten_on(number) + minutes(300), visitor=f"early-{number}", now=NOW)


@pytest.mark.parametrize("case", list(CASES))
def test_exactly_one_gets_it(case: str, database: str, tmp_path: Path):
    arena = Arena(tmp_path, database, case)
    with arena.site().app_context():
        prepare(case)
        db.session.remove()
        db.engine.dispose()

        winners = race(arena)

        assert winners == dict.fromkeys(range(ROUNDS), 1)
        assert taken_twice() == []
        db.session.remove()
        db.engine.dispose()


def race(arena: Arena) -> dict[int, int]:
    """How many won, by round."""
    return dict(Counter(contest(contend, arena, PROCESSES)))


def taken_twice() -> list[tuple[int, int]]:
    """Pairs of live rows of one consultant that overlap."""
    live = (BookingState.HOLD, BookingState.CONFIRMED)
    rows = list(session().scalars(select(Booking).where(Booking.state.in_(live)).order_by(Booking.starts_at)))
    return [(one.id, two.id) for one, two in pairwise(rows) if two.starts_at < one.ends_at]


def _all_day(weekday: int) -> WeeklyHours:
    return WeeklyHours(weekday=weekday, start=9 * 60, finish=17 * 60)


def _name(booking: Booking, secret: str) -> None:
    with transaction():
        session().get_one(Booking, booking.id).secret = secret
