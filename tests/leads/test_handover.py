"""Somebody takes the assessment without a name and books a consult: the result is theirs from then on."""

from datetime import UTC, datetime, timedelta

from flask import Flask

import assessment.services
import booking.services
import leads.lists
import leads.services
from assessment.models import Submission
from booking.guard import Guest, Wish
from booking.models import Booking
from dev.profiles import AN_OFFICE, questions_of
from leads.handover import Handover
from leads.models import HappeningKind
from leads.origin import Origin
from tests.booking.builders import MONDAY_10, a_consult_type

NOW = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)


def scored() -> Submission:
    begun = assessment.services.start(origin=Origin(story="two-weeks"), held4=None, now=NOW)
    for question, answer in questions_of(AN_OFFICE):
        assessment.services.save(begun.key, question, answer, now=NOW)
    finished = assessment.services.finish(begun.key, now=NOW)
    assert isinstance(finished, Submission)
    return finished


def book(handover: Handover, *, visitor: str = "ann", start: datetime = MONDAY_10) -> Booking:
    wish = Wish(start=start, visitor=visitor, zone_name="America/New_York", handover=handover)
    held = booking.services.hold(booking.services.get_consult_type("first-conversation"), wish, now=NOW)
    return booking.services.book(held.secret, Guest(visitor.capitalize(), f"{visitor}@example.com"), now=NOW)


def kinds(address: str) -> list[HappeningKind]:
    (lead,) = leads.lists.list_leads(leads.lists.Wanted(search=address)).leads
    return [happening.kind for happening in leads.services.timeline_page(lead).rows]


def test_a_result_enters_the_timeline_of_whoever_books_with_it(app: Flask):
    a_consult_type()
    submission = scored()
    handover = assessment.services.handover_of(submission, assessment.services.result_of(submission))

    book(handover)

    assert kinds("ann") == [HappeningKind.CONSULT_BOOKED, HappeningKind.ASSESSMENT_TAKEN]
    (lead,) = leads.lists.list_leads().leads
    assert assessment.services.get_submission(submission.key).lead_id == lead.id
    (taken,) = leads.services.history_of([lead.id], HappeningKind.ASSESSMENT_TAKEN)[lead.id]
    assert taken.facts["line"] == [handover.held, handover.needed]


def test_a_result_stays_with_whoever_came_first(app: Flask):
    a_consult_type()
    submission = scored()
    handover = assessment.services.handover_of(submission, assessment.services.result_of(submission))

    book(handover)
    book(handover, visitor="bob", start=MONDAY_10 + timedelta(hours=1))

    assert kinds("ann") == [HappeningKind.CONSULT_BOOKED, HappeningKind.ASSESSMENT_TAKEN]
    assert kinds("bob") == [HappeningKind.CONSULT_BOOKED]


def test_whoever_books_without_a_result_brings_none(app: Flask):
    a_consult_type()

    book(Handover(story="two-weeks"))

    assert kinds("ann") == [HappeningKind.CONSULT_BOOKED]
