"""The gap week by week: what was held counts, what was not told went as before, and more never hurts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.answers import Answers
from assessment.funnel import Funnel, weeks_ahead
from assessment.gap import Outlook
from assessment.progress import WeekCount, standings
from assessment.result import assess
from tests.assessment.builders import TYPICAL, some_answers, some_inputs

FINISHED = date(2026, 11, 1)  # a Sunday: the first whole week begins the day after
FIRST = date(2026, 11, 2)

counts = st.lists(st.none() | st.integers(0, 40), min_size=1, max_size=12)


def weeks(*told: int | None, first: date = FIRST) -> list[WeekCount]:
    return [WeekCount(first + timedelta(weeks=number), count) for number, count in enumerate(told)]


@given(counts, st.integers(0, 11), st.integers(1, 30))
def test_more_conversations_in_a_week_never_lower_the_chance(told: list[int | None], place: int, more: int):
    place %= len(told)
    lower = [*told[:place], told[place] or 0, *told[place + 1 :]]
    higher = [*told[:place], (told[place] or 0) + more, *told[place + 1 :]]

    before, after = (standings(TYPICAL, FINISHED, weeks(*some)) for some in (lower, higher))

    assert len(before) == len(after)
    for one, other in zip(before, after, strict=True):
        assert other.chance >= one.chance - 0.02  # a fourth counted week may also narrow what a count can mean
        assert other.needed <= one.needed + 1e-9


@given(counts)
def test_each_told_week_has_its_standing_and_no_other(told: list[int | None]):
    found = standings(TYPICAL, FINISHED, weeks(*told))

    assert [week.conversations for week in found] == [count for count in told if count is not None]
    assert all(0 <= week.chance <= 1 and week.held > 0 and week.needed >= 0 for week in found)


def test_untold_is_not_none():
    untold = standings(TYPICAL, FINISHED, weeks(None, None, None, 5))[-1]
    none = standings(TYPICAL, FINISHED, weeks(0, 0, 0, 5))[-1]

    assert untold.held > none.held
    assert untold.chance > none.chance
    assert untold.needed < none.needed


def test_nothing_told_is_nothing_shown():
    assert standings(TYPICAL, FINISHED, weeks(None, None)) == ()
    assert standings(some_answers(goal=None), FINISHED, weeks(4)) == ()


def test_at_the_old_pace_the_odds_stay_near_those_of_the_assessment():
    first = assess(TYPICAL, FINISHED).reckoning

    found = standings(TYPICAL, FINISHED, weeks(4, 4, 4, 4))[-1]

    assert first is not None
    assert found.held == pytest.approx(first.held)
    assert found.chance == pytest.approx(first.chance, abs=0.03)


def test_at_the_planning_pace_the_need_stays_where_it_was():
    inputs = some_inputs(held4=80)
    needed = Outlook(Funnel(inputs)).need_mean
    active = 46 / 52
    since = tuple(round(needed * active * 100) for _ in range(4))
    # A hundred people at once, so that whole numbers do not round the pace away.
    crowd = Outlook(Funnel(replace(inputs, goal=inputs.goal * 100, since=since, past_pace=20.125 * 100)))

    assert crowd.need_mean / 100 == pytest.approx(needed, rel=0.01)


def test_weeks_that_have_passed_are_not_ahead_any_more():
    assert weeks_ahead(52, 20.0, 4) < weeks_ahead(52, 20.0)
    assert weeks_ahead(52, 20.0, 52) == 0.0


@pytest.mark.parametrize(
    ("monday", "counted"),
    [(date(2026, 10, 26), False), (date(2026, 10, 29), True), (FIRST, True)],
    ids=["mostly before", "mostly after", "the first whole week"],
)
def test_a_week_counts_when_most_of_it_came_after_the_assessment(monday: date, counted: bool):
    few, many = (standings(TYPICAL, FINISHED, [WeekCount(monday, count)]) for count in (0, 40))

    settled = few[0].needed - many[0].needed
    assert (settled > 0.1) is counted


def test_four_counted_weeks_are_a_log():
    estimate = standings(TYPICAL, FINISHED, weeks(4, 4, 4))[-1]
    logged = standings(TYPICAL, FINISHED, weeks(4, 4, 4, 4))[-1]

    assert TYPICAL.held_basis == "estimate"
    assert (logged.chance, logged.needed) != (estimate.chance, estimate.needed)


def test_after_the_date_of_the_goal_nothing_is_reckoned():
    near = Answers(held4=16, goal=4, deadline=FINISHED + timedelta(weeks=4))

    assert len(standings(near, FINISHED, weeks(4, 4, 4, 4, 4, 4))) == 3
