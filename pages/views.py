"""The pages that belong to no feature: home, about, privacy, and what machines ask for."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from blog.views import edition, printed, structured
from kit.context import current_settings
from leads import webhook_lists

blueprint = Blueprint("pages", __name__)

NEWEST = 4
HIDDEN = (
    "/desk/",
    "/dev/",
    "/stories/preview/",
    "/verify",
    "/book/feed/",
    "/assessment/at/",
    "/assessment/result/",
    "/assessment/report/",
    "/assessment/book/",
    "/assessment/shared/",
    "/assessment/weekly/",
    "/book/held/",
    "/book/consult/",
    "/book/times/",
    "/book/waitlist/",
    "/newsletter/confirm/",
    "/newsletter/leave/",
    "/newsletter/back/",
)
OPEN_PAGES = ("/assessment/", "/assessment/method", "/book/", "/newsletter/", "/about", "/privacy")


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """What this is, in five seconds, and the newest stories."""
    shown = edition()
    stories = shown.stories[:NEWEST]
    data = structured().site()
    return printed(shown, render_template("pages/home.html", stories=stories, data=data))


@blueprint.get("/about")
def about() -> ResponseReturnValue:
    """Who we are and how we work."""
    return _kept(render_template("pages/about.html"))


@blueprint.get("/privacy")
def privacy() -> ResponseReturnValue:
    """What is kept, for how long, and what one can ask for."""
    return _kept(render_template("pages/privacy.html", programs=webhook_lists.names()))


@blueprint.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """Which pages are nobody's business."""
    base = current_settings().base_url
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in HIDDEN), f"Sitemap: {base}/sitemap.xml"]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@blueprint.get("/sitemap.xml")
def sitemap() -> ResponseReturnValue:
    """Every page that may be found (sitemaps.org), and when what stands on it last changed, where that is known."""
    shown = edition()
    page = render_template("pages/sitemap.xml", pages=OPEN_PAGES, edition=shown)
    return printed(shown, page, "application/xml")


def _kept(page: str) -> Response:
    response = Response(page)
    response.headers["Cache-Control"] = "public, max-age=60"
    response.add_etag()
    response.make_conditional(request)
    return response
