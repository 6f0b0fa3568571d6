"""From the wish for a report to the PDF in the mail, and what happens where none can be made."""

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from email.message import EmailMessage

import icalendar
import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from assessment import report_requests
from assessment.models import Report, ReportState
from assessment.render import Renderer
from kit import clock, jobs
from kit.db import session
from leads.models import HappeningKind, Lead
from tests.assessment.builders import a_report
from tests.assessment.walk import finish, walk
from tests.page import Page
from tests.site.test_letters import written
from tests.staff.signed_in import an_account, signed_in

Letters = Callable[[], list[EmailMessage]]
MoveClock = Callable[[datetime], None]
Snapshot = Callable[[str, str], None]
ANN = {"name": "Ann Avery", "address": "ann@example.com", "paper": "a4"}
# The real process with a template that has no end.
ENDLESS = """
from assessment import press, report
forever = report.Environment().from_string("{% for _ in range(10 ** 12) %}{% endfor %}")
report._template = lambda: forever
press.warm_up = lambda: None
press.main()
"""
# Takes orders, and never answers one.
SILENT = "import os, time; os.write(1, bytes(8)); time.sleep(60)"


@pytest.fixture
def fails() -> Iterator[Callable[[], None]]:
    """Lets the worker come by; whatever it wants to make never gets ready."""
    with closing(Renderer(seconds=0.2, command=(sys.executable, "-c", SILENT))) as renderer:
        yield lambda: work(renderer)


def work(renderer: Renderer) -> None:
    jobs.queue().jobs["render_reports"] = lambda: report_requests.render_due_reports(renderer.render)
    jobs.queue().run("render_reports")


def report_state() -> ReportState:
    session().rollback()
    return session().scalars(select(Report.state).order_by(Report.id.desc()).limit(1)).one()


def blocks_in(pdf: bytes) -> list[tuple[str, str]]:
    """The days and the first start of each week of call blocks in a report's calendar."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        file = opened.attachments["call-blocks.ics"].get_file().read_bytes()
    events = [event for event in icalendar.Calendar.from_ical(file).walk("VEVENT") if "block" in str(event["SUMMARY"])]
    return [(" ".join(event["RRULE"]["BYDAY"]), f"{event['DTSTART'].dt:%Y-%m-%d %H:%M}") for event in events]


def test_asking_makes_nothing_and_says_that_it_is_under_way(client: FlaskClient):
    answer = finish(walk(client)).form("/report").submit(**ANN)

    waiting = Page(client.get(answer.location), client)

    assert report_state() is ReportState.QUEUED
    assert waiting.heading == "Your report is being made"
    assert client.get(answer.location + ".pdf").status_code == 404


def test_the_days_and_the_hour_that_were_chosen_are_those_in_the_report(client: FlaskClient, at: MoveClock):
    result = finish(walk(client))
    at(clock.now() + timedelta(days=10))  # 10 November, a Tuesday

    asked = result.form("/report").submit(**ANN, block_days=["WE", "FR"], block_hour="15:00")
    report_requests.render_due_reports()

    pdf = client.get(asked.location + ".pdf").get_data()
    assert blocks_in(pdf) == [
        ("MO WE FR", "2026-11-16 15:00"),
        ("MO WE FR", "2026-11-23 15:00"),
        ("MO TU WE FR", "2026-11-30 15:00"),
        ("MO TU WE FR", "2026-12-07 15:00"),
    ]


def test_other_days_are_another_report_and_the_same_ones_are_not(client: FlaskClient):
    form = finish(walk(client)).form("/report")

    asked = [
        form.submit(**ANN, block_days=days, block_hour=hour).location
        for days, hour in (([], "09:30"), (["TU"], "09:30"), (["TU"], "08:00"), (["TU"], "09:30"), ([], "09:30"))
    ]

    assert len(session().scalars(select(Report.id)).all()) == 3
    assert (
        report_requests.get_report(asked[1].rsplit("/", 1)[1]).id
        == report_requests.get_report(asked[3].rsplit("/", 1)[1]).id
    )


@pytest.mark.parametrize("slip", [{"block_days": ["SU"]}, {"block_hour": "03:00"}, {"block_hour": "x"}])
def test_days_and_hours_that_are_not_offered_are_refused(client: FlaskClient, slip: dict[str, str]):
    result = finish(walk(client))

    wrong = Page(client.post(result.url.split("localhost", 1)[1] + "/report", data=ANN | slip), client)

    assert wrong.status == 422
    assert session().scalars(select(Report.id)).all() == []


def test_a_report_that_cannot_be_made_is_tried_once_more_and_then_everybody_is_told(
    app: Flask, client: FlaskClient, letters: Letters, snapshot: Snapshot, fails: Callable[[], None]
):
    an_account("Maya Lind", "maya@example.com", role="consultant")
    an_account("Ada Author", "ada@example.com", role="author")
    desk = signed_in(app)
    result = finish(walk(client))
    asked = result.form("/report").submit(**ANN)

    fails()

    assert report_state() is ReportState.FAILED
    assert session().scalars(select(Report.tries)).one() == 2
    page = Page(client.get(asked.location), client)
    assert page.heading == "The report could not be made"
    assert client.get(page.links["Back to the result"]).status_code == 200

    to_ann, *to_desk = letters()
    assert to_ann["To"] == "Ann Avery <ann@example.com>"
    assert result.url in to_ann.get_body(("plain",)).get_content()
    assert [letter["To"].addresses[0].addr_spec for letter in to_desk] == [
        "maya@example.com",
        "robin@example.com",
    ]
    lead = session().scalars(select(Lead)).one()
    assert f"/desk/leads/{lead.public_id}" in to_desk[0].get_body(("plain",)).get_content()
    snapshot("letters/report-failed.txt", written(to_ann))
    snapshot("letters/report-not-made.txt", written(to_desk[0]))

    today = Page(desk.get("/desk/"), desk)
    assert "1 report could not be made. Left with the result page: Ann Avery." in today.text
    assert today.links["Ann Avery"] == f"/desk/leads/{lead.public_id}"
    assert "A report could not be made: Ann Avery" in Page(desk.get("/desk/mail/"), desk).text
    assert "The report could not be made" in Page(desk.get(f"/desk/leads/{lead.public_id}"), desk).text


def test_a_report_that_failed_can_be_asked_for_again(
    app: Flask, client: FlaskClient, letters: Letters, fails: Callable[[], None]
):
    desk = signed_in(app)
    form = finish(walk(client)).form("/report")
    form.submit(**ANN)
    fails()

    again = form.submit(**ANN)
    report_requests.render_due_reports()

    assert Page(client.get(again.location), client).heading == "Your report is ready"
    assert letters()[-1]["Subject"] == "Your conversation gap: the report"
    assert "could not be made" not in Page(desk.get("/desk/"), desk).text


def test_a_failure_is_not_shown_for_ever(app: Flask, client: FlaskClient, fails: Callable[[], None], at: MoveClock):
    finish(walk(client)).form("/report").submit(**ANN)
    fails()

    at(clock.now() + timedelta(days=15))

    assert report_requests.failed_reports(since=clock.now() - timedelta(days=14)) == ()


@pytest.mark.processes
def test_a_template_that_hangs_is_killed_twice_and_the_visitor_is_served(client: FlaskClient, letters: Letters):
    result = finish(walk(client))
    asked = result.form("/report").submit(**ANN)

    with closing(Renderer(seconds=1, command=(sys.executable, "-c", ENDLESS))) as renderer:
        work(renderer)
        assert renderer.pid is None

    assert report_state() is ReportState.FAILED
    assert Page(client.get(asked.location), client).heading == "The report could not be made"
    assert letters()[0]["Subject"] == "Your conversation gap: the result"
    kinds = [happening.kind for happening in session().scalars(select(Lead)).one().happenings]
    assert kinds == [HappeningKind.ASSESSMENT_TAKEN, HappeningKind.REPORT_ASKED, HappeningKind.REPORT_FAILED]


def test_a_worker_that_died_at_it_leaves_the_report_to_the_next_one(client: FlaskClient, at: MoveClock):
    finish(walk(client)).form("/report").submit(**ANN)

    with pytest.raises(KeyboardInterrupt):
        report_requests.render_due_reports(_killed)

    assert report_requests.render_due_reports(lambda wanted: b"%PDF-") == 0
    at(clock.now() + timedelta(minutes=2))
    assert report_requests.render_due_reports(lambda wanted: b"%PDF- " + wanted.name.encode()) == 1
    assert report_state() is ReportState.READY


def _killed(wanted: object) -> bytes:
    assert wanted != a_report()
    raise KeyboardInterrupt
