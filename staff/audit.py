"""The log of who did what: written with the deed, never changed."""

from sqlalchemy import select

from kit import clock
from kit.db import session
from kit.pages import Page, page_of
from kit.sorting import Sort
from staff.audit_models import Act, AuditEntry
from staff.models import Account

PAGE_SIZE = 100
COLUMNS = {"when": (), "who": (AuditEntry.name,), "what": (AuditEntry.act,)}
LATEST = Sort("when", down=True)


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


def page(*, number: int = 1, act: Act | None = None, sort: Sort = LATEST) -> Page[AuditEntry]:
    """A page of the log, of one kind of deeds if one is given."""
    chosen = select(AuditEntry)
    if act is not None:
        chosen = chosen.where(AuditEntry.act == act)
    return page_of(chosen.order_by(*sort.order(COLUMNS, AuditEntry.id)), number=number, size=PAGE_SIZE)
