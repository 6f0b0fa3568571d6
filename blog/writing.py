"""Writing a story's file: its text put together from fields, and saved as a whole or not at all."""

import hashlib
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from blog.refusals import CannotWrite, FileExists, NoSuchFile, StoryChanged
from blog.slugs import slug_of
from kit.whole_files import alone_in, put

FILE_MODE = 0o644
BEGINNING = """Where it was, who called whom, and why that morning.

> Dana: The sharp line.

What the caller might have said, and what the caller said.

> Priya: The humane reply.

What it led to.

::: moral
The moral, in two sentences. The second one is the one to remember.
:::
"""


@dataclass(frozen=True)
class Written:
    """The fields of a story's file as somebody typed them, and its text. Empty fields are left out."""

    title: str
    date: datetime
    summary: str
    author: str
    tags: tuple[str, ...]
    body: str
    updated: datetime | None = None
    series: str = ""
    part: int | None = None
    slug: str = ""
    former_slugs: tuple[str, ...] = field(default=())
    image: str = ""
    image_alt: str = ""
    draft: bool = True
    ps: str = ""
    details_changed: bool = True


def compose(story: Written) -> str:
    """The whole text of the file."""
    lines = [f"title: {_quoted(story.title)}", f"date: {story.date.isoformat()}"]
    if story.updated:
        lines.append(f"updated: {story.updated.isoformat()}")
    lines += [f"summary: {_quoted(story.summary)}", f"author: {_quoted(story.author)}"]
    lines.append(f"tags: [{', '.join(story.tags)}]")
    if story.series:
        lines.append(f"series: {_quoted(story.series)}")
    if story.part is not None:
        lines.append(f"part: {story.part}")
    if story.slug:
        lines.append(f"slug: {_quoted(story.slug)}")
    if story.former_slugs:
        lines.append(f"former_slugs: [{', '.join(_quoted(slug) for slug in story.former_slugs)}]")
    for name in ("image", "image_alt", "ps"):
        if value := getattr(story, name):
            lines.append(f"{name}: {_quoted(value)}")
    if story.draft:
        lines.append("draft: true")
    lines.append(f"details_changed: {'true' if story.details_changed else 'false'}")
    head = "\n".join(lines)
    return unicodedata.normalize("NFC", f"---\n{head}\n---\n\n{story.body.strip()}\n")


def begin(folder: Path, title: str, *, author: str, tag: str, now: datetime) -> str:
    """A new draft of that title; gives the name of its file. Raises FileExists, CannotWrite."""
    name = f"{slug_of(title) or 'story'}.md"
    text = compose(Written(title, now, "One sentence that makes a busy manager read on.", author, (tag,), BEGINNING))
    create(folder, name, text)
    return name


def create(folder: Path, name: str, text: str) -> None:
    """A new file of that text. Raises FileExists, CannotWrite."""
    with _locked(folder):
        if (folder / name).exists():
            raise FileExists
        _put(folder / name, text.encode())


def read(folder: Path, name: str) -> str:
    """The text of a file. Raises NoSuchFile."""
    try:
        return (folder / name).read_bytes().decode("utf-8-sig", "replace").replace("\r\n", "\n")
    except (OSError, ValueError) as fault:
        raise NoSuchFile from fault


def mark_of(text: str) -> str:
    """What stands for a text, to see whether it is still the same."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def save(folder: Path, name: str, text: str, *, was: str) -> None:
    """Put the text into the file if that still holds what has the mark `was`. Raises StoryChanged, CannotWrite."""
    with _locked(folder):
        now_there = read(folder, name)
        if mark_of(now_there) != was:
            raise StoryChanged(now_there)
        _put(folder / name, text.encode())


def add_picture(folder: Path, name: str, raw: bytes) -> str:
    """A further file beside the stories, under that name or one like it that is free. Raises CannotWrite."""
    path = Path(name)
    with _locked(folder):
        number, free = 1, folder / path.name
        while free.exists() and free.read_bytes() != raw:
            number += 1
            free = folder / f"{path.stem}-{number}{path.suffix}"
        _put(free, raw)
    return free.name


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with ExitStack() as held:
        try:
            held.enter_context(alone_in(folder))
        except OSError as fault:
            raise CannotWrite from fault
        yield


def _put(path: Path, content: bytes) -> None:
    try:
        put(path, content, mode=FILE_MODE)
    except OSError as fault:
        raise CannotWrite from fault


def _quoted(value: str) -> str:
    """A line of text as YAML takes it, whatever is in it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + " ".join(escaped.split()) + '"'
