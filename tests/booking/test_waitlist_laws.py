"""For any history of cancellations, lapses and changes of mind: one person an opening, in turn, and none twice."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from booking import guard, services, waitlist, waitlist_job
from booking.exchange_models import WaitlistEntry, WaitState
from booking.guard import Guest, Wish
from booking.models import Booking, BookingState, Consultant, ConsultType, DateOverride
from booking.refusals import SlotTaken, TooLate
from booking.waitlist import Asking
from booking.waitlist_refusals import FreeAlready, NothingEarlier, OpeningGone, PlaceGone, TooManyPlaces
from kit import clock
from kit.db import session, transaction
from kit.outbox import Letter
from tests.booking.builders import a_consult_type, a_consultant

NEW_YORK = ZoneInfo("America/New_York")
BEGIN = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
# 9:00, 11:00 and 13:00 in New York on the Monday and on the Tuesday.
GRID = [datetime(2026, 11, day, hour, 0, tzinfo=UTC) for day in (2, 3) for hour in (14, 16, 18)]
TUESDAY = date(2026, 11, 3)
TUESDAY_MIDNIGHT = datetime(2026, 11, 3, 5, 0, tzinfo=UTC)
CUT_OFF = timedelta(minutes=60)
NOT_NOW = (FreeAlready, NothingEarlier, OpeningGone, PlaceGone, TooManyPlaces, SlotTaken, TooLate)

# What happens while some wait: the more often, the more it tells.
STEPS = (
    *("cancel", "cancel", "cancel", "cancel", "wait", "wait", "wait", "take", "let_go", "let_go", "leave"),
    *("join", "join_before", "join_earlier", "somebody_else"),
)
lines = st.lists(st.sampled_from(["join", "join_before", "join_earlier"]), min_size=2, max_size=5)
histories = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 5)), min_size=6, max_size=12)


@dataclass
class World:
    """One host with six times, all of them taken at first, and whoever waits for one of them."""

    consult_type: ConsultType
    now: datetime = BEGIN
    visitors: int = 0
    offers: list[tuple[int, datetime]] = field(default_factory=list)

    def do(self, step: str, number: int) -> None:
        """One thing that happens; what is refused has not happened."""
        try:
            with clock.fixed(self.now):
                getattr(self, step)(number)
        except NOT_NOW:
            pass

    def join(self, number: int) -> None:
        guest = Guest("Ann", f"waits{number}@example.com")
        waitlist.join(self.consult_type, Asking(guest, "America/New_York"), now=self.now)

    def join_before(self, number: int) -> None:
        guest = Guest("Bob", f"soon{number}@example.com")
        waitlist.join(self.consult_type, Asking(guest, "America/New_York", before=TUESDAY), now=self.now)

    def join_earlier(self, number: int) -> None:
        for consult in self.consults()[number:][:1]:
            waitlist.join_earlier(consult, None, now=self.now)

    def cancel(self, number: int) -> None:
        for consult in self.consults()[number:][:1]:
            guard.cancel(consult.secret, "", now=self.now, late=True)

    def wait(self, number: int) -> None:
        self.now += timedelta(minutes=[5, 20, 45, 90, 125, 125][number])

    def take(self, number: int) -> None:
        for entry, held in self.held()[number:][:1]:
            taken = waitlist.take(entry.secret, held.starts_at, now=self.now)
            if taken.state is BookingState.HOLD:
                services.book(taken.secret, Guest("Ann", entry.address), now=self.now)

    def let_go(self, number: int) -> None:
        for entry, held in self.held()[number:][:1]:
            waitlist.pass_on(entry.secret, held.starts_at, now=self.now)

    def leave(self, number: int) -> None:
        for entry in waitlist.places()[number:][:1]:
            waitlist.leave(entry.secret, now=self.now)

    def somebody_else(self, number: int) -> None:
        self.visitors += 1
        wish = Wish(GRID[number], f"visitor {self.visitors}", "America/New_York")
        hold = guard.hold(self.consult_type, wish, now=self.now, host_name="localhost")
        guard.confirm(hold.secret, Guest("Cat", f"visitor{self.visitors}@example.com"), now=self.now)

    def serve(self) -> list[tuple[int, datetime]]:
        """Let the job run; gives what it newly offered."""
        with clock.fixed(self.now):
            waitlist_job.offer_openings()
        session().rollback()
        held = [(entry.id, time.starts_at) for entry, time in self.held()]
        new = [pair for pair in held if pair not in self.offers]
        self.offers += new
        return new

    def held(self) -> list[tuple[WaitlistEntry, Booking]]:
        offered = [entry for entry in waitlist.places() if entry.state is WaitState.OFFERED]
        pairs = [(entry, waitlist.held_for(entry)) for entry in offered]
        return [(entry, time) for entry, time in pairs if time is not None and waitlist.is_held(time, self.now)]

    def consults(self) -> list[Booking]:
        """Those to come, the first one first."""
        chosen = select(Booking).where(Booking.state == BookingState.CONFIRMED, Booking.starts_at > self.now)
        return list(session().scalars(chosen.order_by(Booking.starts_at)))

    def free(self) -> list[datetime]:
        """The times that nobody has, worked out without the engine."""
        live = (BookingState.CONFIRMED, BookingState.HOLD)
        taken = session().scalars(select(Booking.starts_at).where(Booking.state.in_(live))).all()
        return [start for start in GRID if start not in taken and start > self.now]

    def helps(self, entry: WaitlistEntry, start: datetime) -> bool:
        """Whether a time would help them, is new to them, and leaves them a quarter of an hour."""
        own = session().get(Booking, entry.booking_id) if entry.booking_id else None
        last = start if own is None else min(start, own.starts_at - CUT_OFF)
        return (
            (entry.before is None or start < TUESDAY_MIDNIGHT)
            and (own is None or start < own.starts_at)
            and (entry.id, start) not in self.offers
            and (last - self.now) / 2 >= timedelta(minutes=15)
        )


def a_world() -> World:
    """Fresh; all six times are taken by people who do not wait."""
    with transaction() as current:
        for table in (Letter, WaitlistEntry, Booking):
            current.execute(delete(table))
    consult_type = session().scalar(select(ConsultType)) or _a_type()
    world = World(consult_type)
    for number in range(len(GRID)):
        world.somebody_else(number)
    return world


def _a_type() -> ConsultType:
    host: Consultant = a_consultant(weekly=[])
    with transaction() as current:
        for day in (date(2026, 11, 2), TUESDAY):
            current.add(DateOverride(consultant_id=host.id, day=day, start=9 * 60, finish=13 * 60 + 30))
        current.flush()
        current.expire(host, ["overrides"])
    return a_consult_type(host, minutes=30, step=120, cut_off=60)


def test_every_opening_goes_to_one_person_in_turn_and_to_none_twice(app: Flask, database_kind: str):
    """PostgreSQL sees the first of the histories; what it does otherwise is in `test_waitlist.py`, case by case."""
    few = settings(max_examples=20 if database_kind == "sqlite" else 5, suppress_health_check=[HealthCheck.too_slow])
    few(given(lines, histories)(assert_in_turn_and_none_twice))()


def assert_in_turn_and_none_twice(line: list[str], history: list[tuple[str, int]]) -> None:
    world = a_world()
    for number, step in enumerate(line):
        world.do(step, number)
    for step, number in history:
        world.do(step, number)
        new = world.serve()

        held = world.held()
        places = waitlist.places()
        # No opening is held for two people, and nobody holds two.
        assert max(Counter(time.starts_at for _, time in held).values(), default=0) <= 1
        assert max(Counter(time.visitor for _, time in held).values(), default=0) <= 1
        # Nobody was passed over: whoever is ahead of somebody served could not use that time, or has got another.
        for served, start in new:
            ahead = [entry for entry in places if entry.id < served and entry.state is WaitState.WAITING]
            assert [entry.id for entry in ahead if world.helps(entry, start)] == []
        # Nothing lies idle that would help somebody.
        waiting = [entry for entry in places if entry.state is WaitState.WAITING]
        assert [(entry.id, start) for entry in waiting for start in world.free() if world.helps(entry, start)] == []

    # Nobody got two letters about the same time.
    told = session().execute(select(Letter.recipient, Letter.subject).where(Letter.kind == "waitlist opened")).all()
    assert max(Counter((row.recipient, row.subject) for row in told).values(), default=0) <= 1
    assert len(told) == len(world.offers)
