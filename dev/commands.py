"""The command that fills a site with sample data."""

from importlib import import_module

import click


@click.command()
def demo() -> None:
    """Fill an empty site with sample data: people, assessments, consults, letters, in every state there is."""
    # Loaded when it is asked for: it brings along what sets reports, and the site itself never loads that.
    for line in import_module("dev.demo").run():
        click.echo(line)
