"""The migrations make exactly the tables that the models describe."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from kit import schema
from kit.db import Base, db


def test_the_migrated_database_is_the_one_the_models_describe(app: Flask):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_migrating_again_changes_nothing(app: Flask):
    schema.migrate()
