"""The log: one line an event, named fields, never a person's data."""

import logging

import structlog

log = structlog.stdlib.get_logger("site")


def install() -> None:
    """Write events to standard error, each with its time in UTC and its level."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for noisy in ("huey", "fontTools", "weasyprint", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
