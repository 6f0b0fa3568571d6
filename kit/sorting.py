"""In which order a table stands: by one of its columns, either way round."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, SQLColumnExpression

Row = TypeVar("Row")
DOWN = "-"


@dataclass(frozen=True)
class Sort:
    """By which column, and whether downwards: the latest, the largest, the end of the alphabet first.

    `usual` is what the table has where nobody asks for another order, said like an address says it: `-written`.
    `name` is what the address calls the order.
    """

    column: str
    down: bool = False
    usual: str = ""
    name: str = "sort"

    @classmethod
    def read(cls, text: str, columns: Mapping[str, object], usual: "Sort", name: str = "sort") -> "Sort":
        """What an address says, like `name` or `-written`; the usual order where it names no column."""
        said = text if text.removeprefix(DOWN) in columns else str(usual)
        return cls(said.removeprefix(DOWN), said.startswith(DOWN), str(usual), name)

    def __str__(self) -> str:
        return f"{DOWN if self.down else ''}{self.column}"

    @property
    def query(self) -> str:
        """Its part of an address, ended with `&`; empty for the usual order."""
        part = self._part(str(self))
        return part and f"{part}&"

    def by(self, column: str, *, down_first: bool = False) -> str:
        """The same for a press on the head of that column: sorted by it, or turned round where it is so already."""
        down = not self.down if column == self.column else down_first
        return self._part(f"{DOWN if down else ''}{column}")

    def order(
        self, columns: Mapping[str, Sequence[SQLColumnExpression[Any]]], *ties: Any
    ) -> tuple[ColumnElement[Any], ...]:
        """The same for a query; `ties` decide between what is alike, the same way round."""
        wanted = (*columns[self.column], *ties)
        return tuple(one.desc() if self.down else one.asc() for one in wanted)

    def sorted(self, rows: Sequence[Row], keys: Mapping[str, Callable[[Row], Any]]) -> list[Row]:
        """Rows that are known already, in this order; what is alike stays as it was."""
        return sorted(rows, key=keys[self.column], reverse=self.down)

    def _part(self, said: str) -> str:
        return "" if said == self.usual else f"{self.name}={said}"
