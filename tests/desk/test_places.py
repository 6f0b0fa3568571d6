"""The navigation of the desk: which entry a page lies behind, and where a refusal leads."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.page import Page
from tests.staff.signed_in import signed_in


@pytest.fixture
def owner(app: Flask) -> FlaskClient:
    return signed_in(app)


@pytest.mark.parametrize(
    ("address", "entry", "current"),
    [
        ("/desk/", "Today", "page"),
        ("/desk/leads/", "Leads", "page"),
        ("/desk/leads/board", "Leads", "true"),
        ("/desk/availability/", "Hours", "page"),
        ("/desk/blocks/", "Hours", "true"),
        ("/desk/calendars/file", "Hours", "true"),
        ("/desk/consult-types/new", "Hours", "true"),
        ("/desk/team/log", "Team", "true"),
        ("/desk/webhooks/", "Team", "true"),
    ],
)
def test_each_page_lies_behind_one_entry(owner: FlaskClient, address: str, entry: str, current: str):
    page = Page(owner.get(address), owner)

    found = page.all('nav[aria-label="Desk"] a[aria-current]')
    assert [(a.text_content(), a.get("aria-current")) for a in found] == [(entry, current)]


@pytest.mark.parametrize(
    ("role", "ways"), [("owner", ["Today", "Leads", "Consults"]), ("author", ["Stories", "Newsletter", "Account"])]
)
def test_a_refusal_leads_back_to_where_somebody_may_go(app: Flask, role: str, ways: list[str]):
    client = signed_in(app, "Ann Bee", "ann@example.com", role)

    page = Page(client.get("/desk/stories/none-such"), client)

    assert page.status == 404
    assert page.texts(".ways a") == ways
    assert page.all('nav[aria-label="Desk"]')


def test_who_does_not_work_here_is_led_to_the_site(client: FlaskClient, owner: FlaskClient):
    for who in (client, owner):
        page = Page(who.get("/stories/none-such"), who)

        assert page.texts(".ways a") == ["The stories", "The self-assessment", "A consult"]
