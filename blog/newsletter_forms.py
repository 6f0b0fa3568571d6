"""The forms of the newsletter at the desk."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from wtforms.validators import StopValidation

from kit.forms import Choice, Needed, OneLine, PageForm

NOW, LATER = "now", "later"
LAST_YEAR = 2099


class ScheduleForm(PageForm):
    """When a story goes out. `sure` is set on the page that shows it once more."""

    when = Choice("When", choices={NOW: "Now", LATER: "At a time"}, missing="Choose whether it goes out now or later")
    day = OneLine("Day", most=20)
    time_of_day = OneLine("Time", most=20)
    sure = OneLine("")

    def __init__(self, *arguments: Any, zone: ZoneInfo, now: datetime, **rest: Any) -> None:
        super().__init__(*arguments, **rest)
        self.zone, self.now = zone, now
        self.due_at = now

    def validate(self, extra_validators: Any = None) -> bool:
        """What must fit together: a day and a time of it that are still to come."""
        if not super().validate(extra_validators):
            return False
        if self.when.data == NOW:
            return True
        try:
            on = date.fromisoformat(self.day.data or "")
        except ValueError:
            return self._wrong(self.day, "Day must be a date, like 2026-12-24")
        try:
            at = time.fromisoformat((self.time_of_day.data or "").zfill(5))
        except ValueError:
            return self._wrong(self.time_of_day, "Time must be an hour and a minute, like 08:30")
        if not self.now.year <= on.year <= LAST_YEAR:
            return self._wrong(self.day, f"Day must be from today to the year {LAST_YEAR}")
        self.due_at = datetime.combine(on, at.replace(tzinfo=None), self.zone)
        if self.due_at <= self.now:
            return self._wrong(self.time_of_day, "That time is over; choose one that is to come, or now")
        return True

    def _wrong(self, field: OneLine, words: str) -> bool:
        field.errors = [*field.errors, words]
        return False


class TakeOffForm(PageForm):
    """How somebody asked to be taken off the list."""

    how = OneLine("How they asked", [Needed("Say how they asked, such as: by telephone")], most=80)

    def validate_how(self, field: Any) -> None:
        if field.data and len(field.data) < 3:
            raise StopValidation("Say it in a word or two, such as: by telephone")


class ButtonForm(PageForm):
    """A button alone."""
