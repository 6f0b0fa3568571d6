"""Commands for whoever runs the site: `flask --app app …`."""

import click
from flask import Flask

from desk import first_run
from kit import clock, jobs, schema


def install(app: Flask) -> None:
    """Add the commands to the application."""
    app.cli.add_command(prepare)
    app.cli.add_command(worker)


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
