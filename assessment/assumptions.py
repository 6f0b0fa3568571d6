"""Every number the model assumes, in one value, each with its footing.

The letters in brackets name sources of the method page (`assessment/sources.py`); "judgement" means that no source
gives the number and the method page says so. A published version never changes: another number is another version, so
that an old submission comes out as it did.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

Beta = tuple[float, float]


@dataclass(frozen=True)
class Assumptions:
    """What the model assumes. Rates are Beta(alpha, beta), by how the contacts came about where that matters."""

    version: str
    recruiting_weeks: float = 46.0  # weeks of a year with recruiting in them; judgement
    minutes_per_attempt: float = 2.0  # between one dial a minute [S4] and one in two [S10]
    minutes_per_conversation: float = 12.0  # talk and a note; judgement
    new_joiners_gone_in_a_year: float = 0.20  # between [S5b] and [S27]
    weeks_before: int = 104  # how far back conversations can still pay off

    meeting_prior: Mapping[str, Beta] = field(  # conversation to meeting [S1] [S8] [S9] [S15]
        default_factory=lambda: {"cold": (1.6, 22.4), "mixed": (2.0, 20.0), "introduced": (3.0, 17.0)}
    )
    joining_prior: Mapping[str, Beta] = field(  # meeting to joining [S1] [S3] [S15]
        default_factory=lambda: {"cold": (3.0, 14.0), "mixed": (3.0, 12.0), "introduced": (3.5, 9.5)}
    )
    reach_prior: Beta = (3.0, 17.0)  # calls that reach the person [S7] [S8] [S10] [S33]
    attrition_prior: Beta = (3.0, 22.0)  # agents who leave in a year [S2] [S5] [S6]

    own_weight: Mapping[str, float] = field(  # how much an own answer counts; judgement
        default_factory=lambda: {"logged": 1.0, "estimate": 0.5}
    )
    own_cap: Mapping[str, float] = field(
        default_factory=lambda: {"meeting": 200.0, "joining": 100.0, "reach": 100.0, "attrition": 60.0}
    )
    reporting_spread: Mapping[str, float] = field(  # coefficient of variation of a told count [S51] [S52]
        default_factory=lambda: {"logged": 0.15, "estimate": 0.35}
    )
    year_drift: Mapping[str | None, float] = field(  # the last four weeks were not the year; judgement
        default_factory=lambda: {"same": 0.25, "fewer": 0.40, "more": 0.40, None: 0.40}
    )
    past_ratio: Mapping[str | None, float] = field(  # past over present activity
        default_factory=lambda: {"fewer": 1.5, "same": 1.0, "more": 0.5, None: 1.0}
    )
    lag_weeks: Mapping[str | None, float] = field(  # mean weeks from conversation to joining; None is judgement
        default_factory=lambda: {
            "under-4-weeks": 4.0,
            "1-3-months": 10.0,
            "3-6-months": 20.0,
            "6-12-months": 40.0,
            "over-a-year": 62.0,
            None: 20.0,
        }
    )

    list_share: tuple[float, float] = (0.033, 0.017)  # of a list of productive agents, joining in a year [S2]
    hours_ceiling: float = 5.0  # hours a week that count as enough for the score of calling hours [S36]
    fewer_returns: float = 0.7  # the footnote's "if further conversations are less productive"; judgement

    # Largest step of each lever and its hours a week; judgements, set against [S7] [S43] [S3] [S23].
    reach_step: float = 0.40
    brush_off_step: float = 0.30
    follow_up_step: float = 0.20
    introductions_step: float = 0.40
    protected_weeks: float = 4.0
    retention_step: float = 0.10
    volume_step: float = 2.0
    lever_hours: Mapping[str, float] = field(
        default_factory=lambda: {
            "reach": 0.5,
            "brush_off": 0.5,
            "follow_up": 0.5,
            "introductions": 0.75,
            "retention": 1.0,
        }
    )

    # The numerical rule: midpoints of equal probability, and the width of a bin in ln(yield).
    rate_points: int = 40
    reporting_points: int = 16
    bin_width: float = 0.02
    largest_volume: float = 500.0

    @property
    def active_share(self) -> float:
        """The share of the year with recruiting in it."""
        return self.recruiting_weeks / 52


MODELS: Final[Mapping[str, Assumptions]] = MappingProxyType({"2026-11": Assumptions("2026-11")})
CURRENT: Final = MODELS["2026-11"]
