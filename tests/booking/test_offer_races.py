"""Several processes answer one offer at once, or want the same times: one of them gets them, whole.

The suite has six rounds of each case, `make races` fifty.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from booking import offers, reply_service
from booking.exchange_models import Offer, OfferState, Reply
from booking.guard import Guest, Wish
from booking.models import BookingState, ConsultType, WeeklyHours
from booking.offer_refusals import OfferOver, OfferTaken
from booking.refusals import SlotTaken
from kit import clock, jobs
from kit.db import db, session
from kit.outbox import Letter
from tests.booking.builders import MONDAY_10, a_consult_type, a_consultant
from tests.booking.contenders import Arena, contest
from tests.booking.test_races import database
from tests.often import tries

__all__ = ["database"]

PROCESSES = 4
ROUNDS = tries(6, races=50)
NOW = MONDAY_10 - timedelta(days=5)
REPLY = """From: guest{round}@example.com
Message-ID: <{round}@x>
Content-Type: text/calendar

BEGIN:VCALENDAR
METHOD:REPLY
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20261028T150000Z
ATTENDEE;PARTSTAT=ACCEPTED:mailto:guest{round}@example.com
END:VEVENT
END:VCALENDAR
"""

pytestmark = pytest.mark.processes


def three_of(round_number: int) -> list[datetime]:
    """The three times of a round, each round on a day of its own."""
    return [MONDAY_10 + timedelta(days=round_number, hours=hours) for hours in (0, 1, 2)]


def offer_of(round_number: int) -> Offer:
    return session().scalars(select(Offer).order_by(Offer.id)).all()[round_number]


def take_a_time_each(number: int, round_number: int) -> None:
    offers.accept(offers.times_of(offer_of(round_number))[number % 3], now=NOW)


def take_one_or_none(number: int, round_number: int) -> None:
    offer = offer_of(round_number)
    if number == 0:
        offers.decline_all(offer, now=NOW)
    elif number == 1:
        offers.decline(offers.times_of(offer)[1], now=NOW)
    else:
        offers.accept(offers.times_of(offer)[1], now=NOW)


def hand_over_the_same_answer(number: int, round_number: int) -> None:
    uid = offers.times_of(offer_of(round_number))[0].uid
    reply_service.receive(REPLY.format(round=round_number, uid=uid).encode(), now=NOW)


def want_the_same_three(number: int, round_number: int) -> None:
    consult_type = session().scalars(select(ConsultType)).one()
    guest = Guest("Ann Bee", f"guest{round_number}-{number}@example.com")
    starts = three_of(round_number)[number % 2 :]
    offers.ask(consult_type, Wish(starts[0], "", "America/Chicago"), guest, starts, now=NOW)


CASES: dict[str, Callable[[int, int], None]] = {
    "each takes another time": take_a_time_each,
    "one takes, one declines": take_one_or_none,
    "the same answer by two ways": hand_over_the_same_answer,
    "two guests want the same times": want_the_same_three,
}


def contend(arena: Arena, number: int, together: Callable[[], object]) -> list[str]:
    """One process: a try in each round, begun together with all the others."""
    faults = []
    with clock.fixed(NOW):
        for round_number in range(ROUNDS):
            together()
            try:
                CASES[arena.case](number, round_number)
            except (SlotTaken, OfferTaken, OfferOver):
                pass
            except Exception as fault:
                faults.append(repr(fault))
            db.session.remove()
    return faults


@pytest.mark.parametrize("case", list(CASES))
def test_one_of_them_gets_it(case: str, database: str, tmp_path: Path):  # the fixture of that name
    arena = Arena(tmp_path, database, case)
    with arena.site().app_context(), clock.fixed(NOW):
        hours = [WeeklyHours(weekday=weekday, start=9 * 60, finish=17 * 60) for weekday in range(1, 8)]
        consult_type = a_consult_type(a_consultant(weekly=hours))
        for number in range(ROUNDS if case != "two guests want the same times" else 0):
            guest = Guest("Ann Bee", f"guest{number}@example.com")
            starts = three_of(number)
            offers.ask(consult_type, Wish(starts[0], "", "America/Chicago"), guest, starts, now=NOW)
        jobs.queue().close()
        db.session.remove()
        db.engine.dispose()

        faults = race(arena)

        assert faults == []
        for offer in session().scalars(select(Offer)):
            assert_whole(offer, case)
        assert session().scalar(select(func.count(Offer.id))) == ROUNDS
        replies = ROUNDS if case == "the same answer by two ways" else 0
        assert session().scalar(select(func.count(Reply.id))) == replies
        jobs.queue().close()
        db.session.remove()
        db.engine.dispose()


def assert_whole(offer: Offer, case: str) -> None:
    """An offer is open with all of its times, or closed with at most one of them, and every letter left once."""
    times = offers.times_of(offer)
    states = sorted(time.state.value for time in times)
    confirmed = states.count("confirmed")
    if case == "two guests want the same times":
        assert (offer.state, set(states)) == (OfferState.OPEN, {"pending"})
        assert len(times) in (2, 3)
        return
    assert confirmed == (offer.state is OfferState.ACCEPTED)
    assert states == sorted(["confirmed"] * confirmed + ["lapsed"] * (3 - confirmed))
    for time in times:
        kinds = session().scalars(select(Letter.kind).where(Letter.about == time.uid, Letter.recipient == time.address))
        ending = "booking booked" if time.state is BookingState.CONFIRMED else "time withdrawn"
        assert sorted(kinds) == sorted(["time offered", ending])
    if case != "one takes, one declines":
        assert confirmed == 1


def race(arena: Arena) -> list[str]:
    """What went wrong, in any process."""
    return contest(contend, arena, PROCESSES)
