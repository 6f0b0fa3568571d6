"""The process in which reports are made: order after order, until nobody asks any more.

`assessment.render` starts it as `python -m assessment.press` and speaks with it over standard input and output: a line
of JSON in, a length and so many bytes out. It never outlives the process that started it, nor an order by more than
some seconds, whatever happens to that one meanwhile.
"""

import os
import resource
import select
import signal
import sys
from pathlib import Path
from typing import BinaryIO

from assessment.render import IDLE_SECONDS, LENGTH, SECONDS, ReportInput
from assessment.report import make_report, warm_up
from kit.supervisor import die_with

MEMORY = 500_000_000  # bytes that reports may take beyond what is loaded for all of them; one takes a tenth of it
GRACE = 2  # seconds in which whoever waits has killed it, unless they are gone themselves


def main() -> None:
    """Take orders from standard input and answer on standard output."""
    die_with(os.getppid(), signal.SIGKILL)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    warm_up()
    _limit_memory()
    _answer(answers, b"")
    while select.select([0], [], [], IDLE_SECONDS)[0] and (line := sys.stdin.buffer.readline()):
        # Not caught: the signal ends the process even where no Python runs.
        signal.alarm(SECONDS + GRACE)
        report = make_report(ReportInput.from_line(line))
        signal.alarm(0)
        _answer(answers, report)


def _limit_memory() -> None:
    """No more than MEMORY beyond what is loaded by now: libraries reserve addresses by the size of the machine."""
    if sys.platform == "linux":
        pages = Path("/proc/self/statm").read_text("ascii").split()[0]
        most = int(pages) * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _answer(pipe: BinaryIO, content: bytes) -> None:
    pipe.write(len(content).to_bytes(LENGTH, "big") + content)
    pipe.flush()


if __name__ == "__main__":
    main()
