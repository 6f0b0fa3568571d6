"""What the leads keep of a person, to be handed out or erased."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from kit import tokens
from kit.db import session
from kit.rows import as_mapping
from leads import consent, webhooks
from leads.models import Erasure, Happening, Lead, LeadAlias
from leads.webhook_models import Delivery


def collect(lead: Lead, addresses: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Their rows, by what they are."""
    return {
        "person": [as_mapping(lead)],
        "other addresses": [as_mapping(alias) for alias in lead.aliases],
        "what happened": _rows(Happening, lead),
        "messages to other programs": _rows(Delivery, lead),
        "agreements": [as_mapping(entry) for entry in consent.ledger_of(*addresses)],
    }


def _rows(model: type[Happening] | type[Delivery], lead: Lead) -> list[dict[str, Any]]:
    chosen = select(model).where(model.lead_id == lead.id).order_by(model.id)
    return [as_mapping(row) for row in session().scalars(chosen)]


def erase(lead: Lead, addresses: Sequence[str], *, at: datetime) -> None:
    """Remove the lead and what refers to it, and keep a keyed hash of each address. Asked after all others.

    Programs that were told of them are told to forget them too.
    """
    current = session()
    merged = session().scalars(select(LeadAlias.public_id).where(LeadAlias.lead_id == lead.id).order_by(LeadAlias.id))
    webhooks.tell_erased((lead.public_id, *merged), at=at)
    current.add_all(Erasure(address_hash=hash_of(address), erased_at=at) for address in addresses)
    current.execute(delete(Lead).where(Lead.id == lead.id).execution_options(synchronize_session=False))
    current.flush()
    current.expunge(lead)


def was_erased(address: str) -> bool:
    """Whether somebody with that address was erased here."""
    return session().scalar(select(Erasure.id).where(Erasure.address_hash == hash_of(address)).limit(1)) is not None


def hash_of(address: str) -> str:
    """What is left of an address: without the site's secret key nobody can tell whose it is."""
    return tokens.keyed_hash("erasure", address)
