"""What happens when: scenes are put down in any order and played in the order of time, through the real services.

The clock stands at each scene's own time while it plays.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

import assessment.report_requests
import assessment.services
import booking.services
import leads.services
from assessment.render import RenderFailed, ReportInput
from assessment.report import make_report
from assessment.report_requests import ReportWish
from booking import call_back, drafts, offers, reminders, schedule, three_times
from booking.call_back import CallBack, Later
from booking.exchange_models import Offer
from booking.guard import Guest, Wish
from booking.hours import ONE_DAY
from booking.models import Booking
from dev.people import Person
from dev.profiles import Answers, questions_of
from kit import clock, outbox
from kit.db import session
from leads import changes, merging
from leads.handover import Handover
from leads.models import Lead, Stage
from leads.origin import Origin
from staff.models import Account
from staff.services import NewAccount

Act = Callable[[datetime], None]
A_MOMENT = timedelta(seconds=3)
DAYS_AROUND = 4


class Script:
    """The scenes of a site as seen from `now`, in the zone of its clocks; `stories` are the slugs people come from."""

    def __init__(self, *, now: datetime, zone: ZoneInfo, stories: Sequence[str], seed: int) -> None:
        self.now, self.zone, self.stories = now, zone, stories
        self.chance = random.Random(seed)  # noqa: S311  # the same sample each time, no secret
        self.scenes: list[tuple[datetime, int, bool, Act]] = []
        self.scored: dict[Person, str] = {}
        self.booked: dict[Person, str] = {}
        self.offered: dict[Person, int] = {}

    def on(self, days: int, wall: str) -> datetime:
        """That time on the wall, so many days from today."""
        day = self.now.astimezone(self.zone).date() + days * ONE_DAY
        hour, minute = map(int, wall.split(":"))
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone).astimezone(UTC)

    def ago(self, **length: float) -> datetime:
        """So long before now."""
        return self.now - timedelta(**length)

    def scene(self, at: datetime, act: Act, *, mail_leaves: bool = True) -> None:
        """Put a scene down. Its letters leave a moment later, unless something holds the mail up."""
        self.scenes.append((at, len(self.scenes), mail_leaves, act))

    def play(self, *, mail_until: datetime) -> None:
        """All scenes, in the order of time; from `mail_until` on no letter leaves any more."""
        for at, _, mail_leaves, act in sorted(self.scenes, key=lambda scene: scene[:2]):
            with clock.fixed(at):
                act(at)
            if mail_leaves and at < mail_until:
                with clock.fixed(at + A_MOMENT):
                    outbox.deliver_due()

    def starts(self, at: datetime, answers: Answers, *, pages: int | None = None, scored: Person | None = None) -> None:
        """Somebody begins the assessment and answers that many pages; all of them where None, and then it is scored."""

        def act(at: datetime) -> None:
            begun = assessment.services.start(origin=self._origin(scored), held4=answers.get("held4"), now=at)
            for question, answer in questions_of(answers)[:pages]:
                at += timedelta(seconds=self.chance.randint(9, 40))
                assessment.services.save(begun.key, question, answer, now=at)
            if pages is None:
                assessment.services.finish(begun.key, now=at)
            if scored is not None:
                self.scored[scored] = begun.key

        self.scene(at, act)

    def takes(self, person: Person, at: datetime, answers: Answers) -> None:
        """A person takes the whole assessment."""
        self.starts(at, answers, scored=person)

    def asks_for_report(self, person: Person, at: datetime, *, paper: str = "letter") -> None:
        """A person wants the report; until a worker comes by it waits."""

        def act(at: datetime) -> None:
            wish = ReportWish(person.name, person.address, person.company, paper)
            assessment.report_requests.ask_for_report(self.scored[person], wish, now=at)

        self.scene(at, act)

    def worker_renders(self, at: datetime, *, fails: bool = False, mail_leaves: bool = True) -> None:
        """The worker makes the reports that wait, or cannot."""
        render = _cannot if fails else make_report
        self.scene(
            at, lambda _at: _ignore(assessment.report_requests.render_due_reports(render)), mail_leaves=mail_leaves
        )

    def holds(self, person: Person, at: datetime, kind: str, wanted: datetime) -> None:
        """A person picks a time and has typed a little."""

        def act(at: datetime) -> None:
            held = self._hold(person, at, kind, wanted, wanted)
            drafts.keep(held.secret, Guest(person.name, person.address))

        self.scene(at, act)

    def books(
        self,
        person: Person,
        at: datetime,
        kind: str,
        wanted: datetime,
        *,
        note: str = "",
        earliest: datetime | None = None,
    ) -> None:
        """A person books the free start nearest to `wanted`, not before `earliest`."""

        def act(at: datetime) -> None:
            held = self._hold(person, at, kind, wanted, earliest or at)
            guest = Guest(person.name, person.address, person.phone, note)
            booking.services.book(held.secret, guest, now=at + timedelta(minutes=2))
            self.booked[person] = held.secret

        self.scene(at, act)

    def moves(self, person: Person, at: datetime, wanted: datetime) -> None:
        """A person puts their consult to another time."""

        def act(at: datetime) -> None:
            found = self._booking(person)
            start = self._nearest(found.consult_type.slug, at, wanted, at, moving=found)
            booking.services.move(found.secret, start, now=at)

        self.scene(at, act)

    def cancels(self, person: Person, at: datetime, reason: str) -> None:
        """A person calls their consult off."""
        self.scene(at, lambda at: _ignore(booking.services.cancel(self.booked[person], reason=reason, now=at)))

    def was_held(self, person: Person, at: datetime, *, held: bool = True) -> None:
        """A consultant notes that the consult took place, or that nobody came."""
        self.scene(at, lambda at: _ignore(schedule.mark(self._booking(person).reference, held=held, now=at)))

    def asks_for_times(self, person: Person, at: datetime, kind: str) -> None:
        """A person wants three times by mail."""

        def act(at: datetime) -> None:
            consult_type = booking.services.get_consult_type(kind)
            wish = self._wish(person, at)
            guest = Guest(person.name, person.address, person.phone)
            self.offered[person] = offers.ask(consult_type, wish, guest, (), now=at).id

        self.scene(at, act)

    def is_offered_times(self, person: Person, at: datetime, kind: str, by: NewAccount) -> None:
        """A consultant sends a person three of their own times."""

        def act(at: datetime) -> None:
            consult_type = booking.services.get_consult_type(kind)
            consultant = next(host for host in consult_type.hosts if host.name == by.name)
            assert consultant.account_id is not None
            only = offers.own_time(consult_type, consultant)
            zone = ZoneInfo(person.zone_name)
            chosen = three_times.choose(offers.free_times(consult_type, zone=zone, now=at, only=only), zone)
            guest = Guest(person.name, person.address, person.phone)
            offer = offers.send(
                consult_type,
                self._wish(person, chosen[0]),
                guest,
                chosen,
                account_id=consultant.account_id,
                by=by.name,
                now=at,
                only=only,
            )
            self.offered[person] = offer.id

        self.scene(at, act)

    def takes_a_time(self, person: Person, at: datetime) -> None:
        """A person agrees to the first of the times sent."""

        def act(at: datetime) -> None:
            self.booked[person] = offers.accept(offers.open_times(self._offer(person))[0], now=at).secret

        self.scene(at, act)

    def takes_no_time(self, person: Person, at: datetime) -> None:
        """None of the times fits."""
        self.scene(at, lambda at: offers.decline_all(self._offer(person), now=at))

    def times_are_taken_back(self, person: Person, at: datetime, by: NewAccount) -> None:
        """A consultant needs the times for something else."""
        self.scene(at, lambda at: offers.withdraw(self.offered[person], by=by.name, now=at))

    def times_lapse(self, at: datetime) -> None:
        """The worker ends what nobody has answered."""
        self.scene(at, lambda _at: _ignore(offers.close_lapsed()))

    def worker_reminds(self, at: datetime) -> None:
        """The worker reminds both sides of what is near."""
        self.scene(at, lambda _at: _ignore(reminders.write_due()))

    def asks_for_call(self, person: Person, at: datetime, later: Later) -> None:
        """A person wants to be called back."""

        def act(at: datetime) -> None:
            wanted = CallBack(person.name, person.address, person.phone, later)
            call_back.ask(wanted, origin=self._origin(person), now=at)

        self.scene(at, act)

    def note(self, person: Person, at: datetime, author: str, text: str) -> None:
        """A consultant writes something down."""
        self.scene(at, lambda at: leads.services.add_note(lead_of(person), text=text, author=author, at=at))

    def stage(self, person: Person, at: datetime, author: str, stage: Stage, reason: str = "") -> None:
        """A consultant moves somebody to another stage."""
        self.scene(
            at, lambda at: leads.services.move_stage(lead_of(person), stage, author=author, at=at, reason=reason)
        )

    def looks_after(self, person: Person, at: datetime, consultant: NewAccount) -> None:
        """A consultant takes somebody on."""
        self.scene(at, lambda at: _change(person, at, consultant, owner=account_of(consultant).id))

    def puts_right(self, person: Person, at: datetime, consultant: NewAccount, **details: str) -> None:
        """A consultant has learned what somebody's company, number or name is."""
        self.scene(at, lambda at: _change(person, at, consultant, **details))

    def turns_out_to_be(self, person: Person, at: datetime, other: str, consultant: NewAccount) -> None:
        """Somebody has written from another address as well; a consultant sees it."""

        def act(at: datetime) -> None:
            second = leads.services.capture(address=other, name=person.name, at=at)
            merging.merge(lead_of(person).public_id, second.public_id, by=account_of(consultant), at=at)

        self.scene(at, act)

    def _origin(self, person: Person | None) -> Origin:
        story = self.chance.choice(self.stories) if self.stories else ""
        if person is None:
            return Origin(story, f"/assessment/?from={story}")
        return Origin(story, f"/stories/{story}", person.referrer, person.utm)

    def _hold(self, person: Person, at: datetime, kind: str, wanted: datetime, earliest: datetime) -> Booking:
        handover = Handover()
        if person in self.scored:
            scored = assessment.services.get_submission(self.scored[person])
            handover = assessment.services.handover_of(scored, assessment.services.result_of(scored))
        wish = replace(self._wish(person, self._nearest(kind, at, wanted, earliest)), handover=handover)
        return booking.services.hold(booking.services.get_consult_type(kind), wish, now=at)

    def _wish(self, person: Person, start: datetime) -> Wish:
        return Wish(start, person.address, person.zone_name, person.clock, origin=self._origin(person))

    def _nearest(
        self, kind: str, at: datetime, wanted: datetime, earliest: datetime, *, moving: Booking | None = None
    ) -> datetime:
        day = wanted.astimezone(self.zone).date()
        days = booking.services.offer(
            booking.services.get_consult_type(kind),
            first=day - DAYS_AROUND * ONE_DAY,
            last=day + DAYS_AROUND * ONE_DAY,
            zone=self.zone,
            now=at,
            moving=moving,
        )
        starts = [slot.start for found in days for slot in found.slots if slot.start >= earliest]
        return min(starts, key=lambda start: abs(start - wanted))

    def _offer(self, person: Person) -> Offer:
        return session().get_one(Offer, self.offered[person])

    def _booking(self, person: Person) -> Booking:
        return booking.services.get_booking(self.booked[person])


def account_of(consultant: NewAccount) -> Account:
    """The account of somebody who works here."""
    return session().scalars(select(Account).where(Account.email == consultant.email)).one()


def lead_of(person: Person) -> Lead:
    """The lead that a person has become."""
    found = leads.services.find_by_address(person.address)
    assert found is not None
    return found


def _change(person: Person, at: datetime, by: NewAccount, **details: Any) -> None:
    lead = lead_of(person)
    wanted = replace(changes.details_of(lead), **details)
    changes.change(lead, wanted, seen=lead.revision, by=account_of(by), at=at)


def _cannot(_wanted: ReportInput) -> bytes:
    raise RenderFailed("a sample of a report that could not be made")


def _ignore(_value: object) -> None:
    """For what a scene gives and nobody needs."""
