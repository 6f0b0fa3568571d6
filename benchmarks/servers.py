"""Web servers side by side: the same site, eight threads, sixteen clients that keep their connection.

Prints requests a second, the 95th percentile in milliseconds, the processor time of a request, memory (proportional set
size of all processes) and the time from the command to the first page. Fails when a request costs the server we use
more than LIMIT times the processor time that it costs the best other one, over the three pages: that number hardly
changes with what else the machine does.
"""

import http.client
import multiprocessing
import multiprocessing.connection
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from math import prod
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = {"small": "/about", "story": "/stories/the-night-supervisor", "health": "/health"}
OURS = "waitress"
LIMIT = 1.5
CLIENTS = 16
SECONDS = 2.0
ROUNDS = 3
STARTING = 120.0
BIN = Path(sys.executable).parent
SERVERS = {
    "waitress": "waitress-serve --threads=8 --listen=127.0.0.1:{port} --call app:create_app",
    "gunicorn, 1 process": (
        "gunicorn -k gthread --threads 8 -w 1 --log-level error -b 127.0.0.1:{port} app:create_app()"
    ),
    "granian, 1 process": (
        "granian --interface wsgi --workers 1 --blocking-threads 8 --no-ws --log-level error --factory "
        "--host 127.0.0.1 --port {port} app:create_app"
    ),
    "gunicorn, 2 processes": (
        "gunicorn -k gthread --threads 4 -w 2 --log-level error -b 127.0.0.1:{port} app:create_app()"
    ),
    "granian, 2 processes": (
        "granian --interface wsgi --workers 2 --blocking-threads 4 --no-ws --log-level error --factory "
        "--host 127.0.0.1 --port {port} app:create_app"
    ),
}


@dataclass
class Measured:
    """What one server did in each round, by page and as a whole."""

    rate: dict[str, list[float]] = field(default_factory=lambda: {page: [] for page in PAGES})
    late: dict[str, list[float]] = field(default_factory=lambda: {page: [] for page in PAGES})
    cost: dict[str, list[float]] = field(default_factory=lambda: {page: [] for page in PAGES})
    start: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)


def main() -> int:
    """Measure all, print a table, say whether ours is good enough."""
    measured = {name: Measured() for name in SERVERS}
    with tempfile.TemporaryDirectory() as folder:
        environ = os.environ | {"INSTANCE_PATH": folder, "PYTHONPATH": str(ROOT)}
        prepare = [BIN / "flask", "--app", "app", "prepare"]
        subprocess.run(prepare, cwd=ROOT, env=environ, check=True, capture_output=True)
        for turn in range(ROUNDS):
            for name, command in SERVERS.items():
                print(f"  round {turn + 1} of {ROUNDS}: {name}", file=sys.stderr, flush=True)
                measure(command, environ, measured[name])
    print(table(measured))
    cost = {name: typical_cost(found) for name, found in measured.items()}
    ratio = cost[OURS] / min(one for name, one in cost.items() if name != OURS)
    print(f"\nA request costs {OURS} {ratio:.2f} times what it costs the best other server; at most {LIMIT} is wanted.")
    return 0 if ratio <= LIMIT else 1


def typical_cost(found: Measured) -> float:
    """Processor time of a request over all pages: the geometric mean of their medians."""
    return prod(statistics.median(costs) for costs in found.cost.values()) ** (1 / len(found.cost))


def table(measured: dict[str, Measured]) -> str:
    """The medians, one row a server."""
    heads = [f"{page} {what}" for what in ("/s", "p95 ms", "cpu ms") for page in PAGES] + ["MB", "start s"]
    lines = [f"{'':22}" + "".join(f"{head:>15}" for head in heads)]
    for name, found in measured.items():
        values = [f"{statistics.median(found.rate[page]):.0f}" for page in PAGES]
        values += [f"{statistics.median(found.late[page]) * 1000:.1f}" for page in PAGES]
        values += [f"{statistics.median(found.cost[page]) * 1000:.2f}" for page in PAGES]
        values += [f"{statistics.median(found.megabytes):.0f}", f"{statistics.median(found.start):.2f}"]
        lines.append(f"{name:22}" + "".join(f"{value:>15}" for value in values))
    return "\n".join(lines)


def measure(command: str, environ: dict[str, str], found: Measured) -> None:
    """One server once: start it, warm it, load each page, weigh it."""
    with serving(command, environ) as (port, process, seconds):
        found.start.append(seconds)
        for page, path in PAGES.items():
            load(port, path, 0.5)
            before = processor_time(process.pid)
            times, seconds = load(port, path, SECONDS)
            found.cost[page].append((processor_time(process.pid) - before) / len(times))
            found.rate[page].append(len(times) / seconds)
            found.late[page].append(statistics.quantiles(times, n=20)[-1])
        found.megabytes.append(weight(process.pid))


@contextmanager
def serving(command: str, environ: dict[str, str]) -> Iterator[tuple[int, subprocess.Popen[bytes], float]]:
    """The running server: its port, its process, and how long it took to answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program, *arguments = command.format(port=port).split()
    began = time.monotonic()
    process = subprocess.Popen(
        [BIN / program, *arguments], cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not answers(port):
            if process.poll() is not None or time.monotonic() - began > STARTING:
                raise RuntimeError(f"{program} did not start")
            time.sleep(0.01)
        yield port, process, time.monotonic() - began
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def answers(port: int) -> bool:
    """Whether /health says 200."""
    with suppress(OSError, http.client.HTTPException):
        return get(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "/health") == 200
    return False


def get(connection: http.client.HTTPConnection, path: str) -> int:
    """The status of one page, read to its end."""
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    return response.status


def load(port: int, path: str, seconds: float) -> tuple[list[float], float]:
    """The time of each request of all clients, and how long they worked. The clients are a process of their own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=clients, args=(theirs, port, path, seconds))
    process.start()
    found: tuple[list[float], float] = ours.recv()
    process.join()
    return found


def clients(out: multiprocessing.connection.Connection, port: int, path: str, seconds: float) -> None:
    """Sixteen threads ask for the page again and again. Any answer but 200 ends the measurement."""
    times: list[float] = []
    began = time.monotonic()

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        while time.monotonic() - began < seconds:
            start = time.monotonic()
            status = get(connection, path)
            assert status == 200, f"{path}: {status}"
            times.append(time.monotonic() - start)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    out.send((times, time.monotonic() - began))


def weight(pid: int) -> float:
    """The memory of a process and all it started, in megabytes; what is shared counts once."""
    kilobytes = 0
    for one in family(pid):
        lines = Path(f"/proc/{one}/smaps_rollup").read_text("ascii").splitlines()
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024


def processor_time(pid: int) -> float:
    """The seconds of processor time that a process and all it started have used."""
    ticks = 0
    for one in family(pid):
        fields = Path(f"/proc/{one}/stat").read_text("ascii").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> Iterator[int]:
    """A process and all it started."""
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        yield one
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            waiting += [int(child) for child in children.read_text("ascii").split()]


if __name__ == "__main__":
    sys.exit(main())
