"""What Lighthouse says of the pages that visitors come to first. Speed is measured in `benchmarks/`, not here."""

import pytest

from tests.journeys.lighthouse import judged
from tests.journeys.running import RunningSite

JUDGED = ("accessibility", "best-practices", "seo")

pytestmark = pytest.mark.browser


@pytest.mark.timeout(180)
@pytest.mark.parametrize("path", ["/stories/the-night-supervisor", "/assessment/", "/book/"])
def test_lighthouse_finds_nothing(site: RunningSite, path: str):
    found = judged(site.url + path, JUDGED)

    scores = {name: category["score"] for name, category in found["categories"].items()}
    poor = [name for name, audit in found["audits"].items() if audit["score"] is not None and audit["score"] < 1]
    assert scores == dict.fromkeys(JUDGED, 1), poor
