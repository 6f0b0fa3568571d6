"""Commands for whoever runs the site: who else works here, and a password that was forgotten."""

import click

from kit import clock
from kit.context import current_settings
from staff import services
from staff.passwords import what_is_wrong


@click.command()
@click.option("--role", type=click.Choice(list(services.ROLES)), default="consultant", show_default=True)
def invite(role: str) -> None:
    """Print a link by which one more account can be made, once, within 7 days."""
    invitation = services.invite(role=role, at=clock.now())
    click.echo(f"{current_settings().base_url}/desk/welcome/{invitation.secret}")


@click.command("new-password")
@click.argument("email")
@click.password_option(prompt="New password")
def new_password(email: str, password: str) -> None:
    """Give the account with that address another password; wherever it is signed in, it no longer is."""
    if fault := what_is_wrong(password, own=(email,)):
        raise click.ClickException(f"{fault}.")
    try:
        services.set_password(email, password)
    except services.NoSuchAccount as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo("The password is set.")
