"""Pictures of every page of the desk with nothing, little and much on it: `python -m tests.journeys.desk_shots`.

Usage: `python -m tests.journeys.desk_shots [folder [rows [part of name …]]]`, such as `build/shots 0,3,3000 leads`.

For each number of rows a site of its own is filled with so many of everything that the desk lists. Of each page there
are three pictures, at 390 px light, 768 px dark and 1440 px light, and a line with its size, the time that its
answer took, how often it asked the database, and by how much it is wider than its window, if it is.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from sqlalchemy import event
from werkzeug.serving import make_server

from app import create_app
from desk import first_run
from kit import clock, jobs, schema
from kit.db import db
from tests.conftest import some_settings
from tests.desk.crowd import Crowd, fill, stories
from tests.journeys.chromium import chromium
from tests.journeys.desk_pages import pages_of
from tests.journeys.visitor import OVERFLOW
from tests.kit.smtp import free_port
from tests.staff.signed_in import signed_in

ROWS = (0, 3, 3000)
VIEWS: tuple[tuple[int, int, Literal["light", "dark"]], ...] = (
    (390, 844, "light"),
    (768, 1024, "dark"),
    (1440, 900, "light"),
)
TALLEST = 3600  # of a picture; more of a long list shows nothing new


def measured(app: Flask, client: FlaskClient, address: str) -> tuple[int, float, int]:
    """Bytes, milliseconds and queries of a page, asked for a second time."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    client.get(address)
    event.listen(engine, "before_cursor_execute", note)
    began = time.perf_counter()
    response = client.get(address)
    taken = (time.perf_counter() - began) * 1000
    event.remove(engine, "before_cursor_execute", note)
    right = (200, 409) if address.startswith("/desk/consults/") else (200,)  # one that has begun can only be looked at
    assert response.status_code in right, f"{address}: {response.status}"
    return len(response.get_data()), taken, len(sent)


@contextmanager
def served(app: Flask, port: int) -> Iterator[None]:
    """The pages answer at a port of this machine."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def take(page: Page, url: str, file: Path) -> int:
    """Three pictures of a page; gives by how many pixels it is wider than the narrowest window."""
    wider = 0
    for width, height, scheme in VIEWS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": height})
        page.goto(url)
        wider = max(wider, page.evaluate(OVERFLOW))
        tall = page.evaluate("document.documentElement.scrollHeight")
        clip = {"x": 0, "y": 0, "width": width, "height": min(tall, TALLEST)}
        page.screenshot(path=file.with_name(f"{file.name}-{width}-{scheme}.png"), clip=clip, full_page=True)  # type: ignore[arg-type]
    return wider


def round_trip(browser: Browser, folder: Path, rows: int, parts: list[str]) -> None:
    """Fill a site, measure its pages and take their pictures."""
    with tempfile.TemporaryDirectory() as place:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        told = str(stories(rows, Path(place) / "stories", at=clock.now()))
        settings = some_settings(Path(place), f"sqlite:///{place}/site.sqlite3", BASE_URL=url, STORIES_PATH=told)
        app = create_app(settings)
        with app.app_context():
            schema.migrate()
            jobs.queue().prepare()
            jobs.beat()
            first_run.prepare(at=clock.now())
            client = signed_in(app)
            crowd = fill(rows, at=clock.now()) if rows else Crowd("", 0, 0, 0, 0, "", "", 0, 0)
            db.session.remove()
        cookie = client.get_cookie("site")
        assert cookie is not None
        with served(app, port):
            context = browser.new_context(timezone_id="America/New_York", locale="en-US")
            context.add_cookies([{"name": "site", "value": cookie.value, "url": url}])
            page = context.new_page()
            for name, address in pages_of(crowd, rows).items():
                if parts and not any(part in name for part in parts):
                    continue
                size, taken, queries = measured(app, client, address)
                wider = take(page, url + address, folder / f"{name}-{rows}")
                sys.stdout.write(
                    f"{rows:5} {name:16} {size / 1000:7.1f} kB {taken:7.0f} ms {queries:3} queries"
                    f"{f'  {wider} px TOO WIDE' if wider > 0 else ''}\n"
                )
                sys.stdout.flush()
            context.close()
        with app.app_context():
            db.engine.dispose()


def main(folder: Path, numbers: tuple[int, ...], parts: list[str]) -> None:
    """One site for each number of rows."""
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for rows in numbers:
            round_trip(browser, folder, rows, parts)


if __name__ == "__main__":
    asked = sys.argv[1:]
    main(
        Path(asked[0] if asked else "build/shots/desk"),
        tuple(int(number) for number in asked[1].split(",")) if asked[1:] else ROWS,
        asked[2:],
    )
