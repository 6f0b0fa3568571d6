"""What booking cannot do, each with the visitor's sentence."""

from datetime import datetime
from typing import ClassVar

from kit.refusals import Conflict, Gone, NotFound, TooMany, Unacceptable


class NoSuchConsult(NotFound):
    """No consult type of that name is offered."""

    title = "This kind of conversation is not offered"
    sentence = "It may have been renamed or withdrawn. Choose one from the list."


class NoSuchBooking(NotFound):
    """No booking belongs to that link."""

    title = "There is no booking behind this link"
    sentence = "Copy the whole link from the mail, or open it from there."


class SlotTaken(Conflict):
    """Somebody else has that time, or it can no longer be offered. Carries what is free next."""

    template: ClassVar[str] = "booking/slot_taken.html"
    title = "That time has just gone"
    sentence = "Somebody else took this time a moment ago. Nothing was booked. These are the next free ones."

    def __init__(
        self, sentence: str | None = None, *, type_slug: str = "", next_free: tuple[datetime, ...] = ()
    ) -> None:
        super().__init__(sentence)
        self.type_slug, self.next_free = type_slug, next_free


class SlotNotOffered(SlotTaken):
    """That start is not one of the times on offer: forged, stale, or typed by hand."""

    status = 422
    title = "That time is not on offer"
    sentence = "This is not one of the times that can be booked. These are the next free ones."


class HoldLapsed(Gone):
    """The ten minutes are over and somebody may have the time by now."""

    title = "The time is no longer held for you"
    sentence = "We held it for ten minutes. What you typed is still here; choose the time again, or another one."


class TooLate(Conflict):
    """The consult has begun, is over, or is nearer than the cut-off."""

    title = "It is too late to change this here"
    sentence = "This consult can no longer be changed through the link. Reply to the invite, and we will sort it out."


class AlreadyCancelled(Gone):
    """The booking was cancelled before."""

    title = "This consult has been cancelled"
    sentence = "It was cancelled before, and nothing more needs doing. You can book another time whenever you like."


class InvitedRecently(TooMany):
    """An address that nobody has confirmed gets at most one invite an hour."""

    title = "There is an invite on its way already"
    sentence = "This address got an invite less than an hour ago. Change the time from there, or try again later."


class UnfitHours(Unacceptable):
    """The hours of a consultant cannot be what was typed."""

    title = "These hours cannot be right"
    sentence = "Check the hours: each needs a start and an end."


class JourneysOverlap(Unacceptable):
    """A consultant cannot be in two zones on one date."""

    title = "These dates overlap another journey"
    sentence = "Remove the other journey first, or change the dates."


class NoSuchQuestion(NotFound):
    """The consult type does not ask that."""

    title = "This question is not asked"
    sentence = "It may have been removed in the meantime."


class AddressInUse(Conflict):
    """Another consult type has that address, or had it."""

    title = "That address leads somewhere else"
    sentence = "Another consult type has it, or had it before. Choose a different one."


class QuestionAskedTwice(Conflict):
    """Two questions of a consult type cannot be told apart in its answers."""

    title = "This is asked already"
    sentence = "Another question of this consult type has the same words."


class HostUnfit(Conflict):
    """That consultant cannot take the consult over."""

    title = "They cannot take it over"
    sentence = "Choose somebody else who hosts this kind of consult and is free then. Nothing was changed."
