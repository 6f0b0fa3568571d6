"""Consultants and their hours, consult types, and the one table of holds and bookings."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kit.db import Base, UtcDateTime, enum_column


class BookingState(StrEnum):
    """Where a booking stands. `hold`, `pending` and `confirmed` are live: they take time from others."""

    HOLD = "hold"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    HELD = "held"
    MISSED = "missed"


class PlaceKind(StrEnum):
    """Where a consult takes place."""

    PHONE = "phone"
    VIDEO = "video"
    ADDRESS = "address"


class HostMode(StrEnum):
    """Who of the hosts of a consult type takes part."""

    ANY = "any"
    ALL = "all"


class QuestionKind(StrEnum):
    """How a question of a consult type is answered."""

    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"


class PartStat(StrEnum):
    """What the guest's calendar answered (RFC 5545 3.2.12)."""

    NEEDS_ACTION = "needs-action"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


class Consultant(Base):
    """Somebody who can be booked. Limits count consults of all types, by the consultant's own dates.

    `feed_secret` names the address of the ICS feed of their consults; another one revokes it.
    """

    __tablename__ = "consultant"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(254), default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), unique=True)
    zone_name: Mapped[str] = mapped_column(String(64))
    active: Mapped[bool] = mapped_column(default=True)
    max_per_day: Mapped[int | None] = mapped_column()
    max_per_week: Mapped[int | None] = mapped_column()
    feed_secret: Mapped[str | None] = mapped_column(String(64), unique=True)
    weekly: Mapped[list["WeeklyHours"]] = relationship(
        cascade="all, delete-orphan", order_by="WeeklyHours.weekday, WeeklyHours.start"
    )
    overrides: Mapped[list["DateOverride"]] = relationship(
        cascade="all, delete-orphan", order_by="DateOverride.day, DateOverride.start"
    )
    travels: Mapped[list["TravelZone"]] = relationship(cascade="all, delete-orphan", order_by="TravelZone.first")

    @property
    def zone(self) -> ZoneInfo:
        """The consultant's own time zone."""
        return ZoneInfo(self.zone_name)


class WeeklyHours(Base):
    """One window of a weekday (ISO, 1 is Monday), minutes after midnight; an end at or before the start is next day."""

    __tablename__ = "weekly_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", "weekday"),
        CheckConstraint("start >= 0 AND start < 1440 AND finish >= 0 AND finish <= 1440", "minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    consultant_id: Mapped[int] = mapped_column(ForeignKey("consultant.id", ondelete="CASCADE"), index=True)
    weekday: Mapped[int] = mapped_column()
    start: Mapped[int] = mapped_column()
    finish: Mapped[int] = mapped_column()


class DateOverride(Base):
    """One window that replaces the weekly hours of a date; a row without hours closes the date."""

    __tablename__ = "date_override"
    __table_args__ = (CheckConstraint("(start IS NULL) = (finish IS NULL)", "both_or_none"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    consultant_id: Mapped[int] = mapped_column(ForeignKey("consultant.id", ondelete="CASCADE"), index=True)
    day: Mapped[date] = mapped_column()
    start: Mapped[int | None] = mapped_column()
    finish: Mapped[int | None] = mapped_column()


class TravelZone(Base):
    """On the dates from `first` to `last` the hours of a consultant are meant in another zone."""

    __tablename__ = "travel_zone"
    __table_args__ = (CheckConstraint("last >= first", "order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    consultant_id: Mapped[int] = mapped_column(ForeignKey("consultant.id", ondelete="CASCADE"), index=True)
    first: Mapped[date] = mapped_column()
    last: Mapped[date] = mapped_column()
    zone_name: Mapped[str] = mapped_column(String(64))


class ConsultType(Base):
    """A kind of conversation that can be booked, with its rules. Lengths, buffers, notice and cut-off in minutes.

    `minutes` is the length that is offered first; `more_lengths` are the others that a visitor can choose. Links with
    one of the `former_slugs` go on leading here.
    """

    __tablename__ = "consult_type"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    active: Mapped[bool] = mapped_column(default=True)
    minutes: Mapped[int] = mapped_column(default=30)
    more_lengths: Mapped[list[int]] = mapped_column(JSON, default=list)
    former_slugs: Mapped[list[str]] = mapped_column(JSON, default=list)
    host_mode: Mapped[HostMode] = mapped_column(enum_column(HostMode), default=HostMode.ANY)
    step: Mapped[int] = mapped_column(default=30)
    place_kind: Mapped[PlaceKind] = mapped_column(enum_column(PlaceKind), default=PlaceKind.PHONE)
    place: Mapped[str] = mapped_column(String(400), default="")
    buffer_before: Mapped[int] = mapped_column(default=0)
    buffer_after: Mapped[int] = mapped_column(default=10)
    notice: Mapped[int] = mapped_column(default=240)
    horizon_days: Mapped[int] = mapped_column(default=60)
    cut_off: Mapped[int] = mapped_column(default=60)
    max_per_day: Mapped[int | None] = mapped_column()
    max_per_week: Mapped[int | None] = mapped_column()
    hosts: Mapped[list[Consultant]] = relationship(secondary="consult_type_host", order_by=Consultant.id)
    questions: Mapped[list["ConsultQuestion"]] = relationship(
        cascade="all, delete-orphan", order_by="ConsultQuestion.position, ConsultQuestion.id"
    )

    @property
    def length(self) -> timedelta:
        """How long it lasts, unless another length is chosen."""
        return timedelta(minutes=self.minutes)

    @property
    def lengths(self) -> tuple[int, ...]:
        """The lengths that can be chosen, in minutes, shortest first."""
        return tuple(sorted({self.minutes, *self.more_lengths}))


class ConsultQuestion(Base):
    """Something that whoever books a consult type is asked. `options` are the answers of a choice."""

    __tablename__ = "consult_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    consult_type_id: Mapped[int] = mapped_column(ForeignKey("consult_type.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    label: Mapped[str] = mapped_column(String(200))
    kind: Mapped[QuestionKind] = mapped_column(enum_column(QuestionKind), default=QuestionKind.LINE)
    options: Mapped[list[str]] = mapped_column(JSON, default=list)
    needed: Mapped[bool] = mapped_column(default=False)


class ConsultTypeHost(Base):
    """Who hosts which consult type."""

    __tablename__ = "consult_type_host"

    consult_type_id: Mapped[int] = mapped_column(ForeignKey("consult_type.id", ondelete="CASCADE"), primary_key=True)
    consultant_id: Mapped[int] = mapped_column(ForeignKey("consultant.id", ondelete="CASCADE"), primary_key=True)


class BusyInterval(Base):
    """Time in which a consultant cannot be booked, from elsewhere than a booking.

    `source_id` is the calendar it was read from; None where the consultant blocked it here, with a `reason`.
    """

    __tablename__ = "busy_interval"
    __table_args__ = (Index("ix_busy_interval_time", "consultant_id", "ends_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    consultant_id: Mapped[int] = mapped_column(ForeignKey("consultant.id", ondelete="CASCADE"))
    source_id: Mapped[int | None] = mapped_column(ForeignKey("calendar_source.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(200), default="")


class Booking(Base):
    """A time taken: held while somebody fills in the form, then a consult.

    `uid` is made once and never changes (RFC 5545 3.8.4.7); `sequence` counts what attendees must know (RFC 5546
    2.1.4). `secret` names the visitor's links. Buffers are those of the type when it was booked. Two live rows of one
    consultant never overlap: the migrations give the table a trigger (SQLite) or an exclusion (PostgreSQL) for that.

    Where all hosts take part, each further host has a row with `main_id` that takes their time and follows the main
    one; lists of consults leave it out. `offer_id` groups the times of an offer. `partstat` is what the guest's
    calendar answered, to the sequence and with the stamp that `reply_sequence` and `reply_stamp` name. `changed_at` is
    when both sides were last told a time.
    """

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", "order"),
        CheckConstraint("(state = 'hold') = (hold_expires_at IS NOT NULL)", "hold_expires"),
        Index("ix_booking_time", "consultant_id", "ends_at"),
        Index("ix_booking_visitor", "visitor"),
        Index("ix_booking_state_starts_at", "state", "starts_at"),
        Index("ix_booking_booked_at", "booked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[BookingState] = mapped_column(enum_column(BookingState))
    consultant_id: Mapped[int] = mapped_column(ForeignKey("consultant.id"))
    consult_type_id: Mapped[int] = mapped_column(ForeignKey("consult_type.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id", ondelete="SET NULL"), index=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    buffer_before: Mapped[int] = mapped_column(default=0)
    buffer_after: Mapped[int] = mapped_column(default=0)
    hold_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    visitor: Mapped[str] = mapped_column(String(64), default="")
    uid: Mapped[str] = mapped_column(String(120), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    secret: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    address: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    answers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    zone_name: Mapped[str] = mapped_column(String(64), default="UTC")
    clock: Mapped[str] = mapped_column(String(2), default="12")
    handover: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    origin: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(String(400), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    booked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    main_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), index=True)
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id", ondelete="SET NULL"), index=True)
    partstat: Mapped[PartStat] = mapped_column(enum_column(PartStat), default=PartStat.NEEDS_ACTION)
    reply_sequence: Mapped[int] = mapped_column(default=-1)
    reply_stamp: Mapped[datetime | None] = mapped_column(UtcDateTime)
    consultant: Mapped[Consultant] = relationship(lazy="joined", innerjoin=True)
    consult_type: Mapped[ConsultType] = relationship(lazy="joined", innerjoin=True)
    seats: Mapped[list["Booking"]] = relationship(
        primaryjoin="Booking.id == foreign(Booking.main_id)", order_by="Booking.id", viewonly=True
    )

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return round((self.ends_at - self.starts_at).total_seconds() / 60)

    @property
    def reference(self) -> str:
        """What a person can say on the phone to name this booking."""
        return self.uid[:8].upper()
