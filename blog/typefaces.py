"""Letters that the site's own typefaces lack: which file of the system draws them, if any does.

A text is drawn whole or not at all; only ornaments, such as a picture of a tree, are left out where nothing draws them.
"""

import subprocess
import unicodedata
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError
from PIL import features

SECONDS = 5
# Letters that are pictures of their own, or only outlines in name.
COLOURED = {"CBDT", "COLR", "sbix", "SVG "}
ORNAMENTS = {"So", "Sk", "Cf", "Cn", "Co"}
# What changes the letter before it and is nothing by itself.
SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), 0x200C, 0x200D)))


@dataclass(frozen=True)
class Typeface:
    """A file of the system, and which of the typefaces in it."""

    path: str
    index: int


@dataclass(frozen=True)
class Legible:
    """A text as it can be drawn, empty where it cannot, and the files of the system that it takes."""

    text: str
    typefaces: tuple[Typeface, ...] = ()


def legible(text: str, own: Set[str]) -> Legible:
    """How to draw a text beside the letters that are `own`."""
    lacking = frozenset(text) - own - SELECTORS - {" ", "\u00a0"}
    if not lacking:
        return Legible(_without(text, SELECTORS - own))
    if runs_leftwards(text):
        return _in_one(text)
    found: list[Typeface] = []
    while lacking and (typeface := best_for(lacking)) is not None:
        found.append(typeface)
        lacking -= letters_of(typeface)
    if any(unicodedata.category(letter) not in ORNAMENTS for letter in lacking):
        return Legible("")
    return Legible(_without(text, lacking | SELECTORS), tuple(found))


def runs_leftwards(text: str) -> bool:
    """Whether it is written from right to left."""
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


def best_for(letters: Set[str]) -> Typeface | None:
    """The file of the system that draws most of these letters; None where none draws any."""
    pattern = "serif:semibold:color=false:charset=" + " ".join(f"{ord(letter):x}" for letter in sorted(letters))
    found = _asked_for(pattern)
    return found if found is not None and letters & letters_of(found) else None


def letters_of(typeface: Typeface) -> frozenset[str]:
    """What a file draws with outlines of one colour."""
    return letters_in(Path(typeface.path), typeface.index)


@lru_cache(maxsize=64)
def letters_in(path: Path, index: int = 0) -> frozenset[str]:
    """The letters of a file; none where it cannot be read."""
    try:
        with TTFont(path, fontNumber=index, lazy=True) as font:
            if COLOURED & set(font.keys()):
                return frozenset()
            return frozenset(map(chr, font.getBestCmap() or ()))
    except (OSError, TTLibError, ValueError, KeyError):
        return frozenset()


def _in_one(text: str) -> Legible:
    """A text that is written from right to left needs one file for all of it, and a layout that knows how."""
    plain = _without(text, SELECTORS)
    letters = frozenset(plain) - {" ", "\u00a0"}
    found = best_for(letters)
    if found is None or not letters <= letters_of(found) or not features.check("raqm"):
        return Legible("")
    return Legible(plain, (found,))


def _without(text: str, letters: Iterable[str]) -> str:
    gone = frozenset(letters) & set(text)
    return " ".join("".join(letter for letter in text if letter not in gone).split()) if gone else text


@lru_cache(maxsize=256)
def _asked_for(pattern: str) -> Typeface | None:
    """What fontconfig, which the layout engine of the report stands on, has for a pattern."""
    try:
        command = ["fc-match", "--format=%{file}\n%{index}", pattern]
        # Nobody's words are in the command, only the numbers of letters.
        told = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True)  # noqa: S603
        path, index = told.stdout.splitlines()
        return Typeface(path, int(index) & 0xFFFF)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
