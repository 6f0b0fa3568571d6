"""The report: its time against that of WeasyPrint alone, its size, and the memory of the process that makes it.

Limits: at most 1.3 times the time that WeasyPrint takes for the same HTML with its fonts and stylesheets loaded; at
most 150 kB on either paper; after 100 reports the process holds at most a tenth more memory than after 10.
"""

import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import process_time

from weasyprint import HTML

from assessment import report
from assessment.answers import Answers
from assessment.render import Renderer, ReportInput
from assessment.result import assess
from tests.assessment.builders import VARIANTS, a_report

RATIO_LIMIT = 1.3
SIZE_LIMIT = 150_000
MEMORY_LIMIT = 1.10
ROUNDS = 9
FEW, MANY = 10, 100
ORDERS = [a_report(answers, paper=paper) for answers in VARIANTS.values() for paper in report.PAPERS]


def alone(order: ReportInput) -> Callable[[], object]:
    """WeasyPrint's part: from the finished HTML to the bytes of a tagged PDF."""
    page = report.report_html(order, assess(Answers.from_json(order.answers), order.on))
    base = report.ROOT.as_uri() + "/static/"
    fonts, styles, fetcher = report._fonts(), report._styles(order.paper), report._fetcher()
    return lambda: HTML(string=page, base_url=base, url_fetcher=fetcher).write_pdf(
        stylesheets=styles, font_config=fonts, pdf_variant="pdf/ua-1"
    )


def seconds(act: Callable[[], object]) -> float:
    """Processor time: what else the machine does is not our matter."""
    begin = process_time()
    act()
    return process_time() - begin


def ratio() -> float:
    """The whole report against WeasyPrint alone, turn by turn, so that both meet the same machine."""
    order = a_report()
    theirs = alone(order)
    report.warm_up()
    seconds(theirs), seconds(lambda: report.make_report(order))
    pairs = [(seconds(theirs), seconds(lambda: report.make_report(order))) for _ in range(ROUNDS)]
    them, us = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"WeasyPrint alone {them * 1000:.0f} ms, the whole report {us * 1000:.0f} ms of processor time")
    return us / them


def resident(pid: int) -> float:
    """Megabytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * 4096 / 1e6


def hundred_reports() -> tuple[int, float]:
    """The largest file, and the memory after many reports over that after few."""
    sizes, taken, held = [], [], {}
    with closing(Renderer(most_reports=MANY + 1)) as renderer:
        for number in range(1, MANY + 1):
            begin = time.monotonic()
            sizes.append(len(renderer.render(ORDERS[number % len(ORDERS)])))
            taken.append(time.monotonic() - begin)
            if number in (1, FEW, MANY // 2, MANY):
                held[number] = resident(renderer.pid or 0)
    print(f"{MANY} reports: the first in {taken[0]:.1f} s with the start, the middle one in", end=" ")
    print(f"{statistics.median(taken):.2f} s, the slowest later one in {max(taken[1:]):.2f} s by the clock")
    print("memory:", ", ".join(f"{megabytes:.0f} MB after {number}" for number, megabytes in held.items()))
    return max(sizes), held[MANY] / held[FEW]


def main() -> int:
    """Print each figure with its limit; 1 where one is passed."""
    times = ratio()
    print(f"  that is {times:.2f} times as long (limit {RATIO_LIMIT:g})")
    largest, growth = hundred_reports()
    print(f"  after {MANY} it is {growth:.3f} times that after {FEW} (limit {MEMORY_LIMIT:g})")
    print(f"the largest of {len(ORDERS)} kinds of reports has {largest / 1000:.0f} kB (limit {SIZE_LIMIT / 1000:g} kB)")
    return int(times > RATIO_LIMIT or growth > MEMORY_LIMIT or largest > SIZE_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
