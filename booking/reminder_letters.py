"""The letters that remind: plain mails, no new invite, so that nothing moves in anybody's calendar."""

from datetime import datetime, timedelta

from booking import letters, wording
from booking.acquaintance import Rows, known_of
from booking.guard import hosts_of
from booking.links import consult_url
from booking.models import Booking, Consultant
from booking.times import When
from kit import outbox
from kit.db import session
from kit.email_templates import render_email
from kit.mail import Mail
from kit.moments import say_day, say_moment
from kit.zones import zone
from leads.handover import Handover
from leads.models import Lead

NEAR = timedelta(hours=2)


def remind(booking: Booking, *, now: datetime) -> None:
    """Remind the guest and each host, in the caller's transaction."""
    _remind_guest(booking, now)
    for host in hosts_of(booking):
        if host.address:
            _remind_host(booking, host, now)


def away(when: When, now: datetime) -> str:
    """How far away it is, as a subject begins: `Tomorrow`, `Today`, `In 1 hour`, `In 40 minutes`."""
    own = zone(when.zone_name)
    if when.start - now <= NEAR:
        words = say_moment(when.start, now=now, zone=own)
    else:
        words = say_day(when.start.astimezone(own).date(), now.astimezone(own).date())
    return words[0].upper() + words[1:]


def _remind_guest(booking: Booking, now: datetime) -> None:
    when = letters.guest_time(booking)
    until = booking.starts_at - timedelta(minutes=booking.consult_type.cut_off)
    text, html = render_email(
        "booking/reminder_guest",
        booking=booking,
        title=letters.title(booking),
        away=away(when, now),
        guest_when=when,
        host_when=letters.host_time(booking),
        host_names=letters.host_names(booking),
        greeting=wording.plain_name(booking.name),
        place=wording.place_for_guest(booking),
        manage_url=consult_url(booking),
        change_until=When(until, until, booking.zone_name, booking.clock).button if until > now else "",
    )
    outbox.put(
        Mail(
            kind="reminder",
            to=booking.address,
            to_name=wording.plain_name(booking.name),
            subject=f"{away(when, now)}: {letters.title(booking)}, {when.subject}",
            text=text,
            html=html,
            about=booking.uid,
        )
    )


def _remind_host(booking: Booking, host: Consultant, now: datetime) -> None:
    when = letters.host_time(booking, host)
    text, html = render_email(
        "booking/reminder_host",
        booking=booking,
        host=host,
        away=away(when, now),
        guest_when=letters.guest_time(booking),
        host_when=when,
        place=wording.place_for_host(booking),
        briefing=(*_known(booking), *booking.answers.items()),
        lead_url=letters.lead_url(booking),
    )
    outbox.put(
        Mail(
            kind="reminder, consultant",
            to=host.address,
            to_name=host.name,
            subject=f"{away(when, now)}: {booking.consult_type.name}, {when.subject}",
            text=text,
            html=html,
            about=booking.uid,
        )
    )


def _known(booking: Booking) -> Rows:
    """What came along with the booking; without a result what has become known of the lead since or before."""
    lead = session().get(Lead, booking.lead_id) if booking.lead_id else None
    if lead is None or Handover.from_facts(booking.handover).band:
        return letters.briefing(booking)
    return known_of([lead])[lead.id] or letters.briefing(booking)
