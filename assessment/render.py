"""The report made in a process of its own, with limits on time, processor and memory.

The caller, the background worker, never renders; a template that hangs or a drawing that eats memory ends with its
process.
"""

import json
import resource
import subprocess
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path

from assessment.report import ReportInput, make_report

ROOT = Path(__file__).resolve().parent.parent
PROCESSOR_SECONDS = 15
SECONDS = 60  # by the clock: a machine that is busy with other things gives little of its time
MEMORY = 1_500_000_000


class RenderFailed(Exception):
    """No report came out in time, or at all."""


def render_report(wanted: ReportInput, *, seconds: float = SECONDS, command: tuple[str, ...] = ()) -> bytes:
    """The PDF, made in a new process that is ended after `seconds`. Raises RenderFailed."""
    run = command or (sys.executable, "-m", "assessment.render")
    text = json.dumps({**asdict(wanted), "on": wanted.on.isoformat()})
    try:
        done = subprocess.run(  # noqa: S603  # our own module
            run, input=text.encode(), capture_output=True, timeout=seconds, cwd=ROOT, check=False
        )
    except subprocess.TimeoutExpired as fault:
        raise RenderFailed(f"not finished within {seconds:g} s") from fault
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no output"]
        raise RenderFailed(f"ended with {done.returncode}: {last[0][:200]}")
    return done.stdout


def main() -> None:
    """Read a ReportInput as JSON from standard input, write the PDF to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    values = json.load(sys.stdin)
    values["on"] = date.fromisoformat(values["on"])
    sys.stdout.buffer.write(make_report(ReportInput(**values)))


if __name__ == "__main__":
    main()
