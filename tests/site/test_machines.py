"""What machines ask for: which pages to find, which to leave alone, and whether the site is well."""

from datetime import UTC, datetime
from xml.etree import ElementTree

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from kit import clock, jobs
from kit.db import transaction
from tests.booking.builders import a_consult_type
from tests.site.test_routes import DESK, MACHINE, TOKEN, requests_of

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def test_the_sitemap_names_pages_that_are_there(client: FlaskClient):
    a_consult_type()
    found = ElementTree.fromstring(client.get("/sitemap.xml").get_data())

    addresses = [place.text or "" for place in found.iter(f"{SITEMAP}loc")]
    assert len(addresses) == len(set(addresses)) > 12
    for address in addresses:
        assert address.startswith("http://localhost/")
        assert client.get(address.removeprefix("http://localhost")).status_code == 200, address


def test_the_sitemap_tells_when_a_story_changed(client: FlaskClient):
    found = ElementTree.fromstring(client.get("/sitemap.xml").get_data())

    changed = [datetime.fromisoformat(moment.text or "") for moment in found.iter(f"{SITEMAP}lastmod")]
    assert len(changed) >= 6
    assert all(moment <= clock.now() for moment in changed)


def test_what_is_nobodys_business_is_not_looked_for(app: Flask, client: FlaskClient):
    lines = client.get("/robots.txt").get_data(as_text=True).splitlines()

    hidden = tuple(line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow: "))
    assert lines[-1] == "Sitemap: http://localhost/sitemap.xml"
    for door in (TOKEN, DESK, MACHINE):
        for endpoint, _, address in requests_of(app, door):
            assert address.startswith(hidden), (endpoint, address)


def test_a_site_that_is_well_says_so(client: FlaskClient):
    jobs.beat()

    response = client.get("/health")

    assert response.status_code == 200
    assert response.json is not None
    assert response.json["status"] == "ok"
    assert response.json["worker_last_beat"] == datetime(2026, 10, 31, 22, 30, tzinfo=UTC).isoformat()
    assert response.json["mail_queue"] == 0
    assert response.headers["Cache-Control"] == "no-store"


def test_a_site_without_its_database_says_so_and_no_more(app: Flask, client: FlaskClient):
    with transaction() as current:
        current.execute(text("ALTER TABLE beat RENAME TO taken_away"))

    response = client.get("/health")

    assert response.status_code == 503
    assert response.json is not None
    assert response.json["status"] == "failing"
    assert "beat" not in response.get_data(as_text=True)
