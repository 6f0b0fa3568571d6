"""Working hours are read the way people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.hours import Window
from booking.hours_text import UnreadableHours, read_windows, write_windows


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("", ()),
        ("closed", ()),
        ("9:00–17:00", (Window(540, 1020),)),
        ("9-12, 13-17", (Window(540, 720), Window(780, 1020))),
        ("13:00 - 17:00; 9 to 12", (Window(540, 720), Window(780, 1020))),
        ("9 am–5:30 pm", (Window(540, 1050),)),
        ("9am-12pm and 1pm-5pm", (Window(540, 720), Window(780, 1020))),
        ("12 am to 12 pm", (Window(0, 720),)),
        ("22:00–2:00", (Window(1320, 120),)),
        ("22.00-24.00", (Window(1320, 1440),)),
        ("0:00–24:00", (Window(0, 1440),)),
        ("9–12, 12–17", (Window(540, 720), Window(720, 1020))),
        ("2:00-4:00, 22:00-2:00", (Window(120, 240), Window(1320, 120))),
    ],
)
def test_hours_are_read(text: str, windows: tuple[Window, ...]):
    assert read_windows(text) == windows


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("9", "from when to when"),
        ("9-12-17", "from when to when"),
        ("nine to five", "“nine” is not a time"),
        ("9-25", "“25” is not a time of day"),
        ("9:60-10", "not a time of day"),
        ("13 pm-14 pm", "from 1 to 12"),
        ("9-9", "starts and ends at the same time"),
        ("24:00-2:00", "cannot start at 24:00"),
        ("9-5", "would last 20 hours"),
        ("9-12, 11-14", "9:00–12:00 and 11:00–14:00 overlap"),
        ("1:00-4:00, 22:00-2:00", "runs into"),
    ],
)
def test_what_is_impossible_is_said_in_words(text: str, sentence: str):
    with pytest.raises(UnreadableHours, match=sentence):
        read_windows(text)


@given(st.integers(0, 1439), st.integers(1, 16 * 60))
def test_what_is_written_is_read_again(start: int, length: int):
    end = start + length
    windows = (Window(start, end if end <= 1440 else end - 1440),)

    assert read_windows(write_windows(windows)) == windows


@given(st.text(max_size=60))
def test_any_text_is_hours_or_a_sentence(text: str):
    try:
        read_windows(text)
    except UnreadableHours as fault:
        assert str(fault)
