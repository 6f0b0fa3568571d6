"""What pages say to machines is said in the terms of schema.org."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from blog.views import shelf
from kit import clock
from tests import schema_org
from tests.blog.builders import a_file, a_folder, a_picture, tell
from tests.blog.test_pages import LISTS
from tests.page import Page

SERIES = {"series": "Letters", "author": "Ann Bee", "image": "desk.jpg", "image_alt": "A desk"}


@pytest.mark.processes
def test_every_page_speaks_in_the_terms_of_schema_org(app: Flask, client: FlaskClient, tmp_path: Path):
    graphs = {address: graph_of(client, address) for address in ("/", *LISTS)}
    graphs |= {story.slug: graph_of(client, f"/stories/{story.slug}") for story in shelf().visible(clock.now())}
    folder = tmp_path / "posts"
    folder.mkdir()
    a_picture(folder / "desk.jpg", 1000, 600)
    tell(app, a_folder(folder, one=a_file(part="1", **SERIES), two=a_file(part="2", **SERIES)))
    graphs |= {place: graph_of(client, f"/stories/{place}") for place in ("one", "series/letters", "authors/ann-bee")}

    assert {thing["@type"] for graph in graphs.values() for thing in graph["@graph"]} == {
        *("BlogPosting", "BreadcrumbList", "CollectionPage", "Organization", "ProfilePage", "WebSite")
    }
    assert schema_org.faults_of(graphs, tmp_path) == []


@pytest.mark.processes
def test_what_schema_org_does_not_know_is_found(tmp_path: Path):
    story = {"@type": "BlogPosting", "headline": "A call"}
    graphs = {
        "good": {"@context": "https://schema.org", "@graph": [story]},
        "unknown term": {"@context": "https://schema.org", "@graph": [story | {"standfirst": "A word"}]},
        "term of another type": {"@context": "https://schema.org", "@graph": [story | {"numberOfItems": 1}]},
        "wrong value": {"@context": "https://schema.org", "@graph": [story | {"author": {"@type": "Place"}}]},
    }

    found = {fault.partition(":")[0] for fault in schema_org.faults_of(graphs, tmp_path)}

    assert found == {"unknown term", "term of another type", "wrong value"}


def graph_of(client: FlaskClient, address: str) -> dict[str, Any]:
    """The one graph of a page."""
    page = Page(client.get(address), client)
    (script,) = page.all('script[type="application/ld+json"]')
    found: dict[str, Any] = json.loads(script.text_content())
    return found
