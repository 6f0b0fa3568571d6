"""The addresses of pages that only the reader of a mail box can know."""

from datetime import UTC, datetime, timedelta

from blog.subscription_models import Subscriber
from kit import tokens
from kit.context import current_settings
from kit.refusals import LinkAltered

CONFIRM, LEAVE = "newsletter-confirm", "newsletter-leave"
CONFIRM_WITHIN = timedelta(days=7)


def confirm_url(subscriber: Subscriber) -> str:
    """Where the double opt-in is completed."""
    asked = int((subscriber.asked_at or subscriber.created_at).timestamp())
    token = tokens.sign(CONFIRM, {"subscriber": subscriber.secret, "asked": asked})
    return f"{current_settings().base_url}/newsletter/confirm/{token}"


def leave_url(subscriber: Subscriber) -> str:
    """Where the list is left: a page with a button, and the address of RFC 8058's one click."""
    token = tokens.sign(LEAVE, {"subscriber": subscriber.secret})
    return f"{current_settings().base_url}/newsletter/leave/{token}"


def read_confirm(token: str) -> tuple[str, datetime]:
    """Whose it is, and when it was asked for. Raises LinkAltered, LinkExpired."""
    found = tokens.read(CONFIRM, token, max_age=CONFIRM_WITHIN)
    try:
        return str(found["subscriber"]), datetime.fromtimestamp(found["asked"], UTC)
    except (KeyError, TypeError, ValueError, OverflowError) as fault:
        raise LinkAltered from fault


def read_leave(token: str) -> str:
    """Whose it is. Raises LinkAltered."""
    return str(tokens.read(LEAVE, token).get("subscriber", ""))
