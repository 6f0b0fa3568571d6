"""The assessment as a visitor takes it: nothing typed is lost, nothing unknown becomes zero."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from assessment import report_requests, services
from assessment.models import Report, Submission
from assessment.questions import QUESTIONS
from assessment.sources import SOURCES
from kit import clock
from kit.db import session
from leads.handover import Handover
from leads.models import Happening, HappeningKind, Lead
from tests.assessment.walk import TYPICAL, begin, finish, question_of, walk
from tests.page import Page

Letters = Callable[[], list[EmailMessage]]
NET_GOAL = {"goal": "5", "goal_type": "net", "deadline": "year", "signed": "0"}


def stored() -> dict[str, Any]:
    session().rollback()
    return dict(session().scalars(select(Submission.answers).order_by(Submission.id.desc())).first() or {})


def at_question(client: FlaskClient, key: str, changes: dict[str, dict[str, Any]] | None = None) -> Page:
    """That question in a draft whose earlier questions are answered."""
    check = walk(client, changes)
    return Page(client.get(check.url.replace("/check", f"/{key}")), client)


def test_every_question_is_asked_once_in_its_order(client: FlaskClient):
    page, asked = begin(client), []
    while question_of(page) != "check":
        asked.append(question_of(page))
        page = Page(client.get(page.form().submit(**TYPICAL[asked[-1]]).location), client)

    assert asked == [question.key for question in QUESTIONS if question.key != "roster"]
    assert page.heading == "Check your answers"


def test_a_net_goal_asks_for_the_roster(client: FlaskClient):
    roster = {"roster": "60", "left12": "8", "roster_basis": "logged"}

    result = finish(walk(client, {"goal": NET_GOAL, "roster": roster}))

    assert stored()["roster"] == 60
    assert "5 agents net" in result.text


def test_a_roster_that_no_longer_applies_is_not_counted(client: FlaskClient):
    check = walk(client, {"goal": NET_GOAL, "roster": {"roster": "60", "left12": "8"}})
    goal = Page(client.get(check.url.replace("/check", "/goal?back=check")), client)
    goal.form().submit(goal_type="gross")

    submission = services.get_submission(check.url.split("/")[-2])
    assert services.answers_of(submission).roster is None


def test_the_number_of_a_story_is_the_first_answer(client: FlaskClient):
    start = Page(client.get("/assessment/?conversations=12&from=the-brush-off"), client)
    assert "Your first answer is in: 12 in the last four weeks" in start.text
    assert start.form().values["conversations"] == ["12"]

    first = Page(client.get(start.form().submit().location), client)
    held = Page(client.get(first.form().submit(scope="myself").location), client)

    assert held.form().values["held4"] == ["12"]
    assert session().scalars(select(Submission.origin)).one()["story"] == "the-brush-off"


@pytest.mark.parametrize("typed", ["abc", "-3", "900", "1e9", "4.5", "٣", "9" * 400, "<b>"])
def test_a_number_that_cannot_be_is_refused_and_kept(client: FlaskClient, typed: str):
    page = Page(client.get("/assessment/", query_string={"conversations": typed}), client)

    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert page.errors
    assert page.form().values["conversations"] == [typed]


def test_nothing_is_stored_on_the_device_at_any_time(client: FlaskClient):
    result = finish(walk(client, query="?conversations=12"))

    assert result.status == 200
    assert not client._cookies


def test_unknown_is_never_zero(client: FlaskClient):
    every = {question.key: {} for question in QUESTIONS if question.unknown}

    result = finish(walk(client, every))

    found = {name: value for name, value in stored().items() if value is not None}
    assert set(found) <= {"scope", "lag", "brush_off", "follow_up", "hesitation", "picks", "something_else", "signed"}
    assert "The gap cannot be named yet" in result.text


def test_no_such_case_is_stored_as_null(client: FlaskClient):
    walk(client, {"brush-off": {"brush_off": "none"}, "lag": {"lag": "unsure"}, "follow-up": {"follow_up": "none"}})

    assert (stored()["brush_off"], stored()["lag"], stored()["follow_up"]) == (None, None, None)


def test_exact_figures_replace_the_last_ten(client: FlaskClient):
    walk(client, {"meetings": {"meetings": "9", "meetings_of": "60"}})

    assert stored()["meetings"] == [9, 60]


GOAL = {"goal": "5", "goal_type": "gross", "deadline": "year"}
WRONG = [
    ("scope", {}, "Choose an answer"),
    ("held", {"held4": ""}, "Type a number, or press “I don't know”"),
    ("held", {"held4": "many"}, "Type a whole number from 0 to 400, in digits"),
    ("held", {"held4": "401"}, "The number must be from 0 to 400"),
    ("hours", {"hours4": "6.3", "blocks_kept": "2"}, "Type a number of hours in digits, whole or ending in .5"),
    ("hours", {"hours4": "161", "blocks_kept": "2"}, "The number must be from 0 to 160"),
    ("hours", {"hours4": "8"}, "Choose an answer, or press “I don't know”"),
    ("reached", {"reached": "11"}, "It cannot be more than 10, which is how many there were"),
    ("meetings", {"meetings": "7", "meetings_of": "5"}, "It cannot be more than 5, which is how many there were"),
    ("meetings", {"meetings": "7", "meetings_of": "0"}, "The number must be from 1 to 1,000"),
    ("joined", {"joined12": "501"}, "The number must be from 0 to 500"),
    ("lag", {}, "Choose an answer"),
    (
        "goal",
        GOAL | {"goal": "0"},
        "A goal of joiners must be 1 or more; 0 is possible for net growth",
    ),
    ("goal", {"goal": "5", "deadline": "year"}, "Choose an answer, or press “I have no goal in numbers”"),
    ("goal", {"goal": "5", "goal_type": "gross"}, "Choose in 12 months, or on a date"),
    ("goal", {"goal": "5", "goal_type": "gross", "deadline": "date"}, "Type the date by which you want to have them"),
    (
        "goal",
        GOAL | {"deadline": "date", "deadline_date": "soon"},
        "Type the date as year-month-day, such as 2027-06-30",
    ),
    (
        "goal",
        GOAL | {"deadline": "date", "deadline_date": "2026-11-10"},
        "The date must be 4 to 104 weeks from now",
    ),
    (
        "goal",
        GOAL | {"signed": "-1"},
        "The number must be from 0 to 500",
    ),
    ("talk-share", {"talk_share": "35"}, "Type a multiple of 10, such as 30"),
    ("list", {"working_list": "9"}, "Choose one of the answers listed"),
    ("obstacles", {}, "Tick up to two, or “Nothing in particular”"),
    ("obstacles", {"picks": ["reach", "nothing"]}, "Tick “Nothing in particular” alone, or others without it"),
    ("obstacles", {"picks": ["reach", "follow_up", "hesitation"]}, "Tick no more than two"),
    ("obstacles", {"picks": ["other"]}, "Say in a few words what else gets in the way"),
    ("obstacles", {"picks": ["elsewhere"]}, "Tick answers from the list"),
]


@pytest.mark.parametrize(("key", "typed", "sentence"), WRONG, ids=lambda value: str(value)[:40])
def test_a_slip_is_named_and_what_was_typed_stays(client: FlaskClient, key: str, typed: dict[str, Any], sentence: str):
    page = at_question(client, key)
    before = stored()
    address = page.url.split("localhost", 1)[1]

    wrong = Page(client.post(address, data=typed), client)

    assert wrong.status == 422
    assert wrong.title.startswith("Error: ")
    assert sentence in wrong.errors
    assert all(sentence in wrong.text for sentence in wrong.errors)
    for name, value in typed.items():
        if isinstance(value, str) and value not in ("9",):
            assert wrong.form().values.get(name, [""]) == [value]
    assert stored() == before


def test_a_likely_slip_is_asked_about_and_can_be_confirmed(client: FlaskClient):
    page = at_question(client, "held")

    asked = Page(page.form().submit(held4="250"), client)
    assert asked.heading == "250 in four weeks is more than ten every working day. Is that right?"
    assert stored()["held4"] == 16

    assert asked.form().submit(button=("sure", "1")).status_code == 303
    assert stored()["held4"] == 250


def test_a_changed_answer_returns_to_the_check_page(client: FlaskClient):
    check = walk(client)
    change = next(link for link in check.links.values() if link.endswith("/joined?back=check"))
    page = Page(client.get(change), client)

    response = page.form().submit(joined12="6")

    assert response.location.endswith("/check")
    assert stored()["joined12"] == 6


def test_asking_for_the_head_of_the_check_page_scores_nothing(client: FlaskClient):
    check = walk(client)

    assert client.head(check.url).status_code == 200
    assert services.get_draft(check.url.split("/")[-2]).finished_on is None


def test_the_check_page_waits_for_every_question(client: FlaskClient):
    page = begin(client)

    response = client.get(page.url.replace("/scope", "/check"))

    assert response.status_code == 303
    assert response.location.endswith("/scope")


def test_refresh_and_back_change_nothing(client: FlaskClient):
    check = walk(client)
    first = check.form().submit()
    again = check.form().submit()

    assert first.location == again.location or again.status_code == 409
    assert session().scalar(select(func.count(Submission.id))) == 1


def test_two_tabs_lose_no_answer_of_each_other(client: FlaskClient):
    check = walk(client)
    one = Page(client.get(check.url.replace("/check", "/hours")), client)
    other = Page(client.get(check.url.replace("/check", "/joined")), client)

    one.form().submit(hours4="12.5", blocks_kept="3")
    other.form().submit(joined12="9")

    kept = stored()
    assert (kept["hours4"], kept["blocks_kept"], kept["joined12"]) == (12.5, 3, 9)
    assert kept["meetings"] == [2, 10]


def test_a_tab_that_was_left_open_changes_nothing_once_the_other_was_scored(client: FlaskClient):
    check = walk(client)
    left_open = Page(client.get(check.url.replace("/check", "/held")), client)
    result = finish(check)

    late = Page(left_open.form().submit(held4="40"), client)

    assert late.status == 409
    assert late.links["Your result"] == result.url.removeprefix("http://localhost")
    assert stored()["held4"] == 16


def test_the_address_of_a_question_takes_up_where_it_was_left(app: Flask, client: FlaskClient):
    draft = begin(client)
    draft.form().submit(scope="team")

    elsewhere = Page(app.test_client().get(draft.url), client)

    assert elsewhere.form().values["scope"] == ["team"]
    assert "the address of this page keeps them for 30 days" in elsewhere.text


def test_a_scored_assessment_can_be_changed_in_a_copy_only(client: FlaskClient):
    result = finish(walk(client))
    draft = result.url.replace("/result/", "/at/") + "/held"

    left_open = Page(client.get(draft), client)
    assert (left_open.status, left_open.heading) == (409, "This assessment has been scored")
    assert Page(client.get(left_open.links["Your result"]), client).text == result.text
    copy = Page(client.get(result.form("again").submit().location), client)
    assert copy.heading == "Check your answers"
    assert "2 of 10" in copy.text


@pytest.mark.parametrize("address", ["/assessment/at/none/held", "/assessment/result/none", "/assessment/book/none"])
def test_a_lost_draft_has_a_clear_page(client: FlaskClient, address: str):
    page = Page(client.get(address), client)

    assert page.status == 410
    assert page.heading == "This assessment is no longer here"


def test_an_unknown_question_is_not_found(client: FlaskClient):
    page = begin(client)

    assert client.get(page.url.replace("/scope", "/weight")).status_code == 404


def test_the_result_shows_the_whole_reckoning(client: FlaskClient):
    result = finish(walk(client))

    assert result.heading == "7 more live conversations a week"
    assert "You hold about 4 live conversations a week." in result.text
    assert "needs about 11 (8 in 10: between 6 and 26)" in result.text
    assert "about 1 in 10" in result.text
    assert len(result.all(".dots svg.chart")) == 1
    assert (len(result.all("svg.chart.wide")), len(result.all("svg.chart.narrow"))) == (5, 5)
    assert len(result.all("table")) >= 5
    assert "Other duties eat the time for calls" in result.text
    assert "Your answer: a block took place in 2 of the 4 weeks" in result.text


def test_the_report_is_made_and_mailed_once(app: Flask, client: FlaskClient, letters: Letters):
    result = finish(walk(client, query="?from=the-brush-off"))
    form = result.form("/report")

    answer = form.submit(name="Ann Avery", address="Ann@Example.com", paper="letter")
    again = form.submit(name="Ann Avery", address="Ann@example.COM", paper="letter")
    assert (answer.status_code, again.status_code) == (303, 303)
    waiting = Page(client.get(answer.location), client)
    assert waiting.heading == "Your report is being made"
    assert client.get(answer.location + ".pdf").status_code == 404

    assert report_requests.render_due_reports() == 1
    assert report_requests.render_due_reports() == 0

    ready = Page(client.get(answer.location), client)
    assert ready.heading == "Your report is ready"
    pdf = client.get(answer.location + ".pdf").get_data()
    (letter,) = letters()
    attached = next(letter.iter_attachments())
    assert attached.get_payload(decode=True) == pdf
    assert pdf.startswith(b"%PDF-")
    assert "/assessment/report/" in letter.get_body(("plain",)).get_content()
    lead = session().scalars(select(Lead)).one()
    assert lead.first_story == "the-brush-off"
    kinds = list(session().scalars(select(Happening.kind).order_by(Happening.id)))
    assert kinds == [HappeningKind.ASSESSMENT_TAKEN, HappeningKind.REPORT_ASKED, HappeningKind.REPORT_SENT]


NO_ADDRESS = "Enter an e-mail address with one @ and a domain, like name@example.com"
SOUND = {"name": "Ann", "address": "ann@example.com", "paper": "a4"}
WRONG_ADDRESSES = [
    ({"name": "", "address": "ann@example.com", "paper": "a4"}, "Enter your name; it stands on the cover"),
    ({"name": "Ann", "address": "", "paper": "a4"}, "Enter the e-mail address the report goes to"),
    (
        {"name": "Ann", "address": "ann.example.com", "paper": "a4"},
        "Enter an e-mail address with one @ and a domain, like name@example.com",
    ),
    (
        {"name": "Ann", "address": "a@b@c", "paper": "a4"},
        "Enter an e-mail address with one @ and a domain, like name@example.com",
    ),
    (
        {"name": "Ann\r\nBcc: x@example.com", "address": "ann@example.com", "paper": "a4"},
        "Your name must be on one line, without control characters",
    ),
    ({"name": "Ann", "address": "ann@example.com"}, "Choose the paper you would print it on"),
    ({"name": "A" * 121, "address": "ann@example.com", "paper": "a4"}, "Your name must be 120 characters or fewer"),
]


@pytest.mark.parametrize(("typed", "sentence"), WRONG_ADDRESSES, ids=lambda value: str(value)[:30])
def test_a_slip_in_the_address_form_keeps_the_result_and_the_typing(
    client: FlaskClient, typed: dict[str, str], sentence: str
):
    result = finish(walk(client))

    wrong = Page(client.post(result.url.split("localhost", 1)[1] + "/report", data=typed), client)

    assert wrong.status == 422
    assert sentence in wrong.errors
    assert wrong.heading == "7 more live conversations a week"
    assert session().scalar(select(func.count(Lead.id))) == 0


def test_the_trap_for_machines_sends_nothing(client: FlaskClient):
    result = finish(walk(client))

    result.form("/report").submit(name="Bot", address="bot@example.com", paper="a4", website="http://spam.example")

    assert session().scalar(select(func.count(Report.id))) == 0


def test_an_anonymous_draft_is_removed_after_thirty_days_and_a_leads_is_kept(
    client: FlaskClient, at: Callable[[Any], None]
):
    begin(client)
    finish(walk(client)).form("/report").submit(**SOUND)

    at(clock.now() + timedelta(days=29))
    assert services.forget_old_drafts() == 0
    at(clock.now() + timedelta(days=2))
    assert services.forget_old_drafts() == 1

    assert session().scalars(select(Submission.lead_id)).one() is not None


def test_the_result_is_handed_to_the_booking(client: FlaskClient):
    result = finish(walk(client, query="?from=the-brush-off"))
    link = next(href for href in result.links.values() if href.startswith("/book/?with="))

    handover = Handover.read(link.split("with=")[1])

    assert (handover.story, handover.band, handover.chance) == ("the-brush-off", "Well short of pace", "about 1 in 10")
    assert handover.gap == pytest.approx(7.15, abs=0.1)
    assert len(handover.obstacles) == 3


def test_the_call_blocks_are_a_calendar_of_the_chosen_days(client: FlaskClient):
    result = finish(walk(client))

    response = result.form("blocks.ics").submit(days=["MO", "WE"], hour="08:00")

    assert response.mimetype == "text/calendar"
    calendar = icalendar.Calendar.from_ical(response.get_data())
    blocks = [event for event in calendar.walk("VEVENT") if "block" in str(event["SUMMARY"])]
    assert len(blocks) == 4
    for block in blocks:
        start = block["DTSTART"].dt
        assert start.tzinfo is None
        assert f"{start:%H:%M}" == "08:00"
        assert ["MO", "TU", "WE", "TH", "FR"][start.weekday()] in block["RRULE"]["BYDAY"]


def test_a_likely_slip_can_be_changed_without_typing_all_again(client: FlaskClient):
    asked = Page(at_question(client, "held").form().submit(held4="250", past="more"), client)

    again = Page(asked.form().submit(button=("change", "1")), client)

    assert again.form().values["held4"] == ["250"]
    assert again.form().values["past"] == ["more"]
    assert again.errors == []
    assert stored()["held4"] == 16


def test_a_press_on_i_dont_know_never_stores_what_was_not_offered(client: FlaskClient):
    page = at_question(client, "hours")
    address = page.url.split("localhost", 1)[1]

    answer = client.post(address, data={"hours4": "8", "blocks_kept": "nonsense", "unknown": "1"})

    assert answer.status_code == 303
    assert (stored()["hours4"], stored()["blocks_kept"]) == (8.0, None)


@pytest.mark.parametrize(("day", "warned"), [("2027-01-30", True), ("2027-06-30", False)])
def test_a_near_date_is_pointed_out_before_scoring(client: FlaskClient, day: str, warned: bool):
    check = walk(client, {"goal": {"goal": "6", "goal_type": "gross", "deadline": "date", "deadline_date": day}})

    note = "Most conversations you start now will pay off after the date of your goal."
    assert (note in check.text) is warned
    assert ("weeks left, most of the conversations" in finish(check).text) is warned


def test_a_net_goal_without_the_size_of_the_office_is_not_reckoned(client: FlaskClient):
    result = finish(walk(client, {"goal": NET_GOAL, "roster": {}}))

    assert result.heading == "The gap cannot be named yet"
    assert "the number of agents with you today, as a net goal counts the leavers too" in result.text


def test_the_steps_of_the_levers_can_be_replaced(client: FlaskClient):
    result = finish(walk(client))

    other = Page(result.form("#levers").submit(volume_plus2="5", brush_off="60", brush_off_hours="0.25"), client)

    assert other.status == 200
    assert "Five more conversations a week" in other.text
    assert "One change brings most for each hour it takes: a better answer to “not interested”." in other.text
    assert other.form("#levers").values["brush_off"] == ["60"]
    back = other.links["Back to the assumptions of this site"]
    assert "Two more conversations a week" in Page(client.get(back), client).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"brush_off": "0"}, "The number must be from 1 to 100"),
        ({"reach": "lots"}, "Type a whole number from 1 to 100, in digits"),
        ({"protected_time": "7"}, "The number must be from 1 to 6"),
        ({"reach_hours": "0.3"}, "Type a number of hours in digits, in quarters, such as 0.75"),
        ({"reach_hours": "900"}, "The number must be from 0.25 to 20"),
    ],
)
def test_a_slip_in_the_steps_is_named_and_counted_as_ours(client: FlaskClient, typed: dict[str, str], sentence: str):
    result = finish(walk(client))

    wrong = Page(client.get(result.url.split("localhost", 1)[1], query_string=typed), client)

    assert wrong.status == 422
    assert wrong.errors == [sentence]
    assert wrong.form("#levers").values[next(iter(typed))] == list(typed.values())
    assert wrong.heading == "7 more live conversations a week"


def test_the_blocks_begin_after_the_day_they_are_downloaded(client: FlaskClient, at: Callable[[Any], None]):
    result = finish(walk(client))
    at(clock.now() + timedelta(days=20))

    written = result.form("blocks.ics").submit().get_data()

    first = min(event["DTSTART"].dt for event in icalendar.Calendar.from_ical(written).walk("VEVENT"))
    assert first.date() > clock.now().date()


SHOWN = {
    "no gap": ({"goal": {"goal": "1", "goal_type": "gross", "deadline": "year"}}, "No gap in volume"),
    "not by volume": (
        {"goal": {"goal": "80", "goal_type": "gross", "deadline": "year"}},
        "Not realistic by volume alone",
    ),
    "no count": ({"held": {}}, "The gap cannot be named yet"),
}


@pytest.mark.parametrize("kind", SHOWN)
def test_every_kind_of_result_is_shown_in_full_without_an_address(client: FlaskClient, kind: str):
    changes, heading = SHOWN[kind]

    result = finish(walk(client, changes))

    assert result.heading == heading
    assert "What gets in the way" in result.text
    assert "Other duties eat the time for calls" in result.text
    assert session().scalar(select(func.count(Lead.id))) == 0


def test_the_method_names_every_source_and_who_published_the_house_figures(client: FlaskClient):
    page = Page(client.get("/assessment/method"), client)

    assert len(page.all(".sources > li")) == len(SOURCES)
    assert "S0, S1, S1b, S5, S27, S36, S39 and S49 come from one house, Recruiting Insight and ThirdPool" in page.text
    anchors = {link.get("href") for link in page.all("a.cite")}
    assert anchors <= {"#" + item.get("id") for item in page.all(".sources > li")}
