"""The free times of a consult type, laid out as the page shows them."""

from dataclasses import dataclass
from datetime import date, datetime

from booking import services
from booking.looking import Look
from booking.models import Booking, ConsultType
from booking.picker import DAYS_SHOWN, ONE_DAY, Day, Month, days_of, month_of
from booking.wording import lengths_of_type
from kit.words import format_date
from kit.zones import city, offset_label, zone


@dataclass(frozen=True)
class PickerPage:
    """One look at what is free. `earlier` and `later` are where the neighbouring days begin, None where there are none.

    Without `days` nothing at all can be booked.
    """

    look: Look
    minutes: int
    offsets: str
    days: tuple[Day, ...]
    month: Month
    earlier: date | None
    later: date | None
    months: tuple[tuple[str, date], ...]
    jumped: str = ""

    @property
    def city(self) -> str:
        """The zone as a person says it: `New York`."""
        return city(self.look.zone_name)


def picker_page(consult_type: ConsultType, look: Look, *, now: datetime, moving: Booking | None = None) -> PickerPage:
    """What is free from `look.first` on. Where those seven days have nothing it goes to the first day that has.

    A length that the consult type does not have is said, and its first one is shown.
    """
    if look.minutes and look.minutes not in consult_type.lengths:
        lengths = lengths_of_type(consult_type)
        look = look.lasting(0).saying(f"It can take {lengths}; these are times for {consult_type.minutes} minutes.")
    own = zone(look.zone_name)
    today = now.astimezone(own).date()
    last = services.last_bookable_day(consult_type, zone=own, now=now)
    minutes = look.minutes or None
    found = services.offer(consult_type, first=today, last=last, zone=own, now=now, moving=moving, minutes=minutes)
    free = {day.day: tuple(slot.start for slot in day.slots) for day in found}
    wanted = min(max(look.first or today, today), last)
    shown = _nearest(sorted(free), wanted)
    after = shown + DAYS_SHOWN * ONE_DAY
    starts = [start for day, times in free.items() if shown <= day < after for start in times]
    earlier = [day for day in free if day < shown]
    later = [day for day in free if day >= after]
    jumped = ""
    if look.first and shown != wanted:
        jumped = f"Nothing is free in the seven days from {format_date(wanted)}. These are the nearest free days."
    return PickerPage(
        look=look.at(shown),
        minutes=moving.minutes if moving else look.minutes or consult_type.minutes,
        offsets=" then ".join(dict.fromkeys(offset_label(start, own) for start in starts)),
        days=days_of(free, first=shown, zone=own, clock=look.clock),
        month=month_of(free, shown=shown),
        earlier=max(today, max(earlier) - (DAYS_SHOWN - 1) * ONE_DAY) if earlier else None,
        later=min(later) if later else None,
        months=_months(sorted(free), shown),
        jumped=jumped,
    )


def _nearest(free: list[date], wanted: date) -> date:
    """`wanted` where it or the six days after it have something free; else the next free day, else the last one."""
    following = [day for day in free if day >= wanted]
    if following:
        return wanted if following[0] < wanted + DAYS_SHOWN * ONE_DAY else following[0]
    return max(free[0], free[-1] - (DAYS_SHOWN - 1) * ONE_DAY) if free else wanted


def _months(free: list[date], shown: date) -> tuple[tuple[str, date], ...]:
    """The months before and after the one shown that have something free, with their first free day."""
    firsts: dict[tuple[int, int], date] = {}
    for day in free:
        firsts.setdefault((day.year, day.month), day)
    before = [month for month in firsts if month < (shown.year, shown.month)]
    after = [month for month in firsts if month > (shown.year, shown.month)]
    chosen = [*([max(before)] if before else []), *([min(after)] if after else [])]
    return tuple((f"{firsts[month]:%B %Y}", firsts[month]) for month in chosen)
