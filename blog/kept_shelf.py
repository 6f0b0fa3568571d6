"""What was read, kept as a file, so that a start need not render every story again.

It holds for the code, the libraries and the folder it was made with; under any other it is as if it were not there.
A story whose file broke while the site was down goes on standing as it was, too.
"""

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from blog.kept_files import keep
from blog.picture import Picture
from blog.shelf import Shelf
from blog.story import Head, Story, Tag

# Whatever decides what becomes of a text.
CODE = ("head", "kept_shelf", "markup", "picture", "picture_files", "reading", "slugs", "story")
LIBRARIES = ("markdown-it-py", "mdit-py-plugins", "nh3", "python-frontmatter", "PyYAML")


def load(path: Path, folder: Path) -> Shelf:
    """The shelf of that folder as it was kept; an empty one where there is none that holds."""
    try:
        found = json.loads(path.read_text("utf-8"))
        if found["made_by"] != _made_by(folder):
            return Shelf()
        tags = {slug: Tag(**fields) for slug, fields in found["tags"].items()}
        return Shelf(tuple(_story(fields) for fields in found["stories"]), tags)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Shelf()


def save(path: Path, folder: Path, shelf: Shelf) -> None:
    """Keep the shelf of that folder. Raises OSError."""
    content = {
        "made_by": _made_by(folder),
        "tags": {slug: asdict(tag) for slug, tag in shelf.tags.items()},
        "stories": [asdict(story) for story in shelf.stories],
    }
    keep(path, json.dumps(content, default=datetime.isoformat).encode())


def _story(fields: dict[str, Any]) -> Story:
    head = fields["head"]
    for name in ("date", "updated"):
        head[name] = datetime.fromisoformat(head[name])
    for name in ("tags", "former_slugs"):
        head[name] = tuple(head[name])
    exchange = tuple((speaker, words) for speaker, words in fields["exchange"])
    pictures = {name: Picture(**picture) for name, picture in fields["pictures"].items()}
    return Story(**{**fields, "head": Head(**head), "exchange": exchange, "pictures": pictures})


def _made_by(folder: Path) -> str:
    return hashlib.sha256(f"{_code()}\0{folder.resolve()}".encode()).hexdigest()


@cache
def _code() -> str:
    here = Path(__file__).parent
    sources = (hashlib.sha256((here / f"{name}.py").read_bytes()).hexdigest() for name in CODE)
    return " ".join([*sources, *(version(name) for name in LIBRARIES)])
