"""Whether the model keeps its word: ten thousand simulated managers, drawn from what it assumes.

Each has true rates, gives the answers that such a person would give (none, estimates, records, last year's joiners, a
net goal), is told ranges and a chance, and then lives through the period. Limits: the ranges of 8 in 10, of the yield
behind the planning pace and of the joiners, hold the truth in 78 to 82 of 100 cases; the stated chances come true, in
every tenth of the scale, within 3.5 of 100, and on average within 1.5.

A count can fall exactly on the end of a range. Such a case counts by the part of the end that belongs to the range, so
that a range that is right covers 80 of 100 and not more because counts are whole.
"""

import sys
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from assessment.assumptions import CURRENT
from assessment.funnel import Count, Funnel, Inputs
from assessment.gap import Outlook

MANAGERS = 10_000
SEED = 20261126
COVERED = (0.78, 0.82)
WORST, AVERAGE = 0.035, 0.015
TENTHS = 10


@dataclass(frozen=True)
class Told:
    """What one manager was told, and what became of it."""

    kind: str
    yield_held: bool
    joiners_held: float
    chance: float
    reached: bool


def main() -> int:
    """Print coverage and reliability, and give 1 where one is over its limit."""
    rng = np.random.default_rng(SEED)
    told = [one_manager(rng) for _ in range(MANAGERS)]
    sound = True
    for kind in ["all", *sorted({one.kind for one in told})]:
        some = [one for one in told if kind in ("all", one.kind)]
        rates = float(np.mean([one.yield_held for one in some])), float(np.mean([one.joiners_held for one in some]))
        within = all(COVERED[0] <= rate <= COVERED[1] for rate in rates)
        sound = sound and (within or kind != "all")
        print(f"{kind:15} {len(some):6} managers: yield {rates[0]:.3f}, joiners {rates[1]:.3f} within 8 in 10")
    print("stated chance, how many, mean stated, came true")
    misses = []
    for tenth in range(TENTHS):
        some = [one for one in told if tenth == min(TENTHS - 1, int(one.chance * TENTHS))]
        stated, true = float(np.mean([one.chance for one in some])), float(np.mean([one.reached for one in some]))
        misses.append((abs(stated - true), len(some)))
        print(f"{tenth / TENTHS:.1f} to {(tenth + 1) / TENTHS:.1f} {len(some):6} {stated:.3f} {true:.3f}")
    worst = max(miss for miss, _ in misses)
    average = sum(miss * count for miss, count in misses) / MANAGERS
    sound = sound and worst <= WORST and average <= AVERAGE
    print(f"furthest off {worst:.3f} (limit {WORST}), on average {average:.4f} (limit {AVERAGE})")
    print("within the limits" if sound else "OVER a limit")
    return 0 if sound else 1


def one_manager(rng: Generator) -> Told:
    """Draw a manager, let them answer, tell them, and let the period come."""
    kind = str(rng.choice(["nothing known", "estimates", "records", "last year", "net goal"]))
    mix = str(rng.choice(["cold", "mixed", "introduced"]))
    basis = "logged" if kind == "records" else "estimate"
    meeting, joining = rng.beta(*CURRENT.meeting_prior[mix]), rng.beta(*CURRENT.joining_prior[mix])
    spread = CURRENT.reporting_spread[basis]
    true_yield = meeting * joining * rng.gamma(1 / spread**2, spread**2)
    held4 = int(np.exp(rng.uniform(0, np.log(120))))
    shape = held4 + 0.5
    answers: dict[str, object] = {}
    if kind == "estimates":
        # An estimate of "x of the last 10" is worth five: they remember every second one.
        answers = {"meetings": _of_ten(rng, meeting), "joiners": _of_ten(rng, joining)}
    elif kind == "records":
        answers = {"meetings": (int(rng.binomial(60, meeting)), 60), "joiners": (int(rng.binomial(20, joining)), 20)}
    elif kind == "last year":
        drift = 1 / (CURRENT.year_drift["same"] ** 2 + 1 / shape)
        usual = CURRENT.active_share * 52 * shape / 4 * true_yield
        answers = {"joined12": int(rng.poisson(usual * rng.gamma(drift) / drift)), "past": "same"}
    inputs = Inputs(
        goal=1,
        weeks=int(rng.integers(13, 105)),
        held4=held4,
        held_basis=basis,  # type: ignore[arg-type]
        rates_basis=basis,  # type: ignore[arg-type]
        mix=mix,  # type: ignore[arg-type]
        goal_type="net" if kind == "net goal" else "gross",
        roster=int(rng.integers(5, 120)) if kind == "net goal" else None,
        **answers,  # type: ignore[arg-type]
    )
    # A goal near what can be expected, so that all chances occur.
    hoped = Outlook(Funnel(inputs)).expected * float(np.exp(rng.normal(0, 0.8)))
    outlook = Outlook(Funnel(replace(inputs, goal=max(1, round(hoped)))))
    yields = outlook.funnel.yields
    low, _, high = outlook.joiner_range
    joined = int(rng.poisson(outlook.expected / yields.expected * true_yield * rng.gamma(shape) / shape))
    return Told(
        kind,
        bool(yields.quantile(0.1) <= true_yield <= yields.quantile(0.9)),
        _covered(outlook, joined, low, high),
        outlook.chance,
        _reached(rng, outlook, joined),
    )


def _of_ten(rng: Generator, share: float) -> Count:
    return 2 * int(rng.binomial(5, share)), 10


def _reached(rng: Generator, outlook: Outlook, joined: int) -> bool:
    """Whether the goal was met; for a net goal after those who left, new ones among them."""
    if not outlook.is_net:
        return joined >= outlook.remaining
    leaving = 1 - (1 - rng.beta(*CURRENT.attrition_prior)) ** (outlook.weeks / 52)
    gone = rng.binomial(outlook.funnel.inputs.roster or 0, leaving)
    stayed = rng.binomial(joined, 1 - outlook.new_joiner_loss)
    return bool(stayed >= outlook.remaining + gone)


def _covered(outlook: Outlook, joined: int, low: int, high: int) -> float:
    """1 within the range, 0 outside, and at an end the part of it that makes the range hold 8 in 10."""
    if low < joined < high:
        return 1.0
    if joined not in (low, high):
        return 0.0
    up_to = _up_to(outlook, high)
    # The range takes the probability from 0.1 to 0.9; what an end holds beyond that is not part of it.
    begin = up_to[joined - 1] if joined else 0.0
    inside = min(up_to[joined], 0.9) - max(begin, 0.1)
    return float(max(inside, 0.0) / (up_to[joined] - begin))


def _up_to(outlook: Outlook, most: int) -> list[float]:
    """Pr(N ≤ k) at the present volume, for k = 0 … most; no leavers counted."""
    tails = outlook._present_counts(net=False)(most + 1)
    return [float(1 - tail) for tail in tails[1:]]


if __name__ == "__main__":
    sys.exit(main())
