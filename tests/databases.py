"""Databases that are empty and migrated: made once for each kind, and copied for whoever needs one."""

import shutil
from collections.abc import Callable
from pathlib import Path

from app import create_app
from kit import schema
from kit.db import db
from kit.settings import Settings
from tests.postgres import Postgres

TEMPLATE = "template_site"


class Templates:
    """One for each kind of database, made when it is first asked for."""

    def __init__(
        self, folder: Path, server: Callable[[], Postgres], settings_of: Callable[[Path, str], Settings]
    ) -> None:
        self.folder, self.server, self.settings_of = folder, server, settings_of
        self.made: set[str] = set()

    def sqlite(self) -> Path:
        """The file."""
        path = self.folder / "template.sqlite3"
        self._migrate_once(f"sqlite:///{path}")
        return path

    def postgresql(self) -> str:
        """The name of the database on the server."""
        if TEMPLATE not in self.made:
            self.server().create_database(TEMPLATE)
            self.made.add(TEMPLATE)
        self._migrate_once(self.server().url(TEMPLATE))
        return TEMPLATE

    def make(self, kind: str, folder: Path) -> str:
        """A database of that kind for a site in the folder; gives its address."""
        if kind == "sqlite":
            shutil.copy(self.sqlite(), folder / "site.sqlite3")
            return f"sqlite:///{folder / 'site.sqlite3'}"
        self.server().create_database(folder.name, template=self.postgresql())
        return self.server().url(folder.name)

    def _migrate_once(self, url: str) -> None:
        if url in self.made:
            return
        with create_app(self.settings_of(self.folder, url)).app_context():
            schema.migrate()
            db.session.remove()
            db.engine.dispose()
        self.made.add(url)
