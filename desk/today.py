"""Whom to talk with today, and what to know about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import booking.schedule
import booking.services
import leads.services
from booking.hours import ONE_DAY, instant
from booking.models import Booking
from kit import jobs, outbox
from kit.zones import zone
from leads.models import HappeningKind, Lead

COMING_DAYS = 14
COMING_MOST = 8
CALL_BACKS_FROM = timedelta(days=400)
NEWEST = 6
WORKER_LATE = timedelta(minutes=5)


@dataclass(frozen=True)
class Meeting:
    """A consult with what is known about the person."""

    booking: Booking
    lead: Lead | None
    result: Mapping[str, Any]


@dataclass(frozen=True)
class Today:
    """The first screen: today's consults, the next ones, call-backs due, who came lately, and what is amiss."""

    day: date
    meetings: tuple[Meeting, ...]
    coming: tuple[Meeting, ...]
    call_backs: tuple[tuple[date, Lead], ...]
    newest: tuple[Lead, ...]
    letters_waiting: int
    worker_late: bool


def look(*, zone_name: str, now: datetime) -> Today:
    """The day as it stands, by the dates of that zone."""
    local = zone(zone_name)
    day = now.astimezone(local).date()
    begin = datetime.fromtimestamp(instant(day, 0, local), local)
    tomorrow = datetime.fromtimestamp(instant(day + ONE_DAY, 0, local), local)
    todays = booking.services.consults_between(begin, tomorrow)
    coming = booking.services.consults_between(tomorrow, now + timedelta(days=COMING_DAYS))[:COMING_MOST]
    known = booking.schedule.leads_of((*todays, *coming))
    results = leads.services.history_of(known, HappeningKind.ASSESSMENT_TAKEN)

    def meet(found: Booking) -> Meeting:
        lead = known.get(found.lead_id or 0)
        taken = results.get(found.lead_id or 0, ())
        return Meeting(found, lead, taken[0].facts if taken else {})

    beat = jobs.last_beat()
    return Today(
        day=day,
        meetings=tuple(meet(found) for found in todays),
        coming=tuple(meet(found) for found in coming),
        call_backs=leads.services.call_backs_due(day, since=now - CALL_BACKS_FROM),
        newest=leads.services.list_leads().leads[:NEWEST],
        letters_waiting=outbox.waiting_count(),
        worker_late=beat is None or now - beat > WORKER_LATE,
    )
