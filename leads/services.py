"""What the features tell us about people, and what they may ask."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select

from kit import tokens
from kit.db import session, transaction
from kit.refusals import NotFound
from leads.addresses import normalise
from leads.models import Happening, HappeningKind, Lead, Stage
from leads.origin import Origin

PAGE_SIZE = 50
ADVANCES = {
    HappeningKind.REPORT_SENT: Stage.REPORT_SENT,
    HappeningKind.CALL_BACK_ASKED: Stage.ENGAGED,
    HappeningKind.CONSULT_BOOKED: Stage.CONSULT_BOOKED,
}
ANSWERS = (HappeningKind.NOTE, HappeningKind.CONSULT_BOOKED, HappeningKind.CONSULT_HELD)
ORDER = [Stage.NEW, Stage.REPORT_SENT, Stage.ENGAGED, Stage.CONSULT_BOOKED, Stage.CLIENT]


class NoSuchLead(NotFound):
    """Nobody is known by that id."""

    title = "This person is not in the list"
    sentence = "They may have been removed, or the address has a slip in it."


@dataclass(frozen=True)
class LeadPage:
    """One page of the list of leads, newest contact first."""

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
        lead = current.scalar(select(Lead).where(Lead.address == key).with_for_update())
        if lead is None:
            lead = Lead(
                public_id=tokens.new_secret(12),
                address=key,
                address_typed=address.strip(),
                created_at=at,
                seen_at=at,
                name="",
                company="",
                phone="",
                stage=Stage.NEW,
                first_touch={},
                last_touch={},
            )
            current.add(lead)
        lead.name, lead.company, lead.phone = name or lead.name, company or lead.company, phone or lead.phone
        lead.seen_at = at
        if origin is not None:
            touch = {**origin.to_mapping(), "at": at.isoformat()}
            lead.first_touch = lead.first_touch or touch
            lead.last_touch = touch
        current.flush()
        return lead


def record(
    lead: Lead, kind: HappeningKind, *, at: datetime, headline: str, facts: Mapping[str, Any] | None = None
) -> None:
    """Add to the timeline; the stage follows where it is further on. Joins the caller's transaction."""
    with transaction() as current:
        current.add(Happening(lead_id=lead.id, kind=kind, at=at, headline=headline[:400], facts=dict(facts or {})))
        lead.seen_at = max(lead.seen_at, at)
        further = ADVANCES.get(kind)
        if further and lead.stage in ORDER and ORDER.index(lead.stage) < ORDER.index(further):
            lead.stage = further
        current.flush()


def find_lead(public_id: str) -> Lead | None:
    """The lead of that public id, if there is one."""
    return session().scalar(select(Lead).where(Lead.public_id == public_id))


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


def list_leads(*, search: str = "", number: int = 1) -> LeadPage:
    """A page of leads whose name, address or company holds `search`."""
    chosen = select(Lead)
    if search:
        like = "%" + search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        chosen = chosen.where(
            or_(*(column.ilike(like, escape="\\") for column in (Lead.name, Lead.address, Lead.company)))
        )
    total = session().scalar(select(func.count()).select_from(chosen.subquery())) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), pages)
    rows = session().scalars(
        chosen.order_by(Lead.seen_at.desc(), Lead.id.desc()).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    )
    return LeadPage(tuple(rows), number, pages, total)


def latest_of(lead_ids: Iterable[int], kind: HappeningKind) -> dict[int, Happening]:
    """By lead, the last thing of that kind that happened."""
    chosen = select(Happening).where(Happening.lead_id.in_(list(lead_ids)), Happening.kind == kind)
    return {found.lead_id: found for found in session().scalars(chosen.order_by(Happening.at, Happening.id))}


def call_backs_due(until: date, *, since: datetime) -> tuple[tuple[date, Lead], ...]:
    """Who asked to be called back by that date, soonest first; somebody talked with since then is done with.

    `since` bounds how far back requests are looked for.
    """
    asked = select(Happening).where(Happening.kind == HappeningKind.CALL_BACK_ASKED, Happening.at >= since)
    latest = {found.lead_id: found for found in session().scalars(asked.order_by(Happening.at, Happening.id))}
    later = select(Happening.lead_id, func.max(Happening.at)).where(
        Happening.lead_id.in_(list(latest)), Happening.kind.in_(ANSWERS)
    )
    answered = dict(session().execute(later.group_by(Happening.lead_id)).tuples().all())
    due = []
    for found in latest.values():
        day = date.fromisoformat(found.facts["due"])
        if day <= until and not (found.lead_id in answered and answered[found.lead_id] > found.at):
            due.append((day, found.lead))
    return tuple(sorted(due, key=lambda pair: (pair[0], pair[1].id)))


def add_note(lead: Lead, *, text: str, author: str, at: datetime) -> None:
    """Write what a consultant wants to remember."""
    record(lead, HappeningKind.NOTE, at=at, headline=f"Note by {author}", facts={"text": text})
