"""The letters of the waitlist: that somebody is on it, and that a time has opened for them.

They go to an address that nobody has confirmed: nothing that was typed stands in a subject.
"""

from booking import letters, wording
from booking.exchange_models import WaitlistEntry
from booking.links import opening_url, place_url
from booking.models import Booking
from booking.times import When
from booking.waiting import Waiting
from kit import outbox
from kit.email_templates import render_email
from kit.mail import Mail
from kit.words import format_date


def joined(entry: WaitlistEntry, waiting: Waiting) -> None:
    """Confirm a place on the list."""
    name = entry.consult_type.name
    _write(entry, "joined", f"You are on the list: {name}", type_name=name, waited_for=waited_for(waiting, entry.clock))


def opened(entry: WaitlistEntry, held: Booking, moving: Booking | None) -> None:
    """Tell that a time is held; `moving` is the consult that would move there."""
    when = letters.guest_time(held)
    _write(
        entry,
        "opened",
        f"A time has opened: {letters.title(held)}, {when.subject}",
        title=letters.title(held),
        booking=held,
        guest_when=when,
        host_when=letters.host_time(held),
        host_names=letters.host_names(held),
        place=wording.place_for_guest(held if moving is None else moving),
        now_at=moving and letters.guest_time(moving),
        until=until(held),
        opening_url=opening_url(entry, held.starts_at),
    )


def waited_for(waiting: Waiting, clock: str) -> str:
    """What somebody waits for, in words that follow “when”."""
    before = f"a time before {format_date(waiting.before)} opens" if waiting.before else "a time opens"
    if waiting.booked_for is None:
        return before
    now_at = When(waiting.booked_for, waiting.booked_for, waiting.zone.key, clock)
    own = f"{now_at.button} ({now_at.zone})"
    return f"{before}, instead of {own}" if waiting.before else f"a time opens that is earlier than {own}"


def until(held: Booking) -> str:
    """Until when a time is held, as the guest says it."""
    end = held.hold_expires_at or held.created_at
    when = When(end, end, held.zone_name, held.clock)
    return f"{when.button} ({when.zone})"


def _write(entry: WaitlistEntry, name: str, subject: str, **values: object) -> None:
    greeting = wording.plain_name(entry.name)
    text, html = render_email(
        f"booking/waitlist_{name}", greeting=greeting, place_url=place_url(entry), subject=subject, **values
    )
    outbox.put(
        Mail(
            kind=f"waitlist {name}",
            to=entry.address,
            to_name=greeting,
            subject=subject,
            text=text,
            html=html,
            about=f"waitlist {entry.id}",
        )
    )
