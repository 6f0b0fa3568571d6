"""A person is one lead, and what happened with them is never lost."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from kit.db import transaction
from leads import services
from leads.addresses import normalise
from leads.handover import Handover
from leads.models import HappeningKind, Stage
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


def test_the_first_touch_stays_and_the_last_one_moves(app: Flask):
    services.capture(address="ann@example.com", name="Ann", at=AT, origin=Origin(story="the-brush-off"))
    lead = services.capture(
        address="ann@example.com", name="Ann", at=AT + timedelta(days=3), origin=Origin(story="two-weeks")
    )

    assert (lead.first_story, lead.last_story) == ("the-brush-off", "two-weeks")


def test_a_stage_follows_what_happened_but_never_falls_back(app: Flask):
    lead = services.capture(address="ann@example.com", name="Ann", at=AT)
    services.record(lead, HappeningKind.CONSULT_BOOKED, at=AT, headline="Booked")
    assert lead.stage is Stage.CONSULT_BOOKED

    services.record(lead, HappeningKind.REPORT_SENT, at=AT, headline="Sent")

    assert lead.stage is Stage.CONSULT_BOOKED


def test_the_timeline_is_newest_first(app: Flask):
    lead = services.capture(address="ann@example.com", name="Ann", at=AT)
    services.record(lead, HappeningKind.ASSESSMENT_TAKEN, at=AT, headline="Taken", facts={"gap": 7.5})
    services.add_note(lead, text="Call after the closing", author="Robin", at=AT + timedelta(hours=1))

    found = services.timeline(lead)

    assert [(h.kind, h.facts) for h in found] == [
        (HappeningKind.NOTE, {"text": "Call after the closing"}),
        (HappeningKind.ASSESSMENT_TAKEN, {"gap": 7.5}),
    ]


def test_a_lead_that_failed_to_be_recorded_is_not_there(app: Flask):
    with pytest.raises(RuntimeError), transaction():
        services.capture(address="ann@example.com", name="Ann", at=AT)
        raise RuntimeError

    assert services.list_leads().total == 0


@pytest.mark.parametrize(
    ("search", "names"), [("ann", ["Ann"]), ("HARBOR", ["Ann"]), ("%", []), ("_", []), ("", ["Bob", "Ann"])]
)
def test_leads_are_found_by_name_address_and_company(app: Flask, search: str, names: list[str]):
    services.capture(address="a@example.com", name="Ann", at=AT, company="Harbor Realty")
    services.capture(address="b@example.com", name="Bob", at=AT + timedelta(hours=1))

    assert [lead.name for lead in services.list_leads(search=search).leads] == names


def test_a_page_number_out_of_range_gives_the_nearest(app: Flask):
    services.capture(address="a@example.com", name="Ann", at=AT)

    assert services.list_leads(number=99).number == 1
    assert services.list_leads(number=-3).number == 1


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
