"""Whom to talk with today, and what to know about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

import assessment.report_requests
import booking.schedule
import booking.services
import leads.lists
from booking.hours import ONE_DAY, instant
from booking.models import Booking, BookingState, Consultant
from desk.known import Known, look_up
from kit import jobs, outbox
from kit.db import session
from kit.mail import Purpose
from kit.moments import say_appointment
from kit.outbox import LetterState
from kit.words import format_time, join_and, plural
from kit.zones import city, zone
from leads.models import Lead

COMING_DAYS = 14
COMING_MOST = 8
UNSETTLED_MOST = 8
CALLS_MOST = 20
REPORTS_MOST = 5
OPEN_FOR = timedelta(days=28)
CALL_BACKS_FROM = timedelta(days=400)
REPORTS_FROM = timedelta(days=14)
NEWEST = 6
WORKER_LATE = timedelta(minutes=5)


class Phase(StrEnum):
    """Where a consult of today stands by the clock."""

    OVER = "over"
    NOW = "now"
    NEXT = "next"
    LATER = "later"


@dataclass(frozen=True)
class Meeting:
    """A consult with what is known about the person. `their_time` is empty where their clocks agree with ours."""

    booking: Booking
    lead: Lead | None
    known: Known
    phase: Phase
    when: str
    their_time: str

    @property
    def is_open(self) -> bool:
        """Whether it is over and nobody has said yet if it took place."""
        return self.phase is Phase.OVER and self.booking.state is BookingState.CONFIRMED


@dataclass(frozen=True)
class CallBack:
    """Somebody who asked to be called, and by when; `late` is how many days that is over."""

    day: date
    lead: Lead
    known: Known
    late: int


@dataclass(frozen=True)
class Today:
    """The first screen: whom to talk with today, who was talked with, the next days, call-backs, what is amiss.

    `unsettled` are consults of earlier days of which nobody has said whether they took place. `others` counts the
    consults of colleagues that are left out while only one's own are shown. `without_report` are the latest of those
    whose report could not be made, `reports_failed` how many they are. Of calls and of consults that are open only the
    first ones are listed: `calls_due`, `calls_later` and `more_unsettled` tell of the rest.
    """

    day: date
    meetings: tuple[Meeting, ...]
    over: tuple[Meeting, ...]
    others: int
    unsettled: tuple[Meeting, ...]
    coming: tuple[Meeting, ...]
    call_backs: tuple[CallBack, ...]
    call_backs_later: tuple[CallBack, ...]
    newest: tuple[tuple[Lead, Known], ...]
    letters_waiting: int
    letters_failed: int
    worker_late: bool
    without_report: tuple[Lead, ...] = ()
    reports_failed: int = 0
    calls_due: int = 0
    calls_later: int = 0
    more_unsettled: bool = False

    @property
    def summary(self) -> str:
        """The day in one sentence."""
        parts = []
        if self.meetings:
            parts.append(plural(len(self.meetings), "consult") + " to come" * bool(self.over))
        if self.over:
            parts.append(f"{len(self.over)} over" if self.meetings else f"{plural(len(self.over), 'consult')} over")
        if self.calls_due:
            parts.append(plural(self.calls_due, "call-back") + " due")
        return f"{join_and(parts)}." if parts else "No consults and no call-backs due."


def look(*, zone_name: str, now: datetime, own: Consultant | None = None) -> Today:
    """The day as it stands, by the dates of that zone; only the consults of `own` if somebody is given."""
    local = zone(zone_name)
    day = now.astimezone(local).date()
    begin = datetime.fromtimestamp(instant(day, 0, local), local)
    tomorrow = datetime.fromtimestamp(instant(day + ONE_DAY, 0, local), local)
    later = now + timedelta(days=COMING_DAYS)
    of_today, others = booking.services.consults_and_others(begin, tomorrow, host=own)
    unsettled = booking.services.unsettled_consults(now - OPEN_FOR, begin, host=own, most=UNSETTLED_MOST + 1)
    coming = booking.services.first_consults(tomorrow, later, host=own, most=COMING_MOST)

    people = booking.schedule.leads_of((*of_today, *unsettled, *coming))
    since = now - CALL_BACKS_FROM
    due = leads.lists.call_backs_due(later.astimezone(local).date(), since=since, most=CALLS_MOST)
    calls_due, calls_later = leads.lists.count_call_backs(day, later.astimezone(local).date(), since=since)
    newest = leads.lists.newest(NEWEST)
    known = look_up((*people.values(), *(lead for _, lead in due), *newest))

    def meet(found: Iterable[Booking]) -> tuple[Meeting, ...]:
        rows = tuple(found)
        following = next((row for row in rows if row.starts_at > now), None)
        return tuple(
            Meeting(
                booking=row,
                lead=people.get(row.lead_id or 0),
                known=known.get(row.lead_id or 0, Known()).with_booking(row),
                phase=_phase(row, now, following),
                when=say_appointment(row.starts_at, local),
                their_time=_their_time(row, zone_name),
            )
            for row in rows
        )

    meetings = meet(of_today)
    calls = tuple(CallBack(on, lead, known[lead.id], (day - on).days) for on, lead in due)
    beat = jobs.last_beat()
    without_report = _without_report(now)
    states = outbox.count_by_state(purpose=Purpose.ASKED_FOR)
    return Today(
        day=day,
        meetings=tuple(meeting for meeting in meetings if meeting.phase is not Phase.OVER),
        over=tuple(meeting for meeting in meetings if meeting.phase is Phase.OVER),
        others=others,
        unsettled=meet(unsettled[:UNSETTLED_MOST]),
        more_unsettled=len(unsettled) > UNSETTLED_MOST,
        coming=meet(coming),
        call_backs=tuple(call for call in calls if call.late >= 0),
        call_backs_later=tuple(call for call in calls if call.late < 0),
        calls_due=calls_due,
        calls_later=calls_later,
        newest=tuple((lead, known[lead.id]) for lead in newest),
        letters_waiting=states.get(LetterState.WAITING, 0) + states.get(LetterState.SENDING, 0),
        letters_failed=states.get(LetterState.FAILED, 0),
        worker_late=beat is None or now - beat > WORKER_LATE,
        without_report=without_report[:REPORTS_MOST],
        reports_failed=len(without_report),
    )


def _without_report(now: datetime) -> tuple[Lead, ...]:
    """Who asked for a report of late that could not be made, the latest first."""
    failed = assessment.report_requests.failed_reports(since=now - REPORTS_FROM)
    wanted = list(dict.fromkeys(report.lead_id for report in reversed(failed)))
    found = {lead.id: lead for lead in session().scalars(select(Lead).where(Lead.id.in_(wanted)))} if wanted else {}
    return tuple(found[lead_id] for lead_id in wanted)


def _phase(found: Booking, now: datetime, following: Booking | None) -> Phase:
    if found.ends_at <= now:
        return Phase.OVER
    if found.starts_at <= now:
        return Phase.NOW
    return Phase.NEXT if found is following else Phase.LATER


def _their_time(found: Booking, zone_name: str) -> str:
    ours, theirs = zone(zone_name), zone(found.zone_name)
    if found.starts_at.astimezone(ours).utcoffset() == found.starts_at.astimezone(theirs).utcoffset():
        return ""
    return f"{format_time(found.starts_at, theirs)} in {city(found.zone_name)}"
