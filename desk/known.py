"""What is known about a person in one look: their result, the story that brought them, the last note, earlier talks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import leads.services
from booking.models import Booking
from leads.handover import Handover
from leads.models import Happening, HappeningKind, Lead

LOOKED_FOR = (
    HappeningKind.ASSESSMENT_TAKEN,
    HappeningKind.NOTE,
    HappeningKind.CONSULT_HELD,
    HappeningKind.CONSULT_MISSED,
)


@dataclass(frozen=True)
class Known:
    """In words; `line` is what is held and what is needed, in conversations a week, where both are known."""

    story: str = ""
    gap: str = ""
    held: str = ""
    needed: str = ""
    chance: str = ""
    band: str = ""
    goal: str = ""
    in_the_way: tuple[str, ...] = ()
    line: tuple[float, float] | None = None
    note: Happening | None = None
    talks: int = 0
    missed: int = 0

    @property
    def has_result(self) -> bool:
        """Whether they took the assessment."""
        return bool(self.band)

    @property
    def has_gap(self) -> bool:
        """Whether more conversations are needed than are held."""
        return self.line is not None and self.line[1] > self.line[0]

    def with_booking(self, booking: Booking) -> "Known":
        """The same; what came along with a consult stands in where nothing else is known."""
        carried = Handover.from_facts(booking.handover)
        story = self.story or str(booking.origin.get("story", "")) or carried.story
        if self.has_result or not carried.band:
            return replace(self, story=story)
        found = replace(self, story=story, chance=carried.chance, band=carried.band, in_the_way=carried.obstacles)
        if carried.held is None or carried.needed is None or carried.gap is None:
            return found
        held, needed, gap = (f"{round(volume, 1):g} a week" for volume in (carried.held, carried.needed, carried.gap))
        return replace(found, line=(carried.held, carried.needed), held=held, needed=needed, gap=gap)


def look_up(people: Iterable[Lead]) -> dict[int, Known]:
    """By lead, what is known of them; everybody asked for is in it. One query for all of them."""
    wanted = {lead.id: lead for lead in people}
    history = leads.services.history_of(wanted, *LOOKED_FOR)
    return {id_: _known(lead, history.get(id_, ())) for id_, lead in wanted.items()}


def _known(lead: Lead, history: tuple[Happening, ...]) -> Known:
    """`history` is newest first."""
    taken: Mapping[str, Any] = next((h.facts for h in history if h.kind is HappeningKind.ASSESSMENT_TAKEN), {})
    line = taken.get("line")
    return Known(
        story=lead.last_story or lead.first_story,
        gap=str(taken.get("gap", "")),
        held=str(taken.get("held", "")),
        needed=str(taken.get("needed", "")),
        chance=str(taken.get("chance", "")),
        band=str(taken.get("band", "")),
        goal=str(taken.get("goal", "")),
        in_the_way=tuple(str(words) for words in taken.get("in the way", ())),
        line=(float(line[0]), float(line[1])) if line else None,
        note=next(iter(leads.services.standing_notes(h for h in history if h.kind is HappeningKind.NOTE)), None),
        talks=sum(h.kind is HappeningKind.CONSULT_HELD for h in history),
        missed=sum(h.kind is HappeningKind.CONSULT_MISSED for h in history),
    )
