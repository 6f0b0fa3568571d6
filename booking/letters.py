"""The letters about a conversation: one to the guest, one to the consultant, each with an invite of its own.

Every function writes its letters in the caller's transaction. Nothing that a guest typed stands in a subject.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from booking import invites, wording
from booking.guard import hosts_of
from booking.invites import CalendarLink, Invite, Party
from booking.links import consult_url
from booking.models import Booking, BookingState, Consultant
from booking.times import When
from kit import clock, outbox
from kit.context import current_settings
from kit.db import session
from kit.email_templates import render_email
from kit.mail import Attachment, Mail
from kit.words import join_and
from leads.handover import Handover
from leads.models import Lead

Writer = Callable[[Invite], bytes]
METHODS: dict[str, Writer] = {"REQUEST": invites.request, "CANCEL": invites.cancellation}


def booked(booking: Booking) -> None:
    """Invite both."""
    _write(booking, "booked", "REQUEST", ("Booked", "New consult"))


def moved(booking: Booking, before: datetime, *, by: str = "", reason: str = "", wished: bool = False) -> None:
    """Send both the new time; `before` is when it was to start, `by` the consultant who moved it, if one did.

    `wished` is whether the guest asked for that time.
    """
    _write(booking, "moved", "REQUEST", ("Moved", "Moved"), before, by=by, reason=reason, wished=wished)


def cancelled(booking: Booking, *, by: str = "") -> None:
    """Take it out of both calendars; `by` is the consultant who called it off, if one did."""
    _write(booking, "cancelled", "CANCEL", ("Cancelled", "Cancelled"), by=by, reason=booking.reason)


def reassigned(old: Booking, new: Booking, *, by: str, reason: str = "") -> None:
    """Invite the guest and the new host to the new entry, and take the old one out of both calendars."""
    values = {"by": by, "reason": reason, "old": old, "new": new}
    _to_guest(new, "reassigned", "REQUEST", "New host", values | _times(new))
    _to_guest(old, "replaced", "CANCEL", "Replaced", values | _times(old))
    if new.consultant.address:
        _to_host(new, new.consultant, "taken_over", "REQUEST", "New consult", values | _times(new))
    if old.consultant.address:
        _to_host(old, old.consultant, "given_away", "CANCEL", "Given away", values | _times(old))


def guest_invite(booking: Booking) -> Invite:
    """The conversation as it stands in the guest's calendar."""
    settings = current_settings()
    link = consult_url(booking)
    return Invite(
        uid=booking.uid,
        sequence=booking.sequence,
        stamp=clock.now(),
        start=booking.starts_at,
        end=booking.ends_at,
        summary=title(booking),
        description=f"{wording.place_for_guest(booking)}\n\nMove or cancel: {link}\nReference: {booking.reference}",
        organizer=Party(settings.site_name, settings.mail_from),
        guest=Party(wording.plain_name(booking.name), booking.address),
        location=wording.location(booking),
        url=link,
        tentative=booking.state is BookingState.PENDING,
        answered=booking.partstat.value.upper(),
    )


def host_invite(booking: Booking, host: Consultant) -> Invite:
    """The conversation as it stands in a consultant's calendar, with what is known of the guest."""
    guest = guest_invite(booking)
    lines = [f"Guest: {booking.name}, {booking.address}", wording.place_for_host(booking)]
    lines += [f"{label}: {words}" for label, words in briefing(booking)]
    lines += [f"{label}: {answer}" for label, answer in booking.answers.items()]
    lines += [f"They wrote: {booking.note}"] if booking.note else []
    desk_url = lead_url(booking)
    lines += [f"Lead: {desk_url}"] if desk_url else []
    return replace(
        guest,
        summary=f"{booking.consult_type.name}: {booking.name}",
        description="\n".join(lines),
        guest=Party(booking.name, booking.address),
        host=Party(host.name, host.address),
        location=booking.phone or guest.location,
        url=desk_url,
    )


def calendar_links(booking: Booking) -> tuple[CalendarLink, ...]:
    """Pages of web calendars with the conversation filled in; the link says the rest, so that it stays short."""
    short = f"Move or cancel: {consult_url(booking)}"
    return invites.calendar_links(replace(guest_invite(booking), description=short))


def title(booking: Booking) -> str:
    """`First conversation with Robin Vale`."""
    return f"{booking.consult_type.name} with {host_names(booking)}"


def host_names(booking: Booking) -> str:
    """`Robin Vale`, or `Robin Vale and Sam Ortiz` where both take part."""
    return join_and([host.name for host in hosts_of(booking)])


def guest_time(booking: Booking) -> When:
    """When it is, as the guest says it."""
    return When(booking.starts_at, booking.ends_at, booking.zone_name, booking.clock)


def host_time(booking: Booking, host: Consultant | None = None) -> When:
    """When it is, as that consultant says it; the first one where nobody is named."""
    return guest_time(booking).seen_from((host or booking.consultant).zone_name)


def _write(
    booking: Booking,
    name: str,
    method: str,
    subjects: tuple[str, str],
    before: datetime | None = None,
    *,
    by: str = "",
    reason: str = "",
    wished: bool = False,
) -> None:
    """The same news to both. `before` is the start it had; `by` and `reason` are those of a consultant."""
    length = booking.ends_at - booking.starts_at
    guest_before = before and When(before, before + length, booking.zone_name, booking.clock)
    values = _times(booking) | {"guest_before": guest_before, "by": by, "reason": reason, "wished": wished}
    _to_guest(booking, name, method, subjects[0], values)
    for host in hosts_of(booking):
        if host.address:
            host_before = before and When(before, before + length, host.zone_name, booking.clock)
            _to_host(booking, host, name, method, subjects[1], {**values, "host_before": host_before})


def _times(booking: Booking) -> dict[str, Any]:
    return {"booking": booking, "title": title(booking), "guest_when": guest_time(booking)}


def _to_guest(booking: Booking, name: str, method: str, subject: str, values: dict[str, Any]) -> None:
    invite = guest_invite(booking)
    text, html = render_email(
        f"booking/{name}_guest",
        **values,
        host_when=host_time(booking),
        host_names=host_names(booking),
        greeting=wording.plain_name(booking.name),
        place=wording.place_for_guest(booking),
        manage_url=consult_url(booking),
        again_path=f"/book/{booking.consult_type.slug}/" if booking.consult_type.active else "/book/",
        links=calendar_links(booking),
    )
    when: When = values["guest_when"]
    outbox.put(
        Mail(
            kind=f"booking {name}",
            to=booking.address,
            to_name=wording.plain_name(booking.name),
            subject=f"{subject}: {title(booking)}, {when.subject}",
            text=text,
            html=html,
            about=booking.uid,
            calendar=METHODS[method](invite),
            calendar_method=method,
        )
    )


def _to_host(booking: Booking, host: Consultant, name: str, method: str, subject: str, values: dict[str, Any]) -> None:
    invite = host_invite(booking, host)
    when = host_time(booking, host)
    text, html = render_email(
        f"booking/{name}_host",
        **values,
        host=host,
        host_when=when,
        place=wording.place_for_host(booking),
        briefing=(*briefing(booking), *booking.answers.items()),
        lead_url=lead_url(booking),
    )
    mail = Mail(
        kind=f"booking {name}, consultant",
        to=host.address,
        to_name=host.name,
        subject=f"{subject}: {booking.consult_type.name}, {when.subject}",
        text=text,
        html=html,
        about=booking.uid,
    )
    if host.address.lower() == current_settings().mail_from.lower():
        # An organizer that invites itself is thrown away by Outlook; the mailbox of the site gets a plain file.
        file = Attachment("consult.ics", "application/ics", invites.calendar_file(invite))
        outbox.put(mail if method == "CANCEL" else replace(mail, attachments=(file,)))
        return
    outbox.put(replace(mail, calendar=METHODS[method](invite), calendar_method=method))


def briefing(booking: Booking) -> tuple[tuple[str, str], ...]:
    """What the consultant should know beforehand: the result of the assessment, and the story that brought them."""
    handover = Handover.from_facts(booking.handover)
    lead = _lead(booking)
    story = handover.story or booking.origin.get("story", "") or (lead.first_story if lead else "")
    rows = wording.known_of_guest(handover)
    return (*rows, ("Story", wording.story_name(story))) if story else rows


def _lead(booking: Booking) -> Lead | None:
    return session().get(Lead, booking.lead_id) if booking.lead_id else None


def lead_url(booking: Booking) -> str:
    """Where the desk tells everything about the guest; empty where they are no lead."""
    lead = _lead(booking)
    return f"{current_settings().base_url}/desk/leads/{lead.public_id}" if lead else ""
