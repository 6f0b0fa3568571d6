"""The supervisor: a part that dies comes back, its clients wait for it, and all end together."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from kit.supervisor import PortTaken, listen
from tests.conftest import ROOT
from tests.kit.smtp import free_port

# `web` says in each answer which process it is, `steady` just stays, `stubborn` does not want to end.
PROGRAM = """
import http.server, os, signal, sys, time
from pathlib import Path
from kit.supervisor import Supervisor, answers, listen

listener = listen("127.0.0.1", int(sys.argv[1]))
folder = Path(sys.argv[2])

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())

    def log_message(self, *_):
        pass

def web():
    server = http.server.HTTPServer(listener.getsockname(), Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.serve_forever()

def stay(name):
    (folder / name).write_text(str(os.getpid()))
    time.sleep(600)

def stubborn():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    stay("stubborn")

def ready():
    if answers(listener):
        (folder / "ready").touch()
        return True
    return False

parts = {"web": web, "steady": lambda: stay("steady"), "stubborn": stubborn}
sys.exit(Supervisor({name: parts[name] for name in sys.argv[3:]}, patience=1).run(ready))
"""


@dataclass
class Run:
    """A supervisor at work."""

    process: "subprocess.Popen[bytes]"
    url: str
    folder: Path

    def part(self, name: str) -> int:
        """The number of a part's process, once it has noted it."""
        return int(soon(lambda: (self.folder / name).read_text("ascii") if (self.folder / name).exists() else ""))

    def web(self) -> int:
        with urllib.request.urlopen(self.url, timeout=10) as answer:
            return int(answer.read())


@contextmanager
def running(folder: Path, *parts: str) -> Iterator[Run]:
    port = free_port()
    command = [sys.executable, "-c", PROGRAM, str(port), str(folder), *parts]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        soon((folder / "ready").exists)
        yield Run(process, f"http://127.0.0.1:{port}/", folder)
    finally:
        process.kill()
        process.wait(10)


def soon(look: Callable[[], str | bool]) -> str | bool:
    until = time.monotonic() + 20
    while not (found := look()):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
    return found


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text("ascii").split()[2] == "Z"


@pytest.mark.processes
def test_a_part_that_dies_is_started_again_and_its_clients_wait(tmp_path: Path):
    with running(tmp_path, "web", "steady") as run:
        before = run.web()
        os.kill(before, signal.SIGKILL)

        after = run.web()

        assert after != before
        assert not gone(run.part("steady"))


@pytest.mark.processes
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_parts_and_then_the_parent(tmp_path: Path, number: signal.Signals):
    with running(tmp_path, "web", "steady") as run:
        parts = [run.web(), run.part("steady")]
        run.process.send_signal(number)

        assert run.process.wait(10) == 0
        assert [gone(pid) for pid in parts] == [True, True]


@pytest.mark.processes
def test_a_part_that_does_not_want_to_end_is_ended(tmp_path: Path):
    with running(tmp_path, "web", "stubborn") as run:
        stubborn = run.part("stubborn")
        run.process.terminate()

        assert run.process.wait(10) == 0
        assert gone(stubborn)


@pytest.mark.processes
def test_no_part_outlives_a_parent_that_was_killed(tmp_path: Path):
    with running(tmp_path, "web", "steady") as run:
        parts = [run.web(), run.part("steady")]
        run.process.kill()
        run.process.wait(10)

        soon(lambda: all(gone(pid) for pid in parts))


def test_a_taken_port_is_told_in_a_sentence():
    with listen("127.0.0.1", free_port()) as listener:
        port = listener.getsockname()[1]

        with pytest.raises(PortTaken) as caught:
            listen("127.0.0.1", port)

    assert str(caught.value) == (
        f"Cannot serve at 127.0.0.1:{port} (Address already in use). Choose another: PORT=8000 make run"
    )


def test_a_host_that_does_not_exist_is_told_in_a_sentence():
    with pytest.raises(PortTaken, match=r"^Cannot serve at no\.such\.host\.invalid:80 \(.+\)\. Choose another"):
        listen("no.such.host.invalid", 80)
