"""Letters signed by the site itself (DKIM, RFC 6376), where its mail server does not do that.

A letter is signed when it leaves, as of the moment it was written: a second try has the same bytes.
"""

from datetime import datetime
from typing import Any

import dkim

from kit.settings import Settings

# RFC 8058, 4 wants the two lines about leaving a list to be signed.
SIGNED = (
    *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Auto-Submitted"),
    *("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"),
)


class _Signer(dkim.DKIM):  # type: ignore[misc]  # the library has no types
    """Signs as of another moment than now."""

    moment = b""

    def gen_header(self, fields: Any, *arguments: Any, **rest: Any) -> Any:
        """The signature's own line; `t` is when the letter was written."""
        fields = [(name, self.moment if name == b"t" else value) for name, value in fields]
        return super().gen_header(fields, *arguments, **rest)


def signed(raw: bytes, *, settings: Settings, at: datetime) -> bytes:
    """The message with its signature in front; as it is where no key is set. Raises OSError for a key that is gone."""
    if settings.dkim_key is None:
        return raw
    signer = _Signer(raw)
    signer.moment = str(int(at.timestamp())).encode()
    present = {name.lower() for name, _ in signer.headers}
    line: bytes = signer.sign(
        settings.dkim_selector.encode(),
        settings.dkim_domain.encode("idna"),
        settings.dkim_key.read_bytes(),
        include_headers=[name.lower().encode() for name in SIGNED if name.lower().encode() in present],
        canonicalize=(b"relaxed", b"relaxed"),
    )
    return line + raw
