"""The order of a table as an address says it."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kit.sorting import Sort

COLUMNS = {"name": 0, "written": 1}
KEYS = {"name": lambda row: row[0], "written": lambda row: row[1]}
NEWEST = Sort("written", down=True)


@pytest.mark.parametrize(
    ("text", "column", "down", "query"),
    [
        ("", "written", True, ""),
        ("-written", "written", True, ""),
        ("written", "written", False, "sort=written&"),
        ("name", "name", False, "sort=name&"),
        ("-name", "name", True, "sort=-name&"),
        ("--name", "written", True, ""),
        ("nonsense", "written", True, ""),
        ("-", "written", True, ""),
    ],
)
def test_an_address_says_the_order(text: str, column: str, down: bool, query: str):
    sort = Sort.read(text, COLUMNS, NEWEST)

    assert (sort.column, sort.down, sort.query) == (column, down, query)


def test_of_two_tables_each_has_its_own_name():
    sort = Sort.read("name", COLUMNS, NEWEST, "past_sort")

    assert (sort.query, sort.by("name"), sort.by("written", down_first=True)) == (
        "past_sort=name&",
        "past_sort=-name",
        "",
    )


@pytest.mark.parametrize(
    ("text", "column", "down_first", "part"),
    [
        ("", "name", False, "sort=name"),
        ("name", "name", False, "sort=-name"),
        ("-name", "name", False, "sort=name"),
        ("name", "written", True, ""),
        ("", "written", True, "sort=written"),
        ("written", "written", True, ""),
    ],
)
def test_a_press_sorts_or_turns_round(text: str, column: str, down_first: bool, part: str):
    assert Sort.read(text, COLUMNS, NEWEST).by(column, down_first=down_first) == part


ROWS = some.lists(some.tuples(some.text(max_size=3), some.integers(0, 5)))


@given(ROWS, some.sampled_from(list(KEYS)), some.booleans())
def test_rows_run_one_way_and_what_is_alike_stays_as_it_was(rows: list[tuple[str, int]], column: str, down: bool):
    found = Sort(column, down).sorted(rows, KEYS)

    keys = [KEYS[column](row) for row in found]
    assert keys == sorted(keys, reverse=down)
    for key in set(keys):
        assert [row for row in found if KEYS[column](row) == key] == [row for row in rows if KEYS[column](row) == key]
