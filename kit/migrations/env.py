"""How migrations reach the database: always through the application's own engine."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import text
from sqlalchemy.engine import Connection

from kit.db import db

MIGRATION_LOCK = 7235001


def run() -> None:
    """Apply the steps in one transaction; on PostgreSQL one process at a time."""
    options = current_app.extensions["migrate"].configure_args
    with db.engine.connect().execution_options(writes=True) as connection, _rows_kept(connection), connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        context.configure(connection=connection, target_metadata=db.metadata, **options)
        with context.begin_transaction():
            context.run_migrations()
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"{len(broken)} rows would refer to nothing, first in {broken[0][0]}")


@contextmanager
def _rows_kept(connection: Connection) -> Iterator[None]:
    """SQLite makes a table anew to give it columns; the old one must not take with it what refers to it."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection.dbapi_connection
    assert raw is not None
    raw.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys = ON")


run()
