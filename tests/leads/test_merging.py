"""Two leads turn out to be one person."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

import booking.services
from assessment.models import Submission
from booking.models import Booking
from kit.db import session, transaction
from leads import lists, merging, services
from leads.lists import Wanted
from leads.merging import SameLead
from leads.models import HappeningKind, Lead, LeadAlias, Stage
from leads.origin import Origin
from staff import audit
from staff.audit_models import Act
from staff.models import Account
from tests.booking.builders import a_consult_type
from tests.desk.scenes import a_consult
from tests.staff.signed_in import an_account

AT = datetime(2026, 10, 1, 15, 0, tzinfo=UTC)
LATER = AT + timedelta(days=9)


@pytest.fixture
def robin(app: Flask) -> Account:
    return an_account()


def two() -> tuple[Lead, Lead]:
    """Ann at work, who read a story first, and Ann at home, who came later from elsewhere."""
    work = services.capture(
        address="ann@work.example", name="Ann Avery", at=AT, company="Harbor Realty", origin=Origin("the-brush-off")
    )
    services.add_note(work, text="Met at the fair", author="Robin", at=AT)
    campaign = Origin("two-weeks-is-a-date", utm=(("utm_source", "newsletter"),))
    home = services.capture(address="ann@home.example", name="", at=LATER, phone="+1 555 010 0101", origin=campaign)
    services.record(home, HappeningKind.ASSESSMENT_TAKEN, at=LATER, headline="Taken", facts={"band": "On pace"})
    facts = {"due": "2026-10-20"}
    services.record(home, HappeningKind.CALL_BACK_ASKED, at=LATER, headline="Call me", facts=facts)
    return work, home


def again(lead: Lead) -> Lead:
    session().rollback()
    session().expire_all()
    return services.get_lead(lead.public_id)


def test_what_is_known_of_both_is_known_of_one(robin: Account):
    work, home = two()

    lead = again(merging.merge(work.public_id, home.public_id, by=robin, at=LATER))

    assert (lead.id, lead.name, lead.company, lead.phone) == (
        work.id,
        "Ann Avery",
        "Harbor Realty",
        "+1 555 010 0101",
    )
    assert (lead.first_story, lead.last_story, lead.source) == (
        "the-brush-off",
        "two-weeks-is-a-date",
        "newsletter",
    )
    assert (lead.created_at, lead.seen_at, lead.band, lead.stage) == (AT, LATER, "On pace", Stage.ENGAGED)
    assert lead.call_back_on is not None and lead.call_back_on.isoformat() == "2026-10-20"


def test_the_first_touch_is_the_earlier_one_whichever_lead_stays(robin: Account):
    work, home = two()

    lead = merging.merge(home.public_id, work.public_id, by=robin, at=LATER)

    assert (lead.first_story, lead.last_story, lead.created_at) == ("the-brush-off", "two-weeks-is-a-date", AT)


def test_both_timelines_are_kept(robin: Account):
    work, home = two()
    before = {h.headline for lead in (work, home) for h in services.timeline_page(lead).rows}

    lead = merging.merge(work.public_id, home.public_id, by=robin, at=LATER)

    found = services.timeline_page(lead).rows
    assert before <= {h.headline for h in found}
    assert (found[0].kind, found[0].facts["with"], found[0].facts["by"]) == (
        HappeningKind.MERGED,
        "ann@home.example",
        "Robin Vale",
    )


def test_both_addresses_and_both_links_lead_there(robin: Account):
    work, home = two()
    old = home.public_id
    lead = merging.merge(work.public_id, home.public_id, by=robin, at=LATER)

    found = services.capture(address="ann@HOME.example", name="", at=LATER)

    assert found.id == lead.id
    assert services.get_lead(old).id == lead.id
    assert merging.addresses_of(lead) == ("ann@work.example", "ann@home.example")
    assert [one.name for one in lists.list_leads(Wanted(search="home")).leads] == ["Ann Avery"]
    assert [one.name for one in lists.list_leads(Wanted(search="fair")).leads] == ["Ann Avery"]
    assert lists.list_leads().total == 1


def test_consults_and_answers_come_along(robin: Account):
    consult = a_consult(a_consult_type())
    ann = services.get_lead(lists.list_leads().leads[0].public_id)
    with transaction() as current:
        current.add(
            Submission(
                key="k",
                question_set="1",
                model_version="1",
                texts_version="1",
                lead_id=ann.id,
                started_at=AT,
                changed_at=AT,
            )
        )
    work, _ = two()

    lead = merging.merge(work.public_id, ann.public_id, by=robin, at=LATER)

    assert [found.reference for found in booking.services.consults_of(lead)] == [consult.reference]
    session().expire_all()
    assert session().scalars(select(Submission.lead_id)).one() == lead.id
    assert session().scalars(select(Booking.lead_id)).one() == lead.id
    assert lead.has_consult


def test_a_merged_lead_can_be_merged_again(robin: Account):
    work, home = two()
    third = services.capture(address="ann@club.example", name="Ann", at=AT)
    merging.merge(work.public_id, home.public_id, by=robin, at=LATER)

    lead = merging.merge(third.public_id, work.public_id, by=robin, at=LATER)

    assert set(merging.addresses_of(lead)) == {"ann@club.example", "ann@work.example", "ann@home.example"}
    assert services.find_by_address("ann@home.example") is not None
    assert len(session().scalars(select(LeadAlias)).all()) == 2


def test_nobody_is_merged_with_themselves(robin: Account):
    work, home = two()
    old = home.public_id

    with pytest.raises(SameLead):
        merging.merge(work.public_id, work.public_id, by=robin, at=LATER)
    merging.merge(work.public_id, home.public_id, by=robin, at=LATER)
    with pytest.raises(SameLead):
        merging.merge(work.public_id, old, by=robin, at=LATER)


def test_an_unknown_one_merges_with_nobody(robin: Account):
    work, _ = two()

    with pytest.raises(services.NoSuchLead):
        merging.merge(work.public_id, "nobody", by=robin, at=LATER)

    assert lists.list_leads().total == 2


@pytest.mark.parametrize(
    ("one", "other", "stage"),
    [
        (Stage.NEW, Stage.CLIENT, Stage.CLIENT),
        (Stage.CONSULT_BOOKED, Stage.ENGAGED, Stage.CONSULT_BOOKED),
        (Stage.CLOSED, Stage.NEW, Stage.NEW),
        (Stage.ENGAGED, Stage.CLOSED, Stage.ENGAGED),
        (Stage.CLOSED, Stage.CLOSED, Stage.CLOSED),
    ],
)
def test_the_stage_is_the_one_that_is_further_on(robin: Account, one: Stage, other: Stage, stage: Stage):
    first = services.capture(address="a@example.com", name="A", at=AT)
    second = services.capture(address="b@example.com", name="B", at=AT)
    services.move_stage(first, one, author="Robin", at=AT, reason="so")
    services.move_stage(second, other, author="Robin", at=AT, reason="so")

    assert merging.merge(first.public_id, second.public_id, by=robin, at=LATER).stage is stage


def test_the_log_names_neither(robin: Account):
    work, home = two()
    merging.merge(work.public_id, home.public_id, by=robin, at=LATER)

    entry = audit.page(act=Act.LEAD_MERGED).rows[0]

    assert entry.subject == work.public_id
    assert "ann" not in f"{entry.subject} {entry.details}".lower().replace(work.public_id.lower(), "")


def test_both_numbers_and_both_companies_find_the_one_person(robin: Account):
    work = services.capture(address="a@work.example", name="Ann", at=AT, company="Harbor", phone="+1 555 0101")
    home = services.capture(address="a@home.example", name="Ann", at=AT, company="Cedar Row", phone="+1 555 0202")

    merging.merge(work.public_id, home.public_id, by=robin, at=LATER)
    services.index_anew(again(work))

    for search in ("harbor", "cedar", "+1 555 0101", "+1 555 0202", "home.example"):
        assert [one.id for one in lists.list_leads(Wanted(search=search)).leads] == [work.id], search
