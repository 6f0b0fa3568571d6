"""Calendars of a consultant outside of this site: where busy time is read, and where consults are written."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.models import Booking, Consultant
from kit.db import Base, UtcDateTime, enum_column


class SourceKind(StrEnum):
    """How a calendar is reached."""

    ICS = "ics"
    CALDAV = "caldav"


class CalendarSource(Base):
    """A calendar whose busy time blocks a consultant; a CalDAV one can also be written to.

    `secret` is the password, sealed with the site's key. `owner` is the address by which the consultant attends: what
    it has declined does not block. `good_at` is when the last good copy was read; past its limit of age the
    consultant is not offered, which they were told at `told_at`. `marker` is the ETag or the sync token of that copy;
    it was read in the zone `zone_name`, and until `known_until` it says what is busy.
    """

    __tablename__ = "calendar_source"

    id: Mapped[int] = mapped_column(primary_key=True)
    consultant_id: Mapped[int] = mapped_column(ForeignKey("consultant.id", ondelete="CASCADE"), index=True)
    kind: Mapped[SourceKind] = mapped_column(enum_column(SourceKind))
    name: Mapped[str] = mapped_column(String(120))
    url: Mapped[str] = mapped_column(Text)
    user: Mapped[str] = mapped_column(String(254), default="")
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    owner: Mapped[str] = mapped_column(String(254), default="")
    reads: Mapped[bool] = mapped_column(default=True)
    writes: Mapped[bool] = mapped_column(default=False)
    marker: Mapped[str] = mapped_column(String(400), default="")
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    good_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    known_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    zone_name: Mapped[str] = mapped_column(String(64), default="")
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    trouble: Mapped[str] = mapped_column(String(400), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    consultant: Mapped[Consultant] = relationship()


class CalendarEntry(Base):
    """What must stand in a consultant's calendar about a consult, and what stands there.

    `wanted` counts the changes of the consult, `written` is the count that the server has taken; `gone` means that it
    shall be removed. `href` is the object's own path, `etag` what the server answered last (RFC 4791 5.3.4).
    """

    __tablename__ = "calendar_entry"
    __table_args__ = (
        UniqueConstraint("source_id", "booking_id"),
        Index("ix_calendar_entry_due_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("calendar_source.id", ondelete="CASCADE"))
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"), index=True)
    href: Mapped[str] = mapped_column(Text, default="")
    etag: Mapped[str] = mapped_column(String(400), default="")
    wanted: Mapped[int] = mapped_column(default=1)
    written: Mapped[int] = mapped_column(default=0)
    gone: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(String(400), default="")
    source: Mapped[CalendarSource] = relationship(lazy="joined", innerjoin=True)
    booking: Mapped[Booking] = relationship(lazy="joined", innerjoin=True)
