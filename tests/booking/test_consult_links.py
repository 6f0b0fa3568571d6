"""With the link in the mail a visitor moves and cancels; the invites follow."""

from datetime import UTC, datetime, timedelta

from booking.models import BookingState
from tests.booking.invite_rules import (
    assert_calendar_file,
    event_of,
    invite_of,
    moment,
)
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

    for address in (own[:-2] + ("AA" if own[-2:-1] != "A" else "BA"), "/book/consult/x", held[:-3], "/book/held/x"):
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


def test_the_visitor_can_put_it_into_any_calendar(visit: Visit):
    own = visit.book(NINE)
    page = visit.get(own)

    response = visit.client.get(own + "/invite.ics")

    assert response.content_type == "text/calendar; charset=utf-8"
    assert moment(assert_calendar_file(response.get_data()), "DTSTART") == datetime(2026, 11, 2, 14, tzinfo=UTC)
    for name in ("Google Calendar", "Outlook.com", "Microsoft 365", "Yahoo Calendar"):
        assert page.links[name].startswith("https://")
