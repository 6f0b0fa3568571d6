"""How far things have come with somebody, and who said so."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from flask import Flask

from kit.db import transaction
from leads import services
from leads.models import HappeningKind, Lead, Stage

AT = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)
LATER = AT + timedelta(days=1)


def ann() -> Lead:
    return services.capture(address="ann@example.com", name="Ann", at=AT)


def moves(lead: Lead) -> list[tuple[str, dict[str, Any]]]:
    return [(h.headline, h.facts) for h in services.timeline_page(lead).rows if h.kind is HappeningKind.STAGE]


@pytest.mark.parametrize(
    ("kind", "stage"),
    [
        (HappeningKind.ASSESSMENT_TAKEN, Stage.NEW),
        (HappeningKind.REPORT_ASKED, Stage.NEW),
        (HappeningKind.REPORT_SENT, Stage.REPORT_SENT),
        (HappeningKind.CALL_BACK_ASKED, Stage.ENGAGED),
        (HappeningKind.TIMES_ASKED, Stage.ENGAGED),
        (HappeningKind.CONSULT_BOOKED, Stage.CONSULT_BOOKED),
        (HappeningKind.CONSULT_HELD, Stage.NEW),
        (HappeningKind.NOTE, Stage.NEW),
    ],
)
def test_a_stage_follows_what_happened(app: Flask, kind: HappeningKind, stage: Stage):
    lead = ann()

    services.record(lead, kind, at=AT, headline="It happened")

    assert lead.stage is stage


def test_no_happening_makes_a_stage_fall_back(app: Flask):
    open_stages = [stage for stage in Stage if stage is not Stage.CLOSED]

    for kind, stage in product(HappeningKind, open_stages):
        lead = services.capture(address=f"{kind.name}-{stage.name}@example.com", name="Ann", at=AT)
        services.move_stage(lead, stage, author="Robin Vale", at=AT)
        services.record(lead, kind, at=LATER, headline="It happened")

        assert services.ORDER.index(lead.stage) >= services.ORDER.index(stage), (kind, stage)


def test_a_stage_moved_by_hand_keeps_who_did_it_and_when(app: Flask):
    lead = ann()

    services.move_stage(lead, Stage.CLIENT, author="Robin Vale", at=LATER)

    assert lead.stage is Stage.CLIENT
    (entry,) = services.timeline_page(lead).rows
    assert (entry.kind, entry.at, entry.headline) == (
        HappeningKind.STAGE,
        LATER,
        "Robin Vale set the stage to “client”",
    )
    assert entry.facts == {"from": "new", "to": "client", "by": "Robin Vale"}


def test_closing_needs_a_reason_and_keeps_it(app: Flask):
    lead = ann()

    with pytest.raises(services.ReasonMissing):
        services.move_stage(lead, Stage.CLOSED, author="Robin Vale", at=AT)
    assert (lead.stage, services.timeline_page(lead).rows) == (Stage.NEW, ())

    services.move_stage(lead, Stage.CLOSED, author="Robin Vale", at=AT, reason="No office of their own")
    assert lead.stage is Stage.CLOSED
    assert moves(lead)[0][1]["reason"] == "No office of their own"


def test_moving_to_where_somebody_stands_already_writes_nothing(app: Flask):
    lead = ann()

    services.move_stage(lead, Stage.NEW, author="Robin Vale", at=AT)

    assert services.timeline_page(lead).rows == ()


@pytest.mark.parametrize(
    ("kind", "stage", "said"),
    [
        (HappeningKind.CONSULT_BOOKED, Stage.CONSULT_BOOKED, "Open again: they booked a consult"),
        (HappeningKind.CALL_BACK_ASKED, Stage.ENGAGED, "Open again: they asked to be called back"),
        (HappeningKind.TIMES_ASKED, Stage.ENGAGED, "Open again: they asked for times by mail"),
    ],
)
def test_whoever_comes_back_by_themselves_is_open_again(app: Flask, kind: HappeningKind, stage: Stage, said: str):
    lead = ann()
    services.move_stage(lead, Stage.CLOSED, author="Robin Vale", at=AT, reason="Not now")

    services.record(lead, kind, at=LATER, headline="It happened")

    assert lead.stage is stage
    assert moves(lead)[0] == (said, {"from": "closed", "to": stage.value})


def test_a_report_that_was_on_its_way_does_not_open_a_closed_lead(app: Flask):
    lead = ann()
    services.move_stage(lead, Stage.CLOSED, author="Robin Vale", at=AT, reason="Not now")

    services.record(lead, HappeningKind.REPORT_SENT, at=LATER, headline="Report sent")

    assert lead.stage is Stage.CLOSED


def test_a_move_that_fails_leaves_neither_stage_nor_entry(app: Flask):
    lead = ann()

    with pytest.raises(RuntimeError), transaction():
        services.move_stage(lead, Stage.CLIENT, author="Robin Vale", at=AT)
        raise RuntimeError

    assert services.get_lead(lead.public_id).stage is Stage.NEW
    assert services.timeline_page(lead).rows == ()
