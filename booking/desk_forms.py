"""The consultant's forms about their own time: hours, dates, limits, journeys, blocks, “why is this not offered?”."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import BooleanField
from wtforms.validators import StopValidation

from booking.desk_fields import DayField, HoursField, LaterDayField, TimeField, ZoneField
from booking.hours import DAY_MINUTES, Window, instant
from booking.hours_text import write_windows
from kit.forms import CookielessForm, Needed, OneLine, PageForm, Whole

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_BLOCK = timedelta(days=366)


class WeekForm(PageForm):
    """The weekly hours in the consultant's own zone."""

    zone_name = ZoneField("Time zone")
    monday = HoursField("Monday")
    tuesday = HoursField("Tuesday")
    wednesday = HoursField("Wednesday")
    thursday = HoursField("Thursday")
    friday = HoursField("Friday")
    saturday = HoursField("Saturday")
    sunday = HoursField("Sunday")

    @staticmethod
    def shown(zone_name: str, week: Mapping[int, tuple[Window, ...]]) -> dict[str, str]:
        """What stands in the fields at first."""
        days = {name: write_windows(week.get(number, ())) for number, name in enumerate(WEEKDAYS, 1)}
        return {"zone_name": zone_name, **days}

    def answer(self) -> dict[int, tuple[Window, ...]]:
        """The windows by ISO weekday."""
        return {number: self[name].windows for number, name in enumerate(WEEKDAYS, 1)}

    @property
    def days(self) -> list[Any]:
        """The fields of the days."""
        return [self[name] for name in WEEKDAYS]

    def validate(self, extra_validators: Any = None) -> bool:
        """Also refuses a night that runs into the hours of the next day."""
        if not super().validate(extra_validators):
            return False
        week = self.answer()
        for number, name in enumerate(WEEKDAYS, 1):
            following = week[number % 7 + 1]
            late = [window for window in week[number] if window.end < window.start]
            if late and following and late[-1].end > following[0].start:
                self[name].errors = [f"{self[name].label.text} runs into the hours of the next day"]
                return False
        return True


class OverrideForm(PageForm):
    """Other hours on one date, or on several in a row."""

    first = DayField("First date", [Needed("Enter the date")])
    last = LaterDayField("Last date")
    hours = HoursField("Hours on these dates")

    def answer(self) -> tuple[date, date, tuple[Window, ...]]:
        """The first and the last date, and the windows on each of them."""
        assert self.first.data is not None
        return self.first.data, self.last.data or self.first.data, self.hours.windows


class LimitsForm(PageForm):
    """How much a consultant does at most, over all consult types."""

    active = BooleanField("Visitors can book me")
    max_per_day = Whole("Consults a day", least=1, most=48)
    max_per_week = Whole("Consults a week", least=1, most=336)

    def validate_max_per_week(self, field: Any) -> None:
        """A week cannot hold less than one of its days."""
        if field.data and self.max_per_day.data and field.data < self.max_per_day.data:
            raise StopValidation("A week cannot have fewer consults than one of its days")


class JourneyForm(PageForm):
    """Dates on which the hours are meant in another zone."""

    leaves = DayField("From", [Needed("Enter the first date of the journey")])
    returns = DayField("Until", [Needed("Enter the last date of the journey")])
    there = ZoneField("Time zone there")

    def validate_returns(self, field: Any) -> None:
        """A journey ends where it began at the earliest."""
        if field.data and self.leaves.data and field.data < self.leaves.data:
            raise StopValidation("The last date is before the first one")

    def answer(self) -> tuple[date, date, str]:
        """The first and the last date, and the zone."""
        assert self.leaves.data is not None and self.returns.data is not None
        return self.leaves.data, self.returns.data, self.there.data


class BlockForm(PageForm):
    """Time in which nothing is to be offered."""

    first = DayField("From", [Needed("Enter the date from which on nothing is offered")])
    start = TimeField("Time from")
    last = LaterDayField("Until")
    end = TimeField("Time until")
    reason = OneLine("Reason", most=200)

    def answer(self, own: ZoneInfo) -> tuple[datetime, datetime, str]:
        """Start, end and reason; times left empty are the whole of their date."""
        assert self.first.data is not None
        last = self.last.data or self.first.data
        end = DAY_MINUTES if self.end.minutes is None else self.end.minutes
        return (
            datetime.fromtimestamp(instant(self.first.data, self.start.minutes or 0, own), own),
            datetime.fromtimestamp(instant(last, end, own), own),
            self.reason.data or "",
        )

    def fits(self, own: ZoneInfo, now: datetime) -> bool:
        """Whether the time ends after it starts and is still to come; says so beside the field if not."""
        start, end, _ = self.answer(own)
        where = self.end if self.end.data or not self.last.data else self.last
        if end <= start:
            where.errors = ["It must end after it starts"]
        elif end <= now:
            where.errors = ["This time is over already"]
        elif end - start > LONGEST_BLOCK:
            where.errors = ["At most a year can be blocked at once"]
        return not self.errors


class WhyNotForm(CookielessForm):
    """A time about which to ask the engine."""

    day = DayField("Date", [Needed("Enter the date")])
    time = TimeField("Time", [Needed("Enter the time")])

    def answer(self, own: ZoneInfo) -> datetime:
        """The instant it is in that zone."""
        assert self.day.data is not None and self.time.minutes is not None
        return datetime.fromtimestamp(instant(self.day.data, self.time.minutes, own), own)
