"""The waitlist as visitors and consultants walk through it: GET shows, POST acts, nothing is typed twice."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import leads.services
from booking import waitlist, waitlist_job
from booking.exchange_models import WaitlistEntry, WaitState
from booking.models import Booking, BookingState
from kit.db import session
from leads.handover import Handover
from tests.booking.builders import a_consult_type, a_consultant
from tests.booking.visit import Letters, MoveClock, Visit, at_the_desk, bookings, text_of

NOW = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)
NINE = datetime(2026, 11, 2, 14, 0, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
ANN = {"name": "Ann Bee", "address": "ann@example.org", "phone": "+1 555 010 0199"}
JOIN = "/book/first-conversation/waitlist?zone=America/New_York&clock=12"


@pytest.fixture
def visit(app: Flask, client: FlaskClient) -> Visit:
    """Somebody before a site with two times, both on the Monday."""
    a_consult_type(a_consultant(max_per_day=2), minutes=60, step=60, horizon_days=2)
    return Visit(client, "/book/?zone=America/New_York")


@pytest.fixture
def full(app: Flask, visit: Visit) -> list[str]:
    """The own pages of two people who have those times."""
    first = Visit(app.test_client(), visit.address).book("2026-11-02T14:00:00Z", address="first@example.org")
    return [first, Visit(app.test_client(), visit.address).book("2026-11-02T15:00:00Z", address="second@example.org")]


def cancel(visit: Visit, own: str) -> None:
    assert visit.get(f"{own}/cancel").form(0).submit(reason="").status_code == 303


def link_in(message: object, part: str) -> str:
    """The address in a letter that holds `part`."""
    found = re.search(rf"http://localhost(/\S*{part}\S*)", text_of(message))  # type: ignore[arg-type]
    assert found
    return found[1]


def entries() -> list[WaitlistEntry]:
    session().rollback()
    return list(session().scalars(select(WaitlistEntry).order_by(WaitlistEntry.id)))


def test_where_nothing_is_free_the_way_leads_to_the_list(visit: Visit, full: list[str], letters: Letters):
    picker = visit.get(visit.address)
    page = visit.get(picker.links["Tell me when a time opens"])
    assert page.heading == "Tell me when a time opens"

    done = visit.page(page.form(0).submit(**ANN))

    assert (done.status, done.heading) == (200, "You are on the list")
    assert "You get a mail when a time opens and you are the first in line" in done.text
    (entry,) = entries()
    assert (entry.name, entry.address, entry.phone, entry.before) == (*ANN.values(), None)
    assert (entry.zone_name, entry.clock) == ("America/New_York", "12")
    assert letters()[-1]["To"].addresses[0].addr_spec == "ann@example.org"


def test_beside_free_times_the_way_is_a_quiet_link(visit: Visit):
    page = visit.get(visit.get(visit.address).links["Tell me if one opens."])

    assert page.heading == "Tell me if an earlier time opens"
    assert "The first time that is free now is on Monday 2 November 2026" in page.text
    assert "Leave it empty for any time before Monday 2 November 2026" in page.text


def test_where_nothing_earlier_can_open_the_free_times_are_shown_instead(visit: Visit, at: MoveClock):
    at(datetime(2026, 11, 2, 6, 0, tzinfo=UTC))
    page = visit.get(JOIN)

    assert "Nothing can open before it any more" in page.text
    assert page.all("main form") == []
    assert visit.get(page.links["See the free times"]).heading == "Pick a time"


def test_the_times_to_which_a_consult_can_move_lead_to_the_list_too(visit: Visit):
    own = visit.book("2026-11-02T15:00:00Z")

    page = visit.get(visit.get(f"{own}/move").links["Tell me if an earlier one opens."])
    assert (page.heading, "10:00 am" in page.text) == ("Tell me if an earlier time opens", True)


def test_what_the_assessment_knows_is_not_typed_again(visit: Visit, full: list[str]):
    lead = leads.services.capture(
        address="Maria@harbor.example", name="Maria Quintero", at=NOW, phone="+1 555 010 0123"
    )
    handover = Handover(lead=lead.public_id, story="the-brush-off", gap=7.2)
    page = visit.get(f"{JOIN}&with={handover.token()}")

    values = page.form(0).values
    assert [values[name] for name in ("name", "address", "phone")] == [
        ["Maria Quintero"],
        ["Maria@harbor.example"],
        ["+1 555 010 0123"],
    ]
    page.form(0).submit()
    assert (entries()[0].handover["gap"], entries()[0].origin["story"]) == (7.2, "the-brush-off")


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"name": ""}, ["Enter your name, as you would like to be called"]),
        ({"address": ""}, ["Enter the e-mail address that we can tell you at"]),
        ({"address": "ann"}, ["Enter an e-mail address with one @ and a domain, like name@example.com"]),
        ({"phone": "call me"}, ["Enter a telephone number in digits, like +1 555 010 0199"]),
        ({"before": "soon"}, ["A time before this date would help must be a date, like 2026-12-24"]),
        ({"before": "2026-10-31"}, ["That is so near that nothing can open before it any more. Give a later date."]),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    visit: Visit, full: list[str], typed: dict[str, str], errors: list[str]
):
    page = visit.page(visit.get(JOIN).form(0).submit(**ANN | typed))

    assert (page.status, page.errors, page.title.startswith("Error: ")) == (422, errors, True)
    kept = {name: values[0] for name, values in page.form(0).values.items()}
    assert {name: kept[name] for name in ANN | typed if name != "before"} == {
        name: value for name, value in (ANN | typed).items() if name != "before"
    }
    assert entries() == []


def test_a_time_that_is_free_is_named_instead_of_a_place_on_the_list(visit: Visit):
    page = visit.page(visit.get(JOIN).form(0).submit(**ANN, before="2026-11-03"))

    assert page.status == 422
    assert page.errors == [
        "Monday 2 November, 9:00 am (New York, UTC−05:00) is free already. Book it, or say an earlier date."
    ]


def test_whoever_types_an_address_learns_nothing_of_who_is_on_the_list(visit: Visit, full: list[str], letters: Letters):
    def texts(**typed: str) -> str:
        return visit.page(visit.get(JOIN).form(0).submit(**ANN | typed)).text

    first = texts(before="2026-11-02")
    count = len(letters())
    assert texts(name="Mallory") == texts(name="Mallory", address="nobody@example.org")
    assert first != texts(name="Mallory")
    assert (len(entries()), len(letters())) == (2, count + 1)


def test_one_network_is_not_put_on_the_list_without_end(visit: Visit, full: list[str]):
    statuses = [visit.get(JOIN).form(0).submit(**ANN | {"address": f"a{n}@example.org"}).status_code for n in range(11)]

    assert statuses == [200] * 10 + [429]


def test_nothing_is_left_on_the_device_of_whoever_looks(visit: Visit, full: list[str]):
    assert visit.client.get(JOIN).headers.get("Set-Cookie") is None


def test_the_link_of_the_mail_shows_the_place_and_its_button_leaves(visit: Visit, full: list[str], letters: Letters):
    visit.get(JOIN).form(0).submit(**ANN)
    link = link_in(letters()[-1], "waitlist/place")

    page = visit.get(link)
    assert (page.heading, entries()[0].state) == ("You are on the list", WaitState.WAITING)
    left = visit.page(visit.client.get(page.form(0).submit().location))

    assert (left.heading, entries()[0].state) == ("You have left the list", WaitState.LEFT)
    assert left.links["See the free times"] == "/book/"


def test_an_opening_is_taken_by_the_usual_way_with_everything_filled_in(
    app: Flask, visit: Visit, full: list[str], letters: Letters, at: MoveClock
):
    visit.get(JOIN).form(0).submit(**ANN)
    cancel(visit, full[0])
    waitlist_job.offer_openings()
    somebody = Visit(app.test_client())
    link = link_in(letters()[-1], "waitlist/time")

    page = somebody.get(link)
    assert page.heading == "A time has opened"
    assert "Monday 2 November 2026" in page.text and "New York, UTC−05:00" in page.text
    assert "Held for you until Saturday 31 October, 8:30 pm (New York, UTC−04:00)" in page.text.replace("\xa0", " ")
    assert bookings()[-1].state is BookingState.HOLD

    details = somebody.get(page.form(0).submit().location)
    assert {name: details.form(0).values[name][0] for name in ANN} == ANN
    at(NOW + timedelta(minutes=90))
    check = somebody.get(details.form(0).submit().location)
    own = check.form(0).submit().location

    assert bookings()[-1].state is BookingState.CONFIRMED
    assert somebody.get(own).heading == "You are booked"
    assert somebody.get(link).heading.startswith("First conversation with")
    waitlist_job.offer_openings()
    assert entries()[0].state is WaitState.TAKEN


def test_an_opening_moves_a_consult_by_one_press(
    app: Flask, visit: Visit, full: list[str], letters: Letters, at: MoveClock
):
    second = Visit(app.test_client())
    consult = second.get(full[1])
    page = second.get(consult.links["Tell me if one opens."])
    assert "This time stays yours" in page.text
    place = second.get(page.form(0).submit().location)
    assert "earlier than Monday 2 November, 10:00 am" in place.text.replace("\xa0", " ")
    assert second.get(full[1]).links["See it, or leave it."]
    cancel(visit, full[0])
    waitlist_job.offer_openings()
    link = link_in(letters()[-1], "waitlist/time")

    opened = second.get(link)
    assert "You have Monday 2 November 2026, 10:00 am–11:00 am" in opened.text.replace("\xa0", " ")
    moved = second.get(opened.form(0).submit().location)

    assert moved.heading == "The new time is yours"
    session().rollback()
    booking = session().scalars(select(Booking).where(Booking.address == "second@example.org")).one()
    assert (booking.starts_at, booking.sequence) == (NINE, 1)
    assert second.get(link).heading.startswith("First conversation with")
    assert "Tell me if one opens." in second.get(full[1]).links


def test_looking_at_an_opening_takes_nothing_and_taking_it_twice_is_taking_it_once(
    app: Flask, visit: Visit, full: list[str], letters: Letters
):
    second = Visit(app.test_client())
    second.get(f"/book/waitlist/earlier/{full[1].rpartition('/')[2]}").form(0).submit()
    cancel(visit, full[0])
    waitlist_job.offer_openings()
    link = link_in(letters()[-1], "waitlist/time")
    pages = [second.get(link) for _ in range(3)]
    assert bookings()[1].sequence == 0

    answers = [page.form(0).submit() for page in pages[:2]]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert bookings()[1].sequence == 1


def test_an_opening_that_is_let_go_leads_back_to_the_place(app: Flask, visit: Visit, full: list[str], letters: Letters):
    visit.get(JOIN).form(0).submit(**ANN)
    cancel(visit, full[0])
    waitlist_job.offer_openings()
    link = link_in(letters()[-1], "waitlist/time")
    page = visit.get(link)

    place = visit.get(page.form("pass").submit().location)

    assert place.heading == "You are on the list"
    assert (entries()[0].state, bookings()[-1].state) == (WaitState.WAITING, BookingState.LAPSED)
    gone = visit.page(visit.client.get(link))
    assert (gone.status, gone.heading) == (410, "This time is no longer held for you")
    assert gone.links["See the free times"] == "/book/"


def test_an_opening_that_ran_out_is_said_to_be_gone(
    app: Flask, visit: Visit, full: list[str], letters: Letters, at: MoveClock
):
    visit.get(JOIN).form(0).submit(**ANN)
    cancel(visit, full[0])
    waitlist_job.offer_openings()
    page = visit.get(link_in(letters()[-1], "waitlist/time"))
    at(NOW + timedelta(hours=2))

    assert page.form(0).submit().status_code == 410


def test_the_place_of_whom_something_is_held_for_leads_to_it(
    app: Flask, visit: Visit, full: list[str], letters: Letters
):
    visit.get(JOIN).form(0).submit(**ANN)
    place = link_in(letters()[-1], "waitlist/place")
    cancel(visit, full[0])
    waitlist_job.offer_openings()

    page = visit.get(visit.get(place).links["Look at it"])
    assert page.heading == "A time has opened"
    assert visit.get(page.links["leave the list"]).heading == "You are on the list"


def test_after_leaving_an_opening_cannot_be_taken(app: Flask, visit: Visit, full: list[str], letters: Letters):
    visit.get(JOIN).form(0).submit(**ANN)
    cancel(visit, full[0])
    waitlist_job.offer_openings()
    page = visit.get(link_in(letters()[-1], "waitlist/time"))
    waitlist.leave(entries()[0].secret, now=NOW)

    gone = visit.page(page.form(0).submit())

    assert (gone.status, gone.heading) == (410, "You are no longer on the list")


@pytest.mark.parametrize("kind", ["place", "time", "earlier"])
def test_an_altered_link_opens_nothing(visit: Visit, kind: str):
    assert visit.client.get(f"/book/waitlist/{kind}/bm90IGEgdG9rZW4").status_code == 404


def test_the_link_of_one_purpose_does_not_serve_another(app: Flask, visit: Visit, full: list[str], letters: Letters):
    visit.get(JOIN).form(0).submit(**ANN)
    token = link_in(letters()[-1], "waitlist/place").rpartition("/")[2]

    for address in (f"/book/waitlist/time/{token}", f"/book/waitlist/earlier/{token}", f"/book/consult/{token}"):
        assert visit.client.get(address).status_code == 404


def test_with_a_cancelled_or_a_late_consult_nobody_gets_on_the_list(visit: Visit, full: list[str], at: MoveClock):
    earlier = [f"/book/waitlist/earlier/{own.rpartition('/')[2]}" for own in full]
    cancel(visit, full[0])

    assert visit.client.get(earlier[0]).status_code == 410
    at(TEN - timedelta(minutes=59))
    assert visit.client.get(earlier[1]).status_code == 409


def test_a_free_earlier_time_is_to_be_moved_to(visit: Visit, full: list[str]):
    cancel(visit, full[0])
    page = visit.get(f"/book/waitlist/earlier/{full[1].rpartition('/')[2]}")

    refused = visit.page(page.form(0).submit())

    assert refused.status == 422
    assert "is free already. Move to it, or say before which date" in refused.errors[0]
    assert refused.links["Look at the free times"].endswith("/move")


def test_a_hidden_length_or_an_unknown_kind_is_refused(visit: Visit, full: list[str]):
    assert visit.client.get("/book/no-such-kind/waitlist").status_code == 404
    assert visit.client.post(f"{JOIN}&length=17", data=ANN).status_code == 422
    assert entries() == []


def test_the_desk_sees_who_waits_since_when_and_for_what(app: Flask, visit: Visit, full: list[str], letters: Letters):
    visit.get(JOIN).form(0).submit(**ANN)
    second = Visit(app.test_client())
    second.get(f"/book/waitlist/earlier/{full[1].rpartition('/')[2]}").form(0).submit()
    desk = at_the_desk(app, "Robin Hale", "robin@consultancy.example")

    page = desk.get("/desk/waitlist/")

    assert page.texts("caption") == ["2 people wait"]
    assert page.texts("tbody tr:first-child > *")[1:5] == [
        "Ann Beeann@example.org, +1 555 010 0199",
        "First conversation, 60 minutesAny time",
        "since 31 October 2026, 6:30 pm",
        "waits",
    ]
    assert page.texts("tbody tr:last-child .soft")[1] == "Earlier than 2 November 2026, 10:00 am"

    cancel(visit, full[0])
    waitlist_job.offer_openings()
    assert desk.get("/desk/waitlist/").texts("tbody tr:first-child > *")[4] == (
        "offered 2 November 2026, 9:00 amheld until 31 October 2026, 8:30 pm"
    )


def test_the_desk_takes_somebody_off_the_list(app: Flask, visit: Visit, full: list[str]):
    visit.get(JOIN).form(0).submit(**ANN)
    cancel(visit, full[0])
    waitlist_job.offer_openings()
    desk = at_the_desk(app, "Robin Hale", "robin@consultancy.example")

    form = desk.get("/desk/waitlist/").form("remove")
    assert form.submit().status_code == 303

    assert (entries()[0].state, bookings()[-1].state) == (WaitState.LEFT, BookingState.LAPSED)
    assert "Nobody waits" in desk.get("/desk/waitlist/").text
    assert desk.client.post("/desk/waitlist/99/remove", data=form.values).status_code == 404


def test_strangers_do_not_see_the_list(client: FlaskClient):
    assert client.get("/desk/waitlist/").status_code == 302
