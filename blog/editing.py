"""A story opened for writing: the fields of its file, what is wrong with a text, and saving it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from blog import writing
from blog.head import Lines, StoryFault
from blog.library import Library
from blog.picture_files import PictureFault, prove
from blog.reading import clashes, read_typed, split
from blog.refusals import StoryFaulty
from blog.slugs import slug_of
from blog.story import Story
from blog.writing import Written

ENDINGS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "AVIF": ".avif"}


@dataclass(frozen=True)
class Opened:
    """A file as it stands: its text, the mark of it, and its fields where they can be read."""

    name: str
    text: str
    mark: str
    written: Written | None
    fault: str


def open_story(library: Library, name: str) -> Opened:
    """The file of that name. Raises NoSuchFile."""
    text = writing.read(library.folder, name)
    return Opened(name, text, writing.mark_of(text), fields_of(name, text), fault_in(library, name, text))


def fields_of(name: str, text: str) -> Written | None:
    """The fields of a text as they were written; None where they cannot be told apart."""
    try:
        found, body = split(Lines(name, text))
    except StoryFault:
        return None
    former, tags = _list(found, "former_slugs"), _list(found, "tags")
    part, date, updated = found.get("part"), found.get("date"), found.get("updated")
    if not isinstance(date, datetime) or former is None or tags is None:
        return None
    if not isinstance(part, (int, type(None))) or not isinstance(updated, (datetime, type(None))):
        return None
    return Written(
        title=_line(found, "title"),
        date=_aware(date),
        updated=_aware(updated) if updated else None,
        summary=_line(found, "summary"),
        author=_line(found, "author"),
        tags=tags,
        body=body,
        series=_line(found, "series"),
        part=part,
        slug=_line(found, "slug"),
        former_slugs=former,
        image=_line(found, "image"),
        image_alt=_line(found, "image_alt"),
        draft=found.get("draft") is True,
        ps=_line(found, "ps"),
        details_changed=found.get("details_changed") is True,
    )


def read(library: Library, name: str, text: str) -> Story:
    """The story that this text would be in the file of that name. Raises StoryFaulty."""
    shelf = library.shelf()
    try:
        story = read_typed(name, text, library.folder, shelf.tags)
    except StoryFault as fault:
        raise StoryFaulty(f"{fault}.") from fault
    if clash := clashes(story, shelf.stories):
        raise StoryFaulty(f"{name}: {clash}.")
    return story


def fault_in(library: Library, name: str, text: str) -> str:
    """What is wrong with a text in one sentence; empty where nothing is."""
    try:
        read(library, name, text)
    except StoryFaulty as fault:
        return str(fault)
    return ""


def save(library: Library, name: str, text: str, *, was: str) -> str:
    """Put the text into the file; gives its new mark. Raises StoryFaulty, StoryChanged, CannotWrite, NoSuchFile."""
    read(library, name, text)
    writing.save(library.folder, name, text, was=was)
    library.renewed()
    return writing.mark_of(text)


def keep_address(library: Library, name: str, written: Written, *, now: datetime) -> Written:
    """The same fields; where a story that is out gets another slug, the one it had goes on leading to it."""
    before = library.shelf().named(name)
    slug = written.slug or name.removesuffix(".md")
    out = before is not None and library.shelf().find(before.slug, now) is not None
    if not out or before is None or before.slug == slug or before.slug in written.former_slugs:
        return written
    former = tuple(old for old in written.former_slugs if old != slug)
    return replace(written, former_slugs=(*former, before.slug))


def add_picture(library: Library, name: str, raw: bytes) -> str:
    """Put a picture beside the stories; gives the name it has there. Raises StoryFaulty, CannotWrite."""
    stem, _, ending = name.rpartition(".")
    ending = {"jpeg": "jpg"}.get(ending.lower(), ending.lower())
    if f".{ending}" not in ENDINGS.values():
        raise StoryFaulty("A picture is a JPEG, PNG, WebP or AVIF file.")
    try:
        prove(name, raw)
    except PictureFault as fault:
        raise StoryFaulty(f"{str(fault)[:1].upper()}{str(fault)[1:]}.") from fault
    return writing.add_picture(library.folder, f"{slug_of(stem) or 'picture'}.{ending}", raw)


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """The moment by the clocks of that zone, in whole minutes."""
    return at.astimezone(zone).replace(second=0, microsecond=0)


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _line(found: Mapping[str, object], name: str) -> str:
    value = found.get(name)
    return "" if value is None else " ".join(str(value).split())


def _list(found: Mapping[str, object], name: str) -> tuple[str, ...] | None:
    value = found.get(name)
    if value is None:
        return ()
    return tuple(str(one) for one in value) if isinstance(value, list) else None
