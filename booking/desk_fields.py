"""The fields of the consultants' forms: hours, dates, times of day, lengths, zones, some of several."""

from typing import Any

from wtforms import DateField, SelectField, SelectMultipleField
from wtforms.validators import StopValidation

from booking import lengths
from booking.hours import DAY_MINUTES, Window
from booking.hours_text import UnreadableHours, read_time, read_windows
from booking.lengths import UnreadableLength
from booking.wording import length
from kit.forms import OneLine
from kit.words import plural
from kit.zones import zone_groups, zone_names

FIRST_YEAR, LAST_YEAR = 2000, 2099


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
    """A date of this century; what cannot be read is said in words."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as fault:
            raise ValueError(f"{self.label.text} must be a date, like 2026-12-24") from fault
        if self.data is not None and not FIRST_YEAR <= self.data.year <= LAST_YEAR:
            raise ValueError(f"{self.label.text} must be a date from {FIRST_YEAR} to {LAST_YEAR}")


class LaterDayField(DayField):
    """A date that may be left empty."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist and str(valuelist[0]).strip():
            super().process_formdata(valuelist)


class TimeField(OneLine):
    """A time of day, written in any way; `minutes` is how long after midnight, None where it was left empty."""

    def __init__(self, label: str = "", validators: list[Any] | None = None, **rest: Any) -> None:
        super().__init__(label, validators, most=20, **rest)
        self.minutes: int | None = None

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if not self.data:
            return
        try:
            self.minutes = read_time(self.data)
        except UnreadableHours as fault:
            raise StopValidation(f"{self.label.text}: {fault}") from fault


class ZoneField(SelectField):
    """A time zone, by area."""

    def __init__(self, label: str = "", **rest: Any) -> None:
        choices: Any = {area: dict(zones) for area, zones in zone_groups()}
        super().__init__(label, choices=choices, validate_choice=False, **rest)

    def pre_validate(self, form: Any) -> None:
        if self.data not in zone_names():
            raise StopValidation("Choose a time zone from the list")


class LengthField(OneLine):
    """A length of time as text; `minutes` is what it means, empty is none. At most `longest` minutes."""

    def __init__(
        self, label: str = "", validators: list[Any] | None = None, *, longest: int = DAY_MINUTES, **rest: Any
    ) -> None:
        super().__init__(label, validators, most=40, **rest)
        self.longest, self.minutes = longest, 0

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        try:
            self.minutes = lengths.read_length(self.data) if self.data else 0
        except UnreadableLength as fault:
            raise StopValidation(f"{self.label.text}: {fault}") from fault
        if self.minutes > self.longest:
            raise StopValidation(f"{self.label.text} must be {length(self.longest)} or less")


class LengthsField(OneLine):
    """Lengths of a conversation, `30, 60`; `minutes` are those, the first one first."""

    def __init__(
        self,
        label: str = "",
        validators: list[Any] | None = None,
        *,
        shortest: int,
        longest: int,
        most_of_them: int,
        **rest: Any,
    ) -> None:
        super().__init__(label, validators, most=120, **rest)
        self.shortest, self.longest, self.most_of_them = shortest, longest, most_of_them
        self.minutes: tuple[int, ...] = ()

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        try:
            self.minutes = lengths.read_lengths(self.data or "")
        except UnreadableLength as fault:
            raise StopValidation(f"{self.label.text}: {fault}") from fault
        if any(not self.shortest <= minutes <= self.longest for minutes in self.minutes):
            raise StopValidation(f"{self.label.text}: each from {self.shortest} minutes to {length(self.longest)}")
        if len(self.minutes) > self.most_of_them:
            raise StopValidation(f"{self.label.text}: at most {plural(self.most_of_them, 'length')} can be chosen from")


class Choices(SelectMultipleField):
    """Some of several, as boxes to tick."""

    def __init__(self, label: str = "", validators: list[Any] | None = None, **rest: Any) -> None:
        super().__init__(label, validators, validate_choice=False, coerce=str, **rest)

    def pre_validate(self, form: Any) -> None:
        if not set(self.data or ()) <= {str(choice[0]) for choice in self.iter_choices()}:
            raise StopValidation("Tick names from the list")
