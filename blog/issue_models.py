"""A story on its way to the subscribers."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kit.circulars import Circular
from kit.db import Base, UtcDateTime, enum_column


class IssueState(StrEnum):
    """Where a story stands that is sent to the subscribers."""

    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    CANCELLED = "cancelled"
    STOPPED = "stopped"


class Issue(Base):
    """A story that goes out by mail, once. `reached` is the last subscriber whose copy is written.

    `planned` is how many subscribers there were when it began, `written` how many copies there are.
    """

    __tablename__ = "issue"
    __table_args__ = (Index("ix_issue_state_due_at", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(200), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[IssueState] = mapped_column(enum_column(IssueState))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(120))
    circular_id: Mapped[int | None] = mapped_column(ForeignKey("circular.id"))
    reached: Mapped[int] = mapped_column(default=0)
    planned: Mapped[int] = mapped_column(default=0)
    written: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    began_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    circular: Mapped[Circular | None] = relationship()
