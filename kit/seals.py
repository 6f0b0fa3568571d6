"""Secrets of others that the site must be able to read again, such as the password of a calendar: sealed at rest.

The key is drawn from SECRET_KEY. Under another SECRET_KEY nothing that was sealed can be opened, and whoever knows
the secret is asked for it once more.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kit.context import current_settings


class SealBroken(Exception):
    """It was sealed for another purpose or with another key, or has been altered."""


def seal(purpose: str, text: str) -> bytes:
    """`text` so that only this site can read it, and only for that purpose."""
    return _box(purpose).encrypt(text.encode())


def unseal(purpose: str, sealed: bytes) -> str:
    """What `seal` was given. Raises SealBroken."""
    try:
        return _box(purpose).decrypt(sealed).decode()
    except (InvalidToken, TypeError) as fault:
        raise SealBroken from fault


def _box(purpose: str) -> Fernet:
    drawn = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"site.{purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(drawn.derive(current_settings().secret_key.encode())))
