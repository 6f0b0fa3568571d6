"""A backup: one file with everything that cannot be made again. The site may go on running.

It holds the database (SQLite only; PostgreSQL has `pg_dump`), the secret key and the settings file, under the names
they have in the instance folder. Without the key no link that was sent by mail would work any more.
"""

import os
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from kit.settings import Settings

DATABASE = "site.sqlite3"
KEPT = ("secret_key", "settings.toml")


class NotHere(Exception):
    """The backup cannot be made here; the text says what to do."""


def write_backup(target: Path, settings: Settings) -> list[str]:
    """Write the backup; gives the names of what is in it. Raises NotHere, and FileExistsError rather than overwrite."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise NotHere("The data lies in PostgreSQL: use pg_dump for it, and keep a copy of the instance folder.")
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        tempfile.TemporaryDirectory() as folder,
        os.fdopen(handle, "wb") as file,
        tarfile.open(fileobj=file, mode="w:gz") as archive,
    ):
        copy = Path(folder) / DATABASE
        with closing(sqlite3.connect(url.database)) as source, closing(sqlite3.connect(copy)) as destination:
            source.backup(destination)
        archive.add(copy, DATABASE)
        for name in KEPT:
            if (settings.instance / name).exists():
                archive.add(settings.instance / name, name)
        return archive.getnames()
