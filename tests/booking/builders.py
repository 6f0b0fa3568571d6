"""Consultants, consult types and bookings as tests need them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from booking import guard
from booking.guard import Guest, Wish
from booking.models import Booking, Consultant, ConsultType, WeeklyHours
from kit.db import transaction

MONDAY_10 = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)  # 10:00 in New York, the Monday after the clocks changed
A_WEEK_BEFORE = datetime(2026, 10, 26, 12, 0, tzinfo=UTC)


def a_consultant(name: str = "Robin Hale", **changes: Any) -> Consultant:
    """Somebody in New York with hours from 9 to 17 on working days."""
    values: dict[str, Any] = {
        "name": name,
        "address": f"{name.split()[0].lower()}@consultancy.example",
        "zone_name": "America/New_York",
        "weekly": [WeeklyHours(weekday=day, start=9 * 60, finish=17 * 60) for day in range(1, 6)],
    }
    with transaction() as current:
        consultant = Consultant(**values | changes)
        current.add(consultant)
    return consultant


def a_consult_type(*hosts: Consultant, slug: str = "first-conversation", **changes: Any) -> ConsultType:
    """Half an hour, every half hour, without buffers or notice unless said otherwise."""
    values: dict[str, Any] = {
        "slug": slug,
        "name": "First conversation",
        "place": "By phone: the consultant calls the number you give.",
        "minutes": 30,
        "step": 30,
        "buffer_before": 0,
        "buffer_after": 0,
        "notice": 0,
        "horizon_days": 60,
        "cut_off": 60,
        "hosts": list(hosts) or [a_consultant()],
    }
    with transaction() as current:
        consult_type = ConsultType(**values | changes)
        current.add(consult_type)
    return consult_type


def a_hold(
    consult_type: ConsultType, start: datetime = MONDAY_10, *, visitor: str = "ann", now: datetime = A_WEEK_BEFORE
) -> Booking:
    """A start held for a visitor."""
    wish = Wish(start=start, visitor=visitor, zone_name="America/Chicago")
    return guard.hold(consult_type, wish, now=now, host_name="localhost")


def a_guest(name: str = "Ann Avery") -> Guest:
    return Guest(name, f"{name.split()[0].lower()}@example.com")


def a_booking(
    consult_type: ConsultType, start: datetime = MONDAY_10, *, visitor: str = "ann", now: datetime = A_WEEK_BEFORE
) -> Booking:
    """A confirmed consult, without letters."""
    booking, _ = guard.confirm(a_hold(consult_type, start, visitor=visitor, now=now).secret, a_guest(), now=now)
    return booking


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)
