"""Who waits is told first when a time opens, one person a time, in the order in which they came."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from booking import guard, reassigning, services, waitlist, waitlist_job
from booking.exchange_models import WaitlistEntry, WaitState
from booking.guard import Guest, Wish
from booking.models import Booking, BookingState, BusyInterval, ConsultType, DateOverride
from booking.refusals import NoSuchBooking, TooLate
from booking.waiting import Waiting
from booking.waitlist import Asking
from booking.waitlist_refusals import FreeAlready, NoSuchPlace, NothingEarlier, OpeningGone, PlaceGone, TooManyPlaces
from kit.db import session, transaction
from leads import lists
from leads.handover import Handover
from leads.origin import Origin
from tests.booking.builders import a_consult_type, a_consultant, minutes
from tests.booking.invite_rules import event_of
from tests.booking.visit import Letters, assert_letters_are_right, text_of

MoveClock = Callable[[datetime], None]
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)
MONDAY, TUESDAY = date(2026, 11, 2), date(2026, 11, 3)
NINE = datetime(2026, 11, 2, 14, 0, tzinfo=UTC)  # 9:00 in New York on the Monday after the clocks changed
TEN = NINE + minutes(60)
TUESDAY_NINE = NINE + timedelta(days=1)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def two_days(*hosts, **changes) -> ConsultType:
    """Half an hour on Monday and on Tuesday, at nine and at ten; nothing later."""
    return a_consult_type(*hosts or [a_host()], **{"minutes": 30, "step": 60, "horizon_days": 3} | changes)


def a_host(name: str = "Robin Hale"):
    host = a_consultant(name, weekly=[])
    with transaction() as current:
        for day in (MONDAY, TUESDAY):
            current.add(DateOverride(consultant_id=host.id, day=day, start=9 * 60, finish=11 * 60))
        current.flush()
        current.expire(host, ["overrides"])
    return host


def booked(consult_type: ConsultType, start: datetime, name: str = "Taken", *, now: datetime = NOW) -> Booking:
    """A consult with its letters."""
    wish = Wish(start, f"visitor of {start} and {name}", "America/New_York")
    hold = guard.hold(consult_type, wish, now=now, host_name="localhost")
    address = f"{name.lower()}.{start:%d.%H}@example.com"
    return services.book(hold.secret, Guest(name, address), now=now)


def all_booked(consult_type: ConsultType, name: str = "Taken") -> list[Booking]:
    return [booked(consult_type, start, name) for start in (NINE, TEN, TUESDAY_NINE, TUESDAY_NINE + minutes(60))]


def asking(name: str = "Ann", **changes) -> Asking:
    guest = Guest(f"{name} Avery", f"{name.lower()}@example.com")
    return Asking(guest, "America/New_York", **changes)


def joined(consult_type: ConsultType, name: str = "Ann", *, now: datetime = NOW, **changes) -> WaitlistEntry:
    waitlist.join(consult_type, asking(name, **changes), now=now)
    return place_of(name)


def place_of(name: str) -> WaitlistEntry:
    session().rollback()
    chosen = select(WaitlistEntry).where(WaitlistEntry.address.like(f"{name.lower()}%"))
    entry = session().scalars(chosen.order_by(WaitlistEntry.id.desc())).first()
    assert entry is not None
    return entry


def offered(name: str) -> datetime | None:
    """The start that is held for somebody now."""
    entry = place_of(name)
    held = waitlist.held_for(entry)
    return held.starts_at if entry.state is WaitState.OFFERED and held is not None else None


def run(at: MoveClock, moment: datetime) -> int:
    at(moment)
    return waitlist_job.offer_openings()


# The rules, as plain values.


@pytest.mark.parametrize(
    ("before", "booked_for", "start", "fits"),
    [
        (None, None, TUESDAY_NINE, True),
        (TUESDAY, None, TEN, True),
        (TUESDAY, None, datetime(2026, 11, 3, 4, 59, tzinfo=UTC), True),
        (TUESDAY, None, datetime(2026, 11, 3, 5, 0, tzinfo=UTC), False),
        (None, TEN, NINE, True),
        (None, TEN, TEN, False),
        (MONDAY, TEN, NINE, False),
        (TUESDAY, TEN, NINE, True),
        (TUESDAY, TEN, TEN, False),
    ],
)
def test_what_is_early_enough(before: date | None, booked_for: datetime | None, start: datetime, fits: bool):
    assert Waiting(NEW_YORK, before, booked_for).fits(start) is fits


@pytest.mark.parametrize(
    ("left", "notice", "booked_in", "cut_off", "held"),
    [
        (hours(100), hours(0), None, hours(0), hours(2)),
        (hours(4), hours(0), None, hours(0), hours(2)),
        (hours(3), hours(0), None, hours(0), hours(1.5)),
        (hours(7), hours(4), None, hours(0), hours(1.5)),
        (minutes(31), hours(0), None, hours(0), minutes(15)),
        (minutes(29), hours(0), None, hours(0), None),
        (hours(4), hours(4), None, hours(0), None),
        (hours(2), hours(4), None, hours(0), None),
        (hours(5), hours(0), hours(6), hours(4), hours(1)),
        (hours(5), hours(0), hours(6), hours(6), None),
    ],
)
def test_how_long_an_opening_is_held(
    left: timedelta, notice: timedelta, booked_in: timedelta | None, cut_off: timedelta, held: timedelta | None
):
    waiting = Waiting(NEW_YORK, None, NOW + booked_in if booked_in else None, cut_off)

    assert waiting.until(NOW + left, NOW, notice) == (NOW + held if held else None)


# Getting on the list.


def test_where_nothing_is_free_any_time_helps(app: Flask, letters: Letters):
    consult_type = two_days()
    all_booked(consult_type)

    wish = waitlist.join(consult_type, asking(), now=NOW)

    assert wish == Waiting(NEW_YORK)
    told = letters()[-1]
    assert (str(told["Subject"]), told["To"].addresses[0].addr_spec) == (
        "You are on the list: First conversation",
        "ann@example.com",
    )
    assert "/book/waitlist/place/" in text_of(told)


def test_without_a_date_it_is_a_time_before_those_that_are_free(app: Flask):
    consult_type = two_days()
    booked(consult_type, NINE), booked(consult_type, TEN)

    assert waitlist.join(consult_type, asking(), now=NOW) == Waiting(NEW_YORK, TUESDAY)


def test_a_time_that_is_free_already_is_to_be_booked_and_not_waited_for(app: Flask):
    consult_type = two_days()
    booked(consult_type, NINE)

    with pytest.raises(FreeAlready, match=r"^Monday 2 November, 10:00.am .New York, UTC.05:00. is free already"):
        waitlist.join(consult_type, asking(before=TUESDAY), now=NOW)
    with pytest.raises(NothingEarlier, match="is free, and nothing can open before it"):
        waitlist.join(consult_type, asking(), now=NINE - hours(6))


@pytest.mark.parametrize("before", [date(2026, 10, 31), date(2026, 10, 1)])
def test_a_date_that_is_over_cannot_be_waited_for(app: Flask, before: date):
    consult_type = two_days()
    all_booked(consult_type)

    with pytest.raises(NothingEarlier, match="Give a later date"):
        waitlist.join(consult_type, asking(before=before), now=NOW)


def test_the_notice_counts_when_something_could_still_open(app: Flask):
    consult_type = two_days(notice=48 * 60)
    with transaction() as current:
        host = consult_type.hosts[0]
        current.add(BusyInterval(consultant_id=host.id, starts_at=NINE, ends_at=NINE + timedelta(days=2)))

    with pytest.raises(NothingEarlier):
        waitlist.join(consult_type, asking(before=MONDAY), now=NOW)
    assert waitlist.join(consult_type, asking(before=TUESDAY), now=NOW) == Waiting(NEW_YORK, TUESDAY)


def test_an_address_has_one_live_place_and_gets_one_mail(app: Flask, letters: Letters):
    consult_type = two_days()
    all_booked(consult_type)
    first = joined(consult_type)
    count = len(letters())

    again = waitlist.join(consult_type, asking(before=TUESDAY), now=NOW + hours(1))

    assert again == Waiting(NEW_YORK, TUESDAY)
    assert (place_of("Ann").id, place_of("Ann").before, len(letters())) == (first.id, None, count)


def test_one_address_is_not_put_on_the_list_again_and_again(app: Flask):
    consult_type = two_days()
    all_booked(consult_type)
    for _ in range(waitlist.MOST_A_DAY):
        waitlist.leave(joined(consult_type).secret, now=NOW)

    with pytest.raises(TooManyPlaces):
        waitlist.join(consult_type, asking(), now=NOW + hours(23))
    assert joined(consult_type, now=NOW + hours(25)).state is WaitState.WAITING


def test_whoever_waits_is_a_lead_with_their_trail(app: Flask):
    consult_type = two_days()
    all_booked(consult_type)
    entry = joined(consult_type, handover=Handover(gap=7.2), origin=Origin(story="the-brush-off"))

    (lead,) = lists.list_leads(lists.Wanted(search="ann@")).leads
    assert (entry.lead_id, lead.first_story, lead.name) == (lead.id, "the-brush-off", "Ann Avery")


def test_a_consult_that_is_to_be_earlier_brings_all_that_is_known(app: Flask, letters: Letters):
    consult_type = two_days()
    *_, last = all_booked(consult_type)

    entry = waitlist.join_earlier(last, None, now=NOW)

    assert (entry.booking_id, entry.name, entry.address, entry.lead_id) == (
        last.id,
        last.name,
        last.address,
        last.lead_id,
    )
    assert waitlist.waiting_of(entry) == Waiting(NEW_YORK, None, last.starts_at, minutes(60))
    assert "earlier than Tuesday 3 November, 10:00 am" in " ".join(text_of(letters()[-1]).split())


def test_asked_again_with_a_consult_the_later_wish_counts(app: Flask):
    consult_type = two_days()
    *_, last = all_booked(consult_type)
    first = waitlist.join_earlier(last, None, now=NOW)

    again = waitlist.join_earlier(last, TUESDAY, now=NOW)

    assert (again.id, again.before) == (first.id, TUESDAY)


def test_a_date_after_the_consult_says_nothing_more(app: Flask):
    consult_type = two_days()
    *_, last = all_booked(consult_type)

    assert waitlist.join_earlier(last, date(2026, 12, 24), now=NOW).before is None


def test_an_earlier_time_that_is_free_is_to_be_moved_to(app: Flask):
    consult_type = two_days()
    last = booked(consult_type, TUESDAY_NINE)

    with pytest.raises(FreeAlready, match="Move to it, or say before which date"):
        waitlist.join_earlier(last, None, now=NOW)
    with pytest.raises(NothingEarlier):
        waitlist.join_earlier(last, date(2026, 10, 31), now=NOW)


def test_a_consult_that_cannot_be_moved_any_more_cannot_be_earlier(app: Flask):
    consult_type = two_days()
    first, *_, last = all_booked(consult_type)
    services.cancel(last.secret, reason="", now=NOW)

    with pytest.raises(NoSuchBooking):
        waitlist.join_earlier(last, None, now=NOW)
    with pytest.raises(TooLate):
        waitlist.join_earlier(first, None, now=NINE - minutes(60))


# What opens.


def test_what_is_cancelled_goes_to_the_first_in_line(app: Flask, at: MoveClock, letters: Letters):
    consult_type = two_days()
    consults = all_booked(consult_type)
    for name in ("Ann", "Bob"):
        joined(consult_type, name)
    assert run(at, NOW) == 0

    services.cancel(consults[0].secret, reason="", now=NOW)

    assert run(at, NOW) == 1
    assert (offered("Ann"), offered("Bob")) == (NINE, None)
    entry = place_of("Ann")
    held = waitlist.held_for(entry)
    assert held is not None
    assert (held.state, held.hold_expires_at, entry.offered_until) == (
        BookingState.HOLD,
        NOW + hours(2),
        NOW + hours(2),
    )
    told = letters()[-1]
    assert str(told["Subject"]) == (
        "A time has opened: First conversation with Robin Hale, Monday 2 November 2026, 9:00 am (New York time)"
    )
    assert told["To"].addresses[0].addr_spec == "ann@example.com"
    assert "It is held for you until Saturday 31 October, 8:30 pm (New York, UTC−04:00)." in text_of(told)
    assert_letters_are_right(letters)


def test_a_cancellation_and_a_move_wake_the_job(app: Flask, monkeypatch: pytest.MonkeyPatch):
    consult_type = two_days()
    first, second, *_ = all_booked(consult_type)
    queue = app.extensions["site_jobs"]
    before = queue.huey.pending_count()

    services.cancel(first.secret, reason="", now=NOW)
    services.move(second.secret, NINE, now=NOW)

    names = [task.args[0] for task in queue.huey.pending()]
    assert queue.huey.pending_count() > before
    assert names.count("offer_openings") >= 2


def test_two_openings_go_to_two_people(app: Flask, at: MoveClock):
    consult_type = two_days()
    consults = all_booked(consult_type)
    for name in ("Ann", "Bob", "Cat"):
        joined(consult_type, name)
    for consult in consults[:2]:
        services.cancel(consult.secret, reason="", now=NOW)

    assert run(at, NOW) == 2
    assert [offered(name) for name in ("Ann", "Bob", "Cat")] == [NINE, TEN, None]


def test_one_person_is_offered_one_time_at_once(app: Flask, at: MoveClock):
    consult_type = two_days()
    consults = all_booked(consult_type)
    joined(consult_type)
    for consult in consults[:2]:
        services.cancel(consult.secret, reason="", now=NOW)

    assert [run(at, NOW), run(at, NOW + minutes(1))] == [1, 0]
    assert offered("Ann") == NINE


def test_who_came_first_stands_first_whatever_they_wait_for(app: Flask, at: MoveClock):
    host = a_host()
    short, long = two_days(host), two_days(host, slug="long", minutes=60)
    consults = all_booked(short)
    joined(long, "Ann", now=NOW)
    joined(short, "Bob", now=NOW + minutes(1))
    services.cancel(consults[0].secret, reason="", now=NOW + minutes(2))

    assert run(at, NOW + minutes(3)) == 1
    assert (offered("Ann"), offered("Bob")) == (NINE, None)


def test_what_is_not_taken_goes_on_to_the_next_and_is_not_offered_again(app: Flask, at: MoveClock):
    consult_type = two_days()
    consults = all_booked(consult_type)
    for name in ("Ann", "Bob"):
        joined(consult_type, name)
    services.cancel(consults[0].secret, reason="", now=NOW)
    run(at, NOW)

    assert run(at, NOW + hours(2)) == 1
    assert (offered("Ann"), offered("Bob")) == (None, NINE)
    assert run(at, NOW + hours(4)) == 0
    assert (place_of("Ann").state, place_of("Ann").passed) == (WaitState.WAITING, [NINE.isoformat()])
    assert (place_of("Bob").state, place_of("Bob").passed) == (WaitState.WAITING, [NINE.isoformat()])

    services.cancel(consults[1].secret, reason="", now=NOW + hours(4))
    assert run(at, NOW + hours(4)) == 1
    assert offered("Ann") == TEN


def test_a_time_that_is_let_go_goes_on_at_once(app: Flask, at: MoveClock):
    consult_type = two_days()
    consults = all_booked(consult_type)
    for name in ("Ann", "Bob"):
        joined(consult_type, name)
    services.cancel(consults[0].secret, reason="", now=NOW)
    run(at, NOW)

    waitlist.pass_on(place_of("Ann").secret, NINE, now=NOW)

    assert run(at, NOW) == 1
    assert (offered("Ann"), offered("Bob")) == (None, NINE)


@pytest.mark.parametrize("how", ["a move", "a lapsed hold", "a block that goes", "the horizon"])
def test_whatever_frees_time_is_offered(app: Flask, at: MoveClock, how: str):
    consult_type = two_days(horizon_days=2 if how == "the horizon" else 3)
    later = NOW
    if how == "the horizon":
        booked(consult_type, NINE), booked(consult_type, TEN)
        joined(consult_type)
        assert run(at, NOW) == 0
        later, opens = NOW + timedelta(days=1), TUESDAY_NINE
    elif how == "a move":
        consults = all_booked(consult_type)
        services.cancel(consults[1].secret, reason="", now=NOW)
        guard.hold(consult_type, Wish(TEN, "x", "UTC"), now=NOW, host_name="localhost", length=minutes(5))
        joined(consult_type)
        services.move(consults[0].secret, TEN, now=NOW + minutes(6))
        later, opens = NOW + minutes(6), NINE
    elif how == "a lapsed hold":
        booked(consult_type, TEN), booked(consult_type, TUESDAY_NINE), booked(consult_type, TUESDAY_NINE + minutes(60))
        guard.hold(consult_type, Wish(NINE, "x", "UTC"), now=NOW, host_name="localhost")
        joined(consult_type)
        assert run(at, NOW + minutes(9)) == 0
        later, opens = NOW + minutes(10), NINE
    else:
        with transaction() as current:
            host = consult_type.hosts[0].id
            block = BusyInterval(consultant_id=host, starts_at=NINE, ends_at=TUESDAY_NINE + hours(3))
            current.add(block)
        joined(consult_type)
        assert run(at, NOW) == 0
        with transaction() as current:
            current.delete(block)
        opens = NINE

    assert run(at, later) == 1
    assert offered("Ann") == opens


def test_nothing_is_offered_that_is_too_near_to_be_read(app: Flask, at: MoveClock):
    consult_type = two_days(notice=4 * 60)
    consults = all_booked(consult_type)
    joined(consult_type)
    services.cancel(consults[0].secret, reason="", now=NOW, late=True)

    assert run(at, NINE - hours(4) - minutes(29)) == 0
    assert run(at, NINE - hours(4) - minutes(31)) == 1
    held = waitlist.held_for(place_of("Ann"))
    assert held is not None and held.hold_expires_at == NINE - hours(4) - minutes(16)


def test_a_date_that_has_come_ends_the_wait(app: Flask, at: MoveClock):
    consult_type = two_days()
    all_booked(consult_type)
    joined(consult_type, before=TUESDAY)

    run(at, datetime(2026, 11, 3, 4, 59, tzinfo=UTC))
    assert place_of("Ann").state is WaitState.WAITING
    run(at, datetime(2026, 11, 3, 5, 0, tzinfo=UTC))
    assert place_of("Ann").state is WaitState.OVER


def test_whoever_takes_any_time_waits_three_months_and_is_forgotten_after_six(app: Flask, at: MoveClock):
    consult_type = two_days()
    all_booked(consult_type)
    joined(consult_type)

    run(at, NOW + timedelta(days=90))
    assert place_of("Ann").state is WaitState.OVER
    run(at, NOW + timedelta(days=181))
    assert session().scalars(select(WaitlistEntry)).all() == []


def test_a_kind_that_is_not_offered_any_more_opens_for_nobody(app: Flask, at: MoveClock):
    consult_type = two_days()
    consults = all_booked(consult_type)
    joined(consult_type)
    services.cancel(consults[0].secret, reason="", now=NOW)
    with transaction():
        consult_type.active = False

    assert run(at, NOW) == 0


def test_a_length_that_is_not_offered_any_more_becomes_the_first_one(app: Flask, at: MoveClock):
    consult_type = two_days(more_lengths=[60])
    consults = all_booked(consult_type)
    joined(consult_type, minutes=60)
    services.cancel(consults[0].secret, reason="", now=NOW)
    with transaction():
        consult_type.more_lengths = []

    run(at, NOW)
    held = waitlist.held_for(place_of("Ann"))
    assert held is not None and held.minutes == 30


# What becomes of an opening.


def test_without_a_consult_the_held_time_is_booked_like_any_other(app: Flask, at: MoveClock, letters: Letters):
    consult_type = two_days()
    consults = all_booked(consult_type)
    joined(consult_type, handover=Handover(gap=7.2, band="short"), origin=Origin(story="the-brush-off"))
    services.cancel(consults[0].secret, reason="", now=NOW)
    run(at, NOW)

    held = waitlist.take(place_of("Ann").secret, NINE, now=NOW + minutes(30))
    guard.extend(held.secret, now=NOW + minutes(31))

    assert (held.name, held.address, held.hold_expires_at) == ("Ann Avery", "ann@example.com", NOW + hours(2))
    assert (held.handover["gap"], held.origin["story"]) == (7.2, "the-brush-off")
    services.book(held.secret, Guest("Ann Avery", "ann@example.com"), now=NOW + minutes(32))
    run(at, NOW + minutes(33))
    assert place_of("Ann").state is WaitState.TAKEN
    assert waitlist.taken_by(place_of("Ann"), NINE) == held
    assert_letters_are_right(letters)


def test_a_consult_is_moved_to_what_opened(app: Flask, at: MoveClock, letters: Letters):
    consult_type = two_days()
    first, *_, last = all_booked(consult_type)
    entry = waitlist.join_earlier(last, None, now=NOW)
    uid = last.uid
    services.cancel(first.secret, reason="", now=NOW)
    run(at, NOW)

    consult = waitlist.take(entry.secret, NINE, now=NOW + minutes(5))

    assert (consult.uid, consult.sequence, consult.starts_at, consult.state) == (uid, 1, NINE, BookingState.CONFIRMED)
    assert place_of(last.address).state is WaitState.TAKEN
    guest, host = letters()[-2:]
    assert [event_of(letter).text("UID") for letter in (guest, host)] == [uid, uid]
    assert [event_of(letter).text("SEQUENCE") for letter in (guest, host)] == ["1", "1"]
    states = set(session().scalars(select(Booking.state).where(Booking.starts_at == NINE)))
    assert states == {BookingState.CANCELLED, BookingState.LAPSED, BookingState.CONFIRMED}
    assert_letters_are_right(letters)


def test_the_time_that_a_move_leaves_goes_to_the_next(app: Flask, at: MoveClock):
    consult_type = two_days()
    first, *_, last = all_booked(consult_type)
    entry = waitlist.join_earlier(last, None, now=NOW)
    joined(consult_type, "Bob", now=NOW + minutes(1))
    services.cancel(first.secret, reason="", now=NOW)
    run(at, NOW + minutes(2))
    waitlist.take(entry.secret, NINE, now=NOW + minutes(3))

    assert run(at, NOW + minutes(3)) == 1
    assert offered("Bob") == TUESDAY_NINE + minutes(60)


def test_what_has_run_out_cannot_be_taken(app: Flask, at: MoveClock):
    consult_type = two_days()
    first, *_, last = all_booked(consult_type)
    entry = waitlist.join_earlier(last, None, now=NOW)
    joined(consult_type, "Bob")
    services.cancel(first.secret, reason="", now=NOW)
    run(at, NOW)

    for start, moment in ((NINE, NOW + hours(2)), (TEN, NOW)):
        with pytest.raises(OpeningGone):
            waitlist.take(entry.secret, start, now=moment)
    run(at, NOW + hours(2))
    with pytest.raises(OpeningGone):
        waitlist.pass_on(entry.secret, NINE, now=NOW + hours(2))
    session().refresh(last)
    assert (last.starts_at, last.sequence) == (TUESDAY_NINE + minutes(60), 0)


def test_whoever_leaves_frees_what_is_held_and_hears_no_more(app: Flask, at: MoveClock, letters: Letters):
    consult_type = two_days()
    consults = all_booked(consult_type)
    entry = joined(consult_type)
    joined(consult_type, "Bob")
    services.cancel(consults[0].secret, reason="", now=NOW)
    run(at, NOW)

    waitlist.leave(entry.secret, now=NOW)
    waitlist.leave(entry.secret, now=NOW)

    assert run(at, NOW) == 1
    assert (place_of("Ann").state, offered("Bob")) == (WaitState.LEFT, NINE)
    with pytest.raises(PlaceGone):
        waitlist.take(entry.secret, NINE, now=NOW)
    with pytest.raises(NoSuchPlace):
        waitlist.leave("nobody", now=NOW)


def test_whoever_books_what_they_waited_for_by_themselves_is_off_the_list(app: Flask, at: MoveClock):
    consult_type = two_days()
    consults = all_booked(consult_type)
    joined(consult_type, before=TUESDAY)
    services.cancel(consults[0].secret, reason="", now=NOW + minutes(1))
    wish = Wish(NINE, "ann's browser", "America/New_York")
    hold = guard.hold(consult_type, wish, now=NOW + minutes(1), host_name="localhost")
    services.book(hold.secret, Guest("Ann", "Ann@example.com"), now=NOW + minutes(1))

    assert run(at, NOW + minutes(2)) == 0
    assert place_of("Ann").state is WaitState.TAKEN


def test_whoever_books_a_later_time_keeps_the_place_and_has_it_moved(app: Flask, at: MoveClock):
    consult_type = two_days()
    first = booked(consult_type, NINE)
    booked(consult_type, TEN)
    joined(consult_type)
    hold = guard.hold(consult_type, Wish(TUESDAY_NINE, "ann", "UTC"), now=NOW + minutes(1), host_name="localhost")
    own = services.book(hold.secret, Guest("Ann", "ann@example.com"), now=NOW + minutes(1))
    run(at, NOW + minutes(2))
    services.cancel(first.secret, reason="", now=NOW + minutes(2))

    assert run(at, NOW + minutes(2)) == 1
    consult = waitlist.take(place_of("Ann").secret, NINE, now=NOW + minutes(3))
    assert (consult.id, consult.starts_at) == (own.id, NINE)


def test_a_consult_that_is_cancelled_waits_for_nothing(app: Flask, at: MoveClock):
    consult_type = two_days()
    *_, last = all_booked(consult_type)
    waitlist.join_earlier(last, None, now=NOW)
    services.cancel(last.secret, reason="", now=NOW)

    assert run(at, NOW) == 0
    assert place_of(last.address).state is WaitState.OVER


def test_a_consult_moved_before_the_date_by_its_owner_has_got_there(app: Flask, at: MoveClock):
    consult_type = two_days()
    first, *_, last = all_booked(consult_type)
    waitlist.join_earlier(last, TUESDAY, now=NOW)
    services.cancel(first.secret, reason="", now=NOW)
    services.move(last.secret, NINE, now=NOW)

    assert run(at, NOW) == 0
    assert place_of(last.address).state is WaitState.TAKEN


def test_an_opening_for_a_consult_is_with_its_own_host(app: Flask, at: MoveClock):
    robin, sam = a_host("Robin Hale"), a_host("Sam Ortiz")
    both = two_days(robin, sam)
    alone = {host.name: two_days(host, slug=host.name.split()[0].lower()) for host in (robin, sam)}
    consults = {name: all_booked(kind, name.split()[0]) for name, kind in alone.items()}
    services.cancel(consults["Robin Hale"][-1].secret, reason="", now=NOW)
    own = booked(both, TUESDAY_NINE + minutes(60), "Ann")
    assert own.consultant_id == robin.id
    waitlist.join_earlier(own, None, now=NOW)

    services.cancel(consults["Sam Ortiz"][0].secret, reason="", now=NOW)
    assert run(at, NOW) == 0
    services.cancel(consults["Robin Hale"][1].secret, reason="", now=NOW)
    assert run(at, NOW) == 1
    held = waitlist.held_for(place_of("Ann"))
    assert held is not None and (held.consultant_id, held.starts_at) == (robin.id, TEN)


def test_an_opening_for_a_consult_that_changed_hands_is_given_back(app: Flask, at: MoveClock):
    robin, sam = a_host("Robin Hale"), a_host("Sam Ortiz")
    own = booked(two_days(robin, sam), TUESDAY_NINE, "Ann")
    first, heir = (robin, sam) if own.consultant_id == robin.id else (sam, robin)
    blocker = booked(two_days(first, slug="blocked"), NINE)
    booked(two_days(first, slug="blocked-too"), TEN)
    waitlist.join_earlier(own, None, now=NOW)
    services.cancel(blocker.secret, reason="", now=NOW)
    assert (run(at, NOW), offered("Ann")) == (1, NINE)

    new = reassigning.reassign(own, heir.id, by="Olive", reason="", now=NOW)
    with transaction() as current:
        current.add(BusyInterval(consultant_id=heir.id, starts_at=NINE, ends_at=NINE + hours(2)))

    assert (run(at, NOW), offered("Ann")) == (0, None)
    assert (place_of("Ann").booking_id, place_of("Ann").state) == (new.id, WaitState.WAITING)


def test_where_one_place_goes_wrong_the_others_have_their_turn(app: Flask, at: MoveClock):
    consult_type = two_days()
    consults = all_booked(consult_type)
    joined(consult_type, "Ann")
    joined(consult_type, "Bob")
    with transaction():
        place_of("Ann").zone_name = "Nowhere/At_All"
    services.cancel(consults[0].secret, reason="", now=NOW)

    assert run(at, NOW) == 1
    assert offered("Bob") == NINE


def test_a_worker_that_slept_for_days_goes_on_where_it_was(app: Flask, at: MoveClock):
    consult_type = two_days()
    consults = all_booked(consult_type)
    joined(consult_type)
    services.cancel(consults[2].secret, reason="", now=NOW)
    run(at, NOW)
    with transaction() as current:
        held = waitlist.held_for(place_of("Ann"))
        assert held is not None
        current.delete(held)

    assert run(at, NOW + hours(20)) == 0
    assert (place_of("Ann").state, place_of("Ann").held_id) == (WaitState.WAITING, None)
