"""The report: from a submission's answers to a tagged PDF (PDF/UA-1) on A4 or US Letter.

Nothing is fetched from anywhere: stylesheets and fonts are files of this project, and everything a person typed is
text. The same input gives the same bytes.
"""

import hashlib
import logging
from collections.abc import Collection
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from weasyprint import CSS, HTML, Attachment
from weasyprint.logger import LOGGER
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from assessment import wording as say
from assessment.answers import Answers
from assessment.charts import charts_of, headroom_said, open_answer_bars
from assessment.editions import edition_of
from assessment.furniture import mark_furniture
from assessment.open_answer import meanwhile, possible_numbers
from assessment.plan_calendar import MOST_BLOCKS, plan_calendar, say_days, say_hour
from assessment.practices import say_step
from assessment.questions import LIVE_CONVERSATION
from assessment.render import ReportInput
from assessment.result import Result, assess
from assessment.said import own_answer
from assessment.sources import GRADES, HOUSE, HOUSE_SOURCES, PRIORS, basis_by_grade

ROOT = Path(__file__).resolve().parent.parent
PAPERS = {"a4": "A4", "letter": "Letter"}
CALENDAR_NAME = "call-blocks.ics"
STYLESHEETS = (ROOT / "static/css/tokens.css", ROOT / "static/css/parts/report.css")


class OurFilesOnly(URLFetcher):  # type: ignore[misc]
    """Serves the stylesheets and print fonts of the report by their exact addresses, and nothing else."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        if url not in _our_files():
            raise ValueError("the report asks for something that is not a file of its own")
        return super().fetch(url, headers)


@cache
def _our_files() -> frozenset[str]:
    fonts = (ROOT / "static/fonts/print").glob("*.ttf")
    return frozenset(path.as_uri() for path in (*STYLESHEETS, *fonts))


def report_html(wanted: ReportInput, result: Result, *, without: Collection[str] = ()) -> str:
    """The report as HTML, for print only. The name is set without letters that cannot be drawn."""
    name = _printable(wanted.name)
    possible = possible_numbers(result)
    return _template().render(
        wanted=wanted,
        name="".join(letter for letter in name if letter not in without).strip(),
        titled=name,
        result=result,
        found=result.reckoning,
        charts=charts_of(result),
        possible=open_answer_bars(possible) if possible else None,
        meanwhile=meanwhile(result.answers),
        say=say,
        practices=result.edition.practices,
        say_step=say_step,
        headroom_said=headroom_said,
        most_blocks=MOST_BLOCKS,
        say_days=say_days,
        say_hour=say_hour,
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


def warm_up() -> None:
    """Load what every report needs: stylesheets, fonts, the template."""
    for paper in PAPERS:
        HTML(string="<h1>A</h1>", url_fetcher=_fetcher()).write_pdf(stylesheets=_styles(paper), font_config=_fonts())
    _template()


def _render(wanted: ReportInput, result: Result, *, without: Collection[str] = ()) -> bytes:
    page = report_html(wanted, result, without=without)
    document = HTML(string=page, base_url=ROOT.as_uri() + "/static/", url_fetcher=_fetcher())
    written: bytes = document.write_pdf(
        stylesheets=_styles(wanted.paper),
        font_config=_fonts(),
        pdf_variant="pdf/ua-1",
        pdf_identifier=hashlib.sha256(wanted.uid.encode()).digest()[:16],
        attachments=_attachments(wanted, result),
    )
    return written


@cache
def _fetcher() -> OurFilesOnly:
    return OurFilesOnly()


@cache
def _fonts() -> FontConfiguration:
    """The fonts, opened once: a second set of them would stay in memory as well."""
    return FontConfiguration()


@cache
def _styles(paper: str) -> list[CSS]:
    with_fonts = {"font_config": _fonts(), "url_fetcher": _fetcher()}
    return [
        *(CSS(filename=path, **with_fonts) for path in STYLESHEETS),
        CSS(string=f"@page {{ size: {PAPERS[paper]} }}", **with_fonts),
    ]


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("assessment/report.html")


class MissingLetters(logging.Handler):
    """Hears which letters no face on this machine has; each would be drawn as an empty box."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.letters: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Take the letter out of what the layout engine says of it."""
        if record.msg.startswith(".notdef") and isinstance(record.args, tuple):
            self.letters.add(str(record.args[0]))


def _attachments(wanted: ReportInput, result: Result) -> list[Attachment]:
    if result.reckoning is None:
        return []
    calendar = plan_calendar(
        result.reckoning.plan,
        days=wanted.days,
        hour=wanted.hour,
        on=wanted.asked_on,
        uid=wanted.uid[:12],
        host=wanted.host,
    )
    return [
        Attachment(
            string=calendar,
            name=CALENDAR_NAME,
            description="Call blocks for four weeks, to import into your calendar",
            relationship="Supplement",
            created=_midnight(wanted.on),
            modified=_midnight(wanted.on),
            url_fetcher=_fetcher(),
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
