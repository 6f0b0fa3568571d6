"""The page on which a time is picked: every button says when, in which zone, and nothing is a dead end."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from booking.models import DateOverride, HostMode, PlaceKind, WeeklyHours
from booking.picker import days_of, month_of
from kit.db import session, transaction
from leads import lists
from leads import services as leads
from leads.models import HappeningKind, Stage
from tests.booking.builders import a_consult_type, a_consultant
from tests.booking.visit import Visit

NEW_YORK = ZoneInfo("America/New_York")
NIGHT_OWL = [WeeklyHours(weekday=7, start=0, finish=4 * 60)]


def names(visit: Visit, address: str) -> list[str]:
    """What a screen reader says of each button."""
    return [" ".join(name.split()) for name in visit.get(address).texts("button.time")]


def test_a_button_names_date_time_and_zone(app: Flask, client: FlaskClient):
    a_consult_type()

    assert names(Visit(client), "/book/?clock=12")[0] == "Monday 2 November, 9:00 am, New York, UTC−05:00"
    assert names(Visit(client), "/book/?clock=24&zone=Asia/Kathmandu")[0] == (
        "Monday 2 November, 19:45, Kathmandu, UTC+05:45"
    )


@pytest.mark.parametrize(
    ("language", "first"), [("en-US,en;q=0.8", "9:00 am"), ("de-DE,de;q=0.9", "09:00"), ("en-GB", "09:00")]
)
def test_the_clock_follows_the_language(app: Flask, client: FlaskClient, language: str, first: str):
    a_consult_type()

    page = client.get("/book/", headers={"Accept-Language": language})

    assert first in page.get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")


def test_both_times_of_an_hour_that_comes_twice_show_their_offset(app: Flask, client: FlaskClient):
    a_consult_type(a_consultant(weekly=[WeeklyHours(weekday=7, start=0, finish=4 * 60)]))
    visit = Visit(client)

    shown = names(visit, "/book/?clock=12")

    assert [name for name in shown if "1:00 am" in name] == [
        "Sunday 1 November, 1:00 am (UTC−04:00), New York, UTC−04:00",
        "Sunday 1 November, 1:00 am (UTC−05:00), New York, UTC−05:00",
    ]
    assert "The clocks go back on this day." in visit.get("/book/").text
    assert len(set(visit.starts())) == len(visit.starts())


def test_the_zone_and_the_clock_stay_in_every_link(app: Flask, client: FlaskClient):
    a_consult_type()

    page = Visit(client).get("/book/?zone=Europe/Berlin&clock=24&from=the-brush-off")

    links = [address for address in page.links.values() if address.startswith("/book/first-conversation/?")]
    assert links
    for address in links:
        assert "zone=Europe%2FBerlin" in address
        assert "clock=24" in address
        assert "from=the-brush-off" in address


def test_a_week_without_free_times_jumps_to_the_first_free_day(app: Flask, client: FlaskClient):
    consultant = a_consultant()
    a_consult_type(consultant)
    with transaction() as current:
        for day in range(2, 14):
            current.add(DateOverride(consultant_id=consultant.id, day=date(2026, 11, day)))

    page = Visit(client).get("/book/?week=2026-11-02")

    assert page.texts(".day h2")[0].startswith("Monday 16 November")
    assert "Nothing is free in the seven days from Monday 2 November 2026" in page.text
    assert Visit(client).get("/book/").texts(".day h2")[0].startswith("Monday 16 November")


@pytest.mark.parametrize("week", ["1999-01-01", "2026-10-31"])
def test_a_week_of_the_past_is_this_week(app: Flask, client: FlaskClient, week: str):
    a_consult_type()

    assert Visit(client).get(f"/book/?week={week}").texts(".day h2")[0].startswith("Monday 2 November")


def test_a_week_beyond_the_horizon_shows_the_last_free_days(app: Flask, client: FlaskClient):
    a_consult_type()

    page = Visit(client).get("/book/?week=9999-12-31")

    assert page.status == 200
    assert page.texts(".day h2")[-1].startswith("Wednesday 30 December")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("week=soon", "The date in the address could not be read"),
        ("week=2026-02-30", "The date in the address could not be read"),
        ("zone=Mars/Olympus", "That time zone is not known"),
        ("zone=../../etc/passwd", "That time zone is not known"),
        ("clock=13", "a clock of 12 or of 24 hours"),
    ],
)
def test_what_cannot_be_read_is_said_and_times_are_shown(app: Flask, client: FlaskClient, query: str, sentence: str):
    a_consult_type()

    page = Visit(client).get(f"/book/?{query}")

    assert page.status == 422
    assert sentence in page.text
    assert page.all("button.time")


def test_an_old_name_of_a_zone_can_be_used_and_is_kept(app: Flask, client: FlaskClient):
    a_consult_type()

    page = Visit(client).get("/book/?zone=US/Pacific")

    (chosen,) = [option for option in page.all("#zone option") if option.get("selected") is not None]
    assert chosen.get("value") == "US/Pacific"


def test_a_chosen_length_stays_in_every_link_and_form(app: Flask, client: FlaskClient):
    a_consult_type(more_lengths=[60], max_per_day=9)

    page = Visit(client).get("/book/first-conversation/?length=60&zone=Europe/Berlin&clock=24")

    links = [address for address in page.links.values() if address.startswith("/book/first-conversation/?")]
    other = [address for address in links if "length=30" in address]
    assert len(other) == 1, "the one to the other length"
    assert len([address for address in links if "length=60" in address]) == len(links) - 1
    assert [form.values.get("length") for form in (page.form("/hold"), page.form(0))] == [["60"], ["60"]]
    (current,) = [a for a in page.all(".lengths a") if a.get("aria-current")]
    assert current.text == "60 minutes"
    assert page.texts(".type-facts") == ["60 minutes By phone with Robin Hale"]


def test_only_starts_that_leave_room_for_the_length_are_shown(app: Flask, client: FlaskClient):
    a_consult_type(a_consultant(weekly=[WeeklyHours(weekday=1, start=540, finish=660)]), more_lengths=[60, 180])
    visit = Visit(client)

    visit.address = "/book/first-conversation/"
    assert visit.starts()[:4] == [f"2026-11-02T{time}:00Z" for time in ("14:00", "14:30", "15:00", "15:30")]
    visit.address = "/book/first-conversation/?length=60&week=2026-11-02"
    assert visit.starts() == [f"2026-11-02T{time}:00Z" for time in ("14:00", "14:30", "15:00")]
    nothing = visit.get("/book/first-conversation/?length=180")
    assert "There is no free time at the moment" in nothing.text
    assert nothing.texts(".lengths a") == ["30 minutes", "60 minutes", "180 minutes"]


@pytest.mark.parametrize(
    ("length", "sentence"),
    [
        ("45", "It can take 30 or 60 minutes; these are times for 30 minutes."),
        ("0", "The length in the address could not be read"),
        ("-60", "The length in the address could not be read"),
        ("an hour", "The length in the address could not be read"),
        ("9" * 30, "The length in the address could not be read"),
        ("٦٠", "The length in the address could not be read"),
    ],
)
def test_a_length_that_is_not_offered_is_said(app: Flask, client: FlaskClient, length: str, sentence: str):
    a_consult_type(more_lengths=[60])

    page = Visit(client).get(f"/book/first-conversation/?length={length}")

    assert page.status == 422
    assert sentence in page.text
    assert page.texts(".type-facts") == ["30 minutes By phone with Robin Hale"]
    assert page.all("button.time")


def test_with_whom_it_will_be_is_said_beforehand(app: Flask, client: FlaskClient):
    robin, sam, wren = a_consultant("Robin Hale"), a_consultant("Sam Low"), a_consultant("Wren Ito", active=False)
    a_consult_type(robin, sam, wren)
    place = {"place_kind": PlaceKind.VIDEO, "place": "https://video.example/7"}
    a_consult_type(robin, sam, slug="together", name="Together", minutes=90, host_mode=HostMode.ALL, **place)
    address = {"place_kind": PlaceKind.ADDRESS, "place": "12 Harbor Street"}
    a_consult_type(robin, slug="office", name="At the office", minutes=60, more_lengths=[45, 120], **address)

    facts = Visit(client).get("/book/").texts(".type-facts")

    assert facts == [
        "30 minutes By phone with Robin Hale or Sam Low",
        "45, 60 or 120 minutes 12 Harbor Street with Robin Hale",
        "90 minutes By video with Robin Hale and Sam Low",
    ]
    page = Visit(client).get("/book/together/?zone=Europe/Berlin")
    assert page.texts(".type-facts") == ["90 minutes By video with Robin Hale and Sam Low"]
    assert "zone=Europe%2FBerlin" in page.links["All kinds of conversation"]


def test_where_all_take_part_a_time_needs_each_of_them(app: Flask, client: FlaskClient):
    early = a_consultant("Robin Hale", weekly=[WeeklyHours(weekday=1, start=540, finish=660)])
    late = a_consultant("Sam Low", weekly=[WeeklyHours(weekday=1, start=600, finish=720)])
    a_consult_type(early, late, host_mode=HostMode.ALL, horizon_days=5)

    assert Visit(client).starts() == ["2026-11-02T15:00:00Z", "2026-11-02T15:30:00Z"]


def test_days_without_free_times_are_no_links_in_the_month(app: Flask, client: FlaskClient):
    a_consult_type()

    page = Visit(client).get("/book/?week=2026-11-02")

    linked = [" ".join(text.split()) for text in page.texts(".month td a")]
    assert linked[0] == "2 November, 16 times free"
    assert not any(text.startswith(("7 ", "8 ")) for text in linked), "Saturday and Sunday are closed"


def test_several_kinds_of_conversation_are_listed_first(app: Flask, client: FlaskClient):
    consultant = a_consultant()
    a_consult_type(consultant)
    a_consult_type(consultant, slug="working-session", name="Working session", minutes=90)

    page = Visit(client).get("/book/?from=the-brush-off")

    assert page.heading == "Book a consult"
    assert "from=the-brush-off" in page.links["Working session"]
    assert Visit(client).get(page.links["Working session"]).heading == "Pick a time"


def test_a_kind_that_is_not_offered_is_no_page(app: Flask, client: FlaskClient):
    a_consult_type(active=False)

    assert Visit(client).get("/book/first-conversation/").status == 404
    assert Visit(client).get("/book/").heading == "Book a consult"
    assert client.post("/book/first-conversation/hold").status_code == 404


def test_where_nothing_is_free_one_can_leave_word(app: Flask, client: FlaskClient):
    a_consult_type(a_consultant(weekly=[]))
    visit = Visit(client)
    page = visit.get("/book/?from=the-brush-off")
    assert "There is no free time at the moment" in page.text

    form = visit.get(page.links["Ask us to call you back"]).form(0)
    noted = visit.page(form.submit(later="month", name="Ann Bee", address="ann@example.org"))

    assert "Monday 30 November 2026" in noted.text
    (lead,) = lists.list_leads().leads
    (happening,) = leads.timeline_page(lead).rows
    assert happening.kind is HappeningKind.CALL_BACK_ASKED
    assert happening.facts == {"due": "2026-11-30", "later": "month"}
    assert (lead.first_story, lead.stage) == ("the-brush-off", Stage.ENGAGED)


def test_a_call_back_needs_a_name_an_address_and_a_time(app: Flask, client: FlaskClient, letters: Callable[[], list]):
    visit = Visit(client)

    page = visit.page(visit.get("/book/call-back").form(0).submit(phone="+1 555 010 0199"))

    assert page.status == 422
    assert page.errors == [
        "Enter your name, as you would like to be called",
        "Enter the e-mail address we can reach you at",
        "Choose when we should get back to you",
    ]
    assert page.form(0).values["phone"] == ["+1 555 010 0199"]
    assert lists.list_leads().total == 0
    assert letters() == []


def test_leaving_word_leaves_nothing_on_the_device(app: Flask, client: FlaskClient):
    assert "Set-Cookie" not in client.get("/book/call-back").headers


def test_very_many_call_backs_from_one_network_are_slowed_down(app: Flask, client: FlaskClient):
    answers = [client.post("/book/call-back").status_code for _ in range(11)]

    assert answers == [422] * 10 + [429]


def test_a_month_is_whole_weeks():
    free = {date(2026, 11, 3): (datetime(2026, 11, 3, 15, tzinfo=UTC),)}

    month = month_of(free, shown=date(2026, 11, 1))

    assert month.name == "November 2026"
    assert all(len(week) == 7 for week in month.weeks)
    assert [cell.day.day for week in month.weeks for cell in week if cell.free] == [3]


def test_a_day_on_which_midnight_does_not_exist_is_a_day():
    santiago = ZoneInfo("America/Santiago")
    free = {date(2026, 9, 6): (datetime(2026, 9, 6, 4, 0, tzinfo=UTC),)}

    (day,) = days_of(free, first=date(2026, 9, 6), zone=santiago, clock="24")

    assert day.note == "The clocks go forward on this day."
    assert [choice.label for choice in day.choices] == ["01:00"]


def test_looking_writes_nothing(app: Flask, client: FlaskClient):
    a_consult_type()
    client.get("/book/")

    assert not session().new and not session().dirty
