"""All stories, read from their folder once and again when a file changes.

A file that breaks does not take the others with it: the site goes on with what it had and says what is wrong.
"""

import hashlib
import threading
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import frontmatter
import yaml

from blog.markup import count_words, first_exchange, render, typeset
from blog.story import Lines, Story, StoryFault, Tag, read_head

RELATED = 3
Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Shelf:
    """Every story of the folder, hidden ones too, newest first."""

    stories: tuple[Story, ...] = ()
    tags: Mapping[str, Tag] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()

    def visible(self, now: datetime) -> tuple[Story, ...]:
        """Those that may be seen now."""
        return tuple(story for story in self.stories if not story.head.draft and story.head.date <= now)

    def tagged(self, tag: str, now: datetime) -> tuple[Story, ...]:
        """Those of one tag that may be seen now."""
        return tuple(story for story in self.visible(now) if tag in story.head.tags)

    def find(self, slug: str, now: datetime) -> Story | None:
        """The story of that slug, where it may be seen now."""
        return next((story for story in self.visible(now) if story.slug == slug), None)

    def related(self, to: Story, now: datetime) -> tuple[Story, ...]:
        """Up to three others: most tags in common first, then the newest."""
        others = [story for story in self.visible(now) if story.slug != to.slug]
        others.sort(key=lambda story: -len(set(story.head.tags) & set(to.head.tags)))
        return tuple(others[:RELATED])


class Library:
    """The shelf of a folder, kept up to date."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._shelf = Shelf()
        self._stamp: Stamp | None = None
        self._lock = threading.Lock()

    def shelf(self) -> Shelf:
        """The stories as they stand in the folder now."""
        stamp = self._look()
        if stamp != self._stamp:
            with self._lock:
                if stamp != self._stamp:
                    self._shelf = read_folder(self.folder, before=self._shelf)
                    self._stamp = stamp
        return self._shelf

    def _look(self) -> Stamp:
        files = [*sorted(self.folder.glob("*.md")), self.folder / "tags.toml"]
        return tuple((path.name, (stat := path.stat()).st_mtime_ns, stat.st_size) for path in files if path.exists())


def read_folder(folder: Path, before: Shelf = Shelf()) -> Shelf:  # a frozen value
    """Read every story of a folder. A broken file keeps the version of `before` and is named in `faults`."""
    try:
        tags = read_tags(folder / "tags.toml")
    except (OSError, tomllib.TOMLDecodeError, KeyError, AttributeError) as fault:
        return Shelf(before.stories, before.tags, before.moved, (f"tags.toml: {fault}",))
    kept = {story.mark.split(":")[0]: story for story in before.stories}
    stories: list[Story] = []
    faults: list[str] = []
    for path in sorted(folder.glob("*.md")):
        try:
            stories.append(read_story(path.name, path.read_text("utf-8"), tags))
        except (StoryFault, OSError, UnicodeDecodeError) as fault:
            faults.append(str(fault) if isinstance(fault, StoryFault) else f"{path.name}: {fault}")
            if path.name in kept:
                stories.append(kept[path.name])
    stories, moved = _unique(stories, faults)
    stories.sort(key=lambda story: (story.head.date, story.slug), reverse=True)
    return Shelf(tuple(stories), tags, moved, tuple(faults))


def read_tags(path: Path) -> dict[str, Tag]:
    """The curated tags, in the order of their file."""
    found = tomllib.loads(path.read_text("utf-8"))
    return {slug: Tag(slug, typeset(values["name"]), typeset(values["intro"])) for slug, values in found.items()}


def read_story(name: str, text: str, tags: Mapping[str, Tag]) -> Story:
    """One story from its file's text. Raises StoryFault with file and line."""
    where = Lines(name, text)
    try:
        post = frontmatter.loads(text)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise StoryFault(f"{name}:{line}: the head is not in order: {getattr(fault, 'problem', fault)}") from fault
    if not post.metadata:
        raise StoryFault(f"{name}:1: the file must begin with a head between two lines of ---")
    head = read_head(post.metadata, stem=Path(name).stem, tags=tags, where=where)
    if not post.content.strip():
        raise StoryFault(f"{name}:{len(text.splitlines())}: the story has no text")
    html = render(post.content)
    mark = f"{name}:{hashlib.sha256(text.encode()).hexdigest()[:20]}"
    return Story(head, html, count_words(html), first_exchange(html), mark)


def _unique(stories: Iterable[Story], faults: list[str]) -> tuple[list[Story], dict[str, str]]:
    """Each slug once, and where former slugs lead; a slug that was given up is not taken by another story."""
    kept: dict[str, Story] = {}
    moved: dict[str, str] = {}
    for story in stories:
        name = story.mark.split(":")[0]
        if story.slug in kept:
            faults.append(f"{name}:1: the slug “{story.slug}” is taken by {kept[story.slug].mark.split(':')[0]}")
            continue
        kept[story.slug] = story
    for story in list(kept.values()):
        for former in story.head.former_slugs:
            if former in kept and former != story.slug:
                faults.append(
                    f"{kept[former].mark.split(':')[0]}:1: the slug “{former}” once belonged to “{story.slug}”"
                )
                kept.pop(former)
            moved[former] = story.slug
    return list(kept.values()), moved
