"""How a visitor looks at free times, as the address of the page or a form of it says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from kit.zones import UnknownZone, zone
from leads.origin import LONGEST, UTM_NAMES

CLOCKS = ("12", "24")
# Languages whose readers say `2:30 pm`; all others read `14:30` (CLDR, preferred hour format).
TWELVE_HOURS = {
    "en-us",
    "en-ca",
    "en-au",
    "en-nz",
    "en-in",
    "en-ph",
    "en-za",
    "hi",
    "bn",
    "ur",
    "ko",
    "fil",
    "es-mx",
    "es-us",
}
LONGEST_TOKEN = 4000


@dataclass(frozen=True)
class Look:
    """From which date, in which zone, by which clock; `carried` is what the links of the page hand on.

    `faults` are sentences about what could not be read. `zone_told` is whether the address names the zone.
    """

    first: date | None
    zone_name: str
    clock: str
    zone_told: bool = False
    carried: tuple[tuple[str, str], ...] = ()
    faults: tuple[str, ...] = ()

    def get(self, name: str) -> str:
        """A value that is handed on, or empty."""
        return dict(self.carried).get(name, "")

    @property
    def minutes(self) -> int:
        """The length that was chosen, 0 where none was."""
        return int(self.get("length") or 0)

    def lasting(self, minutes: int) -> "Look":
        """The same look at times of that length; 0 leaves it to the consult type."""
        rest = tuple(pair for pair in self.carried if pair[0] != "length")
        return replace(self, carried=(*rest, ("length", str(minutes))) if minutes else rest)

    def saying(self, fault: str) -> "Look":
        """The same look with one more sentence about what could not be read."""
        return replace(self, faults=(*self.faults, fault))

    def fields(self, first: date | None = None) -> tuple[tuple[str, str], ...]:
        """Everything, as hidden fields or a query; another date where one is given."""
        day = first or self.first
        week = (("week", day.isoformat()),) if day else ()
        return (*week, ("zone", self.zone_name), ("clock", self.clock), *self.carried)

    def query(self, first: date | None = None) -> str:
        """The same as the part of an address after the question mark."""
        return urlencode(self.fields(first))

    def at(self, first: date) -> "Look":
        """The same look from another date on."""
        return replace(self, first=first)


def read_look(said: Mapping[str, str], *, zone_name: str, clock: str) -> Look:
    """What an address or a form says; the given zone and clock where it says nothing that can be read."""
    faults = []
    first = None
    if week := said.get("week", ""):
        try:
            first = date.fromisoformat(week)
        except ValueError:
            faults.append("The date in the address could not be read, so these are the next free days.")
    told = False
    if wanted := said.get("zone", ""):
        try:
            zone_name, told = zone(wanted).key, True
        except UnknownZone:
            faults.append("That time zone is not known. Choose yours from the list.")
    if by := said.get("clock", ""):
        if by in CLOCKS:
            clock = by
        else:
            faults.append("Times can be shown by a clock of 12 or of 24 hours.")
    carried = [(name, said.get(name, "")[:LONGEST]) for name in ("from", *UTM_NAMES) if said.get(name)]
    if token := said.get("with", ""):
        carried.insert(0, ("with", token[:LONGEST_TOKEN]))
    if minutes := said.get("length", ""):
        if re.fullmatch(r"[1-9][0-9]{0,3}", minutes):
            carried.append(("length", minutes))
        else:
            faults.append("The length in the address could not be read, so these are times of the usual length.")
    return Look(first, zone_name, clock, told, tuple(carried), tuple(faults))


def clock_of(language: str) -> str:
    """The clock that readers of a language tag are used to; "12" where none is told."""
    tag = language.lower()
    if not tag or tag == "en":
        return "12"
    return "12" if tag in TWELVE_HOURS or tag.split("-")[0] in TWELVE_HOURS else "24"


def read_start(value: str) -> datetime | None:
    """A start as the buttons send it, or None for anything else."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", value):
        return None
    try:
        start = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return start if 2000 < start.year < 2100 else None
