"""What somebody on the waitlist waits for, and how long a time that opens is held for them. Plain values only."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking.hours import instant

MOST_TIME = timedelta(hours=2)
LEAST_TIME = timedelta(minutes=15)


@dataclass(frozen=True)
class Waiting:
    """A wish. `before` is a date of the guest's zone; `booked_for` is the start of the consult they have already.

    `cut_off` is how long before its start that consult can be moved at the latest.
    """

    zone: ZoneInfo
    before: date | None = None
    booked_for: datetime | None = None
    cut_off: timedelta = timedelta()

    @property
    def bound(self) -> datetime | None:
        """The first instant that is no longer early enough; None where any time helps."""
        midnight = None if self.before is None else _midnight(self.before, self.zone)
        bounds = [bound for bound in (midnight, self.booked_for) if bound is not None]
        return min(bounds, default=None)

    def fits(self, start: datetime) -> bool:
        """Whether a start is early enough."""
        return self.bound is None or start < self.bound

    def until(self, start: datetime, now: datetime, notice: timedelta) -> datetime | None:
        """How long a start that opens is held: two hours, or half of what is left to agree on it.

        The other half is for the next in line. None where too little is left for anybody to read a mail.
        """
        last = start - notice
        if self.booked_for is not None:
            last = min(last, self.booked_for - self.cut_off)
        minutes = min(MOST_TIME, (last - now) / 2) // timedelta(minutes=1)
        length = timedelta(minutes=minutes)
        return now + length if length >= LEAST_TIME else None

    def is_over(self, now: datetime, notice: timedelta) -> bool:
        """Whether nothing that opens from now on could be held for them."""
        if self.booked_for is not None and self.booked_for - self.cut_off <= now:
            return True
        return self.bound is not None and self.bound - notice <= now


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(instant(day, 0, zone), zone)
