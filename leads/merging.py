"""Two leads turn out to be one person: their timelines become one, and both addresses lead there."""

from datetime import datetime

from sqlalchemy import Table, delete, select, update

from kit.db import Base, transaction
from kit.refusals import Conflict
from leads.models import HappeningKind, Lead, LeadAlias, LeadWord, Stage
from leads.services import ORDER, add_happening, get_lead, index_anew
from staff import audit
from staff.audit_models import Act
from staff.models import Account


class SameLead(Conflict):
    """A lead was to be merged with itself."""

    title = "This is one and the same lead"
    sentence = "A lead cannot be merged with itself. Choose another one."


def merge(kept: str, gone: str, *, by: Account, at: datetime) -> Lead:
    """Make the lead `gone` part of `kept` (public ids); gives that one. Raises NoSuchLead, SameLead.

    What is known of one only is kept; of the first touches the earlier one counts, of the last ones the later.
    """
    with transaction() as current:
        ids = sorted({get_lead(kept).id, get_lead(gone).id})
        if len(ids) == 1:
            raise SameLead
        current.scalars(select(Lead).where(Lead.id.in_(ids)).order_by(Lead.id).with_for_update()).all()
        stays, goes = get_lead(kept), get_lead(gone)
        said = {"with": goes.name or goes.address, "address": goes.address_typed}
        theirs = {"company": goes.company, "phone": goes.phone}
        alias = LeadAlias(
            lead_id=stays.id, address=goes.address, address_typed=goes.address_typed, public_id=goes.public_id
        )
        _join(stays, goes)
        current.flush()
        for table in _tables():
            current.execute(update(table).where(table.c.lead_id == goes.id).values(lead_id=stays.id))
        current.execute(delete(LeadWord).where(LeadWord.lead_id == goes.id))
        current.execute(delete(Lead).where(Lead.id == goes.id).execution_options(synchronize_session=False))
        current.expunge(goes)
        current.add(alias)
        current.flush()
        current.expire(stays, ["happenings", "aliases"])
        facts = said | theirs | {"by": by.name}
        add_happening(stays, HappeningKind.MERGED, at, f"{by.name} merged two leads", facts)
        index_anew(stays)
        audit.note(Act.LEAD_MERGED, by=by, subject=stays.public_id, details=alias.public_id)
        return stays


def addresses_of(lead: Lead) -> tuple[str, ...]:
    """Every address by which a lead is known, their own first."""
    return (lead.address, *(alias.address for alias in lead.aliases))


def _tables() -> list[Table]:
    """Every table that names a lead, but for the words, which are put together anew."""
    return [
        table
        for table in Base.metadata.sorted_tables
        if table is not LeadWord.__table__
        and any(key.column.table is Lead.__table__ and key.parent.name == "lead_id" for key in table.foreign_keys)
    ]


def _join(stays: Lead, goes: Lead) -> None:
    """Let one lead know what the other knew."""
    for name in ("name", "company", "phone", "band"):
        setattr(stays, name, getattr(stays, name) or getattr(goes, name))
    for one, other in ((stays, goes), (goes, stays)):
        if one.seen_at >= other.seen_at:
            newer, older = one, other
    touch = newer.last_touch or older.last_touch
    source = newer if newer.last_touch else older
    stays.story, stays.source, stays.last_touch = source.story, source.source, touch
    firsts = [lead for lead in sorted((stays, goes), key=lambda lead: lead.created_at) if lead.first_touch]
    stays.first_touch = firsts[0].first_touch if firsts else {}
    stays.created_at, stays.seen_at = min(stays.created_at, goes.created_at), max(stays.seen_at, goes.seen_at)
    stays.owner_id = stays.owner_id or goes.owner_id
    stays.has_consult = stays.has_consult or goes.has_consult
    stays.stage = _further(stays.stage, goes.stage)
    asked = [lead for lead in (stays, goes) if lead.call_back_asked_at is not None]
    latest = max(asked, key=lambda lead: lead.call_back_asked_at or lead.created_at, default=stays)
    stays.call_back_on, stays.call_back_asked_at = latest.call_back_on, latest.call_back_asked_at
    stays.revision = max(stays.revision, goes.revision) + 1  # what was changed of either before is behind both


def _further(one: Stage, other: Stage) -> Stage:
    """The stage that is further on; somebody who is closed here and open there is open."""
    if Stage.CLOSED in (one, other):
        return other if one is Stage.CLOSED else one
    return max(one, other, key=ORDER.index)
