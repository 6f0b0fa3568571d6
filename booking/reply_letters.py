"""The letters about a move that a guest's calendar asked for (COUNTER, RFC 5546 3.2.7).

That a wish is not met is said by the invite as it stands, with a newer stamp and the same sequence. RFC 5546 has
DECLINECOUNTER for it, which not every mail program knows; a REQUEST they all do, and it puts the entry right again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from booking import invites, letters, offer_letters, wording
from booking.exchange_models import Offer, Reply
from booking.guard import hosts_of
from booking.links import consult_url, offer_url
from booking.models import Booking, BookingState
from booking.picker import value_of
from booking.times import When
from kit import outbox
from kit.context import current_settings
from kit.db import session
from kit.email_templates import render_email
from kit.mail import Mail


@dataclass(frozen=True)
class Way:
    """A time that can be had, and the page that leads to it."""

    when: When
    url: str


def move_asked(reply: Reply, booking: Booking, *, is_free: bool, alternatives: Sequence[datetime]) -> None:
    """Tell the guest how to get the time they ask for, or one near it; tell the hosts that they ask."""
    wanted = reply.wanted_at and _when(booking, reply.wanted_at)
    _to_guest(
        booking,
        "move_asked",
        "Another time",
        {
            "wanted": wanted,
            "way": _way(booking, reply.wanted_at) if is_free and reply.wanted_at else None,
            "ways": () if is_free else tuple(_way(booking, start) for start in alternatives),
            "all_url": _all_times(booking),
        },
    )
    for host in hosts_of(booking):
        if host.address:
            when = letters.host_time(booking, host)
            text, html = render_email(
                "booking/move_asked_host",
                booking=booking,
                host=host,
                host_when=when,
                wanted=wanted and wanted.seen_from(host.zone_name),
                comment=reply.comment,
                is_free=is_free,
                desk_url=f"{current_settings().base_url}/desk/replies/",
            )
            outbox.put(
                Mail(
                    kind="move asked for, consultant",
                    to=host.address,
                    to_name=host.name,
                    subject=f"Another time asked for: {booking.consult_type.name}, {when.subject}",
                    text=text,
                    html=html,
                    about=booking.uid,
                )
            )


def kept(reply: Reply, booking: Booking) -> None:
    """Tell the guest and their calendar that it stays as it is."""
    wanted = reply.wanted_at and _when(booking, reply.wanted_at)
    invite = letters.guest_invite(booking)
    if booking.state is BookingState.PENDING:
        invite = offer_letters.pending_invite(_offer(booking), booking)
    values = {"wanted": wanted, "all_url": _all_times(booking)}
    _to_guest(booking, "kept", "As it was", values, invites.request(invite))


def _to_guest(booking: Booking, name: str, subject: str, values: dict[str, Any], calendar: bytes | None = None) -> None:
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
        is_offered=booking.state is BookingState.PENDING,
        **values,
    )
    outbox.put(
        Mail(
            kind=name.replace("_", " "),
            to=booking.address,
            to_name=wording.plain_name(booking.name),
            subject=f"{subject}: {letters.title(booking)}, {when.subject}",
            text=text,
            html=html,
            about=booking.uid,
            calendar=calendar,
            calendar_method="REQUEST" if calendar else "",
        )
    )


def _when(booking: Booking, start: datetime) -> When:
    return When(start, start + (booking.ends_at - booking.starts_at), booking.zone_name, booking.clock)


def _way(booking: Booking, start: datetime) -> Way:
    query = urlencode({"start": value_of(start), "zone": booking.zone_name, "clock": booking.clock})
    if booking.state is BookingState.PENDING:
        return Way(_when(booking, start), f"{offer_url(_offer(booking))}/{booking.reference}/other?{query}")
    return Way(_when(booking, start), f"{consult_url(booking)}/move?{query}")


def _all_times(booking: Booking) -> str:
    """Where the guest sees everything they can choose from."""
    if booking.state is BookingState.PENDING:
        return offer_url(_offer(booking))
    return f"{consult_url(booking)}/move"


def _offer(booking: Booking) -> Offer:
    return session().get_one(Offer, booking.offer_id)
