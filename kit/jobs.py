"""Work in the background.

What is to do is always a row in the database, so that nothing is lost with the queue: a job picks up whatever is due.
Every job runs once a minute; `wake` only makes one run sooner. The queue lies in Redis where that is configured, else
in PostgreSQL where that is the database, else in a SQLite file of its own.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.serializer import SignedSerializer
from huey.storage import BaseSqlStorage, PostgresStorage
from redis import ConnectionPool
from sqlalchemy import String, make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from kit import clock, live_settings
from kit.db import Base, UtcDateTime, session, transaction
from kit.logs import log
from kit.settings import Settings

EXTENSION = "site_jobs"
TABLES = "jobs"  # on PostgreSQL: the beginning of the names of the queue's own tables, which migrations leave alone
TABLES_LOCK = 7235002
CONNECT_SECONDS = 3
THREADS = 3
SHUTDOWN_SECONDS = 8
STALE = timedelta(minutes=1)  # a wake that waited longer has nothing to add: every job has run since
Job = Callable[[], object]


class Beat(Base):
    """When something last happened: `worker`, a worker was alive; `minute`, the minute whose jobs were begun."""

    __tablename__ = "beat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Queue:
    """The jobs by name, and the Huey queue that carries their names to the workers.

    In one process a job runs once at a time, so that a slow one takes one thread and no more.
    """

    def __init__(self, app: Flask, settings: Settings, jobs: Mapping[str, Job]) -> None:
        self.app = app
        self.jobs = dict(jobs)
        self.huey: Huey = open_queue(settings)
        self._run = self.huey.task(name="run", expires=STALE)(self.run)
        self.huey.periodic_task(crontab(minute="*"), name="run_all", expires=STALE)(self.run_all)
        self._ready = False
        self._guard = threading.Lock()
        self._running: set[str] = set()
        self._again: set[str] = set()

    def prepare(self) -> None:
        """Make the tables of a queue that lies in a database."""
        if self._ready:
            return
        if isinstance(self.huey.storage, BaseSqlStorage):
            _make_tables(self.huey.storage)
        self._ready = True

    def run(self, name: str) -> None:
        """Do one job now, in an application context of its own. While it runs already, it is done once more after."""
        with self._guard:
            if name in self._running:
                self._again.add(name)
                return
            self._running.add(name)
        while True:
            with self.app.app_context():
                try:
                    live_settings.take_up(self.app)
                    self.jobs[name]()
                except Exception:
                    log.error("job failed", job=name, exc_info=True)
            with self._guard:
                if name not in self._again:
                    self._running.remove(name)
                    return
                self._again.remove(name)

    def run_all(self) -> None:
        """Beat, then do every job, unless another worker has begun those of this minute."""
        with self.app.app_context():
            beat()
            ours = claim_minute()
        if ours:
            for name in self.jobs:
                self.run(name)

    def ask(self, name: str) -> None:
        """Tell a worker to do one job soon."""
        self.prepare()
        self._run(name)

    def close(self) -> None:
        """Let go of the connection; the next use opens one again."""
        self.huey.storage.close()

    def work(self) -> None:
        """Be a worker until told to stop: SIGTERM lets what runs come to its end, SIGINT does not."""
        self.prepare()
        with self.app.app_context():
            beat()
        for name in self.jobs:
            self.ask(name)
        self.huey.create_consumer(
            workers=THREADS,
            worker_type="thread",
            initial_delay=0.05,
            max_delay=0.5,
            backoff=1.3,
            graceful_signal="TERM",
            shutdown_timeout=SHUTDOWN_SECONDS,
        ).run()


def open_queue(settings: Settings) -> Huey:
    """The queue in its place; nothing is connected or made yet. What lies in it is signed with the secret key."""
    common: dict[str, Any] = {"results": False, "serializer": SignedSerializer(secret=settings.secret_key)}
    if settings.redis_url:
        pool = ConnectionPool.from_url(
            settings.redis_url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=2 * CONNECT_SECONDS
        )
        return RedisHuey("site", connection_pool=pool, **common)
    url = make_url(settings.database_url)
    if url.get_backend_name() == "postgresql":
        return PostgresHuey(
            "site",
            dsn=url.set(drivername="postgresql").render_as_string(hide_password=False),
            connect_timeout=CONNECT_SECONDS,
            table_prefix=TABLES,
            create_tables=False,
            **common,
        )
    return SqliteHuey("site", filename=str(settings.jobs_file), fsync=False, timeout=15, create_tables=False, **common)


def _make_tables(storage: Any) -> None:
    with storage.db(commit=True, close=True) as cursor:
        if isinstance(storage, PostgresStorage):
            # Two that make the same table at the same time would both begin, and one would fail.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (TABLES_LOCK,))
        for statement in storage.ddl:
            cursor.execute(statement)


def install(app: Flask, settings: Settings, jobs: Mapping[str, Job]) -> Queue:
    """Give the application its jobs."""
    queue = Queue(app, settings, jobs)
    app.extensions[EXTENSION] = queue
    return queue


def queue() -> Queue:
    """The queue of the running application."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Queue)
    return found


def wake(name: str) -> None:
    """Ask a worker to do the named job soon. A queue that cannot be reached costs a minute, not the request."""
    try:
        queue().ask(name)
    except Exception as fault:
        log.warning("queue not reached", job=name, fault=type(fault).__name__)


def beat() -> None:
    """Note that a worker is alive."""
    with transaction() as current:
        row = current.get(Beat, "worker")
        if row is None:
            current.add(Beat(name="worker", at=clock.now()))
        else:
            row.at = clock.now()


def claim_minute() -> bool:
    """Whether nobody has begun the jobs of this minute; whoever is told so begins them."""
    minute = clock.now().replace(second=0, microsecond=0)
    try:
        with transaction() as current:
            row = current.get(Beat, "minute", with_for_update=True)
            if row is None:
                current.add(Beat(name="minute", at=minute))
                return True
            if row.at == minute:
                return False
            row.at = minute
            return True
    except IntegrityError:
        return False  # two workers met at the very first minute of a site


def last_beat() -> datetime | None:
    """When a worker was last seen alive, UTC."""
    row = session().get(Beat, "worker")
    return row.at if row else None
