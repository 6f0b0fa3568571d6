"""Of what is made a thousand times over, differing only in numbers and tokens, one is read thoroughly."""

import re
from hashlib import sha256

VARYING = (
    (re.compile(rb"[A-Za-z0-9_.-]{24,}|(?<=/)[A-Za-z0-9_-]{16,}"), b"TOKEN"),
    (re.compile(rb"[0-9]+"), b"0"),
)


def kind_of(content: bytes) -> bytes:
    """A digest that pages or calendars have in common if they differ only in numbers and tokens."""
    for pattern, short in VARYING:
        content = pattern.sub(short, content)
    return sha256(content).digest()
