"""A Redis server of our own for the length of a test: on a free loopback port, keeping nothing."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.kit.smtp import free_port

START_SECONDS = 10.0


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Runs the server in `folder`; gives its REDIS_URL."""
    port = free_port()
    options = {"port": port, "bind": "127.0.0.1", "dir": folder, "save": "", "appendonly": "no"}
    command = ["redis-server", *(str(part) for name, value in options.items() for part in (f"--{name}", value))]
    with (folder / "redis.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        try:
            _wait(port, process, folder / "redis.log")
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(10)


def _wait(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"Redis did not start: {log.read_text(errors='replace')}")
