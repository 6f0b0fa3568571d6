"""The report made in a process of its own, with limits on time, processor and memory.

The caller, the background worker, never renders, and does not load what renders; a template that hangs or a drawing
that eats memory ends with its process.
"""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from assessment.editions import CURRENT_EDITION

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 60  # by the clock: a machine that is busy with other things gives little of its time


@dataclass(frozen=True)
class ReportInput:
    """What a report is made of; plain values only, so that it can be handed to another process.

    `answers` are those of `Answers.to_json`, `versions` those of the edition; `uid` is stable for the report, without
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
    versions: tuple[str, str, str] = CURRENT_EDITION.versions


class RenderFailed(Exception):
    """No report came out in time, or at all."""


def render_report(wanted: ReportInput, *, seconds: float = SECONDS, command: tuple[str, ...] = ()) -> bytes:
    """The PDF, made in a new process that is ended after `seconds`. Raises RenderFailed."""
    run = command or (sys.executable, "-m", "assessment.report")
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
