"""The words by which somebody is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from leads.words import LONGEST, MOST_TERMS, plain, terms_of, words_of


@pytest.mark.parametrize(
    ("texts", "phone", "words"),
    [
        (["Zoë O'Neil"], "", {"zoe", "o", "neil"}),
        (["ann.bee+work@Example.com"], "", {"ann", "bee", "work", "example", "com"}),
        (["", "  "], "", set()),
        (["Straße 5"], "+1 (555) 010-0199", {"strasse", "5", "15550100199"}),
        (["x" * 99], "", {"x" * LONGEST}),
        (["李明 snake_case"], "", {"李明", "snake", "case"}),
    ],
)
def test_what_is_known_is_taken_apart(texts: list[str], phone: str, words: set[str]):
    assert words_of(texts, phone) == words


@pytest.mark.parametrize(
    ("search", "terms"),
    [
        ("", ()),
        ("%", ()),
        ("ZOE neil", ("zoe", "neil")),
        ("ann ann", ("ann",)),
        ("+1 555 010", ("1555010",)),
        ("(555) 010-0199", ("5550100199",)),
        ("b@EXAMPLE", ("b", "example")),
        (" ".join("abcdefghijk"), tuple("abcdefghijk"[:MOST_TERMS])),
    ],
)
def test_what_is_looked_for_is_taken_apart_the_same_way(search: str, terms: tuple[str, ...]):
    assert terms_of(search) == terms


@given(some.text(max_size=60))
def test_whoever_is_looked_for_by_their_whole_name_is_found(name: str):
    words = words_of([name])

    assert all(any(word.startswith(term) for word in words) for term in terms_of(name) if not term.isdecimal())


@given(some.text(max_size=60))
def test_a_text_has_one_plain_form(text: str):
    assert plain(plain(text)) == plain(text)
