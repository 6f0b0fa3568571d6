"""A person is one lead, and what happened with them is never lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from kit import clock, tokens
from kit.db import db, transaction
from leads import lists, services
from leads.addresses import normalise
from leads.handover import Handover
from leads.models import HappeningKind
from leads.origin import Origin

AT = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Ann@Example.COM", "Ann@example.com"),
        ("  ann@example.com ", "ann@example.com"),
        ("a@b@Example.com", "a@b@example.com"),
        ("nobody", "nobody"),
    ],
)
def test_addresses_of_one_person_agree(typed: str, key: str):
    assert normalise(typed) == key


def test_the_same_address_is_the_same_lead(app: Flask):
    first = services.capture(address="ann@Example.com", name="Ann", at=AT)
    second = services.capture(address="ann@example.COM ", name="", at=AT, company="Harbor Realty")

    assert first.id == second.id
    assert (second.name, second.company, second.address_typed) == ("Ann", "Harbor Realty", "ann@Example.com")


def test_what_was_typed_last_stands_but_nothing_typed_leaves_what_stood(app: Flask):
    services.capture(address="ann@example.com", name="Ann", at=AT, phone="+1 555 010 0111", company="Harbor Realty")

    lead = services.capture(address="ann@example.com", name="Ann Avery", at=AT, phone="", company="")

    assert (lead.name, lead.phone, lead.company) == ("Ann Avery", "+1 555 010 0111", "Harbor Realty")


def test_the_first_touch_stays_and_the_last_one_moves(app: Flask):
    services.capture(address="ann@example.com", name="Ann", at=AT, origin=Origin(story="the-brush-off"))
    lead = services.capture(
        address="ann@example.com", name="Ann", at=AT + timedelta(days=3), origin=Origin(story="two-weeks")
    )

    assert (lead.first_story, lead.last_story) == ("the-brush-off", "two-weeks")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories=some.lists(some.sampled_from(["", "the-brush-off", "two-weeks", "parking"]), min_size=1, max_size=5))
def test_whatever_order_people_come_in_the_first_touch_is_the_first_and_the_last_the_last(
    app: Flask, stories: list[str]
):
    address = f"{tokens.new_secret(6)}@example.com"

    for hours, story in enumerate(stories):
        at = AT + timedelta(hours=hours)
        lead = services.capture(address=address, name="Ann", at=at, origin=Origin(story, "/", "https://example.org/"))

    touch = {"landing": "/", "referrer": "https://example.org/", "utm": []}
    assert lead.first_touch == {"story": stories[0], **touch, "at": AT.isoformat()}
    assert lead.last_touch == {"story": stories[-1], **touch, "at": at.isoformat()}


def test_a_step_without_a_trail_leaves_both_touches_alone(app: Flask):
    services.capture(address="ann@example.com", name="Ann", at=AT, origin=Origin(story="the-brush-off"))

    lead = services.capture(address="ann@example.com", name="Ann", at=AT + timedelta(days=1))

    assert (lead.first_story, lead.last_story) == ("the-brush-off", "the-brush-off")


def test_two_who_come_at_the_same_instant_with_one_address_are_one_lead(app: Flask):
    gate = Barrier(6)

    def come(_number: int) -> int:
        with app.app_context(), clock.fixed(AT):
            gate.wait()
            try:
                return services.capture(address="ann@example.com", name="Ann", at=AT).id
            finally:
                db.session.remove()

    with ThreadPoolExecutor(6) as pool:
        ids = list(pool.map(come, range(6)))

    assert len(set(ids)) == 1
    assert lists.list_leads().total == 1


def test_the_timeline_is_newest_first(app: Flask):
    lead = services.capture(address="ann@example.com", name="Ann", at=AT)
    services.record(lead, HappeningKind.ASSESSMENT_TAKEN, at=AT, headline="Taken", facts={"gap": 7.5})
    services.add_note(lead, text="Call after the closing", author="Robin", at=AT + timedelta(hours=1))

    found = services.timeline_page(lead).rows

    assert [(h.kind, h.facts) for h in found] == [
        (HappeningKind.NOTE, {"text": "Call after the closing"}),
        (HappeningKind.ASSESSMENT_TAKEN, {"gap": 7.5}),
    ]


def test_a_lead_that_failed_to_be_recorded_is_not_there(app: Flask):
    with pytest.raises(RuntimeError), transaction():
        services.capture(address="ann@example.com", name="Ann", at=AT)
        raise RuntimeError

    assert lists.list_leads().total == 0


def test_a_page_number_out_of_range_gives_the_nearest(app: Flask):
    services.capture(address="a@example.com", name="Ann", at=AT)

    assert lists.list_leads(number=99).number == 1
    assert lists.list_leads(number=-3).number == 1


def test_a_handover_arrives_as_it_left(app: Flask):
    sent = Handover(
        lead="abc",
        story="the-brush-off",
        held=4.125,
        needed=11.3,
        gap=7.2,
        chance="about 1 in 10",
        obstacles=("x", "y"),
    )

    assert Handover.read(sent.token()) == sent
    assert Handover.from_facts(sent.facts()) == sent


def test_an_unknown_name_is_nobody(app: Flask):
    assert services.find_lead("nobody") is None
    with pytest.raises(services.NoSuchLead):
        services.get_lead("nobody")


def test_what_happened_with_several_people_comes_in_one_look(app: Flask):
    ann = services.capture(address="a@example.com", name="Ann", at=AT)
    bob = services.capture(address="b@example.com", name="Bob", at=AT)
    services.capture(address="c@example.com", name="Cy", at=AT)
    services.record(ann, HappeningKind.ASSESSMENT_TAKEN, at=AT, headline="Taken")
    services.add_note(ann, text="Call", author="Robin", at=AT + timedelta(hours=2))
    services.record(ann, HappeningKind.CONSULT_BOOKED, at=AT + timedelta(hours=3), headline="Booked")
    services.add_note(bob, text="Write", author="Robin", at=AT)

    found = services.history_of([ann.id, bob.id], HappeningKind.NOTE, HappeningKind.ASSESSMENT_TAKEN)

    assert {lead: [h.kind for h in happenings] for lead, happenings in found.items()} == {
        ann.id: [HappeningKind.NOTE, HappeningKind.ASSESSMENT_TAKEN],
        bob.id: [HappeningKind.NOTE],
    }


def test_a_note_keeps_who_wrote_it(app: Flask):
    lead = services.capture(address="ann@example.com", name="Ann", at=AT)

    services.add_note(lead, text="Call after the closing", author="Robin Vale", at=AT)

    (note,) = services.timeline_page(lead).rows
    assert (note.headline, note.facts) == ("Note by Robin Vale", {"text": "Call after the closing"})
