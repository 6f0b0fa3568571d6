"""What goes back and forth about a consult before and after it is agreed: offers, replies, reminders, the waitlist."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.models import Booking, ConsultType
from booking.reply_rules import ReplyOutcome
from kit.db import Base, UtcDateTime, enum_column


class OfferState(StrEnum):
    """Where an offer of several times stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Offer(Base):
    """Three times sent as tentative invites: each is a pending booking that names this offer. One can be accepted.

    `account_id` is the consultant's account that made it; None where the visitor asked.
    """

    __tablename__ = "offer"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[OfferState] = mapped_column(enum_column(OfferState), default=OfferState.OPEN)
    consult_type_id: Mapped[int] = mapped_column(ForeignKey("consult_type.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id", ondelete="SET NULL"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    consult_type: Mapped[ConsultType] = relationship(lazy="joined", innerjoin=True)
    bookings: Mapped[list[Booking]] = relationship(
        primaryjoin="Offer.id == foreign(Booking.offer_id)", order_by=Booking.starts_at, viewonly=True
    )


class Reply(Base):
    """A message from a calendar, once by its `message_id`, with what it led to.

    `wanted_at` is the start that a COUNTER proposes.
    """

    __tablename__ = "reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(400), unique=True)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete="SET NULL"), index=True)
    sender: Mapped[str] = mapped_column(String(320), default="")
    method: Mapped[str] = mapped_column(String(20), default="")
    outcome: Mapped[ReplyOutcome] = mapped_column(enum_column(ReplyOutcome))
    sequence: Mapped[int] = mapped_column(default=0)
    stamp: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wanted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    comment: Mapped[str] = mapped_column(Text, default="")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    booking: Mapped[Booking | None] = relationship()


class ReminderKind(StrEnum):
    """Which reminder it is."""

    DAY = "a day before"
    HOUR = "an hour before"


class Reminder(Base):
    """A reminder that was written, for the start the consult had then: a move makes room for new ones."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("booking_id", "kind", "starts_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    kind: Mapped[ReminderKind] = mapped_column(enum_column(ReminderKind))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WaitState(StrEnum):
    """Where somebody on the waitlist stands."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LEFT = "left"
    OVER = "over"


class WaitlistEntry(Base):
    """Somebody who is told when an earlier time opens. `held_id` is the time that is held for them meanwhile.

    `booking_id` is the consult they have already and would like earlier; `before` the date until which a time helps.
    `passed` are the starts (ISO, UTC) that were held for them so far: none is held for them twice.
    """

    __tablename__ = "waitlist_entry"
    __table_args__ = (Index("ix_waitlist_entry_state", "state", "consult_type_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    secret: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[WaitState] = mapped_column(enum_column(WaitState), default=WaitState.WAITING)
    consult_type_id: Mapped[int] = mapped_column(ForeignKey("consult_type.id", ondelete="CASCADE"))
    minutes: Mapped[int] = mapped_column()
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete="SET NULL"))
    held_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete="SET NULL"))
    before: Mapped[date | None] = mapped_column()
    name: Mapped[str] = mapped_column(String(120), default="")
    address: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(40), default="")
    zone_name: Mapped[str] = mapped_column(String(64))
    clock: Mapped[str] = mapped_column(String(2), default="12")
    passed: Mapped[list[str]] = mapped_column(JSON, default=list)
    handover: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    origin: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    offered_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    consult_type: Mapped[ConsultType] = relationship(lazy="joined", innerjoin=True)
