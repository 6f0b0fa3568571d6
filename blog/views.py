"""The pages of stories. None of them sets a cookie; all can be kept by a cache."""

from flask import Blueprint, Flask, Response, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from blog.edition import Edition
from blog.leaf import Leaf, number_of, pages_for, turn_to
from blog.library import Library
from blog.picture import element
from blog.refusals import NoSuchAuthor, NoSuchLeaf, NoSuchSeries, NoSuchStory, NoSuchTag, NoSuchYear
from blog.search import LONGEST, Finder
from blog.shelf import Shelf
from blog.story import Story
from blog.structured import Structured
from kit import clock, live_settings
from kit.context import current_settings
from kit.front import same_for_all
from kit.settings import Settings

blueprint = Blueprint("blog", __name__, url_prefix="/stories")

EXTENSION = "site_stories"
FINDER = f"{EXTENSION}_finder"
MINUTE = 60
ON_A_LEAF = 15
ON_A_LEAF_OF_A_YEAR = 100
HITS_ON_A_LEAF = 10
ABOUT = "Recruiting calls as they go: what was said, what was said back, and what came of it."


def install(app: Flask, settings: Settings) -> None:
    """Give the application its stories."""
    app.extensions[EXTENSION] = Library(settings.stories, kept=settings.instance / "stories.json")
    app.extensions[FINDER] = Finder()
    live_settings.taken_up.connect(_forget_editions, app)


def _forget_editions(app: Flask) -> None:
    app.extensions[EXTENSION].shelf().forget_editions()


def library() -> Library:
    """The folder of the stories, read."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Library)
    return found


def shelf() -> Shelf:
    """All stories, as they stand in their folder."""
    return library().shelf()


def current(app: Flask) -> Edition:
    """What may be seen now at that application, with the settings that hold now."""
    live_settings.take_up(app)
    found = app.extensions[EXTENSION]
    assert isinstance(found, Library)
    return found.shelf().edition(clock.now())


def edition() -> Edition:
    """What may be seen now."""
    return shelf().edition(clock.now())


def structured() -> Structured:
    """The words for machines."""
    return Structured(current_settings().base_url, current_settings().site_name)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Every story, newest first."""
    shown = edition()
    leaf = _leaf(shown.stories)
    page = _listing("blog/index.html", shown, leaf, name="Stories", about=ABOUT, path="/stories/")
    return printed(shown, page)


@blueprint.get("/<slug>")
def story(slug: str) -> ResponseReturnValue:
    """One story. A former slug leads to the present one."""
    shown = edition()
    found = shown.by_slug.get(slug)
    if found is None:
        now_at = shelf().moved.get(slug)
        if now_at in shown.by_slug:
            return redirect(f"/stories/{now_at}", 301)
        raise NoSuchStory
    return printed(shown, show(found, shown))


def show(
    found: Story, shown: Edition, *, preview: bool = False, template: str = "blog/story.html", **more: object
) -> str:
    """The page of a story. As a preview it says that it is one, and machines learn nothing from it."""
    card = f"/stories/{found.slug}/card.png"
    return render_template(
        template,
        story=found,
        body=Markup(found.html),  # noqa: S704  # sanitised by blog.markup
        edition=shown,
        tags=shelf().tags,
        series=shown.series_of(found) if not preview else None,
        related=shown.related.get(found.slug, ()),
        changed=shown.changed(found) if not preview else found.head.date,
        card=card,
        picture_element=element,
        data="" if preview else structured().story(found, shown, card),
        preview=preview,
        **more,
    )


@blueprint.get("/tags/<tag>")
def tagged(tag: str) -> ResponseReturnValue:
    """The stories of one subject."""
    shown = edition()
    found = shown.tags.get(tag)
    if found is None:
        raise NoSuchTag
    leaf = _leaf(shown.by_tag[tag])
    path = f"/stories/tags/{tag}"
    page = _listing("blog/tag.html", shown, leaf, name=found.name, about=found.intro, path=path, tag=found)
    return printed(shown, page)


@blueprint.get("/series/<slug>")
def series(slug: str) -> ResponseReturnValue:
    """The parts of a series, in their order."""
    shown = edition()
    found = shown.series.get(slug)
    if found is None:
        raise NoSuchSeries
    about = f"A series of {len(found.stories)}: {found.stories[0].head.summary}"
    leaf = Leaf(found.stories, 1, 1)
    path = f"/stories/series/{slug}"
    page = _listing("blog/series.html", shown, leaf, name=found.name, about=about, path=path, series=found)
    return printed(shown, page)


@blueprint.get("/authors/<slug>")
def author(slug: str) -> ResponseReturnValue:
    """Who wrote, and what."""
    shown = edition()
    found = shown.authors.get(slug)
    if found is None:
        raise NoSuchAuthor
    leaf = _leaf(found.stories)
    data = structured().author(found)
    path = f"/stories/authors/{slug}"
    page = render_template(
        "blog/author.html", edition=shown, leaf=leaf, tags=shown.tags, author=found, path_here=path, data=data
    )
    return printed(shown, page)


@blueprint.get("/archive/")
def archive() -> ResponseReturnValue:
    """The years in which stories appeared."""
    shown = edition()
    leaf = Leaf((), 1, 1)
    about = "Every story by the year in which it appeared."
    page = _listing("blog/archive.html", shown, leaf, name="Archive", about=about, path="/stories/archive/")
    return printed(shown, page)


@blueprint.get("/archive/<int:year>")
def archive_of(year: int) -> ResponseReturnValue:
    """The stories of one year, by month."""
    shown = edition()
    if year not in shown.years:
        raise NoSuchYear
    leaf = _leaf(shown.years[year], size=ON_A_LEAF_OF_A_YEAR)
    about = f"The stories that appeared in {year}."
    path = f"/stories/archive/{year}"
    page = _listing("blog/year.html", shown, leaf, name=str(year), about=about, path=path, year=year)
    return printed(shown, page)


@blueprint.get("/search")
def search() -> ResponseReturnValue:
    """Stories that hold some words, the best first."""
    shown = edition()
    typed = request.args.get("q", "").strip()[:LONGEST]
    number = number_of(request.args.get("page", ""))
    finder: Finder = current_app.extensions[FINDER]
    found = finder.find(shown, typed, most=HITS_ON_A_LEAF, skip=(number - 1) * HITS_ON_A_LEAF)
    pages = pages_for(found.total, size=HITS_ON_A_LEAF)
    if number > pages:
        raise NoSuchLeaf
    page = render_template(
        "blog/search.html", edition=shown, tags=shown.tags, typed=typed, found=found, number=number, pages=pages
    )
    return kept(page) if typed else printed(shown, page)


def printed(shown: Edition, page: str, kind: str = "text/html") -> Response:
    """A page of an edition, the same for everybody until the next edition, for caches to keep for a minute."""
    same_for_all(shown)
    response = kept(page)
    response.mimetype = kind
    return response


def kept(page: str) -> Response:
    """A page that belongs to no edition, for caches to keep for a minute."""
    response = Response(page)
    response.headers["Cache-Control"] = f"public, max-age={MINUTE}"
    response.add_etag()
    response.make_conditional(request)
    return response


def _leaf(stories: tuple[Story, ...], size: int = ON_A_LEAF) -> Leaf:
    return turn_to(request.args.get("page", ""), stories, size=size)


def _listing(template: str, shown: Edition, leaf: Leaf, *, name: str, about: str, path: str, **more: object) -> str:
    here = path + (f"?page={leaf.number}" if leaf.number > 1 else "")
    data = structured().listing(name, about, here, leaf.stories)
    return render_template(
        template, edition=shown, leaf=leaf, tags=shown.tags, about=about, path_here=path, data=data, **more
    )
