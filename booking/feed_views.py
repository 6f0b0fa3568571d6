"""The address that calendars of consultants subscribe to."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from booking.feed import feed_of, find_consultant
from kit import clock
from kit.limits import limiter

blueprint = Blueprint("feed", __name__)


@blueprint.get("/book/feed/<secret>.ics")
@limiter.limit("60/minute")
def feed(secret: str) -> ResponseReturnValue:
    """A consultant's consults; 304 where the reader has them already."""
    response = Response(feed_of(find_consultant(secret), now=clock.now()), content_type="text/calendar; charset=utf-8")
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Content-Disposition"] = "inline; filename=consults.ics"
    response.add_etag()
    return response.make_conditional(request)
