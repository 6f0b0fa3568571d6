"""Lengths of time as a person types them, `4 hours` or `1 h 30 min`, and as minutes."""

import re
from itertools import pairwise

UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 1),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 60),
    **dict.fromkeys(("d", "day", "days"), 1440),
    **dict.fromkeys(("w", "week", "weeks"), 10080),
}
NUMBER = r"\d{1,3}(?:,\d{3})+|\d{1,6}(?:\.\d{1,2})?"
PART = re.compile(rf"(an? |{NUMBER})\s*([a-z]+)(?:\s*,\s*|\s*\band\b\s*|\s+|$|(?=\d))")
NOTHING = {"0", "none", "no", "nothing"}


class UnreadableLength(ValueError):
    """The text says no length of time; its own text is the sentence for whoever typed it."""


def read_length(text: str) -> int:
    """Whole minutes; a number without a unit is minutes. Raises UnreadableLength."""
    said = " ".join(text.lower().split())
    if said in NOTHING:
        return 0
    if re.fullmatch(NUMBER, said):
        said += " minutes"
    parts, place = [], 0
    while place < len(said):
        found = PART.match(said, place)
        if not found or found[2] not in UNITS:
            raise _unreadable(text)
        parts.append((1.0 if found[1].startswith("a") else float(found[1].replace(",", "")), UNITS[found[2]]))
        place = found.end()
    total = round(sum(number * unit for number, unit in parts), 3)
    if not parts or total % 1 or any(first <= second for (_, first), (_, second) in pairwise(parts)):
        raise _unreadable(text)
    return int(total)


def read_lengths(text: str) -> tuple[int, ...]:
    """Several whole minutes, in the order typed: `30, 60`. Raises UnreadableLength."""
    parts = [part.strip() for part in re.split(r"[,;/\n]+|\band\b|\bor\b", text) if part.strip()]
    lengths = tuple(read_length(part) for part in parts)
    if len(set(lengths)) < len(lengths):
        raise UnreadableLength("The same length stands there twice")
    return lengths


def _unreadable(text: str) -> UnreadableLength:
    return UnreadableLength(f"“{text.strip()[:40]}” is not a length of time; write it like 30 minutes or 4 hours")
