"""What is known about a person in one look."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flask import Flask

import leads.services
from booking.models import Booking
from desk.known import Known, look_up
from leads.handover import Handover
from leads.models import HappeningKind
from leads.origin import Origin
from tests.desk.scenes import RESULT, a_lead, assessed

AT = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)


def test_somebody_new_is_known_by_nothing(app: Flask):
    lead = a_lead()

    assert look_up([lead]) == {lead.id: Known()}
    assert look_up([]) == {}


def test_the_latest_result_and_note_count(app: Flask):
    lead = a_lead(origin=Origin(story="two-weeks-is-a-date"))
    assessed(lead, at=AT - timedelta(days=30), gap="12 a week", band="Short of pace")
    assessed(lead, at=AT - timedelta(days=1))
    leads.services.add_note(lead, text="First", author="Robin", at=AT - timedelta(days=9))
    leads.services.add_note(lead, text="Second", author="Robin", at=AT - timedelta(days=8))
    for kind in (HappeningKind.CONSULT_HELD, HappeningKind.CONSULT_HELD, HappeningKind.CONSULT_MISSED):
        leads.services.record(lead, kind, at=AT - timedelta(days=7), headline="It was")

    known = look_up([lead])[lead.id]

    assert known.note is not None and known.note.facts == {"text": "Second"}
    assert replace(known, note=None) == Known(
        story="two-weeks-is-a-date",
        gap="7 a week",
        held="4 a week",
        needed="11 a week",
        chance="about 1 in 10",
        band="Well short of pace",
        goal="10 agents in 12 months",
        in_the_way=("The list is missing, stale or without a reason to call",),
        line=(4.1, 11.3),
        talks=2,
        missed=1,
    )
    assert known.has_result and known.has_gap


def test_a_result_without_numbers_has_no_line(app: Flask):
    lead = a_lead()
    leads.services.record(
        lead,
        HappeningKind.ASSESSMENT_TAKEN,
        at=AT,
        headline="Taken",
        facts={"band": "Can't call it yet", "in the way": []},
    )

    known = look_up([lead])[lead.id]

    assert (known.has_result, known.has_gap, known.line) == (True, False, None)


def test_what_came_along_with_a_consult_stands_in():
    carried = Known().with_booking(Booking(handover=RESULT.facts(), origin={"story": "two-weeks-is-a-date"}))

    assert carried == Known(
        story="two-weeks-is-a-date",
        gap="7.2 a week",
        held="4.1 a week",
        needed="11.3 a week",
        chance="about 1 in 10",
        band="Well short of pace",
        in_the_way=RESULT.obstacles,
        line=(4.1, 11.3),
    )


def test_what_is_known_better_is_not_replaced():
    known = Known(story="parking", band="On pace", line=(9.0, 7.0))

    assert known.with_booking(Booking(handover=RESULT.facts(), origin={"story": "other"})) == known
    assert not known.has_gap


def test_a_consult_without_a_result_brings_its_story():
    booking = Booking(handover=Handover().facts(), origin={"story": "parking"})

    assert Known().with_booking(booking) == Known(story="parking")
