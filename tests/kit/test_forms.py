"""What the fields of our forms take, keep and refuse, and in which words."""

import re
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from kit.forms import Choice, CookielessForm, Email, ManyLines, Needed, OneLine, Whole

pytestmark = pytest.mark.once

LOCAL = "Enter an address that has no letters such as é before the @"
SHAPE = "Enter an e-mail address with one @ and a domain, like name@example.com"


class Everything(CookielessForm):
    """One field of each kind."""

    line = OneLine("Why?", most=10)
    lines = ManyLines("Note", most=10)
    email = Email("E-mail address")
    number = Whole("Number", least=-5, most=4000)
    choice = Choice("Choice", choices={"a": "First", "b": "Second"}, missing="Choose one of the two")
    free = Choice("Free choice", choices={"a": "First", "b": "Second"})
    needed = OneLine("Needed", [Needed("Enter it")])


def filled(**typed: Any) -> Everything:
    """The form with what was typed; everything else in order."""
    form = Everything(formdata=MultiDict({"choice": "a", "needed": "x", **typed}))
    form.validate()
    return form


ACCEPTED = [
    ("line", "  two   words ", "two words"),
    ("line", "", ""),
    ("line", "1234567890", "1234567890"),
    ("lines", " one\r\ntwo ", "one\ntwo"),
    ("lines", "a\x00b\x1bc\x7f", "abc"),
    ("email", "ann@example.org", "ann@example.org"),
    ("email", " Ann.B+tag@Example.ORG ", "Ann.B+tag@Example.ORG"),
    ("email", "ann@bücher.example", "ann@xn--bcher-kva.example"),
    ("email", "o'hara@example.org", "o'hara@example.org"),
    ("email", "", ""),
    ("number", "12", 12),
    ("number", " 1,200 ", 1200),
    ("number", "7.0", 7),
    ("number", "+3", 3),
    ("number", "-5", -5),
    ("number", "", None),
    ("number", "0", 0),
    ("choice", "b", "b"),
    ("free", "", None),
]
REFUSED = [
    ("line", "12345678901", "Why must be 10 characters or fewer"),
    ("line", "a\r\nb", "Why must be on one line, without control characters"),
    ("line", "a\u2028b", "Why must be on one line, without control characters"),
    ("line", "a\x00b", "Why must be on one line, without control characters"),
    ("lines", "x" * 11, "Note must be 10 characters or fewer"),
    ("email", "ann", SHAPE),
    ("email", "ann@", SHAPE),
    ("email", "@example.org", SHAPE),
    ("email", "ann@example", SHAPE),
    ("email", "ann@@example.org", SHAPE),
    ("email", "ann@exa mple.org", SHAPE),
    ("email", "ann@example..org", SHAPE),
    (
        "email",
        "ann@example.org\r\nBcc: x@example.org",
        "E-mail address must be on one line, without control characters",
    ),
    ("email", "andré@example.org", LOCAL),
    ("email", "a" * 250 + "@example.org", "E-mail address must be 254 characters or fewer"),
    ("number", "12.5", "Type a whole number from -5 to 4,000, in digits"),
    ("number", "twelve", "Type a whole number from -5 to 4,000, in digits"),
    ("number", "1e3", "Type a whole number from -5 to 4,000, in digits"),
    ("number", "0x10", "Type a whole number from -5 to 4,000, in digits"),
    ("number", "١٢", "Type a whole number from -5 to 4,000, in digits"),
    ("number", "9" * 40, "Type a whole number from -5 to 4,000, in digits"),
    ("number", "-6", "The number must be from -5 to 4,000"),
    ("number", "4001", "The number must be from -5 to 4,000"),
    ("choice", "", "Choose one of the two"),
    ("choice", "c", "Choose one of the two"),
    ("free", "c", "Choose one of the answers listed"),
    ("needed", "  ", "Enter it"),
    ("needed", "", "Enter it"),
]


@pytest.mark.parametrize(("name", "typed", "kept"), ACCEPTED, ids=lambda value: repr(value)[:24])
def test_what_can_be_meant_is_taken(app: Flask, name: str, typed: str, kept: Any):
    with app.test_request_context():
        form = filled(**{name: typed})

        assert form.errors == {}
        assert form[name].data == kept


@pytest.mark.parametrize(("name", "typed", "sentence"), REFUSED, ids=lambda value: repr(value)[:24])
def test_what_cannot_be_is_refused_in_words_and_shown_again(app: Flask, name: str, typed: str, sentence: str):
    with app.test_request_context():
        form = filled(**{name: typed})

        assert form.errors == {name: [sentence]}
        if name == "number":
            assert f'value="{typed}"' in str(form[name]())


def test_a_field_that_was_not_sent_is_left_open(app: Flask):
    with app.test_request_context():
        form = Everything(formdata=MultiDict({"nothing": "of ours"}))
        form.validate()

        assert set(form.errors) == {"choice", "needed"}
        assert form.data == {
            "line": "",
            "lines": "",
            "email": "",
            "number": None,
            "choice": None,
            "free": None,
            "needed": "",
        }


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(max_size=40))
def test_nothing_that_is_typed_breaks_a_form(app: Flask, typed: str):
    with app.test_request_context():
        form = filled(line=typed, lines=typed, email=typed, number=typed, choice=typed, free=typed, needed=typed)

        for field in form:
            str(field())
            for sentence in field.errors:
                assert re.match(r"[A-Z]", sentence)
                assert "invalid" not in sentence.lower()


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(-5, 4000))
def test_every_number_within_its_bounds_comes_back(app: Flask, number: int):
    with app.test_request_context():
        for written in (f"{number}", f"{number:,}", f" {number}.0"):
            assert filled(number=written).number.data == number
