"""What is changed by hand: seen by both when two do it at once, and taken back."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from kit.db import session
from leads import changes, lists, merging, services, webhooks
from leads.changes import Details, LeadChanged, NothingToTakeBack
from leads.lists import Wanted
from leads.models import Happening, HappeningKind, Lead, Stage
from leads.webhook_models import Delivery
from staff.models import Account
from tests.staff.signed_in import an_account

AT = datetime(2026, 10, 1, 15, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


@pytest.fixture
def robin(app: Flask) -> Account:
    return an_account()


def ann() -> Lead:
    return services.capture(address="ann@example.com", name="Ann", at=AT)


def stage_now(lead: Lead) -> Stage:
    session().rollback()
    session().expire_all()
    return services.get_lead(lead.public_id).stage


def test_somebody_is_put_right_and_found_by_it(robin: Account):
    lead = ann()

    changes.change(lead, Details("Ann Avery", "Harbor", "555 0101", robin.id), seen=lead.revision, by=robin, at=LATER)

    assert (lead.name, lead.company, lead.phone, lead.owner_id) == ("Ann Avery", "Harbor", "555 0101", robin.id)
    assert lists.list_leads(Wanted(search="harbor")).total == 1
    assert [(h.headline, h.facts["before"]) for h in services.timeline_page(lead).rows] == [
        (
            "Robin Vale put the name, the company and the telephone number right",
            {"name": "Ann", "company": "", "phone": ""},
        ),
        ("Robin Vale gave the lead to Robin Vale", {"owner": 0}),
    ]


def test_whoever_changes_an_older_version_is_told(robin: Account):
    lead = ann()
    seen = lead.revision
    changes.change(lead, Details("Ann Avery", "", "", 0), seen=seen, by=robin, at=LATER)

    with pytest.raises(LeadChanged):
        changes.change(lead, Details("Anna", "", "", 0), seen=seen, by=robin, at=LATER)

    assert lead.name == "Ann Avery"


def test_a_change_to_the_same_writes_nothing(robin: Account):
    lead = ann()

    changes.change(lead, changes.details_of(lead), seen=lead.revision, by=robin, at=LATER)

    assert (lead.revision, services.timeline_page(lead).rows) == (0, ())


def test_an_owner_is_taken_away_again(robin: Account):
    lead = ann()
    changes.change(lead, Details("Ann", "", "", robin.id), seen=0, by=robin, at=LATER)

    changes.change(lead, Details("Ann", "", "", 0), seen=1, by=robin, at=LATER)

    assert lead.owner_id is None
    assert services.timeline_page(lead).rows[0].headline == "Robin Vale left the lead without an owner"


def test_a_move_is_taken_back_and_both_stay_in_the_timeline(robin: Account):
    lead = ann()
    changes.set_stage(lead, Stage.CLOSED, seen=0, by=robin, at=LATER, reason="No office")
    latest = changes.latest_move(lead)
    assert latest is not None

    changes.take_back(lead, latest.id, by=robin, at=LATER)

    assert stage_now(lead) is Stage.NEW
    assert [h.headline for h in services.timeline_page(lead).rows] == [
        "Robin Vale took that back: “new” again",
        "Robin Vale set the stage to “closed”",
    ]


def test_nothing_is_taken_back_twice(robin: Account):
    lead = ann()
    changes.set_stage(lead, Stage.CLIENT, seen=0, by=robin, at=LATER)
    latest = changes.latest_move(lead)
    assert latest is not None
    changes.take_back(lead, latest.id, by=robin, at=LATER)

    with pytest.raises(NothingToTakeBack):
        changes.take_back(lead, latest.id, by=robin, at=LATER)


def test_what_happened_since_is_not_undone(robin: Account):
    lead = ann()
    changes.set_stage(lead, Stage.CLOSED, seen=0, by=robin, at=LATER, reason="No office")
    latest = changes.latest_move(lead)
    assert latest is not None
    services.record(lead, HappeningKind.CONSULT_BOOKED, at=LATER + timedelta(minutes=1), headline="Booked")

    assert changes.latest_move(lead) is None
    with pytest.raises(NothingToTakeBack):
        changes.take_back(lead, latest.id, by=robin, at=LATER + timedelta(minutes=2))
    assert stage_now(lead) is Stage.CONSULT_BOOKED


def the_note(lead: Lead, by: Account, text: str, at: datetime) -> Happening:
    services.add_note(lead, text=text, author=by.name, at=at, account_id=by.id)
    found = changes.latest_note(lead, by=by)
    assert found
    return found


def test_older_notes_stand_however_many_newer_ones_were_taken_back(robin: Account):
    lead = ann()
    the_note(lead, robin, "Has two dogs", LATER)
    for minute in range(1, 7):
        at = LATER + timedelta(minutes=minute)
        changes.take_back_note(lead, the_note(lead, robin, f"A slip {minute}", at).id, by=robin, at=at)

    assert [note.facts["text"] for note in services.latest_notes(lead, most=5)] == ["Has two dogs"]


@pytest.mark.parametrize(("booked", "due"), [(False, date(2026, 11, 3)), (True, None)])
def test_a_call_back_is_open_again_unless_it_was_answered_since(robin: Account, booked: bool, due: date | None):
    lead = ann()
    facts = {"due": "2026-11-03"}
    services.record(lead, HappeningKind.CALL_BACK_ASKED, at=AT, headline="Asked", facts=facts)
    note = the_note(lead, robin, "Rang", LATER)
    if booked:
        services.record(lead, HappeningKind.CONSULT_BOOKED, at=LATER + timedelta(minutes=5), headline="Booked")

    changes.take_back_note(lead, note.id, by=robin, at=LATER + timedelta(minutes=9))

    assert lead.call_back_on == due


def test_a_note_is_taken_back_by_its_writer_and_not_by_a_namesake(robin: Account):
    lead, namesake = ann(), an_account(email="another.robin@example.com")
    note = the_note(lead, robin, "Mine", LATER)

    assert changes.latest_note(lead, by=namesake) is None
    with pytest.raises(NothingToTakeBack):
        changes.take_back_note(lead, note.id, by=namesake, at=LATER)


def test_what_the_visitor_typed_since_is_not_overwritten(robin: Account):
    lead = ann()
    changes.change(lead, Details("Ann Avery", "Harbor", "", 0), seen=lead.revision, by=robin, at=LATER)
    revision = lead.revision
    services.capture(address="ann@example.com", name="Ann Avery-Bell", at=LATER + timedelta(minutes=5))

    with pytest.raises(NothingToTakeBack):
        changes.take_back_details(lead, revision, by=robin, at=LATER + timedelta(minutes=9))

    assert services.get_lead(lead.public_id).name == "Ann Avery-Bell"


def test_what_was_put_right_is_taken_back_once_and_both_stay_in_the_timeline(robin: Account):
    lead = ann()
    changes.change(lead, Details("Anna", "", "", robin.id), seen=0, by=robin, at=LATER)

    changes.take_back_details(lead, 1, by=robin, at=LATER)

    assert changes.details_of(lead) == Details("Ann", "", "", 0)
    assert changes.before_change(lead, by=robin) is None
    with pytest.raises(NothingToTakeBack):
        changes.take_back_details(lead, lead.revision, by=robin, at=LATER)
    assert [h.headline for h in services.timeline_page(lead).rows] == [
        "Robin Vale took back the name",
        "Robin Vale left the lead without an owner",
        "Robin Vale put the name right",
        "Robin Vale gave the lead to Robin Vale",
    ]


def test_what_a_colleague_put_right_is_theirs_to_take_back(robin: Account):
    lead, maya = ann(), an_account("Maya Lind", "maya@example.com")
    changes.change(lead, Details("Anna", "", "", 0), seen=0, by=robin, at=LATER)

    assert changes.before_change(lead, by=maya) is None
    with pytest.raises(NothingToTakeBack):
        changes.take_back_details(lead, 1, by=maya, at=LATER)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_what_was_put_right_before_two_were_merged_is_not_taken_back(robin: Account, steps: int):
    lead, other = ann(), services.capture(address="anna@home.example", name="", at=AT)
    for number in range(steps):
        changes.change(other, Details(f"Anna {number}", "", "", 0), seen=number, by=robin, at=LATER)
    changes.change(lead, Details("Ann Avery", "", "", 0), seen=0, by=robin, at=LATER)

    merging.merge(lead.public_id, other.public_id, by=robin, at=LATER)

    assert changes.before_change(lead, by=robin) is None
    with pytest.raises(NothingToTakeBack):
        changes.take_back_details(lead, lead.revision, by=robin, at=LATER)
    assert lead.name == "Ann Avery"


def test_programs_elsewhere_are_not_told_what_was_there_before(robin: Account):
    webhooks.add(name="CRM", url="https://crm.example/", kinds=(), at=AT)
    lead = services.capture(address="ann@example.com", name="Misspelled", at=AT)

    changes.change(lead, Details("Ann", "", "", robin.id), seen=0, by=robin, at=LATER)

    told = [json.loads(one.body) for one in session().scalars(select(Delivery).order_by(Delivery.id))]
    assert [(one["type"], one["data"]["facts"]) for one in told] == [
        ("lead.owner", {"by": "Robin Vale"}),
        ("lead.details", {"by": "Robin Vale"}),
    ]
    assert {one["data"]["lead"]["name"] for one in told} == {"Ann"}
    assert "Misspelled" not in json.dumps(told)


def test_what_we_put_right_is_no_news_of_the_lead(robin: Account):
    lead = ann()
    seen = lead.seen_at
    later = seen + timedelta(days=700)

    changes.change(lead, Details("Anna", "Harbor", "", robin.id), seen=lead.revision, by=robin, at=later)

    assert lead.seen_at == seen
