"""How long a form was looked at before it was sent. Machines fill in faster than people read."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from kit import clock, tokens
from kit.refusals import LinkAltered

PURPOSE = "form"
LEAST = timedelta(seconds=2)
MOST = timedelta(hours=24)


class Age(StrEnum):
    """What the time between showing and sending says."""

    TOO_QUICK = "too quick"
    FINE = "fine"
    UNKNOWN = "unknown"  # never shown by us, or too long ago


def stamp(form: str) -> str:
    """A signed mark of this moment for the form of that name; it stands in a hidden field."""
    return tokens.sign(PURPOSE, {"form": form, "at": clock.now().timestamp()})


def judge(form: str, mark: str) -> Age:
    """How long ago the form was shown, by its mark."""
    try:
        found = tokens.read(PURPOSE, mark)
        shown = datetime.fromtimestamp(float(found["at"]), UTC)
    except (LinkAltered, KeyError, TypeError, ValueError, OverflowError):
        return Age.UNKNOWN
    age = clock.now() - shown
    if found.get("form") != form or age > MOST:
        return Age.UNKNOWN
    return Age.TOO_QUICK if age < LEAST else Age.FINE
