"""The report as a file: valid, tagged, titled, whole. Every check for each kind of result, on both papers."""

import re
from collections.abc import Callable
from itertools import pairwise

import icalendar
import pikepdf
import pytest

from assessment.render import ReportInput
from tests.assessment.builders import ON, PRINTED, a_printed_report
from tests.assessment.pdf import assert_valid, elements, opened, pages_of, untold

Printed = Callable[[ReportInput], bytes]
SIZES = {"letter": (612, 792), "a4": (595, 842)}
PARTS = {
    True: [
        "Your number",
        "The gap",
        "How the time may run",
        "What moves it most",
        "What gets in the way",
        "Four weeks",
        "Method and sources",
    ],
    False: ["Your number", "What it may come to", "What gets in the way", "Four weeks", "Method and sources"],
}


@pytest.fixture(params=PRINTED, ids=" on ".join)
def case(request: pytest.FixtureRequest, printed: Printed) -> tuple[str, str, bytes]:
    """A kind of result, the paper, and the file."""
    variant, paper = request.param
    return variant, paper, printed(a_printed_report(variant, paper))


def test_it_keeps_every_rule_for_readers_who_cannot_see_it(case: tuple[str, str, bytes]):
    variant, paper, raw = case

    assert_valid(raw)
    assert untold(raw) == []
    with opened(raw) as pdf:
        assert str(pdf.docinfo["/Title"]) == "The conversation gap of Ann Avery, 31 October 2026"
        assert str(pdf.docinfo["/Author"]) == "The Conversation Gap"
        assert str(pdf.Root.Lang) == "en"
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert bool(pdf.Root.MarkInfo.Marked)
        assert {tuple(round(float(edge)) for edge in sheet.mediabox) for sheet in pdf.pages} == {(0, 0, *SIZES[paper])}
        assert len(pdf.pages) == (len(PARTS[variant != "no count"]))
        assert len(raw) < 150_000


def test_bookmarks_lead_to_every_part(case: tuple[str, str, bytes]):
    variant, _, raw = case
    parts = PARTS[variant != "no count"]
    if variant == "no gap":
        parts = [{"The gap": "No gap in volume"}.get(part, part) for part in parts]

    with opened(raw) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == parts
        pages = [pdf.pages.index(pikepdf.Page(item.destination[0])) for item in outline.root]
    assert pages == list(range(len(parts)))


def test_headings_go_down_step_by_step(case: tuple[str, str, bytes]):
    levels = [int(found.kind[1]) for found in elements(case[2]) if re.fullmatch(r"H\d", found.kind)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_figure_can_be_read_aloud_and_its_figures_stand_in_a_table(case: tuple[str, str, bytes]):
    variant, _, raw = case
    kinds = [found.kind for found in elements(raw)]
    alternatives = [found.alternative for found in elements(raw) if found.kind == "Figure"]

    assert len(alternatives) == (4 if variant == "no count" else 8)
    assert all(len(words) > 20 for words in alternatives)
    assert kinds.count("Table") == kinds.count("Caption") >= len(alternatives) - 2


def test_every_cell_names_its_heads(case: tuple[str, str, bytes]):
    heads = [found.heads for found in elements(case[2]) if found.kind == "TD"]

    # Some tables have an empty corner, which stands under no head.
    assert heads.count(0) <= 5
    assert len(heads) > 100


def test_fonts_are_inside_and_only_what_is_used_of_them(case: tuple[str, str, bytes]):
    with opened(case[2]) as pdf:
        fonts = {str(font.BaseFont): font for sheet in pdf.pages for font in sheet.resources["/Font"].values()}
        for name, font in fonts.items():
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
            assert re.match(r"/[A-Z]{6}\+", name)
        families = {re.sub(r"[^A-Za-z]", " ", name.split("+")[1]).strip() for name in fonts}
    # Only the site's own faces: the report looks the same on every machine.
    assert families <= {
        "Report Sans",
        "Report Sans Semi Bold",
        "Report Serif",
        "Report Serif Italic",
        "Report Serif Semi Bold",
    }


def test_pages_are_numbered_but_the_cover(case: tuple[str, str, bytes]):
    pages = pages_of(case[2])

    for number, text in enumerate(pages, 1):
        assert (f"{number} of {len(pages)}" in text) is (number > 1)
        assert ("The conversation gap · Ann Avery · 31 October 2026" in text) is (number > 1)


def test_the_plans_calendar_is_inside_where_there_is_a_plan(case: tuple[str, str, bytes]):
    variant, _, raw = case
    with opened(raw) as pdf:
        assert list(pdf.attachments) == ([] if variant == "no count" else ["call-blocks.ics"])
        files = [file.get_file().read_bytes() for file in pdf.attachments.values()]

    for file in files:
        events = list(icalendar.Calendar.from_ical(file).walk("VEVENT"))
        assert sum("call block" in str(event["SUMMARY"]) for event in events) >= 4
        assert str(events[-1]["SUMMARY"]) == "Weekly count: conversations, meetings, next dates"
        assert events[0]["DTSTART"].dt.date() > ON
