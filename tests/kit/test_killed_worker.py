"""Workers are killed while they send invites: each invite arrives, and twice only where none can help.

Forty of them in the suite, three hundred in `make races`, at each moment of handing over a letter.

A mail server that has taken a letter (its 250) and a worker that dies before it has noted that are the one case in
which a letter leaves again (RFC 1047). It is the same letter then, byte for byte.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import func, select

from app import create_app
from booking import guard, services
from booking.guard import Guest, Wish
from booking.models import ConsultType
from kit import clock, jobs
from kit.db import db, session, transaction
from kit.outbox import CLAIM, OPEN, Letter, LetterState
from tests.booking.builders import a_consult_type
from tests.booking.invite_rules import assert_invite_history, invite_of
from tests.conftest import ROOT, some_settings
from tests.databases import Templates
from tests.kit.smtp import free_port
from tests.kit.workers import Nursery, nursery
from tests.often import tries
from tests.parsing import parsed

KILLS = {"sqlite": tries(24, races=180), "postgresql": tries(16, races=120)}
SEED = 20261031
# What the server is about to answer when the worker dies; `note` is after a 250, `time` is whenever.
MOMENTS = ("EHLO", "MAIL", "RCPT", "DATA", "note", "time")
ENOUGH = 6  # letters that wait when a worker starts
LONGEST_NOTE = 0.006  # seconds between the 250 and the kill, about what noting it takes
LONGEST_TIME = 0.06  # seconds between the greeting and the kill, about what three letters take
PATIENCE = 30.0


@dataclass
class Call:
    """One connection: what it handed over, by Message-ID, and whether it ended with a QUIT."""

    taken: list[str]
    ended_well: bool = False


class Witness:
    """A mail server that notes who handed over what, and kills whoever reaches the moment that was chosen."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.calls: dict[Session, Call] = {}
        self.copies: dict[str, list[bytes]] = defaultdict(list)
        self.killed: list[str] = []
        self.fired = threading.Event()
        self.moment, self.after, self.workers = "", 0, set[int]()

    def lie_in_wait(self, moment: str, after: int, workers: set[int]) -> None:
        """Kill at that moment, once it has come `after` times."""
        self.fired.clear()
        self.moment, self.after, self.workers = moment, after, set(workers)

    def kill(self, pid: int, moment: str) -> None:
        """Kill one worker, now."""
        os.kill(pid, signal.SIGKILL)
        self.workers.discard(pid)
        self.killed.append(moment)
        self.fired.set()

    async def handle_EHLO(  # noqa: N802  # the server calls it by this name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.calls[session] = Call([])
        self._reach("EHLO", session)
        self._reach("time", session, within=self.chance.uniform(0, LONGEST_TIME))
        return responses

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        self._reach("MAIL", session)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        self._reach("RCPT", session)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self._reach("DATA", session):
            return "451 the line went dead"
        assert isinstance(envelope.content, bytes)
        name = str(parsed(envelope.content)["Message-ID"])
        self.calls[session].taken.append(name)
        self.copies[name].append(envelope.content)
        self._reach("note", session, within=self.chance.uniform(0, LONGEST_NOTE))
        return "250 OK"

    async def handle_QUIT(self, _server: SMTP, session: Session, _envelope: Envelope) -> str:  # noqa: N802
        self.calls[session].ended_well = True
        return "221 Bye"

    def _reach(self, moment: str, session: Session, within: float | None = None) -> bool:
        """Whether the worker at the other end was killed; `within` lets it live so many seconds more."""
        if moment != self.moment:
            return False
        if self.after:
            self.after -= 1
            return False
        self.moment = ""
        pid = owner(session.peer[1], self.workers)
        if within is None:
            self.kill(pid, moment)
            while alive(pid):
                time.sleep(0.0005)
        else:
            asyncio.get_running_loop().call_later(within, self.kill, pid, moment)
        return True


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, templates: Templates, tmp_path: Path) -> str:
    return templates.make(request.param, tmp_path)


@pytest.mark.processes
@pytest.mark.timeout(400)
def test_a_killed_worker_loses_and_doubles_no_invite(database_url: str, tmp_path: Path):
    kills = KILLS[database_url.partition(":")[0]]
    chance = random.Random(SEED)
    witness = Witness(chance)
    with a_server(witness) as mail_url, a_site(tmp_path, database_url, mail_url) as environ:
        with nursery(environ) as home:
            consults = Consults(a_consult_type(), chance)
            while len(witness.killed) < kills:
                while waiting() < ENOUGH:
                    consults.change()
                start_and_kill(home, witness, chance)
                let_claims_run_out()
        finish(environ)

        assert_nothing_lost(witness)
        assert_doubled_only_where_nothing_helps(witness)
        assert_each_heard_it_in_order(witness)
        assert set(witness.killed) == set(MOMENTS)


def start_and_kill(home: Nursery, witness: Witness, chance: random.Random) -> None:
    """One worker or two at once, until none of them lives."""
    workers = {home.start() for _ in range(chance.choice([1, 1, 1, 2]))}
    moment = chance.choice(MOMENTS)
    witness.lie_in_wait(moment, 0 if moment in ("EHLO", "time") else chance.randrange(3), workers)
    assert witness.fired.wait(PATIENCE), f"no worker came to {moment}"
    for pid in sorted(witness.workers):
        witness.kill(pid, "time")
    assert {home.bury(pid) for pid in workers} == {signal.SIGKILL}


def assert_nothing_lost(witness: Witness) -> None:
    states = dict(session().execute(select(Letter.message_id, Letter.state)).all())
    assert set(states.values()) == {LetterState.SENT}
    assert set(witness.copies) == set(states)


def assert_doubled_only_where_nothing_helps(witness: Witness) -> None:
    """A copy that another one follows was the last thing its worker did, and it did not live to say goodbye."""
    cut_off = [call.taken[-1] for call in witness.calls.values() if call.taken and not call.ended_well]
    for name, copies in witness.copies.items():
        assert len(set(copies)) == 1, "the same letter in other words"
        assert len(copies) - 1 <= cut_off.count(name)
    assert doubled(witness) <= witness.killed.count("note") + witness.killed.count("time")


def assert_each_heard_it_in_order(witness: Witness) -> None:
    arrived: dict[str, list[EmailMessage]] = defaultdict(list)
    for copies in witness.copies.values():
        message = parsed(copies[0])
        assert invite_of(message) is not None
        arrived[str(message["To"])].append(message)
    for messages in arrived.values():
        assert_invite_history(messages)


def doubled(witness: Witness) -> int:
    return sum(len(copies) - 1 for copies in witness.copies.values())


class Consults:
    """Conversations that are booked, moved and cancelled; each change writes a letter to either side."""

    def __init__(self, consult_type: ConsultType, chance: random.Random) -> None:
        self.consult_type, self.chance = consult_type, chance
        now = clock.now()
        last = services.last_bookable_day(consult_type, zone=consult_type.hosts[0].zone, now=now)
        days = services.offer(
            consult_type, first=now.date() + timedelta(days=2), last=last, zone=consult_type.hosts[0].zone, now=now
        )
        self.free = [slot.start for day in days for slot in day.slots]
        self.agreed: list[str] = []
        self.count = 0

    def book(self) -> None:
        self.count += 1
        wish = Wish(self.free.pop(), f"visitor {self.count}", "America/New_York")
        hold = guard.hold(self.consult_type, wish, now=clock.now(), host_name="localhost")
        services.book(hold.secret, Guest("Ann Avery", f"guest{self.count}@example.com"), now=clock.now())
        self.agreed.append(hold.secret)

    def change(self) -> None:
        what = self.chance.choice(["book", "move", "move", "cancel"])
        if what == "book" or not self.agreed:
            self.book()
        elif what == "move":
            services.move(self.chance.choice(self.agreed), self.free.pop(), now=clock.now())
        else:
            secret = self.agreed.pop(self.chance.randrange(len(self.agreed)))
            services.cancel(secret, reason="", now=clock.now())


@contextmanager
def a_server(witness: Witness) -> Iterator[str]:
    controller = Controller(witness, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


@contextmanager
def a_site(folder: Path, database_url: str, mail_url: str) -> Iterator[dict[str, str]]:
    """A migrated site in `folder`; gives the environment in which its workers run."""
    app = create_app(some_settings(folder, database_url, MAIL_URL=mail_url))
    environ = {
        "INSTANCE_PATH": str(folder),
        "DATABASE_URL": database_url,
        "MAIL_URL": mail_url,
        "SECRET_KEY": app.secret_key,
        "BASE_URL": "http://localhost",
    }
    with app.app_context():
        try:
            yield environ
        finally:
            jobs.queue().close()
            db.session.remove()
            db.engine.dispose()


def let_claims_run_out() -> None:
    """All workers are dead; as many minutes pass as a claim lasts. What the queue knew is lost, too."""
    jobs.queue().huey.storage.flush_queue()
    with transaction() as current:
        for letter in current.scalars(select(Letter).where(Letter.state == LetterState.SENDING)):
            letter.due_at -= CLAIM


def finish(environ: dict[str, str]) -> None:
    """A worker that nobody kills sends what is left."""
    command = [Path(sys.executable).with_name("flask"), "--app", "app", "worker"]
    worker = subprocess.Popen(command, cwd=ROOT, env={"PATH": os.environ["PATH"], **environ})
    try:
        until = time.monotonic() + PATIENCE
        while waiting() and time.monotonic() < until:
            time.sleep(0.1)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(PATIENCE)


def waiting() -> int:
    session().rollback()
    return session().scalar(select(func.count(Letter.id)).where(Letter.state.in_(OPEN))) or 0


def owner(port: int, workers: set[int]) -> int:
    """Which of the processes holds the connection that comes from this port."""
    for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]:
        fields = line.split()
        if int(fields[1].split(":")[1], 16) == port:
            for pid in workers:
                for entry in Path(f"/proc/{pid}/fd").iterdir():
                    with suppress(FileNotFoundError):
                        if str(entry.readlink()) == f"socket:[{fields[9]}]":
                            return pid
    raise AssertionError("the connection belongs to none of the workers")


def alive(pid: int) -> bool:
    """Whether the process still runs; one that is dead and not yet buried does not."""
    return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
