"""The site as whoever runs it starts it: one command, a folder of its own, a mail server to hand letters to."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import TypeVar

from tests.kit.smtp import Mailbox, free_port, smtp_server
from tests.parsing import parsed

ROOT = Path(__file__).resolve().parents[2]
STARTING = 60.0
MAIL_FROM = "consults@consultancy.example"
Found = TypeVar("Found")


@dataclass
class RunningSite:
    """A site that answers at `url`; `output` is what it printed, `mailbox` what it sent."""

    url: str
    instance: Path
    process: subprocess.Popen[bytes]
    mailbox: Mailbox

    @property
    def output(self) -> str:
        return (self.instance / "output.txt").read_text("utf-8")

    @property
    def welcome(self) -> str:
        """The address under which the first account is made, as it is printed."""
        found = re.search(r"http\S+/desk/welcome/\S+", self.output)
        assert found, self.output
        return found[0]

    def letters(self, to: str) -> list[EmailMessage]:
        """What arrived for one address, oldest first."""
        arrived = [raw for recipient, raw in list(self.mailbox.messages) if recipient == to]
        return [parsed(raw) for raw in arrived]

    def next_letter(self, to: str, after: int) -> EmailMessage:
        """The letter that follows the first `after` ones, as soon as it is there."""
        return wait_for(lambda: self.letters(to)[after : after + 1], f"letter {after + 1} to {to}")[0]


def wait_for(look: Callable[[], Found], what: str, *, seconds: float = 20.0) -> Found:
    """What `look` gives, once it gives something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds:g} s in vain for {what}")


@contextmanager
def running_site(instance: Path, **environ: str) -> Iterator[RunningSite]:
    """Starts the site with `flask --app app serve`, waits until it says that it answers, and stops it by SIGTERM."""
    instance.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with smtp_server() as (mail_url, mailbox), (instance / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("flask"), "--app", "app", "serve"],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "INSTANCE_PATH": str(instance),
                "PORT": str(port),
                "MAIL_URL": mail_url,
                "MAIL_FROM": MAIL_FROM,
                **environ,
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        site = RunningSite(f"http://127.0.0.1:{port}", instance, process, mailbox)
        try:
            wait_for(lambda: "Stop with Ctrl-C." in site.output or _ended(site), "the site", seconds=STARTING)
            yield site
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def _ended(site: RunningSite) -> bool:
    assert site.process.poll() is None, site.output
    return False
