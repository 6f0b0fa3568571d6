"""What the features tell us about people, and what they may ask."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from kit import tokens
from kit.db import session, transaction
from kit.refusals import NotFound, Unacceptable
from leads.addresses import normalise
from leads.models import Happening, HappeningKind, Lead, Stage
from leads.origin import Origin

PAGE_SIZE = 50
ADVANCES = {
    HappeningKind.REPORT_SENT: Stage.REPORT_SENT,
    HappeningKind.CALL_BACK_ASKED: Stage.ENGAGED,
    HappeningKind.TIMES_ASKED: Stage.ENGAGED,
    HappeningKind.CONSULT_BOOKED: Stage.CONSULT_BOOKED,
}
REOPENS = {
    HappeningKind.CALL_BACK_ASKED: "asked to be called back",
    HappeningKind.TIMES_ASKED: "asked for times by mail",
    HappeningKind.CONSULT_BOOKED: "booked a consult",
}
ANSWERS = (
    HappeningKind.NOTE,
    HappeningKind.TIMES_OFFERED,
    HappeningKind.CONSULT_BOOKED,
    HappeningKind.CONSULT_HELD,
)
ORDER = [Stage.NEW, Stage.REPORT_SENT, Stage.ENGAGED, Stage.CONSULT_BOOKED, Stage.CLIENT]


class NoSuchLead(NotFound):
    """Nobody is known by that id."""

    title = "This person is not in the list"
    sentence = "They may have been removed, or the address has a slip in it."


class ReasonMissing(Unacceptable):
    """A lead was to be closed without a word why."""

    title = "Closing needs a reason"
    sentence = "Say in a few words why this lead is closed."


class LeadOrder(StrEnum):
    """How a list of leads runs."""

    CONTACT = "contact"
    NAME = "name"
    KNOWN = "known"


@dataclass(frozen=True)
class LeadPage:
    """One page of a list of leads."""

    leads: tuple[Lead, ...]
    number: int
    pages: int
    total: int


def capture(
    *, address: str, name: str, at: datetime, origin: Origin | None = None, company: str = "", phone: str = ""
) -> Lead:
    """The lead with that address: made now or found. What they typed last fills what was empty.

    The first touch is set once; the last touch is the trail of this step. Joins the caller's transaction.
    """
    with transaction() as current:
        key = normalise(address)
        touch = {} if origin is None else {**origin.to_mapping(), "at": at.isoformat()}
        told = {"name": name, "company": company, "phone": phone}
        lead = _locked(key) or _new(key, address.strip(), at, touch, told)
        lead.name, lead.company, lead.phone = name or lead.name, company or lead.company, phone or lead.phone
        lead.seen_at = at
        if touch:
            lead.first_touch = lead.first_touch or touch
            lead.last_touch = touch
        current.flush()
        return lead


def record(
    lead: Lead, kind: HappeningKind, *, at: datetime, headline: str, facts: Mapping[str, Any] | None = None
) -> None:
    """Add to the timeline; the stage follows where it is further on. Joins the caller's transaction.

    Whoever comes back by themselves after they were closed is open again.
    """
    with transaction() as current:
        _add(lead, kind, at, headline, dict(facts or {}))
        further = ADVANCES.get(kind)
        if further is None:
            return
        if lead.stage is Stage.CLOSED and kind in REOPENS:
            _add(lead, HappeningKind.STAGE, at, f"Open again: they {REOPENS[kind]}", _move(lead, further))
        elif lead.stage in ORDER and ORDER.index(lead.stage) < ORDER.index(further):
            lead.stage = further
        current.flush()


def move_stage(lead: Lead, stage: Stage, *, author: str, at: datetime, reason: str = "") -> None:
    """Put a lead into another stage by hand; who did it, when and why stays in the timeline. Raises ReasonMissing."""
    if stage is Stage.CLOSED and not reason:
        raise ReasonMissing
    with transaction():
        if lead.stage is not stage:
            facts = _move(lead, stage) | ({"reason": reason} if reason else {})
            _add(lead, HappeningKind.STAGE, at, f"{author} set the stage to “{stage.value}”", facts | {"by": author})


def find_lead(public_id: str) -> Lead | None:
    """The lead of that public id, if there is one."""
    return session().scalar(select(Lead).where(Lead.public_id == public_id))


def find_by_address(address: str) -> Lead | None:
    """The lead with that address, if there is one."""
    return session().scalar(select(Lead).where(Lead.address == normalise(address)))


def get_lead(public_id: str) -> Lead:
    """The lead of that public id. Raises NoSuchLead."""
    lead = find_lead(public_id)
    if lead is None:
        raise NoSuchLead
    return lead


def timeline(lead: Lead) -> tuple[Happening, ...]:
    """Everything that happened with a lead, newest first."""
    chosen = select(Happening).where(Happening.lead_id == lead.id).order_by(Happening.at.desc(), Happening.id.desc())
    return tuple(session().scalars(chosen))


def list_leads(
    *, search: str = "", number: int = 1, stage: Stage | None = None, order: LeadOrder = LeadOrder.CONTACT
) -> LeadPage:
    """A page of leads whose name, address or company holds `search`, in that stage if one is given."""
    chosen = select(Lead).where(_holding(search))
    if stage is not None:
        chosen = chosen.where(Lead.stage == stage)
    total = session().scalar(select(func.count()).select_from(chosen.subquery())) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), pages)
    rows = session().scalars(chosen.order_by(*_sorting(order)).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    return LeadPage(tuple(rows), number, pages, total)


def count_by_stage(*, search: str = "") -> dict[Stage, int]:
    """How many leads stand where; a stage without any is left out."""
    counted = select(Lead.stage, func.count(Lead.id)).where(_holding(search)).group_by(Lead.stage)
    return dict(session().execute(counted).all())


def history_of(lead_ids: Iterable[int], *kinds: HappeningKind) -> dict[int, tuple[Happening, ...]]:
    """By lead, everything of those kinds that happened, newest first; a lead without any is left out."""
    chosen = select(Happening).where(Happening.lead_id.in_(list(lead_ids)), Happening.kind.in_(kinds))
    found: dict[int, tuple[Happening, ...]] = {}
    for happening in session().scalars(chosen.order_by(Happening.at.desc(), Happening.id.desc())):
        found[happening.lead_id] = (*found.get(happening.lead_id, ()), happening)
    return found


def call_backs_due(until: date, *, since: datetime) -> tuple[tuple[date, Lead], ...]:
    """Who asked to be called back by that date, soonest first.

    Somebody who was talked with or written about since then is done with, and so is who was closed. `since` bounds how
    far back requests are looked for.
    """
    asked = (
        select(Happening)
        .where(Happening.kind == HappeningKind.CALL_BACK_ASKED, Happening.at >= since)
        .options(joinedload(Happening.lead))
    )
    latest = {found.lead_id: found for found in session().scalars(asked.order_by(Happening.at, Happening.id))}
    later = select(Happening.lead_id, func.max(Happening.at)).where(
        Happening.lead_id.in_(list(latest)), Happening.kind.in_(ANSWERS)
    )
    answered = dict(session().execute(later.group_by(Happening.lead_id)).all())
    due = []
    for found in latest.values():
        day = date.fromisoformat(found.facts["due"])
        done = found.lead.stage is Stage.CLOSED or answered.get(found.lead_id, found.at) > found.at
        if day <= until and not done:
            due.append((day, found.lead))
    return tuple(sorted(due, key=lambda pair: (pair[0], pair[1].id)))


def add_note(lead: Lead, *, text: str, author: str, at: datetime) -> None:
    """Write what a consultant wants to remember."""
    record(lead, HappeningKind.NOTE, at=at, headline=f"Note by {author}", facts={"text": text})


def _locked(key: str) -> Lead | None:
    return session().scalar(select(Lead).where(Lead.address == key).with_for_update())


def _new(key: str, typed: str, at: datetime, touch: dict[str, Any], told: Mapping[str, str]) -> Lead:
    """A lead with that address; where somebody else makes the same one at this instant, theirs."""
    lead = Lead(
        public_id=tokens.new_secret(12),
        address=key,
        address_typed=typed,
        created_at=at,
        seen_at=at,
        **told,
        stage=Stage.NEW,
        first_touch=touch,
        last_touch=touch,
    )
    try:
        with session().begin_nested():
            session().add(lead)
    except IntegrityError:
        found = _locked(key)
        if found is None:
            raise
        return found
    return lead


def _add(lead: Lead, kind: HappeningKind, at: datetime, headline: str, facts: dict[str, Any]) -> None:
    with transaction() as current:
        current.add(Happening(lead_id=lead.id, kind=kind, at=at, headline=headline[:400], facts=facts))
        lead.seen_at = max(lead.seen_at, at)
        current.flush()


def _move(lead: Lead, stage: Stage) -> dict[str, Any]:
    """Set the stage; gives what the timeline keeps of it."""
    before, lead.stage = lead.stage, stage
    return {"from": before.value, "to": stage.value}


def _holding(search: str) -> ColumnElement[bool]:
    if not search:
        return true()
    return or_(*(column.icontains(search, autoescape=True) for column in (Lead.name, Lead.address, Lead.company)))


def _sorting(order: LeadOrder) -> tuple[ColumnElement[Any], ...]:
    if order is LeadOrder.NAME:
        return func.lower(func.coalesce(func.nullif(Lead.name, ""), Lead.address)), Lead.id.asc()
    return (Lead.created_at if order is LeadOrder.KNOWN else Lead.seen_at).desc(), Lead.id.desc()
