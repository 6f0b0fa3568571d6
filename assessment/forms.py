"""The forms of the assessment: one a question, made from the question's own data."""

import random
import re
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, SelectField, SelectMultipleField, StringField, widgets
from wtforms.validators import StopValidation

from assessment.answers import LONGEST_WEEKS, SHORTEST_WEEKS
from assessment.assumptions import CURRENT
from assessment.levers import STEPS, Step
from assessment.plan_calendar import DEFAULT_HOUR, say_hour
from assessment.practices import SHARES
from assessment.questions import Asked, Deadline, Number, OneOf, OutOf, Question, UpTo
from kit.forms import Choice, CookielessForm, Email, Needed, OneLine, Whole
from leads.consent import NEWSLETTER_WORDING, WORDINGS

WEEKS_OF_A_YEAR = 52
NOTHING = "nothing"
OTHER = "other"
OTHER_MOST = 200


class Parts(StringField):
    """A typed number in halves, quarters or other `parts` of one; what was typed is shown again."""

    def __init__(self, label: str, *, least: float, most: float, parts: int = 2, wrong: str = "", **rest: Any) -> None:
        super().__init__(label, **rest)
        self.least, self.most, self.parts, self.wrong = least, most, parts, wrong
        self.fault = ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = (valuelist[0] if valuelist else "").strip().replace(",", ".")
        self.data, self.fault = None, ""
        if not typed:
            return
        if not re.fullmatch(r"[+-]?[0-9]{1,6}([.][0-9]{1,3})?", typed) or round(float(typed) * self.parts, 6) % 1:
            ending = "whole or ending in .5" if self.parts == 2 else "in quarters, such as 0.75"
            self.fault = self.wrong or f"Type a number of hours in digits, {ending}"
        elif not self.least <= float(typed) <= self.most:
            self.fault = f"The number must be from {self.least:g} to {self.most:g}"
        else:
            self.data = float(typed)  # type: ignore[assignment]

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data:g}" if self.data is not None else ""

    def pre_validate(self, form: Any) -> None:
        if self.fault:
            raise StopValidation(self.fault)


class Choices(SelectMultipleField):
    """Some of several, as boxes to tick."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        known = {str(choice[0]) for choice in self.iter_choices()}
        if self.data and not set(self.data) <= known:
            raise StopValidation("Tick answers from the list")


class PlainDate(DateField):
    """A date; what was typed is shown again."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        self.fault = ""
        if valuelist and valuelist[0].strip():
            try:
                self.data = date.fromisoformat(valuelist[0].strip())
            except ValueError:
                self.fault = "Type the date as year-month-day, such as 2027-06-30"

    def pre_validate(self, form: Any) -> None:
        if getattr(self, "fault", ""):
            raise StopValidation(self.fault)


class AnswerForm(CookielessForm):
    """Checks one question. `unknown` is set when the button that leaves it open was pressed."""

    question: Question
    unknown: bool = False
    today: date

    def check(self) -> bool:
        """Whether the page can be left; errors are in words beside the fields."""
        sound = bool(super().validate())
        if self.unknown and self.question.unknown:
            return True
        for asked in self.question.mains:
            sound = self._answered(asked) and sound
        return sound

    def answer(self) -> dict[str, Any]:
        """What is stored, by name; None for what is left open."""
        opened = self.unknown and not self.question.keeps_known
        found: dict[str, Any] = {}
        for asked in self.question.fields:
            found |= {asked.name: None} if opened and asked.main else self._stored(asked)
        return found

    def _answered(self, asked: Asked) -> bool:
        box: Any = self[asked.name]
        if box.errors:
            return False
        if isinstance(asked, UpTo):
            return self._some_picked(asked)
        if isinstance(asked, Deadline):
            return self._date_given(asked)
        if box.data is None or box.data == "":
            how = f", or press “{self.question.unknown}”" if self.question.unknown else ""
            what = "Choose an answer" if isinstance(asked, OneOf) else "Type a number"
            box.errors = [what + how]
            return False
        if isinstance(asked, OutOf):
            return self._fits(asked)
        if isinstance(asked, Number) and asked.step > 1 and box.data % asked.step:
            box.errors = [f"Type a multiple of {asked.step}, such as {asked.step * 3}"]
            return False
        if isinstance(asked, Number) and asked.name == "goal" and box.data == 0 and self["goal_type"].data != "net":
            box.errors = ["A goal of joiners must be 1 or more; 0 is possible for net growth"]
            return False
        return True

    def _fits(self, asked: OutOf) -> bool:
        hits: Any = self[asked.name]
        trials: Any = self[asked.name + "_of"]
        if trials.errors:
            return False
        of = 10 if trials.data is None else trials.data
        if hits.data > of:
            hits.errors = [f"It cannot be more than {of}, which is how many there were"]
            return False
        return True

    def _date_given(self, asked: Deadline) -> bool:
        kind: Any = self[asked.name]
        day: Any = self[asked.name + "_date"]
        if not kind.data:
            kind.errors = ["Choose in 12 months, or on a date"]
            return False
        if kind.data == "year" or day.errors:
            return not day.errors
        if day.data is None:
            day.errors = ["Type the date by which you want to have them"]
            return False
        weeks = (day.data - self.today).days / 7
        if not SHORTEST_WEEKS <= weeks <= LONGEST_WEEKS:
            day.errors = [f"The date must be {SHORTEST_WEEKS} to {LONGEST_WEEKS} weeks from now"]
            return False
        return True

    def _some_picked(self, asked: UpTo) -> bool:
        box: Any = self[asked.name]
        picked = list(box.data or [])
        if not picked:
            box.errors = [f"Tick up to two, or “{asked.exclusive}”"]
        elif NOTHING in picked and len(picked) > 1:
            box.errors = [f"Tick “{asked.exclusive}” alone, or others without it"]
        elif len(picked) > asked.most:
            box.errors = ["Tick no more than two"]
        elif OTHER in picked and not self["something_else"].data:
            box.errors = ["Say in a few words what else gets in the way"]
        return not box.errors

    def _stored(self, asked: Asked) -> dict[str, Any]:
        box: Any = self[asked.name]
        if box.errors or (isinstance(asked, OutOf) and box.data is None):
            return {asked.name: None}
        if isinstance(asked, OutOf):
            of = self[asked.name + "_of"].data
            return {asked.name: (box.data, 10 if of is None else of)}
        if isinstance(asked, OneOf):
            return {asked.name: asked.value(box.data) if box.data else None}
        if isinstance(asked, Deadline):
            return {asked.name: self[asked.name + "_date"].data if box.data == "date" else None}
        if isinstance(asked, UpTo):
            picked = tuple(key for key in box.data or () if key not in (NOTHING, OTHER))
            words = self["something_else"].data if OTHER in (box.data or ()) else ""
            return {asked.name: picked, "something_else": words}
        if asked.name == "signed":
            return {asked.name: box.data or 0}
        return {asked.name: box.data}


def make_form(
    question: Question, stored: dict[str, Any], *, seen: bool, data: Any, today: date, seed: str
) -> AnswerForm:
    """The form of a question, filled with what is stored, or with what was typed (`data`, a form of the request)."""
    parts: dict[str, Any] = {"question": question}
    filled: dict[str, Any] = {}
    for asked in question.fields:
        parts |= _fields(asked, seed, question.title if question.asks_itself and asked.main else asked.label)
        filled |= _filled(asked, stored, seen)
    kind = type("QuestionForm", (AnswerForm,), parts)
    # What was typed stands alone: a choice that was not made must not come back from what is stored.
    form: AnswerForm = kind(formdata=data, data=filled if data is None else {})
    form.unknown = bool(data is not None and data.get("unknown"))
    form.today = today
    return form


def _fields(asked: Asked, seed: str, label: str) -> dict[str, Any]:
    if isinstance(asked, Number):
        if asked.halves:
            return {asked.name: Parts(asked.label, least=asked.least, most=asked.most)}
        return {asked.name: Whole(asked.label, least=asked.least, most=asked.most)}
    if isinstance(asked, OutOf):
        return {
            asked.name: Whole(asked.label, least=0, most=asked.most),
            asked.name + "_of": Whole("Out of how many?", least=1, most=asked.most),
        }
    if isinstance(asked, OneOf):
        return {asked.name: Choice(label, choices=dict(asked.options))}
    if isinstance(asked, Deadline):
        return {
            asked.name: Choice(asked.label, choices={"year": "In 12 months", "date": "On a date"}),
            asked.name + "_date": PlainDate("The date"),
        }
    options = list(asked.options)
    # Each visitor has an order of their own, so that the first line does not win by being first.
    random.Random(seed).shuffle(options)  # noqa: S311  # an order, not a secret
    last = [(OTHER, asked.other), (NOTHING, asked.exclusive)]
    return {
        asked.name: Choices(label, choices=dict([*options, *last])),
        "something_else": OneLine("What else?", most=OTHER_MOST),
    }


def _filled(asked: Asked, stored: dict[str, Any], seen: bool) -> dict[str, Any]:
    value = stored.get(asked.name)
    if isinstance(asked, OutOf):
        return {} if value is None else {asked.name: value[0], asked.name + "_of": None if value[1] == 10 else value[1]}
    if isinstance(asked, OneOf):
        return {asked.name: asked.key(value)} if value is not None or (seen and None in asked.stored.values()) else {}
    if isinstance(asked, Deadline):
        if value:
            return {asked.name: "date", asked.name + "_date": date.fromisoformat(str(value))}
        return {asked.name: "year"} if seen and stored.get("goal") is not None else {}
    if isinstance(asked, UpTo):
        words = stored.get("something_else") or ""
        picked = [*(value or ()), *([OTHER] if words else [])]
        return {asked.name: picked or ([NOTHING] if seen else []), "something_else": words}
    if asked.name == "signed" and value is None:
        return {asked.name: 0}
    return {asked.name: value}


class StartForm(CookielessForm):
    """The number that a story's P.S. asked for."""

    conversations = Whole("Live conversations with recruiting prospects in the last four weeks", least=0, most=400)


HOURS = tuple(f"{hour:02d}:{minute:02d}" for hour in range(7, 19) for minute in (0, 30))
WORKING_DAYS = {"MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday"}


class BlocksForm(CookielessForm):
    """Which days and at what hour the call blocks stand."""

    days = Choices("Days", choices=WORKING_DAYS)
    hour = SelectField("Start", choices={hour: say_hour(hour) for hour in HOURS}, default=DEFAULT_HOUR)


class ReportForm(CookielessForm):
    """Where to send the report, and when the call blocks in it stand. `website` is a trap: people do not see it."""

    name = OneLine("Your name", [Needed("Enter your name; it stands on the cover")])
    address = Email("E-mail address", [Needed("Enter the e-mail address the report goes to")])
    company = OneLine("Office or company")
    paper = Choice(
        "Paper",
        choices={"letter": "US Letter", "a4": "A4"},
        missing="Choose the paper you would print it on",
    )
    block_days = Choices("Days of the call blocks in it", choices=WORKING_DAYS)
    block_hour = SelectField("Their start", choices={hour: say_hour(hour) for hour in HOURS}, default=DEFAULT_HOUR)
    newsletter = BooleanField(WORDINGS[NEWSLETTER_WORDING])
    website = OneLine("Leave this empty")


class WeeklyForm(CookielessForm):
    """The address to which one question a week goes. `website` is a trap: people do not see it."""

    address = Email("E-mail address", [Needed("Enter the e-mail address the question goes to")])
    website = OneLine("Leave this empty")


class WeekForm(CookielessForm):
    """How many live conversations one week had."""

    conversations = Whole(
        "Live conversations in that week", [Needed("Type a number; 0 is an answer")], least=0, most=400
    )


class StepsForm(CookielessForm):
    """The largest step of each lever and its hours, for a reader who would assume something else."""

    volume_plus2 = Whole("Conversations a week", least=1, most=20)
    reach = Whole("Reached, in 100 more", least=1, most=100)
    reach_hours = Parts("Hours a week", least=0.25, most=20, parts=4)
    brush_off = Whole("Meetings, in 100 more", least=1, most=100)
    brush_off_hours = Parts("Hours a week", least=0.25, most=20, parts=4)
    follow_up = Whole("Joining, in 100 more", least=1, most=100)
    follow_up_hours = Parts("Hours a week", least=0.25, most=20, parts=4)
    introductions = Whole("Joiners, in 100 more", least=1, most=100)
    introductions_hours = Parts("Hours a week", least=0.25, most=20, parts=4)
    protected_time = Whole("Weeks a year", least=1, most=int(WEEKS_OF_A_YEAR - CURRENT.recruiting_weeks))
    retention = Whole("Leavers, in 100 fewer", least=1, most=100)
    retention_hours = Parts("Hours a week", least=0.25, most=20, parts=4)

    is_typed = False

    def steps(self) -> dict[str, Step]:
        """The steps to count with: what was typed, and ours where nothing was."""
        found = {}
        for key, ours in STEPS.items():
            typed, hours = self[key].data, self[key + "_hours"].data if ours.hours else None
            largest = ours.largest if typed is None else typed / 100 if key in SHARES else float(typed)
            found[key] = Step(largest, ours.hours if hours is None else hours)
        return found


def make_steps_form(typed: Any) -> StepsForm:
    """The form filled with our steps, or with what was typed (`typed`, the address's parameters)."""
    ours = {key: f"{100 * step.largest if key in SHARES else step.largest:g}" for key, step in STEPS.items()}
    ours |= {key + "_hours": f"{step.hours:g}" for key, step in STEPS.items() if step.hours}
    form = StepsForm(formdata=MultiDict(ours | {name: typed[name] for name in ours if name in typed}))
    form.is_typed = any(name in typed for name in ours)
    return form
