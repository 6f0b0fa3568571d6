"""A visitor picks a time, books it, moves it and cancels it; both sides get invites that follow every rule."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from booking.models import Booking, BookingState
from kit.context import EXTENSION, current_settings
from kit.db import session
from leads import services as leads
from leads.handover import Handover
from leads.models import HappeningKind
from tests.booking.builders import a_consult_type, a_consultant
from tests.booking.invite_rules import (
    assert_calendar_file,
    assert_invite_history,
    assert_invite_rules,
    event_of,
    invite_of,
    moment,
)
from tests.booking.visit import DETAILS, Visit

Letters = Callable[[], list[EmailMessage]]
MoveClock = Callable[[datetime], None]
NOW = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)
NINE = "2026-11-02T14:00:00Z"  # 9:00 in New York on the Monday after the clocks changed
TEN = "2026-11-02T15:00:00Z"


@pytest.fixture
def visit(app: Flask, client: FlaskClient) -> Visit:
    a_consult_type()
    return Visit(client)


@pytest.fixture
def stranger(app: Flask) -> Visit:
    """Somebody else's browser."""
    return Visit(app.test_client())


def bookings() -> list[Booking]:
    session().rollback()
    return list(session().scalars(select(Booking).order_by(Booking.id)))


def states() -> list[BookingState]:
    return [booking.state for booking in bookings()]


def text_of(message: EmailMessage) -> str:
    """The text part, with plain spaces."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\N{NO-BREAK SPACE}", " ")


def assert_letters_are_right(letters: Letters) -> None:
    for message in letters():
        assert_invite_rules(message)
    assert_invite_history(letters())


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


def test_moving_takes_both_invites_along(visit: Visit, letters: Letters, at: MoveClock):
    own = visit.book(NINE)
    at(NOW + timedelta(hours=2))
    picker = visit.get(own + "/move")
    confirm = visit.page(picker.form(1).submit(button=("start", TEN)))
    assert "Move to Monday 2 November, 10:00 am" in confirm.text
    assert bookings()[0].starts_at == datetime(2026, 11, 2, 14, tzinfo=UTC), "looking moves nothing"

    response = confirm.form(0).submit()

    assert response.status_code == 303
    assert "10:00 am–10:30 am" in visit.get(response.location).text
    guest, host = letters()[2:]
    for message in (guest, host):
        event = event_of(message)
        assert invite_of(message).one("METHOD").value == "REQUEST"
        assert event.one("SEQUENCE").value == "1"
        assert moment(event, "DTSTART") == datetime(2026, 11, 2, 15, tzinfo=UTC)
        assert moment(event, "DTSTAMP") == NOW + timedelta(hours=2)
    assert "9:00 am–9:30 am" in text_of(guest)
    assert_letters_are_right(letters)


def test_moving_to_a_time_that_has_gone_changes_nothing(visit: Visit, stranger: Visit, letters: Letters):
    own = visit.book(NINE)
    confirm = visit.get(f"{own}/move?start={TEN}")
    stranger.hold(TEN)

    refused = visit.page(confirm.form(0).submit())

    assert refused.status == 409
    assert "That time has just gone" in refused.text
    assert len(letters()) == 2
    assert bookings()[0].sequence == 0


def test_cancelling_withdraws_both_invites_and_frees_the_time(visit: Visit, stranger: Visit, letters: Letters):
    own = visit.book(NINE)
    form = visit.get(own + "/cancel").form(0)
    assert states() == [BookingState.CONFIRMED], "looking cancels nothing"

    response = form.submit(reason="We have filled the post")

    assert visit.get(response.location).heading == "The consult is cancelled"
    guest, host = letters()[2:]
    for message in (guest, host):
        event = event_of(message)
        assert invite_of(message).one("METHOD").value == "CANCEL"
        assert (event.one("STATUS").value, event.one("SEQUENCE").value) == ("CANCELLED", "1")
    assert "We have filled the post" in text_of(host)
    assert "We have filled the post" not in text_of(guest)
    assert NINE in stranger.starts()
    assert_letters_are_right(letters)


def test_a_used_link_says_so(visit: Visit):
    own = visit.book(NINE)
    visit.get(own + "/cancel").form(0).submit()

    for address in (own, own + "/move", own + "/cancel", own + "/invite.ics"):
        page = visit.get(address)
        assert page.status == 410
        assert page.heading == "This consult has been cancelled"


def test_an_altered_link_says_so(visit: Visit):
    own, held = visit.book(NINE), visit.hold(TEN)

    for address in (own[:-1] + ("A" if own[-1] != "A" else "B"), "/book/consult/x", held[:-3], "/book/held/x"):
        page = visit.get(address)
        assert page.status == 404
        assert page.heading == "This link is not complete"


def test_a_link_for_one_purpose_is_none_for_another(visit: Visit):
    held = visit.hold(NINE)

    assert visit.get(held.replace("/held/", "/consult/")).status == 404


def test_after_the_cut_off_nothing_changes_by_the_link(visit: Visit, at: MoveClock, letters: Letters):
    own = visit.book(NINE)
    cancel = visit.get(own + "/cancel").form(0)
    at(datetime(2026, 11, 2, 13, 0, tzinfo=UTC))

    assert visit.get(own).status == 200
    assert visit.get(own + "/move").status == 409
    assert cancel.submit().status_code == 409
    assert states() == [BookingState.CONFIRMED]
    assert len(letters()) == 2


def test_an_address_gets_one_invite_an_hour_but_its_link_works(
    visit: Visit, stranger: Visit, letters: Letters, at: MoveClock
):
    own = visit.book(NINE)
    check = stranger.get(stranger.to_check(stranger.hold(TEN), address="Ann@Example.org", name="Somebody"))

    refused = stranger.page(check.form(0).submit())

    assert refused.status == 429
    assert "less than an hour ago" in refused.text
    assert "Somebody" in refused.text
    assert len(letters()) == 2
    assert visit.get(f"{own}/move?start=2026-11-02T16:00:00Z").form(0).submit().status_code == 303
    at(NOW + timedelta(minutes=61))
    assert visit.get(visit.book("2026-11-03T16:00:00Z")).status == 200


def test_what_the_assessment_handed_over_is_not_typed_again(app: Flask, client: FlaskClient, letters: Letters):
    a_consult_type()
    lead = leads.capture(address="maria@harbor.example", name="Maria Quintero", at=NOW, phone="+1 555 010 0123")
    handover = Handover(
        lead=lead.public_id,
        story="the-brush-off",
        held=4.12,
        needed=11.3,
        gap=7.18,
        chance="about 1 in 10",
        obstacles=("too little time set aside",),
    )
    visit = Visit(client, f"/book/?with={handover.token()}")

    assert "You hold 4.1 live conversations a week; your goal needs 11.3." in visit.get(visit.address).text
    details = visit.get(visit.hold(NINE))
    assert details.form(0).values["name"] == ["Maria Quintero"]
    assert details.form(0).values["address"] == ["maria@harbor.example"]
    visit.get(details.form(0).submit().location).form(0).submit()

    _, host = letters()
    told = text_of(host)
    for words in ("holds 4.1, needs 11.3", "7.2 a week", "about 1 in 10", "too little time set aside", "The brush off"):
        assert words in told
        assert words in event_of(host).text("DESCRIPTION")
    assert [happening.kind for happening in leads.timeline(lead)] == [HappeningKind.CONSULT_BOOKED]
    assert_letters_are_right(letters)


def test_an_altered_handover_is_said_and_a_time_can_still_be_picked(visit: Visit):
    visit.address = "/book/?with=broken"

    page = visit.get(visit.address)

    assert page.status == 404
    assert "This link is not complete" in page.text
    assert visit.book(NINE)


def test_the_story_of_the_link_is_kept_with_the_lead(visit: Visit):
    visit.address = "/book/?from=the-brush-off&utm_source=letter"
    visit.book(NINE)

    lead = leads.list_leads().leads[0]
    assert lead.first_story == "the-brush-off"
    assert lead.first_touch["utm"] == [["utm_source", "letter"]]


def test_nothing_a_guest_wrote_stands_in_a_subject_or_in_their_own_letter(visit: Visit, letters: Letters):
    visit.book(NINE, name="Win $$$ at http://evil.example", note="Buy now")

    guest, host = letters()
    assert "evil" not in guest["Subject"] + host["Subject"]
    assert "evil" not in str(guest["To"])
    for body in (guest.get_body(("plain",)), guest.get_body(("html",))):
        assert "evil" not in body.get_content()
        assert "Buy now" not in body.get_content()
    assert "evil" not in str(event_of(guest))
    assert "Buy now" in text_of(host)
    assert_letters_are_right(letters)


def test_markup_that_a_guest_wrote_is_shown_as_text(visit: Visit, letters: Letters):
    own = visit.book(NINE, name="<b>Ann</b>", note="<script>alert(1)</script>")

    assert "<script>alert" not in visit.client.get(own).get_data(as_text=True)
    html = letters()[1].get_body(("html",)).get_content()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_the_site_s_own_mailbox_as_consultant_gets_a_plain_file(app: Flask, client: FlaskClient, letters: Letters):
    a_consult_type(a_consultant("Robin Hale", address=current_settings().mail_from))
    Visit(client).book(NINE)

    _, host = letters()
    assert invite_of(host) is None
    (file,) = host.iter_attachments()
    assert_calendar_file(file.get_payload(decode=True))
    assert_letters_are_right(letters)


def test_the_visitor_can_put_it_into_any_calendar(visit: Visit):
    own = visit.book(NINE)
    page = visit.get(own)

    response = visit.client.get(own + "/invite.ics")

    assert response.content_type == "text/calendar; charset=utf-8"
    assert moment(assert_calendar_file(response.get_data()), "DTSTART") == datetime(2026, 11, 2, 14, tzinfo=UTC)
    for name in ("Google Calendar", "Outlook.com", "Microsoft 365", "Yahoo Calendar"):
        assert page.links[name].startswith("https://")


def test_the_site_does_not_invite_itself(app: Flask, visit: Visit):
    app.extensions[EXTENSION] = replace(current_settings(), mail_from="consults@example.com")

    page = visit.page(visit.get(visit.hold()).form(0).submit(**DETAILS | {"address": "Consults@example.com"}))

    assert page.errors == ["This is our own address. Enter yours, so that the invite reaches you"]


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("a?b#c%d&e=f+g@example.org", "a?b#c%d&e=f+g@example.org"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("Robin@consultancy.example", "Robin@consultancy.example"),
    ],
)
def test_unusual_addresses_get_a_right_invite(visit: Visit, letters: Letters, typed: str, sent: str):
    visit.book(NINE, address=typed)

    assert letters()[0]["To"].addresses[0].addr_spec == sent
    assert_letters_are_right(letters)


def test_letters_name_both_zones_where_they_differ(visit: Visit, letters: Letters):
    visit.address = "/book/?zone=Asia/Kathmandu&clock=24"
    visit.book(NINE)

    guest, host = (text_of(message) for message in letters())
    assert "19:45–20:15, Kathmandu, UTC+05:45" in guest
    assert "For Robin Hale: 09:00–09:30 (New York, UTC−05:00)" in guest
    assert "09:00–09:30, New York, UTC−05:00" in host
    assert "For the guest: 19:45–20:15 (Kathmandu, UTC+05:45)" in host


def test_forms_sent_by_another_site_are_refused(visit: Visit):
    response = visit.client.post(
        "/book/first-conversation/hold", data={"start": NINE}, headers={"Origin": "https://evil.example"}
    )

    assert response.status_code == 400
    assert bookings() == []
