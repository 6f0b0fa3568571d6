"""A lead, and what happened with them: one append-only timeline."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kit.db import Base, UtcDateTime, enum_column


class Stage(StrEnum):
    """How far a conversation with a lead has come."""

    NEW = "new"
    REPORT_SENT = "report sent"
    ENGAGED = "engaged"
    CONSULT_BOOKED = "consult booked"
    CLIENT = "client"
    CLOSED = "closed"


class HappeningKind(StrEnum):
    """What can happen with a lead."""

    ASSESSMENT_TAKEN = "assessment taken"
    REPORT_ASKED = "report asked for"
    REPORT_SENT = "report sent"
    CONSULT_BOOKED = "consult booked"
    CONSULT_MOVED = "consult moved"
    CONSULT_CANCELLED = "consult cancelled"
    CONSULT_HELD = "consult held"
    CONSULT_MISSED = "consult missed"
    CALL_BACK_ASKED = "call-back asked for"
    TIMES_ASKED = "times asked for"
    TIMES_OFFERED = "times offered"
    TIMES_WITHDRAWN = "times withdrawn"
    MOVE_ASKED = "move asked for"
    CHECK_IN_BEGUN = "check-in begun"
    CHECK_IN_ANSWERED = "check-in answered"
    CHECK_IN_STOPPED = "check-in stopped"
    SUBSCRIBED = "subscribed"
    NOTE = "note"
    STAGE = "stage"


class Lead(Base):
    """A person, known by an address they gave us themselves."""

    __tablename__ = "lead"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    address: Mapped[str] = mapped_column(String(254), unique=True)
    address_typed: Mapped[str] = mapped_column(String(254))
    company: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    stage: Mapped[Stage] = mapped_column(enum_column(Stage), default=Stage.NEW)
    first_touch: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    last_touch: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    happenings: Mapped[list["Happening"]] = relationship(
        back_populates="lead", order_by="Happening.at, Happening.id", cascade="all, delete-orphan"
    )

    @property
    def first_story(self) -> str:
        """The slug of the story that brought them first, or empty."""
        return str(self.first_touch.get("story", ""))

    @property
    def last_story(self) -> str:
        """The slug of the story before their latest step, or empty."""
        return str(self.last_touch.get("story", ""))


class Happening(Base):
    """One entry of a lead's timeline. Never changed, never removed but with the lead."""

    __tablename__ = "happening"
    __table_args__ = (Index("ix_happening_lead_at", "lead_id", "at"), Index("ix_happening_kind_at", "kind", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"))
    kind: Mapped[HappeningKind] = mapped_column(enum_column(HappeningKind))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    headline: Mapped[str] = mapped_column(String(400))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    lead: Mapped[Lead] = relationship(back_populates="happenings")
