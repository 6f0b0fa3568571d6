"""Posts of other programs as drafts: each a file that can be read, with what somebody has to look at."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from blog import writing
from blog.editing import add_picture
from blog.head import UNSEEN, StoryFault
from blog.imported import PICTURE, Post, from_ghost, from_markdown, from_wordpress
from blog.library import Library
from blog.markup import plain_text, render
from blog.reading import ODD, clashes, read_typed
from blog.refusals import FileExists, StoryFaulty
from blog.shelf import Shelf
from blog.slugs import slug_of
from blog.story import Tag
from blog.writing import Written
from kit.refusals import Refusal

TITLE, SUMMARY, AUTHOR = 90, 220, 60
SOURCES = {"wordpress": from_wordpress, "ghost": from_ghost, "markdown": from_markdown}


@dataclass(frozen=True)
class Taken:
    """What became of a post: the name of its file, empty where there is none, and what is to be looked at."""

    title: str
    name: str
    remarks: tuple[str, ...]


def take_in_from(library: Library, kind: str, source: Path, *, author: str, now: datetime) -> Iterator[Taken]:
    """Take in the posts of a file or folder of that kind. Raises CannotImport."""
    return take_in(library, SOURCES[kind](source), author=author, now=now)


def take_in(library: Library, posts: Iterable[Post], *, author: str, now: datetime) -> Iterator[Taken]:
    """Write each post as a draft; one whose name is taken is left alone, so that an import can be repeated."""
    for post in posts:
        yield _take(library, library.renewed(), post, author, now)
    library.renewed()


def _take(library: Library, shelf: Shelf, post: Post, author: str, now: datetime) -> Taken:
    remarks = list(post.remarks)
    title = _line(post.title, TITLE, "title", remarks) or "Without a title"
    slug = slug_of(post.slug) or slug_of(title) or "story"
    name = f"{slug}.md"
    if not post.text.strip():
        return Taken(title, "", (*remarks, "it has no text and was left"))
    if (library.folder / name).exists():
        return Taken(title, "", (f"there is a {name} already; it was left as it is",))
    text = _pictures(library, post, ODD.sub("", post.text), remarks)
    written = Written(
        title=title,
        date=(post.date or now).replace(microsecond=0),
        updated=post.updated.replace(microsecond=0) if post.date and post.updated and _later(post) else None,
        summary=_summary(post, text, remarks),
        author=_line(post.author, AUTHOR, "author", remarks) or author,
        tags=_tags(post.tags, shelf.tags, remarks),
        body=text,
        draft=True,
        details_changed=False,
    )
    if post.date is None:
        remarks.append("it had no date; today stands there")
    whole = writing.compose(written)
    try:
        story = read_typed(name, whole, library.folder, shelf.tags)
        if clash := clashes(story, shelf.stories):
            return Taken(title, "", (*remarks, f"{clash}; it was left"))
        writing.create(library.folder, name, whole)
    except FileExists:
        return Taken(title, "", (f"there is a {name} already; it was left as it is",))
    except (StoryFault, Refusal) as fault:
        return Taken(title, "", (*remarks, str(fault)))
    return Taken(title, name, tuple(remarks))


def _pictures(library: Library, post: Post, text: str, remarks: list[str]) -> str:
    """Pictures that came as files are put beside the stories; of all others the address is left as a link."""
    names: dict[str, str] = {}
    for address in post.pictures:
        path = _file_of(post.folder, address)
        if path is None:
            remarks.append(f"a picture has to be added by hand: {address}")
            continue
        try:
            names[address] = add_picture(library, path.name, path.read_bytes())
        except (StoryFaulty, OSError) as fault:
            remarks.append(f"the picture {address} was left: {fault}")

    def put(found: re.Match[str]) -> str:
        said, address = found["said"], found["a"] or found["b"]
        if address in names:
            return f"![{said}]({names[address]})"
        return f"[{said or 'picture'}]({address})"

    return PICTURE.sub(put, text)


def _file_of(folder: Path | None, address: str) -> Path | None:
    """A picture beside its post; nothing outside of the folder that is imported is opened."""
    if folder is None or "://" in address or address.startswith(("/", "#")):
        return None
    path = (folder / address).resolve()
    return path if path.is_relative_to(folder.resolve()) and path.is_file() else None


def _tags(found: Iterable[str], known: Mapping[str, Tag], remarks: list[str]) -> tuple[str, ...]:
    """Those of the site's subjects that were meant; the first of the site where none was."""
    by_name = {slug_of(tag.name): slug for slug, tag in known.items()} | {slug: slug for slug in known}
    wanted = list(dict.fromkeys(slug_of(tag) for tag in found))
    if unknown := [tag for tag in wanted if tag not in by_name]:
        remarks.append(f"no subject here is called {', '.join(unknown)}")
    chosen = tuple(dict.fromkeys(by_name[tag] for tag in wanted if tag in by_name))
    if not chosen:
        chosen = (next(iter(known)),)
        remarks.append(f"the subject {chosen[0]} stands there until somebody chooses")
    return chosen


def _summary(post: Post, text: str, remarks: list[str]) -> str:
    told = _line(plain_text(render(PICTURE.sub("", post.summary))), SUMMARY, "summary", remarks)
    if told:
        return told
    words = plain_text(render(PICTURE.sub("", text)))
    sentence = re.split(r"(?<=[.!?…”])\s", words, maxsplit=1)[0]
    remarks.append("it had no summary; its first sentence stands there")
    return _line(sentence, SUMMARY, "summary", []) or "A summary has to be written."


def _line(value: str, most: int, name: str, remarks: list[str]) -> str:
    """The line without what cannot be seen, cut at a word where it is too long."""
    plain = " ".join(UNSEEN.sub("", value.replace("\n", " ")).split())
    if len(plain) <= most:
        return plain
    remarks.append(f"the {name} was too long and is cut")
    return plain[: most - 2].rsplit(" ", 1)[0] + " …"


def _later(post: Post) -> bool:
    return post.date is not None and post.updated is not None and post.updated > post.date
