"""The write path of a booking: from the hold to the consult with its lead, its timeline and both letters, committed.

Limit: at most 3 times a bare SQLite transaction that inserts one row into the same file, just as durably. They take
turns, by the clock. Beside the whole it is told how much of it the database takes, and what one row costs when it goes
through the object mapper: no booking can come below that.
"""

import sqlite3
import statistics
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import event

from app import create_app
from booking import guard, services
from booking.guard import Guest, Wish
from booking.models import WeeklyHours
from kit import clock, schema
from kit.db import db, transaction
from leads.models import Lead
from tests.booking.builders import MONDAY_10, a_consult_type, a_consultant
from tests.conftest import some_settings

LIMIT = 3.0
TIMES = 200
WARM = 20
NOW = MONDAY_10 - timedelta(days=3)


def bare(connection: sqlite3.Connection, number: int) -> float:
    """Milliseconds of a transaction that inserts one row."""
    begin = perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO bare (at, words) VALUES (?, ?)", (str(NOW), f"row {number}"))
    connection.execute("COMMIT")
    return (perf_counter() - begin) * 1000


def mapped(number: int) -> float:
    """Milliseconds of a transaction that inserts one row by way of the object mapper."""
    begin = perf_counter()
    with transaction() as current:
        address = f"row{number}@example.com"
        lead = Lead(public_id=f"row-{number}", address=address, address_typed=address, created_at=NOW, seen_at=NOW)
        current.add(lead)
    taken = (perf_counter() - begin) * 1000
    db.session.remove()
    return taken


class Stopwatch:
    """The time that the database takes over statements and commits, in milliseconds."""

    def __init__(self) -> None:
        self.taken = 0.0
        self.begun = 0.0
        event.listen(db.engine, "before_cursor_execute", self.begin)
        event.listen(db.engine, "after_cursor_execute", self.end)
        event.listen(db.engine, "commit", self.begin)
        event.listen(db.session, "after_commit", self.end)

    def begin(self, *_told: Any) -> None:
        self.begun = perf_counter()

    def end(self, *_told: Any) -> None:
        self.taken += (perf_counter() - self.begun) * 1000


def booked(number: int, watch: Stopwatch) -> tuple[float, float]:
    """Milliseconds from a hold to its consult: the whole, and what the database took of it."""
    consult_type = services.get_consult_type("short")
    wish = Wish(MONDAY_10 + timedelta(days=number), f"visitor-{number}", "America/Chicago")
    secret = guard.hold(consult_type, wish, now=NOW, host_name="www.example.com").secret
    db.session.remove()
    watch.taken = 0.0
    begin = perf_counter()
    services.book(secret, Guest(f"Ann {number}", f"ann{number}@example.com"), now=NOW)
    taken = (perf_counter() - begin) * 1000
    inside = watch.taken
    db.session.remove()
    return taken, inside


def main() -> int:
    """Print the measure and give 1 where it is over its limit."""
    with tempfile.TemporaryDirectory(dir=Path(__file__).parents[1] / "instance") as folder:
        file = Path(folder) / "site.sqlite3"
        app = create_app(some_settings(Path(folder), f"sqlite:///{file}", BASE_URL="https://www.example.com"))
        with app.app_context(), clock.fixed(NOW):
            schema.migrate()
            every_day = [WeeklyHours(weekday=weekday, start=9 * 60, finish=17 * 60) for weekday in range(1, 8)]
            a_consult_type(a_consultant(weekly=every_day), slug="short", horizon_days=TIMES + WARM + 10)
            db.session.remove()
            connection = sqlite3.connect(file, isolation_level=None, timeout=15)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, at TEXT, words TEXT)")
            watch = Stopwatch()
            rows = [
                (bare(connection, number), mapped(number), *booked(number, watch)) for number in range(TIMES + WARM)
            ][WARM:]
            connection.close()
            db.engine.dispose()
    one_row, one_mapped, whole, inside = (statistics.median(column) for column in zip(*rows, strict=True))
    ratio = whole / one_row
    said = "within" if ratio <= LIMIT else "OVER"
    print(f"one row {one_row:.2f} ms, a booking {whole:.2f} ms: {ratio:.2f} times, {said} the limit of {LIMIT:g}")
    print(f"of that the database takes {inside:.2f} ms: {inside / one_row:.2f} times one row")
    print(f"one row by way of the mapper {one_mapped:.2f} ms: {one_mapped / one_row:.2f} times one row")
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
