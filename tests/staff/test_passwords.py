"""Passwords that are guessed first are not taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from staff.passwords import LONGEST, SHORTEST, normalise, what_is_wrong

OWN = ("Robin Vale", "robin.vale@example.com")
GUESSED = "The password is one of those that are guessed first; a few unrelated words are better"
FEW = "The password repeats the same few characters; use some more"


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("three blue kettles sing", ""),
        ("correct horse battery", ""),
        ("Tr0ub4dor&3 xyz", ""),
        ("éèàçùôîâêû12", ""),
        ("x" * 11, f"The password must have at least {SHORTEST} characters"),
        ("xy1z" * 51, f"The password must have {LONGEST} characters or fewer"),
        ("aaaaaaaaaaaa", FEW),
        ("abababababab", FEW),
        ("1212121212121", FEW),
        ("123456789012", GUESSED),
        ("987654321098", GUESSED),
        ("abcdefghijkl", GUESSED),
        ("qwertyuiop12", GUESSED),
        ("PasswordPassword", GUESSED),
        ("password1234", GUESSED),
        ("iloveyou12345", GUESSED),
        ("robinvale2026", GUESSED),
        ("Robin Vale 12", GUESSED),
        ("robin.vale@example.com", GUESSED),
    ],
)
def test_a_password_is_taken_or_refused_with_a_sentence(password: str, wrong: str):
    assert what_is_wrong(password, own=OWN) == wrong


@given(some.text(max_size=260), some.tuples(some.text(max_size=30), some.text(max_size=30)))
def test_whatever_is_typed_is_answered(password: str, own: tuple[str, str]):
    wrong = what_is_wrong(password, own=own)

    assert wrong or SHORTEST <= len(password) <= LONGEST


@given(some.text(max_size=40))
def test_a_password_has_one_form(password: str):
    assert normalise(normalise(password)) == normalise(password)
