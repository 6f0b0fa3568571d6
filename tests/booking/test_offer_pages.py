"""A visitor asks for times by mail, and takes one or none by the page that the mails lead to."""

from datetime import timedelta

import pytest
from flask import Flask

from booking import offers
from booking.exchange_models import Offer, OfferState
from booking.models import BookingState
from kit.db import session
from tests.booking.builders import a_consult_type, a_consultant
from tests.booking.visit import NOW, Letters, MoveClock, Visit, assert_letters_are_right, bookings, states, text_of
from tests.page import Page

BY_MAIL = "/book/first-conversation/by-mail?zone=America/Chicago&clock=12"
WHO = {"name": "Ann Bee", "address": "ann@example.org"}
TICKED = ("2026-11-03T15:00:00Z", "2026-11-04T15:00:00Z")


def send(visit: Visit, *, ticked: tuple[str, ...] = (), **changes: str) -> Page:
    """Ask; gives the page that comes."""
    button = None if ticked else ("choose", "three")
    response = visit.get(BY_MAIL).form("by-mail").submit(button=button, **WHO | changes, start=list(ticked))
    return visit.get(response.location) if response.status_code == 303 else visit.page(response)


def link_in(letters: Letters, which: int = 0) -> str:
    """The page that a letter leads to."""
    words = text_of(letters()[which]).split()
    return next(word for word in words if "/book/times/" in word).removeprefix("http://localhost")


def starts_on(page: Page) -> list[str]:
    """What the buttons of an offer's page send."""
    return [str(button.get("value")) for button in page.all(".offered button")]


def offer_state() -> OfferState:
    session().rollback()
    session().expire_all()
    return session().query(Offer).one().state


def test_the_picker_leads_to_it_and_nothing_stays_on_the_device(visit: Visit):
    address = visit.get("/book/?zone=Europe/Paris&from=the-brush-off").links["Ask for three times by mail."]

    response = visit.client.get(address)

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert "zone=Europe%2FParis" in address
    assert "from=the-brush-off" in address


def test_a_visitor_leaves_the_choice_to_the_site(visit: Visit, letters: Letters):
    page = send(visit)

    assert page.heading == "Which of these times suits you?"
    assert "3 invites are on the way to ann@example.org" in page.text
    assert [booking.zone_name for booking in bookings()] == ["America/Chicago"] * 3
    assert states() == [BookingState.PENDING] * 3
    assert_letters_are_right(letters)


def test_a_visitor_ticks_the_times(visit: Visit):
    page = send(visit, ticked=TICKED)

    assert page.texts(".offered .agreed-time") == ["9:00 am–9:30 am"] * 2
    assert [booking.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ") for booking in bookings()] == list(TICKED)


def test_looking_at_other_days_keeps_what_was_typed_and_ticked(visit: Visit, letters: Letters):
    form = visit.get(BY_MAIL).form("by-mail")

    later = visit.page(form.submit(button=("look", "2026-11-12"), **WHO, start=list(TICKED), zone="Asia/Tokyo"))

    assert later.status == 200
    assert later.form("by-mail").values["name"] == ["Ann Bee"]
    assert later.form("by-mail").values["start"] == list(TICKED)
    assert "Ticked on other days" in later.text
    assert "Wednesday 4 November, 12:00 am" in later.text
    assert (bookings(), letters()) == ([], [])


@pytest.mark.parametrize(
    ("changes", "ticked", "status", "sentence"),
    [
        ({"name": ""}, (), 422, "Enter your name"),
        ({"address": "nobody"}, (), 422, "with one @"),
        ({"zone": "Mars/Olympus"}, (), 422, "That time zone is not known"),
        ({}, (*TICKED, "2026-11-05T15:00:00Z", "2026-11-06T15:00:00Z"), 422, "Tick one, two or three"),
        ({}, ("2026-11-03T15:07:00Z",), 422, "not one of the times"),
        ({}, ("tomorrow",), 422, "not one of the times"),
        ({}, ("2026-10-31T22:30:00Z",), 422, "too near"),
    ],
)
def test_a_slip_is_said_in_words_and_nothing_is_held(
    visit: Visit, letters: Letters, changes: dict[str, str], ticked: tuple[str, ...], status: int, sentence: str
):
    page = send(visit, ticked=ticked, **changes)

    assert page.status == status
    assert sentence in page.text
    assert page.form("by-mail").values["address"] == [(WHO | changes)["address"]]
    assert (bookings(), letters()) == ([], [])


def test_ticking_none_and_asking_for_the_ticked_ones_is_said(visit: Visit):
    page = visit.page(visit.get(BY_MAIL).form("by-mail").submit(**WHO))

    assert page.status == 422
    assert "Tick one, two or three" in page.text
    assert bookings() == []


def test_a_time_that_has_gone_is_said_and_the_other_ticks_stay(visit: Visit, stranger: Visit):
    form = visit.get(BY_MAIL).form("by-mail")
    stranger.hold(TICKED[0])

    page = visit.page(form.submit(**WHO, start=list(TICKED)))

    assert page.status == 409
    assert "That time has just gone" in page.text
    assert TICKED[1] in page.form("by-mail").values["start"]
    assert states() == [BookingState.HOLD]


def test_the_same_address_is_asked_to_wait(visit: Visit, stranger: Visit, at: MoveClock):
    send(visit)

    assert send(stranger).status == 429
    at(NOW + timedelta(minutes=61))
    again = send(stranger)
    assert again.status == 409
    assert "still held" in again.text


def test_looking_takes_nothing_and_pressing_takes_one(visit: Visit, letters: Letters):
    send(visit)
    page = visit.get(link_in(letters))
    assert states() == [BookingState.PENDING] * 3

    own = visit.get(page.form("take").submit(button=("start", starts_on(page)[1])).location)

    assert own.heading == "You are booked"
    assert sorted(states()) == [BookingState.CONFIRMED, BookingState.LAPSED, BookingState.LAPSED]
    assert_letters_are_right(letters)


def test_the_page_works_where_cookies_are_off(app: Flask, visit: Visit, letters: Letters):
    send(visit)
    cookieless = Visit(app.test_client(use_cookies=False))
    page = cookieless.get(link_in(letters))

    response = page.form("take").submit(button=("start", starts_on(page)[0]))

    assert response.status_code == 303
    assert BookingState.CONFIRMED in states()


def test_taking_a_second_one_says_that_the_first_stands(visit: Visit, letters: Letters):
    send(visit)
    page = visit.get(link_in(letters))
    first, second, _ = starts_on(page)
    own = page.form("take").submit(button=("start", first)).location
    written = len(letters())

    again, other = (page.form("take").submit(button=("start", value)) for value in (first, second))

    assert again.location.split("?")[0].split("/")[:3] == own.split("?")[0].split("/")[:3]
    shown = visit.page(other)
    assert (shown.status, shown.heading) == (409, "You have taken another one of these times")
    assert visit.get(shown.links["See what is agreed"]).status == 200
    assert len(letters()) == written
    assert visit.get(link_in(letters)).heading == "You have taken a time"


def test_none_of_them_fits(visit: Visit, letters: Letters):
    send(visit)
    page = visit.get(link_in(letters))

    over = visit.get(page.form("none").submit().location)

    assert (over.status, over.heading) == (200, "None of these times fits")
    assert over.links["Pick another time"].startswith("/book/first-conversation/?zone=America%2FChicago")
    assert (offer_state(), states()) == (OfferState.DECLINED, [BookingState.LAPSED] * 3)
    assert visit.page(page.form("take").submit(button=("start", starts_on(page)[0]))).status == 200
    assert_letters_are_right(letters)


def test_times_that_ran_out_are_gone_before_the_worker_comes_by(visit: Visit, letters: Letters, at: MoveClock):
    send(visit)
    page = visit.get(link_in(letters))
    at(NOW + timedelta(days=1))

    shown = visit.get(link_in(letters))
    pressed = visit.page(page.form("take").submit(button=("start", starts_on(page)[0])))

    assert [(found.status, found.heading) for found in (shown, pressed)] == [
        (410, "These times are no longer held")
    ] * 2
    offers.close_lapsed()
    assert visit.get(link_in(letters)).status == 410
    assert_letters_are_right(letters)


def test_a_time_that_was_declined_is_not_on_the_page(visit: Visit, letters: Letters):
    send(visit, ticked=TICKED)
    page = visit.get(link_in(letters))
    offers.decline(bookings()[0], now=NOW)

    assert visit.get(link_in(letters)).heading == "Does this time suit you?"
    pressed = visit.page(page.form("take").submit(button=("start", TICKED[0])))
    assert pressed.status == 410
    assert "This is still held for you." in pressed.text
    assert visit.page(page.form("take").submit(button=("start", "2026-11-09T15:00:00Z"))).status == 422
    assert visit.page(page.form("take").submit(button=("start", TICKED[1]))).status == 303


def test_an_altered_link_says_so(visit: Visit, letters: Letters):
    send(visit)

    for address in ("/book/times/x", link_in(letters)[:-3], link_in(letters).replace("/times/", "/consult/")):
        assert visit.get(address).status == 404


def test_where_nothing_is_free_the_way_on_is_shown(app: Flask):
    a_consult_type(a_consultant(weekly=[]))

    page = Visit(app.test_client()).get(BY_MAIL)

    assert page.status == 200
    assert "There is no free time at the moment" in page.text
    assert "Ask us to call you back" in page.links
