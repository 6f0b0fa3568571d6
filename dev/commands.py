"""The command that fills a site with sample data."""

import logging
from importlib import import_module

import click

from kit import clock, schema


@click.command()
def demo() -> None:
    """Fill an empty site with sample data: people, assessments, consults, letters, in every state there is."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)  # what goes wrong in the sample is meant to
    try:
        schema.migrate()
        # Loaded when it is asked for: it brings along what sets reports, and the site itself never loads that.
        lines: list[str] = import_module("dev.demo").fill(now=clock.now())
    finally:
        logging.disable(before)
    click.echo("\n".join(lines))
