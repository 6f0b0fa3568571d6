"""Reports to look at: each is made once in a run, and shared among the tests and among the workers."""

import fcntl
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from assessment.render import ReportInput
from assessment.report import make_report
from tests.assessment.builders import PRINTED, a_printed_report


@pytest.fixture(scope="session")
def printed(shared: Path) -> Callable[[ReportInput], bytes]:
    """Gives the PDF of an order. While another worker makes it, this one makes one that will be asked for later."""
    folder = shared / "reports"
    folder.mkdir(exist_ok=True)

    def made(order: ReportInput) -> bytes:
        path = folder / f"{hashlib.sha256(order.to_line()).hexdigest()}.pdf"
        if not _make(order, path, wait=False):
            for variant, paper in PRINTED:
                if path.exists():
                    break
                later = a_printed_report(variant, paper)
                _make(later, folder / f"{hashlib.sha256(later.to_line()).hexdigest()}.pdf", wait=False)
            _make(order, path, wait=True)
        return path.read_bytes()

    return made


def _make(order: ReportInput, path: Path, *, wait: bool) -> bool:
    """Whether the report is there now; without waiting it is not where somebody else is at it."""
    if path.exists():
        return True
    with path.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        if not path.exists():
            partial = path.with_suffix(".part")
            partial.write_bytes(make_report(order))
            partial.rename(path)
    return True
