"""A PostgreSQL server of our own for the length of a test run: started in about a second, thrown away afterwards."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

START_SECONDS = 30
SPEED = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=200")

# Copying a template takes fifty times as long. A table that was never written to has no bytes.
EMPTY = """
DO $$
DECLARE name regclass; filled boolean;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', name) INTO filled;
        IF filled THEN EXECUTE format('DELETE FROM %s', name); END IF;
    END LOOP;
    PERFORM setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
END $$
"""

# The queue makes tables of its own when it is first used.
SHAPE = """
SELECT (SELECT string_agg(version_num, ' ') FROM alembic_version),
    string_agg(relname || '.' || attname, ' ' ORDER BY relname, attname)
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'jobs%'
    AND attnum > 0 AND NOT attisdropped
"""


class Postgres:
    """One server on a free loopback port. Raises RuntimeError where no server program is installed."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="site-postgres-"))
        self.shapes: dict[str, Any] = {}
        self.kept: dict[str, psycopg.Connection[Any]] = {}
        self.identity = _another_user() if os.geteuid() == 0 else {}
        if self.identity:
            shutil.chown(self.folder, self.identity["user"], self.identity["group"])
        self.port = _free_port()
        programs = _programs()
        data = self.folder / "data"
        self._run(
            [programs / "initdb", "-D", data, "-A", "trust", "-U", "site", "-E", "UTF8", "--no-locale", "--no-sync"]
        )
        self.log = (self.folder / "log").open("wb")
        self.server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-p", str(self.port), "-k", self.folder, "-h", "127.0.0.1", *SPEED],
            stdout=self.log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            **self.identity,
        )
        self._wait()

    def url(self, database: str) -> str:
        """The address of a database, as DATABASE_URL takes it."""
        return f"postgresql://site@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, template: str = "template1") -> None:
        """Make a database; from a template it comes with everything that is in it."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))

    def renew_database(self, name: str, template: str) -> None:
        """Make a database that is as its template: an old one is emptied, or dropped where its tables are others."""
        if name in self.kept and self._shape(name) == self._shape(template):
            self.kept[name].execute(EMPTY)
            return
        if name in self.kept:
            self.kept.pop(name).close()
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        self.create_database(name, template)
        self.kept[name] = psycopg.connect(self.url(name), autocommit=True)

    def _shape(self, name: str) -> Any:
        if name in self.kept:
            return self.kept[name].execute(SHAPE).fetchone()
        if name not in self.shapes:
            with psycopg.connect(self.url(name), autocommit=True) as connection:
                self.shapes[name] = connection.execute(SHAPE).fetchone()
        return self.shapes[name]

    def stop(self) -> None:
        """End the server and remove what it wrote."""
        for connection in self.kept.values():
            connection.close()
        self.server.send_signal(signal.SIGINT)
        try:
            self.server.wait(20)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, command: list[Any]) -> None:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, cwd="/", **self.identity)
        if done.returncode:
            raise RuntimeError(f"{Path(command[0]).name}: {done.stderr.decode(errors='replace')}")

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.url("postgres")):
                return
            if self.server.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text(errors='replace')}")


def _programs() -> Path:
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    wheel = sorted(Path(sysconfig.get_path("purelib")).glob("*/pginstall*/bin/postgres"), reverse=True)
    for program in (*system, *wheel):
        return program.parent
    raise RuntimeError("no PostgreSQL server is installed; `make test` says how to get one")


def _another_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""

    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise RuntimeError("running as root needs a user `postgres` or `nobody`")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
