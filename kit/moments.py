"""How far away a moment is, in words; the exact time beside it for whoever points at it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from kit.words import format_short_date, format_time, plural
from kit.zones import offset_label

HOUR = 60
NEAR_HOURS = 6
WEEKS_FROM = 14
DATE_FROM = 70


def say_moment(instant: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """`now`, `in 25 minutes`, `3 hours ago`, `yesterday`, `in 4 days`, `3 weeks ago`, `24 November 2026`."""
    minutes = round(abs((instant - now).total_seconds()) / 60)
    today, day = now.astimezone(zone).date(), instant.astimezone(zone).date()
    if minutes < 1:
        return "now"
    if minutes < HOUR:
        return _away(plural(minutes, "minute"), ahead=instant > now)
    hours = round(minutes / HOUR)
    if day == today or hours < NEAR_HOURS:
        return _away(plural(hours, "hour"), ahead=instant > now)
    return say_day(day, today)


def say_day(day: date, today: date) -> str:
    """`today`, `tomorrow`, `4 days ago`, `in 3 weeks`, `24 November 2026`."""
    days = (day - today).days
    if days in (-1, 0, 1):
        return ("yesterday", "today", "tomorrow")[days + 1]
    if abs(days) >= DATE_FROM:
        return format_short_date(day)
    if abs(days) >= WEEKS_FROM:
        return _away(plural(round(abs(days) / 7), "week"), ahead=days > 0)
    return _away(plural(abs(days), "day"), ahead=days > 0)


def exact(instant: datetime, zone: ZoneInfo) -> str:
    """`24 November 2026, 2:30 pm (UTC−05:00)`."""
    day = format_short_date(instant.astimezone(zone).date())
    return f"{day}, {format_time(instant, zone)} ({offset_label(instant, zone)})"


def say_appointment(instant: datetime, zone: ZoneInfo) -> str:
    """`Thursday 26 November, 4:00 pm`: what is near enough to need no year."""
    local = instant.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B}, {format_time(instant, zone)}"


def moment(instant: datetime, *, now: datetime, zone: ZoneInfo, stop: bool = False) -> Markup:
    """A `<time>` element that shows the distance, and the exact time to whoever points at it or listens to it.

    In a row with a link the exact time appears with the focus of the link; elsewhere `stop` makes it a stop of its own.
    """
    return Markup(
        '<time class="moment" datetime="{}" title="{}"{}>{}<span class="exact visually-hidden">, {}</span></time>'
    ).format(
        instant.astimezone(zone).isoformat(timespec="seconds"),
        exact(instant, zone),
        Markup(' tabindex="0"') if stop else "",
        say_moment(instant, now=now, zone=zone),
        exact(instant, zone),
    )


def _away(length: str, *, ahead: bool) -> str:
    return f"in {length}" if ahead else f"{length} ago"
