"""The letters about times by mail: a tentative invite for each time, and its withdrawal; plain words to the hosts.

Hosts get no invite before something is agreed: three entries that come and go would only stand in their way. Their
calendars show the times where the site may write to them.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from booking import letters, wording
from booking.exchange_models import Offer, OfferState
from booking.guard import hosts_of
from booking.invites import Invite
from booking.links import offer_url
from booking.models import Booking, Consultant
from booking.times import When
from kit import outbox
from kit.db import session
from kit.email_templates import render_email
from kit.mail import Mail
from kit.words import plural

COUNTS = {1: "one", 2: "two", 3: "three"}


def offered(offer: Offer, times: Sequence[Booking]) -> None:
    """Invite the guest to each time, tentatively, and tell the hosts."""
    for number, booking in enumerate(times, 1):
        others = [letters.guest_time(other) for other in times if other is not booking]
        values = {
            "others": others,
            "number": number,
            "count": len(times),
            "count_said": COUNTS[len(times)],
            "until": until(offer, booking),
        }
        subject = f"Time {number} of {len(times)}" if len(times) > 1 else "A time for you"
        _to_guest(offer, booking, "offered", "REQUEST", subject, values, pending_invite(offer, booking))
    _to_hosts(offer, times, "offer_made", f"{plural(len(times), 'time')} offered")


def withdrawn(booking: Booking, why: OfferState) -> None:
    """Take one time out of the guest's calendar. `why` is what became of the offer."""
    offer = session().get_one(Offer, booking.offer_id)
    again = f"/book/{booking.consult_type.slug}/" if booking.consult_type.active else "/book/"
    left = why is OfferState.DECLINED and offer.state is OfferState.OPEN
    values = {"why": why.value, "left": left, "again_path": again}
    invite = replace(pending_invite(offer, booking), description=f"No longer held.\nReference: {booking.reference}")
    _to_guest(offer, booking, "withdrawn", "CANCEL", "No longer held", values, invite)


def ended(offer: Offer, times: Sequence[Booking]) -> None:
    """Tell the hosts that nothing came of it."""
    _to_hosts(offer, times, "offer_ended", "No time was taken")


def pending_invite(offer: Offer, booking: Booking) -> Invite:
    """A time as it stands in the guest's calendar until something is agreed."""
    link = offer_url(offer)
    words = f"Held for you until {until(offer, booking)}.\n\nTake this time, or say that none fits: {link}"
    return replace(
        letters.guest_invite(booking),
        summary=f"Offered: {letters.title(booking)}",
        description=f"{words}\nReference: {booking.reference}",
        url=link,
    )


def until(offer: Offer, booking: Booking) -> str:
    """How long the times are held, as the guest says it."""
    return _moment(offer.expires_at, booking.zone_name, booking.clock)


def listed(times: Sequence[Booking]) -> str:
    """The times, one a line, as their hosts say them."""
    return "\n".join(letters.host_time(booking).sentence for booking in times)


def _moment(instant: datetime, zone_name: str, clock: str) -> str:
    when = When(instant, instant, zone_name, clock)
    return f"{when.button} ({when.zone})"


def _to_guest(
    offer: Offer, booking: Booking, name: str, method: str, subject: str, values: dict[str, Any], invite: Invite
) -> None:
    when = letters.guest_time(booking)
    text, html = render_email(
        f"booking/{name}_guest",
        booking=booking,
        title=letters.title(booking),
        guest_when=when,
        host_when=letters.host_time(booking),
        host_names=letters.host_names(booking),
        greeting=wording.plain_name(booking.name),
        place=wording.place_for_guest(booking),
        offer_url=offer_url(offer),
        asked=offer.account_id is None,
        **values,
    )
    outbox.put(
        Mail(
            kind=f"time {name}",
            to=booking.address,
            to_name=wording.plain_name(booking.name),
            subject=f"{subject}: {letters.title(booking)}, {when.subject}",
            text=text,
            html=html,
            about=booking.uid,
            calendar=letters.METHODS[method](invite),
            calendar_method=method,
        )
    )


def _to_hosts(offer: Offer, times: Sequence[Booking], name: str, subject: str) -> None:
    """One letter to each host of any of the times, with those that are theirs."""
    people: dict[int, tuple[Consultant, list[Booking]]] = {}
    for booking in times:
        for host in hosts_of(booking):
            people.setdefault(host.id, (host, []))[1].append(booking)
    for host, own in people.values():
        if host.address:
            _to_host(offer, host, own, name, subject)


def _to_host(offer: Offer, host: Consultant, times: Sequence[Booking], name: str, subject: str) -> None:
    first = times[0]
    text, html = render_email(
        f"booking/{name}_host",
        booking=first,
        host=host,
        times=[(letters.host_time(booking, host), letters.guest_time(booking)) for booking in times],
        until=_moment(offer.expires_at, host.zone_name, first.clock),
        asked=offer.account_id is None,
        state=offer.state.value,
        place=wording.place_for_host(first),
        briefing=(*letters.briefing(first), *first.answers.items()),
        lead_url=letters.lead_url(first),
    )
    outbox.put(
        Mail(
            kind=f"{name.replace('_', ' ')}, consultant",
            to=host.address,
            to_name=host.name,
            subject=f"{subject}: {first.consult_type.name}",
            text=text,
            html=html,
            about=first.uid,
        )
    )
