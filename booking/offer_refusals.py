"""What cannot be done with three times by mail, each with the sentence for whoever tried."""

from datetime import datetime

from booking.exchange_models import Offer
from kit.refusals import Conflict, Gone, NotFound, Unacceptable


class NoSuchOffer(NotFound):
    """No offer belongs to that link."""

    title = "There are no times behind this link"
    sentence = "Copy the whole link from the mail, or open it from there."


class OfferOver(Gone):
    """The times of an offer are no longer held. Carries the offer."""

    title = "These times are no longer held"
    sentence = "They are free for others again. Pick another time whenever you like: it takes a minute."

    def __init__(self, offer: Offer, sentence: str | None = None) -> None:
        super().__init__(sentence)
        self.offer = offer


class OfferTaken(Conflict):
    """One of the times was accepted before: the first one stands. Carries the offer."""

    title = "You have taken another one of these times"
    sentence = "The first one that you took stands, and the others are free again."

    def __init__(self, offer: Offer, sentence: str | None = None) -> None:
        super().__init__(sentence)
        self.offer = offer


class OfferWaiting(Conflict):
    """That address has times to choose from already."""

    title = "They have times to choose from already"
    sentence = "Wait for their answer, or withdraw those times first."


class NothingToOffer(Conflict):
    """There is no time that leaves time to answer."""

    title = "There is no free time to send"
    sentence = "Every time that leaves you time to answer is taken. Ask us to call you back instead."


class TooManyTimes(Unacceptable):
    """More times were ticked than an offer holds, or none."""

    title = "Choose up to three times"
    sentence = "Tick one, two or three of the times."


class TooNear(Unacceptable):
    """A time begins so soon that nobody could answer before."""

    title = "That time is too near to be sent"
    sentence = "An answer by mail needs some hours. Choose a later time."

    def __init__(self, start: datetime, sentence: str | None = None) -> None:
        super().__init__(sentence)
        self.start = start
