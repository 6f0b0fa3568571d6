"""Commands of booking: a message that the mail server hands over on standard input."""

import sys

import click

from booking import incoming
from booking.replies import MOST_BYTES
from kit import clock
from kit.logs import log

# What mail servers understand as “keep it and try again later” (sysexits.h).
TRY_AGAIN = 75


@click.command("receive-mail")
def receive_mail() -> None:
    """Read one message from standard input: carry out what a calendar answers in it, note which letter came back.

    Prints one line with what became of it. A mail server can pipe every message of the site's mailbox to it.
    """
    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        click.echo("left alone: larger than 1 MB")
        return
    try:
        taken = incoming.receive(raw, now=clock.now())
    except Exception as fault:
        log.warning("message not carried out", fault=type(fault).__name__)
        click.echo("not carried out, try again later", err=True)
        sys.exit(TRY_AGAIN)
    click.echo(taken.line)
