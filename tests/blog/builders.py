"""Stories for tests: as files, as values, and a site that tells them."""

import random
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from PIL import Image

from blog.library import Library
from blog.reading import read_story
from blog.shelf import Shelf
from blog.story import Story, Tag
from blog.views import EXTENSION

TAGS = {
    "habits": Tag("habits", "Habits", "What makes it happen."),
    "listening": Tag("listening", "Listening", "Calls that turned."),
    "follow-up": Tag("follow-up", "Follow-up", "The second call."),
}
HEAD = {
    "title": "A title",
    "date": "2026-10-01T08:00:00-04:00",
    "summary": "One sentence.",
    "author": "The site",
    "tags": "[habits]",
}


def a_file(words: str = "Some words.", **changes: str | None) -> str:
    """The text of a story's file."""
    head = {name: value for name, value in (HEAD | changes).items() if value is not None}
    return "---\n" + "".join(f"{name}: {value}\n" for name, value in head.items()) + f"---\n\n{words}\n"


def a_folder(folder: Path, **files: str) -> Path:
    """A folder of stories; `the_name` becomes `the-name.md`."""
    tags = "".join(f'[{tag.slug}]\nname = "{tag.name}"\nintro = "{tag.intro}"\n' for tag in TAGS.values())
    (folder / "tags.toml").write_text(tags, "utf-8")
    for name, text in files.items():
        (folder / f"{name.replace('_', '-')}.md").write_text(text, "utf-8")
    return folder


def a_story(slug: str, words: str = "Some words.", **changes: str | None) -> Story:
    """A story as a value."""
    return read_story(f"{slug}.md", a_file(words, **changes), TAGS)


def a_shelf(*stories: Story) -> Shelf:
    """A shelf of these."""
    newest_first = sorted(stories, key=lambda story: (story.head.date, story.slug), reverse=True)
    return Shelf(tuple(newest_first), TAGS)


def a_picture(path: Path, width: int, height: int) -> Path:
    """A picture of that size, of coarse dust."""
    dust = random.Random(1).randbytes(16 * 16 * 3)
    image = Image.frombytes("RGB", (16, 16), dust).resize((width, height))
    image.save(path)
    return path


def tell(app: Flask, folder: Path) -> Library:
    """Let the site tell the stories of that folder."""
    library = Library(folder, look_every=0)
    app.extensions[EXTENSION] = library
    return library


def on(month: int, day: int) -> datetime:
    """A moment of 2026."""
    return datetime(2026, month, day, 12, tzinfo=UTC)
