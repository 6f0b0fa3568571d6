"""Working hours as a person types them, `9:00–12:00, 1 pm–5 pm`, and as windows."""

import re
from itertools import pairwise

from booking.hours import DAY_MINUTES, Window

SEPARATOR = re.compile(r"\s*(?:-|\u2010|\u2011|\u2012|\u2013|\u2014|\bto\b|\buntil\b)\s*", re.IGNORECASE)
TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?", re.IGNORECASE)
LONGEST_NIGHT = 16 * 60
CLOSED_WORDS = {"", "closed", "none", "-"}


class UnreadableHours(ValueError):
    """The text says no hours, or impossible ones; its own text is the sentence for whoever typed it."""


def read_windows(text: str) -> tuple[Window, ...]:
    """The windows in `text`, in order; none where it is empty. An end before the start is on the next day.

    Raises UnreadableHours.
    """
    if text.strip().lower() in CLOSED_WORDS:
        return ()
    windows = sorted((_window(part.strip()) for part in re.split(r"[,;\n]+| and ", text) if part.strip()), key=_start)
    for first, second in pairwise(windows):
        if _end(first) > second.start:
            raise UnreadableHours(f"{write_window(first)} and {write_window(second)} overlap")
    if windows and _end(windows[-1]) - DAY_MINUTES > windows[0].start:
        raise UnreadableHours(f"{write_window(windows[-1])} runs into {write_window(windows[0])} of the next day")
    return tuple(windows)


def write_windows(windows: tuple[Window, ...]) -> str:
    """The same as text: `9:00–12:00, 13:00–17:00`."""
    return ", ".join(write_window(window) for window in windows)


def write_window(window: Window) -> str:
    """`22:00–02:00`."""
    return f"{write_time(window.start)}\N{EN DASH}{write_time(window.end)}"


def write_time(minutes: int) -> str:
    """`9:00`, or `24:00` for the end of the day."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def read_time(text: str) -> int:
    """Minutes after midnight. Raises UnreadableHours."""
    found = TIME.fullmatch(text.strip())
    if not found:
        raise UnreadableHours(f"“{text.strip()[:40]}” is not a time; write it like 9:00 or 5:30 pm")
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()[:1]
    if half and not 1 <= hour <= 12:
        raise UnreadableHours(f"“{text.strip()}” is not a time: with am or pm the hour is from 1 to 12")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    minutes = hour * 60 + minute
    if minute > 59 or minutes > DAY_MINUTES:
        raise UnreadableHours(f"“{text.strip()}” is not a time of day")
    return minutes


def _window(text: str) -> Window:
    parts = SEPARATOR.split(text)
    if len(parts) != 2:
        raise UnreadableHours(f"“{text[:40]}” does not say from when to when; write it like 9:00–17:00")
    start, end = read_time(parts[0]), read_time(parts[1])
    if start == DAY_MINUTES:
        raise UnreadableHours("Hours cannot start at 24:00; write 0:00 on the next day")
    window = Window(start, end)
    if start == end:
        raise UnreadableHours(f"“{text}” starts and ends at the same time; the whole day is 0:00–24:00")
    if end < start and _end(window) - start > LONGEST_NIGHT:
        last = f"{(_end(window) - start) // 60} hours, into the next day"
        raise UnreadableHours(f"“{text}” would last {last}; write 9 am–5 pm or 9:00–17:00 for a day")
    return window


def _start(window: Window) -> int:
    return window.start


def _end(window: Window) -> int:
    return window.end if window.end > window.start else window.end + DAY_MINUTES
