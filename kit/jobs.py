"""Work in the background.

What is to do is always a row in the database, so that nothing is lost with the queue: a job picks up whatever is due.
Every job runs once a minute; `wake` only makes one run sooner.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Flask, current_app
from huey import Huey, RedisHuey, SqliteHuey, crontab
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from kit import clock
from kit.db import Base, UtcDateTime, session, transaction
from kit.logs import log
from kit.settings import Settings

EXTENSION = "site_jobs"
Job = Callable[[], object]


class Beat(Base):
    """When the worker was last seen alive."""

    __tablename__ = "beat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Queue:
    """The jobs by name, and the Huey queue that carries their names to the worker."""

    def __init__(self, app: Flask, settings: Settings, jobs: Mapping[str, Job]) -> None:
        self.app = app
        self.jobs = dict(jobs)
        self.huey: Huey = (
            RedisHuey("site", url=settings.redis_url)
            if settings.redis_url
            else SqliteHuey("site", filename=str(settings.jobs_file), fsync=False, timeout=15)
        )
        self._run = self.huey.task(name="run")(self.run)
        self.huey.periodic_task(crontab(minute="*"), name="run_all")(self.run_all)
        self.huey.on_startup(name="run_all_at_start")(self.run_all)

    def run(self, name: str) -> None:
        """Do one job now, in an application context of its own."""
        with self.app.app_context():
            try:
                self.jobs[name]()
            except Exception:
                log.exception("job failed", job=name)

    def run_all(self) -> None:
        """Beat, then do every job."""
        with self.app.app_context():
            beat()
        for name in self.jobs:
            self.run(name)

    def ask(self, name: str) -> None:
        """Tell the worker to do one job soon."""
        self._run(name)

    def work(self) -> None:
        """Be the worker until told to stop (SIGTERM, SIGINT)."""
        self.huey.create_consumer(workers=2, worker_type="thread", initial_delay=0.05, max_delay=0.5, backoff=1.3).run()


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
    """Ask the worker to do the named job soon. A queue that cannot be reached costs a minute, not the request."""
    try:
        queue().ask(name)
    except Exception as fault:
        log.warning("queue not reached", job=name, fault=type(fault).__name__)


def beat() -> None:
    """Note that the worker is alive."""
    with transaction() as current:
        row = current.get(Beat, "worker")
        if row is None:
            current.add(Beat(name="worker", at=clock.now()))
        else:
            row.at = clock.now()


def last_beat() -> datetime | None:
    """When the worker was last seen alive, UTC."""
    row = session().get(Beat, "worker")
    return row.at if row else None
