"""“Call me back”: whoever finds no time, or is not ready, says when to be asked again."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import leads.services
from kit.context import current_settings
from kit.db import transaction
from kit.words import format_date
from leads.handover import Handover
from leads.models import HappeningKind, Lead
from leads.origin import Origin


class Later(StrEnum):
    """When somebody would like to be asked again."""

    TWO_WEEKS = "two-weeks"
    MONTH = "month"
    QUARTER = "quarter"

    @property
    def words(self) -> str:
        """As the form offers it."""
        return {"two-weeks": "In two weeks", "month": "In a month", "quarter": "In a quarter"}[self.value]

    def due(self, today: date) -> date:
        """The date it means."""
        if self is Later.TWO_WEEKS:
            return today + timedelta(weeks=2)
        months = today.month + (1 if self is Later.MONTH else 3) - 1
        year, month = today.year + months // 12, months % 12 + 1
        return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))


@dataclass(frozen=True)
class CallBack:
    """What somebody asks for."""

    name: str
    address: str
    phone: str
    later: Later


def ask(wanted: CallBack, *, origin: Origin, now: datetime, handover: Handover | None = None) -> tuple[Lead, date]:
    """Note who wants to be called back and when; nobody mails them until then. Gives the lead and the date.

    What the assessment handed over is theirs from then on.
    """
    due = wanted.later.due(now.astimezone(ZoneInfo(current_settings().site_timezone)).date())
    with transaction():
        lead = leads.services.capture(
            address=wanted.address, name=wanted.name, phone=wanted.phone, at=now, origin=origin
        )
        (handover or Handover()).arrive(lead, at=now)
        leads.services.record(
            lead,
            HappeningKind.CALL_BACK_ASKED,
            at=now,
            headline=f"Asked to be called back on {format_date(due)}",
            facts={"due": due.isoformat(), "later": wanted.later.value},
        )
    return lead, due
