"""What the newsletter keeps of a person, to be handed out or erased."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from blog import subscribers
from blog.subscription_models import Subscriber
from kit import suppression
from kit.db import session
from kit.rows import as_mapping
from leads.models import Lead


def collect(_lead: Lead, addresses: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Whether and since when they are subscribed, by each of their addresses, and what keeps letters away from them."""
    chosen = select(Subscriber).where(Subscriber.key.in_([address.lower() for address in addresses]))
    return {
        "subscriptions": [as_mapping(row) for row in session().scalars(chosen.order_by(Subscriber.id))],
        "mail that came back": suppression.kept_of(addresses),
    }


def erase(_lead: Lead, addresses: Sequence[str], *, at: datetime) -> None:
    """Take them off the list, with the ledger and what came back. In the caller's transaction."""
    for address in addresses:
        subscribers.forget(address, at=at)
