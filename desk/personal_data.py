"""Everything that is kept of one person: collected for them, or erased. Each part of the site does its share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, union

import assessment.personal_data
import blog.personal_data
import booking.personal_data
import leads.personal_data
from booking.models import Consultant
from kit import outbox_search
from kit.db import empty_the_log, transaction
from leads.merging import addresses_of
from leads.models import Lead
from leads.services import get_lead
from staff import audit
from staff.audit_models import Act
from staff.models import Account

Collect = Callable[[Lead, Sequence[str]], dict[str, list[dict[str, Any]]]]
COLLECTORS: tuple[Collect, ...] = (
    leads.personal_data.collect,
    assessment.personal_data.collect,
    booking.personal_data.collect,
    blog.personal_data.collect,
)


@dataclass(frozen=True)
class Record:
    """What is kept of a person, by what it is; `made_at` is when it was put together.

    `counts` says how much there is of each, of which `parts` may hold the first only.
    """

    lead: Lead
    made_at: datetime
    parts: dict[str, list[dict[str, Any]]]
    counts: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """The same for a file."""
        return {"made_at": self.made_at.isoformat(), **self.parts}


def collect(public_id: str, *, by: Account, at: datetime, most: int | None = None) -> Record:
    """Everything, or the first `most` of each; that it is handed out stands in the log. Raises NoSuchLead."""
    with transaction():
        lead = get_lead(public_id)
        audit.note(Act.LEAD_EXPORTED, by=by, subject=lead.public_id)
    addresses = addresses_of(lead)
    parts: dict[str, list[dict[str, Any]]] = {}
    for collector in COLLECTORS:
        parts |= collector(lead, addresses)
    letters = sorted(_own(lead, addresses) | _naming(lead, addresses))
    counts = {name: len(rows) for name, rows in parts.items()} | {"letters": len(letters)}
    parts = {name: rows[:most] for name, rows in parts.items()}
    parts["letters"] = [
        {
            "to": letter.recipient,
            "subject": letter.subject,
            "written_at": letter.created_at.isoformat(),
            "state": letter.state.value,
            "text": reading.text,
            "files": [file.filename for file in reading.files],
        }
        for letter, reading in outbox_search.each(letters[:most])
    ]
    return Record(lead, at, parts, counts)


def erase(lead: Lead, *, by: Account | None, at: datetime) -> None:
    """Remove everything, in one transaction: rows, letters, files. Counts of many stay.

    What remains is a keyed hash of each address and a line in the log. Raises ConsultAhead, LetterLeaving.
    """
    named = _naming(lead, addresses_of(lead))  # takes a while, and nobody else shall wait for it
    with transaction():
        addresses = addresses_of(lead)
        audit.note(Act.LEAD_ERASED, by=by, subject=lead.public_id)
        outbox_search.remove(named | _own(lead, addresses))
        booking.personal_data.erase(lead, addresses, at=at)
        assessment.personal_data.erase(lead, addresses)
        blog.personal_data.erase(lead, addresses, at=at)
        leads.personal_data.erase(lead, addresses, at=at)
    empty_the_log()


def _own(lead: Lead, addresses: Sequence[str]) -> set[int]:
    """The letters to them, and those about their consults."""
    return outbox_search.own(addresses, about=booking.personal_data.uids(lead, addresses))


def _naming(lead: Lead, addresses: Sequence[str]) -> set[int]:
    """The letters to us that name them, such as those that say who is to be called."""
    ours = union(select(func.lower(Account.email)), select(func.lower(Consultant.address)))
    marks = (*addresses, f"/desk/leads/{lead.public_id}")
    return outbox_search.naming(marks, to=ours, since=lead.created_at)
