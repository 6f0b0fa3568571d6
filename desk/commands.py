"""Commands for whoever runs the site: `flask --app app …`."""

import signal
import sys
from types import FrameType

import click
import waitress
from flask import Flask, current_app

from desk import first_run
from kit import clock, jobs, schema
from kit.context import current_settings
from kit.db import db
from kit.supervisor import PortTaken, Supervisor, answers, check_port

THREADS = 8


def install(app: Flask) -> None:
    """Add the commands to the application."""
    for command in (prepare, worker, web, serve):
        app.cli.add_command(command)


@click.command()
def prepare() -> None:
    """Bring the database up to date, add what a new site needs, print the link for the first account."""
    schema.migrate()
    for line in first_run.prepare(at=clock.now()):
        click.echo(line)


@click.command()
def worker() -> None:
    """Do the background jobs until stopped."""
    jobs.queue().work()


@click.command()
def web() -> None:
    """Serve the pages until stopped."""
    _serve_pages(current_app._get_current_object())  # type: ignore[attr-defined]


@click.command()
def serve() -> None:
    """Prepare, then run the web server and the worker together until stopped."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    settings = current_settings()
    try:
        check_port(settings.host, settings.port)
    except PortTaken as fault:
        click.echo(str(fault), err=True)
        sys.exit(1)
    schema.migrate()
    lines = first_run.prepare(at=clock.now())
    db.session.remove()
    db.engine.dispose()

    def ready() -> bool:
        if not answers(settings.host, settings.port):
            return False
        address = f"http://{settings.host}:{settings.port}"
        click.echo(f"The site:  {address}/\nThe desk:  {address}/desk/")
        if settings.mail_url is None:
            click.echo(f"Mail is kept as files in {settings.instance / 'mail'}")
        click.echo("\n".join([*lines, "Stop with Ctrl-C."]))
        return True

    queue = jobs.queue()
    parts = {"web": lambda: _serve_pages(app), "worker": queue.work}
    sys.exit(Supervisor(parts).run(ready))


def _serve_pages(app: Flask) -> None:
    settings = current_settings()
    signal.signal(signal.SIGTERM, _end)
    waitress.serve(
        app, host=settings.host, port=settings.port, threads=THREADS, ident=None, clear_untrusted_proxy_headers=False
    )


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit
