"""Lengths of time as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.lengths import UnreadableLength, read_length, read_lengths
from booking.wording import length


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30", 30),
        ("30 minutes", 30),
        ("30min", 30),
        (" 4  Hours ", 240),
        ("an hour", 60),
        ("a day", 1440),
        ("2 weeks", 20160),
        ("1 h 30 min", 90),
        ("1 hour and 30 minutes", 90),
        ("1 day, 2 hours", 1560),
        ("1.5 hours", 90),
        ("2.3 hours", 138),
        ("1,500 minutes", 1500),
        ("0", 0),
        ("none", 0),
    ],
)
def test_a_length_is_read_as_people_write_it(text: str, minutes: int):
    assert read_length(text) == minutes


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "-5", "30 30", "5 apples", "30 minutes 1 hour", "2 hours 1 hour", "1.7 minutes"),
        *("an", "aday", "1 hour 30", "1,5 hours", "hour", "4 hours or so", "<b>5</b>", "9" * 40),
    ],
)
def test_what_is_no_length_is_said(text: str):
    with pytest.raises(UnreadableLength, match="is not a length of time; write it like 30 minutes or 4 hours"):
        read_length(text)


@given(st.integers(0, 20160))
def test_a_length_that_is_written_is_read_again(minutes: int):
    assert read_length(length(minutes)) == minutes


@given(st.text())
def test_any_text_is_a_length_or_said_to_be_none(text: str):
    try:
        assert read_length(text) >= 0
    except UnreadableLength as fault:
        assert str(fault).startswith("“")


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30", (30,)),
        ("60, 30", (60, 30)),
        ("30 and 60 minutes", (30, 60)),
        ("30; an hour / 90", (30, 60, 90)),
        ("", ()),
    ],
)
def test_several_lengths_keep_their_order(text: str, minutes: tuple[int, ...]):
    assert read_lengths(text) == minutes


def test_the_same_length_twice_is_said():
    with pytest.raises(UnreadableLength, match="The same length stands there twice"):
        read_lengths("60, 1 hour")
