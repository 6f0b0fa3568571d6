"""A backup holds what cannot be made again, and a site put together from it is the same site."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from kit import backup, jobs, schema
from kit.context import current_settings
from kit.db import db
from kit.settings import load_settings
from tests.conftest import ROOT

BEAT = datetime(2026, 3, 8, 6, 59, tzinfo=UTC)


def a_site(instance: Path) -> Flask:
    return create_app(load_settings({"INSTANCE_PATH": str(instance)}, ROOT))


def test_a_site_put_together_from_a_backup_is_the_same_site(tmp_path: Path, at: Callable[[datetime], None]):
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "settings.toml").write_text('SITE_NAME = "Ann & Co."\n', "utf-8")
    first = a_site(tmp_path / "first")
    with first.app_context():
        schema.migrate()
        at(BEAT)
        jobs.beat()
        done = first.test_cli_runner().invoke(args=["backup", str(tmp_path / "backup.tar.gz")])
        key = current_settings().secret_key
        db.engine.dispose()

    (tmp_path / "second").mkdir()
    subprocess.run(["tar", "-xzf", tmp_path / "backup.tar.gz", "-C", tmp_path / "second"], check=True)
    second = a_site(tmp_path / "second")
    with second.app_context():
        found = (current_settings().secret_key, current_settings().site_name, jobs.last_beat())
        db.session.remove()
        db.engine.dispose()

    assert done.output == f"{tmp_path / 'backup.tar.gz'}: site.sqlite3, secret_key, settings.toml\n"
    assert found == (key, "Ann & Co.", BEAT)
    assert (tmp_path / "backup.tar.gz").stat().st_mode & 0o077 == 0


def test_a_backup_is_never_written_over_a_file(tmp_path: Path):
    target = tmp_path / "there.tar.gz"
    target.write_text("precious", "utf-8")

    site = a_site(tmp_path / "site")
    with site.app_context():
        done = site.test_cli_runner().invoke(args=["backup", str(target)])

    assert (done.exit_code, done.output) == (1, f"Error: {target} exists already.\n")
    assert target.read_text("utf-8") == "precious"


def test_postgresql_has_its_own_tool(app: Flask, tmp_path: Path):
    elsewhere = replace(current_settings(), database_url="postgresql://site@db/site")

    with pytest.raises(backup.NotHere, match="pg_dump"):
        backup.write_backup(tmp_path / "backup.tar.gz", elsewhere)
    assert not (tmp_path / "backup.tar.gz").exists()
