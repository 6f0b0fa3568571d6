"""The life of a submission: started, answered page by page, scored, and known to be somebody's."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, or_, select

import leads.services
from assessment import wording as say
from assessment.answers import Answers
from assessment.editions import CURRENT_EDITION, Edition, edition_of
from assessment.levers import Step
from assessment.models import Submission
from assessment.questions import Question
from assessment.refusals import AlreadyScored, AssessmentGone, NoSuchQuestion
from assessment.result import Result, assess, goal_said
from assessment.said import answers_said
from kit import clock, tokens
from kit.context import current_settings
from kit.db import session, transaction
from kit.zones import zone
from leads import funnel
from leads.funnel_models import Step as FunnelStep
from leads.handover import Handover
from leads.models import HappeningKind, Lead
from leads.origin import Origin

ANONYMOUS_FOR = timedelta(days=30)


def start(*, origin: Origin, held4: int | None, now: datetime, staff: bool = False) -> Submission:
    """A new draft; a number that came with it is the first answer, still to be confirmed on its page.

    `staff` says that somebody tries it who works here; that is counted nowhere.
    """
    with transaction():
        if not staff:
            funnel.count(FunnelStep.STARTED, origin, at=now)
        return draft(origin=origin, held4=held4, now=now, staff=staff)


def draft(*, origin: Origin, held4: int | None, now: datetime, staff: bool) -> Submission:
    """A new draft that is nobody's first step: what follows an earlier one is not counted."""
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
            if not submission.staff_test and submission.retake_of_id is None:
                funnel.count(FunnelStep.FINISHED, Origin.from_mapping(submission.origin), at=now)
            if submission.lead_id is not None:
                lead = current.get_one(Lead, submission.lead_id)
                tell_taken(lead, submission, now, headline="Took the assessment again")
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
        tell_taken(lead, found, at)


def forget_old_drafts() -> int:
    """Remove drafts, and results that nobody's name belongs to, 30 days after they last changed. The worker's job."""
    with transaction() as current:
        old = delete(Submission).where(
            or_(Submission.lead_id.is_(None), Submission.finished_on.is_(None)),
            Submission.changed_at < clock.now() - ANONYMOUS_FOR,
        )
        done = cast("CursorResult[Any]", current.execute(old))
        return done.rowcount


def tell_taken(lead: Lead, submission: Submission, at: datetime, *, headline: str = "Took the assessment") -> None:
    """Put what came out on the timeline of the lead, in the caller's transaction."""
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


def story_of(submission: Submission) -> str:
    """The story that led to it; nothing where none did."""
    return str(submission.origin.get("story", ""))
