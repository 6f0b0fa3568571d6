"""The signed links of a booking: one purpose for each of what is held, agreed, offered and waited for."""

from datetime import datetime

from booking.exchange_models import Offer, WaitlistEntry
from booking.models import Booking
from kit import tokens
from kit.context import current_settings
from kit.refusals import LinkAltered

HOLD, CONSULT, OFFER = "booking.hold", "booking.consult", "booking.offer"
PLACE, OPENING = "booking.place", "booking.opening"


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


def place_token(entry: WaitlistEntry) -> str:
    """Names a place on the waitlist to whoever has it: with it they leave."""
    return tokens.sign(PLACE, {"secret": entry.secret})


def read_place(token: str) -> str:
    """The secret of a place on the waitlist. Raises LinkAltered."""
    return _secret(PLACE, token)


def place_url(entry: WaitlistEntry) -> str:
    """The page of a place on the waitlist, as it is written into mail."""
    return f"{current_settings().base_url}/book/waitlist/place/{place_token(entry)}"


def opening_token(entry: WaitlistEntry, start: datetime) -> str:
    """Names one time that opened for one place on the waitlist: with it the time is taken, or let go."""
    return tokens.sign(OPENING, {"secret": entry.secret, "start": start.isoformat()})


def read_opening(token: str) -> tuple[str, datetime]:
    """The secret of the place, and the start that opened. Raises LinkAltered."""
    start = tokens.read(OPENING, token).get("start")
    if not isinstance(start, str):
        raise LinkAltered
    return _secret(OPENING, token), datetime.fromisoformat(start)


def opening_url(entry: WaitlistEntry, start: datetime) -> str:
    """The page of a time that opened, as it is written into mail."""
    return f"{current_settings().base_url}/book/waitlist/time/{opening_token(entry, start)}"


def _secret(purpose: str, token: str) -> str:
    secret = tokens.read(purpose, token).get("secret")
    if not isinstance(secret, str):
        raise LinkAltered
    return secret
