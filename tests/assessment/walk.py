"""Takes the assessment through the real forms: the first, the last and the unusual pages as a visitor does."""

from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from assessment import services
from assessment.forms import make_form
from kit import clock
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
    return question_in(page.url)[1]


def walk(client: FlaskClient, changes: dict[str, dict[str, Any]] | None = None, query: str = "") -> Page:
    """Answer everything; gives the check page.

    What `changes` say is typed into the page of its question, where {} leaves the question open by its button; what is
    typical is kept without its page.
    """
    key, name = question_in(begin(client, query).url)
    while name != "check":
        if changes and name in changes:
            name = _answer_page(client, key, name, changes[name])
        else:
            name = _answer_typically(key, name)
    return Page(client.get(f"/assessment/at/{key}/check"), client)


def question_in(address: str) -> tuple[str, str]:
    """The key of the draft and the key of the question in the address of a page."""
    *_, key, name = urlsplit(address).path.split("/")
    return key, name


def _answer_page(client: FlaskClient, key: str, name: str, values: dict[str, Any]) -> str:
    page = Page(client.get(f"/assessment/at/{key}/{name}"), client)
    response = page.form().submit(button=None if values else ("unknown", "1"), **values)
    assert response.status_code == 303, f"{name}: {Page(response, client).errors}"
    return question_in(response.location)[1]


def _answer_typically(key: str, name: str) -> str:
    submission = services.get_draft(key)
    asked = services.get_question(submission, name)
    typed = MultiDict(TYPICAL[name])
    form = make_form(asked, submission.answers, seen=False, data=typed, today=clock.now().date(), seed=key)
    assert form.check(), form.errors
    return services.save(key, asked, form.answer(), now=clock.now()) or "check"


def finish(check: Page) -> Page:
    """The result page."""
    response = check.form().submit()
    assert response.status_code == 303
    return Page(check.client.get(response.location), check.client)
