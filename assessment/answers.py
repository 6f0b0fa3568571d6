"""What somebody answered. None is "I don't know" or "no such case", and is never read as zero."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Literal

from assessment.assumptions import CURRENT, Assumptions
from assessment.funnel import Count, Inputs, weeks_ahead

LATE_WEEKS = 26
SHORTEST_WEEKS, LONGEST_WEEKS = 4, 104  # how far away the date of a goal may be
Basis = Literal["logged", "estimate"]


@dataclass(frozen=True)
class Answers:
    """All answers of one submission. Counts are (x, n), "x of n"; shares are percentages in tens.

    The anchored questions (`working_list` 1–5, `brush_off` 1–5, `follow_up` 1–4, `visible` 1–4) hold the number of the
    chosen description.
    """

    scope: Literal["myself", "team"] | None = None
    held4: int | None = None
    held_basis: Basis | None = None
    past: Literal["fewer", "same", "more"] | None = None
    hours4: float | None = None
    blocks_kept: int | None = None
    reached: Count | None = None
    meetings: Count | None = None
    joiners: Count | None = None
    rates_basis: Basis | None = None
    joined12: int | None = None
    lag: str | None = None
    goal: int | None = None
    goal_type: Literal["gross", "net"] | None = None
    deadline: date | None = None  # None is "in 12 months"
    signed: int = 0
    roster: int | None = None
    left12: int | None = None
    roster_basis: Basis | None = None
    working_list: int | None = None
    introduced: int | None = None
    brush_off: int | None = None
    follow_up: int | None = None
    talk_share: int | None = None
    visible: int | None = None
    hesitation: Literal["0", "1-2", "3-5", "6+"] | None = None
    picks: tuple[str, ...] = ()
    something_else: str = ""

    def weeks(self, on: date) -> int:
        """Whole weeks to the deadline, at least one; 52 where the goal is "in 12 months"."""
        return 52 if self.deadline is None else max(1, round((self.deadline - on).days / 7))

    def most_pays_off_late(self, on: date, assume: Assumptions = CURRENT) -> bool:
        """Whether most conversations begun from now on pay off only after the deadline; said where it is near."""
        weeks, lag = self.weeks(on), assume.lag_weeks[self.lag]
        return self.goal is not None and weeks < LATE_WEEKS and weeks_ahead(weeks, lag) < weeks / 2

    def inputs(self, on: date) -> Inputs | None:
        """What the model is told; None while a number without which there is no gap is unknown.

        These are the count, the goal, and for a net goal the agents of today: leavers unknown are not leavers none.
        """
        if self.held4 is None or self.goal is None or (self.goal_type == "net" and self.roster is None):
            return None
        return Inputs(
            goal=self.goal,
            weeks=self.weeks(on),
            held4=self.held4,
            goal_type=self.goal_type or "gross",
            signed=self.signed,
            held_basis=self.held_basis or "estimate",
            rates_basis=self.rates_basis or "estimate",
            roster_basis=self.roster_basis or "estimate",
            meetings=self.meetings,
            joiners=self.joiners,
            reached=self.reached,
            joined12=self.joined12,
            past=self.past,
            lag=self.lag,
            mix=contact_mix(self.introduced),
            roster=self.roster,
            left12=self.left12,
        )

    def to_json(self) -> dict[str, Any]:
        """JSON values: only what was answered."""
        found: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value != field.default:
                found[field.name] = value.isoformat() if isinstance(value, date) else value
        return found

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Answers":
        """What `to_json` gave. Unknown names are left out, so that older submissions can be read."""
        known = {field.name for field in fields(cls)}
        values = {name: value for name, value in stored.items() if name in known}
        for name in ("reached", "meetings", "joiners", "picks"):
            if values.get(name) is not None:
                values[name] = tuple(values[name])
        if values.get("deadline"):
            values["deadline"] = date.fromisoformat(values["deadline"])
        return cls(**values)


def contact_mix(introduced: int | None) -> Literal["cold", "mixed", "introduced"]:
    """How the contacts came about, from "x of the last 10 were introduced"; unknown is mixed."""
    if introduced is None or 3 <= introduced <= 6:
        return "mixed"
    return "cold" if introduced < 3 else "introduced"
