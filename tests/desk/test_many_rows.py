"""Every list of the desk comes a page at a time: with very many rows no page grows, and none asks more often."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kit import clock
from kit.db import session, transaction
from staff import audit
from staff.audit_models import Act
from tests.desk.crowd import fill
from tests.page import Page
from tests.site.test_queries import MOST, counted_queries
from tests.staff.signed_in import signed_in

ROWS = 160
LONGEST = 100
LARGEST = 130_000  # bytes, before they are compressed
PAGED = {
    "/desk/leads/": "main tbody tr",
    "/desk/consults/": "#list-page tbody tr",
    "/desk/offers/": ".offer-card",
    "/desk/replies/": "section[aria-labelledby=asked] .offer-card",
    "/desk/waitlist/": "main tbody tr",
    "/desk/blocks/": ".block-list > li",
    "/desk/calendars/": ".calendar-card",
    "/desk/consult-types/": ".type-card",
    "/desk/newsletter/subscribers/": "main tbody tr",
    "/desk/mail/": "main tbody tr",
    "/desk/mail/returned": "main .rows > li",
    "/desk/team/": "main tbody tr",
    "/desk/team/log": "main tbody tr",
    "/desk/webhooks/": "main tbody tr",
    "/desk/webhooks/1": "main tbody tr",
    "/desk/account/": "section[aria-labelledby=sessions] .settle-list > li",
    "/desk/leads/lead000000000000": ".timeline > li",
}
BOUNDED = (
    "/desk/",
    "/desk/?whose=everybody",
    "/desk/leads/board",
    "/desk/funnel/",
    "/desk/team/1",
    "/desk/availability/",
    "/desk/leads/lead000000000000/sheet",
    "/desk/leads/lead000000000000/record",
    "/desk/leads/lead000000000000/merge?search=example",
)
SORTED = {
    "/desk/leads/": ("Name", "Stage", "Result", "Looked after by", "Known since", "Latest news"),
    "/desk/leads/?search=example&owner=1": ("Name", "Stage", "Result", "Known since", "Latest news"),
    "/desk/consults/": ("When", "Who", "State"),
    "/desk/funnel/": ("Source", "Story read", "Consult held"),
    "/desk/stories/": ("Title", "Out", "Length"),
    "/desk/newsletter/": ("Story", "Out"),
    "/desk/newsletter/subscribers/": ("Address", "State", "Since"),
    "/desk/mail/": ("Subject", "To", "State", "Written"),
    "/desk/mail/returned": ("Address", "When"),
    "/desk/team/": ("Name", "Here since"),
    "/desk/team/log": ("When", "Who", "What"),
    "/desk/webhooks/": ("Name",),
    "/desk/webhooks/1": ("About", "Written"),
}
NARROWED = (
    "/desk/leads/?owner=nobody",
    "/desk/leads/?search=example&sort=name",
    "/desk/mail/?search=example&state=sent&sort=to",
    "/desk/newsletter/subscribers/?search=example&state=asked&sort=-address",
    "/desk/webhooks/1?state=failed&sort=about",
    "/desk/team/log?act=signed+in&sort=who",
    "/desk/consults/?with=1&sort=who",
)


@dataclass
class Fetched:
    """A page, how large it is, and how often it asked the database when it was fetched once more."""

    page: Page
    size: int
    queries: int


@pytest.fixture
def owner(app: Flask) -> FlaskClient:
    """Whoever runs a site with very many rows."""
    client = signed_in(app)
    fill(ROWS, at=clock.now())
    session().rollback()
    return client


def fetch(client: FlaskClient, address: str) -> Fetched:
    client.get(address)
    session().expire_all()
    with counted_queries() as sent:
        response = client.get(address)
    return Fetched(Page(response, client), len(response.get_data()), len(sent))


def test_every_list_is_paged_and_none_is_large(owner: FlaskClient):
    faults: list[tuple[object, ...]] = []
    for address, rows in PAGED.items():
        first = fetch(owner, address)
        shown, following = first.page.all(rows), first.page.all('nav.pager a[rel="next"]')
        if not 0 < len(shown) <= LONGEST or not following or first.size > LARGEST or first.queries > MOST:
            faults.append((address, len(shown), len(following), first.size, first.queries))
            continue
        more = fetch(owner, following[0].get("href")).page.all(rows)
        if not more or more[0].text_content() == shown[0].text_content():
            faults.append((address, "is no second page"))

    assert not faults, faults


def test_pages_that_sum_up_stay_small(owner: FlaskClient):
    found = {address: fetch(owner, address) for address in BOUNDED}

    assert {address: (one.size, one.queries) for address, one in found.items() if one.size > LARGEST} == {}
    assert {address: (one.size, one.queries) for address, one in found.items() if one.queries > MOST} == {}


def test_today_says_how_many_more_there_are(owner: FlaskClient):
    due = Page(owner.get("/desk/leads/?call_back=due"), owner).all("main tbody tr")
    today = Page(owner.get("/desk/"), owner)

    assert today.links[f"All {len(due)} that are due"] == "/desk/leads/?call_back=due"
    assert today.links["More of which nobody has said so"] == "/desk/consults/#list-past"
    assert f"{len(due)} call-backs due." in today.text
    assert "More calendars cannot be read: look at all" in today.text


def test_a_record_is_whole_in_the_file_and_its_page_says_what_is_missing(owner: FlaskClient):
    page = Page(owner.get("/desk/leads/lead000000000000/record"), owner)
    whole = owner.get("/desk/leads/lead000000000000/record.json").get_json()

    letters, happened = len(whole["letters"]), len(whole["what happened"])
    assert (letters, happened) == (ROWS + 1, ROWS + 2)
    assert page.texts("section h2")[2] == f"What happened {happened}"
    assert page.texts("section > p")[-1] == f"And {letters - 50} more, all of them in the file."


def test_the_next_page_asks_for_the_same(owner: FlaskClient):
    with transaction():
        for number in range(ROWS):
            audit.note(Act.SIGNED_IN, by=None, details=f"time {number}")
    wrong = {}
    for address in NARROWED:
        first = Page(owner.get(address), owner)
        following = first.all('nav.pager a[rel="next"]')[0].get("href")
        second = Page(owner.get(following), owner)
        if asked(following) != asked(address) | {"page": "2"} or first_row(second) == first_row(first):
            wrong[address] = following

    assert wrong == {}


def test_a_press_on_a_head_sorts_and_a_second_one_turns_round(owner: FlaskClient):
    faults: list[tuple[object, ...]] = []
    for address, heads in SORTED.items():
        for head in heads:
            way, seen = address, set()
            for _press in (1, 2):
                way = table_with(head, Page(owner.get(way), owner)).leads_to
                found = fetch(owner, way)
                table = table_with(head, found.page)
                seen.add((table.side, table.first))
                if found.queries > MOST or found.size > LARGEST:
                    faults.append((way, found.queries, found.size))
            if {side for side, _ in seen} != {"ascending", "descending"} or len({first for _, first in seen}) != 2:
                faults.append((address, head, seen))

    assert not faults, faults


@dataclass
class Sorted:
    """A table: where the head of a column leads, how it is sorted by it, and its first row."""

    leads_to: str
    side: str | None
    first: str


def table_with(head: str, page: Page) -> Sorted:
    """The last table on a page that has such a head."""
    th = next(th for th in reversed(page.all("main thead th")) if th.text_content() == head)
    table = next(table for table in th.iterancestors("table"))
    return Sorted(th.find("a").get("href"), th.get("aria-sort"), table.find("tbody").find("tr").text_content())


def asked(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def first_row(page: Page) -> str:
    return str(page.all("main tbody tr")[0].text_content())
