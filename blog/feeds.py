"""Stories as feeds: Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1, whole text, each with its postscript."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import urljoin, urlsplit

from blog.edition import Edition
from blog.picture import element
from blog.story import Story

MOST = 30
KINDS = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}
LINK = re.compile(r' (href|src|srcset)="([^"]*)"')
COMPOSITE = (
    "A composite: several calls have become one, and names, places and details are changed. "
    "What is said is what such people say."
)


@dataclass(frozen=True)
class Entry:
    """A story as a feed tells it; `id` stays the same when the story is renamed."""

    id: str
    address: str
    story: Story
    tags: tuple[tuple[str, str], ...]
    changed: datetime
    content: str


@dataclass(frozen=True)
class Feed:
    """The latest stories, and when the last of them changed. `path` and `home` are absolute paths."""

    id: str
    title: str
    about: str
    path: str
    home: str
    updated: datetime
    entries: tuple[Entry, ...]


def make_feed(
    edition: Edition, stories: Sequence[Story], *, base_url: str, title: str, about: str, home: str, path: str
) -> Feed:
    """The feed of these stories, newest first."""
    entries = tuple(_entry(story, edition, base_url) for story in stories[:MOST])
    return Feed(name_of(base_url, home), title, about, path, home, edition.last_change(stories[:MOST]), entries)


def name_of(base_url: str, path: str) -> str:
    """A name for what is at that path, good for ever (RFC 4151)."""
    return f"tag:{urlsplit(base_url).hostname},2026:{path}"


def content_of(story: Story, base_url: str) -> str:
    """The whole story as HTML with absolute addresses, its postscript a link."""
    picture = ""
    if story.picture:
        picture = f'<figure class="picture">{element(story.picture, story.head.image_alt, eager=True)}</figure>\n'
    last = f"<p><small>{COMPOSITE}</small></p>" if story.head.details_changed else ""
    return absolute(picture + story.html, f"{base_url}/stories/{story.slug}") + postscript(story, base_url) + last


def postscript(story: Story, base_url: str) -> str:
    """The P.S. where there can be no form: its question, and links to the assessment and to a consult."""
    return (
        f"<p><em>P.S.</em> {escape(story.head.ps)} "
        f'<a href="{base_url}/assessment/?from={story.slug}">Put in your number</a> or '
        f'<a href="{base_url}/book/?from={story.slug}">book a consult</a>.</p>'
    )


def absolute(html: str, base: str) -> str:
    """The same HTML, read away from its page. What stands in its attributes is escaped already and stays so."""

    def whole(found: re.Match[str]) -> str:
        name, value = found.groups()
        if name != "srcset":
            return f' {name}="{urljoin(base, value)}"'
        candidates = (one.strip().partition(" ") for one in value.split(","))
        return f' srcset="{", ".join(f"{urljoin(base, address)} {size}" for address, _, size in candidates)}"'

    return LINK.sub(whole, html)


def rss_date(at: datetime) -> str:
    """A moment as RSS writes it (RFC 5322)."""
    return format_datetime(at)


def as_json(feed: Feed, *, base_url: str, site_name: str) -> str:
    """The feed in the words of JSON Feed 1.1."""
    shown: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.about,
        "home_page_url": base_url + feed.home,
        "feed_url": base_url + feed.path,
        "language": "en",
        "authors": [{"name": site_name, "url": f"{base_url}/"}],
        "items": [_item(entry, base_url) for entry in feed.entries],
    }
    return json.dumps(shown, ensure_ascii=False, indent=1)


def _item(entry: Entry, base_url: str) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.address,
        "title": entry.story.head.title,
        "summary": entry.story.head.summary,
        "content_html": entry.content,
        "image": f"{entry.address}/card.png",
        "date_published": entry.story.head.date.isoformat(),
        "date_modified": entry.changed.isoformat(),
        "authors": [{"name": entry.story.head.author}],
        "tags": [name for _, name in entry.tags],
        "language": "en",
    }


def _entry(story: Story, edition: Edition, base_url: str) -> Entry:
    return Entry(
        id=name_of(base_url, f"/stories/{story.first_slug}"),
        address=f"{base_url}/stories/{story.slug}",
        story=story,
        tags=tuple((tag, edition.tags[tag].name) for tag in story.head.tags),
        changed=edition.changed(story),
        content=content_of(story, base_url),
    )
