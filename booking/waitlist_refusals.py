"""What cannot be done with a place on the waitlist, each with the visitor's sentence."""

from typing import ClassVar

from booking.times import When
from kit.refusals import Gone, NotFound, TooMany, Unacceptable


class NoSuchPlace(NotFound):
    """No place on the list belongs to that link."""

    title = "There is no place on the list behind this link"
    sentence = "Copy the whole link from the mail, or open it from there."


class FreeAlready(Unacceptable):
    """A time that they would be told of can be booked right now."""

    title = "Such a time is free right now"

    def __init__(self, first: When, *, moving: bool) -> None:
        take = "Move to it" if moving else "Book it"
        date = "before which date a time would help" if moving else "an earlier date"
        super().__init__(f"{first.button} ({first.zone}) is free already. {take}, or say {date}.")


class NothingEarlier(Unacceptable):
    """No time that opens from now on could be early enough."""

    title = "Nothing earlier can open"
    sentence = "That is so near that nothing can open before it any more. Give a later date."

    def __init__(self, first: When | None = None) -> None:
        free = f"{first.button} ({first.zone}) is free, and " if first else ""
        super().__init__(f"{free}nothing can open before it any more. Give a date." if free else None)


class TooManyPlaces(TooMany):
    """One address is put on the list too often."""

    title = "That is often enough for today"
    sentence = (
        "This address was put on the list several times today. Try again tomorrow, or use the links in the mails."
    )


class OpeningGone(Gone):
    """The time that had opened is no longer held for them."""

    template: ClassVar[str] = "booking/waitlist_gone.html"
    title = "This time is no longer held for you"
    sentence = "It went on to the next in line. You keep your place on the list, and hear of the next one that opens."


class PlaceGone(Gone):
    """They left the list, or have got what they waited for."""

    template: ClassVar[str] = "booking/waitlist_gone.html"
    title = "You are no longer on the list"
    sentence = "You have left it, have found a time, or the date is over. There is nothing left to do."
