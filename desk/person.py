"""All that a consultant should see of one person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import blog.subscribers
import booking.services
import leads.services
from blog.subscription_models import Subscriber
from booking.models import Booking, BookingState
from desk.facts import Row
from desk.known import Known, look_up
from desk.today import CallBack
from kit import outbox, suppression
from kit.outbox import Letter
from kit.pages import Page
from kit.suppression import Bounce
from kit.zones import zone
from leads.models import Happening, Lead, Stage
from leads.origin import Origin

LETTERS = 5
BOUNCES = 2
NOTES = 5


@dataclass(frozen=True)
class Person:
    """A lead with their result, their next consult, when they want to be called, and everything that happened.

    `bounces` are the latest letters to them that came back, `notes` the latest notes, where they are asked for.
    """

    lead: Lead
    known: Known
    consult: Booking | None
    call_back: CallBack | None
    happenings: Page[Happening]
    notes: tuple[Happening, ...]
    letters: tuple[Letter, ...]
    bounces: tuple[Bounce, ...]
    subscriber: Subscriber | None
    origin: tuple[Row, ...]


def look_at(
    lead: Lead,
    *,
    zone_name: str,
    now: datetime,
    titles: Mapping[str, str],
    number: int = 1,
    with_notes: bool = False,
) -> Person:
    """Everything known of a lead now; of what happened the page of that number."""
    consults = booking.services.consults_of(lead)
    coming = [found for found in consults if found.state is BookingState.CONFIRMED and found.ends_at > now]
    known = look_up([lead])[lead.id]
    latest = consults[0] if consults else None
    today = now.astimezone(zone(zone_name)).date()
    wanted = None if lead.stage is Stage.CLOSED else lead.call_back_on
    return Person(
        lead=lead,
        known=known.with_booking(latest) if latest else known,
        consult=min(coming, key=lambda found: found.starts_at, default=None),
        call_back=None if wanted is None else CallBack(wanted, lead, known, (today - wanted).days),
        happenings=leads.services.timeline_page(lead, number=number),
        notes=leads.services.latest_notes(lead, most=NOTES) if with_notes else (),
        letters=outbox.letters_to(lead.address, most=LETTERS),
        bounces=suppression.bounces_of(lead.address, most=BOUNCES),
        subscriber=blog.subscribers.find_by_address(lead.address),
        origin=_origin(lead, titles),
    )


def _origin(lead: Lead, titles: Mapping[str, str]) -> tuple[Row, ...]:
    """How they came: first, and before their latest step where that was another way."""
    first, last = (_trail(touch, titles) for touch in (lead.first_touch, lead.last_touch))
    if not first:
        return (Row("Came from", "not known"),)
    rows = [Row("Came from", first[0].value, first[0].address), *first[1:]]
    if last and last[0] != first[0]:
        rows.append(Row("Lately from", last[0].value, last[0].address))
    return tuple(rows)


def _trail(touch: Mapping[str, object], titles: Mapping[str, str]) -> list[Row]:
    """The story or the page, who sent them, and the campaign."""
    if not touch:
        return []
    origin = Origin.from_mapping(touch)
    if origin.story:
        rows = [Row("", titles.get(origin.story, origin.story), f"/stories/{origin.story}")]
    else:
        rows = [Row("", origin.landing or "the site itself", origin.landing)]
    if origin.referrer:
        rows.append(Row("Sent by", origin.referrer))
    if origin.utm:
        rows.append(Row("Campaign", ", ".join(value for _, value in origin.utm)))
    return rows
