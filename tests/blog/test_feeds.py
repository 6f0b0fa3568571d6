"""Feeds as other programs read them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient

from blog.feeds import absolute
from blog.views import shelf
from kit import clock
from tests.blog.builders import a_file, a_folder, a_picture, tell

pytestmark = pytest.mark.once

KINDS = ("atom", "rss", "json")


def entries_of(client: FlaskClient, address: str) -> list[dict[str, Any]]:
    """The entries of any kind of feed: id, link, title, content, published, updated."""
    response = client.get(address)
    if address.endswith("json"):
        return [
            {
                "id": item["id"],
                "link": item["url"],
                "title": item["title"],
                "content": item["content_html"],
                "published": datetime.fromisoformat(item["date_published"]),
            }
            for item in response.get_json()["items"]
        ]
    read = feedparser.parse(response.get_data(), sanitize_html=False, resolve_relative_uris=False)
    assert not read.bozo, read.get("bozo_exception")
    return [
        {
            "id": entry.id,
            "link": entry.link,
            "title": entry.title,
            "content": entry.content[0].value,
            "published": datetime(*entry.published_parsed[:6], tzinfo=UTC),
        }
        for entry in read.entries
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", ["", "tags/habits/"])
def test_a_feed_carries_the_whole_text_and_the_postscript(client: FlaskClient, place: str, kind: str):
    told = [s for s in shelf().visible(clock.now()) if not place or "habits" in s.head.tags]

    entries = entries_of(client, f"/stories/{place}feed.{kind}")

    assert [entry["title"] for entry in entries] == [story.head.title for story in told]
    for entry, story in zip(entries, told, strict=True):
        content = lxml.html.fragment_fromstring(entry["content"], create_parent="div")
        links = content.xpath("//@href")
        assert entry["link"] == f"http://localhost/stories/{story.slug}"
        assert entry["published"] == story.head.date
        assert content.xpath("//section[@class='moral']")
        assert f"P.S. {story.head.ps}" in content.text_content()
        assert f"http://localhost/assessment/?from={story.slug}" in links
        assert f"http://localhost/book/?from={story.slug}" in links
        assert all(link.startswith("http") for link in links)
        assert "<form" not in entry["content"]


def test_the_three_kinds_name_a_story_alike(client: FlaskClient):
    names = [[entry["id"] for entry in entries_of(client, f"/stories/feed.{kind}")] for kind in KINDS]

    assert names[0] == names[1] == names[2]
    assert len(set(names[0])) == len(names[0])
    assert names[0][0] == "tag:localhost,2026:/stories/two-weeks-is-a-date"


def test_a_renamed_story_is_the_same_entry(app: Flask, client: FlaskClient, tmp_path: Path):
    tell(app, a_folder(tmp_path, a=a_file()))
    (before,) = entries_of(client, "/stories/feed.atom")

    (tmp_path / "a.md").write_text(a_file(slug="renamed", former_slugs="[a, in-between]"))

    (after,) = entries_of(client, "/stories/feed.atom")
    assert before["id"] == after["id"] == "tag:localhost,2026:/stories/a"
    assert after["link"] == "http://localhost/stories/renamed"
    for former in ("a", "in-between"):
        hop = client.get(f"/stories/{former}")
        assert (hop.status_code, hop.location) == (301, "/stories/renamed")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_the_future_leaks(
    app: Flask, client: FlaskClient, tmp_path: Path, at: Callable[[datetime], None], kind: str
):
    later = {"date": "2026-11-05T08:00:00+00:00"}
    tell(
        app,
        a_folder(
            tmp_path,
            out=a_file(updated="2026-11-20T08:00:00+00:00"),
            later=a_file(**later, title="Later"),
            draft=a_file(draft="true", title="Draft"),
        ),
    )
    addresses = [f"/stories/feed.{kind}", f"/stories/tags/habits/feed.{kind}", "/sitemap.xml"]
    before = [client.get(address).get_data(as_text=True) for address in addresses]
    for text in before:
        assert not any(word in text for word in ("Later", "later", "Draft", "draft", "2026-11-05", "2026-11-20"))
        assert "05 Nov 2026" not in text
        assert "20 Nov 2026" not in text

    at(datetime(2026, 11, 5, 8, tzinfo=UTC))

    for address, text in zip(addresses, before, strict=True):
        after = client.get(address).get_data(as_text=True)
        assert after != text
        assert "2026-11-05" in after or "05 Nov 2026" in after
        assert "2026-11-20" not in after


def test_the_date_of_a_feed_is_that_of_its_last_change(client: FlaskClient):
    atom = ElementTree.fromstring(client.get("/stories/feed.atom").get_data())
    name = "{http://www.w3.org/2005/Atom}"

    assert atom.findtext(f"{name}updated") == max(e.findtext(f"{name}updated") or "" for e in atom.iter(f"{name}entry"))


def test_a_json_feed_says_what_the_standard_asks_for(client: FlaskClient):
    response = client.get("/stories/tags/habits/feed.json")
    feed = json.loads(response.get_data())

    assert response.mimetype == "application/feed+json"
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["home_page_url"] == "http://localhost/stories/tags/habits"
    assert feed["feed_url"] == "http://localhost/stories/tags/habits/feed.json"
    assert {"id", "url", "title", "content_html", "date_published", "date_modified", "tags"} <= set(feed["items"][0])


def test_pages_lead_to_their_feeds(client: FlaskClient):
    for page, place in (("/", ""), ("/stories/", ""), ("/stories/tags/habits", "tags/habits/")):
        tree = lxml.html.document_fromstring(client.get(page).get_data())
        feeds = tree.xpath("//link[@rel='alternate']/@href")
        assert feeds == [f"/stories/{place}feed.{kind}" for kind in KINDS]
        assert {client.get(feed).status_code for feed in feeds} == {200}


def test_pictures_and_links_have_whole_addresses(app: Flask, client: FlaskClient, tmp_path: Path):
    words = "![A desk](desk.jpg)\n\n[Next](other?a=1&b=2) and [here](#below) and [out](https://www.example.com/x)"
    a_picture(tmp_path / "desk.jpg", 900, 600)
    tell(app, a_folder(tmp_path, a=a_file(words, image="desk.jpg", image_alt="A desk")))

    (entry,) = entries_of(client, "/stories/feed.atom")

    content = lxml.html.fragment_fromstring(entry["content"], create_parent="div")
    assert content.xpath("//a/@href")[:3] == [
        "http://localhost/stories/other?a=1&b=2",
        "http://localhost/stories/a#below",
        "https://www.example.com/x",
    ]
    sources = [part.split()[0] for found in content.xpath("//@srcset") for part in found.split(", ")]
    assert len(content.xpath("//img")) == 2
    assert {address.startswith("http://localhost/stories/pictures/") for address in sources} == {True}
    assert {client.get(address.removeprefix("http://localhost")).status_code for address in sources[:2]} == {200}


def test_an_empty_site_has_empty_feeds(app: Flask, client: FlaskClient, tmp_path: Path):
    tell(app, a_folder(tmp_path))

    for kind in KINDS:
        assert entries_of(client, f"/stories/feed.{kind}") == []
        assert client.get(f"/stories/tags/habits/feed.{kind}").status_code == 404
    for address in ("/", "/stories/", "/stories/archive/", "/sitemap.xml", "/stories/search?q=a"):
        assert client.get(address).status_code == 200


def test_what_is_escaped_stays_escaped():
    assert absolute('<a href="x?a=1&amp;b=2">', "http://h/s/") == '<a href="http://h/s/x?a=1&amp;b=2">'
