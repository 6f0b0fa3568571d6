"""Commands for whoever runs the site: `flask --app app …`."""

import os
import signal
import socket
import sys
from pathlib import Path
from types import FrameType

import click
import waitress
from flask import Flask, current_app

from blog.condition import judge_stories
from blog.views import shelf
from desk import first_run
from kit import backup, clock, doctor, jobs, schema
from kit.context import current_settings
from kit.db import db
from kit.settings import Settings
from kit.supervisor import PortTaken, Supervisor, answers, listen

THREADS = 8
MOST_CONNECTIONS = 1000
MOST_BYTES = 18 * 1024 * 1024  # of a request; above what the application itself takes, which says so in a sentence
PRIVATE = 0o077  # what the site writes is for its own user only
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104

COLOURS = {doctor.Verdict.WELL: "green", doctor.Verdict.NOTE: "yellow", doctor.Verdict.TROUBLE: "red"}


def install(app: Flask) -> None:
    """Add the commands to the application."""
    for command in (prepare, worker, web, serve, examine, back_up):
        app.cli.add_command(command)


@click.command()
def prepare() -> None:
    """Bring the database up to date, add what a new site needs, print the link for the first account."""
    for line in _prepare():
        click.echo(line)


@click.command()
def worker() -> None:
    """Do the background jobs until stopped. Several may run; each minute's jobs are begun by one of them."""
    os.umask(PRIVATE)
    jobs.queue().work()


@click.command()
def web() -> None:
    """Serve the pages until stopped."""
    os.umask(PRIVATE)
    _serve_pages(_application(), _listen(current_settings()))


@click.command()
def serve() -> None:
    """Prepare, then run the web server and the worker together until stopped."""
    app = _application()
    settings = current_settings()
    listener = _listen(settings)
    lines = _prepare()
    queue = jobs.queue()

    def ready() -> bool:
        if not answers(listener):
            return False
        click.echo("\n".join([*_addresses(settings), *lines, "Stop with Ctrl-C."]))
        return True

    parts = {"web": lambda: _serve_pages(app, listener), "worker": queue.work}
    sys.exit(Supervisor(parts).run(ready))


@click.command("doctor")
def examine() -> None:
    """Say what ails the site; the exit status is 1 where something does."""
    found = [*doctor.examine(), judge_stories(shelf(), current_settings().stories)]
    for one in found:
        mark = click.style(f"{one.verdict:8}", fg=COLOURS[one.verdict])
        click.echo(f"{mark}{one.subject:13}{one.sentence}")
    sys.exit(any(one.verdict == doctor.Verdict.TROUBLE for one in found))


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def back_up(file: Path) -> None:
    """Write database, secret key and settings into one new FILE (.tar.gz); the site may go on running."""
    try:
        names = backup.write_backup(file, current_settings())
    except FileExistsError as fault:
        raise click.ClickException(f"{file} exists already.") from fault
    except (backup.NotHere, OSError) as fault:
        raise click.ClickException(str(fault)) from fault
    click.echo(f"{file}: {', '.join(names)}")


def _prepare() -> list[str]:
    os.umask(PRIVATE)
    schema.migrate()
    jobs.queue().prepare()
    lines = first_run.prepare(at=clock.now())
    # Nothing that is open now may be shared by the processes to come.
    db.session.remove()
    db.engine.dispose()
    return lines


def _addresses(settings: Settings) -> list[str]:
    host = "127.0.0.1" if settings.host in EVERYWHERE else settings.host
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    lines = [f"The site:  {address}/", f"The desk:  {address}/desk/"]
    if settings.host in EVERYWHERE:
        lines.append(f"Also at every other address of this machine, port {settings.port}.")
    if settings.production:
        lines.append(f"In public: {settings.base_url}/")
    if settings.mail_url is None:
        lines.append(f"Mail is kept as files in {settings.instance / 'mail'}")
    return lines


def _application() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


def _listen(settings: Settings) -> socket.socket:
    try:
        return listen(settings.host, settings.port)
    except PortTaken as fault:
        click.echo(str(fault), err=True)
        sys.exit(1)


def _serve_pages(app: Flask, listener: socket.socket) -> None:
    signal.signal(signal.SIGTERM, _end)
    waitress.create_server(
        app,
        sockets=[listener],
        threads=THREADS,
        ident=None,
        connection_limit=MOST_CONNECTIONS,
        asyncore_use_poll=True,
        max_request_body_size=MOST_BYTES,
        clear_untrusted_proxy_headers=False,
    ).run()


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit
