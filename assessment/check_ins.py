"""The weekly check-in: wished for, begun by its address's owner, asked, answered, and stopped by itself or by them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, or_, select

import leads.services
from assessment import check_in_letters, services
from assessment.answers import Answers
from assessment.check_in_models import CheckIn, CheckInState, CheckInWeek
from assessment.models import Submission
from assessment.progress import Standing, WeekCount, standings
from assessment.refusals import CheckInGone, GoalDateHasCome, NoSuchWeek, NothingToWatch
from assessment.retakes import Measured, measured_of
from kit import clock, suppression, tokens
from kit.context import current_settings
from kit.db import session, transaction
from kit.mail import Purpose
from kit.suppression import Reason
from kit.zones import zone
from leads import consent
from leads.addresses import normalise
from leads.consent import WEEKLY_QUESTION_WORDING
from leads.consent_models import Channel, ConsentAct, ConsentPurpose
from leads.models import HappeningKind, Lead
from leads.origin import Origin

PURPOSE = "check-in"
WEEK = timedelta(days=7)
ONE_DAY = timedelta(days=1)
AT_HOUR = 8
SILENT_WEEKS = 4
UNCONFIRMED_FOR = timedelta(days=7)
YEAR = timedelta(weeks=52)


def ask(key: str, address: str, *, now: datetime) -> None:
    """Somebody wants to be asked each week. Its owner gets a link to say yes; one such letter a day and address.

    Raises AssessmentGone, NothingToWatch, GoalDateHasCome.
    """
    with transaction() as current:
        submission = services.get_submission(key)
        if services.result_of(submission).reckoning is None:
            raise NothingToWatch
        if _date_of(submission) <= _local(now).date() + WEEK:
            raise GoalDateHasCome
        address = normalise(address)
        if current.scalar(select(CheckIn.id).where(CheckIn.address == address, CheckIn.asked_at > now - ONE_DAY)):
            return
        same = select(CheckIn).where(CheckIn.submission_id == submission.id, CheckIn.address == address)
        check_in = current.scalar(same)
        if check_in is None:
            secret = tokens.new_secret(18)
            check_in = CheckIn(submission=submission, address=address, secret=secret, asked_at=now)
            current.add(check_in)
        check_in.asked_at = now
        current.flush()
        _agree(check_in, ConsentAct.ASKED, Channel.SITE, "address typed on the result's page", now)
        check_in_letters.confirm(check_in, link=link_of(check_in))


def link_of(check_in: CheckIn) -> str:
    """The page of a check-in."""
    return f"{current_settings().base_url}/assessment/weekly/{tokens.sign(PURPOSE, {'check_in': check_in.secret})}"


def get_check_in(token: str) -> CheckIn:
    """The check-in that a signed link names. Raises LinkAltered, CheckInGone."""
    secret = tokens.read(PURPOSE, token).get("check_in")
    found = session().scalar(select(CheckIn).where(CheckIn.secret == secret))
    if found is None:
        raise CheckInGone
    return found


def answered_of(submission: Submission) -> CheckIn | None:
    """The check-in by which this submission is or was watched, once a week of it was answered."""
    answered = CheckIn.weeks.any(CheckInWeek.conversations.is_not(None))
    chosen = select(CheckIn).where(CheckIn.submission_id == submission.id, answered)
    return session().scalar(chosen.order_by(CheckIn.id.desc()).limit(1))


def standings_of(check_in: CheckIn) -> tuple[Standing, ...]:
    """How the goal stood after each answered week."""
    submission = check_in.submission
    assert submission.finished_on is not None
    told = [WeekCount(week.monday, week.conversations) for week in check_in.weeks]
    return standings(services.answers_of(submission), submission.finished_on, told, services.edition(submission))


def progress_of(check_in: CheckIn) -> tuple[Measured, ...]:
    """The gap from the assessment on, week by week."""
    first = measured_of(check_in.submission)
    if first is None:
        return ()
    return first, *(Measured(week.on, week.held, week.needed, week.chance) for week in standings_of(check_in))


def next_on(check_in: CheckIn) -> date | None:
    """The date of the next question, None where there is none."""
    return None if check_in.due_at is None else _local(check_in.due_at).date()


def begin(token: str, *, now: datetime) -> CheckIn:
    """Ask each Monday from now on: the owner of the address says so. Said twice it changes nothing.

    Raises LinkAltered, CheckInGone, GoalDateHasCome.
    """
    with transaction() as current:
        check_in = _locked(token)
        if check_in.state is CheckInState.RUNNING:
            return check_in
        if _date_of(check_in.submission) <= _local(now).date():
            raise GoalDateHasCome
        lead = leads.services.capture(
            address=check_in.address, name="", at=now, origin=Origin.from_mapping(check_in.submission.origin)
        )
        services.claim(lead, submission=check_in.submission.key, at=now)
        check_in.lead_id, check_in.state = lead.id, CheckInState.RUNNING
        check_in.begun_at, check_in.stopped_at, check_in.due_at = now, None, next_monday(now, _zone())
        _agree(check_in, ConsentAct.GIVEN, Channel.MAIL, "button behind the link in the mail", now)
        leads.services.record(lead, HappeningKind.CHECK_IN_BEGUN, at=now, headline="Wants one question a week")
        current.flush()
        return check_in


def answer(token: str, monday: date, conversations: int, *, now: datetime) -> CheckIn:
    """Keep the count of a week that was asked about; another one later replaces it. Who was silent is asked again.

    Raises LinkAltered, CheckInGone, NoSuchWeek.
    """
    with transaction() as current:
        check_in = _locked(token)
        week = next((week for week in check_in.weeks if week.monday == monday), None)
        if week is None or check_in.lead_id is None:
            raise NoSuchWeek
        before, week.conversations, week.answered_at = week.conversations, conversations, now
        if check_in.state is CheckInState.SILENT:
            check_in.state, check_in.stopped_at, check_in.due_at = CheckInState.RUNNING, None, next_monday(now, _zone())
        if before != conversations:
            lead = current.get_one(Lead, check_in.lead_id)
            said = "1 live conversation" if conversations == 1 else f"{conversations} live conversations"
            headline = f"{said} in the week from {monday.day} {monday:%B}"
            leads.services.record(lead, HappeningKind.CHECK_IN_ANSWERED, at=now, headline=headline)
        current.flush()
        return check_in


def stop(token: str, *, now: datetime) -> CheckIn:
    """Ask no more. Said twice it changes nothing. Raises LinkAltered, CheckInGone."""
    with transaction() as current:
        check_in = _locked(token)
        if check_in.state in (CheckInState.STOPPED, CheckInState.ENDED):
            return check_in
        _agree(check_in, ConsentAct.WITHDRAWN, Channel.MAIL, "button behind the link in the mail", now)
        _close(check_in, CheckInState.STOPPED, "Wants no weekly question any more", now)
        current.flush()
        return check_in


def hear_complaint(address: str, *, about: datetime, at: datetime) -> bool:
    """Somebody told their mail program that a letter of ours, written at `about`, is unwanted: they are asked no more.

    Unless they have begun since. Gives whether there was somebody. Joins the caller's transaction.
    """
    chosen = select(CheckIn).where(
        func.lower(CheckIn.address) == address.lower(),
        CheckIn.state.not_in((CheckInState.STOPPED, CheckInState.ENDED)),
        CheckIn.asked_at <= about,
        or_(CheckIn.begun_at.is_(None), CheckIn.begun_at <= about),
    )
    with transaction() as current:
        found = current.scalars(chosen.with_for_update(of=CheckIn)).all()
        for check_in in found:
            _agree(check_in, ConsentAct.WITHDRAWN, Channel.MAIL, "complaint to the mail program", at)
            _close(check_in, CheckInState.STOPPED, "Called a letter unwanted: no weekly question any more", at)
        current.flush()
        return bool(found)


def write_due() -> int:
    """Write every weekly question that is due; gives how many. The worker's job."""
    written = 0
    while True:
        now = clock.now()
        with transaction() as current:
            due = select(CheckIn).where(CheckIn.state == CheckInState.RUNNING, CheckIn.due_at <= now)
            check_in = current.scalar(due.order_by(CheckIn.id).limit(1).with_for_update(skip_locked=True, of=CheckIn))
            if check_in is None:
                return written
            written += _question(check_in, now)


def forget_unconfirmed() -> int:
    """Remove wishes that nobody confirmed within a week. The worker's job."""
    with transaction() as current:
        old = select(CheckIn.id).where(
            CheckIn.state == CheckInState.ASKED,
            CheckIn.lead_id.is_(None),
            CheckIn.asked_at < clock.now() - UNCONFIRMED_FOR,
        )
        gone = list(current.scalars(old))
        current.execute(delete(CheckIn).where(CheckIn.id.in_(gone)))
        return len(gone)


def next_monday(now: datetime, own_zone: ZoneInfo) -> datetime:
    """The next Monday at eight in a zone, as an instant."""
    here = now.astimezone(own_zone)
    monday = here.date() + timedelta(days=-here.weekday() % 7)
    at = datetime(monday.year, monday.month, monday.day, AT_HOUR, tzinfo=own_zone)
    if at <= here:
        monday += WEEK
        at = datetime(monday.year, monday.month, monday.day, AT_HOUR, tzinfo=own_zone)
    return at


def _question(check_in: CheckIn, now: datetime) -> int:
    """Ask about the week that has passed, or stop asking; gives how many letters that made."""
    today = _local(now).date()
    monday = today - timedelta(days=today.weekday()) - WEEK
    silent = check_in.weeks[-SILENT_WEEKS:]
    began = check_in.begun_at
    unanswered = [week for week in silent if week.answered_at is None and (began is None or week.asked_at >= began)]
    if _date_of(check_in.submission) <= today:
        _close(check_in, CheckInState.ENDED, "The date of the goal has come: no weekly question any more", now)
        return 0
    came_back = suppression.held_back([check_in.address], Purpose.NEWSLETTER, at=now).get(check_in.address)
    if came_back is not None and came_back.reason is Reason.HARD_BOUNCE:
        _close(check_in, CheckInState.SILENT, "Mail came back: no weekly question any more", now)
        return 0
    if len(unanswered) == SILENT_WEEKS:
        _close(check_in, CheckInState.SILENT, "Four weeks without an answer: no weekly question any more", now)
        return 0
    check_in.due_at = next_monday(now, _zone())
    if any(week.monday == monday for week in check_in.weeks):
        return 0
    week = CheckInWeek(monday=monday, asked_at=now)
    check_in.weeks.append(week)
    check_in_letters.weekly(check_in, week, last=_last(check_in), link=link_of(check_in))
    return 1


def _agree(check_in: CheckIn, act: ConsentAct, channel: Channel, method: str, at: datetime) -> None:
    consent.enter(
        ConsentPurpose.WEEKLY_QUESTION,
        act,
        address=check_in.address,
        channel=channel,
        page="/assessment/weekly",
        method=method,
        wording=WEEKLY_QUESTION_WORDING,
        at=at,
    )


def _last(check_in: CheckIn) -> Standing | None:
    found = standings_of(check_in)
    return found[-1] if found else None


def _close(check_in: CheckIn, state: CheckInState, headline: str, now: datetime) -> None:
    was_running = check_in.state in (CheckInState.RUNNING, CheckInState.SILENT)
    check_in.state, check_in.stopped_at, check_in.due_at = state, now, None
    if was_running and check_in.lead_id is not None:
        lead = session().get_one(Lead, check_in.lead_id)
        leads.services.record(lead, HappeningKind.CHECK_IN_STOPPED, at=now, headline=headline)


def _locked(token: str) -> CheckIn:
    secret = tokens.read(PURPOSE, token).get("check_in")
    chosen = select(CheckIn).where(CheckIn.secret == secret).with_for_update(of=CheckIn)
    found = session().scalar(chosen.execution_options(populate_existing=True))
    if found is None:
        raise CheckInGone
    return found


def _date_of(submission: Submission) -> date:
    answers: Answers = services.answers_of(submission)
    assert submission.finished_on is not None
    return answers.deadline or submission.finished_on + YEAR


def _zone() -> ZoneInfo:
    return zone(current_settings().site_timezone)


def _local(now: datetime) -> datetime:
    return now.astimezone(_zone())
