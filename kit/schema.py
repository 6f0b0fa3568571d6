"""The database connected to the application, and its tables brought up to date by migrations."""

from typing import Any

from click import ClickException
from flask import Flask
from flask_migrate import Migrate, upgrade
from sqlalchemy.exc import OperationalError

from kit.context import current_settings
from kit.db import db, tune_sqlite
from kit.jobs import TABLES
from kit.settings import Settings

FOLDER = "kit/migrations"


class DatabaseSilent(ClickException):
    """The database does not answer, or does not let us in. A command ends by showing it."""


def install(app: Flask, settings: Settings) -> None:
    """Connect the database; nothing is read or written yet."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        # An error's text would otherwise carry what was typed into the log.
        "hide_parameters": True,
        **({} if settings.database_url.startswith("sqlite") else {"pool_pre_ping": True}),
    }
    db.init_app(app)
    Migrate(
        app,
        db,
        directory=str(settings.root / FOLDER),
        render_as_batch=True,
        compare_type=True,
        include_name=is_ours,
    )
    if settings.database_url.startswith("sqlite"):
        with app.app_context():
            tune_sqlite(db.engine, durable=settings.production)


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether migrations look after something: the tables of the queue are its own."""
    return kind != "table" or not (name or "").startswith(f"{TABLES}_")


def migrate() -> None:
    """Bring the tables up to date. Raises DatabaseSilent."""
    try:
        upgrade(directory=str(current_settings().root / FOLDER))
    except OperationalError as fault:
        raise DatabaseSilent(f"The database cannot be used: {fault.orig}\nSee DATABASE_URL.") from fault
