"""Scoring: from a person's answers to everything that is said about them, for each kind of result.

Limit: a median under 20 ms.
"""

import statistics
import sys
from time import process_time

from assessment.result import assess
from tests.assessment.builders import ON, VARIANTS

LIMIT_MS = 20.0
ROUNDS = 40


def main() -> int:
    """Print median and 95th percentile of each kind and of all; 1 where the median of any kind is too high."""
    everything: list[float] = []
    too_slow = False
    for name, answers in VARIANTS.items():
        if assess(answers, ON).reckoning is None:
            continue
        taken = []
        for _ in range(ROUNDS):
            begin = process_time()
            assess(answers, ON)
            taken.append((process_time() - begin) * 1000)
        everything += taken
        too_slow |= statistics.median(taken) > LIMIT_MS
        print(f"{name:16} median {statistics.median(taken):5.1f} ms, 95 in 100 under {percentile(taken):5.1f} ms")
    print(f"all kinds: median {statistics.median(everything):.1f} ms (limit {LIMIT_MS:g} ms),", end=" ")
    print(f"95 in 100 under {percentile(everything):.1f} ms")
    return int(too_slow)


def percentile(taken: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(taken, n=20)[-1]


if __name__ == "__main__":
    sys.exit(main())
