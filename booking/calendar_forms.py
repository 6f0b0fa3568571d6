"""The forms about a consultant's calendars."""

from typing import Any

from wtforms import BooleanField, HiddenField, PasswordField
from wtforms.validators import StopValidation

from booking.caldav import Found
from booking.calendar_faults import PasswordLost, SignInRefused
from booking.calendar_models import CalendarSource, SourceKind
from booking.calendar_passwords import carried
from booking.calendar_sources import Wanted, plain_address
from kit.forms import Choice, Email, Needed, OneLine, PageForm

LONGEST_ADDRESS = 2000


class CalendarForm(PageForm):
    """What is asked about any calendar."""

    kind: SourceKind
    url: OneLine
    name = OneLine("Name", most=120)
    owner = Email("Your address in that calendar")

    def refuse(self, fault: Exception) -> None:
        """Say beside the field what came of reading the calendar."""
        self.url.errors = [str(fault)]


class FileForm(CalendarForm):
    """A calendar that is published as a file."""

    kind = SourceKind.ICS
    url = OneLine("Address of the calendar", [Needed("Enter the address of the calendar")], most=LONGEST_ADDRESS)

    @staticmethod
    def shown(source: CalendarSource) -> dict[str, Any]:
        """What stands in the fields at first."""
        return {"url": source.url, "name": source.name, "owner": source.owner}

    def answer(self, before: CalendarSource | None = None, password: str = "") -> Wanted:
        """The calendar as it was described; the password may stand in the address, or be the one from `before`."""
        url, user, typed = plain_address(self.url.data or "")
        if before is not None and not user and not typed:
            user, typed = before.user, password
        return Wanted(self.kind, url, self.name.data or "", user, typed, self.owner.data or "")


class ServerForm(CalendarForm):
    """A calendar on a CalDAV server. `found` are those of which one is to be chosen."""

    kind = SourceKind.CALDAV
    url = OneLine("Address of the server", [Needed("Enter the address of the server")], most=LONGEST_ADDRESS)
    user = OneLine("User name", most=254)
    password = PasswordField("Password")
    sealed = HiddenField()
    calendar = Choice("Which calendar?")
    reads = BooleanField("Do not offer me while this calendar says I am busy", default=True)
    writes = BooleanField("Write my consults into this calendar")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found: tuple[Found, ...] = ()
        self.calendar.choices = [(self.calendar.data, "")] if self.calendar.data else []

    @staticmethod
    def shown(source: CalendarSource) -> dict[str, Any]:
        """What stands in the fields at first."""
        names = ("url", "user", "name", "owner", "reads", "writes")
        return {name: getattr(source, name) for name in names}

    def validate_password(self, field: Any) -> None:
        """Only what HTTP can carry."""
        if any(sign in (field.data or "") for sign in "\r\n\0"):
            raise StopValidation("The password must be on one line")

    def validate(self, extra_validators: Any = None) -> bool:
        """Also refuses a calendar that would be kept for nothing."""
        if not super().validate(extra_validators):
            return False
        if not self.reads.data and not self.writes.data:
            self.reads.errors = ["Choose whether to read the calendar, to write into it, or both"]
            return False
        return True

    def refuse(self, fault: Exception) -> None:
        """A refused password is said beside the password."""
        field = self.password if isinstance(fault, (SignInRefused, PasswordLost)) else self.url
        field.errors = [str(fault)]

    def choose(self, found: tuple[Found, ...]) -> Found | None:
        """The calendar that is meant: the only one, or the one that was chosen; None where it is to be chosen yet."""
        if len(found) == 1:
            return found[0]
        for calendar in found:
            if calendar.url == self.calendar.data:
                return calendar
        self.found = found
        self.calendar.choices = [(calendar.url, calendar.name) for calendar in found]
        return None

    def answer(self, before: CalendarSource | None = None, password: str = "") -> Wanted:
        """The calendar as it was described. An empty password is the one that is known from before."""
        url, user, typed = plain_address(self.url.data or "")
        return Wanted(
            self.kind,
            url,
            self.name.data or "",
            self.user.data or user,
            self.password.data or typed or carried(self.sealed.data or "") or password,
            self.owner.data or "",
            bool(self.reads.data),
            bool(self.writes.data),
        )
