"""The starts that are free until the horizon, for whoever waits for one."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from booking import guard, services
from booking.availability import hosts_between, policy_of
from booking.hours import ONE_DAY, instant
from booking.models import Booking, ConsultType
from booking.slots import find_slots

UTC_ZONE = ZoneInfo("UTC")


def free_starts(
    consult_type: ConsultType, *, minutes: int, now: datetime, moving: Booking | None = None
) -> tuple[datetime, ...]:
    """Every free start of that length, in order; for a `moving` consult those of its own hosts and its own length.

    The time that the moving consult has itself counts as taken: what is held for it must lie beside it.
    """
    first, last = now.date(), services.last_bookable_day(consult_type, zone=UTC_ZONE, now=now)
    begin, end = (datetime.fromtimestamp(instant(day, 0, UTC_ZONE), UTC_ZONE) for day in (first, last + ONE_DAY))
    people = consult_type.hosts if moving is None else guard.hosts_of(moving)
    hosts = hosts_between(people, begin, end, now=now)
    policy = policy_of(consult_type, minutes if moving is None else moving.minutes)
    if moving is not None:
        policy = replace(policy, mode="all")
        if len(hosts) < len(people):
            return ()
    slots = find_slots(hosts, policy, now=now, first=first, last=last, zone=UTC_ZONE)
    return tuple(slot.start for slot in slots)


class Openings:
    """What is free at one instant, worked out once for each kind and length until something is held."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._known: dict[tuple[int, int, int], tuple[datetime, ...]] = {}

    def of(self, consult_type: ConsultType, minutes: int, moving: Booking | None = None) -> tuple[datetime, ...]:
        """The free starts, as `free_starts` gives them."""
        key = (consult_type.id, minutes, moving.id if moving else 0)
        if key not in self._known:
            self._known[key] = free_starts(consult_type, minutes=minutes, now=self.now, moving=moving)
        return self._known[key]

    def forget(self) -> None:
        """Something was held, or taken by somebody else: look anew."""
        self._known.clear()
