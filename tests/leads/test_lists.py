"""People found, counted and put in order."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from kit.db import transaction
from leads import services
from leads.models import Lead, Stage
from leads.services import PAGE_SIZE, LeadOrder

AT = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)


def a_lead(name: str, *, company: str = "", address: str = "", day: int = 0, stage: Stage = Stage.NEW) -> Lead:
    at = AT + timedelta(days=day)
    address = address or f"{name.lower()}@example.com"
    lead = services.capture(address=address, name=name, at=at, company=company)
    if stage is not Stage.NEW:
        services.move_stage(lead, stage, author="Robin Vale", at=at, reason="said so")
    return lead


def names(**wanted: object) -> list[str]:
    return [lead.name for lead in services.list_leads(**wanted).leads]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["Cy", "Bob", "Ann"]),
        ("ann", ["Ann"]),
        ("HARBOR", ["Ann"]),
        ("b@EXAMPLE", ["Bob"]),
        ("%", ["Cy"]),
        ("50 %", ["Cy"]),
        ("_", ["Bob"]),
        ("\\", []),
        ("x' OR 1=1 --", []),
    ],
)
def test_people_are_found_by_name_address_and_company(app: Flask, search: str, found: list[str]):
    a_lead("Ann", company="Harbor Realty")
    a_lead("Bob", address="bo_b@example.com", day=1)
    a_lead("Cy", company="The 50 % Office", day=2)

    assert names(search=search) == found


def test_a_list_can_be_held_to_one_stage(app: Flask):
    a_lead("Ann", stage=Stage.CLIENT)
    a_lead("Bob", day=1)
    a_lead("Cy", stage=Stage.CLIENT, day=2)

    assert names(stage=Stage.CLIENT) == ["Cy", "Ann"]
    assert names(stage=Stage.CLIENT, search="ann") == ["Ann"]
    assert names(stage=Stage.CLOSED) == []


def test_stages_are_counted_among_those_who_are_looked_for(app: Flask):
    a_lead("Ann", company="Harbor Realty", stage=Stage.CLIENT)
    a_lead("Bob", company="Harbor Realty")
    a_lead("Cy")

    assert services.count_by_stage() == {Stage.CLIENT: 1, Stage.NEW: 2}
    assert services.count_by_stage(search="harbor") == {Stage.CLIENT: 1, Stage.NEW: 1}


def test_a_list_runs_by_latest_news_by_name_or_by_first_contact(app: Flask):
    a_lead("bob")
    a_lead("Ann", day=1)
    nameless = a_lead("Zed", address="cy@example.com", day=2)
    with transaction():
        nameless.name = ""
        services.add_note(services.list_leads(search="bob").leads[0], text="x", author="R", at=AT + timedelta(days=9))

    assert names(order=LeadOrder.CONTACT) == ["bob", "", "Ann"]
    assert names(order=LeadOrder.NAME) == ["Ann", "bob", ""]
    assert names(order=LeadOrder.KNOWN) == ["", "Ann", "bob"]


def test_pages_hold_everybody_once(app: Flask):
    with transaction():
        for number in range(PAGE_SIZE + 3):
            a_lead(f"Lead{number:03d}")

    first, second = services.list_leads(number=1), services.list_leads(number=2)

    assert (first.pages, first.total, len(first.leads), len(second.leads)) == (2, PAGE_SIZE + 3, PAGE_SIZE, 3)
    assert len({lead.id for lead in (*first.leads, *second.leads)}) == PAGE_SIZE + 3
