"""Tables for spreadsheet programs: CSV (RFC 4180) that nobody's program takes for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

# What a spreadsheet would reckon with, or skip to find it.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The table in UTF-8 with the mark by which spreadsheets know that."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerow(head)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """The text as it is, behind an apostrophe where it would be a formula. U+0000, which ends a cell, is left out."""
    return guarded(cell.replace("\x00", ""))


def guarded(cell: str) -> str:
    """The text, behind an apostrophe where it would be a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(DANGEROUS) else cell
