"""Letters read as a mail program reads them."""

from email import message_from_bytes, policy
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from functools import lru_cache

# The same few headers are looked at again and again, and each look would take them apart anew; what comes out of it
# is never changed by anybody.
READING = policy.default.clone(header_factory=lru_cache(maxsize=5000)(HeaderRegistry()))


def parsed(raw: bytes) -> EmailMessage:
    """The message in these bytes."""
    return message_from_bytes(raw, policy=READING)  # type: ignore[return-value]
