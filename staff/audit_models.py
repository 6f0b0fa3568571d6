"""Who did what to whom and when."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UtcDateTime, enum_column


class Act(StrEnum):
    """What is written down."""

    SIGNED_IN = "signed in"
    SIGNED_OUT_ELSEWHERE = "ended a session"
    LOCKED = "was locked out for a while"
    PASSWORD_CHANGED = "changed the password"  # noqa: S105  # what happened, no password
    SECOND_FACTOR_ON = "turned the second factor on"
    SECOND_FACTOR_OFF = "turned the second factor off"
    PASSKEY_ADDED = "added a passkey"
    PASSKEY_REMOVED = "removed a passkey"
    INVITED = "invited somebody"
    INVITATION_WITHDRAWN = "withdrew an invitation"
    ACCOUNT_MADE = "made their account"
    ROLE_CHANGED = "changed a role"
    DEACTIVATED = "closed an account"
    REACTIVATED = "opened an account again"
    LEAD_EXPORTED = "handed out a person’s record"
    LEADS_EXPORTED = "handed out a table of leads"
    LEAD_MERGED = "merged two leads"
    LEAD_ERASED = "erased a person"
    WEBHOOK_SET = "set a webhook"
    WEBHOOK_REMOVED = "removed a webhook"
    SETTINGS_CHANGED = "changed the settings"


class AuditEntry(Base):
    """One line of the log. The database itself refuses to change or remove it.

    `subject` is the name of somebody who works here or the public id of a lead: never a lead's name or address.
    """

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    act: Mapped[Act] = mapped_column(enum_column(Act))
    account_id: Mapped[int | None] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    subject: Mapped[str] = mapped_column(String(200), default="")
    details: Mapped[str] = mapped_column(String(200), default="")
