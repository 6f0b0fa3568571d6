"""How the time of a conversation is said to one person: always with its zone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kit.words import DASH, NO_BREAK, format_date, format_short_date, format_time
from kit.zones import city, offset_label, zone


@dataclass(frozen=True)
class When:
    """A start and an end as somebody in `zone_name` says them, by the "12" or "24" hour clock."""

    start: datetime
    end: datetime
    zone_name: str
    clock: str = "12"

    @property
    def date(self) -> str:
        """`Tuesday 24 November 2026`."""
        return format_date(self.start.astimezone(zone(self.zone_name)).date())

    @property
    def starts(self) -> str:
        """`2:30 pm`."""
        return format_time(self.start, zone(self.zone_name), self.clock)

    @property
    def times(self) -> str:
        """`2:30 pm–3:00 pm`; with offsets where the clocks change in between, with the date where midnight does."""
        own = zone(self.zone_name)
        first, last = self.starts, format_time(self.end, own, self.clock)
        before, after = offset_label(self.start, own), offset_label(self.end, own)
        if before != after:
            first, last = f"{first} ({before})", f"{last} ({after})"
        end_date = (self.end - timedelta(microseconds=1)).astimezone(own).date()
        if end_date != self.start.astimezone(own).date():
            last += f" on {self.end.astimezone(own):%A}"
        return f"{first}{DASH}{last}"

    @property
    def zone(self) -> str:
        """`New York, UTC−05:00`, at the start."""
        if self.zone_name == "UTC":
            return "UTC"
        return f"{city(self.zone_name)}, {offset_label(self.start, zone(self.zone_name))}"

    @property
    def sentence(self) -> str:
        """`Tuesday 24 November 2026, 2:30 pm–3:00 pm (New York, UTC−05:00)`."""
        return f"{self.date}, {self.times} ({self.zone})"

    @property
    def subject(self) -> str:
        """For the subject of a mail, in signs that every mail program lists well."""
        place = "UTC" if self.zone_name == "UTC" else f"{city(self.zone_name)} time"
        return f"{self.date}, {self.starts} ({place})".replace(NO_BREAK, " ")

    @property
    def button(self) -> str:
        """`Tuesday 24 November, 2:30 pm`: what stands on a button, next to which the zone is named."""
        local = self.start.astimezone(zone(self.zone_name))
        return f"{local:%A} {local.day} {local:%B}, {self.starts}"

    def same_wall_as(self, other: "When") -> bool:
        """Whether a clock on the wall shows the same to both."""
        ends = ((self.start, other.start), (self.end, other.end))
        return all(
            mine.astimezone(zone(self.zone_name)).utcoffset() == theirs.astimezone(zone(other.zone_name)).utcoffset()
            for mine, theirs in ends
        )

    def beside(self, other: "When") -> str:
        """The times and the zone, with the date only where it is another one than `other` has."""
        return self.sentence if self.date != other.date else f"{self.times} ({self.zone})"

    def seen_from(self, zone_name: str) -> "When":
        """The same time as somebody in another zone says it."""
        return When(self.start, self.end, zone_name, self.clock)


def stretch(start: datetime, end: datetime, zone_name: str) -> str:
    """`Tuesday 24 November 2026, 9:00 am–10:00 am`; over several dates from one to the other, whole days as dates."""
    own = zone(zone_name)
    first, last = start.astimezone(own), end.astimezone(own)
    last_date = (end - timedelta(microseconds=1)).astimezone(own).date()
    whole = first.hour == first.minute == last.hour == last.minute == 0
    if first.date() == last_date:
        return format_date(first.date()) + (
            "" if whole else f", {format_time(start, own)}{DASH}{format_time(end, own)}"
        )
    if whole:
        return f"{format_short_date(first.date())} to {format_short_date(last_date)}"
    before = f"{format_short_date(first.date())}, {format_time(start, own)}"
    return f"{before} to {format_short_date(last.date())}, {format_time(end, own)}"
