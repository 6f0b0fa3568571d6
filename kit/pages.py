"""A long list, some rows at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Select, func, select

from kit.db import session

Row = TypeVar("Row")
SIZE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some of the rows, in order; `number` counts from 1, `total` is how many rows all pages hold."""

    rows: tuple[Row, ...]
    number: int
    pages: int
    total: int
    size: int = SIZE

    @classmethod
    def empty(cls) -> "Page[Row]":
        """The one page of a list without rows."""
        return cls((), 1, 1, 0)

    @property
    def before(self) -> int:
        """How many rows stand on earlier pages."""
        return (self.number - 1) * self.size


def cut(rows: Sequence[Row], *, number: int = 1, size: int = SIZE) -> Page[Row]:
    """One page of rows that are known already."""
    pages = max(1, -(-len(rows) // size))
    number = min(max(1, number), pages)
    return Page(tuple(rows[(number - 1) * size : number * size]), number, pages, len(rows), size)


def page_of(chosen: Select[Row], *, number: int = 1, size: int = SIZE) -> Page[Row]:
    """One page of what is chosen; beyond the last page it is the last one. A list of one page is not counted."""
    if number <= 1:
        rows = tuple(session().scalars(chosen.limit(size + 1)).unique())
        if len(rows) <= size:
            return Page(rows, 1, 1, len(rows), size)
        total = _count(chosen)
        return Page(rows[:size], 1, -(-total // size), total, size)
    total = _count(chosen)
    pages = max(1, -(-total // size))
    number = min(number, pages)
    rows = tuple(session().scalars(chosen.limit(size).offset((number - 1) * size)).unique())
    return Page(rows, number, pages, total, size)


def _count(chosen: Select[Row]) -> int:
    return session().scalar(select(func.count()).select_from(chosen.order_by(None).subquery())) or 0
