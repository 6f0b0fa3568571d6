"""What somebody changes about a lead by hand, and takes back."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select

from kit.db import session, transaction
from kit.refusals import Conflict
from kit.words import join_and
from leads.models import Happening, HappeningKind, Lead, Stage
from leads.services import ANSWERS, TAKES_BACK, add_happening, index_anew, latest_notes, move_stage
from staff.models import Account

CALLED = {"name": "the name", "company": "the company", "phone": "the telephone number"}
CHANGED = (HappeningKind.DETAILS, HappeningKind.OWNER)


class LeadChanged(Conflict):
    """Somebody else changed the lead while it was looked at."""

    title = "Somebody else changed this lead in the meantime"
    sentence = "Somebody else changed this lead while you did. Nothing is lost: both versions stand below."


class NothingToTakeBack(Conflict):
    """The stage is no longer the one that was set, or was never another."""

    title = "This cannot be taken back any more"
    sentence = "The stage has changed since. Set it by hand where it is wrong."


@dataclass(frozen=True)
class Details:
    """What can be put right by hand. `owner` is the number of an account, 0 where nobody looks after the lead."""

    name: str
    company: str
    phone: str
    owner: int


def details_of(lead: Lead) -> Details:
    """As it stands."""
    return Details(lead.name, lead.company, lead.phone, lead.owner_id or 0)


def change(lead: Lead, new: Details, *, seen: int, by: Account, at: datetime) -> None:
    """Put a lead right. `seen` is the revision that was looked at. Raises LeadChanged."""
    with transaction():
        _same(lead, seen)
        _put(lead, new, by, at)


def before_change(lead: Lead, *, by: Account) -> Details | None:
    """As it stood before the latest change, where that was theirs and nothing has changed since."""
    chosen = select(Happening).where(Happening.lead_id == lead.id, Happening.kind.in_(CHANGED))
    was: dict[str, Any] = {}
    for latest in session().scalars(chosen.order_by(Happening.id.desc()).limit(len(CHANGED))):
        if (latest.facts.get("revision"), latest.facts.get("account")) == (lead.revision, by.id):
            was |= latest.facts["before"]
    return replace(details_of(lead), **was) if was else None


def take_back_details(lead: Lead, revision: int, *, by: Account, at: datetime) -> None:
    """Let a lead be as it was before they changed it to that revision. Raises NothingToTakeBack."""
    with transaction():
        _locked(lead)
        before = before_change(lead, by=by)
        if before is None or lead.revision != revision:
            raise NothingToTakeBack("Somebody has changed this lead since. Put it right by hand.")
        _put(lead, before, by, at, undo=True)


def _put(lead: Lead, new: Details, by: Account, at: datetime, *, undo: bool = False) -> None:
    """Let a lead be like that; the timeline keeps what was there before, so that it can be taken back once."""
    was, now = asdict(details_of(lead)), asdict(new)
    before = {name: value for name, value in was.items() if value != now[name]}
    if not before:
        return
    lead.name, lead.company, lead.phone = new.name, new.company, new.phone
    lead.revision += 1
    facts = {"by": by.name, "account": by.id} | ({} if undo else {"revision": lead.revision})
    if "owner" in before:
        owner = session().get(Account, new.owner) if new.owner else None
        lead.owner_id = owner.id if owner else None
        said = f"{by.name} gave the lead to {owner.name}" if owner else f"{by.name} left the lead without an owner"
        add_happening(lead, HappeningKind.OWNER, at, said, facts | {"before": {"owner": before.pop("owner")}})
    if before:
        what = join_and([CALLED[name] for name in before])
        said = f"{by.name} took back {what}" if undo else f"{by.name} put {what} right"
        add_happening(lead, HappeningKind.DETAILS, at, said, facts | {"before": before})
    session().flush()
    index_anew(lead)


def set_stage(lead: Lead, stage: Stage, *, seen: int | None, by: Account, at: datetime, reason: str = "") -> None:
    """Put a lead into another stage. Raises LeadChanged, ReasonMissing."""
    with transaction():
        if seen is not None:
            _same(lead, seen)
        move_stage(lead, stage, author=by.name, at=at, reason=reason)


def latest_move(lead: Lead) -> Happening | None:
    """The last move by hand, where it can be taken back."""
    chosen = select(Happening).where(Happening.lead_id == lead.id, Happening.kind == HappeningKind.STAGE)
    latest = session().scalar(chosen.order_by(Happening.at.desc(), Happening.id.desc()).limit(1))
    if latest is None or "by" not in latest.facts or latest.facts.get("undo"):
        return None
    return latest if latest.facts.get("to") == lead.stage.value else None


def take_back(lead: Lead, happening_id: int, *, by: Account, at: datetime) -> None:
    """Let the stage be what it was before that move. Raises NothingToTakeBack."""
    with transaction() as current:
        _locked(lead)
        latest = latest_move(lead)
        if latest is None or latest.id != happening_id:
            raise NothingToTakeBack
        before = lead.stage
        lead.stage = Stage(latest.facts["from"])
        lead.revision += 1
        facts = {"from": before.value, "to": lead.stage.value, "by": by.name, "undo": True}
        add_happening(lead, HappeningKind.STAGE, at, f"{by.name} took that back: “{lead.stage.value}” again", facts)
        current.flush()


def latest_note(lead: Lead, *, by: Account) -> Happening | None:
    """The last note, where it is theirs and still stands."""
    note = next(iter(latest_notes(lead, most=1)), None)
    return note if note is not None and note.facts.get("account") == by.id else None


def take_back_note(lead: Lead, happening_id: int, *, by: Account, at: datetime) -> None:
    """Let a note of one's own no longer stand; a call-back that it alone settled is open again.

    Both stay in the timeline, of which nothing is removed. Raises NothingToTakeBack.
    """
    with transaction() as current:
        _locked(lead)
        note = latest_note(lead, by=by)
        if note is None or note.id != happening_id:
            raise NothingToTakeBack("The note was taken back already, or another one was written since.")
        add_happening(lead, HappeningKind.NOTE, at, f"{by.name} took a note back", {TAKES_BACK: note.id})
        day, asked_at = note.facts.get("call_back", ("", ""))
        if day and lead.call_back_on is None and not _answered_since(note):
            lead.call_back_on, lead.call_back_asked_at = date.fromisoformat(day), datetime.fromisoformat(asked_at)
        current.flush()
        index_anew(lead)


def _answered_since(note: Happening) -> bool:
    later = exists().where(
        Happening.lead_id == note.lead_id,
        Happening.at >= note.at,
        Happening.kind.in_(ANSWERS),
        Happening.kind != HappeningKind.NOTE,
    )
    return bool(session().scalar(select(later)))


def _same(lead: Lead, seen: int) -> None:
    _locked(lead)
    if lead.revision != seen:
        raise LeadChanged


def _locked(lead: Lead) -> None:
    """The lead as it is now, and nobody else's until the transaction ends."""
    # Of the lead alone: PostgreSQL locks no row of the other addresses that were loaded with it.
    session().refresh(lead, with_for_update={"of": Lead})
