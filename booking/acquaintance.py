"""What is known of a lead before somebody talks with them, as (label, words) for a letter to a consultant."""

from collections.abc import Iterable, Mapping
from typing import Any

import leads.services
from booking import wording
from leads.models import HappeningKind, Lead

Rows = tuple[tuple[str, str], ...]


def known_of(people: Iterable[Lead]) -> dict[int, Rows]:
    """By lead: their latest result, and the story that brought them. Nothing of somebody of whom nothing is known."""
    people = tuple(people)
    taken = leads.services.history_of([lead.id for lead in people], HappeningKind.ASSESSMENT_TAKEN)
    return {lead.id: _rows(lead, taken[lead.id][0].facts if lead.id in taken else {}) for lead in people}


def _rows(lead: Lead, facts: Mapping[str, Any]) -> Rows:
    rows: list[tuple[str, str]] = []
    if facts.get("held") and facts.get("needed"):
        rows.append(("Conversations", f"holds {facts['held']}, needs {facts['needed']}"))
    if facts.get("gap"):
        rows.append(("Gap", str(facts["gap"])))
    if facts.get("chance"):
        rows.append(("Chance of the goal at this pace", str(facts["chance"])))
    if facts.get("in the way"):
        rows.append(("In the way", "; ".join(str(part) for part in facts["in the way"])))
    if story := facts.get("story") or lead.first_story:
        rows.append(("Story", wording.story_name(str(story))))
    return tuple(rows)
