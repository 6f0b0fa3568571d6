"""Stories for machines: feeds, the card that stands for a story elsewhere, and pictures."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from blog import card, feeds, picture_files
from blog.feeds import Feed
from blog.picture import FORMATS
from blog.refusals import NoSuchPicture, NoSuchStory, NoSuchTag
from blog.views import ABOUT, edition, library, printed, shelf
from kit.context import current_settings
from kit.logs import log

blueprint = Blueprint("blog_machines", __name__, url_prefix="/stories")

DAY, FOR_EVER = 86_400, 31_536_000
KIND = f"<any({', '.join(feeds.KINDS)}):kind>"


@blueprint.get(f"/feed.{KIND}")
def feed(kind: str) -> ResponseReturnValue:
    """The latest stories with their whole text."""
    shown = edition()
    settings = current_settings()

    title, path = f"{settings.site_name}: stories", f"/stories/feed.{kind}"
    made = feeds.make_feed(
        shown, shown.stories, base_url=settings.base_url, title=title, about=ABOUT, home="/stories/", path=path
    )
    return printed(shown, _written(made, kind), feeds.KINDS[kind])


@blueprint.get(f"/tags/<tag>/feed.{KIND}")
def feed_of_tag(tag: str, kind: str) -> ResponseReturnValue:
    """The latest stories of one subject."""
    shown = edition()
    found = shown.tags.get(tag)
    settings = current_settings()
    if found is None:
        raise NoSuchTag

    home = f"/stories/tags/{tag}"
    made = feeds.make_feed(
        shown,
        shown.by_tag[tag],
        base_url=settings.base_url,
        title=f"{settings.site_name}: {found.name}",
        about=found.intro,
        home=home,
        path=f"{home}/feed.{kind}",
    )
    return printed(shown, _written(made, kind), feeds.KINDS[kind])


@blueprint.get("/<slug>/card.png")
def social_card(slug: str) -> ResponseReturnValue:
    """The picture that stands for a story where somebody shares it."""
    shown = edition()
    found = shown.by_slug.get(slug)
    if found is None:
        raise NoSuchStory
    settings = current_settings()
    fonts, cache = settings.root / "static" / "fonts", settings.instance / "cards"
    wanted = card.card_of(found, shown.tags, settings.site_name, fonts=fonts)
    return picture_answer(card.made(wanted, fonts=fonts, cache=cache), card.file_name(wanted), DAY)


@blueprint.get("/mark.png")
def mark() -> ResponseReturnValue:
    """The mark of the site as a picture, for whoever cannot draw."""
    cache = current_settings().instance / "cards"
    return picture_answer(card.made_mark(cache), card.MARK, DAY)


@blueprint.get(f"/pictures/<digest>-<int:width>.<any({', '.join(FORMATS)}):form>")
def picture(digest: str, width: int, form: str) -> ResponseReturnValue:
    """A picture in one of its widths and formats. What is in it never changes."""
    found = shelf().pictures.get(digest)
    if found is None or width not in found.widths:
        raise NoSuchPicture
    cache = current_settings().instance / "pictures"
    try:
        content = picture_files.made(library().folder, found, width, form, cache)
    except picture_files.PictureFault as fault:
        log.warning("a picture cannot be made", fault=str(fault))
        raise NoSuchPicture from fault
    return picture_answer(content, found.file_name(width, form), FOR_EVER, FORMATS[form])


def _written(made: Feed, kind: str) -> str:
    settings = current_settings()
    if kind == "json":
        return feeds.as_json(made, base_url=settings.base_url, site_name=settings.site_name)
    template = "blog/feed.rss" if kind == "rss" else "blog/feed.atom"
    return render_template(template, feed=made, rss_date=feeds.rss_date)


def picture_answer(content: bytes, name: str, seconds: int, kind: str = "image/png") -> Response:
    """A picture, for caches to keep for so many seconds; its name tells it from every other one."""
    response = Response(content, mimetype=kind)
    response.headers["Cache-Control"] = f"public, max-age={seconds}" + (", immutable" if seconds == FOR_EVER else "")
    response.set_etag(name.partition(".")[0])
    response.make_conditional(request)
    return response
