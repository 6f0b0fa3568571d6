"""The log of who did what: written with the deed, never changed."""

from dataclasses import dataclass

from sqlalchemy import func, select

from kit import clock
from kit.db import session
from staff.audit_models import Act, AuditEntry
from staff.models import Account

PAGE_SIZE = 100


@dataclass(frozen=True)
class AuditPage:
    """One page of the log, newest first."""

    entries: tuple[AuditEntry, ...]
    number: int
    pages: int


def note(act: Act, *, by: Account | None, subject: str = "", details: str = "") -> None:
    """Write a line, in the caller's transaction. Without an account it is whoever sits at the machine."""
    session().add(
        AuditEntry(
            at=clock.now(),
            act=act,
            account_id=by.id if by else None,
            name=by.name if by else "",
            subject=subject[:200],
            details=details[:200],
        )
    )


def page(*, number: int = 1, act: Act | None = None) -> AuditPage:
    """A page of the log, of one kind of deeds if one is given."""
    chosen = select(AuditEntry)
    counted = select(func.count(AuditEntry.id))
    if act is not None:
        chosen, counted = chosen.where(AuditEntry.act == act), counted.where(AuditEntry.act == act)
    pages = max(1, -(-(session().scalar(counted) or 0) // PAGE_SIZE))
    number = min(max(1, number), pages)
    rows = chosen.order_by(AuditEntry.id.desc()).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return AuditPage(tuple(session().scalars(rows)), number, pages)
