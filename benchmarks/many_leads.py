"""Whether the desk is as quick with very many leads as with few: `python benchmarks/many_leads.py [sqlite|postgresql]`.

Today, the list of leads with filters, search, board and numbers are fetched from two sites, one with 1,000 leads and
10,000 happenings, one with 100,000 and 1,000,000. They take turns, by the clock. Limit: 95 of 100 fetches take less
than 5 times as long with the many as with the few, on both databases where none is named. Beside it stands how often a
page asks the database.
"""

import random
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert, text

from app import create_app
from kit import clock, schema
from kit.db import db, transaction
from leads.funnel import week_of
from leads.funnel_models import FunnelCount, Step
from leads.models import Happening, HappeningKind, Lead, LeadWord, Stage
from leads.words import plain, words_of
from tests.conftest import some_settings
from tests.postgres import Postgres
from tests.staff.signed_in import signed_in

LIMIT = 5.0
MOST_QUERIES = 25
FEW, MANY = 1_000, 100_000
HAPPENINGS = 10
TIMES, WARM = 60, 5
AT_ONCE = 10_000
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
PAGES = {
    "today": "/desk/",
    "leads": "/desk/leads/",
    "leads by name": "/desk/leads/?sort=name",
    "leads by stage": "/desk/leads/?sort=stage",
    "leads by result": "/desk/leads/?sort=-result&page=9",
    "leads by owner": "/desk/leads/?sort=owner",
    "search by stage": "/desk/leads/?search=example&sort=stage",
    "leads, narrowed": "/desk/leads/?stage=engaged&band=Short+of+pace&consult=never",
    "leads of nobody": "/desk/leads/?owner=nobody&source=newsletter",
    "call-backs due": "/desk/leads/?call_back=due",
    "search, few": "/desk/leads/?search=marlow+777",
    "search, many": "/desk/leads/?search=example",
    "search, a note": "/desk/leads/?search=kayak",
    "board": "/desk/leads/board",
    "numbers": "/desk/funnel/?weeks=52",
}
FIRST = ("Ann", "Ben", "Carla", "Dinesh", "Elin", "Farid", "Grace", "Hugo", "Iris", "Jonas", "Kate", "Liam")
LAST = ("Avery", "Okoro", "Mendes", "Rao", "Berg", "Nasser", "Holm", "Novak", "Pell", "Roche", "Marlow", "Finch")
COMPANIES = ("Harbor Realty", "Birch Street", "Tallgrass Brokers", "Cedar Row", "Lantern Hill", "")
BANDS = ("Well short of pace", "Short of pace", "On pace", "Close to pace", "")
STORIES = ("the-night-supervisor", "a-map-of-saturday", "two-weeks-is-a-date", "")
SOURCES = ("newsletter", "search.example.com", "forum.example.org", "")
KINDS = (
    HappeningKind.ASSESSMENT_TAKEN,
    HappeningKind.REPORT_ASKED,
    HappeningKind.REPORT_SENT,
    HappeningKind.NOTE,
    HappeningKind.CONSULT_BOOKED,
    HappeningKind.CONSULT_HELD,
    HappeningKind.STAGE,
)


@dataclass
class Site:
    """A site with its owner signed in."""

    app: Flask
    browser: FlaskClient

    def fetch(self, address: str) -> float:
        """Milliseconds of one page."""
        with self.app.app_context(), clock.fixed(NOW):
            begin = perf_counter()
            response = self.browser.get(address)
            taken = (perf_counter() - begin) * 1000
            assert response.status_code == 200, address
            db.session.remove()
        return taken

    def queries(self, address: str) -> int:
        """How often one page asks the database."""
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            sent.append(statement)

        with self.app.app_context():
            event.listen(db.engine, "before_cursor_execute", note)
            try:
                self.fetch(address)
            finally:
                event.remove(db.engine, "before_cursor_execute", note)
        return len(sent)


def made(folder: Path, url: str, count: int) -> Site:
    """A site with so many leads."""
    app = create_app(some_settings(folder, url))
    app.testing = True
    with app.app_context(), clock.fixed(NOW):
        schema.migrate()
        browser = signed_in(app)
        fill(count)
        db.session.remove()
    return Site(app, browser)


def fill(count: int) -> None:
    """Leads with their words and their timelines, and a year of counts. In the context of an application."""
    chance = random.Random(20261124)
    with transaction() as current:
        for first in range(0, count, AT_ONCE):
            leads = [a_lead(number, chance) for number in range(first, min(first + AT_ONCE, count))]
            current.execute(insert(Lead), leads)
            words = [{"lead_id": lead["id"], "word": word} for lead in leads for word in sorted(words_about(lead))]
            current.execute(insert(LeadWord), words)
            current.execute(insert(Happening), [row for lead in leads for row in timeline(lead, chance)])
        monday = week_of(NOW.date())
        current.execute(
            insert(FunnelCount),
            [
                {"week": monday - timedelta(weeks=week), "step": step, "story": story, "source": source, "times": 3}
                for week in range(60)
                for step in Step
                for story in STORIES
                for source in SOURCES
            ],
        )
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def a_lead(number: int, chance: random.Random) -> dict[str, object]:
    name = f"{FIRST[number % 12]} {LAST[number // 12 % 12]} {number}"
    seen = NOW - timedelta(minutes=chance.randrange(1_000_000))
    address = f"{name.replace(' ', '.').lower()}@example.com"
    due = NOW.date() + timedelta(days=chance.randrange(-400, 400)) if number % 500 == 0 else None
    return {
        "id": number + 1,
        "public_id": f"lead{number:012d}",
        "name": name,
        "called": plain(name),
        "address": address,
        "address_typed": address,
        "company": chance.choice(COMPANIES),
        "phone": f"+1 555 {number:07d}",
        "stage": chance.choice(list(Stage)),
        "owner_id": None,
        "revision": 0,
        "band": chance.choice(BANDS),
        "story": chance.choice(STORIES),
        "source": chance.choice(SOURCES),
        "has_consult": number % 7 == 0,
        "call_back_on": due,
        "call_back_asked_at": seen if due else None,
        "first_touch": {},
        "last_touch": {},
        "created_at": seen - timedelta(days=30),
        "seen_at": seen,
    }


def words_about(lead: dict[str, object]) -> set[str]:
    note = "kayak" if int(str(lead["id"])) % 997 == 0 else ""
    return words_of((str(lead["name"]), str(lead["address"]), str(lead["company"]), note), str(lead["phone"]))


def timeline(lead: dict[str, object], chance: random.Random) -> Iterator[dict[str, object]]:
    seen = lead["seen_at"]
    assert isinstance(seen, datetime)
    for number in range(HAPPENINGS):
        kind = KINDS[number % len(KINDS)]
        facts = {"band": lead["band"], "text": "Rang, and will ring again.", "gap": "7 a week", "line": [4, 11]}
        at = seen - timedelta(hours=chance.randrange(2000))
        yield {"lead_id": lead["id"], "kind": kind, "at": at, "headline": kind.value.capitalize(), "facts": facts}


def late(times: list[float]) -> float:
    """What 95 of 100 stay under."""
    return statistics.quantiles(times, n=20)[-1]


def main(kind: str) -> int:
    """Print the measures and give 1 where one is over its limit."""
    over = False
    print(kind)
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=Path(__file__).parents[1] / "instance")))
        urls = [f"sqlite:///{place / name}.sqlite3" for name in ("few", "many")]
        if kind == "postgresql":
            server = Postgres()
            stack.callback(server.stop)
            for name in ("few", "many"):
                server.create_database(name)
            urls = [server.url(name) for name in ("few", "many")]
        few, many = (made(place, url, count) for url, count in zip(urls, (FEW, MANY), strict=True))
        for name, address in PAGES.items():
            rows = [(few.fetch(address), many.fetch(address)) for _ in range(TIMES + WARM)][WARM:]
            short, long = (late(list(column)) for column in zip(*rows, strict=True))
            asked = many.queries(address)
            ratio = long / short
            fine = ratio < LIMIT and asked <= MOST_QUERIES
            over = over or not fine
            print(
                f"{name:16} {short:7.1f} ms, {long:7.1f} ms: {ratio:5.2f} times, {asked:2d} queries, "
                f"{'within' if fine else 'OVER'} {LIMIT:g} times and {MOST_QUERIES} queries"
            )
        for site in (few, many):
            with site.app.app_context():
                db.engine.dispose()
    return int(over)


if __name__ == "__main__":
    sys.exit(max(main(kind) for kind in sys.argv[1:] or ("sqlite", "postgresql")))
