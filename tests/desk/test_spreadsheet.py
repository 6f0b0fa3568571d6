"""Leads as a table for a spreadsheet."""

import csv
import io
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as some

import leads.services
from desk.spreadsheet import AT_ONCE, HEADINGS, lines
from kit import clock
from kit.db import transaction
from kit.spreadsheets import DANGEROUS, guarded
from leads import lists
from leads.models import Stage
from staff import audit
from staff.audit_models import Act
from tests.desk.scenes import a_lead


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))))


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Ann", "Ann"),
        ("", ""),
        ("=1+1", "'=1+1"),
        ('=HYPERLINK("https://x.example","click")', '\'=HYPERLINK("https://x.example","click")'),
        ("+1 555 010 0101", "'+1 555 010 0101"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        (" =1", "' =1"),
        ("a=1", "a=1"),
        ("'=1", "'=1"),
    ],
)
def test_what_looks_like_a_formula_is_text(typed: str, written: str):
    assert guarded(typed) == written


@given(some.text(max_size=40))
def test_no_value_begins_as_a_formula_does(typed: str):
    assert not guarded(typed).lstrip(" ").startswith(DANGEROUS)
    assert guarded(typed).endswith(typed)


def test_a_table_holds_what_the_list_shows(desk: FlaskClient):
    ann = a_lead("=cmd()", address="ann@example.com", company='Harbor, "Realty"')
    leads.services.move_stage(ann, Stage.CLIENT, author="Robin", at=clock.now())
    a_lead("Bob Berg")

    response = desk.get("/desk/leads/export.csv?stage=client")

    (row,) = table(response.get_data(as_text=True))
    assert response.mimetype == "text/csv"
    assert response.headers["Content-Disposition"] == 'attachment; filename="leads.csv"'
    assert tuple(row) == HEADINGS
    assert (row["Name"], row["Company"], row["Stage"]) == ("'=cmd()", 'Harbor, "Realty"', "client")
    assert [entry.details for entry in audit.page(act=Act.LEADS_EXPORTED).rows] == ["stage=client"]


def test_an_empty_table_has_its_headings(desk: FlaskClient):
    text = desk.get("/desk/leads/export.csv").get_data(as_text=True)

    assert table(text) == []
    assert text.endswith(",".join(HEADINGS) + "\r\n")


def test_a_long_table_comes_in_pieces_and_holds_everybody_once(app: Flask):
    with transaction():
        for number in range(2 * AT_ONCE + 3):
            a_lead(f"Lead {number}", address=f"lead{number}@example.com", at=clock.now() + timedelta(seconds=number))

    pieces = list(lines(lists.each(lists.Wanted())))

    assert len(pieces) == 3
    rows = table("".join(pieces))
    assert len({row["Address"] for row in rows}) == len(rows) == 2 * AT_ONCE + 3
