"""What must hold for every person: more is never worse, a gap is never negative, unknown is never zero."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from assessment.assumptions import CURRENT
from assessment.fan import make_fan
from assessment.funnel import Funnel, Inputs, combine, mean, weeks_ahead, weeks_behind
from assessment.gap import Change, Outlook
from assessment.levers import rank_levers
from tests.assessment.builders import an_outlook

bases = some.sampled_from(["logged", "estimate"])


def counts(most: int) -> some.SearchStrategy[tuple[int, int] | None]:
    """Unknown, or x of n."""
    known = some.integers(1, most).flatmap(lambda n: some.tuples(some.integers(0, n), some.just(n)))
    return some.none() | known


@some.composite
def people(draw: some.DrawFn, **fixed: Any) -> Inputs:
    values = {
        "goal": draw(some.integers(1, 40)),
        "weeks": draw(some.integers(4, 104)),
        "held4": draw(some.integers(0, 200)),
        "signed": draw(some.integers(0, 5)),
        "held_basis": draw(bases),
        "rates_basis": draw(bases),
        "meetings": draw(counts(40)),
        "joiners": draw(counts(20)),
        "reached": draw(counts(40)),
        "joined12": draw(some.none() | some.integers(0, 30)),
        "past": draw(some.sampled_from(["fewer", "same", "more", None])),
        "lag": draw(some.sampled_from(["under-4-weeks", "1-3-months", "6-12-months", "over-a-year", None])),
        "mix": draw(some.sampled_from(["cold", "mixed", "introduced"])),
    }
    if draw(some.booleans()):
        values |= {"goal_type": "net", "roster": draw(some.integers(1, 120))}
        values["left12"] = draw(some.none() | some.integers(0, 40))
    return Inputs(**values | fixed)


def outlook_of(inputs: Inputs, **changes: Any) -> Outlook:
    return Outlook(Funnel(replace(inputs, **changes)))


ALMOST = 1e-9
few = settings(max_examples=25, deadline=None)
many = settings(deadline=None)


@few
@given(people())
def test_every_number_is_where_it_can_be(person: Inputs):
    outlook = outlook_of(person)

    assert 0 <= outlook.chance <= 1 + ALMOST
    assert outlook.gap >= 0
    assert outlook.need_mean >= 0
    assert outlook.expected > 0
    assert outlook.shortfall >= 0
    assert outlook.steady_state >= 0
    assert outlook.funnel.hours > 0.2
    assert outlook.gap == max(0.0, outlook.need_mean - outlook.funnel.present)
    low, high = outlook.list_range
    assert 0 <= low <= high


@few
@given(people())
def test_quantiles_and_ranges_are_in_order(person: Inputs):
    outlook = outlook_of(person)
    yields = outlook.funnel.yields

    assert list(yields.points) == sorted(yields.points)
    assert yields.weights.sum() == pytest.approx(1)
    assert list(outlook.joiner_range) == sorted(outlook.joiner_range)
    assert list(outlook.need_range) == sorted(outlook.need_range)
    for point in make_fan(outlook):
        assert list(point.quantiles) == sorted(point.quantiles)


@few
@given(people(joined12=None), some.integers(1, 60))
def test_more_conversations_never_lower_the_chance(person: Inputs, more: int):
    before, after = outlook_of(person), outlook_of(person, held4=person.held4 + more)

    assert after.chance >= before.chance - 1e-6
    assert after.expected >= before.expected
    assert after.gap <= before.gap + ALMOST


@few
@given(people(), some.floats(0, 100), some.floats(0, 100))
def test_a_higher_planned_volume_never_lowers_the_chance(person: Inputs, one: float, other: float):
    outlook = outlook_of(person)

    low, high = sorted((one, other))

    assert outlook.planned_chance(low) <= outlook.planned_chance(high) + ALMOST


@few
@given(people(), some.integers(1, 10))
def test_a_higher_goal_never_lowers_the_need_nor_raises_the_chance(person: Inputs, more: int):
    before, after = outlook_of(person), outlook_of(person, goal=person.goal + more)

    assert after.need_mean >= before.need_mean
    assert after.chance <= before.chance + ALMOST
    assert after.shortfall >= before.shortfall - ALMOST


@few
@given(people(), some.integers(1, 10))
def test_who_has_agreed_already_need_not_be_found(person: Inputs, more: int):
    agreed = outlook_of(person, signed=person.signed + more)

    assert agreed.need_mean == outlook_of(person, goal=person.goal - more).need_mean


@few
@given(people(goal_type="gross", roster=None), some.integers(1, 40))
def test_a_later_date_never_lowers_the_chance(person: Inputs, later: int):
    assert outlook_of(person, weeks=person.weeks + later).chance >= outlook_of(person).chance - ALMOST


@few
@given(people())
def test_eight_in_ten_takes_no_less_than_an_even_chance(person: Inputs):
    outlook = outlook_of(person)
    even, safe = outlook.need_even, outlook.need_safe

    assert safe is None or (even is not None and safe >= even - ALMOST)
    for volume, chance in ((even, 0.5), (safe, 0.8)):
        if volume is not None:
            assert outlook.planned_chance(volume) >= chance
        if volume:
            assert outlook.planned_chance(volume * 0.99) < chance


@few
@given(people())
def test_at_the_planning_pace_the_expected_joiners_are_the_required_ones(person: Inputs):
    outlook = outlook_of(person)
    expected = outlook.counting(Change(volume=outlook.need_mean)) * outlook.funnel.yields.expected

    assert expected >= outlook.required - 1e-6
    if outlook.need_mean > 0:
        assert expected == pytest.approx(outlook.required)


@few
@given(people(goal_type="gross", roster=None))
def test_the_shortfall_lies_between_nothing_and_the_whole_goal(person: Inputs):
    outlook = outlook_of(person)

    assert 0 <= outlook.shortfall <= max(0, outlook.remaining)


@few
@given(people(), some.dictionaries(some.sampled_from(["reach", "brush_off", "follow_up"]), some.floats(0, 1)))
def test_a_lever_never_costs_joiners_and_less_room_never_gains_more(person: Inputs, rooms: dict[str, float]):
    outlook = outlook_of(person)

    levers = {lever.key: lever for lever in rank_levers(outlook, rooms)}
    wider = {lever.key: lever for lever in rank_levers(outlook, dict.fromkeys(rooms, 1.0))}

    for key, lever in levers.items():
        assert lever.gain >= -ALMOST
        assert lever.chance_gain >= -1e-6
        assert lever.gain <= wider[key].gain + ALMOST


@many
@given(some.integers(4, 104), some.sampled_from([4.0, 10.0, 20.0, 40.0, 62.0]))
def test_no_more_weeks_pay_off_than_there_are(weeks: int, lag: float):
    ahead, behind = weeks_ahead(weeks, lag), weeks_behind(weeks, lag, CURRENT.weeks_before)

    assert 0 < ahead < weeks
    assert 0 < behind < weeks
    assert ahead + behind <= weeks + 0.01


@many
@given(some.tuples(some.floats(0.5, 30), some.floats(0.5, 30)), some.integers(1, 400), some.data())
def test_an_own_answer_moves_the_estimate_toward_itself_and_never_past(
    prior: tuple[float, float], trials: int, data: some.DataObject
):
    hits = data.draw(some.integers(0, trials))
    own = hits / trials

    estimate = mean(combine(prior, (hits, trials), CURRENT.own_weight["estimate"], 100))
    logged = mean(combine(prior, (hits, trials), CURRENT.own_weight["logged"], 100))

    for found in (estimate, logged):
        assert min(mean(prior), own) - ALMOST <= found <= max(mean(prior), own) + ALMOST
    assert abs(logged - own) <= abs(estimate - own) + ALMOST


@pytest.mark.parametrize("name", ["meetings", "joiners", "reached"])
def test_unknown_is_not_none_of_ten(name: str):
    unknown, none_of_ten = an_outlook().funnel, an_outlook(**{name: (0, 10)}).funnel

    rates = [(funnel.meeting, funnel.joining, funnel.reach) for funnel in (unknown, none_of_ten)]
    assert rates[0] != rates[1]
    assert none_of_ten.attempts * 1 / none_of_ten.yields.expected > unknown.attempts / unknown.yields.expected


def test_unknown_joiners_are_not_no_joiners():
    assert an_outlook(joined12=0).funnel.yields.expected < 0.6 * an_outlook().funnel.yields.expected


def test_leavers_unknown_are_not_leavers_none():
    net = {"goal_type": "net", "goal": 5, "roster": 60}

    assert an_outlook(**net).expected_departures > an_outlook(**net, left12=0).expected_departures > 0


def test_no_conversation_is_half_a_conversation_in_four_weeks():
    assert an_outlook(held4=0).funnel.present == 0.125


def test_a_goal_met_by_those_who_agreed_needs_nothing():
    met = an_outlook(goal=4, signed=4)

    assert (met.chance, met.need_mean, met.gap, met.need_even, met.shortfall) == (1, 0, 0, 0, 0)


def test_a_plain_refill_of_the_office_is_a_goal_too():
    refill = an_outlook(goal_type="net", goal=0, roster=60, left12=8)

    assert refill.required == pytest.approx(7.957, abs=0.01)
    assert refill.need_mean > 8


def test_the_volume_for_a_chance_that_no_volume_gives_is_none():
    assert an_outlook(goal=400, weeks=8).need_even is None


def test_ranges_narrow_as_more_is_known():
    widths = [
        high / low
        for low, _, high in (
            an_outlook(goal=20).need_range,
            an_outlook(goal=20, joined12=6, past="same").need_range,
            an_outlook(goal=20, joined12=6, past="same", meetings=(20, 200), rates_basis="logged").need_range,
        )
    ]

    assert all(wide > narrow for wide, narrow in pairwise(widths))
