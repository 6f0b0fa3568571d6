"""A case reckoned twice: with what the site assumes, and with what a reader would assume instead."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from assessment import wording as say
from assessment.assumptions import CURRENT, Assumptions, Beta
from assessment.funnel import Funnel, Inputs, mean
from assessment.gap import Outlook

FIRMNESS = {"meeting": (2, 400), "joining": (2, 400), "reach": (4, 400), "attrition": (2, 400)}  # least and most cases


@dataclass(frozen=True)
class Other:
    """What a reader assumes instead; None is what the site assumes. Rates are shares, `firmness` a number of cases."""

    recruiting_weeks: float | None = None
    lag: float | None = None
    minutes_per_attempt: float | None = None
    minutes_per_conversation: float | None = None
    rates: Mapping[str, float | None] | None = None
    firmness: Mapping[str, float | None] | None = None
    new_joiners_gone_in_a_year: float | None = None
    own_weight: float | None = None
    reporting_spread: float | None = None
    year_drift: float | None = None
    list_share: tuple[float | None, float | None] = (None, None)
    fewer_returns: float | None = None


@dataclass(frozen=True)
class Compared:
    """One outcome: with the site's assumptions, and with the reader's."""

    name: str
    ours: str
    yours: str


def assumed(inputs: Inputs, other: Other, ours: Assumptions = CURRENT) -> Assumptions:
    """Our assumptions with a reader's in their place, as far as they bear on this case."""
    low, high = other.list_share
    used: set[str] = {inputs.rates_basis, inputs.roster_basis}
    own = {basis: _or(other.own_weight, ours.own_weight[basis]) for basis in used}
    mix = inputs.mix
    return replace(
        ours,
        version="a reader's",
        recruiting_weeks=_or(other.recruiting_weeks, ours.recruiting_weeks),
        lag_weeks={**ours.lag_weeks, inputs.lag: _or(other.lag, ours.lag_weeks[inputs.lag])},
        minutes_per_attempt=_or(other.minutes_per_attempt, ours.minutes_per_attempt),
        minutes_per_conversation=_or(other.minutes_per_conversation, ours.minutes_per_conversation),
        meeting_prior={**ours.meeting_prior, mix: _prior("meeting", ours.meeting_prior[mix], other)},
        joining_prior={**ours.joining_prior, mix: _prior("joining", ours.joining_prior[mix], other)},
        reach_prior=_prior("reach", ours.reach_prior, other),
        attrition_prior=_prior("attrition", ours.attrition_prior, other),
        new_joiners_gone_in_a_year=_or(other.new_joiners_gone_in_a_year, ours.new_joiners_gone_in_a_year),
        own_weight={**ours.own_weight, **own},
        reporting_spread={
            **ours.reporting_spread,
            inputs.held_basis: _or(other.reporting_spread, ours.reporting_spread[inputs.held_basis]),
        },
        year_drift={**ours.year_drift, inputs.past: _or(other.year_drift, ours.year_drift[inputs.past])},
        list_share=(_or(low, ours.list_share[0]), _or(high, ours.list_share[1])),
        fewer_returns=_or(other.fewer_returns, ours.fewer_returns),
    )


def compare(ours: Outlook, yours: Outlook) -> tuple[Compared, ...]:
    """Every outcome beside the other."""
    return tuple(
        Compared(name, one, other) for (name, one), (_, other) in zip(_outcomes(ours), _outcomes(yours), strict=True)
    )


def look(inputs: Inputs, assume: Assumptions) -> Outlook:
    """The case under those assumptions."""
    return Outlook(Funnel(inputs, assume=assume))


def ours_said(inputs: Inputs, ours: Assumptions = CURRENT) -> dict[str, str]:
    """What the site assumes in this case, by the name of the field that replaces it."""
    betas = {
        "meeting": ours.meeting_prior[inputs.mix],
        "joining": ours.joining_prior[inputs.mix],
        "reach": ours.reach_prior,
        "attrition": ours.attrition_prior,
    }
    said = {
        "recruiting_weeks": f"{ours.recruiting_weeks:g}",
        "lag": f"{ours.lag_weeks[inputs.lag]:g}",
        "minutes_per_attempt": f"{ours.minutes_per_attempt:g}",
        "minutes_per_conversation": f"{ours.minutes_per_conversation:g}",
        "new_joiners_gone": f"{100 * ours.new_joiners_gone_in_a_year:g}",
        "own_weight": f"{100 * ours.own_weight[inputs.rates_basis]:g}",
        "reporting_spread": f"{100 * ours.reporting_spread[inputs.held_basis]:g}",
        "year_drift": f"{100 * ours.year_drift[inputs.past]:g}",
        "list_most": f"{100 * ours.list_share[0]:g}",
        "list_least": f"{100 * ours.list_share[1]:g}",
        "fewer_returns": f"{100 * ours.fewer_returns:g}",
    }
    for name, beta in betas.items():
        said[name] = f"{100 * mean(beta):.3g}"
        said[f"{name}_firmness"] = f"{sum(beta):g}"
    return said


def _or(theirs: float | None, ours: float) -> float:
    return ours if theirs is None else theirs


def _prior(name: Literal["meeting", "joining", "reach", "attrition"], ours: Beta, other: Other) -> Beta:
    rate, cases = (other.rates or {}).get(name), (other.firmness or {}).get(name)
    if rate is None and cases is None:
        return ours
    share, firm = _or(rate, mean(ours)), _or(cases, sum(ours))
    if name == "reach":
        share = max(share, 1.01 / firm)  # attempts have no mean where fewer than one of the cases was a success
    return share * firm, (1 - share) * firm


def _outcomes(outlook: Outlook) -> tuple[tuple[str, str], ...]:
    low, _, high = outlook.need_range
    few, many = outlook.list_range
    fewest, _, most = outlook.joiner_range
    pace = outlook.need_mean
    returns = outlook.funnel.present + outlook.gap / outlook.assume.fewer_returns
    return (
        ("Conversations for one joiner", f"{1 / outlook.funnel.yields.expected:.0f}"),
        ("Planning pace, a week", say.say_volume(pace)),
        ("Planning pace, 8 in 10", say.say_range(low, high)),
        ("The gap, a week", say.say_volume(outlook.gap)),
        ("Expected joiners", say.say_joiners(outlook.expected)),
        ("Joiners, 8 in 10", f"{fewest} to {most}"),
        ("Chance at the present pace", say.say_chance(outlook.chance)),
        ("Hours a week at the planning pace", say.hours_for(pace, outlook.funnel.hours)),
        ("A week, once the pipeline is full", say.say_volume(outlook.steady_state)),
        ("A week, if further conversations bring less", say.say_volume(returns)),
        ("Names the list should hold", f"{say.two_figures(few)} to {say.two_figures(many)}"),
    )
