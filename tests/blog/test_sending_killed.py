"""A story goes to very many subscribers while its worker is killed: it reaches each once, and nobody twice.

In the suite they are 600, so that there are several batches, and in `make races` five thousand.

A worker that dies while it hands over the message itself cannot know whether it was taken (RFC 1047). Such a copy is
not sent again by itself, so that nobody gets two; at the desk it is shown as perhaps sent and can be sent again.
"""

import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import func, select

from blog import sending
from blog.issue_models import Issue, IssueState
from blog.views import shelf
from kit import clock, jobs, mail_words, outbox, resending
from kit.db import session, transaction
from kit.outbox import CLAIM, Letter, LetterState
from tests.blog.readers import many_subscribers
from tests.databases import Templates
from tests.kit.smtp import free_port
from tests.kit.test_killed_worker import a_site, alive
from tests.kit.workers import Nursery, nursery
from tests.often import tries

READERS = {"sqlite": tries(600, races=5000), "postgresql": tries(300, races=5000)}
RATE = 100_000
PATIENCE = 120.0
NAME = re.compile(rb"^Message-ID: (\S+)", re.MULTILINE)


@dataclass
class Post:
    """A mail server that notes what it took, and kills the worker at a moment of one letter.

    At `DATA` it has the whole letter and does not take it; at `250` it has taken it and cannot say so any more.
    """

    taken: list[tuple[str, str]] = field(default_factory=list)
    moment: str = ""
    letter: int = 0
    worker: int = 0
    fired: threading.Event = field(default_factory=threading.Event)

    def lie_in_wait(self, moment: str, letter: int, worker: int) -> None:
        """Kill that worker at that moment of the letter which follows so many."""
        self.fired.clear()
        self.moment, self.letter, self.worker = moment, letter, worker

    async def handle_MAIL(  # noqa: N802  # the server calls it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        self._reach("MAIL")
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        self._reach("RCPT")
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self._reach("DATA"):
            return "451 the line went dead"
        assert isinstance(envelope.content, bytes)
        found = NAME.search(envelope.content)
        assert found
        self.taken.append((envelope.rcpt_tos[0], found[1].decode()))
        self._reach("250")
        return "250 OK"

    def _reach(self, moment: str) -> bool:
        if moment != self.moment or len(self.taken) < self.letter:
            return False
        self.moment = ""
        os.kill(self.worker, signal.SIGKILL)
        while alive(self.worker):
            time.sleep(0.0005)
        self.fired.set()
        return True


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, templates: Templates, tmp_path: Path) -> str:
    return templates.make(request.param, tmp_path)


@pytest.mark.processes
@pytest.mark.timeout(400)
def test_a_story_reaches_each_reader_once_though_its_worker_is_killed(database_url: str, tmp_path: Path):
    post, readers = Post(), READERS[database_url.partition(":")[0]]
    assert readers > sending.BATCH
    with a_server(post) as mail_url, a_site(tmp_path, database_url, mail_url) as environ:
        with nursery({**environ, "NEWSLETTER_RATE": str(RATE)}) as home:
            many_subscribers(readers)
            story = shelf().visible(clock.now())[0]
            sending.schedule(story, due_at=clock.now(), by="Robin Vale", now=clock.now())
            for moment, letter in (("MAIL", 1), ("250", readers // 3), ("RCPT", 2 * readers // 3)):
                start_and_kill(home, post, moment, letter)
                let_claims_run_out()
            finish(home, post, readers)

        (doubtful,) = perhaps_sent()
        assert doubtful.recipient in {recipient for recipient, _ in post.taken}
        assert_each_got_it_once(post, readers)
        (issue,) = session().scalars(select(Issue))
        assert (issue.state, issue.planned, issue.written) == (IssueState.SENT, readers, readers)


@pytest.mark.processes
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_copy_of_which_nobody_knows_is_sent_again_from_the_desk_only(database_url: str, tmp_path: Path):
    post, readers = Post(), 20
    with a_server(post) as mail_url, a_site(tmp_path, database_url, mail_url) as environ:
        with nursery({**environ, "NEWSLETTER_RATE": str(RATE)}) as home:
            many_subscribers(readers)
            story = shelf().visible(clock.now())[0]
            sending.schedule(story, due_at=clock.now(), by="Robin Vale", now=clock.now())
            start_and_kill(home, post, "DATA", 5)
            let_claims_run_out()
            finish(home, post, readers - 1)
            (doubtful,) = perhaps_sent()
            assert len(post.taken) == readers - 1
            assert mail_words.say_trouble(doubtful.trouble).startswith("We stopped while handing it over")

            resending.send_again(doubtful.id)
            finish(home, post, readers)

        assert perhaps_sent() == []
        assert_each_got_it_once(post, readers)


def assert_each_got_it_once(post: Post, readers: int) -> None:
    arrived = Counter(recipient for recipient, _ in post.taken)
    assert arrived == Counter({f"reader{number}@example.com": 1 for number in range(readers)})
    assert len({name for _, name in post.taken}) == readers


def perhaps_sent() -> list[Letter]:
    """The copies that have not left as far as is known; all of them are those in doubt."""
    session().rollback()
    session().expire_all()
    found = list(session().scalars(select(Letter).where(Letter.state != LetterState.SENT)))
    assert {(letter.state, letter.trouble) for letter in found} <= {(LetterState.FAILED, outbox.PERHAPS_SENT)}
    return found


def start_and_kill(home: Nursery, post: Post, moment: str, letter: int) -> None:
    """One worker, until it dies at that moment."""
    worker = home.start()
    post.lie_in_wait(moment, letter, worker)
    assert post.fired.wait(PATIENCE), f"the worker did not come to {moment}"
    assert home.bury(worker) == signal.SIGKILL


def finish(home: Nursery, post: Post, readers: int) -> None:
    """Two workers that nobody kills send what is left."""
    workers = [home.start(), home.start()]
    until = time.monotonic() + PATIENCE
    while len(post.taken) < readers or unsent():
        assert time.monotonic() < until, f"{len(post.taken)} have arrived"
        time.sleep(0.2)
    for worker in workers:
        os.kill(worker, signal.SIGTERM)
    assert [home.bury(worker) for worker in workers] == [0, 0]


def let_claims_run_out() -> None:
    """As many minutes pass as a claim lasts; what the queue knew is lost, and so is the note of who began a minute."""
    jobs.queue().huey.storage.flush_queue()
    with transaction() as current:
        for letter in current.scalars(select(Letter).where(Letter.state == LetterState.SENDING)):
            letter.due_at -= CLAIM


def unsent() -> int:
    session().rollback()
    return session().scalar(select(func.count(Letter.id)).where(Letter.state.in_(outbox.OPEN))) or 0


@contextmanager
def a_server(post: Post) -> Iterator[str]:
    controller = Controller(post, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()
