"""What a reckoning rests on: each number as the reader told it, or what is assumed in its place."""

from dataclasses import dataclass

from assessment import wording as say
from assessment.answers import Answers, contact_mix
from assessment.assumptions import CURRENT, Assumptions
from assessment.funnel import Count, mean
from assessment.questions import CURRENT_SET, OneOf, QuestionSet

BASIS_SAID = {"logged": "from records", "estimate": "an estimate", None: "taken as an estimate"}


@dataclass(frozen=True)
class Ground:
    """One number of the reckoning. `told` is empty where it was left open; then `assumed` stands in its place."""

    name: str
    told: str
    assumed: str


def grounds_of(
    answers: Answers, assume: Assumptions = CURRENT, questions: QuestionSet = CURRENT_SET
) -> tuple[Ground, ...]:
    """Every number the reckoning uses; those that narrow it most come first (`assumptions` has their footing)."""
    mix = contact_mix(answers.introduced)
    meeting, joining = mean(assume.meeting_prior[mix]), mean(assume.joining_prior[mix])
    lag, past = _chosen(questions, "lag", 0, answers.lag), _chosen(questions, "held", 2, answers.past)
    grounds = [
        Ground("Live conversations in four weeks", _counted(answers.held4, answers.held_basis), ""),
        Ground(
            "Joined in the last 12 months",
            "" if answers.joined12 is None else str(answers.joined12),
            f"{say.one_in(meeting * joining)} conversations",
        ),
        Ground("Conversations that lead to a meeting", _of(answers.meetings, answers.rates_basis), say.one_in(meeting)),
        Ground("Meetings that lead to a joiner", _of(answers.joiners, answers.rates_basis), say.one_in(joining)),
        Ground("From the first meeting to signing", lag, f"{assume.lag_weeks[None]:g} weeks"),
        Ground(
            "First calls that were introduced", "" if answers.introduced is None else f"{answers.introduced} of 10", mix
        ),
        Ground("The six months before", past.lower(), "about the same"),
        Ground(
            "Calls that reach the person live",
            _of(answers.reached, answers.rates_basis),
            say.one_in(mean(assume.reach_prior)),
        ),
    ]
    if answers.goal_type == "net":
        leaving = f"about {round(100 * mean(assume.attrition_prior))} in 100"
        grounds += [
            Ground("Agents with you today", _counted(answers.roster, answers.roster_basis), ""),
            Ground(
                "Left in the last 12 months",
                "" if answers.left12 is None else str(answers.left12),
                leaving,
            ),
        ]
    grounds.append(Ground("Weeks of a year with recruiting", "", f"{assume.recruiting_weeks:g} of 52"))
    return tuple(grounds)


def heaviest_assumption(grounds: tuple[Ground, ...]) -> str:
    """The name of the open number that would narrow the reckoning most; empty where none was left open."""
    answerable = grounds[:-1]
    return next((ground.name for ground in answerable if not ground.told), "")


def _chosen(questions: QuestionSet, question: str, place: int, value: str | None) -> str:
    asked = questions.by_key[question].fields[place]
    assert isinstance(asked, OneOf)
    key = asked.key(value)
    return "" if value is None or key is None else dict(asked.options)[key]


def _counted(count: int | None, basis: str | None) -> str:
    return "" if count is None else f"{count}, {BASIS_SAID[basis]}"


def _of(count: Count | None, basis: str | None) -> str:
    return "" if count is None else f"{count[0]} of {count[1]}, {BASIS_SAID[basis]}"
