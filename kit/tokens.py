"""Signed links: each token says what it is for and cannot be used for anything else."""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from kit import clock
from kit.context import current_settings
from kit.refusals import LinkAltered, LinkExpired


def sign(purpose: str, payload: dict[str, Any]) -> str:
    """A URL-safe token that carries `payload` (JSON values, readable by whoever holds it) for one purpose."""
    return _serializer(purpose).dumps([int(clock.now().timestamp()), payload])


def read(purpose: str, token: str, *, max_age: timedelta | None = None) -> dict[str, Any]:
    """What `sign` put in. Raises LinkAltered, or LinkExpired when it was signed more than `max_age` ago."""
    try:
        signed_at, payload = _serializer(purpose).loads(token)
        age = clock.now() - datetime.fromtimestamp(signed_at, tz=UTC)
    except (BadData, ValueError, TypeError, OverflowError) as fault:
        raise LinkAltered from fault
    if max_age is not None and age > max_age:
        raise LinkExpired
    if not isinstance(payload, dict):
        raise LinkAltered
    return payload


def keyed_hash(purpose: str, text: str) -> str:
    """What a text is known by for one purpose; without the site's secret key nobody can tell which it was.

    Written in other letters, or with white space around, it is the same text.
    """
    key = hashlib.sha256(f"site.{purpose}{current_settings().secret_key}".encode()).digest()
    return hmac.new(key, text.strip().lower().encode(), hashlib.sha256).hexdigest()


def new_secret(size: int = 16) -> str:
    """`size` random bytes as URL-safe text; 16 are 128 bits."""
    return secrets.token_urlsafe(size)


def _serializer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_settings().secret_key, salt=f"site.{purpose}")
