"""Who gets the stories by mail, and who has asked to."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UtcDateTime, enum_column


class SubscriberState(StrEnum):
    """Where a subscription stands."""

    ASKED = "asked"
    SUBSCRIBED = "subscribed"
    LEFT = "left"


class Subscriber(Base):
    """An address that was typed into the form. `key` is it in small letters, `secret` the core of its links.

    `asked_at` is when a mail last went there that asks for, or tells of, the subscription.
    """

    __tablename__ = "subscriber"
    __table_args__ = (Index("ix_subscriber_state", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(254), unique=True)
    address: Mapped[str] = mapped_column(String(254))
    secret: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[SubscriberState] = mapped_column(enum_column(SubscriberState))
    story: Mapped[str] = mapped_column(String(200), default="")
    wording: Mapped[str] = mapped_column(String(40))
    page: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
