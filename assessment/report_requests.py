"""Reports: asked for, made by the press, sent, and what is said where one cannot be made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

import leads.services
import staff.services
from assessment import letters, services
from assessment.models import Report, ReportState, Submission
from assessment.plan_calendar import DEFAULT_HOUR
from assessment.refusals import AssessmentGone
from assessment.render import RenderFailed, ReportInput, render_report
from assessment.result import Result
from kit import clock, jobs, tokens
from kit.context import current_settings
from kit.db import after_commit, session, transaction
from kit.logs import log
from kit.zones import zone
from leads.consent import Ask, newsletter_wanted
from leads.models import HappeningKind, Lead
from leads.origin import Origin

REPORT_PURPOSE = "report"
REPORT_FORM = "/assessment/result/"  # the rest of its address is a secret
MOST_TRIES = 2
AGAIN_AFTER = timedelta(minutes=2)  # longer than a report may take, so that it is not made twice


@dataclass(frozen=True)
class ReportWish:
    """Who wants the report, on which paper (`letter` or `a4`), and when the call blocks in it stand.

    Without `days` they stand on those that the plan would choose. `newsletter` says that its box was ticked, too.
    """

    name: str
    address: str
    company: str
    paper: str
    days: tuple[str, ...] = ()
    hour: str = DEFAULT_HOUR
    newsletter: bool = False


def ask_for_report(key: str, wish: ReportWish, *, now: datetime) -> Report:
    """Know the lead, and queue their report. Asked twice for the same it gives the first one, unless that failed."""
    with transaction() as current:
        submission = current.scalar(select(Submission).where(Submission.key == key).with_for_update())
        if submission is None or submission.finished_on is None:
            raise AssessmentGone
        lead = leads.services.capture(
            address=wish.address,
            name=wish.name,
            company=wish.company,
            at=now,
            origin=Origin.from_mapping(submission.origin),
        )
        if wish.newsletter:
            wanted = Ask(
                wish.address, REPORT_FORM, "box on the report's form, double opt-in", services.story_of(submission)
            )
            newsletter_wanted.send(wanted, at=now)
        earlier = select(Report).where(
            Report.submission_id == submission.id, Report.lead_id == lead.id, Report.state != ReportState.FAILED
        )
        for report in current.scalars(earlier):
            if (report.paper, tuple(report.days), report.hour) == (wish.paper, wish.days, wish.hour):
                return report
        if submission.lead_id is None:
            submission.lead_id = lead.id
            services.tell_taken(lead, submission, now)
        report = Report(
            submission_id=submission.id,
            lead_id=lead.id,
            secret=tokens.new_secret(18),
            name=wish.name,
            paper=wish.paper,
            days=list(wish.days),
            hour=wish.hour,
            due_at=now,
            created_at=now,
        )
        current.add(report)
        leads.services.record(lead, HappeningKind.REPORT_ASKED, at=now, headline="Asked for the report")
        current.flush()
        after_commit(_wake)
        return report


def report_token(report: Report) -> str:
    """The signed part of a report's links."""
    return tokens.sign(REPORT_PURPOSE, {"report": report.secret})


def get_report(token: str) -> Report:
    """The report that a signed link names. Raises LinkAltered, AssessmentGone."""
    secret = tokens.read(REPORT_PURPOSE, token).get("report")
    report = session().scalar(select(Report).where(Report.secret == secret))
    if report is None:
        raise AssessmentGone
    return report


def render_due_reports(render: Callable[[ReportInput], bytes] = render_report) -> int:
    """Make and mail every report that is due; gives how many. The worker's job."""
    made = 0
    while True:
        claimed = _claim()
        if claimed is None:
            return made
        report = session().get_one(Report, claimed)
        submission = report.submission
        result = services.result_of(submission)
        link = f"{current_settings().base_url}/assessment/book/{submission.key}"
        wanted = ReportInput(
            name=report.name,
            on=result.on,
            answers=result.answers.to_json(),
            paper=report.paper,
            site_name=current_settings().site_name,
            booking_url=link,
            uid=report.secret,
            host=current_settings().base_host,
            versions=result.edition.versions,
            asked_on=report.created_at.astimezone(zone(current_settings().site_timezone)).date(),
            days=tuple(report.days),
            hour=report.hour,
        )
        try:
            pdf = render(wanted)
        except RenderFailed as fault:
            log.error("report not rendered", report=report.id, reason=str(fault))
            _give_up_or_wait(claimed)
            continue
        _send(claimed, pdf, result, link)
        made += 1


def failed_reports(*, since: datetime) -> tuple[Report, ...]:
    """Reports asked for since then that could not be made, and of which no other try came out; oldest first."""
    made = aliased(Report)
    later = exists().where(
        made.submission_id == Report.submission_id, made.lead_id == Report.lead_id, made.state == ReportState.READY
    )
    chosen = select(Report).where(Report.state == ReportState.FAILED, Report.created_at >= since, ~later)
    return tuple(session().scalars(chosen.order_by(Report.id)))


def _claim() -> int | None:
    now = clock.now()
    with transaction() as current:
        due = (
            select(Report).where(Report.state == ReportState.QUEUED, Report.due_at <= now).order_by(Report.id).limit(1)
        )
        report = current.scalar(due.with_for_update(skip_locked=True, of=Report))
        if report is None:
            return None
        # A worker that dies while it renders leaves the report due again a little later.
        report.due_at, report.tries = now + AGAIN_AFTER, report.tries + 1
        return report.id


def _give_up_or_wait(report_id: int) -> None:
    with transaction() as current:
        report = current.get_one(Report, report_id)
        lead = current.get_one(Lead, report.lead_id)
        if report.tries < MOST_TRIES:
            report.due_at = clock.now()
            return
        report.state = ReportState.FAILED
        headline = "The report could not be made; the page shows the result"
        leads.services.record(lead, HappeningKind.REPORT_FAILED, at=clock.now(), headline=headline)
        base = current_settings().base_url
        letters.report_failed(report, lead, f"{base}/assessment/result/{report.submission.key}")
        for account in staff.services.who_talks_with_leads():
            letters.report_not_made(report, lead, account, f"{base}/desk/leads/{lead.public_id}")


def _send(report_id: int, pdf: bytes, result: Result, booking_link: str) -> None:
    now = clock.now()
    with transaction() as current:
        report = current.get_one(Report, report_id)
        if report.state is not ReportState.QUEUED:
            return
        lead = current.get_one(Lead, report.lead_id)
        report.pdf, report.state, report.ready_at = pdf, ReportState.READY, now
        link = current_settings().base_url + f"/assessment/report/{report_token(report)}"
        letters.report_ready(report, lead, result, pdf=pdf, link=link, booking_link=booking_link)
        leads.services.record(lead, HappeningKind.REPORT_SENT, at=now, headline="Report sent", facts={"link": link})


def _wake() -> None:
    jobs.wake("render_reports")
