"""From files to stories. A file that cannot be read is named with its line, and what it was before goes on standing."""

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

import frontmatter
import yaml

from blog.head import Lines, StoryFault, read_head, unseen
from blog.markup import NoSuchPicture, count_words, first_exchange, pictures_in, render, typeset
from blog.picture import Picture
from blog.picture_files import PictureFault, look
from blog.shelf import Shelf
from blog.slugs import slug_of
from blog.story import Head, Story, Tag

TAGS = "tags.toml"
LARGEST = 1_000_000
ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufff9-\uffff]")


def read_folder(folder: Path, before: Shelf | None = None) -> Shelf:
    """Read every story of a folder. A broken file is named in `faults`, and keeps the version of `before`
    unless a subject of it is gone.
    """
    before = before or Shelf()
    try:
        tags = read_tags(folder / TAGS)
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as fault:
        return Shelf(before.stories, before.tags, before.moved, (f"{TAGS}:{_toml_line(fault)}: {_said(fault)}",))
    kept = {story.name: story for story in before.stories}
    seen: dict[str, Picture] = {}
    stories: list[Story] = []
    faults: list[str] = []
    for path in sorted(folder.glob("*.md")):
        old = kept.get(path.name)
        try:
            stories.append(_read_file(path, tags, old if before.tags == tags else None, seen))
        except StoryFault as fault:
            faults.append(str(fault))
            if old is not None and tags.keys() >= set(old.head.tags):
                stories.append(old)
    stories, moved = _unique(stories, kept, faults)
    _check_parts(stories, faults)
    stories.sort(key=lambda story: (story.head.date, story.slug), reverse=True)
    return Shelf(tuple(stories), tags, moved, tuple(faults))


def read_tags(path: Path) -> dict[str, Tag]:
    """The curated tags, in the order of their file."""
    found = tomllib.loads(path.read_text("utf-8"))
    return {slug: Tag(slug, typeset(values["name"]), typeset(values["intro"])) for slug, values in found.items()}


def read_story(name: str, text: str, tags: Mapping[str, Tag], pictures: Mapping[str, Picture] | None = None) -> Story:
    """One story from its file's text, with the pictures it may show. Raises StoryFault with file and line."""
    where = Lines(name, text)
    found, content = split(where)
    head = read_head(found, stem=Path(name).stem, tags=tags, where=where)
    first = _first_line(text, content)
    if not content.strip():
        raise where.fault_at(len(text.splitlines()), "the story has no text")
    if odd := ODD.search(content):
        line = first + content.count("\n", 0, odd.start())
        raise where.fault_at(line, f"here is the character {unseen(odd.group())}, which cannot be seen; take it out")
    pictures = pictures or {}
    if head.image and head.image not in pictures:
        raise where.fault("image", f"there is no picture “{head.image}” beside the story")
    try:
        html = render(content, pictures, eager=not head.image)
    except NoSuchPicture as fault:
        told = f"there is no picture “{fault.source}” beside the story; a picture is a file of the stories' folder"
        raise where.fault_at(first + fault.line - 1, told) from fault
    digest = hashlib.sha256(text.encode()).hexdigest()[:20]
    return Story(head, html, count_words(html), first_exchange(html), name, digest, dict(pictures))


def split(where: Lines) -> tuple[dict[str, object], str]:
    """The head of a file as it was written, and its text."""
    try:
        post = frontmatter.loads(where.text)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(fault, "problem", None) or fault
        if any(written.lstrip(" ").startswith("\t") for written in where.text.splitlines()[line - 1 : line]):
            problem = "the line begins with a tab; begin it with spaces or with nothing"
        raise where.fault_at(line, f"the head is not in order: {problem}") from fault
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError) as fault:
        raise where.fault_at(1, f"the head is not in order: {fault}") from fault
    if not post.metadata:
        raise where.fault_at(1, "the file must begin with a head between two lines of ---")
    return post.metadata, post.content


def _first_line(text: str, content: str) -> int:
    """The line of the file on which the text after the head begins."""
    start = text.rfind(content) if content else len(text)
    return text.count("\n", 0, max(start, 0)) + 1


def _read_file(path: Path, tags: Mapping[str, Tag], old: Story | None, seen: dict[str, Picture]) -> Story:
    """The story of a file; `old` itself where neither the file nor one of its pictures has changed."""
    try:
        raw = path.read_bytes()
        if len(raw) > LARGEST:
            raise StoryFault(f"{path.name}:1: the file is larger than a megabyte; a story is a few pages")
        text = unicodedata.normalize("NFC", raw.decode("utf-8-sig")).replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        line = raw.count(b"\n", 0, fault.start) + 1
        raise StoryFault(f"{path.name}:{line}: the file is not written in UTF-8") from fault
    except OSError as fault:
        raise StoryFault(f"{path.name}:1: the file cannot be read ({fault.strerror})") from fault
    where = Lines(path.name, text)
    digest = hashlib.sha256(text.encode()).hexdigest()[:20]
    if old is not None and old.digest == digest:
        if not old.pictures:
            return old
        if _pictures(path.parent, tuple(old.pictures), where, seen) == old.pictures:
            return old
    if "![" not in text and "image:" not in text:
        return read_story(path.name, text, tags)
    return read_typed(path.name, text, path.parent, tags, seen)


def read_typed(
    name: str, text: str, folder: Path, tags: Mapping[str, Tag], seen: dict[str, Picture] | None = None
) -> Story:
    """The story that a file of that name and text in the folder would be. Raises StoryFault.

    `seen` are pictures of the folder that are known already; those looked at are added to it.
    """
    where = Lines(name, text)
    found, content = split(where)
    image = found.get("image")
    names = ((image,) if isinstance(image, str) else ()) + pictures_in(content)
    return read_story(name, text, tags, _pictures(folder, names, where, {} if seen is None else seen))


def _pictures(folder: Path, names: Iterable[str], where: Lines, seen: dict[str, Picture]) -> dict[str, Picture]:
    """The pictures of those names that are in the folder. Raises StoryFault where one cannot be used."""
    found: dict[str, Picture] = {}
    for name in dict.fromkeys(names):
        if name not in seen and Path(name).name == name and (folder / name).is_file():
            try:
                seen[name] = look(folder / name)
            except PictureFault as fault:
                line = next((n for n, line in enumerate(where.text.splitlines(), 1) if name in line), 1)
                raise where.fault_at(line, str(fault)) from fault
        if name in seen:
            found[name] = seen[name]
    return found


def _unique(stories: list[Story], kept: Mapping[str, Story], faults: list[str]) -> tuple[list[Story], dict[str, str]]:
    """Each slug once, and where former slugs lead. None is given twice.

    Whoever had a slug before keeps it; among those who had none it goes to the file of that name.
    """
    found: dict[str, Story] = {}
    for story in sorted(stories, key=lambda story: (not _had_it(story, kept), not _is_named_so(story), story.name)):
        if story.slug in found:
            faults.append(f"{story.name}:1: the slug “{story.slug}” is taken by {found[story.slug].name}")
            continue
        found[story.slug] = story
    moved: dict[str, str] = {}
    for story in list(found.values()):
        for former in story.head.former_slugs:
            if former in found:
                faults.append(f"{found[former].name}:1: the slug “{former}” once belonged to “{story.slug}”")
                found.pop(former)
            if former in moved:
                faults.append(f"{story.name}:1: the former slug “{former}” leads to “{moved[former]}” already")
                continue
            moved[former] = story.slug
    return list(found.values()), moved


def clashes(story: Story, others: Iterable[Story]) -> str:
    """Why a story cannot stand beside these others; empty where it can."""
    for other in others:
        if other.name == story.name:
            continue
        if story.slug == other.slug:
            return f"the slug “{story.slug}” is taken by {other.name}"
        if story.slug in other.head.former_slugs:
            return f"the slug “{story.slug}” once belonged to “{other.slug}”"
        for former in story.head.former_slugs:
            if former in (other.slug, *other.head.former_slugs):
                return f"the former slug “{former}” belongs to {other.name}"
        same_series = story.head.series and slug_of(story.head.series) == slug_of(other.head.series)
        if same_series and story.head.part == other.head.part:
            return f"part {story.head.part} of “{story.head.series}” is {other.name} already"
    return ""


def _had_it(story: Story, kept: Mapping[str, Story]) -> bool:
    return story.name in kept and kept[story.name].slug == story.slug


def _is_named_so(story: Story) -> bool:
    return story.name == f"{story.slug}.md"


def _check_parts(stories: Iterable[Story], faults: list[str]) -> None:
    """Two stories cannot be the same part of a series: both are shown, and somebody has to say which is which."""
    parts: dict[tuple[str, int], Story] = {}
    for story in stories:
        head: Head = story.head
        if not head.series:
            continue
        first = parts.setdefault((slug_of(head.series), head.part), story)
        if first is not story:
            faults.append(f"{story.name}:1: part {head.part} of “{head.series}” is {first.name} already")


def _toml_line(fault: Exception) -> str:
    found = re.search(r"at line (\d+)", str(fault))
    return found.group(1) if found else "1"


def _said(fault: Exception) -> str:
    if isinstance(fault, KeyError):
        return f"a tag has no {fault}"
    if isinstance(fault, OSError):
        return f"the subjects cannot be read ({fault.strerror})"
    if isinstance(fault, (AttributeError, TypeError)):
        return "each tag is a table with “name” and “intro”, both text"
    return str(fault)
