"""A PDF as those read it who cannot see it, and as it lies on the paper."""

import io
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from typing import Any

import page
import pikepdf

PAINTS = frozenset(("f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "sh", "Do", "Tj", "TJ", "'", '"', "INLINE IMAGE"))
PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.DOTALL)
WORD = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>')


@dataclass(frozen=True)
class Element:
    """One element of the structure: what it is, its words for who cannot see it, how many heads a cell names."""

    kind: str
    alternative: str
    heads: int


@dataclass(frozen=True)
class Word:
    """A word with the room it takes, in points from the top left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Sheet:
    """A page as it is seen."""

    width: float
    height: float
    words: tuple[Word, ...]


def opened(raw: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(raw))


def assert_valid(raw: bytes) -> None:
    """The rules of PDF/UA-1 that a program can check."""
    found = page.validate_pdf_bytes(raw, profile="ua1")
    assert [failure.message for failure in found.failures] == []
    assert found.is_compliant


@cache
def pages_of(raw: bytes) -> tuple[str, ...]:
    """The text of each page in the order of reading, with plain spaces."""
    return tuple(" ".join(text.split()) for text in _poppler(raw, "-raw").split("\f")[:-1])


def text_of(raw: bytes) -> str:
    return " ".join(pages_of(raw))


@cache
def lines_of(raw: bytes) -> str:
    """The text line by line as it lies on the pages, to be read like a proof."""
    pages = _poppler(raw, "-raw").split("\f")[:-1]
    kept = ([line.rstrip() for line in text.splitlines() if line.strip()] for text in pages)
    return "\n\n".join(f"── page {number}\n" + "\n".join(lines) for number, lines in enumerate(kept, 1)) + "\n"


@cache
def sheets_of(raw: bytes) -> tuple[Sheet, ...]:
    """The pages with their words in place."""
    return tuple(
        Sheet(float(width), float(height), tuple(_word(*found) for found in WORD.findall(inside)))
        for width, height, inside in PAGE.findall(_poppler(raw, "-bbox"))
    )


def _word(left: str, top: str, right: str, bottom: str, text: str) -> Word:
    return Word(unescape(text), float(left), float(top), float(right), float(bottom))


def _poppler(raw: bytes, *how: str) -> str:
    done = subprocess.run(("pdftotext", *how, "-", "-"), input=raw, capture_output=True, check=True)
    return done.stdout.decode()


@cache
def elements(raw: bytes) -> tuple[Element, ...]:
    """The structure, flat, in the order of reading."""
    with opened(raw) as pdf:
        return tuple(
            Element(
                str(node.S)[1:],
                str(node.get("/Alt", "")),
                sum(len(attribute.get("/Headers", [])) for attribute in _listed(node.get("/A", []))),
            )
            for node in _nodes(pdf.Root.StructTreeRoot.K)
        )


def untold(raw: bytes) -> list[str]:
    """What is painted and is neither in the structure nor set aside as an artifact."""
    faults = []
    with opened(raw) as pdf:
        told = _told(pdf)
        for number, sheet in enumerate(pdf.pages, 1):
            around: list[tuple[str, int | None]] = []
            for found in pikepdf.parse_content_stream(sheet):
                operator = str(found.operator)
                if operator in ("BDC", "BMC"):
                    values = found.operands[1] if operator == "BDC" else {}
                    mark = int(values["/MCID"]) if "/MCID" in values else None
                    around.append((str(found.operands[0]), mark))
                elif operator == "EMC":
                    around.pop()
                elif operator in PAINTS:
                    aside = any(tag == "/Artifact" for tag, _ in around)
                    marks = [mark for _, mark in around if mark is not None]
                    if not aside and not any((sheet.objgen, mark) in told for mark in marks):
                        faults.append(f"page {number}: {operator} in {around}")
    return faults


def _told(pdf: pikepdf.Pdf) -> set[tuple[tuple[int, int], int]]:
    """Which pieces of which pages the structure holds."""
    found = set()
    for node in _nodes(pdf.Root.StructTreeRoot.K):
        for child in _listed(node.get("/K", [])):
            if isinstance(child, int):
                found.add((node.Pg.objgen, child))
            elif isinstance(child, pikepdf.Dictionary) and child.get("/Type") == "/MCR":
                found.add((child.get("/Pg", node.get("/Pg")).objgen, int(child.MCID)))
    return found


def _nodes(node: Any) -> Iterator[Any]:
    for child in _listed(node):
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from _nodes(child.get("/K", pikepdf.Array()))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, pikepdf.Array | list) else [value]
