"""What goes wrong is said on a page of our own, and gives nothing away."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from booking.models import ConsultType
from kit.db import transaction
from tests.page import Page

LONG = "x" * (3 * 1024 * 1024)
CASES = [
    ("get", "/nowhere", {}, 404, "There is no such page"),
    ("get", "/stories/none-such", {}, 404, "There is no such story"),
    ("get", "/static/v/none.css", {}, 404, "There is no such page"),
    ("post", "/about", {}, 405, "That cannot be done here"),
    ("delete", "/", {}, 405, "That cannot be done here"),
    ("post", "/book/call-back", {"name": LONG}, 413, "That is too much at once"),
    ("get", "/book/consult/broken", {}, 404, "This link is not complete"),
    ("get", "/%ff%fe", {}, 404, "There is no such page"),
]


@pytest.mark.parametrize(("method", "address", "data", "status", "heading"), CASES, ids=lambda value: str(value)[:24])
def test_a_refusal_has_a_page_with_a_way_on(
    client: FlaskClient, method: str, address: str, data: dict[str, str], status: int, heading: str
):
    page = Page(client.open(address, method=method, data=data), client)

    assert (page.status, page.heading) == (status, heading)
    assert {"/stories/", "/assessment/", "/book/"} <= set(page.links.values())


def test_who_comes_too_often_is_asked_to_wait(client: FlaskClient):
    answers = [client.post("/book/call-back", data={}) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert Page(answers[-1], client).heading == "One moment"
    assert Page(client.get("/book/call-back"), client).heading == "Call me back"


@pytest.fixture
def broken(app: Flask) -> None:
    """A site whose database lacks a table."""
    with transaction() as current:
        current.execute(text(f"ALTER TABLE {ConsultType.__tablename__} RENAME TO taken_away"))


def test_a_fault_of_ours_says_nothing_about_the_inside(
    broken: None, client: FlaskClient, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
):
    response = client.get("/book/?with=a-secret-of-a-visitor")
    page = Page(response, client)

    assert (page.status, page.heading) == (500, "Something broke on our side")
    shown = response.get_data(as_text=True).lower()
    for word in ("traceback", "consult_type", "select", "sqlalchemy", "operationalerror", "programmingerror", "/work"):
        assert word not in shown, word
    assert "unanswered fault" in caplog.text + capfd.readouterr().err


def test_the_other_pages_go_on(broken: None, client: FlaskClient):
    assert [client.get(address).status_code for address in ("/", "/stories/", "/about", "/health")] == [200] * 4
