"""A submission from its first answer on, and the report that was asked for."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kit.db import Base, UtcDateTime, enum_column


class Submission(Base):
    """One assessment: anonymous until an address is given. `key` is the secret part of its links.

    `held` and `needed` are conversations a week, kept with `chance` and `practice_index` when it is scored.
    `retake_of_id` is the one that it corrects or follows; `staff_test` was begun by somebody who works here.
    """

    __tablename__ = "submission"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    question_set: Mapped[str] = mapped_column(String(20))
    model_version: Mapped[str] = mapped_column(String(20))
    texts_version: Mapped[str] = mapped_column(String(20))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    seen: Mapped[list[str]] = mapped_column(JSON, default=list)
    origin: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    finished_on: Mapped[date | None] = mapped_column()
    retake_of_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id", ondelete="SET NULL"), index=True)
    staff_test: Mapped[bool] = mapped_column(default=False)
    held: Mapped[float | None] = mapped_column()
    needed: Mapped[float | None] = mapped_column()
    chance: Mapped[float | None] = mapped_column()
    practice_index: Mapped[int | None] = mapped_column()


class ReportState(StrEnum):
    """Where a report stands."""

    QUEUED = "queued"
    READY = "ready"
    FAILED = "failed"


class Report(Base):
    """A report somebody asked for, with its call blocks on `days` (none: those of the plan) at `hour`.

    The worker makes the PDF and mails it.
    """

    __tablename__ = "report"
    __table_args__ = (Index("ix_report_state_due", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    secret: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    paper: Mapped[str] = mapped_column(String(8))
    days: Mapped[list[str]] = mapped_column(JSON, default=list)
    hour: Mapped[str] = mapped_column(String(5), default="09:30")
    state: Mapped[ReportState] = mapped_column(enum_column(ReportState), default=ReportState.QUEUED)
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    submission: Mapped[Submission] = relationship(lazy="joined", innerjoin=True)
