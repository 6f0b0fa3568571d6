"""Takes the assessment as a visitor does, page by page, through the real forms."""

from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient

from tests.page import Page

TYPICAL: dict[str, dict[str, Any]] = {
    "scope": {"scope": "myself"},
    "held": {"held4": "16", "held_basis": "estimate", "past": "same"},
    "hours": {"hours4": "8", "blocks_kept": "2"},
    "reached": {"reached": "2"},
    "meetings": {"meetings": "2"},
    "joiners": {"joiners": "2", "rates_basis": "estimate"},
    "joined": {"joined12": "5"},
    "lag": {"lag": "3-6-months"},
    "goal": {"goal": "10", "goal_type": "gross", "deadline": "year", "signed": "0"},
    "list": {"working_list": "3"},
    "introduced": {"introduced": "3"},
    "brush-off": {"brush_off": "3"},
    "follow-up": {"follow_up": "2"},
    "talk-share": {"talk_share": "30"},
    "visible": {"visible": "2"},
    "hesitation": {"hesitation": "1-2"},
    "obstacles": {"picks": ["protected_time"]},
}


def begin(client: FlaskClient, query: str = "") -> Page:
    """The first question of a new draft."""
    start = Page(client.get(f"/assessment/{query}"), client)
    response = start.form().submit()
    assert response.status_code == 303, Page(response, client).text
    return Page(client.get(response.location), client)


def question_of(page: Page) -> str:
    """The key of the question that a page asks."""
    return urlsplit(page.url).path.rsplit("/", 1)[-1]


def walk(client: FlaskClient, changes: dict[str, dict[str, Any]] | None = None, query: str = "") -> Page:
    """Answer everything; gives the check page. A question mapped to {} is left open by its button."""
    answers = TYPICAL | (changes or {})
    page = begin(client, query)
    for _ in range(30):
        key = question_of(page)
        if key == "check":
            return page
        values = answers[key]
        button = ("unknown", "1") if not values else None
        response = page.form().submit(button=button, **values)
        assert response.status_code == 303, f"{key}: {Page(response, client).errors}"
        page = Page(client.get(response.location), client)
    raise AssertionError("the assessment does not end")


def finish(check: Page) -> Page:
    """The result page."""
    response = check.form().submit()
    assert response.status_code == 303
    return Page(check.client.get(response.location), check.client)
