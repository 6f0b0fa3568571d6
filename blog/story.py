"""A story, and what may stand in the head of its file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blog.markup import typeset

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
WORDS_A_MINUTE = 230
DEFAULT_PS = (
    "How many people you would like to hire did you talk with in the last four weeks? Put in the number, and see what "
    "your goal would need. If the two are far apart, half an hour with us may help."
)
FIELDS = {
    "title",
    "date",
    "updated",
    "summary",
    "author",
    "tags",
    "slug",
    "former_slugs",
    "draft",
    "ps",
    "details_changed",
}


class StoryFault(Exception):
    """A story's file cannot be read; the text names file and line."""


@dataclass(frozen=True)
class Tag:
    """A subject: its slug, its name, and the paragraph that opens its page."""

    slug: str
    name: str
    intro: str


@dataclass(frozen=True)
class Head:
    """The checked fields of a story's file. `date` is when it appears, with its zone."""

    title: str
    date: datetime
    updated: datetime
    summary: str
    author: str
    tags: tuple[str, ...]
    slug: str
    former_slugs: tuple[str, ...]
    draft: bool
    ps: str
    details_changed: bool


@dataclass(frozen=True)
class Story:
    """A story ready to be shown. `html` is sanitised; `exchange` is its first two spoken lines, (speaker, HTML)."""

    head: Head
    html: str
    words: int
    exchange: tuple[tuple[str, str], ...]
    mark: str

    @property
    def slug(self) -> str:
        """Its place in the address."""
        return self.head.slug

    @property
    def minutes(self) -> int:
        """Reading time in minutes, at least 1."""
        return max(1, round(self.words / WORDS_A_MINUTE))


def read_head(found: Mapping[str, Any], *, stem: str, tags: Mapping[str, Tag], where: "Lines") -> Head:
    """Check the fields of a story's head. Raises StoryFault with file, line and what to write instead."""
    for name in found:
        if name not in FIELDS:
            raise where.fault(name, f"there is no field “{name}”; known are {', '.join(sorted(FIELDS))}")
    published = _moment(found, "date", where)
    slug = str(found.get("slug") or stem)
    if not SLUG.fullmatch(slug):
        raise where.fault("slug", f"the slug “{slug}” may hold small letters, digits and single hyphens only")
    chosen = found.get("tags") or []
    if not isinstance(chosen, list) or not chosen:
        raise where.fault("tags", "name at least one tag, as a list")
    for tag in chosen:
        if tag not in tags:
            raise where.fault("tags", f"the tag “{tag}” is not one of {', '.join(tags)}")
    former = found.get("former_slugs") or []
    if not isinstance(former, list) or not all(SLUG.fullmatch(str(old)) for old in former):
        raise where.fault("former_slugs", "former slugs are a list of slugs")
    for name in ("draft", "details_changed"):
        if not isinstance(found.get(name, False), bool):
            raise where.fault(name, f"“{name}” is true or false")
    return Head(
        title=_line(found, "title", where, most=90),
        date=published,
        updated=_moment(found, "updated", where) if found.get("updated") else published,
        summary=_line(found, "summary", where, most=220),
        author=_line(found, "author", where, most=60),
        tags=tuple(str(tag) for tag in chosen),
        slug=slug,
        former_slugs=tuple(str(old) for old in former),
        draft=found.get("draft", False),
        ps=typeset(" ".join(str(found.get("ps") or DEFAULT_PS).split())),
        details_changed=found.get("details_changed", False),
    )


@dataclass(frozen=True)
class Lines:
    """Where a fault is: the file's name, and the line on which a field stands."""

    name: str
    text: str

    def fault(self, field: str, words: str) -> StoryFault:
        """The fault, with file and line."""
        lines = self.text.splitlines()
        line = next((number for number, line in enumerate(lines, 1) if line.startswith(field + ":")), 1)
        return StoryFault(f"{self.name}:{line}: {words}")


def _line(found: Mapping[str, Any], name: str, where: Lines, *, most: int) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value.strip():
        raise where.fault(name, f"the story needs a “{name}”")
    text = " ".join(value.split())
    if len(text) > most:
        raise where.fault(name, f"the {name} has {len(text)} characters; {most} are the most")
    return typeset(text)


def _moment(found: Mapping[str, Any], name: str, where: Lines) -> datetime:
    value = found.get(name)
    if not isinstance(value, datetime):
        raise where.fault(name, f"“{name}” is a date with time and zone, such as 2026-11-20T08:00:00-05:00")
    if value.tzinfo is None:
        raise where.fault(name, f"“{name}” needs its zone, such as -05:00 at the end")
    return value
