"""A story before it is out, for whoever holds the link."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from blog import previews
from blog.refusals import NoSuchPreview
from kit import clock
from tests.blog.builders import a_file, a_folder, tell
from tests.page import Page


@pytest.fixture
def site(app: Flask, tmp_path: Path) -> Flask:
    later = {"date": "2026-12-01T08:00:00+00:00"}
    tell(
        app,
        a_folder(
            tmp_path,
            a=a_file("> Dana: Not yet.", draft="true", title="The draft"),
            later=a_file(**later, title="The later one"),
            out=a_file(title="Out"),
        ),
    )
    return app


def link(name: str = "a.md", days: int = 7) -> str:
    return f"/stories/preview/{previews.make(name, days=days, made_by=None, now=clock.now()).secret}"


@pytest.mark.parametrize(("name", "title"), [("a.md", "The draft"), ("later.md", "The later one")])
def test_whoever_holds_the_link_reads_it(site: Flask, client: FlaskClient, name: str, title: str):
    response = client.get(link(name))
    page = Page(response, client)

    assert page.heading == title
    assert page.texts(".draft-band strong") == ["Draft."]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert page.all('meta[name="robots"]')[0].get("content") == "noindex, nofollow"
    assert page.all('script[type="application/ld+json"]') == page.all("meta[property]") == []
    assert "Set-Cookie" not in response.headers


def test_a_link_does_not_make_the_story_public(site: Flask, client: FlaskClient):
    client.get(link())

    for address in ("/", "/stories/", "/stories/feed.atom", "/sitemap.xml", "/stories/search?q=draft", "/stories/out"):
        assert "The draft" not in client.get(address).get_data(as_text=True)
    assert client.get("/stories/a").status_code == 404
    assert "/stories/preview/" in client.get("/robots.txt").get_data(as_text=True)


def test_a_secret_has_128_bits(site: Flask):
    secrets = {previews.make("a.md", days=1, made_by=None, now=clock.now()).secret for _ in range(8)}

    assert len(secrets) == 8
    assert {len(secret) for secret in secrets} == {22}


def test_a_link_runs_out(site: Flask, client: FlaskClient, at: Callable[..., None]):
    address, start = link(days=7), clock.now()

    at(start + timedelta(days=7) - timedelta(seconds=1))
    assert client.get(address).status_code == 200
    at(start + timedelta(days=7))
    assert client.get(address).status_code == 410


def test_a_link_can_be_taken_back(site: Flask, client: FlaskClient):
    address = link()
    (made,) = previews.open_ones("a.md", now=clock.now())

    previews.take_back(made.id, now=clock.now())

    assert client.get(address).status_code == 410
    assert previews.open_ones("a.md", now=clock.now()) == []
    with pytest.raises(NoSuchPreview):
        previews.take_back(made.id + 1, now=clock.now())


def test_once_it_is_out_the_link_leads_there(site: Flask, client: FlaskClient):
    response = client.get(link("out.md"))

    assert (response.status_code, response.location) == (302, "/stories/out")


def test_a_story_that_is_gone_has_no_preview(site: Flask, client: FlaskClient):
    assert client.get(link("none.md")).status_code == 410


def test_links_long_run_out_are_forgotten(site: Flask, client: FlaskClient, at: Callable[..., None]):
    address = link(days=1)

    at(clock.now() + timedelta(days=92))
    link("later.md")

    assert client.get(address).status_code == 404
