"""Stories as visitors and machines fetch them."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from blog.views import shelf
from kit import clock
from tests.page import Page

pytestmark = pytest.mark.once

HIDDEN = ("every-mark", "a-map-of-saturday")
STORY = "/stories/two-weeks-is-a-date"
LISTS = (
    "/stories/",
    "/stories/tags/habits",
    "/stories/authors/the-conversation-gap",
    "/stories/archive/",
    "/stories/archive/2026",
)
READING = ("/", *LISTS, STORY, "/stories/search", "/stories/search?q=drawer", "/about", "/privacy")
FEEDS = tuple(f"/stories/{place}feed.{kind}" for place in ("", "tags/habits/") for kind in ("atom", "rss", "json"))


def test_the_index_lists_what_is_out_newest_first(client: FlaskClient):
    page = Page(client.get("/stories/"), client)

    titles = page.texts(".story-list h2")
    assert titles == [story.head.title for story in shelf().visible(clock.now())]
    assert titles[0] == "Two weeks is a date"


@pytest.mark.parametrize("slug", HIDDEN)
@pytest.mark.parametrize("address", [*READING, *FEEDS, "/sitemap.xml", "/stories/search?q=marks+OR+saturday"])
def test_nothing_hidden_shows_anywhere(client: FlaskClient, address: str, slug: str):
    assert slug not in client.get(address).get_data(as_text=True)
    assert client.get(f"/stories/{slug}").status_code == 404
    assert client.get(f"/stories/{slug}/card.png").status_code == 404


def test_a_story_appears_at_its_hour(client: FlaskClient, at: Callable[[datetime], None]):
    at(datetime(2027, 1, 12, 12, 59, 59, tzinfo=UTC))
    assert client.get("/stories/a-map-of-saturday").status_code == 404

    at(datetime(2027, 1, 12, 13, 0, tzinfo=UTC))
    assert client.get("/stories/a-map-of-saturday").status_code == 200


def test_a_story_ends_with_its_postscript(client: FlaskClient):
    page = Page(client.get(STORY), client)

    form = page.form("/assessment/")
    assert form.values == {"from": ["two-weeks-is-a-date"]}
    assert page.links["book a consult"] == "/book/?from=two-weeks-is-a-date"
    assert "A composite" in page.text
    (printed,) = page.texts(".postscript .print-only")
    assert printed == "http://localhost/assessment/?from=two-weeks-is-a-date"
    answer = Page(form.submit(conversations="12"), client)
    assert "Your first answer is in: 12" in answer.text


def test_the_home_page_begins_with_what_was_said_in_the_newest_story(client: FlaskClient):
    page = Page(client.get("/"), client)

    newest = shelf().visible(clock.now())[0]
    assert page.texts(".teaser h3")[0] == newest.head.title
    assert page.texts(".exchange figcaption") == ["Bettina", "June"]
    assert page.texts(".exchange blockquote")[0].startswith("Listen, this has been nice.")


def test_the_index_leads_to_every_subject_in_use(client: FlaskClient):
    page = Page(client.get("/stories/"), client)

    subjects = [link.get("href") for link in page.all(".all-subjects a")]
    assert len(subjects) == len(set(subjects)) >= 5
    assert [client.get(subject).status_code for subject in subjects] == [200] * len(subjects)


STRAIGHT = re.compile(r"[\"']")


@pytest.mark.parametrize("address", [*READING, "/nowhere"])
def test_quotation_marks_are_typographic_on_every_reading_page(client: FlaskClient, address: str):
    page = Page(client.get(address), client)

    assert STRAIGHT.findall(page.title + page.text) == []


def test_a_story_says_the_same_to_machines(client: FlaskClient):
    page = Page(client.get(STORY), client)
    data = json.loads(page.all('script[type="application/ld+json"]')[0].text_content())

    posting, trail, organization = data["@graph"]
    assert posting["@type"] == "BlogPosting"
    assert posting["headline"] == page.heading
    assert posting["datePublished"] == "2026-10-20T08:00:00-04:00"
    assert [item["position"] for item in trail["itemListElement"]] == [1, 2]
    assert posting["author"] == {"@type": "Organization"} | {key: organization[key] for key in ("@id", "name", "url")}
    assert f"{posting['timeRequired'][2:-1]} min" in page.text
    assert all(subject in page.text for subject in posting["keywords"])
    assert page.all('link[rel="canonical"]')[0].get("href") == "http://localhost" + STORY


@pytest.mark.parametrize("address", [*READING, *FEEDS, "/sitemap.xml"])
def test_a_repeat_visit_costs_nothing(client: FlaskClient, address: str):
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code) == (200, 304)
    assert not first.headers["ETag"].startswith("W/")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert again.get_data() == b""


@pytest.mark.parametrize("address", [*READING, *FEEDS, f"{STORY}/card.png", "/stories/mark.png", "/sitemap.xml"])
def test_no_reading_page_sets_a_cookie(client: FlaskClient, address: str):
    response = client.get(address)

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers


MISSING = [
    *("none", "none/card.png", "tags/none", "tags/none/feed.atom", "../etc", "%00", "x" * 3000),
    *("series/none", "authors/none", "archive/1999", "archive/99999999999999", "pictures/abc-480.webp"),
    *("?page=0", "?page=99999", "?page=x", "?page=%D9%A1", "?page=-1", "tags/habits?page=9", "search?q=a&page=5"),
]


@pytest.mark.parametrize("address", ["/stories/" + place for place in MISSING])
def test_what_is_not_there_has_a_page_that_says_so(client: FlaskClient, address: str):
    response = client.get(address)

    assert response.status_code == 404
    assert Page(response, client).heading
