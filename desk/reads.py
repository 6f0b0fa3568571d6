"""How often each story is fetched by people, as far as a server can tell: counted in memory, written once a minute.

Nothing is asked of the reader's device and nothing is kept of them. What was counted since the last minute is lost
when the process is killed; it is a measure, not a ledger.
"""

import re
import threading
from collections import Counter
from datetime import datetime, timedelta

from flask import Flask, Response, current_app, request

from kit import clock
from kit.db import transaction
from kit.logs import log
from leads import funnel
from leads.funnel_models import Step
from leads.origin import Origin

EXTENSION = "story_reads"
STORY = "blog.story"
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
    """Count every story that somebody fetches."""
    app.extensions[EXTENSION] = Tally()
    app.after_request(_notice)


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


def _notice(response: Response) -> Response:
    if request.endpoint == STORY and _is_read(response):
        tally: Tally = current_app.extensions[EXTENSION]
        seen = Origin.from_request(request.args, landing="", referrer=request.referrer or "")
        origin = Origin((request.view_args or {}).get("slug", ""), utm=(("utm_source", _source(seen)),))
        if tally.add(origin, at=clock.now()):
            write()
    return response


def _is_read(response: Response) -> bool:
    agent = request.user_agent.string
    early = "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    return request.method == "GET" and response.status_code == 200 and not early and not MACHINES.search(agent)


def _source(origin: Origin) -> str:
    """In a word, so that a crowd from one place is one count."""
    return origin.source(request.host.partition(":")[0])
