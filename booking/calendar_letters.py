"""The letter to a consultant who is not offered any more because a calendar of theirs cannot be read."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select

from booking.availability import TRUSTED_FOR
from booking.calendar_models import CalendarSource
from booking.models import Consultant
from kit import outbox
from kit.context import current_settings
from kit.db import transaction
from kit.email_templates import render_email
from kit.mail import Mail
from kit.words import join_and
from kit.zones import zone

TRUSTED_HOURS = TRUSTED_FOR // timedelta(hours=1)


def tell_unread(*, now: datetime) -> None:
    """Write once to each consultant who is not offered because a calendar could not be read for too long."""
    stale = or_(CalendarSource.good_at.is_(None), CalendarSource.good_at < now - TRUSTED_FOR)
    with transaction() as current:
        chosen = select(CalendarSource).where(
            CalendarSource.reads, CalendarSource.told_at.is_(None), CalendarSource.tries > 0, stale
        )
        by_owner: dict[int, list[CalendarSource]] = {}
        for source in current.scalars(chosen.order_by(CalendarSource.id).with_for_update(skip_locked=True)):
            source.told_at = now
            by_owner.setdefault(source.consultant_id, []).append(source)
        for sources in by_owner.values():
            if sources[0].consultant.active and sources[0].consultant.address:
                _put_letter(sources[0].consultant, sources)


def _put_letter(consultant: Consultant, sources: list[CalendarSource]) -> None:
    values = {
        "consultant": consultant,
        "sources": sources,
        "names": join_and([f"“{source.name}”" for source in sources]),
        "zone": zone(consultant.zone_name),
        "desk_url": f"{current_settings().base_url}/desk/calendars/",
        "hours": TRUSTED_HOURS,
    }
    text, html = render_email("booking/calendar_unread", **values)
    outbox.put(
        Mail(
            kind="calendar unread",
            to=consultant.address,
            to_name=consultant.name,
            subject="You are not offered: a calendar of yours cannot be read",
            text=text,
            html=html,
            about=f"consultant {consultant.id}",
        )
    )
