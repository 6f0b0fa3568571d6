"""The gap: how many live conversations a week the goal needs, against how many are held.

`Outlook.gap` is the line everything else hangs on. Volumes are conversations a week, `chance` a probability.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from scipy import special

from assessment.assumptions import Assumptions, Beta
from assessment.funnel import Floats, Funnel, arrived, beta_points, mean, weeks_ahead, weeks_behind

Tails = Callable[[int], Floats]  # most → Pr(N ≥ k) for k = 0 … most


@dataclass(frozen=True)
class Change:
    """What a lever changes in the conversations to come; the defaults change nothing."""

    volume: float | None = None  # conversations a week instead of the present ones
    productivity: float = 1.0  # factor on the yield of new conversations
    more_weeks: float = 0.0  # further weeks a year with recruiting, for new conversations
    attrition: float = 1.0  # factor on the share of the roster that leaves


NOTHING = Change()


@dataclass(frozen=True)
class Outlook:
    """How the goal stands, for one funnel, at its deadline or at another `horizon` (weeks from now)."""

    funnel: Funnel
    horizon: int | None = None

    @property
    def assume(self) -> Assumptions:
        """What is assumed."""
        return self.funnel.assume

    @property
    def weeks(self) -> int:
        """Weeks to the horizon."""
        return self.funnel.inputs.weeks if self.horizon is None else self.horizon

    @cached_property
    def ahead(self) -> float:
        """E_new, in weeks."""
        return weeks_ahead(self.weeks, self.funnel.lag, len(self.funnel.inputs.since))

    @cached_property
    def behind(self) -> float:
        """E_carry, in weeks."""
        return weeks_behind(self.weeks, self.funnel.lag, self.assume.weeks_before)

    @cached_property
    def settled(self) -> float:
        """Conversations of the weeks passed that pay off before the deadline; those of untold weeks went as before."""
        funnel = self.funnel
        usual = self.assume.active_share * funnel.past
        told = [(week, usual if count is None else count) for week, count in enumerate(funnel.inputs.since, 1)]
        return float(sum(count * arrived(self.weeks - week + 0.5, funnel.lag) for week, count in told))

    @cached_property
    def remaining(self) -> int:
        """K: the goal less those who have already agreed to join. For a net goal it may be zero or less."""
        return self.funnel.inputs.goal - self.funnel.inputs.signed

    @cached_property
    def is_net(self) -> bool:
        """Whether leavers count against the goal."""
        return self.funnel.inputs.goal_type == "net" and self.funnel.inputs.roster is not None

    @cached_property
    def new_joiner_loss(self) -> float:
        """The share of new joiners who leave again before the deadline; half the period on average. Net goals only."""
        kept = 1 - self.assume.new_joiners_gone_in_a_year
        return float(1 - kept ** (self.weeks / 104)) if self.is_net else 0.0

    @cached_property
    def expected_departures(self) -> float:
        """Agents of today's roster who leave before the deadline. Net goals only."""
        return float((np.arange(len(self._departures())) * self._departures()).sum()) if self.is_net else 0.0

    @cached_property
    def required(self) -> float:
        """K_eff: joiners needed once leavers are made good."""
        return (self.remaining + self.expected_departures) / (1 - self.new_joiner_loss)

    @cached_property
    def need_mean(self) -> float:
        """The planning pace: the weekly volume at which expected joiners equal the goal."""
        return self._pace(self.funnel.yields.expected)

    @cached_property
    def gap(self) -> float:
        """The conversation gap: what the planning pace asks for beyond what is held, per week; never below zero."""
        return max(0.0, self.need_mean - self.funnel.present)

    @cached_property
    def need_range(self) -> tuple[float, float, float]:
        """The planning pace at a good, a middling and a poor yield (90 %, 50 %, 10 % quantiles)."""
        low, middle, high = (self._pace(self.funnel.yields.quantile(share)) for share in (0.9, 0.5, 0.1))
        return low, middle, high

    @cached_property
    def steady_state(self) -> float:
        """The weekly volume once the pipeline is full."""
        return max(0.0, self.required) / (self.assume.active_share * self.weeks * self.funnel.yields.expected)

    @cached_property
    def expected(self) -> float:
        """Expected joiners by the deadline at the present volume, before any of them leave again."""
        return self.counting(NOTHING) * self.funnel.yields.expected

    @cached_property
    def chance(self) -> float:
        """The chance of reaching the goal at the present volume."""
        return self._chance_of(self._present_counts())

    @cached_property
    def shortfall(self) -> float:
        """Expected joiners short of the goal at the present volume."""
        reached = self._tail(self._present_counts())
        if not self.is_net:
            return float((1 - reached[1 : max(0, self.remaining) + 1]).sum())
        missed = np.concatenate([[0.0], np.cumsum(1 - reached[1:])])
        goals = np.clip(self.remaining + np.arange(len(self._departures())), 0, None)
        return float((self._departures() * missed[goals]).sum())

    @cached_property
    def joiner_range(self) -> tuple[int, int, int]:
        """Joiners by the deadline at the present volume: the 10, 50 and 90 % quantiles."""
        low, middle, high = self.joiner_quantiles((0.10, 0.50, 0.90))
        return low, middle, high

    @cached_property
    def need_even(self) -> float | None:
        """The volume for an even chance; None where no volume gives it."""
        return self.volume_for(0.5)

    @cached_property
    def need_safe(self) -> float | None:
        """The volume for a chance of 8 in 10; None where no volume gives it."""
        return self.volume_for(0.8)

    @cached_property
    def list_range(self) -> tuple[float, float]:
        """How many names a list must hold for that many joiners."""
        required = max(0.0, self.required)
        return required / self.assume.list_share[0], required / self.assume.list_share[1]

    def counting(self, change: Change) -> float:
        """C: conversations that can still pay off before the deadline, old and new, each worth one of today's."""
        volume = self.funnel.present if change.volume is None else change.volume
        active_share = self.assume.active_share + change.more_weeks / 52
        new = active_share * change.productivity * volume * self.ahead
        return new + self.settled + self.assume.active_share * self.funnel.past * self.behind

    def planned_chance(self, volume: float) -> float:
        """The chance when exactly `volume` conversations a week are held from now on."""
        return self._chance_of(self._planned_counts(volume))

    def chance_with(self, change: Change) -> float:
        """The chance at the present volume, uncertain as it is, with a lever pulled."""
        return self._chance_of(self._present_counts(change), change.attrition)

    def expected_net(self, change: Change = NOTHING) -> float:
        """Expected joiners who stay, less departures where the goal is net."""
        stayed = self.counting(change) * self.funnel.yields.expected * (1 - self.new_joiner_loss)
        if not self.is_net:
            return stayed
        departures = self._departures(change.attrition)
        return stayed - float((np.arange(len(departures)) * departures).sum())

    def volume_for(self, chance: float) -> float | None:
        """The smallest weekly volume whose planned chance reaches `chance`, to 0.01 %; None beyond 500 a week."""
        low, high = 0.0, self.assume.largest_volume
        if self.planned_chance(low) >= chance:
            return 0.0
        if self.planned_chance(high) < chance:
            return None
        while high - low > 1e-4 * max(high, 0.1):
            middle = (low + high) / 2
            low, high = (low, middle) if self.planned_chance(middle) >= chance else (middle, high)
        return high

    def joiner_quantiles(self, shares: tuple[float, ...], volume: float | None = None) -> tuple[int, ...]:
        """The smallest counts of joiners whose cumulative probability reaches each share.

        At the present volume, or at a planned one.
        """
        counts = self._present_counts(net=False) if volume is None else self._planned_counts(volume, net=False)
        size = 32
        while True:
            cumulative = 1 - counts(size)[1:]
            if cumulative[-1] >= max(shares) or size > 4096:
                return tuple(int(np.searchsorted(cumulative, share - 1e-12)) for share in shares)
            size *= 2

    def _pace(self, expected_yield: float) -> float:
        carried = self.funnel.past * self.behind + self.settled / self.assume.active_share
        return max(0.0, (self.required / (self.assume.active_share * expected_yield) - carried) / self.ahead)

    def _present_counts(self, change: Change = NOTHING, net: bool = True) -> Tails:
        """Tails of a negative binomial for each yield, mixed: the present rate is itself uncertain."""
        means = self._means(self.counting(change), net)
        shape = self.funnel.present_shape
        odds, none = means / (shape + means), -shape * np.log1p(means / shape)

        def tails(most: int) -> Floats:
            counts = np.arange(most)
            ways = special.gammaln(counts + shape) - special.gammaln(shape) - special.gammaln(counts + 1)
            return _tails(ways[:, None] + special.xlogy(counts[:, None], odds) + none, self.funnel.yields.weights)

        return tails

    def _planned_counts(self, volume: float, net: bool = True) -> Tails:
        """Tails of a Poisson for each yield, mixed: a planned volume is what it is."""
        means = self._means(self.counting(Change(volume=volume)), net)

        def tails(most: int) -> Floats:
            counts = np.arange(most)[:, None]
            logs = special.xlogy(counts, means) - means - special.gammaln(counts + 1)
            return _tails(logs, self.funnel.yields.weights)

        return tails

    def _means(self, counting: float, net: bool) -> Floats:
        return counting * self.funnel.yields.points * (1 - (self.new_joiner_loss if net else 0.0))

    def _tail(self, counts: Tails, attrition: float = 1.0) -> Floats:
        """Pr(N ≥ k) for k = 0 … the largest number that can be needed."""
        most = self.remaining + (len(self._departures(attrition)) - 1 if self.is_net else 0)
        return counts(max(0, most))

    def _chance_of(self, counts: Tails, attrition: float = 1.0) -> float:
        if not self.is_net:
            return float(counts(max(0, self.remaining))[-1])
        tail = self._tail(counts, attrition)
        departures = self._departures(attrition)
        goals = np.clip(self.remaining + np.arange(len(departures)), 0, None)
        return float((departures * tail[goals]).sum())

    def _departures(self, factor: float = 1.0) -> Floats:
        """Pr(D = d): binomial over the roster, mixed over what the attrition may be."""
        if not self.is_net:
            return np.ones(1)
        points = self.assume.rate_points
        return _leaving(self.funnel.attrition, self.funnel.inputs.roster or 0, self.weeks, factor, points)


@lru_cache(maxsize=64)
def _leaving(attrition: Beta, roster: int, weeks: int, factor: float, points: int) -> Floats:
    yearly = beta_points(attrition, points) * factor
    leaves = 1 - (1 - yearly) ** (weeks / 52)
    number = np.arange(roster + 1)[:, None]
    ways = special.gammaln(roster + 1) - special.gammaln(number + 1) - special.gammaln(roster - number + 1)
    logs = ways + special.xlogy(number, leaves) + special.xlog1py(roster - number, -leaves)
    spread: Floats = np.exp(logs).mean(axis=1)
    used = int(np.searchsorted(np.cumsum(spread), 1 - 1e-12)) + 1
    spread = spread[:used]
    spread.setflags(write=False)
    return spread


def _tails(logs: Floats, weights: Floats) -> Floats:
    """Pr(N ≥ k) for k = 0, 1, …, from the logarithms of Pr(N = k), a row each, for each yield.

    Added up from below: that is exact to the last place where it matters, and takes a tenth of the time of the
    incomplete Gamma and Beta functions.
    """
    return np.concatenate([[1.0], np.clip(1 - np.cumsum(np.exp(logs) @ weights), 0.0, 1.0)])


def expected_attrition(funnel: Funnel) -> float:
    """The share of the roster expected to leave in a year."""
    return mean(funnel.attrition)
