"""The report as a file: valid, tagged, titled, whole, the same every time, and in nobody's power."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import icalendar
import page
import pikepdf
import pytest
import segno
from pdfminer.high_level import extract_text
from pdfminer.layout import LAParams

from assessment.render import render_report
from assessment.report import ROOT, OurFilesOnly, make_report, report_html
from assessment.result import assess
from assessment.sources import GRADES, PRIORS, basis_by_grade
from tests.assessment.builders import ON, TYPICAL, VARIANTS, a_report

BY_COLUMN = LAParams(boxes_flow=-0.9, line_margin=0.9)
BOOKING = a_report().booking_url


@cache
def pdf_of(variant: str = "typical", paper: str = "letter") -> bytes:
    return make_report(a_report(VARIANTS[variant], paper=paper))


def opened(raw: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(raw))


@cache
def text_of(raw: bytes) -> str:
    return " ".join(extract_text(io.BytesIO(raw), laparams=BY_COLUMN).split())


def page_text(raw: bytes, number: int) -> str:
    return " ".join(extract_text(io.BytesIO(raw), page_numbers=[number - 1], laparams=BY_COLUMN).split())


@dataclass(frozen=True)
class Element:
    """One element of the structure: what it is, its words for who cannot see it, how many heads a cell names."""

    kind: str
    alternative: str
    heads: int


@cache
def elements(raw: bytes) -> list[Element]:
    """The structure, flat, in the order of reading."""

    def walk(node: Any) -> Iterator[Element]:
        if isinstance(node, pikepdf.Array):
            for child in node:
                yield from walk(child)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            given = node.get("/A", pikepdf.Array())
            attributes = given if isinstance(given, pikepdf.Array) else [given]
            heads = sum(len(attribute.get("/Headers", [])) for attribute in attributes)
            yield Element(str(node.S)[1:], str(node.get("/Alt", "")), heads)
            yield from walk(node.get("/K", pikepdf.Array()))

    with opened(raw) as pdf:
        return list(walk(pdf.Root.StructTreeRoot.K))


def assert_valid(raw: bytes) -> None:
    found = page.validate_pdf_bytes(raw, profile="ua1")
    assert [failure.message for failure in found.failures] == []
    assert found.is_compliant


PRINTED = [(variant, "letter", (612, 792)) for variant in VARIANTS]
PRINTED += [(variant, "a4", (595, 842)) for variant in ("typical", "net", "late", "no count")]


@pytest.mark.parametrize(("variant", "paper", "size"), PRINTED, ids=lambda value: str(value)[:12])
def test_every_report_is_valid_for_readers_who_cannot_see_it(variant: str, paper: str, size: tuple[int, int]):
    raw = pdf_of(variant, paper)

    assert_valid(raw)
    with opened(raw) as pdf:
        assert {tuple(round(float(edge)) for edge in sheet.mediabox) for sheet in pdf.pages} == {(0, 0, *size)}
        assert len(pdf.pages) == (4 if variant == "no count" else 7)


def test_it_has_a_title_a_language_and_tags():
    with opened(pdf_of()) as pdf:
        assert str(pdf.docinfo["/Title"]) == "The conversation gap of Ann Avery, 31 October 2026"
        assert str(pdf.docinfo["/Author"]) == "The Conversation Gap"
        assert str(pdf.Root.Lang) == "en"
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert bool(pdf.Root.MarkInfo.Marked)


def test_bookmarks_lead_to_every_part():
    with opened(pdf_of()) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == [
            "Your number",
            "The gap",
            "How the time may run",
            "What moves it most",
            "What gets in the way",
            "Four weeks",
            "Method and sources",
        ]
        assert [item.title for item in outline.root[1].children] == [
            "Two numbers, one goal",
            "How to know more",
            "Is the list long enough?",
        ]


def test_headings_go_down_step_by_step():
    levels = [int(found.kind[1]) for found in elements(pdf_of()) if re.fullmatch(r"H\d", found.kind)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_chart_can_be_read_aloud():
    alternatives = [found.alternative for found in elements(pdf_of()) if found.kind == "Figure"]

    assert [words[:34] for words in alternatives] == [
        "A line with a gap in it",
        "2 of 20 dots are filled: the chanc",
        "Live conversations a week: you hol",
        "Joiners added up over 52 weeks at ",
        "What each change adds in joiners b",
        "Six scores from 0 to 100. Volume 3",
        "A code that opens the booking page",
    ]


def test_tables_have_captions_and_every_cell_names_its_heads():
    kinds = [found.kind for found in elements(pdf_of())]
    cells = [found.heads for found in elements(pdf_of()) if found.kind == "TD"]

    assert kinds.count("Table") == kinds.count("Caption") == 8
    assert kinds.count("TH") > 50
    # Four tables have an empty corner, which stands under no head.
    assert cells.count(0) == 4
    assert len(cells) > 150


def test_fonts_are_inside_and_only_what_is_used_of_them():
    with opened(pdf_of()) as pdf:
        fonts = {str(font.BaseFont): font for sheet in pdf.pages for font in sheet.resources["/Font"].values()}
        for name, font in fonts.items():
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
            assert re.match(r"/[A-Z]{6}\+", name)
        families = {re.sub(r"[^A-Za-z]", " ", name.split("+")[1]).strip() for name in fonts}
    # Only the site's own faces: the report looks the same on every machine.
    assert families == {
        "Report Sans",
        "Report Sans Semi Bold",
        "Report Serif",
        "Report Serif Italic",
        "Report Serif Semi Bold",
    }
    assert len(pdf_of()) < 150_000


def test_pages_are_numbered_but_the_cover():
    raw = pdf_of()

    assert [f"{number} of 7" in page_text(raw, number) for number in range(1, 8)] == [False] + 6 * [True]
    assert "The conversation gap · Ann Avery" in page_text(raw, 3)


def test_page_numbers_are_not_read_in_the_middle_of_a_sentence():
    with opened(pdf_of()) as pdf:
        for sheet in list(pdf.pages)[1:]:
            operators = [str(found.operator) for found in pikepdf.parse_content_stream(sheet)]
            depth = 0
            for operator in operators:
                depth += (operator in ("BDC", "BMC")) - (operator == "EMC")
                assert operator not in ("Tj", "TJ") or depth > 0


@pytest.mark.parametrize("variant", [name for name in VARIANTS if name != "no count"])
def test_the_plans_calendar_is_inside(variant: str):
    with opened(pdf_of(variant)) as pdf:
        assert list(pdf.attachments) == ["call-blocks.ics"]
        calendar = icalendar.Calendar.from_ical(pdf.attachments["call-blocks.ics"].get_file().read_bytes())

    events = list(calendar.walk("VEVENT"))
    assert sum("call block" in str(event["SUMMARY"]) for event in events) >= 4
    assert str(events[-1]["SUMMARY"]) == "Weekly count: conversations, meetings, next dates"
    assert events[0]["DTSTART"].dt.date() > ON


def test_without_a_plan_there_is_no_calendar():
    with opened(pdf_of("no count")) as pdf:
        assert list(pdf.attachments) == []


def test_the_booking_is_a_click_and_a_scan_away():
    with opened(pdf_of()) as pdf:
        links = [
            str(note.A.URI)
            for sheet in pdf.pages
            for note in sheet.get("/Annots", [])
            if "/A" in note and "/URI" in note.A
        ]
    code = segno.make(BOOKING, error="l", micro=False)
    dark = {(x, y) for y, row in enumerate(code.matrix) for x, is_dark in enumerate(row) if is_dark}
    drawn = re.search(r'<svg class="qr".*?<path d="([^"]+)"', report_html(a_report(), assess(TYPICAL, ON)), re.DOTALL)

    assert links == [BOOKING]
    assert drawn is not None
    assert {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", drawn[1])} == dark


WHOLE = {
    1: (
        "Ann Avery 31 October 2026 Your conversation gap",
        "more live conversations a week",
        "At your own rates, a goal of 10 agents in 12 months needs about 11 (8 in 10: between 6 and 26).",
        "Well short of pace",
        "the chance of reaching the goal is about 1 in 10",
        "What this is not: a forecast",
        "You told us We assumed",
        "2 of 10, an estimate",
        "46 of 52",
    ),
    2: (
        "Hours a week",
        "Planning pace",
        "Chance of 8 in 10",
        "a week from where you stand until the date:",
        "a week for the same goal once the pipeline is full: 4 hours",
        "The planning pace is where the expected number of joiners meets your goal. The chance also counts luck",
        "Log your next 40 conversations and this range will narrow to",
        "this goal it should hold 300 to 590 names",
        "bring only 0.7 times as much as those you hold now, the planning pace is 14 a week, not 11.",
    ),
    3: (
        "you would be about 5 joiners short of the goal on average",
        "At planning pace",
        "Middle half",
        "about 38 in 100 pay off only after it",
    ),
    4: (
        "Two more conversations a week",
        "at most 40 in 100 more joiners",
        "Room left",
        "Beats more calls from",
        "The steps are our assumptions",
        "nobody is promised a gain from what they already do",
        "Below about 4 a week more of them always win",
    ),
    5: (
        "Your answer: A note without a date",
        "How well this is founded: partly measured elsewhere, partly practitioners' experience.",
        "How well this is founded: well supported in general, untested in recruiting agents.",
        "point values that are judgements of ours",
    ),
    6: (
        "A climb you can hold: from 4 to 8 conversations a week.",
        "Write the list: 40 names, each with one reason to call and a next date.",
        "Make the call-backs promised in week 2.",
        "Log these five columns",
        "Date Name Live? Meeting? Next date",
        "Book a consult",
    ),
    7: (
        "A live conversation is a two-way talk",
        "A meeting is an arranged talk about working together that took place.",
        "A joiner is an experienced agent who signed with your office.",
        "Your own inputs. Live conversations in four weeks: 16, an estimate;",
        "What is assumed until you tell us better",
        "Limits.",
        "Most were read in part, some in a copy at another address.",
        "S0, S1, S1b, S5, S27, S36, S39, S49 come from one house",
        "31 October 2026 · Model 2026-11",
    ),
}  # fmt: skip


@pytest.mark.parametrize("number", WHOLE)
def test_each_page_holds_what_it_is_for(number: int):
    told = page_text(pdf_of(), number)

    assert [words for words in WHOLE[number] if words not in told] == []


def test_assumptions_and_sources_are_all_printed_with_their_grades():
    told = page_text(pdf_of(), 7)

    for prior in PRIORS:
        assert prior.name in told
        assert prior.said in told
    for grade, sources in basis_by_grade().items():
        assert f"{grade}, {GRADES[grade]}" in told
        for source in sources:
            assert f"{source.key} " in told


VARIED = {
    "no gap": ("No gap in volume", "On pace", "Hold what you have", "Nothing you told us stands clearly in the way."),
    "not by volume": ("Not by volume alone", "Three things can give way", "in more than five years"),
    "no count": ("Not known yet", "Can't call it yet", "We cannot name your gap yet", "Your log"),
    "net": ("To grow by 5 net, about 14 joiners must still come", "Losing fewer of your own", "leavers made good"),
    "late": ("With 13 weeks left", "about 85 in 100", "(2 agreed already)", "The goal, or its date, is the lever."),
    "team": ("everyone", "The file holds 10 blocks a week"),
    "little known": ("At the rates we assume", "this matters most: joined in the last", "half, assumed"),
}


@pytest.mark.parametrize("variant", VARIED)
def test_each_kind_of_result_says_its_own(variant: str):
    told = text_of(pdf_of(variant)).replace("all who recruit with you", "everyone")

    assert [words for words in VARIED[variant] if words not in told] == []


def test_the_same_order_gives_the_same_bytes_in_any_process():
    assert make_report(a_report()) == pdf_of()
    assert render_report(a_report()) == pdf_of()


def test_another_order_gives_another_identity():
    with opened(pdf_of()) as one, opened(make_report(a_report(uid="another"))) as other:
        assert bytes(one.trailer.ID[0]) != bytes(other.trailer.ID[0])


NAMES = [
    ("<b>Ann</b> & {{ 7 * 7 }}", "<b>Ann</b> & {{ 7 * 7 }}"),
    ("<script src='file:///etc/passwd'></script>", "<script src='file:///etc/passwd'></script>"),
    ("\u202eyrevA nnA", "yrevA nnA"),
    ("Ann\u0000\u0007\u200b\u2028Avery", "AnnAvery"),
    ("W" * 120, "W" * 60),
    ("Ann " * 60, "Ann Ann Ann"),
    ("Zoë Ångström-Łukasz O’Neil", "Zoë Ångström-Łukasz O’Neil"),
]


@pytest.mark.parametrize(("name", "shown"), NAMES, ids=lambda value: ascii(value)[:24])
def test_whatever_is_given_as_a_name_is_text(name: str, shown: str):
    raw = make_report(a_report(name=name))

    assert_valid(raw)
    assert shown.replace(" ", "") in page_text(raw, 1).replace(" ", "")
    assert "7 more live" in page_text(raw, 1).replace("7more", "7 more")
    with opened(raw) as pdf:
        assert len(pdf.pages) == 7
        assert not set("\u202e\u0000\u0007") & set(str(pdf.docinfo["/Title"]))


@pytest.mark.parametrize("name", ["Ann \N{GRINNING FACE} Avery", "\u738b\u5c0f\u660e Ann", "\u738b\u5c0f\u660e"])
def test_letters_that_no_face_has_are_left_out_and_kept_in_the_title(name: str):
    raw = make_report(a_report(name=name))

    assert_valid(raw)
    with opened(raw) as pdf:
        assert name in str(pdf.docinfo["/Title"])
    assert ("Ann" in page_text(raw, 1)) is ("Ann" in name)


def test_something_else_in_the_way_is_text_too():
    answers = replace(TYPICAL, picks=(), something_else="<img src=x onerror=alert(1)> the lift")

    html = report_html(a_report(answers), assess(answers, ON))

    assert "<img" not in html


def test_a_deadline_long_past_can_still_be_printed():
    answers = replace(TYPICAL, deadline=ON - timedelta(days=3))

    assert_valid(make_report(a_report(answers)))


@pytest.mark.parametrize("paper", ["", "a5", "A4", "letter; margin: 0"])
def test_another_paper_is_refused(paper: str):
    with pytest.raises(ValueError, match="the paper is a4 or letter"):
        make_report(a_report(paper=paper))


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/x.css",
        "file:///etc/passwd",
        "data:text/css,body{}",
        f"{ROOT.as_uri()}/static/../instance/settings.toml",
        "ftp://example.com/x",
    ],
)
def test_nothing_is_fetched_that_is_not_a_file_of_its_own(address: str):
    with pytest.raises(ValueError, match="not a file of its own"):
        OurFilesOnly().fetch(address)


def test_the_day_of_the_report_is_its_only_date():
    with opened(pdf_of()) as pdf:
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20261031")
    later = make_report(a_report(on=date(2026, 12, 1)))
    assert "1 December 2026" in page_text(later, 1)
