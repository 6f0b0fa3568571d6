"""Times are said with their zone, exactly."""

from datetime import UTC, date, datetime

import pytest

from kit import words, zones

NEW_YORK = zones.zone("America/New_York")


@pytest.mark.parametrize(
    ("name", "month", "label"),
    [
        ("America/New_York", 1, "UTC−05:00"),
        ("America/New_York", 7, "UTC−04:00"),
        ("Asia/Kathmandu", 1, "UTC+05:45"),
        ("Europe/London", 1, "UTC"),
        ("UTC", 7, "UTC"),
    ],
)
def test_an_offset_is_named(name: str, month: int, label: str):
    assert zones.offset_label(datetime(2026, month, 1, tzinfo=UTC), zones.zone(name)) == label


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "America", "x" * 500, "Am\x00erica"])
def test_an_unknown_zone_is_refused(name: str):
    with pytest.raises(zones.UnknownZone):
        zones.zone(name)


def test_the_pinned_database_is_the_one_in_use():
    assert zones.zoneinfo.TZPATH == ()
    assert zones.tzdata_version() >= "2026"


def test_a_city_is_said_as_people_say_it():
    assert zones.city("America/Argentina/Buenos_Aires") == "Buenos Aires (Argentina)"
    assert zones.zone_label("America/New_York", datetime(2026, 1, 1, tzinfo=UTC)) == "New York, UTC−05:00"


def test_every_name_in_the_list_can_be_chosen():
    listed = [name for _, group in zones.zone_groups() for name, _ in group]

    assert sorted(listed) == sorted(zones.zone_names())
    assert all(zones.zone(name) for name in listed)


@pytest.mark.parametrize(
    ("hour", "twelve", "twenty_four"),
    [(0, "12:05\u00a0am", "00:05"), (12, "12:05\u00a0pm", "12:05"), (15, "3:05\u00a0pm", "15:05")],
)
def test_a_time_is_said_by_either_clock(hour: int, twelve: str, twenty_four: str):
    instant = datetime(2026, 1, 5, hour, 5, tzinfo=NEW_YORK)

    assert words.format_time(instant, NEW_YORK) == twelve
    assert words.format_time(instant, NEW_YORK, "24") == twenty_four


def test_a_range_over_the_change_shows_both_offsets():
    start = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    end = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)

    assert words.format_range(start, end, NEW_YORK, "24") == "01:30 (UTC−04:00)–01:30 (UTC−05:00)"


def test_words_agree_with_numbers():
    assert words.plural(1, "conversation") == "1 conversation"
    assert words.plural(1200, "conversation") == "1,200 conversations"
    assert words.plural(2.5, "conversation") == "2.5 conversations"
    assert words.join_and(["a", "b", "c"]) == "a, b and c"
    assert words.join_and(["a"]) == "a"
    assert words.format_date(date(2026, 11, 24)) == "Tuesday 24 November 2026"
