"""Who agreed to what: an append-only ledger. What stands in it is never changed, and goes only with its person."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UtcDateTime, enum_column


class ConsentPurpose(StrEnum):
    """What is agreed to."""

    NEWSLETTER = "newsletter"
    WEEKLY_QUESTION = "weekly question"


class ConsentAct(StrEnum):
    """A step on the way: asked by somebody who typed the address, given by whoever reads its mail, taken back."""

    ASKED = "asked"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class Channel(StrEnum):
    """Where it was said."""

    SITE = "site"
    MAIL = "mail"
    DESK = "desk"


class ConsentEntry(Base):
    """One line of the ledger. `wording` names the version of the words that were agreed to, `page` where they stood."""

    __tablename__ = "consent_entry"
    __table_args__ = (Index("ix_consent_entry_address_purpose", "address", "purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[ConsentPurpose] = mapped_column(enum_column(ConsentPurpose))
    act: Mapped[ConsentAct] = mapped_column(enum_column(ConsentAct))
    address: Mapped[str] = mapped_column(String(254))
    wording: Mapped[str] = mapped_column(String(40))
    channel: Mapped[Channel] = mapped_column(enum_column(Channel))
    page: Mapped[str] = mapped_column(String(200), default="")
    method: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
