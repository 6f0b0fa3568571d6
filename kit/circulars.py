"""A letter to many: written down once, and filled in for each of those who get it.

What differs from copy to copy is one address of a page, such as the one by which somebody leaves a list. It stands for
`OWN` in the words and in the head. Thousands of copies then cost the database a line each.
"""

from datetime import datetime

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, UtcDateTime
from kit.mail import Mail, Purpose

OWN = "https://own.invalid/"


class Circular(Base):
    """What all copies of a letter have in common."""

    __tablename__ = "circular"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(400))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    headers: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


def fill_in(circular: Circular, *, to: str, own: str) -> Mail:
    """The copy for one person; `own` is their address of a page."""
    return Mail(
        kind=circular.kind,
        to=to,
        to_name="",
        subject=circular.subject,
        text=circular.text.replace(OWN, own),
        html=circular.html.replace(OWN, own),
        purpose=Purpose.NEWSLETTER,
        headers=tuple((name, value.replace(OWN, own)) for name, value in circular.headers),
    )
