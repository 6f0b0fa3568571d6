"""What the design sheet shows: one of each part, filled with sample values."""

from datetime import date, datetime, timedelta
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, PasswordField, SelectField
from wtforms.validators import ValidationError

from assessment.answers import Answers
from assessment.charts import charts_of
from assessment.forms import Choices
from assessment.result import assess
from blog.markup import render
from blog.views import shelf
from booking.looking import Look
from booking.picker import days_of, month_of
from dev.profiles import AN_OFFICE
from kit import clock
from kit.context import current_settings
from kit.forms import Choice, CookielessForm, Email, ManyLines, Needed, OneLine, Whole
from kit.sorting import Sort
from kit.zones import zone
from leads.handover import Handover

STORY_PIECES = """\
A line of the story, with *emphasis* and [a link](/about).

> Dana: Why are you calling me?

> Priya: Because somebody I trust said that you are good at this, and I wanted to hear it from you.

::: moral
The moral is the one loud thing on the page. It has two sentences.
:::
"""
WRONG = {
    "line": "one\ntwo",
    "email": "name.example.com",
    "number": "four",
    "unit": "900",
    "choice": "neither",
    "text": "x" * 41,
}


class SampleForm(CookielessForm):
    """One field of each kind."""

    line = OneLine("A line of text", [Needed("Enter a line of text")])
    email = Email("E-mail address")
    secret = PasswordField("Password", [Needed("Enter a password")])
    number = Whole("A number", least=0, most=400)
    unit = Whole("A number with a unit", least=0, most=160)
    day = DateField("A date", [Needed("Enter a date")])
    text = ManyLines("A few lines", most=40)
    listed = SelectField(
        "From a list",
        [Needed("Choose one from the list")],
        choices={"a": "The first", "b": "The second"},
        validate_choice=False,
    )
    choice = Choice("One of several", choices={"yes": "The one", "no": "The other"}, missing="Choose one of them")
    weeks = Choice("One of a few, in a row", choices={str(n): str(n) for n in range(5)}, missing="Choose how many")
    boxes = Choices("Some of several", choices={"a": "This", "b": "That", "c": "Nothing in particular"})
    tick = BooleanField("A box to tick")

    def validate_tick(self, field: Any) -> None:
        if not field.data:
            raise ValidationError("Tick the box")

    def validate_boxes(self, field: Any) -> None:
        if not field.data:
            raise ValidationError("Tick up to two")


def everything(*, wrong: bool) -> dict[str, Any]:
    """The values of the sheet's template; `wrong` puts something wrong into every field."""
    form = SampleForm(formdata=MultiDict(WRONG) if wrong else None)
    if wrong:
        form.validate()
    own = zone(current_settings().site_timezone)
    today = clock.now().astimezone(own).date()
    free = _free_times(today)
    stories = shelf().visible(clock.now())
    return {
        "form": form,
        "wrong": wrong,
        "charts": charts_of(assess(Answers.from_json(dict(AN_OFFICE)), today)),
        "story": render(STORY_PIECES),
        "stories": stories[:2],
        "tags": shelf().tags,
        "days": days_of(free, first=today, zone=own, clock="12"),
        "picker": Picker(Look(today, own.key, "12"), month_of(free, shown=today)),
        "handover": Handover(held=4.1, needed=11.3, gap=7.2, obstacles=("Other duties eat the time for calls",)),
        "now": clock.now(),
        "zone_name": own.key,
        "sort": Sort("week", down=True, usual="week"),
    }


class Picker:
    """As much of the page of free times as its month and its zone form look at."""

    months: tuple[tuple[str, date], ...] = ()

    def __init__(self, look: Look, month: Any) -> None:
        self.look, self.month = look, month


def _free_times(today: date) -> dict[date, tuple[datetime, ...]]:
    """Five starts on two days."""
    own = zone(current_settings().site_timezone)
    days = (today + timedelta(days=1), today + timedelta(days=2))
    return {
        day: tuple(datetime(day.year, day.month, day.day, hour, tzinfo=own) for hour in (9, 10, 11, 14, 15))
        for day in days
    }
