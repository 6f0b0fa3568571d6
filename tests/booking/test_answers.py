"""A guest answers from their calendar, and nobody needs to click anything."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from booking import offers, reply_service, services
from booking.exchange_models import OfferState, Reply
from booking.guard import Guest, Wish
from booking.models import Booking, BookingState, ConsultType, PartStat
from booking.refusals import SlotTaken
from booking.reply_refusals import NoSuchReply, ReplySettled
from booking.reply_rules import ReplyOutcome
from kit.db import session, transaction
from kit.outbox import Letter
from leads import lists
from leads import services as leads
from leads.models import HappeningKind
from tests.booking.builders import MONDAY_10, a_booking, a_consult_type, a_hold, minutes
from tests.booking.invite_rules import event_of, invite_of
from tests.booking.mail_programs import PROGRAMS, Said, google, later, outlook, said_to
from tests.booking.visit import NOW, Letters, MoveClock, Visit, assert_letters_are_right, text_of

SOON = NOW + timedelta(minutes=10)
ANN = Guest("Ann Bee", "ann@example.org", "+1 555 010 0199")


@pytest.fixture
def consult_type(app: Flask) -> ConsultType:
    return a_consult_type()


@pytest.fixture
def invited(consult_type: ConsultType, letters: Letters) -> EmailMessage:
    """The invite to a consult on Monday at ten, as the guest has it."""
    wish = Wish(MONDAY_10, "ann", "America/Chicago")
    services.book(services.hold(consult_type, wish, now=NOW).secret, ANN, now=NOW)
    return letters()[0]


def receive(said: Said, *, at: datetime = SOON) -> tuple[ReplyOutcome, ...]:
    return reply_service.receive(google(said), now=at).outcomes


def consult() -> Booking:
    session().rollback()
    session().expire_all()
    return session().scalars(select(Booking).order_by(Booking.id)).first()  # type: ignore[return-value]


def replies() -> list[Reply]:
    session().rollback()
    session().expire_all()
    return list(session().scalars(select(Reply).order_by(Reply.id)))


def unchanged(booking: Booking) -> tuple[object, ...]:
    return booking.state, booking.sequence, booking.starts_at, booking.partstat, booking.reply_stamp


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_acceptance_is_noted(invited: EmailMessage, letters: Letters, program: str):
    said = said_to(invited, "ACCEPTED", at=NOW + minutes(5))

    received = reply_service.receive(PROGRAMS[program](said), now=SOON)

    assert received.line == "accepted"
    assert unchanged(consult()) == (BookingState.CONFIRMED, 0, MONDAY_10, PartStat.ACCEPTED, NOW + minutes(5))
    assert len(letters()) == 2, "nobody is written to about it"
    (reply,) = replies()
    assert (reply.booking_id, reply.sender, reply.method) == (consult().id, "ann@example.org", "REPLY")


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_decline_cancels_and_frees_the_time(
    consult_type: ConsultType, invited: EmailMessage, letters: Letters, program: str
):
    said = said_to(invited, "DECLINED", at=NOW + minutes(5), comment="We have filled the post")

    received = reply_service.receive(PROGRAMS[program](said), now=SOON)

    assert received.line == "cancelled"
    found = consult()
    assert (found.state, found.sequence, found.partstat) == (BookingState.CANCELLED, 1, PartStat.DECLINED)
    guest, host = letters()[2:]
    for message in (guest, host):
        calendar = invite_of(message)
        assert calendar is not None
        assert calendar.one("METHOD").value == "CANCEL"
        assert event_of(message).one("SEQUENCE").value == "1"
    assert "Declined in their calendar: We have filled the post" in text_of(host)
    assert "filled the post" not in text_of(guest)
    assert a_hold(consult_type, MONDAY_10, visitor="bob", now=SOON).state is BookingState.HOLD
    assert leads.timeline_page(lists.list_leads().leads[0]).rows[0].kind is HappeningKind.CONSULT_CANCELLED
    assert_letters_are_right(letters)


def test_a_decline_counts_until_the_consult_begins(invited: EmailMessage, letters: Letters):
    said = said_to(invited, "DECLINED", at=MONDAY_10 - minutes(5))

    assert receive(said, at=MONDAY_10) == (ReplyOutcome.STALE,)
    assert receive(later(said, -60), at=MONDAY_10 - minutes(1)) == (ReplyOutcome.CANCELLED,)
    assert_letters_are_right(letters)


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"sender": "mallory@evil.example"}, ReplyOutcome.STRANGER),
        ({"attendee": "mallory@evil.example"}, ReplyOutcome.STRANGER),
        ({"sender": "ann+work@example.org"}, ReplyOutcome.STRANGER),
        ({"uid": "somebody-else@localhost"}, ReplyOutcome.UNKNOWN),
        ({"partstat": "NEEDS-ACTION"}, ReplyOutcome.UNREADABLE),
        ({"attendee": "robin@consultancy.example"}, ReplyOutcome.HOST),
    ],
)
def test_an_answer_that_is_not_the_guest_s_changes_nothing_and_is_written_down(
    invited: EmailMessage, letters: Letters, change: dict[str, str], outcome: ReplyOutcome
):
    before = unchanged(consult())

    assert receive(replace(said_to(invited, "DECLINED", at=SOON), **change)) == (outcome,)

    assert unchanged(consult()) == before
    assert len(letters()) == 2
    assert [reply.outcome for reply in replies()] == [outcome]
    assert (replies()[0].booking_id is None) == (outcome is ReplyOutcome.UNKNOWN)


def test_the_address_is_matched_in_small_and_large_letters(invited: EmailMessage):
    said = said_to(invited, "ACCEPTED", at=SOON)

    assert reply_service.receive(outlook(replace(said, attendee="ANN@EXAMPLE.ORG")), now=SOON).line == "accepted"


def test_an_answer_to_the_time_before_a_move_changes_nothing(invited: EmailMessage, letters: Letters):
    services.move(consult().secret, MONDAY_10 + minutes(60), now=NOW)

    assert receive(said_to(invited, "DECLINED", at=SOON)) == (ReplyOutcome.STALE,)
    assert receive(said_to(letters()[2], "ACCEPTED", at=SOON)) == (ReplyOutcome.ACCEPTED,)

    assert (consult().state, consult().sequence, consult().partstat) == (BookingState.CONFIRMED, 1, PartStat.ACCEPTED)


def test_a_move_asks_for_an_answer_anew(invited: EmailMessage, letters: Letters):
    receive(said_to(invited, "ACCEPTED", at=SOON))

    services.move(consult().secret, MONDAY_10 + minutes(60), now=SOON)

    assert consult().partstat is PartStat.NEEDS_ACTION
    assert event_of(letters()[2]).all("ATTENDEE")[0].parameters["PARTSTAT"] == "NEEDS-ACTION"


def test_an_older_answer_that_arrives_later_changes_nothing(invited: EmailMessage):
    newer = said_to(invited, "TENTATIVE", at=NOW + minutes(8))

    assert receive(newer) == (ReplyOutcome.TENTATIVE,)
    assert receive(replace(newer, partstat="DECLINED", at=NOW + minutes(7))) == (ReplyOutcome.STALE,)

    assert (consult().state, consult().partstat) == (BookingState.CONFIRMED, PartStat.TENTATIVE)


def test_the_same_message_counts_once(invited: EmailMessage):
    raw = google(said_to(invited, "ACCEPTED", at=SOON))

    first, second = (reply_service.receive(raw, now=SOON) for _ in range(2))

    assert (first.line, second.line) == ("accepted", "known already")
    assert second.concerns_us
    assert len(replies()) == 1


def test_a_broken_answer_is_written_down_once(app: Flask):
    head = b"From: ann@example.org\r\nMessage-ID: <2@x>\r\nContent-Type: text/calendar\r\n\r\n"
    raw = head + b"BEGIN:VCALENDAR\nMETHOD:REPLY\n"

    lines = [reply_service.receive(raw, now=SOON).line for _ in range(2)]

    assert lines == ["unreadable", "known already"]
    assert [(reply.outcome, reply.sender) for reply in replies()] == [(ReplyOutcome.UNREADABLE, "ann@example.org")]


def test_a_message_without_an_answer_leaves_no_trace(app: Flask):
    raw = b"From: ann@example.org\r\nAuto-Submitted: auto-replied\r\nContent-Type: text/plain\r\n\r\nI am away.\r\n"

    assert reply_service.receive(raw, now=SOON).line == "left alone: no calendar answers in it"
    assert replies() == []


def test_an_answer_to_a_cancelled_consult_changes_nothing(invited: EmailMessage, letters: Letters):
    services.cancel(consult().secret, reason="", now=NOW)
    written = len(letters())

    assert receive(said_to(invited, "ACCEPTED", at=SOON)) == (ReplyOutcome.STALE,)
    assert receive(said_to(letters()[2], "ACCEPTED", at=SOON)) == (ReplyOutcome.STALE,)

    assert (consult().state, len(letters())) == (BookingState.CANCELLED, written)


def test_answers_of_half_a_year_ago_are_forgotten(invited: EmailMessage, at: MoveClock):
    receive(said_to(invited, "ACCEPTED", at=SOON))
    at(SOON + timedelta(days=182))
    assert reply_service.forget_old() == 0
    at(SOON + timedelta(days=182, seconds=1))

    assert (reply_service.forget_old(), replies()) == (1, [])
    assert consult().partstat is PartStat.ACCEPTED


def an_offer(consult_type: ConsultType, letters: Letters) -> list[EmailMessage]:
    """The three tentative invites of an offer."""
    starts = [MONDAY_10 + number * timedelta(days=1) for number in (1, 2, 3)]
    offers.ask(consult_type, Wish(MONDAY_10, "", "America/Chicago"), ANN, starts, now=NOW)
    return letters()[:3]


@pytest.mark.parametrize("program", PROGRAMS)
def test_accepting_an_offered_time_in_the_mail_program_agrees_on_it(
    consult_type: ConsultType, letters: Letters, program: str
):
    first, second, third = an_offer(consult_type, letters)

    received = reply_service.receive(PROGRAMS[program](said_to(second, "ACCEPTED", at=SOON)), now=SOON)

    assert received.line == "accepted"
    found = {booking.uid: booking for booking in session().scalars(select(Booking))}
    agreed = found[event_of(second).one("UID").value]
    assert (agreed.state, agreed.sequence, agreed.partstat) == (BookingState.CONFIRMED, 1, PartStat.ACCEPTED)
    confirmed = letters()[4]
    assert event_of(confirmed).one("STATUS").value == "CONFIRMED"
    assert event_of(confirmed).all("ATTENDEE")[0].parameters["PARTSTAT"] == "ACCEPTED"
    for other in (first, third):
        assert found[event_of(other).one("UID").value].state is BookingState.LAPSED
    assert receive(said_to(third, "ACCEPTED", at=SOON + minutes(1)), at=SOON + minutes(2)) == (ReplyOutcome.STALE,)
    assert_letters_are_right(letters)


def test_declining_offered_times_withdraws_one_after_the_other(consult_type: ConsultType, letters: Letters):
    invites = an_offer(consult_type, letters)

    outcomes = [receive(said_to(invite, "DECLINED", at=SOON)) for invite in invites]

    assert outcomes == [(ReplyOutcome.CANCELLED,)] * 3
    session().expire_all()
    booking = session().scalars(select(Booking)).first()
    assert booking is not None
    assert booking.partstat is PartStat.DECLINED
    assert offers.latest(since=NOW).rows[0].state is OfferState.DECLINED
    assert letters()[-1]["Subject"] == "No time was taken: First conversation"
    assert_letters_are_right(letters)


def test_perhaps_leaves_an_offered_time_as_it_is(consult_type: ConsultType, letters: Letters):
    invites = an_offer(consult_type, letters)
    written = len(letters())

    assert receive(said_to(invites[0], "TENTATIVE", at=SOON)) == (ReplyOutcome.TENTATIVE,)

    assert len(letters()) == written
    assert len(offers.open_times(offers.latest(since=NOW).rows[0])) == 3


def test_accepting_after_the_times_have_run_out_is_too_late(consult_type: ConsultType, letters: Letters):
    invites = an_offer(consult_type, letters)

    assert receive(said_to(invites[0], "ACCEPTED", at=SOON), at=NOW + timedelta(days=1)) == (ReplyOutcome.STALE,)


def test_a_proposed_time_that_is_free_comes_with_a_link_that_moves_to_it(
    app: Flask, invited: EmailMessage, letters: Letters
):
    wanted = MONDAY_10 + minutes(90)
    said = said_to(invited, "TENTATIVE", at=SOON, wanted=wanted, comment="My train is late")

    assert receive(said) == (ReplyOutcome.MOVE_ASKED,)

    assert unchanged(consult())[:3] == (BookingState.CONFIRMED, 0, MONDAY_10), "nothing moves by itself"
    (reply,) = reply_service.open_requests(SOON).rows
    assert (reply.wanted_at, reply.comment) == (wanted, "My train is late")
    guest, host = letters()[2:]
    assert (invite_of(guest), invite_of(host)) == (None, None)
    assert "That time is free" in text_of(guest)
    assert "My train is late" in text_of(host)
    assert "My train is late" not in text_of(guest)
    link = next(word for word in text_of(guest).split() if "/move?" in word).removeprefix("http://localhost")
    page = Visit(app.test_client()).get(link)
    assert page.heading == "Move to this time?"
    assert page.form(0).submit().status_code == 303
    assert (consult().starts_at, consult().sequence) == (wanted, 1)
    assert reply_service.open_requests(SOON).rows == (), "who moved by the link waits for nobody"
    assert HappeningKind.MOVE_ASKED in [found.kind for found in leads.timeline_page(lists.list_leads().leads[0]).rows]
    assert_letters_are_right(letters)


def test_a_proposed_time_that_is_taken_comes_with_the_nearest_free_ones(
    consult_type: ConsultType, invited: EmailMessage, letters: Letters
):
    a_booking(consult_type, MONDAY_10 + minutes(60), visitor="bob", now=NOW)

    receive(said_to(invited, "DECLINED", at=SOON, wanted=MONDAY_10 + minutes(60)))

    told = text_of(letters()[2])
    assert "That time is not free" in told
    for near in ("9:30 am–10:00 am", "10:30 am–11:00 am", "11:00 am–11:30 am"):
        assert f"Monday 2 November 2026, {near} (Chicago, UTC−06:00)" in told
    assert told.count("/move?start=") == 3
    assert consult().state is BookingState.CONFIRMED, "whoever proposes a time does not cancel"


def test_a_proposal_in_whole_days_or_none_names_no_time(invited: EmailMessage, letters: Letters):
    raw = google(said_to(invited, "TENTATIVE", at=SOON, wanted=MONDAY_10 + timedelta(days=1)))

    reply_service.receive(raw.replace(b"DTSTART:20261103T150000Z", b"DTSTART;VALUE=DATE:20261103"), now=SOON)

    assert replies()[0].wanted_at is None
    assert "without naming one" in text_of(letters()[2])


def test_a_floating_time_is_meant_in_the_guest_s_zone(invited: EmailMessage):
    raw = google(said_to(invited, "TENTATIVE", at=SOON, wanted=MONDAY_10 + timedelta(days=1)))

    reply_service.receive(raw.replace(b"DTSTART:20261103T150000Z", b"DTSTART:20261103T100000"), now=SOON)

    assert replies()[0].wanted_at == datetime(2026, 11, 3, 16, tzinfo=UTC)


def test_past_the_cut_off_the_consultant_is_asked_and_no_link_is_promised(invited: EmailMessage, letters: Letters):
    receive(said_to(invited, "TENTATIVE", at=SOON, wanted=MONDAY_10 + minutes(90)), at=MONDAY_10 - minutes(30))

    told = text_of(letters()[2])
    assert "too near to be moved by a link" in told
    assert "/move" not in told


def test_a_newer_wish_takes_the_place_of_the_one_before_and_letters_have_an_end(
    invited: EmailMessage, letters: Letters
):
    said = said_to(invited, "TENTATIVE", at=NOW)

    for number in range(8):
        receive(later(said, number, wanted=MONDAY_10 + minutes(30 + 30 * number)))

    assert [reply.wanted_at for reply in reply_service.open_requests(SOON).rows] == [MONDAY_10 + minutes(240)]
    assert len(letters()) == 2 + 2 * reply_service.MOST_LETTERS


def test_who_accepts_after_all_asks_for_nothing_any_more(invited: EmailMessage):
    said = said_to(invited, "TENTATIVE", at=NOW, wanted=MONDAY_10 + minutes(60))
    receive(said)

    receive(later(said, partstat="ACCEPTED", wanted=None))

    assert reply_service.open_requests(SOON).rows == ()
    assert consult().partstat is PartStat.ACCEPTED


def test_the_consultant_moves_to_a_time_that_is_not_even_offered(invited: EmailMessage, letters: Letters):
    wanted = MONDAY_10 + minutes(8 * 60 + 7)
    receive(said_to(invited, "TENTATIVE", at=SOON, wanted=wanted))
    (reply,) = reply_service.open_requests(SOON).rows

    reply_service.move_to_it(reply.id, by="Robin Hale", now=SOON)

    assert (consult().starts_at, consult().sequence) == (wanted, 1)
    assert "has the time that you asked for" in text_of(letters()[-2])
    assert reply_service.open_requests(SOON).rows == ()
    with pytest.raises(ReplySettled):
        reply_service.move_to_it(reply.id, by="Robin Hale", now=SOON)
    assert_letters_are_right(letters)


def test_the_consultant_cannot_move_onto_another_consult(
    consult_type: ConsultType, invited: EmailMessage, letters: Letters
):
    a_booking(consult_type, MONDAY_10 + minutes(60), visitor="bob", now=NOW)
    receive(said_to(invited, "TENTATIVE", at=SOON, wanted=MONDAY_10 + minutes(70)))
    (reply,) = reply_service.open_requests(SOON).rows

    with pytest.raises(SlotTaken):
        reply_service.move_to_it(reply.id, by="Robin Hale", now=SOON)

    assert consult().starts_at == MONDAY_10
    assert len(reply_service.open_requests(SOON).rows) == 1


def test_the_consultant_leaves_it_and_the_guest_s_calendar_is_put_right(
    invited: EmailMessage, letters: Letters, at: MoveClock
):
    receive(said_to(invited, "TENTATIVE", at=SOON, wanted=MONDAY_10 + minutes(60)))
    (reply,) = reply_service.open_requests(SOON).rows
    at(SOON + minutes(60))

    reply_service.leave_it(reply.id, now=SOON + minutes(60))

    kept = letters()[-1]
    event = event_of(kept)
    assert (event.one("SEQUENCE").value, event.one("DTSTART").value) == ("0", "20261102T150000Z")
    assert event.all("ATTENDEE")[0].parameters["PARTSTAT"] == "NEEDS-ACTION"
    assert "It stays as it was" in text_of(kept)
    assert reply_service.open_requests(SOON).rows == ()
    with pytest.raises(NoSuchReply):
        reply_service.leave_it(reply.id + 1, now=SOON)
    assert_letters_are_right(letters)


def test_another_time_than_the_offered_ones_is_taken_by_the_link(
    app: Flask, consult_type: ConsultType, letters: Letters
):
    invites = an_offer(consult_type, letters)
    wanted = MONDAY_10 + timedelta(days=2, minutes=60)

    receive(said_to(invites[0], "TENTATIVE", at=SOON, wanted=wanted))

    told = text_of(letters()[4])
    assert "Nothing is agreed yet" in told
    link = next(word for word in told.split() if "/other?" in word).removeprefix("http://localhost")
    visit = Visit(app.test_client())
    own = visit.get(visit.get(link).form(0).submit().location)
    assert own.heading == "You are booked"
    assert [booking.starts_at for booking in session().scalars(select(Booking)) if booking.booked_at] == [wanted]
    assert_letters_are_right(letters)


def test_a_time_of_an_offer_is_left_or_moved_at_the_desk(consult_type: ConsultType, letters: Letters):
    first, second, _ = an_offer(consult_type, letters)
    wanted = MONDAY_10 + timedelta(days=1, minutes=13)
    receive(said_to(first, "TENTATIVE", at=SOON, wanted=wanted))
    receive(said_to(second, "TENTATIVE", at=SOON, wanted=wanted))
    leave, move = reply_service.open_requests(SOON).rows

    reply_service.leave_it(leave.id, now=SOON)
    assert event_of(letters()[-1]).one("STATUS").value == "TENTATIVE"
    reply_service.move_to_it(move.id, by="Robin Hale", now=SOON)

    assert [booking.starts_at for booking in session().scalars(select(Booking)) if booking.booked_at] == [wanted]
    assert_letters_are_right(letters)


said_in_turn = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 30), st.sampled_from(["ACCEPTED", "TENTATIVE", "DECLINED"])),
    max_size=6,
    unique_by=lambda answer: answer[:2],
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said_in_turn)
def test_the_consult_is_as_the_newest_answer_says(app: Flask, invited: EmailMessage, said: list[tuple[int, int, str]]):
    """In whatever order answers arrive, the newest to the present version holds; a decline that was it ends all."""
    with transaction() as current:
        as_moved = {"state": BookingState.CONFIRMED, "sequence": 1, "partstat": PartStat.NEEDS_ACTION}
        current.execute(update(Booking).values(reply_sequence=-1, reply_stamp=None, **as_moved))
        current.query(Reply).delete()
        current.query(Letter).delete()
    base = said_to(invited, "ACCEPTED", at=NOW)

    for sequence, seconds, partstat in said:
        receive(replace(base, sequence=sequence, at=NOW + timedelta(seconds=seconds), partstat=partstat))

    holds, newest = "NEEDS-ACTION", -1
    for sequence, seconds, partstat in said:
        if sequence >= 1 and seconds > newest and holds != "DECLINED":
            holds, newest = partstat, seconds
    found = consult()
    assert found.partstat.value.upper() == holds
    assert found.state is (BookingState.CANCELLED if holds == "DECLINED" else BookingState.CONFIRMED)
    assert len(replies()) == len(said)
