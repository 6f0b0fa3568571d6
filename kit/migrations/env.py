"""How migrations reach the database: always through the application's own engine."""

from alembic import context
from flask import current_app
from sqlalchemy import text

from kit.db import db

MIGRATION_LOCK = 7235001


def run() -> None:
    """Apply the steps in one transaction; on PostgreSQL one process at a time."""
    options = current_app.extensions["migrate"].configure_args
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        context.configure(connection=connection, target_metadata=db.metadata, **options)
        with context.begin_transaction():
            context.run_migrations()


run()
