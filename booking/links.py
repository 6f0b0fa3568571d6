"""The signed links of a booking: one purpose for what is held, one for what is agreed, one for what is offered."""

from booking.exchange_models import Offer
from booking.models import Booking
from kit import tokens
from kit.context import current_settings
from kit.refusals import LinkAltered

HOLD, CONSULT, OFFER = "booking.hold", "booking.consult", "booking.offer"


def hold_token(booking: Booking) -> str:
    """Names a held time while the form is filled in."""
    return tokens.sign(HOLD, {"secret": booking.secret})


def consult_token(booking: Booking) -> str:
    """Names an agreed conversation to the visitor who made it: with it they move and cancel."""
    return tokens.sign(CONSULT, {"secret": booking.secret})


def read_hold(token: str) -> str:
    """The secret of the booking that is held. Raises LinkAltered."""
    return _secret(HOLD, token)


def read_consult(token: str) -> str:
    """The secret of the booking that was agreed. Raises LinkAltered."""
    return _secret(CONSULT, token)


def offer_token(offer: Offer) -> str:
    """Names the times of an offer to whoever they were sent to: with it one is taken, or none."""
    return tokens.sign(OFFER, {"secret": offer.secret})


def read_offer(token: str) -> str:
    """The secret of an offer. Raises LinkAltered."""
    return _secret(OFFER, token)


def offer_url(offer: Offer) -> str:
    """The page of an offer, as it is written into mail."""
    return f"{current_settings().base_url}/book/times/{offer_token(offer)}"


def consult_url(booking: Booking) -> str:
    """The visitor's own page of a conversation, as it is written into mail."""
    return f"{current_settings().base_url}/book/consult/{consult_token(booking)}"


def _secret(purpose: str, token: str) -> str:
    secret = tokens.read(purpose, token).get("secret")
    if not isinstance(secret, str):
        raise LinkAltered
    return secret
