"""Everybody who has been in touch, in one list."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

import leads.services
from kit import clock
from leads.models import Stage
from leads.origin import Origin
from tests.booking.builders import a_consult_type
from tests.desk.scenes import a_consult, a_lead, assessed
from tests.page import Page


def listed(desk: FlaskClient, query: str = "") -> Page:
    return Page(desk.get(f"/desk/leads/{query}"), desk)


def names(page: Page) -> list[str]:
    return [a.text_content() for a in page.all("tbody th a")]


@pytest.fixture
def three(desk: FlaskClient) -> FlaskClient:
    """Ann is a client with a result, Bob and Cy are new."""
    now = clock.now()
    ann = a_lead(
        "Ann Avery", company="Harbor Realty", at=now - timedelta(days=9), origin=Origin("the-night-supervisor")
    )
    assessed(ann, at=now - timedelta(days=9))
    leads.services.move_stage(ann, Stage.CLIENT, author="Robin", at=now - timedelta(days=9))
    a_lead("Bob Berg", at=now - timedelta(hours=2), company="Harbor Realty")
    a_lead("", address="cy@example.com", at=now - timedelta(days=2))
    return desk


def test_nobody_is_there_yet(desk: FlaskClient):
    page = listed(desk)

    assert "No leads yet" in page.texts("h2")
    assert page.all("table") == []


def test_a_row_tells_who_it_is_and_how_they_stand(three: FlaskClient):
    page = listed(three)

    (row,) = [text for text in page.texts("tbody tr") if "Ann" in text]
    assert names(page) == ["Bob Berg", "cy@example.com", "Ann Avery"]
    for words in (
        "Harbor Realty",
        "ann@example.com",
        "client",
        "Well short of pace",
        "gap 7 a week",
        "The night supervisor",
    ):
        assert words in row
    assert "9 days ago, 22 October 2026" in row


def test_the_list_can_be_held_to_a_stage(three: FlaskClient):
    page = listed(three)

    assert page.texts(".tabs li") == ["All 3", "New 2", "Client 1"]
    clients = listed(three, page.links["Client 1"].partition("/leads/")[2])
    assert names(clients) == ["Ann Avery"]
    assert [a.text_content() for a in clients.all(".tabs a[aria-current]")] == ["Client 1"]


def test_search_and_stage_and_order_stay_together(three: FlaskClient):
    page = listed(three, "?stage=new&sort=name")

    found = Page(page.form("").submit(search="harbor"), three)

    assert names(found) == ["Bob Berg"]
    assert found.texts(".tabs li") == ["All 2", "New 1", "Client 1"]
    assert found.links["All 2"] == "/desk/leads/?search=harbor&sort=name&"
    assert found.links["Known since"] == "/desk/leads/?search=harbor&stage=new&sort=-known"


@pytest.mark.parametrize(
    ("query", "order", "sorted_by"),
    [
        ("", ["Bob Berg", "cy@example.com", "Ann Avery"], ("Latest news", "descending")),
        ("?sort=name", ["Ann Avery", "Bob Berg", "cy@example.com"], ("Name", "ascending")),
        ("?sort=-known", ["Bob Berg", "cy@example.com", "Ann Avery"], ("Known since", "descending")),
        ("?sort=-name", ["cy@example.com", "Bob Berg", "Ann Avery"], ("Name", "descending")),
        ("?sort=stage", ["Bob Berg", "cy@example.com", "Ann Avery"], ("Stage", "ascending")),
        ("?sort=-stage", ["Ann Avery", "Bob Berg", "cy@example.com"], ("Stage", "descending")),
        ("?sort=result", ["Ann Avery", "Bob Berg", "cy@example.com"], ("Result", "ascending")),
        ("?sort=-result&search=example", ["Ann Avery", "Bob Berg", "cy@example.com"], ("Result", "descending")),
        (
            "?sort=nonsense&stage=nonsense&page=nonsense",
            ["Bob Berg", "cy@example.com", "Ann Avery"],
            ("Latest news", "descending"),
        ),
    ],
)
def test_the_list_runs_as_asked(three: FlaskClient, query: str, order: list[str], sorted_by: tuple[str, str]):
    page = listed(three, query)

    (head,) = page.all("th[aria-sort]")
    assert names(page) == order
    assert (head.text_content(), head.get("aria-sort")) == sorted_by


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?search=zzz", "No name, address, company, number or note holds “zzz”."),
        ("?stage=closed", "Nobody is in this stage now."),
        ("?search=ann&stage=closed", "No name, address, company, number or note holds “ann” in the stage “closed”."),
        ("?search=%25", "No name, address, company, number or note holds “%”."),
    ],
)
def test_an_empty_list_says_why(three: FlaskClient, query: str, said: str):
    page = listed(three, query)

    assert page.texts(".empty p")[0] == said
    assert page.links["Show everybody"] == "/desk/leads/"


@pytest.mark.parametrize("page_number", ["0", "-1", "7", "99999999999999999999", "x", "٣", "1.5"])
def test_any_page_number_leads_to_a_page(three: FlaskClient, page_number: str):
    assert len(names(listed(three, f"?page={page_number}"))) == 3


def test_somebody_is_found_by_what_they_wrote_with_a_booking(desk: FlaskClient):
    a_lead("Bob Bee")
    a_consult(a_consult_type(), note="My team builds walnut kayaks.")

    page = Page(desk.get("/desk/leads/?search=kayak"), desk)

    assert "Ann Avery" in page.text
    assert "Bob Bee" not in page.text
