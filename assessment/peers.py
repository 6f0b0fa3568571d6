"""Where a reader stands among others who took the assessment: real submissions only, and nothing said of a few."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEAST = 5
INDICATIVE_BELOW = 30


@dataclass(frozen=True)
class Peer:
    """What one other submission came to. Volumes are conversations a week; `practice` 0 to 100, None if unmeasured."""

    held: float
    needed: float
    practice: int | None


@dataclass(frozen=True)
class Middle:
    """The middle half of some number among others, its middle, and the reader's own."""

    low: float
    middle: float
    high: float
    own: float


@dataclass(frozen=True)
class Beside:
    """A reader beside `count` others. `practice` is None where too few others, or the reader, were measured."""

    count: int
    held: Middle
    covered: Middle
    practice: Middle | None

    @property
    def indicative(self) -> bool:
        """Whether there are so few that the figures may still move much."""
        return self.count < INDICATIVE_BELOW


def beside(others: Sequence[Peer], own: Peer) -> Beside | None:
    """The reader beside the others; None where they are fewer than five.

    `covered` is how much of the planning pace is held, in per cent, 100 at most.
    """
    if len(others) < LEAST:
        return None
    practices = [peer.practice for peer in others if peer.practice is not None]
    measured = len(practices) >= LEAST and own.practice is not None
    return Beside(
        len(others),
        _middle([peer.held for peer in others], own.held),
        _middle([_covered(peer) for peer in others], _covered(own)),
        _middle(practices, own.practice or 0) if measured else None,
    )


def _covered(peer: Peer) -> float:
    return 100.0 if peer.needed <= peer.held else 100 * peer.held / peer.needed


def _middle(values: Sequence[float], own: float) -> Middle:
    low, middle, high = (float(value) for value in np.quantile(np.asarray(values, dtype=float), (0.25, 0.5, 0.75)))
    return Middle(low, middle, high, float(own))
