"""Time zones: their names, their offsets at an instant, and the one tz database all of the site reads.

The `tzdata` package is pinned with the other dependencies and is read before the system's copy: two machines with
different system copies would otherwise offer different hours.
"""

import importlib.metadata
import zoneinfo
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from kit.refusals import Unacceptable

zoneinfo.reset_tzpath(to=[])

REGIONS = ("America", "Europe", "Africa", "Asia", "Atlantic", "Australia", "Indian", "Pacific", "Antarctica")
MINUS = "\N{MINUS SIGN}"


class UnknownZone(Unacceptable):
    """No such time zone."""

    title = "That time zone is not known"
    sentence = "Choose your time zone from the list."


def zone(name: str) -> ZoneInfo:
    """The zone of that IANA name. Raises UnknownZone."""
    if name not in _names():
        raise UnknownZone
    return ZoneInfo(name)


@cache
def _names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


@cache
def zone_names() -> tuple[str, ...]:
    """The names a person chooses from: Area/City, and UTC; without the database's old aliases."""
    return (*sorted(name for name in _names() if name.split("/")[0] in REGIONS), "UTC")


@cache
def zone_groups() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The same names for a list with groups: (area, ((name, city), …)) …"""
    groups = []
    for region in REGIONS:
        names = [name for name in zone_names() if name.startswith(region + "/")]
        groups.append((region, tuple((name, city(name)) for name in names)))
    return (*groups, ("Universal", (("UTC", "UTC"),)))


def city(name: str) -> str:
    """`America/Argentina/Buenos_Aires` as a person says it: `Buenos Aires (Argentina)`."""
    parts = [part.replace("_", " ") for part in name.split("/")[1:]] or [name]
    return parts[-1] if len(parts) == 1 else f"{parts[-1]} ({parts[0]})"


def offset_label(instant: datetime, in_zone: ZoneInfo) -> str:
    """The distance from UTC at `instant`: `UTC−05:00`, `UTC+05:45`, or `UTC`."""
    offset = instant.astimezone(in_zone).utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{MINUS if minutes < 0 else '+'}{hours:02d}:{rest:02d}"


def zone_label(name: str, instant: datetime) -> str:
    """`New York, UTC−05:00`."""
    return "UTC" if name == "UTC" else f"{city(name)}, {offset_label(instant, zone(name))}"


def tzdata_version() -> str:
    """The version of the tz database in use."""
    return importlib.metadata.version("tzdata")
