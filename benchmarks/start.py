"""How long the second `make run` takes from the command to the first page; fails above LIMIT.

The first start of a site sets up what is missing and makes the database; every later one should be quick.
"""

import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 3.0
ROUNDS = 5
FIRST = 600.0


def main() -> int:
    """Start once to make everything, then measure."""
    with tempfile.TemporaryDirectory() as folder:
        first = start(Path(folder))
        later = [start(Path(folder)) for _ in range(ROUNDS)]
    middle = statistics.median(later)
    print(f"first start {first:.2f} s, later ones {', '.join(f'{one:.2f}' for one in later)} s")
    print(f"the middle one took {middle:.2f} s; at most {LIMIT:g} s are allowed")
    return 0 if middle <= LIMIT else 1


def start(folder: Path) -> float:
    """Seconds from `make run` to the first page; the site is stopped again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = os.environ | {"INSTANCE_PATH": str(folder), "PORT": str(port)}
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", "-s", "run"], cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while not answers(port):
            if process.poll() is not None or time.monotonic() - began > FIRST:
                raise RuntimeError("the site did not start")
            time.sleep(0.01)
        return time.monotonic() - began
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        process.wait(30)


def answers(port: int) -> bool:
    """Whether the home page says 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/")
        return connection.getresponse().status == http.client.OK
    return False


if __name__ == "__main__":
    sys.exit(main())
