"""A real SMTP server that answers as it is told."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """What arrived. `answers` and `verdicts` map a recipient to a reply instead of `250 OK`: to it, and to its letter.

    With `hangs_up_after` no connection may hand over more messages than that.
    """

    def __init__(self) -> None:
        self.messages: list[tuple[str, bytes]] = []
        self.answers: dict[str, str] = {}
        self.verdicts: dict[str, str] = {}
        self.hangs_up_after: int | None = None
        self.taken: dict[Session, int] = {}

    async def handle_MAIL(  # noqa: N802  # the server calls it by this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.hangs_up_after is not None and self.taken.get(session, 0) >= self.hangs_up_after:
            return "421 too many messages on this connection"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        if envelope.rcpt_tos[0] in self.verdicts:
            return self.verdicts[envelope.rcpt_tos[0]]
        self.messages += [(recipient, envelope.content) for recipient in envelope.rcpt_tos]
        self.taken[session] = self.taken.get(session, 0) + 1
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def smtp_server() -> Iterator[tuple[str, Mailbox]]:
    """Runs the server; gives its MAIL_URL and what arrives."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}", mailbox
    finally:
        controller.stop()
