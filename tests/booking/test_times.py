"""A time is said with its zone, and twice where two people live by different clocks."""

from datetime import UTC, datetime

import pytest

from booking.looking import clock_of, read_start
from booking.times import When, stretch
from booking.wording import length, plain_name

START, END = datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
EVENING = When(datetime(2026, 11, 25, 4, 45, tzinfo=UTC), datetime(2026, 11, 25, 5, 15, tzinfo=UTC), "America/New_York")


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_conversation_over_the_change_shows_both_offsets():
    when = When(START, END, "America/New_York", "24")

    assert when.times == "01:30 (UTC−04:00)–01:30 (UTC−05:00)"
    assert when.zone == "New York, UTC−04:00"


def test_a_conversation_over_midnight_names_the_day_it_ends():
    assert plain(EVENING.times) == "11:45 pm–12:15 am on Wednesday"


def test_a_conversation_until_midnight_ends_on_its_own_day():
    when = When(datetime(2026, 11, 25, 4, 30, tzinfo=UTC), datetime(2026, 11, 25, 5, 0, tzinfo=UTC), "America/New_York")

    assert plain(when.times) == "11:30 pm–12:00 am"


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (
            datetime(2026, 11, 24, 14, 0, tzinfo=UTC),
            datetime(2026, 11, 24, 15, 0, tzinfo=UTC),
            "Tuesday 24 November 2026, 9:00 am–10:00 am",
        ),
        (
            datetime(2026, 11, 24, 22, 0, tzinfo=UTC),
            datetime(2026, 11, 25, 5, 0, tzinfo=UTC),
            "Tuesday 24 November 2026, 5:00 pm–12:00 am",
        ),
        (
            datetime(2026, 11, 24, 5, 0, tzinfo=UTC),
            datetime(2026, 11, 25, 5, 0, tzinfo=UTC),
            "Tuesday 24 November 2026",
        ),
        (
            datetime(2026, 11, 24, 5, 0, tzinfo=UTC),
            datetime(2026, 11, 27, 5, 0, tzinfo=UTC),
            "24 November 2026 to 26 November 2026",
        ),
        (
            datetime(2026, 11, 24, 14, 0, tzinfo=UTC),
            datetime(2026, 11, 26, 15, 0, tzinfo=UTC),
            "24 November 2026, 9:00 am to 26 November 2026, 10:00 am",
        ),
    ],
)
def test_a_stretch_of_time_is_said_as_briefly_as_it_can_be(start: datetime, end: datetime, said: str):
    assert plain(stretch(start, end, "America/New_York")) == said


def test_another_zone_is_told_with_its_date_only_where_that_differs():
    berlin = EVENING.seen_from("Europe/Berlin")

    assert plain(berlin.beside(EVENING)).startswith("Wednesday 25 November 2026, 5:45 am–6:15 am (Berlin")
    assert plain(EVENING.seen_from("America/Chicago").beside(EVENING)) == "10:45 pm–11:15 pm (Chicago, UTC−06:00)"


def test_zones_with_the_same_clock_need_not_be_told_apart():
    assert EVENING.same_wall_as(EVENING.seen_from("America/Toronto"))
    assert not EVENING.same_wall_as(EVENING.seen_from("America/Chicago"))


def test_a_subject_has_only_signs_that_every_list_of_mail_shows():
    assert EVENING.subject == "Tuesday 24 November 2026, 11:45 pm (New York time)"
    assert EVENING.subject.isascii()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ann Bee", "Ann Bee"),
        ("Mary-Jane O'Neil", "Mary-Jane O'Neil"),
        ("J. R. Smith Jr.", "J. R. Smith Jr."),
        ("Łukasz Żółć", "Łukasz Żółć"),
        ("李小龙", "李小龙"),
        ("www.evil.example", ""),
        ("Go to http://evil.example", ""),
        ("call 555 0100", ""),
        ("evil@example.com", ""),
        ("x" * 61, ""),
        ("", ""),
    ],
)
def test_only_a_name_is_a_name(name: str, shown: str):
    assert plain_name(name) == shown


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (45, "45 minutes"),
        (60, "an hour"),
        (240, "4 hours"),
        (1440, "a day"),
        (2880, "2 days"),
    ],
)
def test_a_length_is_said_in_the_largest_unit_that_fits(minutes: int, words: str):
    assert length(minutes) == words


@pytest.mark.parametrize(
    ("language", "clock"), [("", "12"), ("en", "12"), ("en-US", "12"), ("en-GB", "24"), ("de", "24"), ("hi-IN", "12")]
)
def test_a_language_has_a_clock(language: str, clock: str):
    assert clock_of(language) == clock


@pytest.mark.parametrize(
    "value", ["", "2026-11-01", "2026-11-01T05:30:00+00:00", "2026-13-01T05:30:00Z", "٢٠٢٦-11-01T05:30:00Z"]
)
def test_a_start_of_another_form_is_none(value: str):
    assert read_start(value) is None
