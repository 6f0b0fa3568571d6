"""By which words somebody is found, and by which no more."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from leads import changes, lists, merging, services
from leads.changes import Details
from leads.lists import Wanted
from leads.models import Lead
from staff.models import Account
from tests.booking.builders import a_consult_type
from tests.desk.scenes import a_consult
from tests.staff.signed_in import an_account

AT = datetime(2026, 10, 1, 15, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


@pytest.fixture
def robin(app: Flask) -> Account:
    return an_account()


def ann(address: str = "ann@example.com", name: str = "Ann") -> Lead:
    return services.capture(address=address, name=name, at=AT)


def found(search: str) -> list[str]:
    return [lead.name for lead in lists.list_leads(Wanted(search=search)).leads]


def note(lead: Lead, text: str, by: Account, *, stands: bool = True) -> None:
    services.add_note(lead, text=text, author=by.name, at=LATER, account_id=by.id)
    if not stands:
        written = changes.latest_note(lead, by=by)
        assert written
        changes.take_back_note(lead, written.id, by=by, at=LATER)


def test_a_note_that_was_taken_back_finds_nobody_but_by_words_that_stand_elsewhere(robin: Account):
    lead = ann()
    note(lead, "Has a walnut kayak", robin)

    note(lead, "Ann has a walnut canoe, ann@example.com", robin, stands=False)

    assert (found("canoe"), found("walnut kayak"), found("ann example")) == ([], ["Ann"], ["Ann"])


def test_what_was_put_right_finds_nobody_any_more(robin: Account):
    lead = services.capture(address="ann@example.com", name="Misspelled", company="Harbor", phone="555 0101", at=AT)
    note(lead, "Left Harbor", robin)

    changes.change(lead, Details("Ann", "Birch", "555 0199", 0), seen=0, by=robin, at=LATER)

    assert (found("misspelled"), found("5550101")) == ([], [])
    assert found("ann") == found("birch") == found("harbor") == found("5550199") == ["Ann"]
    changes.take_back_details(lead, lead.revision, by=robin, at=LATER)
    assert (found("birch"), found("harbor 5550101")) == ([], ["Misspelled"])


def test_whoever_types_another_name_is_found_by_that_one(robin: Account):
    note(ann(name="Anne"), "Has a kayak", robin)

    services.capture(address="ann@example.com", name="Ann", phone="555 0101", at=LATER)

    assert (found("anne"), found("ann kayak 5550101")) == ([], ["Ann"])


def test_two_who_were_merged_are_found_by_what_stands_of_both(robin: Account):
    lead, other = ann(), ann("anna@home.example", "Anna Bee")
    note(other, "Has a kayak", robin)
    note(other, "Has a canoe", robin, stands=False)

    merging.merge(lead.public_id, other.public_id, by=robin, at=LATER)

    assert found("bee") == found("home") == found("kayak") == ["Ann"]
    assert found("canoe") == []
    note(lead, "Has a horse", robin, stands=False)
    assert found("bee") == found("home") == found("kayak") == ["Ann"]


def test_what_guests_wrote_with_a_booking_still_finds_them(robin: Account):
    a_consult(a_consult_type(), note="A tangerine folder")
    (lead,) = lists.list_leads(Wanted(search="tangerine")).leads

    note(lead, "Has a canoe", robin, stands=False)

    assert (found("tangerine"), found("canoe")) == ([lead.name], [])
