"""A report is made in a process of its own; whatever goes wrong there ends with it."""

import sys
import time

import pytest

from assessment.render import RenderFailed, render_report
from tests.assessment.builders import a_report

PYTHON = (sys.executable, "-c")


def test_a_process_that_hangs_is_ended():
    begun = time.monotonic()

    with pytest.raises(RenderFailed, match=r"not finished within 0\.3 s"):
        render_report(a_report(), seconds=0.3, command=(*PYTHON, "import time; time.sleep(60)"))

    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("raise SystemExit('out of ink')", "ended with 1: out of ink"),
        ("import os; os.kill(os.getpid(), 9)", "ended with -9: no output"),
        ("print('not a report')", "ended with 0: no output"),
        ("pass", "ended with 0: no output"),
        ("import sys; print('%PDF-1.7'); sys.exit(3)", "ended with 3: no output"),
        ("import sys; sys.stderr.write('x' * 900); sys.exit(1)", "ended with 1: " + "x" * 200),
    ],
)
def test_what_is_not_a_report_is_a_failure_with_its_reason(program: str, reason: str):
    with pytest.raises(RenderFailed) as fault:
        render_report(a_report(), command=(*PYTHON, program))

    assert str(fault.value) == reason


def test_a_paper_that_does_not_exist_fails_in_the_process():
    with pytest.raises(RenderFailed, match="the paper is a4 or letter"):
        render_report(a_report(paper="a5"))


LIMITS = """
import resource, sys
from assessment import report
report.PROCESSOR_SECONDS = 1
report.make_report = lambda wanted: {act}
sys.argv = ["report"]
report.main()
"""


@pytest.mark.parametrize("act", ["[0 for _ in iter(int, 1)]", "b'x' * 3_000_000_000"], ids=["processor", "memory"])
def test_processor_and_memory_have_their_limits(act: str):
    begun = time.monotonic()

    with pytest.raises(RenderFailed, match="ended with"):
        render_report(a_report(), command=(*PYTHON, LIMITS.format(act=act)))

    assert time.monotonic() - begun < 50


def test_a_name_is_handed_over_as_data():
    with pytest.raises(RenderFailed) as fault:
        render_report(
            a_report(name="$(touch x); é"),
            command=(*PYTHON, "import json, sys; sys.exit(json.load(sys.stdin)['name'])"),
        )

    assert str(fault.value) == "ended with 1: $(touch x); é"
