"""What the address of a list asks for; anything odd is as if it had not been said."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from flask import request

from kit.sorting import Sort

Kind = TypeVar("Kind", bound=StrEnum)
LONGEST_SEARCH = 200


def search() -> str:
    """What is looked for."""
    return request.args.get("search", "").strip()[:LONGEST_SEARCH]


def page_number(name: str = "page") -> int:
    """Which page, from 1; of several lists on one page `name` says of which."""
    number = request.args.get(name, "1")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 9 else 1


def one_of(kind: Callable[[str], Kind], name: str) -> Kind | None:
    """The member that the address names; None where it names none."""
    try:
        return kind(request.args.get(name, ""))
    except ValueError:
        return None


def sort(columns: Mapping[str, object], usual: Sort, name: str = "sort") -> Sort:
    """In which order a table shall stand; of several tables on one page `name` says which."""
    return Sort.read(request.args.get(name, ""), columns, usual, name)


def whole(name: str) -> int | None:
    """A number that the address names."""
    number = request.args.get(name, "")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else None


def day(name: str) -> date | None:
    """A date that the address names, like 2026-11-24."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
