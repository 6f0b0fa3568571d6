"""The passwords of consultants' calendars, sealed with the site's key."""

from booking.calendar_faults import PasswordLost
from booking.calendar_models import CalendarSource
from kit.fetch import Login
from kit.seals import SealBroken, seal, unseal

PURPOSE, FORM = "calendar password", "calendar form"


def keep(source: CalendarSource, *, user: str, password: str) -> None:
    """Store the name and the password with which a calendar is asked."""
    source.user, source.secret = user, seal(PURPOSE, password) if password else None


def password_of(source: CalendarSource) -> str:
    """The password as it was typed. Raises PasswordLost."""
    try:
        return unseal(PURPOSE, source.secret) if source.secret else ""
    except SealBroken as fault:
        raise PasswordLost from fault


def login_of(source: CalendarSource) -> Login | None:
    """How the server is asked; None where it asks for nothing. Raises PasswordLost."""
    password = password_of(source)
    return Login(source.user, password) if source.user or password else None


def carry(password: str) -> str:
    """A password as a hidden field carries it from one step of a form to the next."""
    return seal(FORM, password).decode() if password else ""


def carried(field: str) -> str:
    """What `carry` was given; "" for anything else."""
    try:
        return unseal(FORM, field.encode()) if field else ""
    except SealBroken:
        return ""
