"""Stories are found by their words; what is typed can do nothing else."""

import re
import sqlite3

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from blog.search import Found, Index, expression
from tests.blog.builders import a_shelf, a_story, on
from tests.page import Page

pytestmark = pytest.mark.once

SHELF = a_shelf(
    a_story("orchard", "She called about the trees. The café <b>was</b> loud.", title="Behind the orchard"),
    a_story("pencil", "He wrote the orchard down, and called it a day.", title="A pencil"),
    a_story("drawer", "Two weeks is a date. The drawer was full.", title="The drawer", tags="[listening]"),
    a_story("hidden", "The orchard again.", draft="true"),
    a_story("later", "The orchard, later.", date="2026-12-01T08:00:00-05:00"),
)
INDEX = Index(SHELF.edition(on(10, 5)))


def found(typed: str) -> list[str]:
    return [hit.story.slug for hit in INDEX.find(typed, most=10).hits]


@pytest.mark.parametrize(
    ("typed", "slugs"),
    [
        ("orchard", ["orchard", "pencil"]),  # the title first
        ("ORCHARD", ["orchard", "pencil"]),
        ("orchards", ["orchard", "pencil"]),
        ("orch", ["orchard", "pencil"]),  # the last word may be a beginning
        ("orch called", []),
        ("orch* called", ["orchard", "pencil"]),
        ("calling", ["orchard", "pencil"]),
        ("orchard pencil", ["pencil"]),
        ('"weeks is a"', ["drawer"]),
        ('"is weeks"', []),
        ("cafe", ["orchard"]),
        ("CAFÉ", ["orchard"]),
        ("listening", ["drawer"]),  # its subject
        ("a b c d e f g h i j k l m n o p", []),
        ("the", ["orchard", "drawer", "pencil"]),
        ("", []),
        ("…", []),
    ],
)
def test_words_find_stories(typed: str, slugs: list[str]):
    assert sorted(found(typed)) == sorted(slugs)
    if typed.lower().startswith("orchard") and len(slugs) > 1:
        assert found(typed)[0] == "orchard"


def test_what_was_found_is_marked_and_all_else_is_text():
    (hit,) = INDEX.find("loud", most=10).hits

    assert "<mark>loud</mark>" in hit.passage
    assert "&lt;b&gt;was&lt;/b&gt;" in hit.passage
    assert INDEX.find("orchard", most=10).hits[0].title == "Behind the <mark>orchard</mark>"


def test_hits_come_in_leaves():
    both = INDEX.find("called", most=10)
    first, second = INDEX.find("called", most=1), INDEX.find("called", most=1, skip=1)

    assert first.total == second.total == 2
    assert (*first.hits, *second.hits) == both.hits


def test_of_very_many_the_newest_are_weighed():
    stories = [a_story(f"s{n}", "A telephone.", date=f"2026-09-01T08:00:{n % 60:02}-04:00") for n in range(202)]
    index = Index(a_shelf(*stories).edition(on(10, 5)))

    found = index.find("telephone", most=10, skip=195)

    assert (found.total, found.more, len(found.hits)) == (200, True, 5)


HOSTILE = [
    *("*", '"', "'", "(", ")", "-", "^", ":", "NEAR(", "AND", "OR", "NOT", "a OR", "a AND NOT b", "{title}: x"),
    *("title:orchard", "orchard*", '"orchard', 'orchard"', "'; DROP TABLE story; --", "\x00", "\ud800", "%", "_"),
    *('" OR 1=1', "x" * 5000, "NEAR(a b, 5)", "^orchard", "+orchard", "a" + "\u0301" * 300, "story", "rank", "🌳"),
]


@pytest.mark.parametrize("typed", HOSTILE, ids=lambda typed: repr(typed[:20]))
def test_nothing_that_is_typed_is_a_command(typed: str):
    assert isinstance(INDEX.find(typed, most=10), Found)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_understood(typed: str):
    try:
        INDEX.find(typed, most=10)
    except sqlite3.Error as fault:
        raise AssertionError(f"{typed!r} became {expression(typed)!r}: {fault}") from fault


def test_the_page_shows_hits_and_keeps_what_was_typed(client: FlaskClient):
    page = Page(client.get("/stories/search", query_string={"q": "drawer & <b>"}), client)
    assert page.all("#q")[0].get("value") == "drawer & <b>"
    assert "No story holds that" in page.text

    page = Page(client.get("/stories/search", query_string={"q": "drawer"}), client)

    assert page.texts(".hits h2")[0] == "Two weeks is a date"
    assert set(page.texts("mark")) == {"drawer"}
    assert page.all('meta[name="robots"]')[0].get("content") == "noindex"
    assert re.search("[12] stor(y holds|ies hold) what you typed", page.text)


@pytest.mark.parametrize("typed", ["", *HOSTILE], ids=lambda typed: repr(typed[:20]))
def test_the_page_answers_whatever_is_typed(client: FlaskClient, typed: str):
    response = client.get("/stories/search", query_string={"q": typed.encode("utf-8", "surrogatepass")})

    assert response.status_code == (404 if "\x00" in typed else 200)
