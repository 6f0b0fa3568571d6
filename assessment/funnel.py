"""What a conversation yields: from a person's own answers and the priors to a distribution of joiners per conversation.

All rates are shares between 0 and 1, all volumes conversations a week as the person counts them.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from assessment.assumptions import CURRENT, Assumptions, Beta

Floats = NDArray[np.float64]
Count = tuple[int, int]  # x of n


@dataclass(frozen=True)
class Inputs:
    """What the model is told. None is unknown and never read as zero.

    `goal` agents in `weeks` weeks; `held4` conversations in the last four weeks; counts are (x, n), "x of n".
    `since` are the conversations of each week of the period that has passed, oldest first, None where not told; then
    `past_pace` is how many a week were held before it began, and `held4` is the present.
    """

    goal: int
    weeks: int
    held4: int
    goal_type: Literal["gross", "net"] = "gross"
    signed: int = 0
    held_basis: Literal["logged", "estimate"] = "estimate"
    rates_basis: Literal["logged", "estimate"] = "estimate"
    roster_basis: Literal["logged", "estimate"] = "estimate"
    meetings: Count | None = None
    joiners: Count | None = None
    reached: Count | None = None
    joined12: int | None = None
    past: Literal["fewer", "same", "more"] | None = None
    lag: str | None = None
    mix: Literal["cold", "mixed", "introduced"] = "mixed"
    roster: int | None = None
    left12: int | None = None
    since: tuple[int | None, ...] = ()
    past_pace: float | None = None


def combine(prior: Beta, own: Count | None, own_weight: float, cap: float) -> Beta:
    """The prior with a person's own `x of n` added, each of them counting `own_weight`, up to `cap` of them."""
    if own is None or own[1] == 0:
        return prior
    hits, trials = own
    weight = min(own_weight * trials, cap)
    return prior[0] + weight * hits / trials, prior[1] + weight * (trials - hits) / trials


def mean(beta: Beta) -> float:
    """The expected share."""
    return beta[0] / (beta[0] + beta[1])


def midpoints(count: int) -> Floats:
    """`count` probabilities of equal weight: (j − ½)/count."""
    return (np.arange(count) + 0.5) / count


def beta_points(beta: Beta, count: int) -> Floats:
    """Quantiles of a Beta at the midpoints."""
    points: Floats = special.betaincinv(beta[0], beta[1], midpoints(count))
    return points


@lru_cache(maxsize=16)
def reporting_points(spread: float, count: int) -> Any:
    """How far a reported count may be off: quantiles of a Gamma of mean 1 with that coefficient of variation."""
    shape = 1 / spread**2
    points: Floats = special.gammaincinv(shape, midpoints(count)) / shape
    return points / points.mean()


@dataclass(frozen=True)
class Yield:
    """Joiners per reported conversation as weighted points, smallest first, and the rates behind them."""

    points: Floats
    weights: Floats
    expected: float
    meeting_rate: float
    joining_rate: float

    def quantile(self, share: float) -> float:
        """The first point at which the weights reach `share`."""
        place = int(np.searchsorted(np.cumsum(self.weights), share - 1e-12))
        return float(self.points[min(place, len(self.points) - 1)])


@dataclass(frozen=True)
class Funnel:
    """A person's funnel: the inputs, the rates given the answers, the yield and the lag.

    `logged_ahead` supposes that many more conversations, logged, with meetings at the rate that is now expected.
    """

    inputs: Inputs
    logged_ahead: int = 0
    assume: Assumptions = CURRENT

    @cached_property
    def present(self) -> float:
        """Conversations a week now: (count + ½)/4, the Jeffreys estimate of a Poisson rate."""
        return (self.inputs.held4 + 0.5) / 4

    @cached_property
    def present_shape(self) -> float:
        """The Gamma shape of the present rate."""
        return self.inputs.held4 + 0.5

    @cached_property
    def past_ratio(self) -> float:
        """Past activity over present activity."""
        return self.assume.past_ratio[self.inputs.past]

    @cached_property
    def past(self) -> float:
        """Conversations a week before the period began."""
        return self.past_ratio * self.present if self.inputs.past_pace is None else self.inputs.past_pace

    @cached_property
    def meeting(self) -> Beta:
        """Conversation → meeting that took place."""
        prior = self.assume.meeting_prior[self.inputs.mix]
        now = combine(prior, self.inputs.meetings, self._own_weight, self.assume.own_cap["meeting"])
        return now[0] + self.logged_ahead * mean(now), now[1] + self.logged_ahead * (1 - mean(now))

    @cached_property
    def joining(self) -> Beta:
        """Meeting → joined."""
        prior = self.assume.joining_prior[self.inputs.mix]
        return combine(prior, self.inputs.joiners, self._own_weight, self.assume.own_cap["joining"])

    @cached_property
    def reach(self) -> Beta:
        """Attempt → live conversation."""
        return combine(self.assume.reach_prior, self.inputs.reached, self._own_weight, self.assume.own_cap["reach"])

    @cached_property
    def attrition(self) -> Beta:
        """Share of the roster that leaves in a year."""
        inputs = self.inputs
        own = None
        if inputs.left12 is not None and inputs.roster is not None:
            own = (inputs.left12, inputs.roster + inputs.left12)
        weight = self.assume.own_weight[inputs.roster_basis]
        return combine(self.assume.attrition_prior, own, weight, self.assume.own_cap["attrition"])

    @cached_property
    def reporting_spread(self) -> float:
        """The coefficient of variation of the reported count."""
        return self.assume.reporting_spread[self.inputs.held_basis]

    @cached_property
    def lag(self) -> float:
        """Mean weeks from a conversation to a joining."""
        return self.assume.lag_weeks[self.inputs.lag]

    @cached_property
    def attempts(self) -> float:
        """Expected attempts per live conversation, E[1/c]."""
        alpha, beta = self.reach
        return (alpha + beta - 1) / (alpha - 1)

    @cached_property
    def hours(self) -> float:
        """Hours per live conversation, attempts included."""
        return self.hours_of(self.attempts)

    @cached_property
    def hours_range(self) -> tuple[float, float]:
        """Hours per live conversation where people are easily and hardly reached (90 % and 10 % quantiles)."""
        easy, hard = special.betaincinv(*self.reach, 0.9), special.betaincinv(*self.reach, 0.1)
        return self.hours_of(1 / float(easy)), self.hours_of(1 / float(hard))

    @cached_property
    def yields(self) -> Yield:
        """Joiners per reported conversation, weighted by last year's joiners where they are known."""
        meeting = beta_points(self.meeting, self.assume.rate_points)[:, None, None]
        joining = beta_points(self.joining, self.assume.rate_points)[None, :, None]
        reporting = reporting_points(self.reporting_spread, self.assume.reporting_points)[None, None, :]
        product = meeting * joining * reporting
        weights = self._weights(product)
        points, binned = _bins(product.ravel(), weights.ravel(), self.assume.bin_width)
        if self.inputs.joined12 is None:
            rates = mean(self.meeting), mean(self.joining)
            return Yield(points, binned, rates[0] * rates[1], *rates)
        return Yield(
            points,
            binned,
            float((points * binned).sum()),
            float((weights * meeting).sum()),
            float((weights * joining).sum()),
        )

    def hours_of(self, attempts: float) -> float:
        """Hours for one conversation that takes that many attempts."""
        return (self.assume.minutes_per_attempt * attempts + self.assume.minutes_per_conversation) / 60

    @property
    def _own_weight(self) -> float:
        return self.assume.own_weight[self.inputs.rates_basis]

    def _weights(self, product: Floats) -> Floats:
        """Equal, or the negative-binomial likelihood of last year's joiners."""
        joined = self.inputs.joined12
        if joined is None:
            return np.full(product.shape, 1 / product.size)
        expected = self.assume.active_share * 52 * self.past * product
        size = 1 / (self.assume.year_drift[self.inputs.past] ** 2 + 1 / self.present_shape)
        logs = special.xlogy(joined, expected / (size + expected)) - size * np.log1p(expected / size)
        weights: Floats = np.exp(logs - logs.max())
        weights /= weights.sum()
        return weights


def arrived(weeks: Any, lag: float) -> Any:
    """The share of joinings that have come about `weeks` after the conversation: an Erlang-2 with mean `lag`."""
    t = np.maximum(np.asarray(weeks, dtype=np.float64), 0.0)
    return 1 - np.exp(-2 * t / lag) * (1 + 2 * t / lag)


@lru_cache(maxsize=256)
def weeks_ahead(weeks: int, lag: float, begun: int = 0) -> float:
    """E_new: of `weeks` weeks of conversations, the first `begun` left out, how many pay off before the deadline."""
    return float(arrived(weeks - np.arange(begun + 1, weeks + 1) + 0.5, lag).sum())


@lru_cache(maxsize=256)
def weeks_behind(weeks: int, lag: float, before: int) -> float:
    """E_carry: of the `before` past weeks of conversations, how many pay off between now and the deadline."""
    past = np.arange(1, before + 1)
    return float((arrived(weeks + past - 0.5, lag) - arrived(past - 0.5, lag)).sum())


def _bins(values: Floats, weights: Floats, width: float) -> tuple[Floats, Floats]:
    logs = np.log(values)
    index = np.floor((logs - logs.min()) / width).astype(np.int64)
    total: Floats = np.bincount(index, weights).astype(np.float64)
    summed: Floats = np.bincount(index, weights * values).astype(np.float64)
    kept = total > 0
    return summed[kept] / total[kept], total[kept]
