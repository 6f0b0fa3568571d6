"""The weekly check-in: who is asked one question a week, and what they answered."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assessment.models import Submission
from kit.db import Base, UtcDateTime, enum_column


class CheckInState(StrEnum):
    """Where a check-in stands. What has stopped can be begun again by its person."""

    ASKED = "asked"  # somebody typed the address; its owner has not said yes
    RUNNING = "running"
    STOPPED = "stopped"  # by their own word
    SILENT = "silent"  # four weeks without an answer
    ENDED = "ended"  # the date of the goal has come


class CheckIn(Base):
    """One person's wish to be asked each week about one submission. `secret` is what its links carry, signed."""

    __tablename__ = "check_in"
    __table_args__ = (Index("ix_check_in_state_due", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    secret: Mapped[str] = mapped_column(String(64), unique=True)
    address: Mapped[str] = mapped_column(String(254), index=True)
    state: Mapped[CheckInState] = mapped_column(enum_column(CheckInState), default=CheckInState.ASKED)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submission: Mapped[Submission] = relationship(lazy="joined", innerjoin=True)
    weeks: Mapped[list["CheckInWeek"]] = relationship(order_by="CheckInWeek.monday", cascade="all, delete-orphan")


class CheckInWeek(Base):
    """One week that was asked about, from its Monday on. `conversations` is None until it is answered."""

    __tablename__ = "check_in_week"
    __table_args__ = (UniqueConstraint("check_in_id", "monday"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    check_in_id: Mapped[int] = mapped_column(ForeignKey("check_in.id", ondelete="CASCADE"))
    monday: Mapped[date] = mapped_column()
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    conversations: Mapped[int | None] = mapped_column()
