"""The waitlist at the desk: who waits, since when and for what."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from booking import letters, schedule, waitlist
from booking.exchange_models import WaitlistEntry
from booking.forms import ButtonForm
from booking.models import Booking
from kit import clock
from kit.asked import page_number
from kit.context import current_settings
from leads.models import Lead
from staff.access import current_account, desk_only
from staff.roles import Right

waitlist_admin = desk_only(Blueprint("waitlist_admin", __name__, url_prefix="/desk/waitlist"), Right.RUN_CONSULTS)


@dataclass(frozen=True)
class Line:
    """One place with what belongs to it. `held` is the time that is held for it now."""

    entry: WaitlistEntry
    lead: Lead | None
    booking: Booking | None
    held: Booking | None


@waitlist_admin.get("/")
def places() -> ResponseReturnValue:
    """Everybody who waits, first in line first."""
    consultant = schedule.shown_to(current_account().id)
    page = waitlist.places_page(number=page_number())
    return render_template(
        "booking/desk/waitlist.html",
        lines=_lines(page.rows),
        page=page,
        zone_name=consultant.zone_name if consultant else current_settings().site_timezone,
        title_of=letters.title,
    )


@waitlist_admin.post("/<int:entry_id>/remove")
def remove(entry_id: int) -> ResponseReturnValue:
    """Take somebody off the list; what is held for them is free again."""
    if ButtonForm().validate_on_submit():
        waitlist.remove(entry_id, now=clock.now())
    return redirect(url_for(".places"), 303)


def _lines(entries: Sequence[WaitlistEntry]) -> tuple[Line, ...]:
    people, bookings = waitlist.leads_of(entries), waitlist.bookings_of(entries)
    lines = []
    for entry in entries:
        held = bookings.get(entry.held_id or 0)
        shown = held if held is not None and waitlist.is_held(held, clock.now()) else None
        lines.append(Line(entry, people.get(entry.lead_id or 0), bookings.get(entry.booking_id or 0), shown))
    return tuple(lines)
