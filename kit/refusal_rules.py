"""What a mail server means that does not take a letter, or sends it back: nobody is there, not now, or not from us.

The enhanced status code (RFC 3463) decides where there is one, since 550 alone means both “no such person” and “against
our rules”. Without one the words that servers write do.
"""

import re
from enum import StrEnum

STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# No such mailbox, no such host, an address that cannot be, a mailbox that is closed or has moved (RFC 3463, 3.2, 3.3).
NOBODY = {"1.0", "1.1", "1.2", "1.3", "1.4", "1.6", "1.10", "2.1"}
NOBODY_SAID = re.compile(
    r"(user|recipient|mailbox|address|account|alias)\W+(is |was )?(unknown|not found|disabled|inactive)"
    r"|do(es)?(n.t| not) exist"
    r"|(unknown|invalid|no such|nonexistent|non-existent) (local )?(user|recipient|mailbox|address|account|person)"
    r"|no mailbox (here|by that name)|does(n.t| not) have an? \S+ account|host (or domain name )?not found",
    re.IGNORECASE,
)
NOT_FROM_US = re.compile(
    r"spam|policy|blocked|blacklist|blocklist|reputation|dmarc|dkim|\bspf\b|relay|denied|rejected due|authori[sz]ed",
    re.IGNORECASE,
)


class Meaning(StrEnum):
    """What a refusal says about the address."""

    HARD = "hard"  # no letter will ever arrive there
    SOFT = "soft"  # not now
    OURS = "ours"  # it is about us or about the letter, and says nothing of the address


def read_status(text: str) -> str:
    """The enhanced status code in a server's words, such as `5.1.1`; empty where there is none."""
    found = STATUS.search(text)
    return ".".join(found.groups()) if found else ""


def judge(words: str, *, code: int = 0, status: str = "") -> Meaning:
    """What is meant by a reply `code` (0 where unknown), an enhanced status and the server's words."""
    own = read_status(words)
    # A report that says 5.0.0 knows less than the words it quotes.
    status = own if own and (not status or status.endswith(".0.0")) else status
    lasting = status.startswith("5") or (not status and 500 <= code < 600)
    if not lasting:
        return Meaning.SOFT
    rest = status.partition(".")[2]
    if rest in NOBODY:
        return Meaning.HARD
    if rest in ("", "0.0", "5.0") or rest.startswith("4."):
        if NOT_FROM_US.search(words):
            return Meaning.OURS
        return Meaning.HARD if NOBODY_SAID.search(words) or rest == "4.4" else Meaning.SOFT
    return Meaning.OURS if rest.startswith(("6.", "7.")) or rest in ("3.4", "2.3") else Meaning.SOFT
