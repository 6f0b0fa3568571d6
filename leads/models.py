"""A lead, and what happened with them: one append-only timeline."""

from datetime import date, datetime
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
    REPORT_FAILED = "report failed"
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
    OWNER = "owner"
    DETAILS = "details"
    MERGED = "merged"


class Lead(Base):
    """A person, known by an address they gave us themselves.

    `band`, `story`, `source`, `has_consult` and the call-back repeat what the timeline tells, for lists that hold many;
    `called` is the name or address by which they are put in order.
    `revision` counts the changes made by hand: whoever changes another one than they looked at is told.
    """

    __tablename__ = "lead"
    __table_args__ = (
        Index("ix_lead_stage_seen_at", "stage", "seen_at"),
        Index("ix_lead_owner_id_seen_at", "owner_id", "seen_at"),
        Index("ix_lead_band_seen_at", "band", "seen_at"),
        Index("ix_lead_story_seen_at", "story", "seen_at"),
        Index("ix_lead_source_seen_at", "source", "seen_at"),
        Index("ix_lead_has_consult_seen_at", "has_consult", "seen_at"),
        Index("ix_lead_call_back_on", "call_back_on"),
        Index("ix_lead_called", "called"),
        # What a list can be held to stands here together, so that counting looks at nothing else.
        Index("ix_lead_filters", "stage", "band", "has_consult", "owner_id", "call_back_on", "source", "story"),
        Index("ix_lead_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    called: Mapped[str] = mapped_column(String(120), default="")
    address: Mapped[str] = mapped_column(String(254), unique=True)
    address_typed: Mapped[str] = mapped_column(String(254))
    company: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    stage: Mapped[Stage] = mapped_column(enum_column(Stage), default=Stage.NEW)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    revision: Mapped[int] = mapped_column(default=0)
    band: Mapped[str] = mapped_column(String(80), default="")
    story: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(80), default="")
    has_consult: Mapped[bool] = mapped_column(default=False)
    call_back_on: Mapped[date | None] = mapped_column()
    call_back_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_touch: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    last_touch: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    happenings: Mapped[list["Happening"]] = relationship(
        back_populates="lead", order_by="Happening.at, Happening.id", cascade="all, delete-orphan"
    )
    aliases: Mapped[list["LeadAlias"]] = relationship(order_by="LeadAlias.id", viewonly=True)

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
    __table_args__ = (Index("ix_happening_lead_at", "lead_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"))
    kind: Mapped[HappeningKind] = mapped_column(enum_column(HappeningKind))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    headline: Mapped[str] = mapped_column(String(400))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    lead: Mapped[Lead] = relationship(back_populates="happenings")


class LeadAlias(Base):
    """Another address of a lead, and the id under which it was known, from a lead that was merged into it."""

    __tablename__ = "lead_alias"

    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    address: Mapped[str] = mapped_column(String(254), unique=True)
    address_typed: Mapped[str] = mapped_column(String(254))
    public_id: Mapped[str] = mapped_column(String(40), unique=True)


class LeadWord(Base):
    """A word by which a lead is found: of their name, addresses, company, telephone number and notes."""

    __tablename__ = "lead_word"

    word: Mapped[str] = mapped_column(
        String(40).with_variant(String(40, collation="C"), "postgresql"), primary_key=True
    )
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), primary_key=True, index=True)


class LeadView(Base):
    """A list of leads as somebody wants to see it again: what is looked for, by whom it was kept."""

    __tablename__ = "lead_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(600))


class Erasure(Base):
    """Somebody was erased: when, and a keyed hash of the address by which nobody but this site knows it again."""

    __tablename__ = "erasure"

    id: Mapped[int] = mapped_column(primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(64), index=True)
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime)
