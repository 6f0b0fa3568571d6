"""Which passwords are too easy to guess, and the one form in which a password is kept."""

import re
import unicodedata
from typing import Final

UNICODE_FORM: Final = "NFKD"
SHORTEST = 12
LONGEST = 200
FEWEST_KINDS = 5
SHORTEST_OWN = 4
ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "0123456789" * 2)
FIRST_GUESSES = {
    "password",
    "passwort",
    "passw",
    "letmein",
    "iloveyou",
    "welcome",
    "admin",
    "administrator",
    "changeme",
}


def normalise(password: str) -> str:
    """The same password, whichever keyboard typed it."""
    return unicodedata.normalize(UNICODE_FORM, password)


def what_is_wrong(password: str, *, own: tuple[str, ...] = ()) -> str:
    """A sentence about a password that cannot be taken; empty where it can. `own` is what others know of the person."""
    plain = normalise(password).lower()
    if len(password) < SHORTEST:
        return f"The password must have at least {SHORTEST} characters"
    if len(password) > LONGEST:
        return f"The password must have {LONGEST} characters or fewer"
    if len(set(plain)) < FEWEST_KINDS:
        return "The password repeats the same few characters; use some more"
    rest = plain
    for known in sorted(_told_by(own) | FIRST_GUESSES, key=len, reverse=True):
        rest = rest.replace(known, "")
    if len(_without_rows(rest)) < FEWEST_KINDS:
        return "The password is one of those that are guessed first; a few unrelated words are better"
    return ""


def _told_by(own: tuple[str, ...]) -> set[str]:
    """The whole of each text and the words in it."""
    texts = [normalise(text).lower() for text in own if text]
    return {*texts, *(word for text in texts for word in re.split(r"[\W_]+", text) if len(word) >= SHORTEST_OWN)}


def _without_rows(text: str) -> str:
    """What is left when runs of three and more along the alphabet, the digits or the keyboard are taken out."""
    for row in (*ROWS, *(row[::-1] for row in ROWS)):
        for size in range(min(len(row), len(text)), 2, -1):
            for start in range(len(row) - size + 1):
                text = text.replace(row[start : start + size], "")
    return text
