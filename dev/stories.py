"""A story while its file is being written: as it will look, and again as soon as it is saved."""

import re

from flask import Blueprint, make_response, render_template
from flask.typing import ResponseReturnValue

from blog.editing import Opened, open_story, read
from blog.preview_views import hidden
from blog.refusals import NoSuchFile
from blog.views import edition, library, show
from dev.views import nobody_from_outside

blueprint = Blueprint("dev_stories", __name__, url_prefix="/dev/stories")
blueprint.before_request(nobody_from_outside)

STEM = re.compile(r"[^\W_][\w.-]{0,119}")


@blueprint.get("/<stem>")
def live(stem: str) -> ResponseReturnValue:
    """The story of that file, whatever its date; or what is wrong with it."""
    opened = _open(stem)
    if opened.fault:
        return render_template("dev/story_fault.html", opened=opened, stem=stem), 422
    story = read(library(), opened.name, opened.text)
    page = show(story, edition(), preview=True, template="dev/story.html", opened=opened, stem=stem)
    return hidden(make_response(page))


@blueprint.get("/<stem>/mark")
def mark(stem: str) -> ResponseReturnValue:
    """What stands for the file as it is now; the page asks whether it is still the same."""
    return {"mark": _open(stem).mark}


def _open(stem: str) -> Opened:
    if not STEM.fullmatch(stem):
        raise NoSuchFile
    library().renewed()
    return open_story(library(), f"{stem}.md")
