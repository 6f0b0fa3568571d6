"""A consultant sends somebody three times, takes them back, and settles what guests' calendars ask for."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from booking import offers, reply_service, schedule, services
from booking.exchange_models import Offer, OfferState
from booking.guard import Guest, Wish
from booking.models import BookingState, BusyInterval, Consultant, WeeklyHours
from kit.db import session, transaction
from leads import lists
from leads import services as leads
from leads.models import HappeningKind, Lead
from leads.origin import Origin
from tests.booking.builders import MONDAY_10, a_consult_type, a_consultant, minutes
from tests.booking.invite_rules import event_of, invite_of
from tests.booking.mail_programs import google, said_to
from tests.booking.visit import NOW, Letters, Visit, assert_letters_are_right, bookings, states, text_of
from tests.staff.signed_in import signed_in

TICKED = ["2026-11-03T15:00:00Z", "2026-11-04T15:00:00Z", "2026-11-05T19:00:00Z"]
ANN = {"name": "Ann Bee", "address": "ann@example.org"}


@pytest.fixture
def robin(app: Flask) -> Visit:
    """A consultant at the desk who hosts one kind of conversation, beside somebody else."""
    visit = Visit(signed_in(app, "Robin Hale", "robin@consultancy.example"))
    own = schedule.become_consultant(1, name="Robin Hale", address="robin@consultancy.example")
    with transaction() as current:
        own = current.get_one(Consultant, own.id)
        own.weekly = [WeeklyHours(weekday=day, start=9 * 60, finish=17 * 60) for day in range(1, 6)]
    a_consult_type(own, a_consultant("Sam Ortiz"), more_lengths=[60])
    return visit


def a_lead() -> Lead:
    return leads.capture(
        address="Ann@example.org", name="Ann Bee", at=NOW, phone="555 010 0199", origin=Origin(story="the-brush-off")
    )


def send(visit: Visit, **changes: object) -> str:
    """Fill in and send; gives where it leads."""
    response = visit.get("/desk/offers/new").form("offers/new").submit(**{**ANN, "start": TICKED, **changes})
    assert response.status_code == 303, response.get_data(as_text=True)
    return str(response.location)


@pytest.mark.parametrize("address", ["/desk/offers/", "/desk/offers/new", "/desk/replies/"])
def test_the_pages_are_closed_to_visitors(app: Flask, client: FlaskClient, address: str):
    assert client.get(address).location.startswith("/desk/sign-in")


@pytest.mark.parametrize("address", ["/desk/offers/new", "/desk/offers/1/withdraw", "/desk/replies/1/move"])
def test_nothing_is_done_by_visitors(app: Flask, client: FlaskClient, address: str):
    assert client.post(address).status_code in (302, 400)


def test_a_consultant_sends_three_times_from_a_lead_s_page(robin: Visit, letters: Letters):
    lead = a_lead()
    page = robin.get(robin.get(f"/desk/leads/{lead.public_id}").links["Offer three times"])
    form = page.form("offers/new")
    assert (form.values["name"], form.values["address"]) == (["Ann Bee"], ["Ann@example.org"])

    response = form.submit(start=TICKED, guest_zone="Europe/Paris")

    overview = robin.get(response.location)
    assert "the invites are on their way" in overview.text
    assert "Sent by Robin Hale" in overview.text
    assert states() == [BookingState.PENDING] * 3
    assert {booking.consultant.name for booking in bookings()} == {"Robin Hale"}, "a consultant offers their own time"
    first = text_of(letters()[0])
    assert "Robin Hale would like to talk with you" in first
    assert "Paris, UTC+01:00" in first
    assert [found.kind for found in leads.timeline_page(lead).rows] == [HappeningKind.TIMES_OFFERED]
    assert leads.get_lead(lead.public_id).first_story == "the-brush-off"
    assert_letters_are_right(letters)


def test_somebody_new_becomes_a_lead(robin: Visit):
    send(robin)

    assert [lead.address_typed for lead in lists.list_leads().leads] == ["ann@example.org"]


def test_another_length_and_other_days_keep_what_was_typed(robin: Visit, letters: Letters):
    form = robin.get("/desk/offers/new").form("offers/new")

    shown = robin.page(form.submit(button=("look", "2026-11-10"), **ANN, length="60", start=TICKED[:1]))

    assert shown.status == 200
    values = shown.form("offers/new").values
    assert (values["name"], values["length"], values["start"]) == (["Ann Bee"], ["60"], TICKED[:1])
    assert (bookings(), letters()) == ([], [])
    shown.form("offers/new").submit(start=["2026-11-10T15:00:00Z"])
    assert [booking.minutes for booking in bookings()] == [60]


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"name": ""}, 422, "Enter their name"),
        ({"address": "nobody"}, 422, "with one @"),
        ({"guest_zone": "Mars/Olympus"}, 422, "Choose a time zone from the list"),
        ({"start": []}, 422, "Tick one, two or three"),
        ({"start": [*TICKED, "2026-11-06T15:00:00Z"]}, 422, "Tick one, two or three"),
        ({"start": ["2026-11-03T15:07:00Z"]}, 422, "not one of the times"),
        ({"kind": "no-such-kind", "start": []}, 422, "Tick one, two or three"),
    ],
)
def test_a_slip_is_said_and_what_was_typed_stays(robin: Visit, changes: dict[str, object], status: int, sentence: str):
    response = robin.get("/desk/offers/new").form("offers/new").submit(**{**ANN, "start": TICKED, **changes})

    page = robin.page(response)
    assert page.status == status
    assert sentence in page.text
    assert page.form("offers/new").values["address"] == [str({**ANN, **changes}["address"])]
    assert bookings() == []


def test_whoever_has_times_to_choose_from_gets_no_others(robin: Visit):
    send(robin)

    response = robin.get("/desk/offers/new").form("offers/new").submit(**ANN, start=["2026-11-06T15:00:00Z"])

    assert response.status_code == 409
    assert "withdraw those times first" in response.get_data(as_text=True)


def test_a_consultant_takes_the_times_back(robin: Visit, letters: Letters):
    page = robin.get(send(robin))
    withdraw = page.form("withdraw")

    after = robin.get(withdraw.submit().location)

    assert "The times are free again" in after.text
    assert "Withdrawn" in after.text
    assert session().scalars(select(Offer.state)).all() == [OfferState.WITHDRAWN]
    assert [event_of(message).one("STATUS").value for message in letters() if invite_of(message)][3:] == [
        "CANCELLED"
    ] * 3
    assert withdraw.submit().status_code == 303, "twice does no harm"
    assert_letters_are_right(letters)


def test_the_overview_tells_what_became_of_each_offer(robin: Visit):
    send(robin)
    offers.accept(bookings()[1], now=NOW)
    send(robin, name="Bob Cole", address="bob@example.org", start=["2026-11-06T15:00:00Z"])

    page = robin.get("/desk/offers/")

    assert page.texts(".offer-card h2") == ["Bob Cole", "Ann Bee"]
    assert page.texts(".offer-card .tag") == ["open", "One was taken"]
    assert page.texts(".offer-card.is-over .offer-times li")[1].endswith("taken")


def test_without_a_consult_type_the_page_says_what_to_do(app: Flask):
    page = Visit(signed_in(app, "Robin Hale", "robin@consultancy.example")).get("/desk/offers/new")

    assert "Nothing can be booked" in page.text


def asked(letters: Letters, *, wanted_after: int) -> None:
    """Ann has a consult on Monday at ten, and her calendar asks for another time."""
    consult_type = services.consult_types()[0]
    held = services.hold(consult_type, Wish(MONDAY_10, "ann", "America/Chicago"), now=NOW)
    services.book(held.secret, Guest("Ann Bee", "ann@example.org"), now=NOW)
    said = said_to(letters()[0], "TENTATIVE", at=NOW, wanted=MONDAY_10 + minutes(wanted_after), comment="Train is late")
    reply_service.receive(google(said), now=NOW)


def test_a_move_that_is_asked_for_is_counted_and_shown(robin: Visit, letters: Letters):
    asked(letters, wanted_after=90)

    page = robin.get("/desk/replies/")

    assert "1 guest asks for another time" in page.text
    assert "Monday 2 November 2026, 11:30 am–12:00 pm" in page.text
    assert "It is free. They have a link that moves to it." in page.text
    assert "Train is late" in page.text
    assert page.texts(".nav-count") == ["1 waiting"]
    assert robin.get("/desk/").texts(".nav-count") == ["1 waiting"]


def test_the_consultant_moves_to_it(robin: Visit, letters: Letters):
    asked(letters, wanted_after=97)
    page = robin.get("/desk/replies/")
    assert "not one of the times you offer" in page.text

    after = robin.get(page.form("move").submit().location)

    assert "It is moved." in after.text
    assert "Nobody asks for another time" in after.text
    assert after.texts(".nav-count") == []
    assert bookings()[0].starts_at == MONDAY_10 + minutes(97)
    again = robin.page(page.form("move").submit())
    assert (again.status, "settled already" in again.text) == (409, True)
    assert_letters_are_right(letters)


def test_the_consultant_leaves_it(robin: Visit, letters: Letters):
    asked(letters, wanted_after=90)
    page = robin.get("/desk/replies/")

    after = robin.get(page.form("leave").submit().location)

    assert "It stays as it is." in after.text
    assert "Asked for another time" in after.text
    assert bookings()[0].starts_at == MONDAY_10
    assert robin.page(page.form("leave").submit()).status == 409
    assert_letters_are_right(letters)


def test_a_time_that_is_taken_cannot_be_moved_to(robin: Visit, letters: Letters):
    asked(letters, wanted_after=60)
    page = robin.get("/desk/replies/")
    with transaction() as current:
        own = bookings()[0].consultant_id
        busy = BusyInterval(consultant_id=own, starts_at=MONDAY_10 + minutes(60), ends_at=MONDAY_10 + minutes(70))
        current.add(busy)

    refused = robin.page(page.form("move").submit())

    assert refused.status == 409
    assert "Something else is in the way." in refused.text
    assert bookings()[0].starts_at == MONDAY_10


def test_what_changed_nothing_is_told_too(robin: Visit, letters: Letters):
    asked(letters, wanted_after=90)
    said = said_to(letters()[0], "DECLINED", at=NOW - timedelta(minutes=1))
    for raw in (
        google(said),
        google(said_to(letters()[0], "DECLINED", at=NOW, sender="mallory@evil.example")),
        google(said_to(letters()[0], "DECLINED", at=NOW, uid="<script>alert(1)</script>")),
    ):
        reply_service.receive(raw, now=NOW)

    page = robin.get("/desk/replies/")

    for words in ("Out of date", "From somebody else", "About nothing known here", "mallory@evil.example"):
        assert words in page.text
    assert "<script>" not in robin.client.get("/desk/replies/").get_data(as_text=True).replace(
        '<script type="module"', ""
    )


def test_before_any_answer_the_page_says_what_will_stand_here(robin: Visit):
    assert "No calendar has answered yet" in robin.get("/desk/replies/").text
    assert "No times are offered" in robin.get("/desk/offers/").text
