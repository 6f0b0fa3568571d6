"""Answers of calendars, carried out: a message is judged, written down once, and changes what it may change."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager, joinedload

import leads.services
from booking import calendar_entries, guard, offers, pending, reply_letters, services
from booking.availability import hosts_between, policy_of
from booking.exchange_models import Offer, Reply
from booking.models import Booking, BookingState, PartStat
from booking.replies import Answer, Message, read_message
from booking.reply_refusals import NoSuchReply, ReplySettled
from booking.reply_rules import Known, ReplyOutcome, judge
from booking.slots import Host
from kit import clock
from kit.db import session, transaction
from kit.pages import Page, page_of
from kit.zones import zone
from leads.models import HappeningKind, Lead

LONGEST_REASON = 400
LONGEST_SENDER = 320
ALTERNATIVES = 3
# A calendar that asks for one time after the other gets no more letters than that a day.
MOST_LETTERS = 5
A_DAY = timedelta(days=1)
KEPT = timedelta(days=182)
LISTED = 60
AT_A_TIME = 10  # on a page of the desk: for each it is asked whether the time is free


class Standing(StrEnum):
    """What a time that is asked for is to the hosts."""

    FREE = "free"
    POSSIBLE = "possible"
    TAKEN = "taken"
    NONE = "none"


@dataclass(frozen=True)
class Received:
    """What became of a message. One that does not concern us is for a person to read; a known one was here before."""

    concerns_us: bool
    outcomes: tuple[ReplyOutcome, ...] = ()

    @property
    def line(self) -> str:
        """For whoever handed it over; nothing of a person stands in it."""
        if not self.concerns_us:
            return "left alone: no calendar answers in it"
        return ", ".join(outcome.value for outcome in self.outcomes) or "known already"


def receive(raw: bytes, *, now: datetime) -> Received:
    """Carry out the answers in a message. The same message again changes nothing."""
    message = read_message(raw)
    if not message.concerns_us:
        return Received(False)
    if message.broken:
        return Received(True, _once(_note_broken, message, now))
    outcomes: list[ReplyOutcome] = []
    for number, answer in enumerate(message.answers):
        key = f"{message.message_id}#{number + 1}" if number else message.message_id
        outcomes += _once(_take, message, answer, key, now)
    return Received(True, tuple(outcomes))


def open_requests(now: datetime, *, number: int = 1) -> Page[Reply]:
    """The moves that guests ask for and nobody has answered yet, the next consult first.

    Whoever has chosen another time since waits for nobody: the sequence has grown.
    """
    wanted = contains_eager(Reply.booking)
    chosen = _requested(now).options(wanted, wanted.selectinload(Booking.seats)).order_by(Booking.starts_at, Reply.id)
    return page_of(chosen, number=number, size=AT_A_TIME)


def _requested(now: datetime) -> Select[Reply]:
    return (
        select(Reply)
        .join(Booking, Reply.booking_id == Booking.id)
        .where(
            Reply.outcome == ReplyOutcome.MOVE_ASKED,
            Reply.settled_at.is_(None),
            Reply.sequence == Booking.sequence,
            Booking.state.in_((BookingState.CONFIRMED, BookingState.PENDING)),
            Booking.starts_at > now,
        )
    )


def count_requests(now: datetime) -> int:
    """How many there are."""
    return session().scalar(select(func.count()).select_from(_requested(now).subquery())) or 0


def standings(replies: Sequence[Reply], *, now: datetime) -> list[Standing]:
    """What the time that each asks for is to its hosts. What takes the hosts' time is read once for all of them."""
    asked = [(reply.booking, reply.wanted_at) for reply in replies if reply.booking and reply.wanted_at]
    hosts: dict[str, Host] = {}
    if asked:
        people = {host.id: host for booking, _ in asked for host in guard.hosts_of(booking)}
        begin = min(wanted for _, wanted in asked)
        end = max(wanted + (booking.ends_at - booking.starts_at) for booking, wanted in asked)
        hosts = {host.id: host for host in hosts_between(people.values(), begin, end, now=now)}
    return [_standing(reply.booking, reply.wanted_at, hosts, now) for reply in replies]


def _standing(booking: Booking | None, wanted: datetime | None, hosts: Mapping[str, Host], now: datetime) -> Standing:
    if booking is None or wanted is None:
        return Standing.NONE
    own = [hosts.get(str(host.id)) for host in guard.hosts_of(booking)]
    # Live rows of one host never overlap: by its time alone the consult that is to be moved is known among them.
    now_at = booking.starts_at, booking.ends_at
    free_of_it = [
        replace(host, engagements=tuple(one for one in host.engagements if (one.start, one.end) != now_at))
        for host in own
        if host is not None
    ]
    policy = policy_of(booking.consult_type, booking.minutes)
    if len(free_of_it) < len(own):
        return Standing.TAKEN
    if guard.all_are_free(free_of_it, policy, wanted, now):
        return Standing.FREE
    return Standing.POSSIBLE if guard.all_can(free_of_it, policy, wanted, now) else Standing.TAKEN


def latest(now: datetime) -> tuple[Reply, ...]:
    """The latest answers that are not waiting for anybody, the last one in front."""
    waiting = _requested(now).with_only_columns(Reply.id)
    chosen = (
        select(Reply)
        .options(joinedload(Reply.booking))
        .where(Reply.id.not_in(waiting))
        .order_by(Reply.received_at.desc(), Reply.id.desc())
    )
    return tuple(session().scalars(chosen.limit(LISTED)))


def move_to_it(reply_id: int, *, by: str, now: datetime) -> Booking:
    """Let a consult begin when its guest asks for. Raises NoSuchReply, ReplySettled and what moving raises."""
    with transaction():
        reply, booking = _waiting(reply_id)
        if reply.wanted_at is None:
            raise NoSuchReply
        if booking.state is BookingState.PENDING:
            booking = offers.accept(booking, now=now, start=reply.wanted_at, by=by, as_wished=True)
        else:
            booking = services.move(booking.secret, reply.wanted_at, now=now, by=by, as_wished=True)
        reply.settled_at = now
        return booking


def leave_it(reply_id: int, *, now: datetime) -> Booking:
    """Let a consult be when it is; the guest is told, and their calendar too. Raises NoSuchReply, ReplySettled."""
    with transaction():
        reply, booking = _waiting(reply_id)
        reply.settled_at, booking.partstat = now, PartStat.NEEDS_ACTION
        session().flush()
        reply_letters.kept(reply, booking)
        return booking


def forget_old() -> int:
    """Remove answers of half a year ago, with the addresses in them. Gives how many. A job."""
    with transaction() as current:
        gone = current.execute(delete(Reply).where(Reply.received_at < clock.now() - KEPT))
        return int(gone.rowcount)  # type: ignore[attr-defined]


def _waiting(reply_id: int) -> tuple[Reply, Booking]:
    current = session()
    reply = current.get(Reply, reply_id, with_for_update={"of": Reply}, populate_existing=True)
    if reply is None or reply.outcome is not ReplyOutcome.MOVE_ASKED or reply.booking is None:
        raise NoSuchReply
    is_old = reply.settled_at is not None or reply.sequence != reply.booking.sequence
    if is_old or reply.booking.state not in (BookingState.CONFIRMED, BookingState.PENDING):
        raise ReplySettled
    return reply, reply.booking


def _once(take: Callable[..., ReplyOutcome | None], *rest: Any) -> tuple[ReplyOutcome, ...]:
    """What it led to; nothing where the same answer is there already, or arrives twice at this instant."""
    try:
        with transaction():
            outcome = take(*rest)
            session().flush()
    except IntegrityError:
        return ()
    return () if outcome is None else (outcome,)


def _note_broken(message: Message, now: datetime) -> ReplyOutcome | None:
    if _is_known(message.message_id):
        return None
    sender = ", ".join(message.senders)[:LONGEST_SENDER]
    session().add(Reply(message_id=message.message_id, sender=sender, outcome=ReplyOutcome.UNREADABLE, received_at=now))
    return ReplyOutcome.UNREADABLE


def _take(message: Message, answer: Answer, key: str, now: datetime) -> ReplyOutcome | None:
    with _locked(answer.uid, now) as booking:
        if _is_known(key):
            return None
        known = None if booking is None else _known(booking, now)
        verdict = judge(answer, message.senders, known, now)
        reply = Reply(
            message_id=key,
            booking_id=booking.id if booking else None,
            sender=", ".join(message.senders)[:LONGEST_SENDER],
            method=answer.method,
            outcome=verdict.outcome,
            sequence=verdict.version[0],
            stamp=verdict.version[1],
            comment=answer.comment,
            received_at=now,
        )
        session().add(reply)
        session().flush()
        if booking is not None and verdict.partstat:
            booking.partstat = PartStat(verdict.partstat.lower())
            booking.reply_sequence, booking.reply_stamp = verdict.version
            session().flush()
            _carry_out(reply, booking, answer, now)
        return verdict.outcome


def _carry_out(reply: Reply, booking: Booking, answer: Answer, now: datetime) -> None:
    """What an answer leads to. Times that are offered become the consult, or are let go."""
    is_offered = booking.state is BookingState.PENDING
    if reply.outcome is ReplyOutcome.ACCEPTED:
        _settle(booking, now, but=reply)
    if reply.outcome is ReplyOutcome.MOVE_ASKED:
        _ask_to_move(reply, booking, answer, now)
    elif reply.outcome is ReplyOutcome.CANCELLED and is_offered:
        offers.decline(booking, now=now)
    elif reply.outcome is ReplyOutcome.CANCELLED:
        said = f"Declined in their calendar: {answer.comment}" if answer.comment else "Declined in their calendar"
        services.cancel(booking.secret, reason=said[:LONGEST_REASON], now=now, late=True)
    elif reply.outcome is ReplyOutcome.ACCEPTED and is_offered:
        offers.accept(booking, now=now)
    else:
        calendar_entries.note(booking)


def _ask_to_move(reply: Reply, booking: Booking, answer: Answer, now: datetime) -> None:
    """Write down which time is wanted, in the place of an earlier wish, and tell what is free."""
    wanted = answer.start
    if wanted is not None and wanted.tzinfo is None:
        wanted = wanted.replace(tzinfo=zone(booking.zone_name))
    if wanted is not None and (wanted <= now or wanted == booking.starts_at):
        wanted = None
    reply.wanted_at = wanted
    _settle(booking, now, but=reply)
    lead = session().get(Lead, booking.lead_id) if booking.lead_id else None
    if lead is not None:
        facts = {
            "reference": booking.reference,
            "start": wanted.isoformat() if wanted else "",
            "was": booking.starts_at.isoformat(),
            "type": booking.consult_type.name,
            "reason": answer.comment,
        }
        leads.services.record(lead, HappeningKind.MOVE_ASKED, at=now, headline="Asked for another time", facts=facts)
    asked = Reply.booking_id == booking.id, Reply.outcome == ReplyOutcome.MOVE_ASKED, Reply.received_at > now - A_DAY
    if (session().scalar(select(func.count(Reply.id)).where(*asked)) or 0) <= MOST_LETTERS:
        starts = free_starts(booking, now=now)
        near = sorted(starts, key=lambda start: abs(start - (wanted or booking.starts_at)))[:ALTERNATIVES]
        reply_letters.move_asked(reply, booking, is_free=wanted in starts, alternatives=sorted(near))


def _settle(booking: Booking, now: datetime, *, but: Reply) -> None:
    """Whatever the guest asked for before, they have said something newer."""
    asked = Reply.booking_id == booking.id, Reply.outcome == ReplyOutcome.MOVE_ASKED, Reply.id != but.id
    session().execute(update(Reply).where(*asked, Reply.settled_at.is_(None)).values(settled_at=now))


def free_starts(booking: Booking, *, now: datetime) -> tuple[datetime, ...]:
    """Where a consult, or an offered time, can be moved by its guest's own link; nothing where it is too late."""
    if booking.starts_at - timedelta(minutes=booking.consult_type.cut_off) <= now:
        return ()
    own = zone(booking.zone_name)
    first = now.astimezone(own).date()
    last = services.last_bookable_day(booking.consult_type, zone=own, now=now)
    days = services.offer(booking.consult_type, first=first, last=last, zone=own, now=now, moving=booking)
    return tuple(slot.start for day in days for slot in day.slots)


@contextmanager
def _locked(uid: str, now: datetime) -> Iterator[Booking | None]:
    """The consult or the offered time of that UID under the write lock of its hosts; None for no such."""
    chosen = select(Booking).where(Booking.uid == uid, Booking.main_id.is_(None), Booking.state != BookingState.HOLD)
    booking = session().scalar(chosen)
    if booking is None:
        yield None
        return
    people = {host.id: host for host in (*booking.consult_type.hosts, *guard.hosts_of(booking))}
    with guard.writing(list(people.values()), now) as current:
        yield guard.locked(current, booking.secret)


def _known(booking: Booking, now: datetime) -> Known:
    if booking.state is BookingState.PENDING:
        offer = session().get(Offer, booking.offer_id)
        is_open = offer is not None and pending.is_open(offer, now)
    else:
        is_open = booking.state is BookingState.CONFIRMED and booking.starts_at > now
    return Known(
        guest=booking.address.lower(),
        hosts=frozenset(host.address.lower() for host in guard.hosts_of(booking) if host.address),
        sequence=booking.sequence,
        is_open=is_open,
        answered=(booking.reply_sequence, booking.reply_stamp) if booking.reply_stamp else None,
    )


def _is_known(message_id: str) -> bool:
    return session().scalar(select(Reply.id).where(Reply.message_id == message_id)) is not None
