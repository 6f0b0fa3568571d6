"""Why a calendar outside of the site cannot be used: one family, each with the sentence its owner reads."""

from typing import ClassVar


class CalendarFault(Exception):
    """Reading or writing a calendar failed; `str(fault)` says why."""

    sentence: ClassVar[str] = "The calendar cannot be used."

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.sentence)


class CalendarUnreadable(CalendarFault):
    """What came back is no calendar, or too much of one. Its time must not be taken for free."""

    sentence = "What is at this address is not a calendar in the iCalendar format."


class SignInRefused(CalendarFault):
    """The server does not let us in."""

    sentence = "The server refuses the name and the password. Some servers ask for a password made for one program."


class OtherSignIn(CalendarFault):
    """It would let in somebody who signs in by another method."""

    sentence = "The server asks for a way of signing in that is not known here; only name and password can be used."


class NotAllowed(CalendarFault):
    """It knows us, and says no."""

    sentence = "The server does not allow this to the one who signs in."


class NotThere(CalendarFault):
    """The address leads to nothing."""

    sentence = "There is nothing at this address, or nothing any more."


class ServerTroubled(CalendarFault):
    """It has a fault of its own, or is busy."""

    sentence = "The server cannot answer at the moment."


class NoCalendarThere(CalendarFault):
    """A server, but none that speaks CalDAV about a calendar of this user."""

    sentence = "No calendar was found there. Check the address: it is often the one of the server, or ends in /dav/."


class ObjectChanged(CalendarFault):
    """Somebody else changed the event since it was last seen (412)."""

    sentence = "The event in the calendar has been changed by somebody else."


class UidElsewhere(CalendarFault):
    """The calendar has the event already; `href` is its path, where the server says so (RFC 4791 5.3.2.1)."""

    sentence = "The calendar has this event already, in another place."

    def __init__(self, href: str = "") -> None:
        super().__init__()
        self.href = href


class PasswordLost(CalendarFault):
    """It was sealed with another SECRET_KEY."""

    sentence = (
        "The stored password cannot be opened any more, because the site’s SECRET_KEY has changed. Enter it again."
    )


def fault_of(status: int, sign_in: str = "") -> CalendarFault | None:
    """What a status means that is not an answer; `sign_in` is what the server says about ways to sign in."""
    if status < 300 or status == 304:
        return None
    if status == 401:
        return OtherSignIn() if sign_in and "basic" not in sign_in.lower() else SignInRefused()
    known: dict[int, type[CalendarFault]] = {403: NotAllowed, 404: NotThere, 410: NotThere, 412: ObjectChanged}
    if status in known:
        return known[status]()
    if status in (408, 423, 425, 429) or status >= 500:
        return ServerTroubled(f"The server cannot answer at the moment (status {status}).")
    return CalendarFault(f"The server does not know what to do with the request (status {status}).")
