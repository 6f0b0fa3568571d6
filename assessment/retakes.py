"""Taking the assessment once more: a corrected copy, a later measurement, and how the gap went from one to the next."""

from dataclasses import dataclass
from datetime import date, datetime

from assessment import services
from assessment.answers import SHORTEST_WEEKS
from assessment.models import Submission
from assessment.questions import Question
from assessment.refusals import AssessmentGone
from kit.db import session, transaction
from leads.origin import Origin

# What does not change from one month to the next; everything else is asked anew, with nothing filled in.
LASTING = ("scope", "lag", "goal")
LONGEST_CHAIN = 50


@dataclass(frozen=True)
class Measured:
    """One scored assessment of a chain. Volumes are conversations a week, `chance` a probability."""

    on: date
    held: float
    needed: float
    chance: float

    @property
    def gap(self) -> float:
        """What was missing a week; never below zero."""
        return max(0.0, self.needed - self.held)


def correct(key: str, *, now: datetime) -> Submission:
    """A new draft with all answers of a scored submission, to change some and score it anew."""
    return _follow(key, None, now)


def retake(key: str, *, today: date, now: datetime) -> Submission:
    """A new draft that keeps whom it is about and the goal, and asks the rest again. A date too near is asked anew."""
    before = services.get_submission(key)
    kept = list(LASTING)
    answers = services.answers_of(before)
    if answers.deadline is not None and answers.weeks(today) < SHORTEST_WEEKS:
        kept.remove("goal")
    return _follow(key, tuple(kept), now)


def chain(submission: Submission) -> tuple[Submission, ...]:
    """The submission and those that it follows, latest first."""
    found = [submission]
    while found[-1].retake_of_id is not None and len(found) < LONGEST_CHAIN:
        before = session().get(Submission, found[-1].retake_of_id)
        if before is None:
            break
        found.append(before)
    return tuple(found)


def earlier(submission: Submission) -> tuple[Measured, ...]:
    """The scored assessments that this one follows, oldest first; of one day only the last, and none of its own."""
    found: dict[date, Measured] = {}
    for before in chain(submission)[1:]:
        measured = measured_of(before)
        if measured is not None and measured.on != submission.finished_on:
            found.setdefault(measured.on, measured)
    return tuple(found[day] for day in sorted(found))


def measured_of(submission: Submission) -> Measured | None:
    """What a scored submission came to; None where the gap had no name."""
    on, held, needed, chance = submission.finished_on, submission.held, submission.needed, submission.chance
    if on is None or held is None or needed is None or chance is None:
        return None
    return Measured(on, held, needed, chance)


def _follow(key: str, kept: tuple[str, ...] | None, now: datetime) -> Submission:
    before = services.get_submission(key)
    if before.finished_on is None:
        raise AssessmentGone
    with transaction() as current:
        made = services.start(origin=Origin.from_mapping(before.origin), held4=None, now=now, staff=before.staff_test)
        questions = services.edition(made).questions.questions
        stays = [question for question in questions if kept is None or question.key in kept]
        names = {asked.name for question in stays for asked in question.fields} | _side_names(stays)
        made.answers = {name: value for name, value in before.answers.items() if name in names}
        made.seen = [seen for seen in before.seen if seen in {question.key for question in stays}]
        made.lead_id, made.retake_of_id = before.lead_id, before.id
        current.flush()
        return made


def _side_names(questions: list[Question]) -> set[str]:
    """Names under which a question keeps more than its fields have."""
    return {"something_else"} if any(question.key == "obstacles" for question in questions) else set()
