"""Times by mail: held together, agreed once, and otherwise taken back without a trace."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from booking import offers
from booking.exchange_models import Offer, OfferState
from booking.guard import Guest, Wish
from booking.models import Booking, BookingState, ConsultType
from booking.offer_refusals import NothingToOffer, OfferOver, OfferTaken, OfferWaiting, TooManyTimes, TooNear
from booking.refusals import InvitedRecently, SlotNotOffered, SlotTaken
from kit.db import session
from leads import lists
from leads import services as leads
from leads.handover import Handover
from leads.models import HappeningKind, Stage
from leads.origin import Origin
from tests.booking.builders import MONDAY_10, a_booking, a_consult_type, a_consultant, a_hold, minutes
from tests.booking.invite_rules import event_of, invite_of, moment
from tests.booking.visit import NOW, Letters, MoveClock, assert_letters_are_right, text_of

DAY = timedelta(days=1)
THREE = (MONDAY_10 + DAY, MONDAY_10 + 2 * DAY, MONDAY_10 + 3 * DAY)
ANN = Guest("Ann Bee", "ann@example.org", "+1 555 010 0199")
WISH = Wish(MONDAY_10, "", "America/Chicago", origin=Origin(story="the-brush-off"))


def an_offer(consult_type: ConsultType, starts: Sequence[datetime] = THREE, guest: Guest = ANN) -> Offer:
    return offers.ask(consult_type, WISH, guest, starts, now=NOW)


def rows() -> list[tuple[datetime, BookingState, int]]:
    """Start, state and sequence of every time, in order."""
    session().rollback()
    session().expire_all()
    found = session().scalars(select(Booking).order_by(Booking.starts_at, Booking.id))
    return [(row.starts_at, row.state, row.sequence) for row in found]


def state(offer: Offer) -> OfferState:
    session().rollback()
    return session().get_one(Offer, offer.id, populate_existing=True).state


def exchanged(letters: Letters, to: str = ANN.address) -> list[tuple[datetime, str, str, str]]:
    """Start, method, status and sequence of every invite to an address, in the order of writing."""
    found = []
    for message in letters():
        calendar = invite_of(message)
        if calendar is not None and message["To"].addresses[0].addr_spec == to:
            event = event_of(message)
            facts = (event.one("STATUS").value, event.one("SEQUENCE").value)
            found.append((moment(event, "DTSTART"), calendar.one("METHOD").value, *facts))
    return found


def test_each_time_is_held_and_sent_as_a_tentative_invite_of_its_own(app: Flask, letters: Letters):
    offer = an_offer(a_consult_type())

    assert rows() == [(start, BookingState.PENDING, 0) for start in THREE]
    assert offer.expires_at == NOW + DAY
    assert exchanged(letters) == [(start, "REQUEST", "TENTATIVE", "0") for start in THREE]
    assert len({event_of(message).one("UID").value for message in letters() if invite_of(message)}) == 3
    assert_letters_are_right(letters)


def test_each_letter_names_the_other_times_and_the_page(app: Flask, letters: Letters):
    an_offer(a_consult_type())

    first = text_of(letters()[0])
    assert "Tuesday 3 November 2026" in first.split("The other times")[0]
    assert "- Wednesday 4 November 2026, 9:00 am–9:30 am (Chicago, UTC−06:00)" in first
    assert "- Thursday 5 November 2026, 9:00 am–9:30 am (Chicago, UTC−06:00)" in first
    assert "http://localhost/book/times/" in first
    assert "Held for you until Sunday 1 November, 4:30 pm (Chicago, UTC−06:00)" in first


def test_the_host_is_told_in_plain_words(app: Flask, letters: Letters):
    an_offer(a_consult_type())

    (host,) = [message for message in letters() if message["To"].addresses[0].addr_spec == "robin@consultancy.example"]
    assert invite_of(host) is None
    assert host["Subject"] == "3 times offered: First conversation"
    assert text_of(host).count("10:00 am–10:30 am (New York, UTC−05:00)") == 3


def test_offered_times_are_taken_from_everybody_else(app: Flask):
    consult_type = a_consult_type()
    an_offer(consult_type)

    with pytest.raises(SlotTaken):
        a_hold(consult_type, THREE[1], visitor="bob")


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_where_one_time_has_gone_none_is_taken(app: Flask, letters: Letters, missing: int):
    consult_type = a_consult_type()
    a_booking(consult_type, THREE[missing])

    with pytest.raises(SlotTaken):
        an_offer(consult_type)

    assert rows() == [(THREE[missing], BookingState.CONFIRMED, 0)]
    assert (letters(), session().scalars(select(Offer)).all()) == ([], [])


def test_a_time_that_is_not_offered_is_refused(app: Flask):
    with pytest.raises(SlotNotOffered):
        an_offer(a_consult_type(), (MONDAY_10 + DAY + minutes(7),))


@pytest.mark.parametrize("starts", [(*THREE, THREE[0] + minutes(30))])
def test_more_than_three_times_are_refused(app: Flask, starts: tuple[datetime, ...]):
    with pytest.raises(TooManyTimes):
        an_offer(a_consult_type(), starts)


def test_the_first_one_accepted_becomes_the_consult_and_the_others_are_withdrawn(app: Flask, letters: Letters):
    offer = an_offer(a_consult_type())
    before = {booking.starts_at: booking.uid for booking in offers.times_of(offer)}

    consult = offers.accept(offers.times_of(offer)[1], now=NOW + minutes(5))

    assert (consult.uid, consult.booked_at) == (before[THREE[1]], NOW + minutes(5))
    assert rows() == [
        (THREE[0], BookingState.LAPSED, 1),
        (THREE[1], BookingState.CONFIRMED, 1),
        (THREE[2], BookingState.LAPSED, 1),
    ]
    assert state(offer) is OfferState.ACCEPTED
    assert exchanged(letters)[3:] == [
        (THREE[1], "REQUEST", "CONFIRMED", "1"),
        (THREE[0], "CANCEL", "CANCELLED", "1"),
        (THREE[2], "CANCEL", "CANCELLED", "1"),
    ]
    assert exchanged(letters, "robin@consultancy.example") == [(THREE[1], "REQUEST", "CONFIRMED", "1")]
    assert_letters_are_right(letters)


def test_accepting_again_changes_nothing(app: Flask, letters: Letters):
    offer = an_offer(a_consult_type())
    first, second, _ = offers.times_of(offer)
    consult = offers.accept(first, now=NOW)
    written = len(letters())

    assert offers.accept(first, now=NOW).id == consult.id
    with pytest.raises(OfferTaken):
        offers.accept(second, now=NOW)

    assert len(letters()) == written
    assert rows()[0] == (THREE[0], BookingState.CONFIRMED, 1)


def test_declining_one_withdraws_that_one_only(app: Flask, letters: Letters):
    offer = an_offer(a_consult_type())

    offers.decline(offers.times_of(offer)[0], now=NOW)
    offers.decline(offers.times_of(offer)[0], now=NOW)

    assert [row[1] for row in rows()] == [BookingState.LAPSED, BookingState.PENDING, BookingState.PENDING]
    assert state(offer) is OfferState.OPEN
    assert exchanged(letters)[3:] == [(THREE[0], "CANCEL", "CANCELLED", "1")]
    assert "The other times are still held for you" in text_of(letters()[-1])
    assert_letters_are_right(letters)


def test_declining_the_last_one_ends_the_offer_and_everybody_knows(app: Flask, letters: Letters):
    offer = an_offer(a_consult_type())

    for booking in offers.times_of(offer):
        offers.decline(booking, now=NOW)

    assert state(offer) is OfferState.DECLINED
    assert [row[1:] for row in rows()] == [(BookingState.LAPSED, 1)] * 3
    assert "http://localhost/book/first-conversation/" in text_of(letters()[-2])
    assert letters()[-1]["Subject"] == "No time was taken: First conversation"
    lead = lists.list_leads().leads[0]
    assert [found.headline for found in leads.timeline_page(lead).rows] == [
        "None of the offered times fits",
        "Asked for times by mail",
    ]
    assert_letters_are_right(letters)


def test_after_a_day_the_offer_ends_by_itself(app: Flask, letters: Letters, at: MoveClock):
    consult_type = a_consult_type()
    offer = an_offer(consult_type)
    at(NOW + DAY - minutes(1))
    assert offers.close_lapsed() == 0
    at(NOW + DAY)

    assert (offers.close_lapsed(), offers.close_lapsed()) == (1, 0)

    assert state(offer) is OfferState.LAPSED
    assert [row[1:] for row in rows()] == [(BookingState.LAPSED, 1)] * 3
    assert exchanged(letters)[3:] == [(start, "CANCEL", "CANCELLED", "1") for start in THREE]
    assert "has not been taken" in text_of(letters()[-2])
    assert "http://localhost/book/first-conversation/" in text_of(letters()[-2])
    lead = lists.list_leads().leads[0]
    assert leads.timeline_page(lead).rows[0].kind is HappeningKind.TIMES_WITHDRAWN
    assert a_hold(consult_type, THREE[0], visitor="bob", now=NOW + DAY).state is BookingState.HOLD
    assert_letters_are_right(letters)


def test_an_offer_that_is_over_cannot_be_accepted(app: Flask):
    offer = an_offer(a_consult_type())

    with pytest.raises(OfferOver):
        offers.accept(offers.times_of(offer)[0], now=NOW + DAY)
    offers.decline_all(offer, now=NOW)
    with pytest.raises(OfferOver):
        offers.accept(offers.times_of(offer)[0], now=NOW)


def test_an_offer_ends_before_its_first_time_could_no_longer_be_agreed(app: Flask):
    consult_type = a_consult_type(notice=240, cut_off=60)
    near = datetime.fromisoformat("2026-11-02T14:00:00+00:00")

    offer = offers.ask(consult_type, WISH, ANN, (near, *THREE[:2]), now=near - minutes(600))

    assert offer.expires_at == near - minutes(240)


def test_a_time_that_leaves_no_time_to_answer_is_refused(app: Flask):
    consult_type = a_consult_type(notice=240, cut_off=60)
    near = datetime.fromisoformat("2026-11-02T14:00:00+00:00")

    with pytest.raises(TooNear):
        offers.ask(consult_type, WISH, ANN, (near,), now=near - minutes(359))
    assert near not in offers.free_times(consult_type, zone=consult_type.hosts[0].zone, now=near - minutes(359))
    assert near in offers.free_times(consult_type, zone=consult_type.hosts[0].zone, now=near - minutes(360))


def test_the_site_chooses_three_days_where_nothing_is_ticked(app: Flask):
    offer = an_offer(a_consult_type(), ())

    starts = [booking.starts_at for booking in offers.times_of(offer)]
    assert len({start.date() for start in starts}) == 3
    assert offer.expires_at == NOW + DAY


def test_a_limit_a_week_leaves_fewer_times(app: Flask):
    offer = an_offer(a_consult_type(max_per_week=1, horizon_days=7), ())

    assert len(offers.times_of(offer)) == 1


def test_where_nothing_is_free_it_is_said(app: Flask):
    consult_type = a_consult_type(a_consultant(weekly=[]))

    with pytest.raises(NothingToOffer):
        an_offer(consult_type, ())


def test_an_address_gets_times_or_an_invite_once_an_hour(app: Flask):
    consult_type = a_consult_type()
    an_offer(consult_type)
    again = Guest("Somebody", "Ann@Example.org")

    with pytest.raises(InvitedRecently):
        an_offer(consult_type, (), again)
    with pytest.raises(OfferWaiting):
        offers.ask(consult_type, WISH, again, (), now=NOW + minutes(61))
    with pytest.raises(OfferWaiting):
        offers.send(consult_type, WISH, again, THREE, account_id=1, by="Robin Hale", now=NOW + minutes(61))


def test_the_lead_is_known_with_where_they_came_from(app: Flask, letters: Letters):
    wish = Wish(MONDAY_10, "", "America/Chicago", handover=Handover(gap=7.2), origin=Origin(story="the-brush-off"))

    offer = offers.ask(a_consult_type(), wish, ANN, THREE, now=NOW)
    offers.accept(offers.times_of(offer)[0], now=NOW)

    lead = lists.list_leads().leads[0]
    assert (lead.name, lead.first_story, lead.stage) == ("Ann Bee", "the-brush-off", Stage.CONSULT_BOOKED)
    assert [found.kind for found in leads.timeline_page(lead).rows] == [
        HappeningKind.CONSULT_BOOKED,
        HappeningKind.TIMES_ASKED,
    ]
    host = [message for message in letters() if message["To"].addresses[0].addr_spec == "robin@consultancy.example"]
    assert all("7.2 a week" in text_of(message) for message in host)


def test_where_all_hosts_take_part_the_time_of_all_is_held_and_freed(app: Flask, letters: Letters):
    robin, sam = a_consultant("Robin Hale"), a_consultant("Sam Ortiz")
    both = a_consult_type(robin, sam, host_mode="all")
    alone = a_consult_type(sam, slug="alone")
    offer = an_offer(both)
    with pytest.raises(SlotTaken):
        a_hold(alone, THREE[0], visitor="bob")

    offers.accept(offers.times_of(offer)[1], now=NOW)

    assert a_hold(alone, THREE[0], visitor="bob").state is BookingState.HOLD
    with pytest.raises(SlotTaken):
        a_hold(alone, THREE[1], visitor="cat")
    for address in ("robin@consultancy.example", "sam@consultancy.example"):
        assert exchanged(letters, address) == [(THREE[1], "REQUEST", "CONFIRMED", "1")]
    assert_letters_are_right(letters)


def test_another_start_can_be_agreed_even_beside_the_times_of_the_offer(app: Flask, letters: Letters):
    offer = an_offer(a_consult_type())
    first, *_ = offers.times_of(offer)
    wanted = THREE[1] + minutes(10)

    with pytest.raises(SlotNotOffered):
        offers.accept(first, now=NOW, start=wanted)
    assert state(offer) is OfferState.OPEN
    consult = offers.accept(first, now=NOW, start=wanted, by="Robin Hale", as_wished=True)

    assert (consult.starts_at, consult.sequence) == (wanted, 1)
    assert exchanged(letters)[3:] == [
        (wanted, "REQUEST", "CONFIRMED", "1"),
        (THREE[1], "CANCEL", "CANCELLED", "1"),
        (THREE[2], "CANCEL", "CANCELLED", "1"),
    ]
    assert_letters_are_right(letters)
