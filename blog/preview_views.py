"""The page of a story for whoever holds its secret link."""

from flask import Blueprint, Response, make_response, redirect
from flask.typing import ResponseReturnValue

from blog import previews
from blog.refusals import PreviewEnded
from blog.views import edition, shelf, show
from kit import clock

blueprint = Blueprint("blog_previews", __name__, url_prefix="/stories/preview")


@blueprint.get("/<secret>")
def preview(secret: str) -> ResponseReturnValue:
    """A draft, or a story that is still to come; one that is out by now is shown where it is."""
    found = shelf().named(previews.get(secret, now=clock.now()).name)
    if found is None:
        raise PreviewEnded
    shown = edition()
    if found.slug in shown.by_slug:
        return hidden(make_response(redirect(f"/stories/{found.slug}")))
    return hidden(Response(show(found, shown, preview=True)))


def hidden(response: Response) -> Response:
    """Nobody keeps it, no program lists it, and no other site learns its address."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
