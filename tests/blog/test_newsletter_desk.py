"""The newsletter at the desk: a story's letter, its time, how far it has come."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from flask.testing import FlaskClient

from blog import sending
from blog.issue_models import IssueState
from blog.sending_job import send_stories
from blog.views import shelf
from kit import clock, outbox
from kit.context import EXTENSION, current_settings
from kit.db import session
from tests.blog.readers import many_subscribers
from tests.page import Page

Letters = Callable[[], list[EmailMessage]]
MoveClock = Callable[[datetime], None]
SLUG = "the-night-supervisor"
NO_TIME = "Time must be an hour and a minute, like 08:30"
OVER = "That time is over; choose one that is to come, or now"
ADDRESS = f"/desk/newsletter/stories/{SLUG}"


def look(desk: FlaskClient, address: str = ADDRESS) -> Page:
    return Page(desk.get(address), desk)


def state(slug: str = SLUG) -> IssueState | None:
    session().rollback()
    session().expire_all()
    found = sending.find(slug)
    return found.state if found else None


def standing(desk: FlaskClient) -> str:
    """What the overview says of the story."""
    page = look(desk, "/desk/newsletter/")
    (row,) = [row for row in page.texts("tbody tr") if row.startswith("The night supervisor")]
    return row


def schedule(desk: FlaskClient, **answers: str) -> Page:
    """Fills in the form and presses the button on the page that follows."""
    check = Page(look(desk).form(-1).submit(**answers), desk)
    assert check.status == 200, check.errors
    return Page(desk.get(check.form().submit().location), desk)


def test_every_story_stands_there_and_no_draft(desk: FlaskClient):
    many_subscribers(2)

    page = look(desk, "/desk/newsletter/")

    assert page.texts("tbody th") == [story.head.title for story in shelf().stories if not story.head.draft]
    assert "2 subscribers, 0 still to confirm, 0 left" in page.text
    assert "Not sent" in standing(desk)


def test_a_story_is_shown_with_its_letter_and_how_many_get_it(desk: FlaskClient):
    many_subscribers(3)

    page = look(desk)

    assert page.heading == "The night supervisor"
    assert "It would go to 3 subscribers, each of them once." in page.text
    assert "Hyacinth: Ten to five" in page.texts(".letter-text")[0]
    assert "own.invalid" not in page.text
    shown = desk.get(page.links["As a mail program shows it"])
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert "own.invalid" not in shown.get_data(as_text=True)


def test_a_story_that_goes_out_now_is_shown_once_more_first(desk: FlaskClient):
    many_subscribers(3)

    check = Page(look(desk).form(-1).submit(when="now"), desk)
    assert check.heading == "Send this story?"
    assert check.texts("main button") == ["Send it now to 3 subscribers"]
    assert "cannot be called back" in check.text
    assert state() is None
    check.form().submit()

    assert state() is IssueState.SCHEDULED
    send_stories()
    assert "0 letters of 3 have left" in standing(desk)
    outbox.deliver_due()
    assert "to 3 subscribers" in standing(desk)
    page = look(desk)
    assert "3 of 3" in page.text
    assert [form.get("action") for form in page.all("main form")] == [f"{ADDRESS}/test"]


def test_a_time_is_of_the_zone_of_the_site_and_can_be_called_off(desk: FlaskClient):
    page = schedule(desk, when="later", day="2026-11-24", time_of_day="08:30")

    assert "It is scheduled." in page.text
    assert "24 November 2026, 8:30 am (New York, UTC−05:00)" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    found = sending.find(SLUG)
    assert found is not None and found.due_at.isoformat() == "2026-11-24T13:30:00+00:00"
    off = page.form("/cancel").submit()
    assert "It is called off. Nobody gets it." in Page(desk.get(off.location), desk).text
    assert state() is IssueState.CANCELLED


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({}, "Choose whether it goes out now or later"),
        ({"when": "later"}, "Day must be a date, like 2026-12-24"),
        ({"when": "later", "day": "tomorrow", "time_of_day": "8:00"}, "Day must be a date, like 2026-12-24"),
        ({"when": "later", "day": "2026-12-24", "time_of_day": ""}, NO_TIME),
        (
            {"when": "later", "day": "2026-12-24", "time_of_day": "25:00"},
            "Time must be an hour and a minute, like 08:30",
        ),
        (
            {"when": "later", "day": "2026-10-31", "time_of_day": "08:00"},
            "That time is over; choose one that is to come, or now",
        ),
        ({"when": "later", "day": "0001-01-01", "time_of_day": "08:00"}, "Day must be from today to the year 2099"),
        ({"when": "later", "day": "9999-12-31", "time_of_day": "23:59"}, "Day must be from today to the year 2099"),
    ],
)
def test_a_time_that_cannot_be_is_said_so_and_kept(desk: FlaskClient, answers: dict[str, str], words: str):
    page = Page(look(desk).form(-1).submit(**answers), desk)

    assert (page.status, page.errors) == (422, [words])
    assert page.title.startswith("Error: ")
    for name, value in answers.items():
        assert page.form(-1).values[name] == [value]
    assert state() is None


def test_a_story_that_is_not_out_by_then_is_refused(desk: FlaskClient):
    address = "/desk/newsletter/stories/a-map-of-saturday"
    check = Page(look(desk, address).form(-1).submit(when="now"), desk)

    response = check.form().submit()

    assert (response.status_code, Page(response, desk).heading) == (422, "The story is not out by then")
    assert state("a-map-of-saturday") is None


def test_what_has_begun_is_not_called_off(desk: FlaskClient):
    page = schedule(desk, when="later", day="2026-11-10", time_of_day="08:30")
    with clock.fixed(datetime.fromisoformat("2026-11-10T13:30:00+00:00")):
        send_stories()

        response = page.form("/cancel").submit()

    assert (response.status_code, Page(response, desk).heading) == (409, "It is too late to call it off")


def test_two_who_send_the_same_story_send_it_once(desk: FlaskClient):
    checks = [Page(look(desk).form(-1).submit(when="now"), desk) for _ in range(2)]

    answers = [check.form().submit().status_code for check in checks]

    assert answers == [303, 409]


def test_a_test_goes_to_whoever_is_signed_in(desk: FlaskClient, letters: Letters):
    page = look(desk)
    assert page.texts("main form button")[0] == "Send a test to robin@example.com"

    response = page.form("/test").submit()

    (letter,) = letters()
    assert letter["To"].addresses[0].addr_spec == "robin@example.com"
    assert letter["Subject"] == "Test: The night supervisor"
    assert "A test is on its way to robin@example.com." in Page(desk.get(response.location), desk).text


def test_how_long_it_takes_is_said(desk: FlaskClient, at: MoveClock):
    many_subscribers(7)
    desk.application.extensions[EXTENSION] = replace(current_settings(), newsletter_rate=3)

    assert "over about 3 minutes" in look(desk).text
    schedule(desk, when="now")
    send_stories()
    assert "7, at most 3 letters a minute" in look(desk).text
    at(clock.now() + timedelta(minutes=1))
    outbox.deliver_due()
    assert "4, at most 3 letters a minute" in look(desk).text


@pytest.mark.parametrize("slug", ["no-such-story", "every-mark"])
def test_what_is_no_story_or_a_draft_cannot_be_sent(desk: FlaskClient, slug: str):
    for rest in ("", "/letter"):
        assert desk.get(f"/desk/newsletter/stories/{slug}{rest}").status_code == 404
