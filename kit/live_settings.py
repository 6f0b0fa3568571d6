"""The settings that can be changed while the site runs.

They are written to `instance/settings.toml`, where whoever runs the machine writes them too, and each process takes
them up with its next request or job.
"""

import stat
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import tomlkit
from blinker import Signal
from flask import Flask
from tomlkit.exceptions import TOMLKitError

from kit.context import EXTENSION, current_settings
from kit.logs import log
from kit.refusals import Conflict
from kit.settings import FILE, Settings, SettingsError, load_settings
from kit.whole_files import alone_in, put

SEEN = "site_settings_seen"
CHANGEABLE = {"SITE_NAME": "site_name", "SITE_TIMEZONE": "site_timezone", "NEWSLETTER_RATE": "newsletter_rate"}
PRIVATE = 0o600

_one_at_a_time = threading.Lock()

Stamp = tuple[int, int, int]
taken_up = Signal("Other settings hold now. Sent with the application; heard by whoever keeps what the old ones made.")


class SettingsStay(Conflict):
    """The file cannot be read or written."""

    title = "The settings cannot be changed here"
    sentence = f"The file {FILE} in the instance folder cannot be written by the site. Change it on the machine."


def fixed() -> frozenset[str]:
    """The names of those that the environment of the machine sets, and nobody changes here."""
    return frozenset(CHANGEABLE).intersection(current_settings().environment)


def change(values: Mapping[str, str]) -> None:
    """Write settings by their names into the file; what else stands in it stays, with its remarks.

    Those that the environment sets are left out. Raises SettingsStay, also where one cannot be used.
    """
    settings = current_settings()
    wanted = {name: value for name, value in values.items() if name in CHANGEABLE and name not in fixed()}
    try:
        with alone_in(settings.instance):
            _write(settings, wanted)
    except (OSError, UnicodeDecodeError, TOMLKitError) as fault:
        raise SettingsStay from fault
    except SettingsError as fault:
        raise SettingsStay(f"With this the site could not start again. {fault.message}") from fault


def _write(settings: Settings, wanted: Mapping[str, str]) -> None:
    path = settings.instance / FILE
    found = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
    load_settings({**settings.environment, **wanted}, settings.root)
    for name, value in wanted.items():
        found[name] = value
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else PRIVATE
    put(path, tomlkit.dumps(found).encode(), mode=mode)


def install(app: Flask) -> None:
    """Look before each request whether the file is another one."""
    app.extensions[SEEN] = _stamp(_settings_of(app).instance / FILE)
    app.before_request(lambda: take_up(app))


def take_up(app: Flask) -> None:
    """Take up what the file says now, where it changed. A file that cannot be used changes nothing."""
    path = _settings_of(app).instance / FILE
    if _stamp(path) == app.extensions[SEEN]:
        return
    with _one_at_a_time:
        # Looked at again, and before the file is read: what is put there while it is read is taken up next time.
        stamp = _stamp(path)
        if stamp != app.extensions[SEEN]:
            _renew(app, _settings_of(app))
            app.extensions[SEEN] = stamp


def _renew(app: Flask, settings: Settings) -> None:
    try:
        found = load_settings(settings.environment, settings.root)
    except SettingsError as fault:
        log.warning("the settings cannot be used; the site goes on with what it had", faults=fault.message)
        return
    from_file = settings.from_file.difference(CHANGEABLE) | found.from_file.intersection(CHANGEABLE)
    changed = {field: getattr(found, field) for field in CHANGEABLE.values()}
    app.extensions[EXTENSION] = replace(settings, from_file=from_file, **changed)
    app.jinja_env.globals["site_name"] = found.site_name
    taken_up.send(app)


def _settings_of(app: Flask) -> Settings:
    found = app.extensions[EXTENSION]
    assert isinstance(found, Settings)
    return found


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
