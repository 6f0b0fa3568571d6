"""Background workers that can be started in a moment and killed at any: `python -m tests.kit.workers`.

The application is loaded once, as `flask --app app serve` does it, and each worker is a fork that does what
`flask --app app worker` does. Commands come by standard input, a line each.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from app import create_app
from kit import jobs
from kit.db import db
from tests.conftest import ROOT


class Nursery:
    """The parent of the workers, in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def start(self) -> int:
        """A new worker; gives its process id."""
        return int(self._ask("start"))

    def bury(self, pid: int) -> int:
        """Wait until a worker has ended; gives the signal that ended it."""
        return int(self._ask(f"bury {pid}"))

    def _ask(self, command: str) -> str:
        assert self.process.stdin and self.process.stdout
        print(command, file=self.process.stdin, flush=True)
        return self.process.stdout.readline()


@contextmanager
def nursery(environ: Mapping[str, str]) -> Iterator[Nursery]:
    """Loads the application with that environment; ends with every worker that still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.kit.workers"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout
    try:
        assert process.stdout.readline() == "ready\n"
        yield Nursery(process)
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


def main() -> None:
    """Obey until standard input ends."""
    app = create_app()
    with app.app_context():
        jobs.queue().run_all()  # so that a fork need not work out each statement again
        db.session.remove()
        db.engine.dispose()
    _answer("ready")
    living: set[int] = set()
    for line in sys.stdin:
        command, *words = line.split()
        if command == "start":
            pid = os.fork()
            if pid == 0:
                sys.stdin.close()
                try:
                    with app.app_context():
                        jobs.queue().work()
                finally:
                    os._exit(0)
            living.add(pid)
            _answer(pid)
        elif command == "bury":
            pid = int(words[0])
            _, status = os.waitpid(pid, 0)
            living.discard(pid)
            _answer(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)
    for pid in living:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _answer(said: object) -> None:
    sys.stdout.write(f"{said}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
