"""Stories: how fast a page is handed out, and what a thousand of them cost.

Limits, all measured in one run: a story at least RATE times the requests a second of a bare Flask view that returns the
same bytes on the same server; nothing sent to whoever has the page already; making a story page, a subject's page and
a page of search hits with 1,000 stories at most GROWTH times what it costs with 10; 1,000 stories read in READING
seconds; the whole site with 1,000 stories started in STARTING seconds of processor time, from the first line of Python
to the list of stories, or, on a machine that is busy, in SLOWER times what it takes with 10; a change among them seen
within SEEN seconds without a restart; a first visit at most VISIT bytes on the wire.
"""

import gzip
import http.client
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

from flask.testing import FlaskClient
from servers import BIN, ROOT, load, serving

from app import create_app
from blog.library import Library
from kit import clock
from tests.conftest import some_settings

RATE, GROWTH, READING, STARTING, SLOWER, SEEN, VISIT = 0.7, 1.5, 2.0, 2.0, 1.25, 2.5, 100_000
FEW, MANY = 10, 1000
ROUNDS, SECONDS = 5, 1.5
STORY = "/stories/the-night-supervisor"
SERVER = "waitress-serve --threads=8 --listen=127.0.0.1:{port} --call "
NOW = datetime(2026, 10, 26, 12, 0, tzinfo=UTC)
TAGS = ("first-calls", "brush-offs", "follow-up", "introductions", "listening")
BARE = """
from pathlib import Path
from flask import Flask, Response

PAGE = (Path(__file__).parent / "page.html").read_bytes()

def create_app():
    app = Flask("bare")
    app.add_url_rule("/stories/<slug>", "story", lambda slug: Response(PAGE, mimetype="text/html"))
    app.add_url_rule("/health", "health", lambda: "ok")
    return app
"""
# What `flask --app app serve` does until the stories are read, in one process.
START = """
from time import process_time

from app import create_app
from desk.commands import _prepare

app = create_app()
with app.app_context():
    _prepare()
begin = process_time()
assert b"story-0" in app.test_client().get("/stories/").get_data()
print(process_time(), process_time() - begin)
"""


def main() -> int:
    """Print each figure with its limit; 1 where one is passed."""
    over = [rate(), repeat(), growth(), reading(), starting(), visit()]
    return int(any(over))


def rate() -> bool:
    """Requests a second beside a bare view, each server in turn."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "bare.py").write_text(BARE, "utf-8")
        environ = os.environ | {"INSTANCE_PATH": place, "PYTHONPATH": f"{ROOT}:{place}"}
        subprocess.run(
            [BIN / "flask", "--app", "app", "prepare"], cwd=ROOT, env=environ, check=True, capture_output=True
        )
        with serving(SERVER + "app:create_app", environ) as (ours, _, _):
            (folder / "page.html").write_bytes(fetch(ours, STORY)[1])
            with serving(SERVER + "bare:create_app", environ) as (bare, _, _):
                shares = []
                for _ in range(ROUNDS):
                    first, second = (rate_of(port) for port in (ours, bare))
                    shares.append(first / second)
                    print(f"  a story {first:.0f}/s, a bare view of the same bytes {second:.0f}/s", file=sys.stderr)
    share = statistics.median(shares)
    print(f"a story is handed out {share:.2f} times as often as by a bare view (at least {RATE:g})")
    return share < RATE


def prepare(environ: dict[str, str]) -> None:
    """Make the database."""
    command = [BIN / "flask", "--app", "app", "prepare"]
    subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True)


def rate_of(port: int) -> float:
    """Requests a second of one server."""
    load(port, STORY, 0.3)
    times, seconds = load(port, STORY, SECONDS)
    return len(times) / seconds


def repeat() -> bool:
    """Whoever has the page gets no byte of it."""
    with site(None) as client:
        first = client.get(STORY)
        again = client.get(STORY, headers={"If-None-Match": first.headers["ETag"]})
    print(f"a repeat visit: {again.status_code} with {len(again.get_data())} bytes (304 with 0)")
    return again.status_code != 304 or bool(again.get_data())


def growth() -> bool:
    """What it costs to make each page anew, with few and with many stories: addresses with a question are not kept."""
    pages = {
        "a story page": "/stories/story-0?n={}",
        "a page of a subject": "/stories/tags/habits?n={}",
        "a search, one word in a few stories": "/stories/search?q=word0x{}",
        "a search, a word that stands in all": "/stories/search?q=telephone&n={}",
    }
    found: dict[str, list[float]] = {name: [] for name in pages}
    with tempfile.TemporaryDirectory() as place:
        few, many = (a_corpus(Path(place) / str(count), count) for count in (FEW, MANY))
        with site(few) as small, site(many) as large:
            for _ in range(ROUNDS):
                for name, address in pages.items():
                    costs = [milliseconds(client, address) for client in (small, large)]
                    found[name].append(costs[1] / costs[0])
                    print(f"  {name}: {costs[0]:.2f} ms and {costs[1]:.2f} ms", file=sys.stderr)
    over = False
    for name, ratios in found.items():
        ratio = statistics.median(ratios)
        print(f"{name} costs {ratio:.2f} times as much with {MANY:,} stories as with {FEW} (at most {GROWTH:g})")
        over = over or ratio > GROWTH
    return over


def reading() -> bool:
    """Reading all of them, in processor time, and one change, by the clock."""
    with tempfile.TemporaryDirectory() as place:
        folder = a_corpus(Path(place), MANY)
        took = []
        for _ in range(3):
            library = Library(folder)
            begin = process_time()
            library.shelf().edition(NOW)
            took.append(process_time() - begin)
        changed = folder / "story-500.md"
        changed.write_text(changed.read_text("utf-8").replace("telephone", "lantern"), "utf-8")
        begin = time.monotonic()
        while "lantern" not in library.shelf().edition(NOW).by_slug["story-500"].html:
            time.sleep(0.01)
        seen = time.monotonic() - begin
    start = min(took)
    print(f"{MANY:,} stories are read in {start:.2f} s (at most {READING:g} s)")
    print(f"a change in one of them is seen after {seen:.2f} s, without a restart (at most {SEEN:g} s)")
    return start > READING or seen > SEEN


def starting() -> bool:
    """The whole site, the first time and later, beside the same site with few stories, each in turn."""
    with tempfile.TemporaryDirectory() as place:
        few, many = (a_corpus(Path(place) / str(count), count) for count in (FEW, MANY))
        first = start(many, Path(place) / "many")
        start(few, Path(place) / "few")
        pairs = [(start(few, Path(place) / "few"), start(many, Path(place) / "many")) for _ in range(3)]
    small, large = (min(column) for column in zip(*pairs, strict=True))
    print(f"the first start with {MANY:,} stories takes {first[0]:.2f} s, {first[1]:.2f} s of them for the stories")
    print(f"a later one {large[0]:.2f} s, {min(pair[1][1] for pair in pairs):.2f} s of them for the stories", end=" ")
    print(f"(at most {STARTING:g} s; with {FEW} stories {small[0]:.2f} s)")
    # A machine that is busy is slow for both.
    return large[0] > STARTING and large[0] > SLOWER * small[0]


def start(stories: Path, instance: Path) -> tuple[float, float]:
    """Processor time of a start, and that part of it in which stories are read and listed."""
    environ = os.environ | {"INSTANCE_PATH": str(instance), "STORIES_PATH": str(stories), "PYTHONPATH": str(ROOT)}
    # The code is translated once, as on any machine that keeps what it has translated.
    environ = environ | {"PYTHONPYCACHEPREFIX": str(instance / "code")}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    run = subprocess.run([sys.executable, "-c", START], cwd=ROOT, env=environ, check=True, capture_output=True)
    whole, of_stories = run.stdout.split()[-2:]
    return float(whole), float(of_stories)


def visit() -> bool:
    """Everything a browser fetches for a first story: page, styles, fonts of the Latin alphabet, scripts, icon."""
    total = 0
    with tempfile.TemporaryDirectory() as place:
        environ = os.environ | {"INSTANCE_PATH": place, "PYTHONPATH": str(ROOT)}
        subprocess.run(
            [BIN / "flask", "--app", "app", "prepare"], cwd=ROOT, env=environ, check=True, capture_output=True
        )
        with serving(SERVER + "app:create_app", environ) as (port, _, _):
            waiting, seen = [STORY], set()
            while waiting:
                address = waiting.pop()
                if address in seen:
                    continue
                seen.add(address)
                size, body = fetch(port, address)
                total += size
                waiting += wanted(address, body.decode("utf-8", "replace"))
                print(f"  {size:6} {address}", file=sys.stderr)
    print(f"a first visit of a story takes {total:,} bytes (at most {VISIT:,})")
    return total > VISIT


def wanted(address: str, text: str) -> list[str]:
    """What a page or a style sheet makes the browser fetch; the further alphabets only where they are written."""
    if address.endswith(".css"):
        fonts = re.findall(r'url\("\.\./(fonts/[^"]+)"\)', text)
        base = address.split("/css/")[0]
        return [f"{base}/{font}" for font in fonts if "-ext" not in font]
    if address == STORY:
        tags = re.findall(
            r'<link rel="(?:stylesheet|icon|preload)" href="([^"]+)"|<script type="module" src="([^"]+)"', text
        )
        return [link or script for link, script in tags]
    return []


def fetch(port: int, address: str) -> tuple[int, bytes]:
    """The bytes of an answer on the wire, its headers among them, and what they say."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", address, headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    body = response.read()
    assert response.status == http.client.OK, (address, response.status)
    headers = sum(len(name) + len(value) + 4 for name, value in response.getheaders()) + 19
    plain = gzip.decompress(body) if response.headers.get("Content-Encoding") == "gzip" else body
    connection.close()
    return len(body) + headers, plain


@contextmanager
def site(stories: Path | None) -> Iterator[FlaskClient]:
    """The whole application on a folder of stories, at a time when all of them are out."""
    with tempfile.TemporaryDirectory() as place:
        more = {"STORIES_PATH": str(stories)} if stories else {}
        app = create_app(some_settings(Path(place), f"sqlite:///{place}/site.sqlite3", **more))
        with clock.fixed(NOW):
            yield app.test_client()


def milliseconds(client: FlaskClient, address: str) -> float:
    """Processor time of one page, the median of some."""
    taken = []
    for number in range(25):
        begin = process_time()
        response = client.get(address.format(number))
        taken.append((process_time() - begin) * 1000)
        assert response.status_code == http.client.OK, address
    return statistics.median(taken)


def a_corpus(folder: Path, count: int) -> Path:
    """So many stories of some 450 words, in the subjects of the site, each with words of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "blog" / "posts" / "tags.toml", folder)
    chance = random.Random(7)
    words = [f"{chance.choice('bdfglmnprst')}{chance.choice('aeiou')}{n:x}" for n in range(3000)]
    for number in range(count):
        date = (NOW - timedelta(days=1 + number)).isoformat()
        chosen = ["habits", chance.choice(TAGS)]
        lines = [" ".join(chance.choices(words, k=45)).capitalize() + "." for _ in range(10)]
        lines[1] = f"> Dana: The telephone rang {words[number % 3000]}."
        lines[3] = f"> Priya: It was word{number % 10}x{number % 25}."
        head = (
            f"title: {' '.join(chance.choices(words, k=4)).capitalize()}\ndate: {date}\nsummary: {lines[0][:80]}\n"
            f"author: The site\ntags: [{', '.join(chosen)}]\ndetails_changed: true\n"
        )
        text = "\n\n".join(lines)
        page = f"---\n{head}---\n\n{text}\n\n::: moral\nOne thing. Another.\n:::\n"
        (folder / f"story-{number}.md").write_text(page, "utf-8")
    return folder


if __name__ == "__main__":
    sys.exit(main())
