"""The facts of a happening as rows a person can read."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kit.moments import exact
from kit.words import format_date
from kit.zones import zone

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?\+00:00")
LONG = "answers"
TEXT = "text"
LINKS = {"result": "The result as they saw it", "link": "The report"}
TIMES = ("start", "was")
DAYS = ("due",)
LABELS = {
    "story": "Story",
    "goal": "Goal",
    "gap": "Gap",
    "held": "Held",
    "needed": "Needed",
    "chance": "Chance",
    "band": "Band",
    "in the way": "In the way",
    "obstacles": "In the way",
    "reference": "Reference",
    "start": "When",
    "was": "Before",
    "with": "With",
    "due": "On",
    "from": "Before",
    "reason": "Reason",
}
BEFORE = {"name": "Name before", "company": "Company before", "phone": "Telephone before"}


@dataclass(frozen=True)
class Row:
    """A label and what stands beside it; `address` where it leads somewhere."""

    label: str
    value: str
    address: str = ""


def say_facts(facts: Mapping[str, Any], zone_name: str, titles: Mapping[str, str]) -> list[Row]:
    """Labels and values in order; what is unknown to this page is left out. `titles` are those of stories by slug."""
    rows = []
    for name, label in LABELS.items():
        value = facts.get(name)
        if value in (None, "", []):
            continue
        if name == "story":
            rows.append(Row(label, titles.get(str(value), str(value)), f"/stories/{value}"))
        elif name == "reference":
            rows.append(Row(label, str(value), f"/desk/consults/{value}"))
        else:
            rows.append(Row(label, _said(name, value, zone_name)))
    before = facts.get("before", {})
    return rows + [Row(label, str(before[name]) or "none") for name, label in BEFORE.items() if name in before]


def text_of(facts: Mapping[str, Any]) -> str:
    """What somebody wrote, line by line as they wrote it."""
    return str(facts.get(TEXT, ""))


def answers_of(facts: Mapping[str, Any]) -> list[Row]:
    """The answers of an assessment, question by question."""
    return [Row(str(label), str(words)) for label, words in facts.get(LONG, ())]


def links_of(facts: Mapping[str, Any]) -> list[Row]:
    """Where more is to be seen."""
    return [Row(label, "", str(facts[name])) for name, label in LINKS.items() if facts.get(name)]


def say_value(value: object, zone_name: str) -> str:
    """A value out of a table as a person reads it: a moment by the clocks of `zone_name`, a yes, a number."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and MOMENT.fullmatch(value):
        with suppress(ValueError):  # what somebody typed may look like one
            return exact(datetime.fromisoformat(value), zone(zone_name))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _said(name: str, value: Any, zone_name: str) -> str:
    if isinstance(value, list):
        return "\n".join(str(part) for part in value)
    if name in TIMES:
        return exact(datetime.fromisoformat(str(value)), zone(zone_name))
    if name in DAYS:
        return format_date(date.fromisoformat(str(value)))
    return f"{value:g}" if isinstance(value, float) else str(value)
