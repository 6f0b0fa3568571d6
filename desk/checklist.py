"""What a new site needs before its first visitor: read off the site as it is."""

from dataclasses import dataclass

from sqlalchemy import Select, select

from booking.calendar_models import CalendarSource
from booking.models import Consultant, WeeklyHours
from kit.context import current_settings
from kit.db import session
from staff.models import Account


@dataclass(frozen=True)
class Task:
    """One thing to do; `address` is empty where it is done in the settings of the machine."""

    name: str
    hint: str
    done: bool
    address: str = ""


def tasks(account: Account, own: Consultant | None) -> tuple[Task, ...]:
    """All of them, in the order in which to do them."""
    settings = current_settings()
    hours = own is not None and _any(select(WeeklyHours.id).where(WeeklyHours.consultant_id == own.id))
    calendar = own is not None and _any(select(CalendarSource.id).where(CalendarSource.consultant_id == own.id))
    return (
        Task("Your account", "You are signed in with it.", True, "/desk/account/"),
        Task("Second factor", "A code besides the password.", account.has_second_factor, "/desk/account/"),
        Task("Your hours", "When visitors can book you.", hours, "/desk/availability/"),
        Task("Your calendar", "So that nobody books you while you are busy.", calendar, "/desk/calendars/"),
        Task("Mail", "Set MAIL_URL; until then letters are kept as files.", settings.mail_url is not None),
        Task("Your domain", "Set BASE_URL to the public address, with https://.", settings.production),
    )


def _any(chosen: Select[int]) -> bool:
    return session().scalar(chosen.limit(1)) is not None
