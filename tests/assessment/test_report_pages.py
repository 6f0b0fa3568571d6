"""The report as it lies on the paper: nothing cut, nothing over something else, no page that is nearly empty."""

from collections.abc import Callable, Iterator
from itertools import islice

import pytest

from assessment.render import ReportInput
from tests.assessment.builders import PRINTED, a_printed_report
from tests.assessment.pdf import Sheet, Word, sheets_of

MM = 72 / 25.4
MARGINS = {"left": 20.9 * MM, "right": 20.9 * MM, "top": 15 * MM, "bottom": 7.5 * MM}
FOOT = 19 * MM


@pytest.fixture(params=PRINTED, ids=" on ".join)
def sheets(request: pytest.FixtureRequest, printed: Callable[[ReportInput], bytes]) -> tuple[Sheet, ...]:
    return sheets_of(printed(a_printed_report(*request.param)))


def test_every_word_keeps_to_the_margins(sheets: tuple[Sheet, ...]):
    for sheet in sheets:
        right, bottom = sheet.width - MARGINS["right"], sheet.height - MARGINS["bottom"]
        outside = [
            word
            for word in sheet.words
            if word.left < MARGINS["left"]
            or word.top < MARGINS["top"]
            or word.right > right + 0.5
            or word.bottom > bottom
        ]
        assert outside == []


def test_no_word_lies_over_another(sheets: tuple[Sheet, ...]):
    for sheet in sheets:
        assert [(one.text, other.text) for one, other in neighbours(sheet.words) if overlap(one, other)] == []


def neighbours(words: tuple[Word, ...]) -> Iterator[tuple[Word, Word]]:
    """Words that share some height, each two once."""
    downwards = sorted(words, key=lambda word: word.top)
    for place, one in enumerate(downwards, 1):
        for other in islice(downwards, place, None):
            if other.top > one.bottom:
                break
            yield one, other


def overlap(one: Word, other: Word) -> bool:
    """Whether two words share more than the air around their letters."""
    (top, bottom), (other_top, other_bottom) = letters(one), letters(other)
    across = min(one.right, other.right) - max(one.left, other.left)
    return across > 0.5 and min(bottom, other_bottom) - max(top, other_top) > 0.5


def letters(word: Word) -> tuple[float, float]:
    """From where to where a word's letters reach; the room it takes has air above and below them."""
    high = word.bottom - word.top
    return word.top + 0.25 * high, word.bottom - 0.2 * high


def test_no_page_is_nearly_empty_and_none_runs_into_its_foot(sheets: tuple[Sheet, ...]):
    for sheet in sheets[1:]:
        inside = [word for word in sheet.words if word.bottom < sheet.height - FOOT + 1]
        between = [word for word in sheet.words if sheet.height - FOOT + 1 <= word.bottom < sheet.height - 13 * MM]

        assert max(word.bottom for word in inside) > 0.69 * sheet.height
        assert between == []
