"""From a story to a consult: counted without cookies and without names."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

import booking.schedule
from assessment import retakes
from assessment import services as assessment_services
from desk import reads
from desk.funnel_chart import bar, weeks
from desk.funnel_views import say_trend
from kit import clock, jobs
from kit.db import session
from leads import funnel
from leads.funnel_models import Step
from leads.origin import Origin
from tests.assessment.scored import a_scored
from tests.assessment.walk import finish, walk
from tests.booking.builders import MONDAY_10, a_consult_type
from tests.booking.visit import TEN, Visit
from tests.page import Page

MoveClock = Callable[[datetime], None]
STORY = "the-night-supervisor"
SINCE, UNTIL = date(2026, 10, 1), date(2026, 12, 1)
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def totals() -> dict[str, int]:
    session().rollback()  # what others have written since is to be seen
    return dict(zip([step.value for step in Step], funnel.totals(SINCE, UNTIL).times, strict=True))


def read_it(client: FlaskClient, query: str = "", **headers: str) -> None:
    assert client.get(f"/stories/{STORY}{query}", headers=FIREFOX | headers).status_code == 200


def test_the_whole_way_is_counted_once_a_step(app: Flask, client: FlaskClient, at: MoveClock):
    a_consult_type()
    read_it(client, "?utm_source=newsletter")
    reads.write()
    result = finish(walk(client, query=f"?from={STORY}&utm_source=newsletter"))
    result.form("report").submit(name="Ann Bee", address="ann@example.org", paper="a4")
    jobs.queue().run("render_reports")
    visit = Visit(client, result.links["Book a consult about this"])
    visit.book(TEN, name="Ann Bee", address="ann@example.org")
    at(MONDAY_10 + timedelta(hours=1))
    (booking_,) = booking.schedule.consults_page(begin=clock.now() - timedelta(days=9), end=clock.now()).rows
    booking.schedule.mark(booking_.reference, held=True, now=clock.now())

    assert set(totals().values()) == {1}
    assert [row.name for row in funnel.by_story(SINCE, UNTIL)] == [STORY]
    assert {row.name: row.times for row in funnel.by_source(SINCE, UNTIL)}["newsletter"][:4] == (1, 1, 1, 1)


def test_an_assessment_that_is_changed_is_not_started_twice(app: Flask):
    again = retakes.correct(a_scored().key, now=clock.now())
    assessment_services.finish(again.key, now=clock.now())

    assert (totals()["assessment started"], totals()["assessment finished"]) == (1, 1)


def test_who_works_here_is_not_counted(app: Flask):
    a_scored(staff=True)

    assert set(totals().values()) == {0}


def test_weeks_begin_on_monday_where_the_site_is(app: Flask):
    sunday_night = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)  # 11:30 pm on Sunday in New York
    funnel.count(Step.READ, Origin(STORY), at=sunday_night)
    funnel.count(Step.READ, Origin(STORY), at=sunday_night + timedelta(hours=1))

    found = {week: times[0] for week, times in funnel.by_week(date(2026, 10, 26), date(2026, 11, 8))}

    assert found == {date(2026, 10, 26): 1, date(2026, 11, 2): 1}


@pytest.mark.parametrize(
    ("origin", "story", "source"),
    [
        (Origin(), "", ""),
        (Origin("a-story"), "a-story", ""),
        (Origin("bob@example.com"), "", ""),
        (Origin("x" * 200), "", ""),
        (Origin(utm=(("utm_source", "News Letter"),)), "", "other"),
        (Origin(utm=(("utm_source", " Newsletter "),)), "", "newsletter"),
        (Origin(utm=(("utm_source", "bob@example.com"),)), "", "other"),
        (Origin(referrer="https://www.search.example/?q=ann+bee"), "", "search.example"),
        (Origin(referrer="http://localhost/stories/x"), "", ""),
        (Origin(referrer="http://[broken"), "", ""),
        (Origin(referrer="https://a.example/", utm=(("utm_source", "ad"),)), "", "ad"),
    ],
)
def test_nothing_personal_can_hide_in_a_count(app: Flask, origin: Origin, story: str, source: str):
    funnel.count(Step.STARTED, origin, at=clock.now())

    assert [row.name for row in funnel.by_story(SINCE, UNTIL)] == [story]
    assert [row.name for row in funnel.by_source(SINCE, UNTIL)] == [source]


def test_whoever_makes_up_sources_meets_an_end(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(funnel, "MOST_WAYS", 3)
    for number in range(6):
        funnel.count(Step.READ, Origin(utm=(("utm_source", f"s{number}"),)), at=clock.now())
    funnel.count(Step.READ, Origin(utm=(("utm_source", "s1"),)), at=clock.now())

    found = {row.name: row.times[0] for row in funnel.by_source(SINCE, UNTIL)}

    assert found == {"s0": 1, "s1": 2, "s2": 1, "other": 3}


@pytest.mark.parametrize(
    ("agent", "more"),
    [
        ("Googlebot/2.1 (+http://www.google.com/bot.html)", {}),
        ("curl/8.5", {}),
        ("python-requests/2.32", {}),
        ("", {}),
        (FIREFOX["User-Agent"], {"Sec-Purpose": "prefetch;prerender"}),
    ],
)
def test_machines_are_not_counted(app: Flask, client: FlaskClient, agent: str, more: dict[str, str]):
    client.get(f"/stories/{STORY}", headers={"User-Agent": agent, **more})
    reads.write()

    assert totals()["story read"] == 0


def test_what_a_cache_had_already_is_not_counted_again(app: Flask, client: FlaskClient):
    first = client.get(f"/stories/{STORY}", headers=FIREFOX)
    assert (
        client.get(f"/stories/{STORY}", headers=FIREFOX | {"If-None-Match": first.headers["ETag"]}).status_code == 304
    )
    client.get("/stories/none-such", headers=FIREFOX)
    client.head(f"/stories/{STORY}", headers=FIREFOX)
    reads.write()

    assert totals()["story read"] == 1


def test_counts_are_written_a_minute_later_by_whoever_reads_then(app: Flask, client: FlaskClient, at: MoveClock):
    read_it(client)
    read_it(client)
    assert totals()["story read"] == 0

    at(clock.now() + timedelta(seconds=61))
    read_it(client)

    assert totals()["story read"] == 3


def test_reading_leaves_nothing_on_the_device(app: Flask, client: FlaskClient):
    response = client.get(f"/stories/{STORY}", headers=FIREFOX)

    assert "Set-Cookie" not in response.headers


def test_nothing_is_counted_yet(desk: FlaskClient):
    page = Page(desk.get("/desk/funnel/"), desk)

    assert "Nothing counted yet" in page.texts("h2")
    assert page.all("table") == []


def test_the_page_shows_each_step_with_its_share_and_its_weeks(desk: FlaskClient):
    for step, times in zip(Step, (40, 10, 8, 4, 2, 1), strict=True):
        funnel.count(step, Origin(STORY, utm=(("utm_source", "newsletter"),)), at=clock.now(), times=times)

    page = Page(desk.get("/desk/funnel/?weeks=4"), desk)

    assert page.texts(".stairs tbody th") == [step.value.capitalize() for step in Step]
    assert page.texts(".stairs tbody td.figure")[0::2] == ["40", "10", "8", "4", "2", "1"]
    assert [text.split(" %")[0] for text in page.texts(".stairs tbody td.figure")[1::2]] == [
        "",
        "25",
        "80",
        "50",
        "50",
        "50",
    ]
    assert len(page.all(".weeks")) == 6 and len(page.all(".weeks")[0].findall(".//rect")) == 4
    assert "The night supervisor" in page.texts(".numbers tbody th")
    assert "newsletter" in page.texts(".numbers tbody th")


@pytest.mark.parametrize("weeks_asked", ["0", "-1", "13", "x", "999999999999"])
def test_any_number_of_weeks_is_answered(desk: FlaskClient, weeks_asked: str):
    page = Page(desk.get(f"/desk/funnel/?weeks={weeks_asked}"), desk)

    assert page.texts(".tabs a[aria-current]") == ["12 weeks"]


@pytest.mark.parametrize(
    ("counts", "trend"),
    [
        ((), ""),
        ((5,), ""),
        ((5, 9), ""),
        ((5, 5, 9), "as before"),
        ((4, 6, 0), "+50 %"),
        ((4, 2, 0), "\N{MINUS SIGN}50 %"),
        ((0, 3, 0), "new"),
        ((9, 4, 6, 0), "+50 %"),
    ],
)
def test_a_trend_sets_the_later_weeks_beside_the_earlier(counts: tuple[int, ...], trend: str):
    assert say_trend(counts) == trend


def test_drawings_hold_within_their_frames():
    assert 'width="100.0"' in bar(7, 7) and 'width="0.0"' in bar(0, 7) and 'width="0.8"' in bar(1, 10_000)
    assert 'width="0.0"' in bar(0, 0)
    assert weeks([0, 0]).count("<rect") == 2
    assert 'height="32.0"' in weeks([1, 4])
