"""Stories in their orders: leaves of long lists, series, authors, years, and the same told to machines."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.blog.builders import a_file, a_folder, tell
from tests.page import Page

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    """Sixteen stories, two of them a series by Ann Bee, one of those changed since."""
    files = {f"s{n:02}": a_file(title=f"Story {n}", date=f"2026-09-{n + 1:02}T08:00:00-04:00") for n in range(14)}
    series = {"series": "Letters", "author": "Ann Bee", "tags": "[listening]"}
    files["one"] = a_file(title="Part one", part="1", updated="2026-10-05T09:00:00-04:00", **series)
    files["two"] = a_file(title="Part two", part="2", date="2025-12-31T23:30:00-05:00", **series)
    tell(app, a_folder(tmp_path, **files))
    return tmp_path


def told(page: Page) -> dict[str, dict[str, Any]]:
    """What a page tells machines, by type."""
    (script,) = page.all('script[type="application/ld+json"]')
    return {thing["@type"]: thing for thing in json.loads(script.text_content())["@graph"]}


def canonical(page: Page) -> str:
    return str(page.all('link[rel="canonical"]')[0].get("href"))


@pytest.mark.parametrize("address", ["/stories/", "/stories/tags/habits", "/stories/authors/the-site"])
def test_a_long_list_has_leaves(folder: Path, client: FlaskClient, address: str):
    total = 16 if address == "/stories/" else 14
    for n in range(14, 14 + 2):
        (folder / f"more{n}.md").write_text(a_file(title=f"More {n}", date="2026-08-01T08:00:00-04:00"))

    first, second = (Page(client.get(f"{address}?page={number}"), client) for number in (1, 2))

    titles = first.texts(".story-list h2") + second.texts(".story-list h2")
    assert len(titles) == len(set(titles)) == total + 2
    assert first.links["Next"].endswith("page=2")
    assert second.links["Previous"].endswith("page=1")
    assert (canonical(first), canonical(second)) == (
        f"http://localhost{address}",
        f"http://localhost{address}?page=2",
    )
    assert "page 2" in second.title
    assert client.get(f"{address}?page=3").status_code == 404


def test_a_series_is_read_part_by_part(folder: Path, client: FlaskClient):
    one = Page(client.get("/stories/one"), client)
    two = Page(client.get("/stories/two"), client)
    series = Page(client.get("/stories/series/letters"), client)

    assert "Part 1 of 2: Letters" in one.text
    assert "Part 2 of 2: Letters" in two.text
    assert [link.get("href") for link in one.all('a[rel="next"]')] == ["/stories/two"]
    assert [link.get("href") for link in two.all('a[rel="prev"]')] == ["/stories/one"]
    assert one.all('a[rel="prev"]') == two.all('a[rel="next"]') == []
    assert series.texts(".story-list h2") == ["Part one", "Part two"]
    assert told(one)["BlogPosting"]["isPartOf"]["url"] == canonical(series)
    assert (told(one)["BlogPosting"]["position"], told(two)["BlogPosting"]["position"]) == (1, 2)


def test_a_story_and_its_data_agree(folder: Path, client: FlaskClient):
    page = Page(client.get("/stories/one"), client)
    posting = told(page)["BlogPosting"]

    assert "1 October 2026 · changed 5 October 2026" in page.text
    assert posting["dateModified"] == "2026-10-05T09:00:00-04:00"
    assert posting["author"] == {
        "@type": "Person",
        "name": "Ann Bee",
        "url": "http://localhost" + page.links["Ann Bee"],
    }
    assert client.get(page.links["Ann Bee"]).status_code == 200
    assert posting["url"] == canonical(page)
    assert posting["publisher"] == {"@id": told(page)["Organization"]["@id"]}


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/stories/", "CollectionPage"),
        ("/stories/tags/habits", "CollectionPage"),
        ("/stories/series/letters", "CollectionPage"),
        ("/stories/archive/", "CollectionPage"),
        ("/stories/archive/2026", "CollectionPage"),
        ("/stories/authors/ann-bee", "ProfilePage"),
    ],
)
def test_a_list_and_its_data_agree(folder: Path, client: FlaskClient, address: str, kind: str):
    page = Page(client.get(address), client)
    data = told(page)

    assert data[kind]["@id"] == canonical(page) == f"http://localhost{address}"
    steps = data["BreadcrumbList"]["itemListElement"]
    assert [step["position"] for step in steps] == list(range(1, len(steps) + 1))
    assert all(client.get(step["item"].removeprefix("http://localhost")).status_code == 200 for step in steps)
    assert data["Organization"]["name"] == "The Conversation Gap"
    if kind == "CollectionPage" and address != "/stories/archive/":
        listed = [item["url"] for item in data[kind]["mainEntity"]["itemListElement"]]
        assert [f"http://localhost{link.get('href')}" for link in page.all(".story-list h2 a, .by-day a")] == listed


def test_the_home_page_says_whose_site_it_is(folder: Path, client: FlaskClient):
    data = told(Page(client.get("/"), client))

    assert data["WebSite"]["publisher"] == {"@id": data["Organization"]["@id"]}
    assert client.get(data["Organization"]["logo"].removeprefix("http://localhost")).mimetype == "image/png"


def test_years_are_those_on_the_clocks_of_the_story(folder: Path, client: FlaskClient):
    archive = Page(client.get("/stories/archive/"), client)

    assert archive.texts(".years li") == ["2026 15 stories", "2025 1 story"]
    assert Page(client.get("/stories/archive/2025"), client).texts(".by-day a") == ["Part two"]
    assert Page(client.get("/stories/archive/2026"), client).texts("h2")[:2] == ["October", "September"]


def test_the_sitemap_names_each_page_once_with_its_last_change(folder: Path, client: FlaskClient):
    urls = ElementTree.fromstring(client.get("/sitemap.xml").get_data()).findall(f"{SITEMAP}url")
    named = {url.findtext(f"{SITEMAP}loc"): url.findtext(f"{SITEMAP}lastmod") for url in urls}

    assert len(named) == len(urls)
    assert {client.get((place or "").removeprefix("http://localhost")).status_code for place in named} == {200}
    changed = "2026-10-05T09:00:00-04:00"
    for path in ("", "stories/", "stories/one", "stories/series/letters", "stories/authors/ann-bee"):
        assert named[f"http://localhost/{path}"] == changed
    assert named["http://localhost/stories/tags/habits"] == "2026-09-14T08:00:00-04:00"
    assert named["http://localhost/about"] is None
    assert not any("search" in (place or "") or "preview" in (place or "") for place in named)
