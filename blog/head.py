"""What may stand in the head of a story's file, and what to write where it is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blog.markup import typeset
from blog.slugs import SLUG, SLUG_LENGTH, slug_of
from blog.story import Head, Tag

# The words after /stories/ that are pages of their own.
RESERVED = frozenset({"archive", "authors", "pictures", "preview", "search", "series", "tags"})
PICTURE = re.compile(r"[\w-][\w. -]{0,90}\.(?:jpe?g|png|webp|avif)", re.IGNORECASE)
# What cannot be seen and can only do harm in a text: controls, marks that turn the direction, halves of characters.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]")
FIRST_YEAR, LAST_YEAR = 1970, 2200
DEFAULT_PS = (
    "How many people you would like to hire did you talk with in the last four weeks? Put in the number, and see what "
    "your goal would need. If the two are far apart, half an hour with us may help."
)
FIELDS = (
    *("title", "date", "updated", "summary", "author", "tags", "series", "part", "slug", "former_slugs"),
    *("image", "image_alt", "draft", "ps", "details_changed"),
)


class StoryFault(Exception):
    """A story's file cannot be read; the text names file and line."""


@dataclass(frozen=True)
class Lines:
    """Where a fault is: the file's name, and the line on which a field stands."""

    name: str
    text: str

    def fault(self, field: str, words: str) -> StoryFault:
        """The fault, with file and line."""
        return self.fault_at(self.line_of(field), words)

    def fault_at(self, line: int, words: str) -> StoryFault:
        """The fault on that line."""
        return StoryFault(f"{self.name}:{line}: {words}")

    def line_of(self, field: str) -> int:
        """The line of the head on which a field begins; 1 where it does not stand there."""
        return next((number for number, name in self.fields() if name == field), 1)

    def fields(self) -> list[tuple[int, str]]:
        """The fields of the head with their lines, as often as they stand there."""
        found: list[tuple[int, str]] = []
        for number, line in enumerate(self.text.splitlines()[1:], 2):
            if line.strip() == "---":
                break
            if match := re.match(r"([A-Za-z_]+)\s*:", line):
                found.append((number, match.group(1)))
        return found


def read_head(found: Mapping[str, Any], *, stem: str, tags: Mapping[str, Tag], where: Lines) -> Head:
    """Check the fields of a story's head. Raises StoryFault with file, line and what to write instead."""
    _check_names(found, where)
    published = _moment(found, "date", where)
    updated = _moment(found, "updated", where) if found.get("updated") else published
    if updated < published:
        raise where.fault("updated", "“updated” is before “date”; a story cannot change before it appears")
    slug = _slug(str(found.get("slug") or stem), "slug", where)
    series, part = _series(found, where)
    image, image_alt = _image(found, where)
    for name in ("draft", "details_changed"):
        if not isinstance(found.get(name, False), bool):
            raise where.fault(name, f"“{name}” is true or false")
    return Head(
        title=_line(found, "title", where, most=90),
        date=published,
        updated=updated,
        summary=_line(found, "summary", where, most=220),
        author=_line(found, "author", where, most=60),
        tags=_tags(found, tags, where),
        series=series,
        part=part,
        slug=slug,
        former_slugs=_former(found, slug, where),
        image=image,
        image_alt=image_alt,
        draft=found.get("draft", False),
        ps=_line(found, "ps", where, most=600) if found.get("ps") else typeset(DEFAULT_PS),
        details_changed=found.get("details_changed", False),
    )


def unseen(text: str) -> str:
    """The first character of the text that cannot be seen and does harm, by its number; empty where there is none."""
    found = UNSEEN.search(text)
    return f"U+{ord(found.group()):04X}" if found else ""


def _check_names(found: Mapping[str, Any], where: Lines) -> None:
    for name in found:
        if name not in FIELDS:
            raise where.fault(str(name), f"there is no field “{name}”; known are {', '.join(sorted(FIELDS))}")
    seen: set[str] = set()
    for line, name in where.fields():
        if name in seen:
            raise where.fault_at(line, f"“{name}” stands there twice")
        seen.add(name)


def _slug(slug: str, name: str, where: Lines) -> str:
    if not SLUG.fullmatch(slug):
        raise where.fault(name, f"the slug “{slug}” may hold small letters, digits and single hyphens only")
    if len(slug) > SLUG_LENGTH:
        raise where.fault(name, f"the slug has {len(slug)} characters; {SLUG_LENGTH} are the most")
    if slug in RESERVED:
        raise where.fault(name, f"“{slug}” is a page of its own; choose another slug")
    return slug


def _former(found: Mapping[str, Any], slug: str, where: Lines) -> tuple[str, ...]:
    former = found.get("former_slugs") or []
    if not isinstance(former, list) or not all(SLUG.fullmatch(str(old)) for old in former):
        raise where.fault("former_slugs", "former slugs are a list of slugs")
    if slug in former:
        raise where.fault("former_slugs", f"“{slug}” is the present slug and cannot be a former one too")
    return tuple(_slug(str(old), "former_slugs", where) for old in former)


def _tags(found: Mapping[str, Any], tags: Mapping[str, Tag], where: Lines) -> tuple[str, ...]:
    chosen = found.get("tags") or []
    if not isinstance(chosen, list) or not chosen:
        raise where.fault("tags", "name at least one tag, as a list")
    for tag in chosen:
        if not isinstance(tag, str) or tag not in tags:
            raise where.fault("tags", f"the tag “{tag}” is not one of {', '.join(tags)}")
    if len(set(chosen)) < len(chosen):
        raise where.fault("tags", "a tag stands there twice")
    return tuple(str(tag) for tag in chosen)


def _series(found: Mapping[str, Any], where: Lines) -> tuple[str, int]:
    part = found.get("part")
    if found.get("series") is None:
        if part is not None:
            raise where.fault("part", "“part” says which part of a series this is; name the “series” too")
        return "", 0
    series = _line(found, "series", where, most=60)
    if not slug_of(series):
        raise where.fault("series", "the name of a series needs letters or digits")
    if isinstance(part, bool) or not isinstance(part, int) or not 1 <= part <= 99:
        raise where.fault("part" if part is not None else "series", "a story of a series needs its “part”, 1 to 99")
    return series, part


def _image(found: Mapping[str, Any], where: Lines) -> tuple[str, str]:
    image = found.get("image")
    if image is None:
        if found.get("image_alt"):
            raise where.fault("image_alt", "“image_alt” describes an “image”; name that too")
        return "", ""
    if not isinstance(image, str) or not PICTURE.fullmatch(image):
        raise where.fault("image", "“image” is the name of a JPEG, PNG, WebP or AVIF file in the stories' folder")
    if not found.get("image_alt"):
        raise where.fault("image", "an image needs an “image_alt”: what it shows, for whoever cannot see it")
    return image, _line(found, "image_alt", where, most=300)


def _line(found: Mapping[str, Any], name: str, where: Lines, *, most: int) -> str:
    value = found.get(name)
    if value is None or value == "":
        raise where.fault(name, f"the story needs a “{name}”")
    if not isinstance(value, str):
        raise where.fault(name, f"“{name}” must be text; put it between quotation marks")
    text = " ".join(value.split())
    if not text:
        raise where.fault(name, f"the story needs a “{name}”")
    if odd := unseen(text):
        raise where.fault(name, f"the {name} holds the character {odd}, which cannot be seen; take it out")
    if len(text) > most:
        raise where.fault(name, f"the {name} has {len(text)} characters; {most} are the most")
    return typeset(text)


def _moment(found: Mapping[str, Any], name: str, where: Lines) -> datetime:
    value = found.get(name)
    if not isinstance(value, datetime):
        raise where.fault(name, f"“{name}” is a date with time and zone, such as 2026-11-20T08:00:00-05:00")
    if value.tzinfo is None:
        raise where.fault(name, f"“{name}” needs its zone, such as -05:00 at the end")
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise where.fault(name, f"“{name}” is in the year {value.year}; years are from {FIRST_YEAR} to {LAST_YEAR}")
    return value
