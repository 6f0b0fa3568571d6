"""Where the assumptions come from, each source with its grade. Nothing graded D feeds an assumption on its own."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("sources.toml")
GRADES = {
    "A": "peer-reviewed, or a probability survey",
    "B": "a large operating data set, published by a vendor or an operator, method partly described",
    "C": "a practitioner's own number or statement, or a guide",
    "D": "a collection or a vendor's page without a method that could be checked",
}
# One house that trains recruiters in this trade, and published the article that this site starts from.
HOUSE = "Recruiting Insight and ThirdPool"
HOUSE_SOURCES = ("S0", "S1", "S1b", "S5", "S27", "S36", "S39", "S49")


@dataclass(frozen=True)
class Source:
    """One source: its short name, what and where it is, how good it is, what it was used for.

    `basis` says that an assumption, a lever or a practice rests on it.
    """

    key: str
    title: str
    where: str
    grade: str
    use: str
    basis: bool = False

    @property
    def link(self) -> str:
        """Its address on the web, where it has one."""
        if self.where.startswith("doi "):
            return "https://doi.org/" + self.where.removeprefix("doi ")
        return "https://" + self.where if "/" in self.where and " " not in self.where else ""


@dataclass(frozen=True)
class Theme:
    """Sources on one subject."""

    name: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Prior:
    """One assumed rate: what it is, the range in which it lies 8 times in 10, and its sources."""

    name: str
    said: str
    formula: str
    sources: tuple[str, ...]


PRIORS = (
    Prior("Calls that reach the person live", "about 15 in 100 (6 to 26)", "Beta(3, 17)", ("S7", "S8", "S10", "S33")),
    Prior(
        "Conversations that lead to a meeting, mixed contacts",
        "about 9 in 100 (3 to 17)",
        "Beta(2, 20)",
        ("S1", "S8", "S9", "S15"),
    ),
    Prior("Conversations that lead to a meeting, mostly cold", "about 7 in 100", "Beta(1.6, 22.4)", ("S3", "S23")),
    Prior("Conversations that lead to a meeting, mostly introduced", "about 15 in 100", "Beta(3, 17)", ("S3", "S23")),
    Prior(
        "Meetings that lead to a joiner, mixed contacts",
        "about 20 in 100 (8 to 34)",
        "Beta(3, 12)",
        ("S1", "S3", "S15"),
    ),
    Prior("Meetings that lead to a joiner, mostly cold", "about 18 in 100", "Beta(3, 14)", ("S3", "S23")),
    Prior("Meetings that lead to a joiner, mostly introduced", "about 27 in 100", "Beta(3.5, 9.5)", ("S3", "S23")),
    Prior("Agents of an office who leave in a year", "about 12 in 100 (5 to 21)", "Beta(3, 22)", ("S2", "S5", "S6")),
    Prior("New joiners gone again within a year", "20 in 100", "fixed", ("S5b", "S27")),
    Prior("From conversation to joining", "20 weeks on average (5 to 39)", "Erlang-2; our judgement", ("S1b",)),
    Prior(
        "Minutes for a call, and for a conversation with its note", "2 and 12", "fixed; our judgement", ("S4", "S10")
    ),
)


def _read(path: Path) -> tuple[Theme, ...]:
    told: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    return tuple(
        Theme(theme["name"], tuple(Source(**source) for source in theme["sources"])) for theme in told["theme"]
    )


THEMES = _read(FILE)
SOURCES = tuple(source for theme in THEMES for source in theme.sources)


def basis_by_grade() -> dict[str, tuple[Source, ...]]:
    """What the report rests on, the best grade first."""
    return {grade: tuple(source for source in SOURCES if source.basis and source.grade == grade) for grade in GRADES}
