"""Reports are made in a process that is kept; whatever goes wrong there ends with it, and nothing is left behind."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assessment.render import ROOT, Renderer, RenderFailed, ReportInput
from tests.assessment.builders import VARIANTS, a_report

pytestmark = pytest.mark.processes

# Speaks as the real press does, loads in no time, and does one thing with its first order.
STANDS_IN = """
import os, sys, time
def answer(content):
    os.write(1, len(content).to_bytes(8, "big") + content)
answer(b"")
while line := sys.stdin.readline():
    {act}
"""
# The real press, with one thing about it changed.
CHANGED = """
import time
from assessment import press
{change}
press.main()
"""
Renderers = Callable[..., Renderer]


@pytest.fixture
def renderer() -> Iterator[Renderers]:
    made = []

    def make(act: str, **limits: float) -> Renderer:
        program = act if "press" in act else STANDS_IN.format(act=act)
        made.append(Renderer(command=(sys.executable, "-c", program), **limits))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.close()


def gone(pid: int) -> bool:
    """Whether that process has ended, and somebody has taken note of it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def soon(look: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not look():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


ECHO = "answer(b'%PDF-' + line.encode())"
HANGS = "time.sleep(60)"


def test_a_process_that_hangs_is_killed_and_the_next_report_has_another(renderer: Renderers):
    hangs = renderer("time.sleep(60) if 'slow' in line else answer(b'%PDF-' + line.encode())", seconds=0.4)
    hangs.render(a_report())
    pid = hangs.pid
    assert pid
    begun = time.monotonic()

    with pytest.raises(RenderFailed, match=r"^not finished within 0\.4 s$"):
        hangs.render(a_report(name="slow"))

    assert time.monotonic() - begun < 5
    assert gone(pid)
    assert hangs.render(a_report()).startswith(b"%PDF-")
    assert hangs.pid != pid


def test_a_report_that_drips_out_has_no_longer_than_any_other(renderer: Renderers):
    drips = renderer("os.write(1, (999).to_bytes(8, 'big')); [(os.write(1, b'%'), time.sleep(0.05)) for _ in line]")
    drips.seconds = 0.5
    begun = time.monotonic()

    with pytest.raises(RenderFailed, match="not finished within"):
        drips.render(a_report())

    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        ("raise SystemExit('out of ink')", "ended with 1: out of ink"),
        ("os.kill(os.getpid(), 9)", "ended with -9: no output"),
        ("answer(b'not a report')", "what came out is no report"),
        ("answer(b'')", "what came out is no report"),
        ("os.write(1, b'%PDF-1.7\\n')", "what came out is no report"),  # taken for the length of an answer
        ("os.write(1, b'%PDF'); sys.exit(3)", "ended with 3: no output"),
        ("sys.stderr.write('x' * 900); sys.exit(1)", "ended with 1: " + "x" * 200),
        ("break", "ended with 0: no output"),
    ],
)
def test_what_is_not_a_report_is_a_failure_with_its_reason(renderer: Renderers, act: str, reason: str):
    fails = renderer(act)

    with pytest.raises(RenderFailed) as fault:
        fails.render(a_report())

    assert str(fault.value) == reason
    assert fails.pid is None


def test_a_process_that_does_not_get_ready_is_a_failure(renderer: Renderers):
    for program, reason in (("import time; time.sleep(60)", "not finished"), ("raise OSError('no pango')", "no pango")):
        with pytest.raises(RenderFailed, match=reason):
            renderer(f"'press'; {program}", start_seconds=0.5).render(a_report())


def test_one_process_makes_so_many_reports_and_no_more(renderer: Renderers):
    echo = renderer(ECHO, most_reports=2)

    pids = [(echo.render(a_report()), echo.pid)[1] for _ in range(5)]

    assert pids[0] == pids[1] != pids[2] == pids[3] != pids[4]
    assert gone(pids[0] or 0)


def test_a_process_that_may_be_about_to_end_is_not_asked(renderer: Renderers):
    echo = renderer(ECHO, idle_seconds=0)

    assert (echo.render(a_report()), echo.pid)[1] != (echo.render(a_report()), echo.pid)[1]


def test_a_process_that_died_meanwhile_is_replaced(renderer: Renderers):
    echo = renderer(ECHO)
    echo.render(a_report())
    os.kill(echo.pid or 0, signal.SIGKILL)
    time.sleep(0.05)

    assert echo.render(a_report()).startswith(b"%PDF-")


def test_what_is_given_arrives_as_it_was(renderer: Renderers):
    order = a_report(name='$(touch x); "é" \u2028\n', days=("TU", "FR"), hour="15:00")

    handed_over = renderer(ECHO).render(order).removeprefix(b"%PDF-")

    assert ReportInput.from_line(handed_over) == ReportInput.from_line(order.to_line())
    assert ReportInput.from_line(handed_over).name == order.name
    assert ReportInput.from_line(handed_over).days == ("TU", "FR")


def test_a_process_forked_from_ours_has_one_of_its_own(renderer: Renderers):
    echo = renderer(ECHO)
    echo.render(a_report())
    ours, pipe = echo.pid, multiprocessing.get_context("fork").Pipe()

    def other() -> None:
        echo.render(a_report())
        pipe[1].send(echo.pid)
        echo.close()

    child = multiprocessing.get_context("fork").Process(target=other)
    child.start()

    assert pipe[0].poll(10)
    assert pipe[0].recv() != ours
    child.join(10)
    assert echo.render(a_report()).startswith(b"%PDF-")
    assert echo.pid == ours


OWNER = """
import sys
from assessment.render import Renderer
from tests.assessment.builders import a_report
renderer = Renderer(command=(sys.executable, "-c", sys.argv[1]))
renderer.render(a_report())
print(renderer.pid, flush=True)
if sys.argv[2] == "hang":
    renderer.render(a_report(name="slow"))
sys.stdin.read()
"""


@pytest.mark.parametrize("then", ["hang", "wait"])
def test_no_process_outlives_the_one_that_started_it(tmp_path: Path, then: str):
    act = "(tuple(iter(int, 1)) if 'slow' in line else answer(b'%PDF-'))"
    dies = "from kit.supervisor import die_with; import signal; die_with(__import__('os').getppid(), signal.SIGKILL)"
    command = [sys.executable, "-c", OWNER, dies + STANDS_IN.format(act=act), then]
    owner = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with closing(owner.stdout or sys.stdin) as told, closing(owner.stdin or sys.stdin):
        pid = int(told.readline())
        time.sleep(0.1)
        owner.kill()
        owner.wait(10)

    soon(lambda: gone(pid) or Path(f"/proc/{pid}/stat").read_text("ascii").split()[2] == "Z")


CHANGES = [
    ("press.make_report = lambda wanted: b'%PDF-' * 900_000_000", r"ended with 1: MemoryError"),
    ("press.SECONDS = press.GRACE = 0.5; press.signal.alarm = lambda s: press.signal.setitimer(0, s); "
     "press.make_report = lambda wanted: time.sleep(60)", "ended with -14: no output"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "reason"), CHANGES, ids=["memory", "time"])
def test_the_press_limits_itself_even_if_nobody_waits_for_it(renderer: Renderers, change: str, reason: str):
    with pytest.raises(RenderFailed, match=reason):
        renderer(CHANGED.format(change=change), seconds=60).render(a_report())


def test_the_press_ends_when_nobody_asks(renderer: Renderers):
    unasked = renderer(CHANGED.format(change="press.IDLE_SECONDS = 0.1"))._ready()

    assert unasked.process.wait(10) == 0


def test_the_press_makes_the_same_of_the_same_whatever_came_before(printed: Callable[[ReportInput], bytes]):
    with closing(Renderer(seconds=60)) as real:
        short = VARIANTS["no count"]
        made = [real.render(order) for order in (a_report(short, paper="a4"), a_report(short), a_report(short))]
        assert made[1] == made[2] == printed(a_report(short))

        with pytest.raises(RenderFailed, match="ended with 1: ValueError: the paper is a4 or letter"):
            real.render(a_report(paper="a5"))
