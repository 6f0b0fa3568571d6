"""The form of the method page: a case in figures, and every assumption that bears on it."""

from typing import Any, Literal, cast

from werkzeug.datastructures import MultiDict
from wtforms import SelectField

from assessment.answers import LONGEST_WEEKS, SHORTEST_WEEKS
from assessment.forms import Parts
from assessment.funnel import Count, Inputs
from assessment.trial import FIRMNESS, Other
from kit.forms import CookielessForm, Whole

RATES = ("meeting", "joining", "reach", "attrition")
AN_INPUT = Inputs(goal=12, weeks=52, held4=20)


class Measure(Parts):
    """A typed number with up to three decimals, empty for what the site assumes."""

    def __init__(self, label: str, *, least: float, most: float, **rest: Any) -> None:
        super().__init__(label, least=least, most=most, parts=1000, wrong="Type a number, such as 9.1", **rest)


def _pick(label: str, choices: dict[str, str]) -> SelectField:
    """A list whose first line is chosen where nothing was."""
    return SelectField(label, choices=choices, default=next(iter(choices)))


class MethodForm(CookielessForm):
    """A case, and what to assume in it. An assumption that is left empty is ours."""

    held4 = Whole("Live conversations in four weeks", least=0, most=400)
    held_basis = _pick("That number is", {"estimate": "an estimate", "logged": "looked up"})
    past = _pick(
        "The six months before had",
        {"": "don't know", "fewer": "more a week", "same": "about as many", "more": "fewer a week"},
    )
    goal = Whole("Goal, in agents", least=0, most=500)
    goal_type = _pick("The goal counts", {"gross": "joiners", "net": "joiners less leavers"})
    signed = Whole("Agreed already", least=0, most=500)
    weeks = Whole("Weeks to the date", least=SHORTEST_WEEKS, most=LONGEST_WEEKS)
    joined12 = Whole("Joined in the last 12 months", least=0, most=500)
    lag_told = _pick(
        "From the first meeting to signing",
        {
            "": "don't know",
            "under-4-weeks": "under 4 weeks",
            "1-3-months": "1 to 3 months",
            "3-6-months": "3 to 6 months",
            "6-12-months": "6 to 12 months",
            "over-a-year": "over a year",
        },
    )
    mix = _pick("Contacts are", {"mixed": "mixed", "cold": "mostly cold", "introduced": "mostly introduced"})
    meetings = Whole("Led to a meeting", least=0, most=1000)
    meetings_of = Whole("of so many conversations", least=1, most=1000)
    joiners = Whole("Joined", least=0, most=1000)
    joiners_of = Whole("of so many meetings", least=1, most=1000)
    reached = Whole("Reached live", least=0, most=1000)
    reached_of = Whole("of so many calls", least=1, most=1000)
    rates_basis = _pick("These are", {"estimate": "estimates", "logged": "from records"})
    roster = Whole("Agents today (net goals)", least=1, most=2000)
    roster_basis = _pick("These are", {"estimate": "estimates", "logged": "from records"})
    left12 = Whole("Left in 12 months (net goals)", least=0, most=2000)

    meeting = Measure("Conversations that lead to a meeting, in 100", least=0.1, most=90)
    meeting_firmness = Measure("as firmly as so many cases", least=FIRMNESS["meeting"][0], most=FIRMNESS["meeting"][1])
    joining = Measure("Meetings that lead to a joiner, in 100", least=0.1, most=95)
    joining_firmness = Measure("as firmly as so many cases", least=FIRMNESS["joining"][0], most=FIRMNESS["joining"][1])
    reach = Measure("Calls that reach the person, in 100", least=1, most=95)
    reach_firmness = Measure("as firmly as so many cases", least=FIRMNESS["reach"][0], most=FIRMNESS["reach"][1])
    attrition = Measure("Agents who leave in a year, in 100", least=0.1, most=90)
    attrition_firmness = Measure(
        "as firmly as so many cases", least=FIRMNESS["attrition"][0], most=FIRMNESS["attrition"][1]
    )
    new_joiners_gone = Measure("New joiners gone in a year, in 100", least=0, most=90)
    lag = Measure("Weeks from conversation to joining, on average", least=1, most=104)
    recruiting_weeks = Measure("Weeks of a year with recruiting", least=1, most=52)
    minutes_per_attempt = Measure("Minutes for a call", least=0.1, most=30)
    minutes_per_conversation = Measure("Minutes for a conversation with its note", least=1, most=120)
    own_weight = Measure("What an own “x of n” counts, in 100", least=0, most=100)
    reporting_spread = Measure("How far a told count may be off, in 100", least=1, most=100)
    year_drift = Measure("How far four weeks may be from the year, in 100", least=1, most=100)
    list_most = Measure("Of a list, joining in a year: at most, in 100", least=0.1, most=50)
    list_least = Measure("at least, in 100", least=0.1, most=50)
    fewer_returns = Measure("What further conversations bring, in 100 of present ones", least=10, most=100)

    def validate(self, extra_validators: Any = None) -> bool:
        sound = bool(super().validate(extra_validators))
        for name in ("meetings", "joiners", "reached"):
            sound = self._counts(name) and sound
        needed = ["held4", "goal", "weeks", *(["roster"] if self.goal_type.data == "net" else [])]
        for name in needed:
            if self[name].data is None and not self[name].errors:
                self[name].errors = ["Type a number"]
                sound = False
        if sound and self.goal.data == 0 and self.goal_type.data != "net":
            self.goal.errors = ["A goal of joiners must be 1 or more; 0 is possible for net growth"]
            sound = False
        return sound

    def inputs(self) -> Inputs:
        """The case."""
        return Inputs(
            goal=cast(int, self.goal.data),
            weeks=cast(int, self.weeks.data),
            held4=cast(int, self.held4.data),
            goal_type=self.goal_type.data,
            signed=self.signed.data or 0,
            held_basis=self.held_basis.data,
            rates_basis=self.rates_basis.data,
            meetings=self._count("meetings"),
            joiners=self._count("joiners"),
            reached=self._count("reached"),
            joined12=self.joined12.data,
            past=cast(Literal["fewer", "same", "more"] | None, self.past.data or None),
            mix=self.mix.data,
            lag=self.lag_told.data or None,
            roster=self.roster.data if self.goal_type.data == "net" else None,
            roster_basis=self.roster_basis.data,
            left12=self.left12.data if self.goal_type.data == "net" else None,
        )

    def other(self) -> Other:
        """What to assume instead of ours."""
        share = self._share
        return Other(
            recruiting_weeks=self._number("recruiting_weeks"),
            lag=self._number("lag"),
            minutes_per_attempt=self._number("minutes_per_attempt"),
            minutes_per_conversation=self._number("minutes_per_conversation"),
            rates={name: share(name) for name in RATES},
            firmness={name: self._number(f"{name}_firmness") for name in RATES},
            new_joiners_gone_in_a_year=share("new_joiners_gone"),
            own_weight=share("own_weight"),
            reporting_spread=share("reporting_spread"),
            year_drift=share("year_drift"),
            list_share=(share("list_most"), share("list_least")),
            fewer_returns=share("fewer_returns"),
        )

    def _number(self, name: str) -> float | None:
        return cast("float | None", self[name].data)

    def _share(self, name: str) -> float | None:
        number = self._number(name)
        return None if number is None else number / 100

    def _counts(self, name: str) -> bool:
        hits, trials = self[name], self[f"{name}_of"]
        if hits.errors or trials.errors or (hits.data is None and trials.data is None):
            return not (hits.errors or trials.errors)
        if hits.data is None:
            hits.errors = ["Type how many of them, or leave both empty"]
        elif hits.data > (trials.data or 10):
            hits.errors = [f"It cannot be more than {trials.data or 10}, which is how many there were"]
        return not hits.errors

    def _count(self, name: str) -> Count | None:
        hits = self[name].data
        return None if hits is None else (hits, self[f"{name}_of"].data or 10)


def make_method_form(typed: MultiDict[str, str]) -> MethodForm:
    """The form with a case of ours, or with what was typed."""
    return MethodForm(formdata=typed or MultiDict(case_of(AN_INPUT)))


def case_of(inputs: Inputs) -> dict[str, str]:
    """A case as the fields of the form, for a link to its page."""
    found: dict[str, Any] = {
        "held4": inputs.held4,
        "held_basis": inputs.held_basis,
        "past": inputs.past,
        "goal": inputs.goal,
        "goal_type": inputs.goal_type,
        "signed": inputs.signed or None,
        "weeks": inputs.weeks,
        "joined12": inputs.joined12,
        "mix": inputs.mix,
        "lag_told": inputs.lag,
        "rates_basis": inputs.rates_basis,
        "roster": inputs.roster,
        "left12": inputs.left12,
        "roster_basis": inputs.roster_basis,
    }
    for name in ("meetings", "joiners", "reached"):
        count: Count | None = getattr(inputs, name)
        if count is not None and count[1]:
            found[name], found[f"{name}_of"] = count
    return {name: str(value) for name, value in found.items() if value is not None}
