"""A visitor picks a time, says who they are, looks once more and books."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from booking.models import BookingState, HostMode
from kit.db import transaction
from leads import lists
from tests.booking.builders import a_consult_type, a_consultant
from tests.booking.invite_rules import (
    event_of,
    moment,
)
from tests.booking.visit import (
    DETAILS,
    NINE,
    NOW,
    TEN,
    Letters,
    MoveClock,
    Visit,
    assert_letters_are_right,
    bookings,
    states,
)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_visitor_books_and_both_sides_are_invited(visit: Visit, letters: Letters):
    own = visit.get(visit.book(NINE))

    assert own.status == 200
    assert "Monday 2 November 2026" in own.text
    assert "New York, UTC−05:00" in own.text
    guest, host = letters()
    assert guest["To"].addresses[0].addr_spec == "ann@example.org"
    assert host["To"].addresses[0].addr_spec == "robin@consultancy.example"
    assert guest["Subject"] == (
        "Booked: First conversation with Robin Hale, Monday 2 November 2026, 9:00 am (New York time)"
    )
    for message in (guest, host):
        event = event_of(message)
        assert moment(event, "DTSTART") == datetime(2026, 11, 2, 14, tzinfo=UTC)
        assert (event.one("SEQUENCE").value, event.one("STATUS").value) == ("0", "CONFIRMED")
        assert event.one("UID").value == bookings()[0].uid
    chair = event_of(host).all("ATTENDEE")[0]
    assert (chair.parameters["ROLE"], chair.parameters["PARTSTAT"]) == ("CHAIR", "ACCEPTED")
    assert_letters_are_right(letters)


def test_looking_at_free_times_leaves_nothing_on_the_device(visit: Visit):
    response = visit.client.get("/book/first-conversation/")

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers


def test_a_time_of_another_form_than_ours_is_refused_and_the_picker_stays(visit: Visit):
    for start in (
        "",
        "tomorrow",
        "2026-11-02T14:07:00Z",
        "2026-11-02T14:00:00",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
    ):
        response = visit.client.post("/book/first-conversation/hold", data={"start": start})

        assert response.status_code == 422
        assert "not on offer" in response.get_data(as_text=True)
        assert 'class="time"' in response.get_data(as_text=True)
    assert bookings() == []


def test_a_time_that_somebody_else_holds_shows_the_next_free_ones(visit: Visit, stranger: Visit):
    picker = stranger.get("/book/")
    visit.hold(NINE)

    response = picker.form("hold").submit(button=("start", NINE))

    assert response.status_code == 409
    text = response.get_data(as_text=True)
    assert "That time has just gone" in text
    assert NINE not in text
    assert TEN in text


def test_a_visitor_holds_one_time_at_once(visit: Visit, stranger: Visit):
    visit.hold(NINE)
    visit.hold(TEN)

    assert NINE in stranger.starts()
    assert TEN not in stranger.starts()
    assert states() == [BookingState.LAPSED, BookingState.HOLD]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Enter your name"),
        ({"name": "x" * 121}, "120 characters or fewer"),
        ({"address": ""}, "Enter the e-mail address"),
        ({"address": "nobody"}, "with one @"),
        ({"address": "änn@example.org"}, "no letters such as é"),
        ({"address": "ann@example.org\r\nBcc: bob@example.org"}, "one line"),
        ({"name": "Ann\nBee"}, "one line"),
        ({"phone": "call me"}, "digits"),
        ({"phone": "12"}, "from 5 to 20 digits"),
        ({"note": "x" * 1001}, "1,000 characters or fewer"),
    ],
)
def test_a_slip_is_said_in_words_and_what_was_typed_stays(visit: Visit, changes: dict[str, str], sentence: str):
    page = visit.get(visit.hold())

    response = page.form(0).submit(**DETAILS | changes)

    shown = visit.page(response)
    assert shown.status == 422
    assert shown.title.startswith("Error: ")
    assert any(sentence in error for error in shown.errors)
    kept = {name: value[0] for name, value in shown.form(0).values.items()}
    for name, typed in (DETAILS | changes).items():
        if "\n" not in typed:
            assert kept[name].strip() == typed


def test_a_chosen_length_goes_all_the_way(app: Flask, client: FlaskClient, letters: Letters, at: MoveClock):
    a_consult_type(more_lengths=[60])
    visit = Visit(client, "/book/first-conversation/?length=60&clock=12")
    held = visit.hold(NINE)
    details = visit.get(held)
    assert "9:00 am–10:00 am" in plain(details.text)
    assert "length=60" in details.links["Another time"]
    at(NOW + timedelta(minutes=11))

    again = visit.get(held).form(0).submit(button=("start", TEN)).location
    check = visit.get(visit.to_check(again))
    assert "10:00 am–11:00 am" in plain(check.text)
    assert "length=60" in check.links["Change Time"]
    own = check.form(0).submit().location.split("?")[0]

    assert visit.get(f"{own}/move?start={NINE}").form(0).submit().status_code == 303
    assert [(booking.minutes, booking.state) for booking in bookings()] == [
        (60, BookingState.LAPSED),
        (60, BookingState.CONFIRMED),
    ]
    for message in letters():
        event = event_of(message)
        assert moment(event, "DTEND") - moment(event, "DTSTART") == timedelta(hours=1)
    assert_letters_are_right(letters)


@pytest.mark.parametrize("length", ["45", "5", "1440", "9999", "-60", "60.5", "soon"])
def test_a_forged_length_holds_nothing_else_than_what_is_offered(visit: Visit, length: str):
    response = visit.client.post("/book/first-conversation/hold", data={"start": NINE, "length": length})

    page = visit.page(response)
    if page.status == 303:
        assert [booking.minutes for booking in bookings()] == [30], "what cannot be read is the usual length"
    else:
        assert page.status == 422
        assert "It can take 30 minutes; these are times for 30 minutes." in page.text
        assert page.all("button.time")
        assert bookings() == []


def test_a_length_that_is_no_longer_offered_is_held_again_as_the_usual_one(
    app: Flask, client: FlaskClient, at: MoveClock
):
    consult_type = a_consult_type(more_lengths=[60])
    visit = Visit(client, "/book/first-conversation/?length=60")
    held = visit.hold(NINE)
    with transaction():
        consult_type.more_lengths = []
    at(NOW + timedelta(minutes=11))

    again = visit.get(held).form(0).submit(button=("start", NINE))

    assert again.status_code == 303
    assert [booking.minutes for booking in bookings()] == [60, 30]


def test_a_stale_start_is_refused_and_others_are_shown(visit: Visit, at: MoveClock):
    picker = visit.get("/book/")
    at(datetime(2026, 11, 2, 14, 45, tzinfo=UTC))

    page = visit.page(picker.form("hold").submit(button=("start", NINE)))

    assert page.status == 422
    assert "That time is not on offer" in page.text
    assert page.all("button.time")[0].get("value") == TEN
    assert bookings() == []


def test_two_who_hold_together_are_both_invited(app: Flask, client: FlaskClient, letters: Letters):
    a_consult_type(a_consultant("Robin Hale"), a_consultant("Sam Low"), host_mode=HostMode.ALL)
    visit = Visit(client)

    own = visit.get(visit.book(NINE))

    assert "With Robin Hale and Sam Low" in " ".join(own.texts(".summary > div"))
    assert "At the agreed time Robin Hale and Sam Low call you on +1 555 010 0199." in own.text
    people = [message["To"].addresses[0].addr_spec for message in letters()]
    assert people == ["ann@example.org", "robin@consultancy.example", "sam@consultancy.example"]
    assert "First conversation with Robin Hale and Sam Low" in letters()[0]["Subject"]
    assert NINE not in visit.starts()
    assert_letters_are_right(letters)


def test_a_likely_slip_in_the_address_is_pointed_out_and_passes(visit: Visit):
    check = visit.get(visit.to_check(visit.hold(), address="ann@gmial.com"))

    assert "Did you mean ann@gmail.com?" in check.text
    assert visit.get(check.form(0).submit().location).heading == "You are booked"


def test_pressing_book_twice_gives_the_first_booking(visit: Visit, letters: Letters):
    check = visit.get(visit.to_check(visit.hold(NINE)))

    first, second = check.form(0).submit(), check.form(0).submit()

    assert (first.status_code, second.status_code) == (303, 303)
    assert visit.get(first.location).text == visit.get(second.location).text
    assert len(letters()) == 2
    assert states() == [BookingState.CONFIRMED]


def test_going_back_after_booking_leads_to_the_booking(visit: Visit):
    held = visit.hold(NINE)
    visit.get(visit.to_check(held)).form(0).submit()

    assert visit.get(held).heading == "You are booked"
    assert visit.get(held + "/check").heading == "You are booked"


def test_a_hold_that_lapsed_keeps_what_was_typed_and_can_be_held_again(visit: Visit, at: MoveClock, letters: Letters):
    held = visit.hold(NINE)
    form = visit.get(held).form(0)
    at(NOW + timedelta(minutes=11))

    lapsed = visit.page(form.submit(**DETAILS))

    assert lapsed.status == 410
    assert "Hold Monday 2 November, 9:00 am once more" in lapsed.text
    again = lapsed.form(0).submit(button=("start", NINE))
    details = visit.get(again.location)
    assert details.form(0).values["note"][0].strip() == DETAILS["note"]
    assert visit.get(visit.get(visit.to_check(again.location)).form(0).submit().location).heading == "You are booked"
    assert_letters_are_right(letters)


def test_a_lapsed_time_that_somebody_took_offers_others_and_keeps_what_was_typed(
    visit: Visit, stranger: Visit, at: MoveClock
):
    check = visit.get(visit.to_check(visit.hold(NINE)))
    at(NOW + timedelta(minutes=11))
    stranger.book(NINE, address="bob@example.org")

    lapsed = visit.page(check.form(0).submit())

    assert lapsed.status == 410
    assert NINE not in [button.get("value") for button in lapsed.all("button")]
    again = lapsed.form(0).submit(button=("start", TEN))
    assert visit.get(again.location).form(0).values["name"] == ["Ann Bee"]


def test_typing_holds_the_time_longer(visit: Visit, at: MoveClock):
    held = visit.hold(NINE)
    at(NOW + timedelta(minutes=8))

    answer = visit.client.post(held + "/extend")

    assert answer.json == {"until": (NOW + timedelta(minutes=18)).isoformat()}


def test_an_altered_handover_is_said_and_a_time_can_still_be_picked(visit: Visit):
    visit.address = "/book/?with=broken"

    page = visit.get(visit.address)

    assert page.status == 404
    assert "This link is not complete" in page.text
    assert visit.book(NINE)


def test_the_story_of_the_link_is_kept_with_the_lead(visit: Visit):
    visit.address = "/book/?from=the-brush-off&utm_source=letter"
    visit.book(NINE)

    lead = lists.list_leads().leads[0]
    assert lead.first_story == "the-brush-off"
    assert lead.first_touch["utm"] == [["utm_source", "letter"]]


def test_forms_sent_by_another_site_are_refused(visit: Visit):
    response = visit.client.post(
        "/book/first-conversation/hold", data={"start": NINE}, headers={"Origin": "https://evil.example"}
    )

    assert response.status_code == 400
    assert bookings() == []
