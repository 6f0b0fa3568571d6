"""The time. The only place that asks for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def _system_time() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system_time


def now() -> datetime:
    """This instant, aware, in UTC."""
    return _source()


@contextmanager
def fixed(instant: datetime) -> Iterator[None]:
    """Within the block it is always `instant` (aware). For tests and sample data."""
    global _source
    if instant.tzinfo is None:
        raise ValueError("a fixed time needs a zone")
    before, _source = _source, lambda: instant.astimezone(UTC)
    try:
        yield
    finally:
        _source = before
