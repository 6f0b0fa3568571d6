"""One browser and one site for all journeys; each test is a visitor of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys.chromium import chromium
from tests.journeys.running import RunningSite, running_site
from tests.journeys.visitor import Inspector, Visitor


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def inspector(shared: Path) -> Inspector:
    (shared / "pages-seen").mkdir(exist_ok=True)
    return Inspector(shared / "pages-seen")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """Shared by all whom the others' traces do not disturb: each has addresses and names of its own."""
    with running_site(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture
def visitor(chrome: Browser, site: RunningSite, inspector: Inspector) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors; when the test is over, nothing may have gone wrong in their browsers."""
    came: list[Visitor] = []

    def come(**options: Any) -> Visitor:
        came.append(Visitor(chrome, site, inspector, **options))
        return came[-1]

    yield come
    for one in came:
        one.close()
