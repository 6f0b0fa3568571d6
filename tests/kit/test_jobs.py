"""Jobs: a queue in each of its three places, a job that never runs beside itself, one worker for each minute."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect

from app import create_app
from kit import clock, jobs, outbox
from kit.context import current_settings
from kit.db import db, session, transaction
from kit.jobs import Beat, Queue
from kit.mail import Mail
from kit.settings import load_settings
from tests.conftest import NIGHT_BEFORE_THE_CLOCKS_CHANGE, ROOT, some_settings
from tests.databases import Templates
from tests.kit.redis import redis_server
from tests.kit.smtp import free_port, smtp_server

QUEUES = {"sqlite": "SqliteHuey", "postgresql": "PostgresHuey", "redis": "RedisHuey"}


@pytest.fixture(params=QUEUES)
def place(request: pytest.FixtureRequest) -> str:
    """Where the queue lies."""
    return str(request.param)


@pytest.fixture
def environ(place: str, templates: Templates, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The settings of a new, migrated site whose queue lies there."""
    found = {
        "INSTANCE_PATH": str(tmp_path),
        "DATABASE_URL": templates.make("postgresql" if place == "postgresql" else "sqlite", tmp_path),
        "SECRET_KEY": "shared-by-all-processes-of-one-site-0123456789",
    }
    with ExitStack() as stack:
        if place == "redis":
            found["REDIS_URL"] = stack.enter_context(redis_server(tmp_path))
        yield found


@pytest.fixture
def site(environ: dict[str, str]) -> Iterator[Flask]:
    """That site."""
    app = create_app(load_settings(environ, ROOT))
    with app.app_context():
        yield app
        jobs.queue().close()
        db.session.remove()
        db.engine.dispose()


def a_queue(app: Flask, job: Callable[[], object]) -> Queue:
    return Queue(app, current_settings(), {"job": job})


def take(queue: Queue) -> list[str]:
    """Do what lies in the queue, as a worker would; gives the names of the jobs that were asked for."""
    names = []
    while queue.huey.pending_count() and (task := queue.huey.dequeue()) is not None:
        names.append(task.args[0])
        queue.huey.execute(task)
    return names


@contextmanager
def a_worker(environ: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    command = [Path(sys.executable).with_name("flask"), "--app", "app", "worker"]
    process = subprocess.Popen(command, cwd=ROOT, env={"PATH": os.environ["PATH"], **environ}, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def wait_for(look: Callable[[], object], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def seen() -> datetime | None:
    session().rollback()
    return jobs.last_beat()


def test_a_job_asked_for_is_done_by_whoever_takes_it(site: Flask, place: str):
    done: list[str] = []
    queue = a_queue(site, lambda: done.append("done"))

    queue.ask("job")
    queue.ask("job")

    assert type(queue.huey).__name__ == QUEUES[place]
    assert (take(queue), done) == (["job", "job"], ["done", "done"])
    queue.close()


@pytest.mark.processes
def test_a_worker_delivers_a_letter_as_soon_as_it_is_written(site: Flask, environ: dict[str, str]):
    with smtp_server() as (mail_url, mailbox), a_worker({**environ, "MAIL_URL": mail_url}) as worker:
        wait_for(seen, 60)
        with transaction():
            outbox.put(Mail("note", "ann@example.com", "Ann", "A subject", "Text\n", "<p>Text</p>"))

        wait_for(lambda: mailbox.messages, 20)
        worker.send_signal(signal.SIGTERM)

        assert worker.wait(20) == 0
        assert [recipient for recipient, _ in mailbox.messages] == ["ann@example.com"]


def test_of_workers_that_meet_one_begins_the_minute(site: Flask):
    at = datetime(2026, 11, 1, 5, 59, 30, tzinfo=clock.now().tzinfo)
    together = threading.Barrier(4)
    told: list[bool] = []

    def worker() -> None:
        with site.app_context():
            together.wait(10)
            told.append(jobs.claim_minute())

    with clock.fixed(at):
        threads = [threading.Thread(target=worker) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(told) == [False, False, False, True]


def test_migrations_leave_the_tables_of_the_queue_alone(site: Flask, place: str):
    jobs.queue().prepare()

    with db.engine.connect() as connection:
        tables = {name for name in inspect(connection).get_table_names() if name.startswith("jobs_")}
        options = {"include_name": site.extensions["migrate"].configure_args["include_name"]}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), db.metadata)

    assert bool(tables) == (place == "postgresql")
    assert found == []


def test_each_minute_is_begun_once(app: Flask, at: Callable[[datetime], None]):
    def claim(seconds: int) -> bool:
        at(NIGHT_BEFORE_THE_CLOCKS_CHANGE + timedelta(seconds=seconds))
        return jobs.claim_minute()

    told = [claim(seconds) for seconds in (0, 59, 60, 119, 120, 0)]

    # The last one is a clock that was set back: its minute is not the one that was begun last.
    assert told == [True, False, True, False, True, True]


def test_a_second_worker_beats_and_leaves_the_jobs_to_the_first(app: Flask, at: Callable[[datetime], None]):
    done: list[str] = []
    queue = a_queue(app, lambda: done.append("done"))
    later = NIGHT_BEFORE_THE_CLOCKS_CHANGE + timedelta(seconds=20)

    queue.run_all()
    at(later)
    queue.run_all()

    beats = {beat.name: beat.at for beat in session().query(Beat)}
    assert done == ["done"]
    assert beats == {"worker": later, "minute": NIGHT_BEFORE_THE_CLOCKS_CHANGE}


def test_a_job_never_runs_beside_itself_and_once_more_after(app: Flask):
    began, go_on = threading.Event(), threading.Event()
    runs: list[int] = []

    def job() -> None:
        runs.append(len(runs))
        began.set()
        go_on.wait(10)

    queue = a_queue(app, job)
    first = threading.Thread(target=queue.run, args=["job"])
    first.start()
    began.wait(10)
    for _ in range(5):
        queue.run("job")
    during = list(runs)
    go_on.set()
    first.join()

    assert (during, runs) == ([0], [0, 1])


def test_a_job_that_fails_stops_neither_the_others_nor_its_next_run(app: Flask, caplog: pytest.LogCaptureFixture):
    done: list[str] = []

    def fail() -> None:
        done.append("failing")
        raise RuntimeError("no")

    queue = Queue(app, current_settings(), {"failing": fail, "sound": lambda: done.append("sound")})

    queue.run_all()
    queue.run("failing")

    assert done == ["failing", "sound", "failing"]
    assert caplog.text.count("job failed") == 2


def test_a_queue_that_cannot_be_reached_costs_no_request(app: Flask):
    out_of_reach = replace(current_settings(), redis_url=f"redis://127.0.0.1:{free_port()}/0")
    jobs.install(app, out_of_reach, {"deliver_letters": outbox.deliver_due})

    with transaction():
        outbox.put(Mail("note", "ann@example.com", "Ann", "A subject", "Text\n", "<p>Text</p>"))

    assert outbox.waiting_count() == 1


def test_what_another_key_signed_is_not_read(app: Flask, tmp_path: Path):
    Queue(app, replace(some_settings(tmp_path, "sqlite:///x"), secret_key="b" * 40), {}).ask("job")

    with pytest.raises(ValueError, match="mismatch"):
        Queue(app, some_settings(tmp_path, "sqlite:///x"), {}).huey.dequeue()
