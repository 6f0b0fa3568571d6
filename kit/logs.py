"""The log: one line an event, named fields, never a person's data."""

import logging
import sqlite3
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

log = structlog.stdlib.get_logger("site")

# Their texts quote what was typed: PostgreSQL names the address that exists already, a number that is none is shown.
QUOTING = (SQLAlchemyError, sqlite3.Error, ValueError, LookupError)
QUOTING_PACKAGES = ("psycopg",)
Told = tuple[type[BaseException], BaseException, TracebackType | None]


class DiscreetFormatter(logging.Formatter):
    """Writes the faults of libraries as our own are written."""

    def formatException(self, ei: Any) -> str:  # noqa: N802  # the name of the library
        """The traceback of a fault."""
        return write_fault(ei)


def install() -> None:
    """Write events to standard error, each with its time in UTC and its level."""
    handler = logging.StreamHandler()
    handler.setFormatter(DiscreetFormatter("%(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for noisy in ("huey", "fontTools", "weasyprint", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(write_fault),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def write_fault(exc_info: Told) -> str:
    """Where a fault came from and what kind it is, causes first; its own words only where they quote nobody."""
    parts = []
    for fault in reversed(list(_chain(exc_info[1]))):
        words = type(fault).__name__ if _quotes(fault) else f"{type(fault).__name__}: {fault}"
        parts.append("".join(traceback.format_tb(fault.__traceback__)) + words)
    return "\n\n".join(parts)


def _quotes(fault: BaseException) -> bool:
    return isinstance(fault, QUOTING) or type(fault).__module__.split(".")[0] in QUOTING_PACKAGES


def _chain(fault: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        yield fault
        fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
