"""How a message to another program is signed, after the Standard Webhooks specification (1.0)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
BYTES = 32


def new_secret() -> str:
    """A new secret, as both sides write it down: `whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def sign(secret: str, *, message_id: str, timestamp: int, body: str) -> str:
    """The signature of one secret over `id.timestamp.body`, as `v1,…`."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.new(key, f"{message_id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def headers(active: Iterable[str], *, message_id: str, timestamp: int, body: str) -> dict[str, str]:
    """The three headers of a message; during a rotation with a signature of each active secret."""
    signatures = (sign(secret, message_id=message_id, timestamp=timestamp, body=body) for secret in active)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
