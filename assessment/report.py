"""The report: from a submission's answers to a tagged PDF (PDF/UA-1) on A4 or US Letter.

Nothing is fetched from anywhere: stylesheets and fonts are files of this project, and everything a person typed is
text. The same input gives the same bytes. `python -m assessment.report` is the process in which `assessment.render` has
it made.
"""

import hashlib
import io
import json
import logging
import resource
import sys
from collections.abc import Collection
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from weasyprint import CSS, HTML, Attachment
from weasyprint.logger import LOGGER
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from assessment import wording as say
from assessment.answers import Answers
from assessment.charts import charts_of, headroom_said
from assessment.editions import edition_of
from assessment.plan_calendar import DEFAULT_HOUR, MOST_BLOCKS, plan_calendar
from assessment.practices import say_step
from assessment.questions import LIVE_CONVERSATION
from assessment.render import ReportInput
from assessment.result import Result, assess
from assessment.said import own_answer
from assessment.sources import GRADES, HOUSE, HOUSE_SOURCES, PRIORS, basis_by_grade

ROOT = Path(__file__).resolve().parent.parent
PAPERS = {"a4": "A4", "letter": "Letter"}
CALENDAR_NAME = "call-blocks.ics"
PROCESSOR_SECONDS = 15
MEMORY = 1_500_000_000


class OurFilesOnly(URLFetcher):  # type: ignore[misc]
    """Serves the stylesheets and print fonts of this project, and nothing else."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        static = (ROOT / "static").as_uri() + "/"
        if not url.startswith(static) or ".." in url:
            raise ValueError("the report asks for something that is not a file of its own")
        return super().fetch(url, headers)


def report_html(wanted: ReportInput, result: Result, *, without: Collection[str] = ()) -> str:
    """The report as HTML, for print only. The name is set without letters that cannot be drawn."""
    name = _printable(wanted.name)
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.lstrip_blocks = True
    template = environment.get_template("assessment/report.html")
    return template.render(
        wanted=wanted,
        name="".join(letter for letter in name if letter not in without).strip(),
        titled=name,
        result=result,
        found=result.reckoning,
        charts=charts_of(result),
        say=say,
        practices=result.edition.practices,
        say_step=say_step,
        headroom_said=headroom_said,
        most_blocks=MOST_BLOCKS,
        own_answer=lambda key: own_answer(key, wanted.answers, result.edition.questions),
        definition=LIVE_CONVERSATION,
        priors=PRIORS,
        basis=basis_by_grade(),
        grades=GRADES,
        house=HOUSE,
        house_sources=HOUSE_SOURCES,
        method_url=f"{wanted.host}/assessment/method",
        drawing=_drawing,
        qr=_drawing(_qr(wanted.booking_url)),
        on_said=f"{wanted.on.day} {wanted.on:%B %Y}",
    )


def make_report(wanted: ReportInput) -> bytes:
    """The PDF. Raises ValueError for a paper other than `a4` and `letter`."""
    if wanted.paper not in PAPERS:
        raise ValueError("the paper is a4 or letter")
    result = assess(Answers.from_json(wanted.answers), wanted.on, edition=edition_of(*wanted.versions))
    missing = MissingLetters()
    LOGGER.addHandler(missing)
    raw = _render(wanted, result)
    if missing.letters:
        raw = _render(wanted, result, without=missing.letters)
    LOGGER.removeHandler(missing)
    return mark_furniture(raw)


def _render(wanted: ReportInput, result: Result, *, without: Collection[str] = ()) -> bytes:
    fetcher = OurFilesOnly()
    fonts = FontConfiguration()
    styles = [
        CSS(filename=ROOT / "static/css/tokens.css", font_config=fonts, url_fetcher=fetcher),
        CSS(filename=ROOT / "static/css/parts/report.css", font_config=fonts, url_fetcher=fetcher),
        CSS(string=f"@page {{ size: {PAPERS[wanted.paper]} }}", font_config=fonts, url_fetcher=fetcher),
    ]
    page = report_html(wanted, result, without=without)
    document = HTML(string=page, base_url=ROOT.as_uri() + "/static/", url_fetcher=fetcher)
    written: bytes = document.write_pdf(
        stylesheets=styles,
        font_config=fonts,
        pdf_variant="pdf/ua-1",
        pdf_identifier=hashlib.sha256(wanted.uid.encode()).digest()[:16],
        attachments=_attachments(wanted, result, fetcher),
    )
    return written


class MissingLetters(logging.Handler):
    """Hears which letters no face on this machine has; each would be drawn as an empty box."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.letters: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Take the letter out of what the layout engine says of it."""
        if record.msg.startswith(".notdef") and isinstance(record.args, tuple):
            self.letters.add(str(record.args[0]))


def mark_furniture(raw: bytes) -> bytes:
    """Page numbers and running heads as artifacts: a reader should not hear them in the middle of a sentence.

    WeasyPrint leaves what stands in the margins outside of both the structure and the artifacts (ISO 14289-1, 7.1).
    """
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        for page in pdf.pages:
            page.Contents = pdf.make_stream(_with_artifacts(page))
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _with_artifacts(page: pikepdf.Page) -> bytes:
    """The page's operators, with text that is drawn outside of any marked content put into an artifact."""
    depth = 0
    done = []
    for instruction in pikepdf.parse_content_stream(page):
        operands, operator = instruction.operands, instruction.operator
        name = str(operator)
        if name in ("BDC", "BMC"):
            depth += 1
        loose = depth == 0
        if loose and name == "BT":
            done.append(([pikepdf.Name.Artifact, pikepdf.Dictionary(Type=pikepdf.Name.Pagination)], _operator("BDC")))
        done.append((list(operands), operator))
        if loose and name == "ET":
            done.append(([], _operator("EMC")))
        if name == "EMC":
            depth -= 1
    return pikepdf.unparse_content_stream(done)


def _operator(name: str) -> pikepdf.Operator:
    return pikepdf.Operator(name)


def _attachments(wanted: ReportInput, result: Result, fetcher: URLFetcher) -> list[Attachment]:
    if result.reckoning is None:
        return []
    plan = result.reckoning.plan
    calendar = plan_calendar(plan, days=(), hour=DEFAULT_HOUR, on=wanted.on, uid=wanted.uid[:12], host=wanted.host)
    return [
        Attachment(
            string=calendar,
            name=CALENDAR_NAME,
            description="Call blocks for four weeks, to import into your calendar",
            relationship="Supplement",
            created=_midnight(wanted.on),
            modified=_midnight(wanted.on),
            url_fetcher=fetcher,
        )
    ]


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _qr(address: str) -> str:
    drawing = segno.make(address, error="l", micro=False)
    size = drawing.symbol_size(border=0)[0]
    dots = "".join(f"M{x} {y}h1v1h-1z" for y, line in enumerate(drawing.matrix) for x, dark in enumerate(line) if dark)
    return (
        f'<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img">'
        f'<title>A code that opens the booking page</title><path d="{dots}"/></svg>'
    )


@cache
def _drawing_style() -> str:
    return f"<style>{(ROOT / 'static/css/parts/report-charts.css').read_text('utf-8')}</style>"


def _drawing(svg: str) -> Markup:
    """A drawing of ours with its colours inside."""
    styled = svg.replace("</title>", "</title>" + _drawing_style(), 1)
    return Markup(styled)  # noqa: S704  # made by our own code, every word in it escaped


def _printable(text: str) -> str:
    """What a person typed without control and direction characters; markup is escaped by the template."""
    return "".join(character for character in text if character.isprintable())[:120].strip()


def main() -> None:
    """Read a ReportInput as JSON from standard input, write the PDF to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    values = json.load(sys.stdin)
    values["on"] = date.fromisoformat(values["on"])
    sys.stdout.buffer.write(make_report(ReportInput(**values)))


if __name__ == "__main__":
    main()
