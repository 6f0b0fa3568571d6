"""A result to show to others: the band alone. The link carries it, signed; no number, no name and no way back."""

from dataclasses import dataclass
from datetime import date

from assessment.practices import BAND_MEANINGS, BAND_NAMES
from assessment.result import Result
from kit import tokens
from kit.refusals import LinkAltered

PURPOSE = "band"


@dataclass(frozen=True)
class Shared:
    """What a shared link shows: a band, and the month in which it was found."""

    band: str
    month: date

    @property
    def name(self) -> str:
        """The band as it is shown."""
        return BAND_NAMES[self.band]

    @property
    def meaning(self) -> str:
        """What the band says, in a sentence."""
        return BAND_MEANINGS[self.band]


def share_token(result: Result) -> str:
    """The part of the link that carries the band and the month."""
    return tokens.sign(PURPOSE, {"band": result.band, "month": f"{result.on:%Y-%m}"})


def read_shared(token: str) -> Shared:
    """What a shared link carries. Raises LinkAltered."""
    found = tokens.read(PURPOSE, token)
    try:
        shared = Shared(str(found["band"]), date.fromisoformat(f"{found['month']}-01"))
    except (KeyError, ValueError) as fault:
        raise LinkAltered from fault
    if shared.band not in BAND_NAMES:
        raise LinkAltered
    return shared
