"""How often each story is fetched by people, as far as a server can tell: counted in memory, written once a minute.

Nothing is asked of the reader's device and nothing is kept of them. What was counted since the last minute is lost
when the process is killed; it is a measure, not a ledger.
"""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException
from werkzeug.wrappers import Request

from kit import clock
from kit.db import transaction
from kit.logs import log
from leads import funnel
from leads.funnel_models import Step
from leads.origin import Origin

EXTENSION = "story_reads"
STORY = "blog.story"
BEGINNING = "/stories/"
EVERY = timedelta(minutes=1)
MACHINES = re.compile(
    r"bot|crawl|spider|slurp|preview|monitor|curl|wget|python|java/|go-http|okhttp|headless|feed|rss|^$", re.IGNORECASE
)


class Tally:
    """What was counted since it was last written."""

    def __init__(self) -> None:
        self.counts: Counter[Origin] = Counter()
        self.since: datetime | None = None
        self.guard = threading.Lock()

    def add(self, origin: Origin, *, at: datetime) -> bool:
        """Count one; gives whether it is time to write."""
        with self.guard:
            self.counts[origin] += 1
            self.since = self.since or at
            return at - self.since >= EVERY

    def take(self) -> Counter[Origin]:
        """What there is, from now on counted anew."""
        with self.guard:
            taken, self.counts, self.since = self.counts, Counter(), None
            return taken


def install(app: Flask) -> None:
    """Count every story that somebody fetches. Called after whatever hands out pages before the application."""
    app.extensions[EXTENSION] = Tally()
    app.wsgi_app = Counting(app, app.wsgi_app)  # type: ignore[method-assign]


class Counting:
    """Stands before all else, since a story that was kept never comes to the application."""

    def __init__(self, app: Flask, behind: WSGIApplication) -> None:
        self.app, self.behind = app, behind
        self.addresses = app.url_map.bind("")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(BEGINNING) or environ["REQUEST_METHOD"] != "GET":
            return self.behind(environ, start_response)
        statuses: list[str] = []

        def hear(status: str, headers: list[tuple[str, str]], *fault: Any) -> Callable[[bytes], object]:
            statuses.append(status)
            return start_response(status, headers, *fault)

        given = self.behind(environ, hear)
        if statuses and statuses[-1].startswith("200"):
            self.notice(Request(environ))
        return given

    def notice(self, request: Request) -> None:
        """Count one, where a person fetched a story."""
        slug = self._story(request.path)
        if not slug or not _is_person(request):
            return
        tally: Tally = self.app.extensions[EXTENSION]
        seen = Origin.from_request(request.args, landing="", referrer=request.referrer or "")
        source = seen.source(request.host.partition(":")[0])  # in a word, so that a crowd from one place is one count
        if tally.add(Origin(slug, utm=(("utm_source", source),)), at=clock.now()):
            with self.app.app_context():
                write()

    def _story(self, path: str) -> str:
        """The slug of the story at an address; empty where there is another page."""
        try:
            endpoint, values = self.addresses.match(path, method="GET")
        except (HTTPException, RoutingException):
            return ""
        return str(values["slug"]) if endpoint == STORY else ""


def write() -> None:
    """Write what was counted."""
    found: Tally = current_app.extensions[EXTENSION]
    counted = found.take()
    if not counted:
        return
    try:
        with transaction():
            for origin, times in counted.items():
                funnel.count(Step.READ, origin, at=clock.now(), times=times)
    except Exception as fault:
        # A page that can be read is worth more than its count.
        log.warning("reads not written", fault=type(fault).__name__)


def _is_person(request: Request) -> bool:
    early = "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    return not early and not MACHINES.search(request.user_agent.string)
