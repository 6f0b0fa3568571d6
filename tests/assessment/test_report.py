"""What the report says: whole on every page, its own for each kind of result, and in nobody's power."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
import segno

from assessment.render import ReportInput
from assessment.report import ROOT, OurFilesOnly, make_report, report_html
from assessment.result import assess
from assessment.sources import GRADES, PRIORS, basis_by_grade
from tests.assessment.builders import ON, ON_BOTH_PAPERS, TYPICAL, VARIANTS, a_printed_report, a_report
from tests.assessment.pdf import assert_valid, elements, lines_of, opened, pages_of, text_of

BOOKING = a_report().booking_url
SHORT = VARIANTS["no count"]  # its report has the fewest pages
Printed = Callable[[ReportInput], bytes]
Snapshot = Callable[[str, str], None]


def test_every_chart_can_be_read_aloud(printed: Printed):
    alternatives = [found.alternative for found in elements(printed(a_printed_report())) if found.kind == "Figure"]

    assert [words[:34] for words in alternatives] == [
        "A line with a gap in it",
        "A line for 4 conversations held a ",
        "2 of 20 dots are filled: the chanc",
        "Live conversations a week: you hol",
        "Joiners added up over 52 weeks at ",
        "What each change adds in joiners b",
        "Six scores from 0 to 100. Volume 3",
        "A code that opens the booking page",
    ]


@pytest.mark.parametrize("paper", ["letter", "a4"])
@pytest.mark.parametrize("variant", ON_BOTH_PAPERS)
def test_the_report_word_by_word(printed: Printed, snapshot: Snapshot, variant: str, paper: str):
    snapshot(f"reports/{variant.replace(' ', '-')}-{paper}.txt", lines_of(printed(a_printed_report(variant, paper))))


def test_the_booking_is_a_click_and_a_scan_away(printed: Printed):
    with opened(printed(a_printed_report())) as pdf:
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
        "The chance at the present pace Reaching the goal about 1 in 10",
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
def test_each_page_holds_what_it_is_for(printed: Printed, number: int):
    told = pages_of(printed(a_printed_report()))[number - 1]

    assert [words for words in WHOLE[number] if words not in told] == []


def test_assumptions_and_sources_are_all_printed_with_their_grades(printed: Printed):
    told = pages_of(printed(a_printed_report()))[6]

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
    "no count": (
        "Not known yet",
        "What it may come to",
        "Can't call it yet",
        "We cannot name your gap yet",
        "Your log",
    ),
    "net": ("To grow by 5 net, about 14 joiners must still come", "Losing fewer of your own", "leavers made good"),
    "late": ("With 13 weeks left", "about 85 in 100", "(2 agreed already)", "The goal, or its date, is the lever."),
    "team": ("everyone", "The file holds 10 blocks a week"),
    "too little data": ("At the rates we assume", "this matters most: joined in the last", "half, assumed"),
}


@pytest.mark.parametrize("variant", VARIED)
def test_each_kind_of_result_says_its_own(printed: Printed, variant: str):
    told = text_of(printed(a_printed_report(variant))).replace("all who recruit with you", "everyone")

    assert [words for words in VARIED[variant] if words not in told] == []


def test_another_order_gives_another_identity_and_its_own_date(printed: Printed):
    another = a_report(SHORT, uid="another", on=date(2026, 12, 1))

    with opened(printed(a_report(SHORT))) as first, opened(printed(another)) as second:
        assert bytes(first.trailer.ID[0]) != bytes(second.trailer.ID[0])
        assert str(second.docinfo["/CreationDate"]).startswith("D:20261201")
    assert "1 December 2026" in pages_of(printed(another))[0]
    assert "October" not in text_of(printed(another))


NASTY = "<script src='file:///etc/passwd'></script> {{ 7*7 }} \u202ennA\u0000\u0007 https://evil.example"


@pytest.mark.parametrize(("name", "shown"), [(NASTY, NASTY), ("W" * 120, "W" * 40)], ids=["nasty", "long"])
def test_whatever_is_given_as_a_name_is_text(printed: Printed, name: str, shown: str):
    raw = printed(a_report(SHORT, name=name))

    assert_valid(raw)
    assert re.sub(r"[\s\u202e\0\7]", "", shown) in pages_of(raw)[0].replace(" ", "")
    with opened(raw) as pdf:
        assert len(pdf.pages) == 5
        assert not set("\u202e\u0000\u0007") & set(str(pdf.docinfo["/Title"]))
        links = {str(note.A.URI) for sheet in pdf.pages for note in sheet.get("/Annots", []) if "/URI" in note.A}
        assert links == {BOOKING}


def test_letters_that_no_face_has_are_left_out_and_kept_in_the_title(printed: Printed):
    name = "\N{LINEAR A SIGN AB001}\N{VAI SYLLABLE EE} Zoë Ångström-Łukasz O’Neil"

    raw = printed(a_report(SHORT, name=name))

    assert_valid(raw)
    with opened(raw) as pdf:
        assert name in str(pdf.docinfo["/Title"])
    assert pages_of(raw)[0].startswith("Zoë Ångström-Łukasz O’Neil 31 October")


def test_a_name_of_which_nothing_can_be_drawn_leaves_no_empty_line():
    html = report_html(a_report(name="\u738b\u5c0f"), assess(TYPICAL, ON), without="\u738b\u5c0f")

    assert '<p class="for">31 October 2026</p>' in html
    assert html.count('<p class="for">') == 1
    assert 'data-running="The conversation gap · 31 October 2026"' in html


def test_whatever_is_typed_is_text_too():
    answers = replace(TYPICAL, picks=(), something_else="<img src=x onerror=alert(1)> https://evil.example")

    html = report_html(a_report(answers, name="<b>Ann</b>"), assess(answers, ON))

    assert "<img" not in html
    assert "&lt;b&gt;Ann&lt;/b&gt;" in html
    assert "49" not in report_html(a_report(name="{{ 7 * 7 }}"), assess(TYPICAL, ON)).split("</h1>")[0]
    assert re.findall(r'(?:href|src)="([^"]*)"', html) == [BOOKING]


def test_a_deadline_long_past_can_still_be_printed():
    answers = replace(TYPICAL, deadline=ON - timedelta(days=3))

    assert "By the date" not in report_html(a_report(answers), assess(answers, ON))


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
        f"{ROOT.as_uri()}/static/css/%2e%2e/%2e%2e/instance/settings.toml",
        f"{ROOT.as_uri()}/static/css/tokens.css?x",
        f"{ROOT.as_uri()}/static/css/base.css",
        "ftp://example.com/x",
    ],
)
def test_nothing_is_fetched_that_is_not_a_file_of_its_own(address: str):
    with pytest.raises(ValueError, match="not a file of its own"):
        OurFilesOnly().fetch(address)
