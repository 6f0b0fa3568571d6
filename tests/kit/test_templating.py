"""Static files: kept for good under an address that changes with their content. Words for templates."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kit.templating import _fingerprint, when
from tests.page import Page

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
FILES = sorted(path for path in STATIC.rglob("*") if path.is_file())
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
    ".txt": "text/plain",
    ".png": "image/png",
}


@pytest.fixture
def prefix(client: FlaskClient) -> str:
    """The address under which static files are, as a page names it."""
    (sheet,) = [link.get("href") for link in Page(client.get("/"), client).all('link[href$="css/tokens.css"]')]
    return str(sheet).removesuffix("css/tokens.css")


def test_a_static_file_is_kept_for_good(client: FlaskClient, prefix: str):
    for path in FILES:
        response = client.get(prefix + str(path.relative_to(STATIC)))

        assert response.status_code == 200, path
        assert response.headers["Cache-Control"] == "max-age=315360000, public, immutable", path
        assert response.mimetype == TYPES[path.suffix], path
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in response.headers
        assert response.get_data() == path.read_bytes()
        response.close()


@pytest.mark.parametrize("name", ["css/nothing.css", "../app.py", "%2e%2e/app.py", "", "css/", ".gitignore"])
def test_nothing_else_is_a_static_file(client: FlaskClient, prefix: str, name: str):
    assert client.get(prefix + name).status_code == 404


def test_an_address_of_an_earlier_version_leads_nowhere(client: FlaskClient):
    assert client.get("/static/0123456789ab/css/tokens.css").status_code == 404


def test_the_address_changes_with_the_content(tmp_path: Path):
    (tmp_path / "a.css").write_text("a {}")
    first = _fingerprint(tmp_path)
    (tmp_path / "a.css").write_text("b {}")
    changed = _fingerprint(tmp_path)
    (tmp_path / "a.css").rename(tmp_path / "b.css")

    assert re.fullmatch(r"[0-9a-f]{12}", first)
    assert len({first, changed, _fingerprint(tmp_path)}) == 3


def test_a_moment_is_told_to_people_and_to_machines():
    instant = datetime(2026, 11, 24, 19, 30, tzinfo=UTC)

    assert when(instant, "America/New_York") == (
        '<time datetime="2026-11-24T14:30:00-05:00">24 November 2026, 2:30\u00a0pm</time>'
    )


def test_what_templates_are_given(app: Flask):
    text = (
        "{{ absolute_url('/x') }} {{ 1|plural('letter') }} {{ 2|plural('letter') }} {{ ['a', 'b', 'c']|join_and }} "
        "{{ now().isoformat() }} {{ path }}"
    )
    with app.test_request_context("/here"):
        page = app.jinja_env.from_string(text).render(path="/here")

    assert page == "http://localhost/x 1 letter 2 letters a, b and c 2026-10-31T22:30:00+00:00 /here"
