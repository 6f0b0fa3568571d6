"""Reports made in a process of their own, with limits on time and memory.

The caller, the background worker, never renders, and does not load what renders. The process is kept from one report
to the next, so that loading it and opening its fonts is paid once. One that takes too long or fails is killed with
whatever it was at; one that has made enough, or that nobody asks, ends in peace.
"""

import atexit
import json
import os
import select
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from assessment.editions import CURRENT_EDITION

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 15  # for one report, by the clock, from the order to the last byte
START_SECONDS = 90  # for a new process, until it is ready to take an order
LAST_SECONDS = 10  # for a process that has closed its output, until it has ended
MOST_REPORTS = 200  # made by one process
IDLE_SECONDS = 300  # after which a process that nobody asks ends by itself
MARGIN_SECONDS = 30  # before that it is not asked any more, so that no order goes to one that is about to end
MOST_BYTES = 5_000_000
LENGTH = 8  # bytes that say how long an answer is
COMMAND = (sys.executable, "-m", "assessment.press")


@dataclass(frozen=True)
class ReportInput:
    """What a report is made of; plain values only, so that it can be handed to another process.

    `answers` are those of `Answers.to_json`, scored `on` that day by the edition of those `versions`; the call blocks
    begin after `asked_on`, on `days` (none: those of the plan) at `hour`; `uid` is stable for the report, without
    personal data.
    """

    name: str
    on: date
    answers: dict[str, Any]
    paper: str
    site_name: str
    booking_url: str
    uid: str
    host: str
    asked_on: date
    days: tuple[str, ...]
    hour: str
    versions: tuple[str, str, str] = CURRENT_EDITION.versions

    def to_line(self) -> bytes:
        """One line of JSON."""
        values = asdict(self) | {"on": self.on.isoformat(), "asked_on": self.asked_on.isoformat()}
        return json.dumps(values).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> "ReportInput":
        """What `to_line` gave."""
        values = json.loads(line)
        for name in ("on", "asked_on"):
            values[name] = date.fromisoformat(values[name])
        return cls(**values | {"days": tuple(values["days"]), "versions": tuple(values["versions"])})


class RenderFailed(Exception):
    """No report came out in time, or at all."""


class Renderer:
    """Makes one report at a time, in a process that it starts when it needs one and keeps."""

    def __init__(
        self,
        *,
        seconds: float = SECONDS,
        start_seconds: float = START_SECONDS,
        most_reports: int = MOST_REPORTS,
        idle_seconds: float = IDLE_SECONDS - MARGIN_SECONDS,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self.seconds, self.start_seconds = seconds, start_seconds
        self.most_reports, self.idle_seconds = most_reports, idle_seconds
        self.command = tuple(command)
        self._one_at_a_time = threading.Lock()
        self._press: _Press | None = None
        self._made = 0
        self._used = 0.0

    def render(self, wanted: ReportInput) -> bytes:
        """The PDF. Raises RenderFailed; what was made halfway ends with its process."""
        with self._one_at_a_time:
            try:
                pdf = self._ready().ask(wanted.to_line(), self.seconds)
                if not pdf.startswith(b"%PDF-"):
                    raise RenderFailed("what came out is no report")
            except BaseException:
                self._end()
                raise
            self._made += 1
            self._used = time.monotonic()
            return pdf

    def close(self) -> None:
        """End the process, if there is one. The next report starts another."""
        with self._one_at_a_time:
            self._end()

    @property
    def pid(self) -> int | None:
        """The process that is kept."""
        return self._press.process.pid if self._press else None

    def _ready(self) -> "_Press":
        if self._press is not None:
            if self._press.owner != os.getpid():
                self._press = None  # it belongs to the process that this one was forked from
            elif self._press.process.poll() is not None or self._spent():
                self._end()
        if self._press is None:
            self._press, self._made = _Press(self.command), 0
            self._press.answer(self.start_seconds)
        return self._press

    def _spent(self) -> bool:
        return self._made >= self.most_reports or time.monotonic() - self._used > self.idle_seconds

    def _end(self) -> None:
        press, self._press = self._press, None
        if press is not None and press.owner == os.getpid():
            press.end()


class _Press:
    """One process that takes orders, a line each, and answers each with a length and so many bytes.

    It is in a session of its own: Ctrl-C is meant for the worker, which lets a report come to its end.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self.owner = os.getpid()
        # A pipe that nobody reads would be full one day.
        self.complaints = tempfile.TemporaryFile()  # noqa: SIM115  # closed in `end`
        self.process = subprocess.Popen(  # noqa: S603  # our own module
            command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.complaints,
            cwd=ROOT,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},  # each of them would reserve memory, and none is needed
            start_new_session=True,
        )

    def ask(self, line: bytes, seconds: float) -> bytes:
        """The answer to an order, within so many seconds. Raises RenderFailed."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # it is gone: why, its answer tells
            self.process.stdin.write(line)
        return self.answer(seconds)

    def answer(self, seconds: float) -> bytes:
        """The next answer; the first one, of no bytes, says that it is ready. Raises RenderFailed."""
        until = time.monotonic() + seconds
        length = int.from_bytes(self._read(LENGTH, until, seconds), "big")
        if length > MOST_BYTES:
            raise RenderFailed("what came out is no report")
        return self._read(length, until, seconds)

    def end(self) -> None:
        """Kill it, whatever it is at, and leave nothing behind."""
        self.process.kill()
        self.process.wait()
        for file in (self.process.stdin, self.process.stdout, self.complaints):
            if file is not None:
                file.close()

    def _read(self, many: int, until: float, seconds: float) -> bytes:
        assert self.process.stdout is not None
        pipe = self.process.stdout.fileno()
        watch = select.poll()
        watch.register(pipe, select.POLLIN)
        found = bytearray()
        while len(found) < many:
            if not watch.poll(max(0.0, until - time.monotonic()) * 1000):
                raise RenderFailed(f"not finished within {seconds:g} s")
            part = os.read(pipe, many - len(found))
            if not part:
                raise RenderFailed(self._last_words())
            found += part
        return bytes(found)

    def _last_words(self) -> str:
        """How it ended, and the last thing it complained of."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(LAST_SECONDS)
        self.complaints.seek(0)
        lines = self.complaints.read()[-2000:].decode(errors="replace").strip().splitlines()
        return f"ended with {self.process.returncode}: {lines[-1][:200] if lines else 'no output'}"


_renderer = Renderer()
atexit.register(_renderer.close)


def render_report(wanted: ReportInput) -> bytes:
    """The PDF, made in the process that this one keeps for it. Raises RenderFailed."""
    return _renderer.render(wanted)
