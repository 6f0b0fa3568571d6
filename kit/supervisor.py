"""One parent, a few parts: the web server and the background worker, started together and ended together.

The application is loaded once and each part is a fork of it. A part that dies is started again, a little later each
time. SIGTERM or SIGINT ends the parts in good order, and then the parent.
"""

import contextlib
import ctypes
import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FrameType

from kit.logs import log

PATIENCE = 10.0
LONGEST_WAIT = 30.0
STEADY = 60.0
PR_SET_PDEATHSIG = 1
BACKLOG = 1024

Part = Callable[[], None]


class PortTaken(Exception):
    """Something else listens at that address."""


@dataclass
class Child:
    """A running part: its process, when it began, and how often it died young."""

    name: str
    pid: int
    began: float
    falls: int = 0


@dataclass
class Supervisor:
    """Keeps `parts` running until told to stop; then they have `patience` seconds to end."""

    parts: Mapping[str, Part]
    patience: float = PATIENCE
    children: dict[int, Child] = field(default_factory=dict)
    due: dict[str, tuple[float, int]] = field(default_factory=dict)
    stopping: bool = False

    def run(self, ready: Callable[[], bool]) -> int:
        """Start everything and stay until a signal comes. `ready` is asked until it says yes."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        for name in self.parts:
            self._start(name, falls=0)
        waiting = True
        while not self.stopping:
            self._reap()
            self._restart_due()
            if waiting:
                waiting = not ready()
            time.sleep(0.03 if waiting else 0.2)
        return self._end()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _start(self, name: str, falls: int) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid:
            self.children[pid] = Child(name, pid, time.monotonic(), falls)
            return
        code = 1
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.setsid()
            die_with(parent, signal.SIGTERM)
            self.parts[name]()
            code = 0
        except (SystemExit, KeyboardInterrupt):
            code = 0
        except BaseException:
            log.error("a part ended with a fault", part=name, exc_info=True)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _reap(self) -> None:
        while self.children:
            pid, _status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            child = self.children.pop(pid, None)
            if child is None or self.stopping:
                continue
            falls = 0 if time.monotonic() - child.began > STEADY else child.falls + 1
            wait = min(LONGEST_WAIT, 0.1 * 2**falls)
            log.warning("a part died and is started again", part=child.name, seconds=round(wait, 1))
            self.due[child.name] = (time.monotonic() + wait, falls)

    def _restart_due(self) -> None:
        for name, (at, falls) in list(self.due.items()):
            if time.monotonic() >= at:
                del self.due[name]
                self._start(name, falls)

    def _end(self) -> int:
        for pid in list(self.children):
            _send(pid, signal.SIGTERM)
        deadline = time.monotonic() + self.patience
        while self.children and time.monotonic() < deadline:
            self._reap()
            time.sleep(0.02)
        for pid in list(self.children):
            _send(pid, signal.SIGKILL)
        while self.children:
            self._reap()
            time.sleep(0.02)
        return 0


def listen(host: str, port: int) -> socket.socket:
    """A socket that is bound and listens, for a part to serve from; clients wait while that part is started again.

    Raises PortTaken with a sentence where nothing can be served.
    """
    listener = None
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as fault:
        if listener is not None:
            listener.close()
        reason = fault.strerror or str(fault)
        raise PortTaken(f"Cannot serve at {host}:{port} ({reason}). Choose another: PORT=8000 make run") from fault
    return listener


def answers(listener: socket.socket) -> bool:
    """Whether a web server that serves from `listener` says that all is well."""
    host, port = listener.getsockname()[:2]
    connection = http.client.HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def die_with(parent: int, number: signal.Signals) -> None:
    """Let this process get that signal when its parent ends, however that one does (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os._exit(0)


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
