"""A long list, some rows at a time, from the database and from memory."""

import pytest
from flask import Flask
from sqlalchemy import select

from kit.db import transaction
from kit.pages import Page, cut, page_of
from staff import audit
from staff.audit_models import Act, AuditEntry
from tests.site.test_queries import counted_queries


def with_rows(count: int) -> None:
    with transaction():
        for number in range(count):
            audit.note(Act.SIGNED_IN, by=None, details=str(number))


@pytest.mark.parametrize(
    ("count", "asked", "shown", "number", "pages", "before"),
    [
        (0, 1, [], 1, 1, 0),
        (3, 1, ["0", "1", "2"], 1, 1, 0),
        (4, 1, ["0", "1", "2"], 1, 2, 0),
        (4, 2, ["3"], 2, 2, 3),
        (4, 99, ["3"], 2, 2, 3),
        (6, 2, ["3", "4", "5"], 2, 2, 3),
        (4, 0, ["0", "1", "2"], 1, 2, 0),
        (0, 7, [], 1, 1, 0),
    ],
)
def test_pages(app: Flask, count: int, asked: int, shown: list[str], number: int, pages: int, before: int):
    with_rows(count)

    found = page_of(select(AuditEntry).order_by(AuditEntry.id), number=asked, size=3)
    known = cut([str(number) for number in range(count)], number=asked, size=3)

    assert [row.details for row in found.rows] == list(known.rows) == shown
    for page in (found, known):
        assert (page.number, page.pages, page.total, page.before) == (number, pages, count, before)


def test_a_short_list_is_asked_for_once(app: Flask):
    with_rows(3)

    with counted_queries() as sent:
        page_of(select(AuditEntry).order_by(AuditEntry.id), size=3)

    assert len([statement for statement in sent if statement.startswith("SELECT")]) == 1
    assert Page.empty() == Page((), 1, 1, 0)
