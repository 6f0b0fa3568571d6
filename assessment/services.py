"""The life of a submission: started, answered page by page, scored, and sent as a report."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, exists, or_, select
from sqlalchemy.orm import aliased

import leads.services
import staff.services
from assessment import letters
from assessment import wording as say
from assessment.answers import Answers
from assessment.editions import CURRENT_EDITION, Edition, edition_of
from assessment.levers import Step
from assessment.models import Report, ReportState, Submission
from assessment.plan_calendar import DEFAULT_HOUR
from assessment.questions import Question
from assessment.refusals import AlreadyScored, AssessmentGone, NoSuchQuestion
from assessment.render import RenderFailed, ReportInput, render_report
from assessment.result import Result, assess, goal_said
from assessment.said import answers_said
from kit import clock, jobs, tokens
from kit.context import current_settings
from kit.db import after_commit, session, transaction
from kit.logs import log
from kit.zones import zone
from leads.consent import Ask, newsletter_wanted
from leads.handover import Handover
from leads.models import HappeningKind, Lead
from leads.origin import Origin

REPORT_PURPOSE = "report"
REPORT_FORM = "/assessment/result/"  # the rest of its address is a secret
MOST_TRIES = 2
AGAIN_AFTER = timedelta(minutes=2)  # longer than a report may take, so that it is not made twice
ANONYMOUS_FOR = timedelta(days=30)


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


def start(*, origin: Origin, held4: int | None, now: datetime, staff: bool = False) -> Submission:
    """A new draft; a number that came with it is the first answer, still to be confirmed on its page.

    `staff` says that somebody tries it who works here.
    """
    questions, model, texts = CURRENT_EDITION.versions
    with transaction() as current:
        submission = Submission(
            key=tokens.new_secret(18),
            question_set=questions,
            model_version=model,
            texts_version=texts,
            answers={} if held4 is None else {"held4": held4},
            seen=[],
            origin=origin.to_mapping(),
            staff_test=staff,
            started_at=now,
            changed_at=now,
        )
        current.add(submission)
        return submission


def get_submission(key: str) -> Submission:
    """The submission, draft or scored. Raises AssessmentGone."""
    found = session().scalar(select(Submission).where(Submission.key == key))
    if found is None:
        raise AssessmentGone
    return found


def get_draft(key: str) -> Submission:
    """The submission that can still be answered. Raises AssessmentGone, AlreadyScored."""
    found = get_submission(key)
    if found.finished_on is not None:
        raise AlreadyScored(key)
    return found


def edition(submission: Submission) -> Edition:
    """The versions with which the submission was begun."""
    return edition_of(submission.question_set, submission.model_version, submission.texts_version)


def get_question(submission: Submission, key: str) -> Question:
    """The question of that name in the submission's set. Raises NoSuchQuestion."""
    found = edition(submission).questions.by_key.get(key)
    if found is None:
        raise NoSuchQuestion
    return found


def save(key: str, question: Question, answer: dict[str, Any], *, now: datetime) -> str | None:
    """Keep one page's answers; gives the next page's key, None where the check page follows."""
    with transaction() as current:
        submission = current.scalar(select(Submission).where(Submission.key == key).with_for_update())
        if submission is None:
            raise AssessmentGone
        if submission.finished_on is not None:
            raise AlreadyScored(key)
        stored = {name: value.isoformat() if isinstance(value, date) else value for name, value in answer.items()}
        submission.answers = {**submission.answers, **stored}
        submission.seen = [*(seen for seen in submission.seen if seen != question.key), question.key]
        submission.changed_at = now
        return edition(submission).questions.next_key(question.key, submission.answers)


def finish(key: str, *, now: datetime) -> Submission | str:
    """Score a draft; gives it, or the key of the first question still open. Scored twice, it stays as it was."""
    with transaction() as current:
        submission = current.scalar(select(Submission).where(Submission.key == key).with_for_update())
        if submission is None:
            raise AssessmentGone
        if submission.finished_on is None:
            missing = edition(submission).questions.first_open(submission.seen, submission.answers)
            if missing:
                return missing
            submission.finished_on = now.astimezone(zone(current_settings().site_timezone)).date()
            submission.changed_at = now
            _keep_scores(submission)
            if submission.lead_id is not None:
                lead = current.get_one(Lead, submission.lead_id)
                _tell_taken(lead, submission, now, headline="Took the assessment again")
        return submission


def _keep_scores(submission: Submission) -> None:
    result = result_of(submission)
    submission.practice_index = result.obstacles.practice_index
    if result.reckoning is not None:
        found = result.reckoning
        submission.held, submission.needed, submission.chance = found.held, found.needed, found.chance


def result_of(submission: Submission, steps: Mapping[str, Step] | None = None) -> Result:
    """The result of a scored submission; `steps` are the reader's own. Raises AssessmentGone for a draft."""
    if submission.finished_on is None:
        raise AssessmentGone
    return assess(answers_of(submission), submission.finished_on, steps, edition(submission))


def answers_of(submission: Submission) -> Answers:
    """What was answered. Roster questions that no longer apply are left out."""
    stored = dict(submission.answers)
    if stored.get("goal_type") != "net":
        stored = {name: value for name, value in stored.items() if name not in ("roster", "left12", "roster_basis")}
    return Answers.from_json(stored)


def handover_of(submission: Submission, result: Result) -> Handover:
    """What goes on to the booking."""
    lead = session().get(Lead, submission.lead_id) if submission.lead_id else None
    found = result.reckoning
    return Handover(
        lead=lead.public_id if lead else "",
        submission=submission.key,
        story=str(submission.origin.get("story", "")),
        held=round(found.held, 2) if found else None,
        needed=round(found.needed, 2) if found else None,
        gap=round(found.gap, 2) if found else None,
        chance=result.chance_said,
        band=result.band_name,
        obstacles=tuple(result.edition.practices[key].said for key in result.obstacles.top),
    )


def claim(lead: Lead, *, submission: str, at: datetime) -> None:
    """A submission turns out to be this lead's: it enters their timeline, once."""
    with transaction() as current:
        found = current.scalar(select(Submission).where(Submission.key == submission).with_for_update())
        if found is None or found.finished_on is None or found.lead_id is not None:
            return
        found.lead_id = lead.id
        _tell_taken(lead, found, at)


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
            wanted = Ask(wish.address, REPORT_FORM, "box on the report's form, double opt-in", _story_of(submission))
            newsletter_wanted.send(wanted, at=now)
        earlier = select(Report).where(
            Report.submission_id == submission.id, Report.lead_id == lead.id, Report.state != ReportState.FAILED
        )
        for report in current.scalars(earlier):
            if (report.paper, tuple(report.days), report.hour) == (wish.paper, wish.days, wish.hour):
                return report
        if submission.lead_id is None:
            submission.lead_id = lead.id
            _tell_taken(lead, submission, now)
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


def forget_old_drafts() -> int:
    """Remove drafts, and results that nobody's name belongs to, 30 days after they last changed. The worker's job."""
    with transaction() as current:
        old = delete(Submission).where(
            or_(Submission.lead_id.is_(None), Submission.finished_on.is_(None)),
            Submission.changed_at < clock.now() - ANONYMOUS_FOR,
        )
        done = cast("CursorResult[Any]", current.execute(old))
        return done.rowcount


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
        result = result_of(submission)
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
        leads.services.record(
            lead, HappeningKind.NOTE, at=clock.now(), headline="The report could not be made; the page shows the result"
        )
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


def _tell_taken(lead: Lead, submission: Submission, at: datetime, *, headline: str = "Took the assessment") -> None:
    result = result_of(submission)
    found = result.reckoning
    facts: dict[str, Any] = {"story": submission.origin.get("story", ""), "band": result.band_name}
    if found is not None:
        facts |= {
            "goal": goal_said(result.answers),
            "held": say.say_volume(found.held) + " a week",
            "needed": say.say_volume(found.needed) + " a week",
            "gap": say.say_volume(found.gap) + " a week",
            "chance": result.chance_said,
            "line": [round(found.held, 2), round(found.needed, 2)],
        }
    facts["in the way"] = [result.edition.practices[key].said for key in result.obstacles.top]
    facts["result"] = f"{current_settings().base_url}/assessment/result/{submission.key}"
    facts["answers"] = [
        [label, words]
        for _, said in answers_said(dict(submission.answers), result.edition.questions)
        for label, words in said
    ]
    leads.services.record(lead, HappeningKind.ASSESSMENT_TAKEN, at=at, headline=headline, facts=facts)


def _story_of(submission: Submission) -> str:
    return str(submission.origin.get("story", ""))


def _wake() -> None:
    jobs.wake("render_reports")
