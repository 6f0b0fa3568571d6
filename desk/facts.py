"""The facts of a happening as rows a person can read."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from kit.words import format_date, format_short_date, format_time
from kit.zones import offset_label, zone

Row = tuple[str, str]
LONG = "answers"
LINKS = ("result", "link")
LABELS = {
    "story": "From the story",
    "band": "Band",
    "goal": "Goal",
    "held": "Held",
    "needed": "Needed",
    "gap": "Gap",
    "chance": "Chance",
    "in the way": "In the way",
    "obstacles": "In the way",
    "reference": "Reference",
    "start": "When",
    "was": "Before",
    "type": "What",
    "with": "With",
    "reason": "Reason",
    "due": "On",
    "text": "",
}


def say_facts(facts: Mapping[str, Any], zone_name: str) -> list[Row]:
    """Labels and values in order; what is unknown to this page is left out."""
    return [(LABELS[name], _said(facts[name], zone_name)) for name in LABELS if facts.get(name) not in (None, "", [])]


def answers_of(facts: Mapping[str, Any]) -> list[Row]:
    """The answers of an assessment, question by question."""
    return [(str(label), str(words)) for label, words in facts.get(LONG, ())]


def links_of(facts: Mapping[str, Any]) -> list[Row]:
    """Where more is to be seen: a name and an address."""
    return [(name.capitalize(), str(facts[name])) for name in LINKS if facts.get(name)]


def _said(value: Any, zone_name: str) -> str:
    if isinstance(value, list):
        return "; ".join(str(part) for part in value)
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    try:
        if len(text) == len("2026-11-24"):
            return format_date(date.fromisoformat(text))
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    local = at.astimezone(zone(zone_name))
    return (
        f"{format_short_date(local.date())}, {format_time(at, zone(zone_name))} ({offset_label(at, zone(zone_name))})"
    )
