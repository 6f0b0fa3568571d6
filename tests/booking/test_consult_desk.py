"""A consult at the desk: what is known of it, held or missed, moved, cancelled and given to somebody else."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from booking import catalogue, guard, schedule, services
from booking.catalogue import Asked
from booking.exchange_models import WaitlistEntry
from booking.guard import Guest, Wish
from booking.models import Booking, BookingState, Consultant, ConsultType, HostMode, PartStat, QuestionKind, WeeklyHours
from kit import clock, suppression
from kit.db import session, transaction
from kit.refusal_rules import Meaning
from kit.suppression import Returned
from leads import lists
from leads import services as leads
from leads.handover import Handover
from leads.models import HappeningKind
from tests.booking.builders import MONDAY_10, a_booking, a_consult_type, a_consultant, a_hold
from tests.booking.invite_rules import event_of, invite_of
from tests.booking.visit import (
    NINE,
    NOW,
    TEN,
    Letters,
    MoveClock,
    Visit,
    assert_letters_are_right,
    bookings,
    states,
    text_of,
)

NOON = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)


@pytest.fixture
def two(app: Flask) -> ConsultType:
    """A consult type that Sam or Tess hosts; of the two, Sam is the first to be booked."""
    return a_consult_type(a_consultant("Sam Low"), a_consultant("Tess Moe"))


def page_of(booking: Booking) -> str:
    return f"/desk/consults/{booking.reference}"


def flat(text: str) -> str:
    return " ".join(text.split())


def test_everything_that_is_known_stands_on_the_page(app: Flask, robin: Visit):
    consult_type = a_consult_type()
    catalogue.ask(consult_type.id, Asked("Which post is open?", QuestionKind.LINE))
    handover = Handover(held=4.1, needed=11.3, gap=7.2, chance="about 1 in 10", obstacles=("no time set aside",))
    wish = Wish(MONDAY_10, "ann", "America/Chicago", "12", handover)
    guest = Guest("Ann Bee", "ann@example.org", "+1 555 010 0199", "Call me.", {"Which post is open?": "A nurse"})
    booking = services.book(services.hold(consult_type, wish, now=NOW).secret, guest, now=NOW)
    with transaction():
        booking.partstat = PartStat.TENTATIVE

    page = robin.get(page_of(booking))

    text = flat(" ".join(page.texts("main p, main dt, main dd, h1")))
    for known in (
        "First conversation with Ann Bee",
        "10:00 am–10:30 am, New York, UTC−05:00",
        "For the guest: 9:00 am–9:30 am (Chicago, UTC−06:00)",
        *("Robin Hale", "By phone: +1 555 010 0199", "ann@example.org", "A nurse", "Call me."),
        *("holds 4.1, needs 11.3", "7.2 a week", "about 1 in 10", "no time set aside"),
        *(f"Reference {booking.reference}", "Their calendar Perhaps"),
    ):
        assert known in text
    (lead,) = lists.list_leads().leads
    assert page.links["Everything about Ann Bee"] == f"/desk/leads/{lead.public_id}"
    assert robin.get(page.links["Open what the guest sees"]).status == 200


@pytest.mark.parametrize("reference", ["ABCD1234", "abcd1234", "NONE", "%25%25%25%25%25%25%25%25", "1" * 40])
@pytest.mark.parametrize("act", ["", "/move", "/cancel", "/reassign"])
def test_an_unknown_reference_is_no_page(app: Flask, robin: Visit, reference: str, act: str):
    assert robin.client.get(f"/desk/consults/{reference}{act}").status_code == 404


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Ann Avery", "Cy Avery", "bob Avery"]),
        ("?sort=-when", ["bob Avery", "Cy Avery", "Ann Avery"]),
        ("?sort=who", ["Ann Avery", "bob Avery", "Cy Avery"]),
        ("?with={tess}", ["Cy Avery", "bob Avery"]),
        ("?with={sam}&sort=-who", ["bob Avery", "Ann Avery"]),
        ("?with=9999", []),
        ("?with=0", ["Ann Avery", "Cy Avery", "bob Avery"]),
    ],
)
def test_the_consults_of_one_of_us_are_shown_in_an_order(app: Flask, robin: Visit, query: str, names: list[str]):
    sam, tess = a_consultant("Sam Low"), a_consultant("Tess Moe")
    for day, (name, hosts) in enumerate((("Ann", [sam]), ("Cy", [tess]), ("bob", [sam, tess]))):
        kind = a_consult_type(*hosts, slug=f"kind-{day}", host_mode=HostMode.ALL)
        hold = a_hold(kind, MONDAY_10 + timedelta(days=day), now=NOW)
        guard.confirm(hold.secret, Guest(f"{name} Avery", f"{name.lower()}@example.com"), now=NOW)

    page = robin.get(f"/desk/consults/{query.format(sam=sam.id, tess=tess.id)}")

    assert [row.split(" Avery")[0] + " Avery" for row in page.texts("#list-page tbody td:nth-child(2)")] == names


def test_a_hold_is_no_consult_yet(app: Flask, robin: Visit):
    hold = a_hold(a_consult_type())

    assert robin.get(page_of(hold)).status == 404


def test_a_consult_is_marked_as_held_or_missed(visit: Visit, robin: Visit, at: MoveClock):
    visit.book(TEN)
    (booking,) = bookings()
    assert not robin.get("/desk/consults/").all(".row-actions form"), "it is not over yet"
    assert not robin.get(page_of(booking)).all(".marks form")
    at(MONDAY_10 + timedelta(hours=3))

    robin.get("/desk/consults/").form("/held").submit()
    back = robin.get(page_of(booking)).form("/missed").submit()

    assert back.location == page_of(booking)
    (lead,) = lists.list_leads().leads
    assert [happening.kind for happening in leads.timeline_page(lead).rows][:2] == [
        HappeningKind.CONSULT_MISSED,
        HappeningKind.CONSULT_HELD,
    ]
    (marked,) = schedule.consults_page(begin=NOW, end=NOW + timedelta(days=9)).rows
    assert marked.state is BookingState.MISSED


def test_what_cannot_be_marked_is_not(visit: Visit, robin: Visit):
    visit.book(TEN)
    token = robin.get("/desk/availability/").form(0).values["csrf_token"][0]

    def mark(address: str) -> int:
        return robin.client.post(address, data={"csrf_token": token}).status_code

    assert mark("/desk/consults/ABCD1234/held") == 404
    assert mark(page_of(bookings()[0]) + "/else") == 404
    assert mark(page_of(bookings()[0]) + "/held") == 404, "it has not begun"
    assert states() == [BookingState.CONFIRMED]


def test_a_consultant_moves_a_consult_and_the_guest_is_told_who_did(
    visit: Visit, robin: Visit, letters: Letters, at: MoveClock
):
    own = visit.book(TEN)
    address = page_of(bookings()[0])
    at(datetime(2026, 11, 2, 14, 30, tzinfo=UTC))  # past the cut-off of an hour
    picker = robin.get(address + "/move?zone=America/New_York&clock=12")
    confirm = robin.page(picker.form(1).submit(button=("start", "2026-11-02T17:00:00Z")))
    assert bookings()[0].starts_at == MONDAY_10, "looking moves nothing"

    response = confirm.form(0).submit(reason="The train\nis late.")

    assert "The consult has its new time" in robin.get(response.location).text
    assert (bookings()[0].starts_at, bookings()[0].sequence) == (NOON, 1)
    guest, host = letters()[2:]
    told, host_told = text_of(guest), text_of(host)
    assert "First conversation with Robin Hale has a new time: we have had to move it." in told
    assert "The reason: The train is late." in told
    assert "If the new time does not suit you, pick another one or cancel here:" in told
    assert "because a consultant moved the conversation you booked" in told
    assert "Robin Hale moved the first conversation with Ann Bee." in host_told
    assert "The reason that was given: The train is late." in host_told
    assert visit.get(own).status == 200
    (lead,) = lists.list_leads().leads
    happening = leads.timeline_page(lead).rows[0]
    assert (happening.kind, happening.headline) == (
        HappeningKind.CONSULT_MOVED,
        "First conversation moved by Robin Hale",
    )
    assert_letters_are_right(letters)


def test_a_guest_s_own_move_is_told_as_theirs(visit: Visit, letters: Letters):
    own = visit.book(TEN)
    visit.get(f"{own}/move?start={NINE}").form(0).submit()

    guest, host = letters()[2:]
    assert "we have had to" not in text_of(guest)
    assert "Ann Bee moved the first conversation." in text_of(host)


def test_moving_to_a_time_that_is_taken_shows_the_others(visit: Visit, stranger: Visit, robin: Visit, letters: Letters):
    visit.book(TEN)
    confirm = robin.get(page_of(bookings()[0]) + f"/move?start={NINE}")
    stranger.hold(NINE)

    refused = robin.page(confirm.form(0).submit())

    assert refused.status == 409
    assert "That time has just gone" in refused.text
    assert NINE not in [button.get("value") for button in refused.all("button.time")]
    assert len(letters()) == 2


@pytest.mark.parametrize("start", ["", "tomorrow", "2026-11-02T14:07:00Z", "2030-11-04T15:00:00Z", "2026-11-02T15:00"])
def test_a_forged_start_moves_nothing(visit: Visit, robin: Visit, start: str):
    visit.book(TEN)
    address = page_of(bookings()[0]) + "/move"
    token = robin.get("/desk/availability/").form(0).values["csrf_token"][0]

    response = robin.client.post(address, data={"csrf_token": token, "start": start})

    assert response.status_code == 422
    assert bookings()[0].starts_at == MONDAY_10


def test_what_the_guest_is_told_must_not_be_too_long(visit: Visit, robin: Visit, letters: Letters):
    visit.book(TEN)
    address = page_of(bookings()[0])

    for page in (f"{address}/move?start={NINE}", f"{address}/cancel"):
        shown = robin.page(robin.get(page).form(0).submit(reason="x" * 401))
        assert shown.status == 422
        assert shown.errors == ["What the guest should know must be 400 characters or fewer"]
        assert shown.form(0).values["reason"][0].strip() == "x" * 401
    assert len(letters()) == 2


def test_a_consultant_cancels_and_the_guest_gets_the_way_to_another_time(
    visit: Visit, robin: Visit, letters: Letters, at: MoveClock
):
    own = visit.book(TEN)
    address = page_of(bookings()[0])
    at(MONDAY_10 - timedelta(minutes=20))

    response = robin.get(address + "/cancel").form(0).submit(reason="I am ill.")

    page = robin.get(response.location)
    assert "The consult is cancelled" in page.text
    assert "I am ill." in page.text
    guest, host = letters()[2:]
    told = flat(text_of(guest))
    assert "First conversation with Robin Hale is cancelled: we are sorry, we have had to call it off." in told
    assert "The reason: I am ill." in told
    assert "Pick a time that suits you: http://localhost/book/first-conversation/" in told
    assert "Robin Hale cancelled the first conversation with Ann Bee." in text_of(host)
    assert [invite_of(message).one("METHOD").value for message in (guest, host)] == ["CANCEL", "CANCEL"]
    assert visit.get(own).status == 410
    (lead,) = lists.list_leads().leads
    assert leads.timeline_page(lead).rows[0].headline == "First conversation cancelled by Robin Hale"
    assert_letters_are_right(letters)


def test_a_guest_s_own_cancellation_is_told_as_theirs(visit: Visit, letters: Letters):
    visit.get(visit.book(TEN) + "/cancel").form(0).submit(reason="We have filled the post")

    guest, host = letters()[2:]
    assert "we are sorry" not in text_of(guest)
    assert "Ann Bee cancelled the first conversation." in text_of(host)
    assert "They gave this reason: We have filled the post" in text_of(host)


@pytest.mark.parametrize(
    ("moment", "status", "heading"),
    [
        (MONDAY_10 + timedelta(minutes=5), 409, "It is too late to change this here"),
        (MONDAY_10 + timedelta(days=3), 409, "It is too late to change this here"),
    ],
)
@pytest.mark.parametrize("act", ["/move", "/cancel", "/reassign"])
def test_what_has_begun_is_not_changed(
    app: Flask, robin: Visit, at: MoveClock, moment: datetime, status: int, heading: str, act: str
):
    booking = a_booking(a_consult_type())
    at(moment)

    page = robin.get(page_of(booking) + act)

    assert (page.status, page.heading) == (status, heading)


@pytest.mark.parametrize("act", ["/move", "/cancel", "/reassign"])
def test_what_is_cancelled_is_not_changed(visit: Visit, robin: Visit, act: str):
    visit.get(visit.book(TEN) + "/cancel").form(0).submit()

    page = robin.get(page_of(bookings()[0]) + act)

    assert (page.status, page.heading) == (410, "This consult has been cancelled")


def test_two_who_cancel_at_once_cancel_once(visit: Visit, robin: Visit, letters: Letters):
    visit.book(TEN)
    form = robin.get(page_of(bookings()[0]) + "/cancel").form(0)

    assert [form.submit().status_code, form.submit().status_code] == [303, 410]
    assert len(letters()) == 4


def test_mail_that_does_not_reach_the_guest_is_said(two: ConsultType, visit_of: Visit, robin: Visit):
    visit_of.book(TEN)
    (booking,) = bookings()
    assert "comes back" not in robin.get(page_of(booking)).text

    suppression.note(Returned("ann@example.org", Meaning.HARD, "a report"), at=clock.now())

    said = robin.get(page_of(booking)).text
    assert "Mail to ann@example.org comes back" in said
    assert "Their telephone: +1 555 010 0199." in said


def test_a_consult_is_given_to_somebody_else(two: ConsultType, visit_of: Visit, robin: Visit, letters: Letters):
    own = visit_of.book(TEN)
    (booking,) = bookings()
    assert booking.consultant.name == "Sam Low"
    old_uid, reference = booking.uid, booking.reference

    response = robin.get(page_of(booking) + "/reassign").form(0).submit(host="2", reason="Sam is ill.")

    page = robin.get(response.location)
    assert "It is given over." in page.text
    assert "Tess Moe" in page.text
    (lead,) = lists.list_leads().leads
    assert "BeforeSam Low" in robin.get(f"/desk/leads/{lead.public_id}").text
    old, new = bookings()
    assert (old.state, old.reason, new.state) == (
        BookingState.CANCELLED,
        "Given to Tess Moe",
        BookingState.CONFIRMED,
    )
    assert (new.consultant.name, new.starts_at, new.sequence) == ("Tess Moe", MONDAY_10, 0)
    assert (old.reference, new.reference == reference, new.uid == old_uid) == (reference, False, False)

    guest_new, guest_old, tess, sam = letters()[2:]
    people = [message["To"].addresses[0].addr_spec for message in letters()[2:]]
    assert people == [
        *("ann@example.org", "ann@example.org"),
        *("tess@consultancy.example", "sam@consultancy.example"),
    ]
    exchanged = [
        (invite_of(message).one("METHOD").value, event_of(message).one("UID").value) for message in letters()[2:]
    ]
    assert exchanged == [("REQUEST", new.uid), ("CANCEL", old_uid), ("REQUEST", new.uid), ("CANCEL", old_uid)]
    assert guest_new["Subject"].startswith("New host: First conversation with Tess Moe, Monday 2 November 2026")
    assert "you will talk with Tess Moe now, not with Sam Low." in text_of(guest_new)
    assert "The reason: Sam is ill." in text_of(guest_new)
    assert "takes place at the same time, with Tess Moe" in flat(text_of(guest_old))
    assert "Robin Hale gave you a first conversation that Sam Low was to hold." in text_of(tess)
    assert "My team has stopped calling." in text_of(tess)
    assert "Robin Hale gave the first conversation with Ann Bee to Tess Moe." in text_of(sam)
    assert "Sam is ill." not in text_of(guest_old)

    shown = visit_of.get(own)
    assert (shown.status, "Tess Moe" in shown.text) == (200, True)
    assert visit_of.get(f"{own}/move?start={NINE}").form(0).submit().status_code == 303
    assert visit_of.get(visit_of.get(own + "/cancel").form(0).submit().location).heading == "The consult is cancelled"
    (lead,) = lists.list_leads().leads
    assert "First conversation given to Tess Moe by Robin Hale" in [
        happening.headline for happening in leads.timeline_page(lead).rows
    ]
    assert_letters_are_right(letters)


@pytest.fixture
def visit_of(app: Flask) -> Visit:
    """A visitor who has nothing to do with the other fixtures."""
    return Visit(app.test_client())


def test_what_they_wait_for_goes_along_to_the_new_host(two: ConsultType, visit_of: Visit, robin: Visit):
    visit_of.book(TEN)
    (booking,) = bookings()
    with transaction() as current:
        entry = {"secret": "s", "consult_type_id": two.id, "minutes": 30, "address": "ann@example.org"}
        current.add(WaitlistEntry(booking_id=booking.id, zone_name="UTC", created_at=NOW, **entry))

    robin.get(page_of(booking) + "/reassign").form(0).submit(host="2")

    session().expire_all()
    (entry_now,) = session().query(WaitlistEntry)
    assert entry_now.booking_id == bookings()[-1].id


def test_only_who_is_free_then_can_take_over(app: Flask, robin: Visit):
    evenings = [WeeklyHours(weekday=1, start=18 * 60, finish=20 * 60)]
    consult_type = a_consult_type(a_consultant("Sam Low"), a_consultant("Tess Moe", weekly=evenings))
    booking = a_booking(consult_type)
    token = robin.get("/desk/availability/").form(0).values["csrf_token"][0]

    page = robin.get(page_of(booking) + "/reassign")

    assert "Nobody else is free then" in page.text
    assert page.texts(".desk-list b") == ["Tess Moe"]
    assert "Outside the working hours" in page.text
    for host in ("1", "2", "77", "x", ""):
        refused = robin.client.post(page_of(booking) + "/reassign", data={"csrf_token": token, "host": host})
        assert refused.status_code == 409
    assert states() == [BookingState.CONFIRMED]


@pytest.mark.parametrize("host", ["1", "77", "x", "", None])
def test_who_takes_over_is_chosen_from_the_list(two: ConsultType, robin: Visit, host: str | None):
    booking = a_booking(two)

    page = robin.page(robin.get(page_of(booking) + "/reassign").form(0).submit(host=host, reason="Ill."))

    assert page.status == 422
    assert page.errors == ["Choose who takes it over"]
    assert page.form(0).values["reason"][0].strip() == "Ill."
    assert states() == [BookingState.CONFIRMED]


def test_somebody_who_was_booked_in_the_meantime_cannot_take_over(two: ConsultType, robin: Visit, letters: Letters):
    booking = a_booking(two, visitor="ann")
    form = robin.get(page_of(booking) + "/reassign").form(0)
    a_booking(two, visitor="bob")

    refused = robin.page(form.submit(host="2"))

    assert refused.status == 409
    assert "Nobody else is free then" in refused.text
    assert states() == [BookingState.CONFIRMED, BookingState.CONFIRMED]
    assert letters() == []


def test_what_all_hold_together_is_given_to_nobody_alone(app: Flask, robin: Visit):
    booking = a_booking(a_consult_type(a_consultant("Sam Low"), a_consultant("Tess Moe"), host_mode=HostMode.ALL))

    assert "Give it to somebody else" not in robin.get(page_of(booking)).links
    assert "All of them take part" in robin.get(page_of(booking) + "/reassign").text


def test_what_all_agreed_on_stays_theirs_when_the_type_changes(app: Flask, robin: Visit, letters: Letters):
    consult_type = a_consult_type(a_consultant("Sam Low"), a_consultant("Tess Moe"), host_mode=HostMode.ALL)
    visit = Visit(app.test_client())
    own = visit.book(TEN)
    robin.get(f"/desk/consult-types/{consult_type.id}").form(0).submit(host_mode="any")

    visit.get(own + "/cancel").form(0).submit()

    people = [message["To"].addresses[0].addr_spec for message in letters()[3:]]
    assert people == ["ann@example.org", "sam@consultancy.example", "tess@consultancy.example"]
    assert_letters_are_right(letters)


def test_a_host_without_an_address_gets_no_letter(two: ConsultType, visit_of: Visit, robin: Visit, letters: Letters):
    visit_of.book(TEN)
    (booking,) = bookings()
    with transaction() as current:
        current.get_one(Consultant, 2).address = ""

    robin.get(page_of(booking) + "/reassign").form(0).submit(host="2")

    people = [message["To"].addresses[0].addr_spec for message in letters()[2:]]
    assert people == ["ann@example.org", "ann@example.org", "sam@consultancy.example"]
