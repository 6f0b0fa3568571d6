"""The consultant's forms: weekly hours and zone, single dates, and “why is this time not offered?”."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import DateField, SelectField
from wtforms.validators import StopValidation

from booking.hours import Window, instant
from booking.hours_text import UnreadableHours, read_time, read_windows, write_windows
from kit.forms import CookielessForm, Needed, OneLine, PageForm
from kit.zones import zone_groups, zone_names

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class HoursField(OneLine):
    """Hours of a day as text; `windows` is what they mean."""

    def __init__(self, label: str = "", validators: list[Any] | None = None, **rest: Any) -> None:
        super().__init__(label, validators, most=200, **rest)
        self.windows: tuple[Window, ...] = ()

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        try:
            self.windows = read_windows(self.data or "")
        except UnreadableHours as fault:
            raise StopValidation(f"{self.label.text}: {fault}") from fault


class DayField(DateField):
    """A date; what cannot be read is said in words."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as fault:
            raise ValueError(f"{self.label.text} must be a date, like 2026-12-24") from fault


class ZoneField(SelectField):
    """A time zone, by area."""

    def __init__(self, label: str = "", **rest: Any) -> None:
        choices: Any = {area: dict(zones) for area, zones in zone_groups()}
        super().__init__(label, choices=choices, validate_choice=False, **rest)

    def pre_validate(self, form: Any) -> None:
        if self.data not in zone_names():
            raise StopValidation("Choose a time zone from the list")


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
    last = DayField("Last date")
    hours = HoursField("Hours on these dates")

    def process(self, *args: Any, **kwargs: Any) -> None:
        """An empty last date is no fault."""
        super().process(*args, **kwargs)
        if not (self.last.raw_data and str(self.last.raw_data[0]).strip()):
            self.last.process_errors = []

    def answer(self) -> tuple[date, date, tuple[Window, ...]]:
        """The first and the last date, and the windows on each of them."""
        assert self.first.data is not None
        return self.first.data, self.last.data or self.first.data, self.hours.windows


class WhyNotForm(CookielessForm):
    """A time about which to ask the engine."""

    day = DayField("Date", [Needed("Enter the date")])
    time = OneLine("Time", [Needed("Enter the time")], most=20)

    def validate_time(self, field: Any) -> None:
        """Any way of writing a time of day."""
        try:
            self.minutes = read_time(field.data or "")
        except UnreadableHours as fault:
            raise StopValidation(str(fault)) from fault

    def answer(self, own: ZoneInfo) -> datetime:
        """The instant it is in that zone."""
        assert self.day.data is not None
        return datetime.fromtimestamp(instant(self.day.data, self.minutes, own), own)
