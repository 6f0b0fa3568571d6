"""Letters that the site's own typefaces lack: which file of the system draws them, if any does.

A text is drawn whole or not at all; only ornaments, such as a picture of a tree, are left out where nothing draws them.
"""

import subprocess
import unicodedata
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import lru_cache

from PIL import ImageFont, features

SECONDS = 5
ORNAMENTS = {"So", "Sk", "Cf", "Cn", "Co"}
SPACES = frozenset(" \u00a0")
# What changes the letter before it and is nothing by itself.
SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), 0x200C, 0x200D)))
# No letter, so that every file draws it as it draws what it lacks.
NO_LETTER = "\U0010ffff"
PROOF_SIZE = 24


@dataclass(frozen=True)
class Typeface:
    """A file with letters, and which of the typefaces in it."""

    path: str
    index: int = 0


@dataclass(frozen=True)
class Legible:
    """A text as it can be drawn, empty where it cannot, and the files of the system that it takes."""

    text: str
    typefaces: tuple[Typeface, ...] = ()


def legible(text: str, own: Iterable[Typeface]) -> Legible:
    """How to draw a text with our `own` files and what the system has besides."""
    lacking = frozenset(text) - SELECTORS - SPACES
    for typeface in own:
        lacking -= drawn_by(typeface, lacking)
    if not lacking:
        return Legible(_without(text, SELECTORS))
    if runs_leftwards(text):
        return _in_one(text)
    found: list[Typeface] = []
    while lacking and (best := best_for(lacking)) is not None:
        found.append(best)
        lacking -= drawn_by(best, lacking)
    if any(unicodedata.category(letter) not in ORNAMENTS for letter in lacking):
        return Legible("")
    return Legible(_without(text, lacking | SELECTORS), tuple(found))


def runs_leftwards(text: str) -> bool:
    """Whether it is written from right to left."""
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


def best_for(letters: Set[str]) -> Typeface | None:
    """The file of the system that draws most of these letters in one colour; None where none draws any."""
    codes = " ".join(f"{ord(letter):x}" for letter in sorted(letters))
    found = _asked_for(f"serif:semibold:color=false:charset={codes}")
    return found if found is not None and drawn_by(found, letters) else None


def drawn_by(typeface: Typeface, letters: Iterable[str]) -> frozenset[str]:
    """Those of the letters that a file draws; none where it cannot be read."""
    return frozenset(letter for letter in letters if _draws(typeface, letter))


@lru_cache(maxsize=8192)
def _draws(typeface: Typeface, letter: str) -> bool:
    """Whether the letter is drawn otherwise than what the file lacks, which is mostly a box."""
    try:
        return _proof(typeface, letter) != _proof(typeface, NO_LETTER)
    except OSError:
        return False


def _proof(typeface: Typeface, letter: str) -> tuple[tuple[int, int], bytes]:
    mask = _file(typeface).getmask(letter)
    return mask.size, bytes(mask)


@lru_cache(maxsize=32)
def _file(typeface: Typeface) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(typeface.path, PROOF_SIZE, typeface.index)


def _in_one(text: str) -> Legible:
    """A text that is written from right to left needs one file for all of it, and a layout that knows how."""
    plain = _without(text, SELECTORS)
    letters = frozenset(plain) - SPACES
    found = best_for(letters)
    if found is None or letters - drawn_by(found, letters) or not features.check("raqm"):
        return Legible("")
    return Legible(plain, (found,))


def _without(text: str, letters: Iterable[str]) -> str:
    gone = frozenset(letters) & set(text)
    return " ".join("".join(letter for letter in text if letter not in gone).split()) if gone else text


@lru_cache(maxsize=4096)
def _asked_for(pattern: str) -> Typeface | None:
    """What fontconfig, which the layout engine of the report stands on, has for a pattern."""
    try:
        command = ["fc-match", "--format=%{file}\n%{index}\n%{color}", pattern]
        # Nobody's words are in the command, only the numbers of letters.
        told = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True)  # noqa: S603
        path, index, coloured = told.stdout.splitlines()
        return None if coloured == "True" else Typeface(path, int(index) & 0xFFFF)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
