"""Where a request may come from, what an answer says about itself, and whom the site believes about addresses."""

import re
from pathlib import Path

import pytest
from flask import Flask, request, session
from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy import text

from app import create_app
from kit.db import db
from kit.security import no_csrf_token, open_to_other_sites
from tests.conftest import some_settings
from tests.page import Page


@pytest.fixture
def forms(app: Flask) -> FlaskClient:
    """A site with a form that needs its token, one that rests on the origin, and one that machines may call."""

    def guarded() -> dict[str, str]:
        return {"state": "done"}

    @no_csrf_token
    def plain() -> dict[str, str]:
        return {"state": "done"}

    @open_to_other_sites
    def machine() -> dict[str, str]:
        return {"state": "done"}

    for view in (guarded, plain, machine):
        app.add_url_rule(f"/{view.__name__}", view.__name__, view, methods=["POST"])
    return app.test_client()


FROM = [
    ({}, True),
    ({"Sec-Fetch-Site": "same-origin"}, True),
    ({"Sec-Fetch-Site": "none"}, True),
    ({"Origin": "http://localhost"}, True),
    ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, True),
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Sec-Fetch-Site": "same-site"}, False),
    ({"Origin": "null"}, False),
    ({"Origin": "http://localhost:8000"}, False),
    ({"Origin": "http://localhost.example.com"}, False),
    ({"Origin": "https://www.example.com", "Sec-Fetch-Site": "same-origin"}, False),
]


@pytest.mark.parametrize(("headers", "let_in"), FROM, ids=str)
def test_a_form_comes_from_our_own_page(forms: FlaskClient, headers: dict[str, str], let_in: bool):
    response = forms.post("/plain", headers=headers)

    assert response.status_code == (200 if let_in else 400)


@pytest.mark.parametrize("headers", [headers for headers, _ in FROM], ids=str)
def test_what_machines_may_call_is_open_to_all(forms: FlaskClient, headers: dict[str, str]):
    assert forms.post("/machine", headers=headers).status_code == 200


@pytest.mark.parametrize("headers", [headers for headers, let_in in FROM if let_in], ids=str)
def test_elsewhere_the_token_of_the_form_is_needed_as_well(forms: FlaskClient, headers: dict[str, str]):
    response = forms.post("/guarded", headers=headers)

    assert response.status_code == 400
    assert Page(response, forms).heading == "The page was open for a long time"


def test_reading_from_elsewhere_is_free(client: FlaskClient):
    headers = {"Origin": "https://www.example.com", "Sec-Fetch-Site": "cross-site"}

    assert client.get("/", headers=headers).status_code == 200


def public_site(folder: Path, base_url: str) -> Flask:
    """A site at that address that tells what it makes of a request."""
    app = create_app(some_settings(folder, f"sqlite:///{folder / 'site.sqlite3'}", BASE_URL=base_url))

    def seen() -> dict[str, str]:
        session["known"] = "yes"
        return {"address": str(request.remote_addr), "url": request.url}

    app.add_url_rule("/seen", "seen", seen)
    return app


FORWARDED = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "www.example.com"}


def test_a_public_site_believes_the_proxy_before_it(tmp_path: Path):
    response = public_site(tmp_path, "https://www.example.com").test_client().get("/seen", headers=FORWARDED)

    assert response.json == {"address": "192.0.2.7", "url": "https://www.example.com/seen"}
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
    cookie = response.headers["Set-Cookie"]
    assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_a_site_without_a_proxy_believes_nobody(tmp_path: Path):
    response = public_site(tmp_path, "http://localhost").test_client().get("/seen", headers=FORWARDED)

    assert response.json == {"address": "127.0.0.1", "url": "http://localhost/seen"}
    assert "Strict-Transport-Security" not in response.headers
    assert "Secure" not in response.headers["Set-Cookie"]


def test_a_page_that_caches_keep_is_the_same_for_whoever_has_a_cookie(client: FlaskClient):
    first = client.get("/about")
    client.get("/desk/sign-in")
    second = client.get("/about")

    assert (second.get_data(), second.headers["ETag"]) == (first.get_data(), first.headers["ETag"])
    assert "Cookie" not in second.headers.get("Vary", "")
    assert "Set-Cookie" not in second.headers


@pytest.mark.parametrize(
    "address", ["/stories/a%00b", "/stories/?tag=a%00b", "/book/consult/%00", "/book/call-back?zone=%00"]
)
def test_an_address_that_no_database_can_keep_is_none(client: FlaskClient, address: str):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(("base_url", "level"), [("https://www.example.com", 2), ("http://localhost", 1)])
def test_what_a_public_site_has_committed_has_reached_the_disk(tmp_path: Path, base_url: str, level: int):
    app = public_site(tmp_path, base_url)
    with app.app_context():
        assert db.session.scalar(text("PRAGMA synchronous")) == level
        db.session.remove()
        db.engine.dispose()


def test_a_password_is_dear_to_guess(tmp_path: Path):
    app = public_site(tmp_path, "https://www.example.com")
    with app.app_context():
        hashed = hash_password("a few unrelated words")

    found = re.fullmatch(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$.*", hashed)
    assert found is not None
    assert int(found[1]) * int(found[2]) >= 19 * 1024 * 2  # OWASP's lower limit: 19 MiB and two rounds
