"""What the tests of the desk begin with: people, consults and letters."""

from datetime import datetime, timedelta
from typing import Any

import booking.services
import leads.services
from booking.guard import Guest, Wish
from booking.models import Booking, ConsultType
from kit import clock, outbox
from kit.db import session, transaction
from kit.mail import Attachment, Mail
from kit.outbox import Letter
from leads.handover import Handover
from leads.models import HappeningKind, Lead
from leads.origin import Origin
from tests.booking.builders import A_WEEK_BEFORE, MONDAY_10

RESULT = Handover(
    story="the-night-supervisor",
    held=4.1,
    needed=11.3,
    gap=7.2,
    chance="about 1 in 10",
    band="Well short of pace",
    obstacles=("The list is missing, stale or without a reason to call",),
)


def a_lead(name: str = "Ann Avery", *, address: str = "", at: datetime | None = None, **more: Any) -> Lead:
    """Somebody who left an address, now unless another time is given."""
    address = address or f"{name.split()[0].lower()}@example.com"
    return leads.services.capture(address=address, name=name, at=at or clock.now(), **more)


def a_consult(
    consult_type: ConsultType,
    start: datetime = MONDAY_10,
    *,
    name: str = "Ann Avery",
    phone: str = "+1 555 010 0101",
    note: str = "",
    zone_name: str = "America/New_York",
    handover: Handover | None = None,
    now: datetime = A_WEEK_BEFORE,
) -> Booking:
    """A consult booked through the services, with its lead and letters."""
    with clock.fixed(now):
        wish = Wish(
            start=start,
            visitor=name,
            zone_name=zone_name,
            handover=handover or Handover(),
            origin=Origin((handover or Handover()).story),
        )
        held = booking.services.hold(consult_type, wish, now=now)
        guest = Guest(name, f"{name.split()[0].lower()}@example.com", phone, note)
        return booking.services.book(held.secret, guest, now=now)


def assessed(lead: Lead, *, at: datetime | None = None, **changes: Any) -> None:
    """The lead took the assessment; what the timeline keeps of it."""
    facts: dict[str, Any] = {
        "story": "the-night-supervisor",
        "band": "Well short of pace",
        "goal": "10 agents in 12 months",
        "held": "4 a week",
        "needed": "11 a week",
        "gap": "7 a week",
        "chance": "about 1 in 10",
        "line": [4.1, 11.3],
        "in the way": ["The list is missing, stale or without a reason to call"],
        "result": "http://localhost/assessment/result/secret",
        "answers": [["Live conversations in four weeks", "16"], ["Agents", "10"]],
    }
    leads.services.record(
        lead,
        HappeningKind.ASSESSMENT_TAKEN,
        at=at or clock.now(),
        headline="Took the assessment",
        facts=facts | changes,
    )


def asked_for_call(lead: Lead, *, days: int) -> None:
    """The lead asked a fortnight before its day to be called, so many days from today."""
    due = clock.now() + timedelta(days=days)
    leads.services.record(
        lead,
        HappeningKind.CALL_BACK_ASKED,
        at=due - timedelta(days=14),
        headline="Asked to be called back",
        facts={"due": due.date().isoformat()},
    )


def a_letter(to: str = "ann@example.com", subject: str = "Your conversation gap: the report", **more: Any) -> Letter:
    """A letter that waits."""
    html = more.pop("html", "<p>Hello Ann</p>")
    mail = Mail("report", to, "Ann", subject, "Hello Ann,\nhere it is.\n", html, **more)
    with transaction():
        letter = outbox.put(mail)
        session().flush()
        return letter


A_REPORT = (Attachment("report.pdf", "application/pdf", b"%PDF-1.7 a report"),)
