"""The world every test lives in: an application on a fresh, migrated database, and a clock that stands still."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import JOBS, create_app
from desk import reads
from kit import clock, jobs, outbox
from kit.db import db, session
from kit.limits import limiter
from kit.outbox import Letter
from kit.settings import Settings, load_settings
from tests.booking import readers
from tests.databases import Templates
from tests.headers import assert_headers
from tests.html_rules import assert_html_rules
from tests.page import Page
from tests.parsing import parsed
from tests.postgres import Postgres

ROOT = Path(__file__).resolve().parent.parent
# A slow moment of the machine is no fault; and the same commit gives the same examples, so that a fault can be found.
hypothesis_settings.register_profile("site", deadline=None, derandomize=True, max_examples=50)
hypothesis_settings.load_profile("site")
DISAGREEMENTS = pytest.StashKey[list[str]]()
NIGHT_BEFORE_THE_CLOCKS_CHANGE = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("none", "sqlite", "postgresql"), default="sqlite")
    parser.addoption("--snap", action="store_true", help="write the snapshots anew instead of comparing with them")


def pytest_configure(config: pytest.Config) -> None:
    readers.open_folder()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Whatever is loaded by now stays to the end, and need not be looked through for garbage over and over."""
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Whoever started the workers lets the programs of others read every calendar that the tests saw."""
    if not hasattr(session.config, "workerinput"):
        session.config.stash[DISAGREEMENTS] = readers.read_all()
        if session.config.stash[DISAGREEMENTS]:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for fault in config.stash.get(DISAGREEMENTS, []):
        terminalreporter.section("another program reads a calendar differently", red=True)
        terminalreporter.line(fault)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What asks for no database has passed on SQLite already, and is not run once more on PostgreSQL.

    With `none` it is the other way round: the rest is the unit part. What waits most comes first: one worker goes from
    page to page in a single browser while the other computes, and nobody waits for a long journey at the end.
    """
    items.sort(key=lambda item: not any(map(item.get_closest_marker, ("browser", "processes"))))
    kind = config.getoption("--database")
    if kind != "sqlite":
        chosen = [item for item in items if ("migrated" in getattr(item, "fixturenames", ())) == (kind != "none")]
        if kind == "postgresql":
            chosen = [item for item in chosen if not item.get_closest_marker("once")]
        left_out = set(items).difference(chosen)
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = chosen


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run see."""
    ours = tmp_path_factory.getbasetemp()
    return ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.config.getoption("--database"))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Templates:
    """Migrated databases of either kind, for tests that put a site together themselves."""
    return Templates(
        tmp_path_factory.mktemp("template"), lambda: request.getfixturevalue("postgres"), settings_of=some_settings
    )


@pytest.fixture(scope="session")
def migrated(database_kind: str, templates: Templates) -> Callable[[Path], str]:
    """Gives a function that makes the database of a folder anew, empty and migrated, and gives its address."""
    Browser.reads_pages = database_kind == "sqlite"

    def fresh(target: Path) -> str:
        if database_kind == "sqlite":
            for old in target.glob("site.sqlite3-*"):
                old.unlink()
            return templates.make("sqlite", target)
        name = f"site_{crc32(bytes(target))}"
        templates.server().renew_database(name, template=templates.postgresql())
        return templates.server().url(name)

    return fresh


def some_settings(folder: Path, database_url: str, **changes: str) -> Settings:
    """Settings of a site that lives in `folder`."""
    environ = {
        "INSTANCE_PATH": str(folder),
        "DATABASE_URL": database_url,
        "SECRET_KEY": "only-for-tests-0123456789-abcdefghij",
        "BASE_URL": "http://localhost",
        "SITE_TIMEZONE": "America/New_York",
        **changes,
    }
    return load_settings(environ, ROOT)


class Browser(FlaskClient):
    """Each request has a context and a session of its own, as at a server: nothing that a test has read is in it.

    Whatever a test fetches, every answer must carry the headers and every page and calendar must obey the rules. Pages
    are read on SQLite alone: on another database they are the same.
    """

    reads_pages = True

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        session().rollback()
        session().expire_all()
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        assert_headers(response)
        is_a_mail = "sandbox" in response.headers.get("Content-Security-Policy", "")
        is_a_page = response.mimetype == "text/html" and not 300 <= response.status_code < 400 and not is_a_mail
        if self.reads_pages and is_a_page and response.get_data():
            assert_html_rules(response.get_data(), f"{response.request.method} {response.request.path}")
        if response.mimetype == "text/calendar" and response.status_code == 200 and response.get_data():
            readers.assert_calendar(response.get_data())
        return response


class House:
    """One application for one test after the other, since making it costs more than most tests do.

    Each finds an empty folder, a fresh database, and the application as it was made. What a test did to the views or to
    what happens around them cannot be undone: the next one gets a new application.
    """

    def __init__(self, folder: Path, migrated: Callable[[Path], str]) -> None:
        self.folder, self.migrated = folder, migrated
        self.app: Flask | None = None
        self.made: tuple[object, ...] = ()

    def lend(self) -> Flask:
        """The application, as if it had just been made."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        settings = some_settings(self.folder, self.migrated(self.folder))
        if self.app is None or self._around(self.app) != self.made:
            self.close()
            self.app = create_app(settings)
            self.app.testing = True
            self.app.test_client_class = Browser
            # A password that is dear to guess is dear to check, too.
            self.app.extensions["security"].pwd_context.update(argon2__rounds=1, argon2__memory_cost=64)
            self.made = self._around(self.app)
            self.config, self.extensions = dict(self.app.config), dict(self.app.extensions)
        self.app.config = self.app.config_class(self.app.root_path, self.config)
        self.app.extensions = dict(self.extensions)
        jobs.install(self.app, settings, JOBS)
        self.app.extensions[reads.EXTENSION] = reads.Tally()
        self.app._got_first_request = False  # a test may add a view of its own
        return self.app

    def close(self) -> None:
        """End what the application has open."""
        if self.app is not None:
            with self.app.app_context():
                db.engine.dispose()

    @staticmethod
    def _around(app: Flask) -> tuple[object, ...]:
        """What nobody can undo. The one counter of tries is with the application that was made last."""
        hooks = (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
        return (
            id(limiter.storage),
            dict(app.view_functions),
            *({part: list(calls) for part, calls in hook.items()} for hook in hooks),
        )


@pytest.fixture(scope="session")
def house(migrated: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("house") / "instance", migrated)
    yield made
    made.close()


@pytest.fixture
def app(house: House, database_kind: str) -> Iterator[Flask]:
    """The application. Every letter that the test has written must keep the rules of invites in the end."""
    application = house.lend()
    with clock.fixed(NIGHT_BEFORE_THE_CLOCKS_CHANGE), application.app_context():
        limiter.reset()
        yield application
        try:
            readers.assert_letters(all_letters())
        finally:
            jobs.queue().close()
            db.session.remove()
            if database_kind == "sqlite":  # the file goes; a server's database stays, and so may its connections
                db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def at() -> Iterator[Callable[[datetime], None]]:
    """Moves the clock for the rest of the test."""
    with ExitStack() as stack:
        yield lambda instant: stack.enter_context(clock.fixed(instant))


@pytest.fixture
def letters(app: Flask) -> Callable[[], list[EmailMessage]]:
    """All letters written so far, oldest first, as a mail program would parse them."""

    return all_letters


def all_letters() -> list[EmailMessage]:
    session().rollback()
    return [parsed(outbox.raw_of(letter)) for letter in session().scalars(select(Letter).order_by(Letter.id))]


@pytest.fixture
def snapshot(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a text with the file of that name in `tests/snapshots`; with `--snap` it writes the file instead."""

    def compare(name: str, text: str) -> None:
        path = ROOT / "tests" / "snapshots" / name
        if request.config.getoption("--snap"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        assert text == path.read_text("utf-8"), f"{name} is different; if that is meant, run: make snap"

    return compare


@pytest.fixture
def page(client: FlaskClient) -> Callable[[TestResponse], Page]:
    return lambda response: Page(response, client)
