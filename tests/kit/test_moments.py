"""How far away a moment is, said as a person would."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kit.moments import exact, moment, say_day, say_moment
from kit.zones import zone

NEW_YORK = zone("America/New_York")
NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # a Tuesday, 12:00 in New York


@pytest.mark.parametrize(
    ("distance", "said"),
    [
        (timedelta(), "now"),
        (timedelta(seconds=29), "now"),
        (timedelta(minutes=1), "in 1 minute"),
        (timedelta(minutes=-25), "25 minutes ago"),
        (timedelta(minutes=59, seconds=40), "in 1 hour"),
        (timedelta(hours=3), "in 3 hours"),
        (timedelta(hours=11), "in 11 hours"),
        (timedelta(hours=-11), "11 hours ago"),
        (timedelta(hours=13), "tomorrow"),
        (timedelta(hours=-13), "yesterday"),
        (timedelta(days=4), "in 4 days"),
        (timedelta(days=-13), "13 days ago"),
        (timedelta(days=-21), "3 weeks ago"),
        (timedelta(days=69), "in 10 weeks"),
        (timedelta(days=-70), "15 September 2026"),
        (timedelta(days=400), "29 December 2027"),
    ],
)
def test_a_moment_is_said_by_its_distance(distance: timedelta, said: str):
    assert say_moment(NOON + distance, now=NOON, zone=NEW_YORK) == said


def test_a_few_hours_over_midnight_are_hours_and_not_yesterday():
    late = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)  # 11:30 pm in New York

    assert say_moment(late + timedelta(hours=2), now=late, zone=NEW_YORK) == "in 2 hours"
    assert say_moment(late, now=late + timedelta(hours=2), zone=NEW_YORK) == "2 hours ago"


def test_yesterday_is_the_day_before_on_the_wall_of_the_reader():
    morning = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    the_evening_before = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)

    assert say_moment(the_evening_before, now=morning, zone=NEW_YORK) == "yesterday"
    assert say_moment(the_evening_before, now=morning, zone=zone("UTC")) == "11 hours ago"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 11, 24), "today"),
        (date(2026, 11, 25), "tomorrow"),
        (date(2026, 11, 20), "4 days ago"),
        (date(2026, 12, 15), "in 3 weeks"),
        (date(2027, 6, 30), "30 June 2027"),
    ],
)
def test_a_day_is_said_by_its_distance(day: date, said: str):
    assert say_day(day, date(2026, 11, 24)) == said


@given(some.timedeltas(min_value=timedelta(days=-900), max_value=timedelta(days=900)))
def test_what_is_said_never_points_the_wrong_way(distance: timedelta):
    said = say_moment(NOON + distance, now=NOON, zone=NEW_YORK)

    if said.startswith("in ") or said == "tomorrow":
        assert distance > timedelta()
    if said.endswith(" ago") or said == "yesterday":
        assert distance < timedelta()


def test_the_exact_time_names_its_distance_from_utc():
    assert exact(NOON, NEW_YORK) == "24 November 2026, 12:00\N{NO-BREAK SPACE}pm (UTC−05:00)"


def test_the_element_is_exact_to_machines_and_a_stop_where_it_stands_alone():
    element = moment(NOON, now=NOON + timedelta(hours=3), zone=NEW_YORK, stop=True)

    assert str(element) == (
        '<time class="moment" datetime="2026-11-24T12:00:00-05:00" title="24 November 2026, 12:00\N{NO-BREAK SPACE}pm '
        '(UTC−05:00)" tabindex="0">3 hours ago<span class="exact visually-hidden">, 24 November 2026, '
        "12:00\N{NO-BREAK SPACE}pm (UTC−05:00)</span></time>"
    )
