"""Settings are checked together, and the key is made once."""

from pathlib import Path

import pytest

from kit.settings import SettingsError, load_settings

ROOT = Path(__file__).resolve().parents[2]


def test_an_empty_environment_gives_the_embedded_default(tmp_path: Path):
    settings = load_settings({"INSTANCE_PATH": str(tmp_path)}, ROOT)

    assert settings.database_url == f"sqlite:///{tmp_path / 'site.sqlite3'}"
    assert settings.base_url == "http://127.0.0.1:5000"
    assert settings.mail_url is None
    assert settings.redis_url is None
    assert not settings.production


def test_the_key_is_made_once_and_only_the_owner_can_read_it(tmp_path: Path):
    first = load_settings({"INSTANCE_PATH": str(tmp_path)}, ROOT)
    second = load_settings({"INSTANCE_PATH": str(tmp_path)}, ROOT)

    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_the_environment_wins_over_the_file(tmp_path: Path):
    (tmp_path / "settings.toml").write_text('SITE_NAME = "From the file"\nPORT = 8000\n')

    settings = load_settings({"INSTANCE_PATH": str(tmp_path), "SITE_NAME": "From outside"}, ROOT)

    assert (settings.site_name, settings.port) == ("From outside", 8000)


def test_every_fault_is_named_at_once(tmp_path: Path):
    (tmp_path / "settings.toml").write_text('COLOUR = "red"\n')
    environ = {
        "INSTANCE_PATH": str(tmp_path),
        "SITE_TIMEZONE": "Mars/Olympus",
        "PORT": "many",
        "MAIL_URL": "http://example.com",
        "REDIS_URL": "memcached://x",
        "DATABASE_URL": "mysql://x",
        "BASE_URL": "example.com",
    }

    with pytest.raises(SettingsError) as told:
        load_settings(environ, ROOT)

    lines = str(told.value).splitlines()
    for word in ("COLOUR", "SITE_TIMEZONE", "PORT", "MAIL_URL", "REDIS_URL", "DATABASE_URL", "BASE_URL"):
        assert any(word in line for line in lines), word


@pytest.mark.parametrize("key", ["short", "a" * 64])
def test_a_weak_key_is_refused_on_a_public_site_only(tmp_path: Path, key: str):
    environ = {"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": key}

    assert load_settings(environ, ROOT).secret_key == key
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        load_settings({**environ, "BASE_URL": "https://www.example.com"}, ROOT)


def test_the_short_name_of_postgresql_is_understood(tmp_path: Path):
    settings = load_settings({"INSTANCE_PATH": str(tmp_path), "DATABASE_URL": "postgres://u@h/d"}, ROOT)

    assert settings.database_url == "postgresql://u@h/d"


def test_networks_of_calendars_are_read(tmp_path: Path):
    environ = {"INSTANCE_PATH": str(tmp_path), "CALENDAR_NETWORKS": "10.1.0.0/16, fd00::/8"}

    assert [str(network) for network in load_settings(environ, ROOT).calendar_networks] == ["10.1.0.0/16", "fd00::/8"]


def test_something_else_than_networks_is_said(tmp_path: Path):
    with pytest.raises(SettingsError, match="CALENDAR_NETWORKS is 'the office'"):
        load_settings({"INSTANCE_PATH": str(tmp_path), "CALENDAR_NETWORKS": "the office"}, ROOT)
