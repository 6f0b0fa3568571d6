"""What other programs export, as the pieces of a story: WordPress (WXR), Ghost (JSON), folders of Markdown."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import frontmatter
import yaml
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from markdown_it import MarkdownIt

from blog.foreign_html import Converted, to_markdown
from blog.refusals import CannotImport

MOST_BYTES = 200 * 1024 * 1024
RAW_HTML = re.compile(r"(?<!\()</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^>]*)?/?>|<!--")
PICTURE = re.compile(r"!\[(?P<said>[^\]]*)\]\(\s*(?:<(?P<a>[^>\n]+)>|(?P<b>[^)\s]+))(?:\s+\"[^\"]*\")?\s*\)")


@dataclass(frozen=True)
class Post:
    """A post of another program. `folder` is where its pictures are, for those that came as files."""

    title: str
    text: str
    slug: str = ""
    date: datetime | None = None
    updated: datetime | None = None
    author: str = ""
    summary: str = ""
    tags: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    folder: Path | None = field(default=None, compare=False)


def from_wordpress(path: Path) -> Iterator[Post]:
    """The posts of a WXR file; pages, attachments and the trash are left. Raises CannotImport."""
    _check_size(path)
    try:
        for _, element in iterparse(path, forbid_dtd=True):
            if _local(element) == "item":
                if (post := _wordpress_post(element)) is not None:
                    yield post
                element.clear()
    except DefusedXmlException as fault:
        raise CannotImport(f"{path.name} declares entities or a document type; no export of WordPress does") from fault
    except (ParseError, ValueError) as fault:
        raise CannotImport(f"{path.name} is not well-formed XML ({fault})") from fault


def _wordpress_post(item: Element) -> Post | None:
    found: dict[str, str] = {}
    tags: list[str] = []
    for child in item:
        name, text = _local(child), child.text or ""
        if name == "category":
            tags.append(child.get("nicename") or text)
        elif name == "encoded":
            found["excerpt" if "excerpt" in child.tag else "content"] = text
        else:
            found.setdefault(name, text.strip())
    if found.get("post_type", "post") != "post" or found.get("status") in ("trash", "auto-draft", "inherit"):
        return None
    body = to_markdown(found.get("content", ""), shortcodes=True)
    return Post(
        title=found.get("title", ""),
        text=body.text,
        slug=found.get("post_name", ""),
        date=_moment(found.get("post_date_gmt")) or _moment(found.get("pubDate")),
        updated=_moment(found.get("post_modified_gmt")),
        author=found.get("creator", ""),
        summary=to_markdown(found.get("excerpt", "")).text,
        tags=tuple(tags),
        remarks=_remarks(body),
        pictures=body.pictures,
    )


def from_ghost(path: Path) -> Iterator[Post]:
    """The posts of a Ghost export; pages are left. Raises CannotImport."""
    _check_size(path)
    try:
        read = json.loads(path.read_text("utf-8-sig"))
        data = read["db"][0]["data"] if "db" in read else read["data"]
        posts = data["posts"]
        tags = {tag["id"]: tag.get("slug") or tag["name"] for tag in data.get("tags", ())}
        people = {user["id"]: user["name"] for user in data.get("users", ())}
        of_post: dict[Any, list[str]] = {}
        for link in data.get("posts_tags", ()):
            of_post.setdefault(link["post_id"], []).append(tags.get(link["tag_id"], ""))
        writers = {link["post_id"]: people.get(link["author_id"], "") for link in data.get("posts_authors", ())}
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as fault:
        raise CannotImport(f"{path.name} is not an export of Ghost ({type(fault).__name__}: {fault})") from fault
    for post in posts:
        if not isinstance(post, dict) or post.get("type", "post") != "post" or post.get("page"):
            continue
        body = to_markdown(str(post.get("html") or ""))
        only_inside = not body.text and bool(post.get("lexical") or post.get("mobiledoc"))
        yield Post(
            title=str(post.get("title") or ""),
            text=body.text or str(post.get("plaintext") or ""),
            slug=str(post.get("slug") or ""),
            date=_moment(post.get("published_at")) or _moment(post.get("created_at")),
            updated=_moment(post.get("updated_at")),
            author=writers.get(post.get("id")) or people.get(post.get("author_id"), ""),
            summary=str(post.get("custom_excerpt") or ""),
            tags=tuple(filter(None, of_post.get(post.get("id"), ()))),
            remarks=(*_remarks(body), *(("it came as plain text only",) if only_inside else ())),
            pictures=body.pictures,
        )


def from_markdown(folder: Path) -> Iterator[Post]:
    """The Markdown files of a folder and of those in it, with heads in YAML or TOML. Raises CannotImport."""
    if not folder.is_dir():
        raise CannotImport(f"{folder.name} is not a folder")
    for path in sorted([*folder.rglob("*.md"), *folder.rglob("*.markdown")]):
        try:
            head, body = _head_of(path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, TypeError, AttributeError) as fault:
            yield Post(title=path.stem, text="", remarks=(f"it could not be read ({' '.join(str(fault).split())})",))
            continue
        converted = _plain(body)
        named = re.sub(r"^\d{4}-\d{2}-\d{2}-", "", path.stem)
        dated = re.match(r"\d{4}-\d{2}-\d{2}", path.stem)
        yield Post(
            title=str(head.get("title") or named.replace("-", " ").capitalize()),
            text=converted.text,
            slug=str(head.get("slug") or named),
            date=_moment(head.get("date")) or _moment(dated[0] if dated else None),
            updated=_moment(head.get("lastmod") or head.get("updated") or head.get("modified")),
            author=_first(head.get("author") or head.get("authors")),
            summary=str(head.get("summary") or head.get("description") or head.get("excerpt") or ""),
            tags=(*_several(head.get("tags")), *_several(head.get("categories") or head.get("category"))),
            remarks=_remarks(converted),
            pictures=converted.pictures,
            folder=path.parent,
        )


def _plain(body: str) -> Converted:
    """The same Markdown; where raw HTML stands in it, what that shows. Pictures are named, not taken out."""
    pictures = tuple(dict.fromkeys(found["a"] or found["b"] for found in PICTURE.finditer(body)))
    outside = re.sub(r"(?s)```.*?```|`[^`\n]*`", "", body)
    if not RAW_HTML.search(outside):
        return Converted(body.strip(), pictures, ())
    made = to_markdown(MarkdownIt("commonmark", {"html": True}).enable("table").render(body))
    return Converted(made.text, pictures or made.pictures, (*made.left_out, "raw HTML, made into Markdown"))


def _head_of(text: str) -> tuple[Mapping[str, Any], str]:
    if text.startswith("+++"):
        _, head, body = text.split("+++", 2)
        return tomllib.loads(head), body
    post = frontmatter.loads(text)
    return post.metadata, post.content


def _remarks(converted: Converted) -> tuple[str, ...]:
    left = f"left out: {', '.join(converted.left_out)}" if converted.left_out else ""
    return (left,) if left else ()


def _moment(value: object) -> datetime | None:
    """A moment however it was written; what has no zone is taken as UTC."""
    found: datetime | None = None
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        found = datetime(value.year, value.month, value.day)  # noqa: DTZ001  # the zone follows
    elif isinstance(value, str) and value.strip() and not value.startswith("0000"):
        try:
            found = datetime.fromisoformat(value.strip())
        except ValueError:
            try:
                found = parsedate_to_datetime(value)
            except (ValueError, TypeError, IndexError):
                return None
    if found is None:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _several(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def _first(value: object) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("name", "")
    return str(value or "")


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _check_size(path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError as fault:
        raise CannotImport(f"{path} cannot be read ({fault.strerror})") from fault
    if size > MOST_BYTES:
        raise CannotImport(f"{path.name} is larger than {MOST_BYTES // 1024 // 1024} megabytes")
