"""The free times of which some are ticked, laid out as a page shows them: a week at a time, ticks kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from booking import offers
from booking.looking import Look
from booking.models import Consultant, ConsultType
from booking.picker import DAYS_SHOWN, ONE_DAY, Day, days_of, value_of
from booking.times import When
from kit.zones import city, offset_label, zone


@dataclass(frozen=True)
class TimesPage:
    """One look at what can be sent. `ticked` are values of choices; `elsewhere` those of other weeks, with words."""

    look: Look
    minutes: int
    offsets: str
    days: tuple[Day, ...]
    earlier: date | None
    later: date | None
    ticked: frozenset[str]
    elsewhere: tuple[tuple[str, str], ...]

    @property
    def city(self) -> str:
        """The zone as a person says it."""
        return city(self.look.zone_name)


def times_page(
    consult_type: ConsultType,
    look: Look,
    ticked: Sequence[datetime],
    *,
    now: datetime,
    only: Sequence[Consultant] | None = None,
) -> TimesPage:
    """What can be sent from `look.first` on; where those seven days have nothing, from the next day that has.

    A length that the consult type does not have is left to it.
    """
    if look.minutes not in consult_type.lengths:
        look = look.lasting(0)
    own = zone(look.zone_name)
    free: dict[date, list[datetime]] = {}
    for start in offers.free_times(consult_type, zone=own, now=now, minutes=look.minutes, only=only):
        free.setdefault(start.astimezone(own).date(), []).append(start)
    shown = _first_shown(sorted(free), look.first or now.astimezone(own).date())
    after = shown + DAYS_SHOWN * ONE_DAY
    starts = [start for day, times in free.items() if shown <= day < after for start in times]
    earlier = [day for day in free if day < shown]
    outside = sorted(set(ticked) - set(starts))
    return TimesPage(
        look=look.at(shown),
        minutes=look.minutes or consult_type.minutes,
        offsets=" then ".join(dict.fromkeys(offset_label(start, own) for start in starts)),
        days=days_of({day: tuple(times) for day, times in free.items()}, first=shown, zone=own, clock=look.clock),
        earlier=max(now.astimezone(own).date(), max(earlier) - (DAYS_SHOWN - 1) * ONE_DAY) if earlier else None,
        later=min((day for day in free if day >= after), default=None),
        ticked=frozenset(value_of(start) for start in ticked),
        elsewhere=tuple((value_of(start), When(start, start, look.zone_name, look.clock).button) for start in outside),
    )


def _first_shown(free: list[date], wanted: date) -> date:
    following = [day for day in free if day >= wanted]
    if following:
        return wanted if following[0] < wanted + DAYS_SHOWN * ONE_DAY else following[0]
    return free[-1] if free else wanted
