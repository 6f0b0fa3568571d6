"""How many came how far: counts of a week, of nobody in particular."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Base, enum_column


class Step(StrEnum):
    """How far somebody came, in order."""

    READ = "story read"
    STARTED = "assessment started"
    FINISHED = "assessment finished"
    REPORT = "report sent"
    BOOKED = "consult booked"
    HELD = "consult held"


class FunnelCount(Base):
    """How often a step was taken in the week that begins on `week` (a Monday), from one story and one source."""

    __tablename__ = "funnel_count"
    __table_args__ = (Index("ix_funnel_count_step_week", "step", "week"),)

    week: Mapped[date] = mapped_column(primary_key=True)
    step: Mapped[Step] = mapped_column(enum_column(Step), primary_key=True)
    story: Mapped[str] = mapped_column(String(80), primary_key=True, default="")
    source: Mapped[str] = mapped_column(String(80), primary_key=True, default="")
    times: Mapped[int] = mapped_column(default=0)
