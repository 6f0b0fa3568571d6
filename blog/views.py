"""The pages of stories, and their feed. None of them sets a cookie; all can be kept by a cache."""

import json
from typing import Any

from flask import Blueprint, Flask, Response, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from blog.library import Library, Shelf
from blog.refusals import NoSuchStory, NoSuchTag
from blog.story import Story
from kit import clock
from kit.context import current_settings
from kit.settings import Settings

blueprint = Blueprint("blog", __name__, url_prefix="/stories")

EXTENSION = "site_stories"
MINUTE = 60
FEED_LENGTH = 30


def install(app: Flask, settings: Settings) -> None:
    """Give the application its stories."""
    app.extensions[EXTENSION] = Library(settings.root / "blog" / "posts")


def shelf() -> Shelf:
    """All stories, as they stand in their folder."""
    library = current_app.extensions[EXTENSION]
    assert isinstance(library, Library)
    return library.shelf()


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Every story, newest first."""
    stories = shelf().visible(clock.now())
    used = {tag for story in stories for tag in story.head.tags}
    return _kept(render_template("blog/index.html", stories=stories, tags=shelf().tags, used=used))


@blueprint.get("/<slug>")
def story(slug: str) -> ResponseReturnValue:
    """One story. A former slug leads to the present one."""
    found = shelf().find(slug, clock.now())
    if found is None:
        now_at = shelf().moved.get(slug)
        if now_at and shelf().find(now_at, clock.now()):
            return redirect(f"/stories/{now_at}", 301)
        raise NoSuchStory
    page = render_template(
        "blog/story.html",
        story=found,
        body=Markup(found.html),  # noqa: S704  # sanitised by blog.markup
        tags=shelf().tags,
        related=shelf().related(found, clock.now()),
        data=_structured(found),
    )
    return _kept(page)


@blueprint.get("/tags/<tag>")
def tagged(tag: str) -> ResponseReturnValue:
    """The stories of one subject."""
    found = shelf().tags.get(tag)
    stories = shelf().tagged(tag, clock.now())
    if found is None or not stories:
        raise NoSuchTag
    return _kept(render_template("blog/tag.html", tag=found, stories=stories, tags=shelf().tags))


@blueprint.get("/feed.atom")
def feed() -> ResponseReturnValue:
    """The latest stories with their whole text (RFC 4287)."""
    stories = shelf().visible(clock.now())[:FEED_LENGTH]
    response = _kept(render_template("blog/feed.atom", stories=stories, tags=shelf().tags))
    response.headers["Content-Type"] = "application/atom+xml; charset=utf-8"
    return response


def _kept(page: str) -> Response:
    """A page that caches may keep for a minute and then ask about."""
    response = Response(page)
    response.headers["Cache-Control"] = f"public, max-age={MINUTE}"
    response.add_etag()
    response.make_conditional(request)
    return response


def _structured(found: Story) -> Markup:
    """What the page says, for machines (schema.org BlogPosting and BreadcrumbList)."""
    base = current_settings().base_url
    address = f"{base}/stories/{found.slug}"
    posting: dict[str, Any] = {
        "@type": "BlogPosting",
        "@id": address,
        "mainEntityOfPage": address,
        "headline": found.head.title,
        "description": found.head.summary,
        "datePublished": found.head.date.isoformat(),
        "dateModified": found.head.updated.isoformat(),
        "wordCount": found.words,
        "inLanguage": "en",
        "author": {"@type": "Organization", "name": found.head.author},
        "publisher": {"@type": "Organization", "name": current_settings().site_name, "url": base + "/"},
    }
    trail = {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": 1, "name": "Stories", "item": f"{base}/stories/"},
            {"@type": "ListItem", "position": 2, "name": found.head.title, "item": address},
        ],
    }
    text = json.dumps({"@context": "https://schema.org", "@graph": [posting, trail]}, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704  # cannot end the element it stands in
