"""What Lighthouse says of the pages that visitors come to first. Speed is measured in `benchmarks/`, not here."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.journeys.lighthouse import judged
from tests.journeys.running import RunningSite

JUDGED = ("accessibility", "best-practices", "seo")
PATHS = ("/stories/the-night-supervisor", "/assessment/", "/book/")

pytestmark = pytest.mark.browser


@pytest.mark.timeout(180)
def test_lighthouse_finds_nothing(site: RunningSite):
    with ThreadPoolExecutor(len(PATHS)) as pool:  # each of them waits most of the time
        found = dict(zip(PATHS, pool.map(lambda path: judged(site.url + path, JUDGED), PATHS), strict=True))

    assert {path: poor_in(one) for path, one in found.items() if poor_in(one)} == {}


def poor_in(found: dict[str, Any]) -> list[str]:
    """What is judged worse than it can be."""
    scores = {name: category["score"] for name, category in found["categories"].items()}
    audits = {name: audit["score"] for name, audit in found["audits"].items() if audit["score"] is not None}
    assert set(scores) == set(JUDGED)
    return [name for name, score in {**scores, **audits}.items() if score is None or score < 1]
