"""Who gets the stories, at the desk: the list, one subscriber, the table for spreadsheets."""

import csv
import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

import leads.services
from blog import sending, subscribers
from blog.sending_job import send_stories
from blog.views import shelf
from kit import clock, outbox, suppression
from kit.context import current_settings
from kit.db import Base, session
from kit.mail import Purpose
from kit.refusal_rules import Meaning
from kit.spreadsheets import as_csv, harmless
from kit.suppression import Returned
from leads.consent import Ask
from tests.blog.readers import a_subscriber, leaves
from tests.page import Page

LIST = "/desk/newsletter/subscribers/"


def look(desk: FlaskClient, address: str = LIST) -> Page:
    return Page(desk.get(address), desk)


def some(desk: FlaskClient) -> None:
    """One of each."""
    a_subscriber("ann@example.com")
    leaves(a_subscriber("bob@example.com"))
    subscribers.ask(Ask("cat@example.com", "/stories/every-mark", "form", "every-mark"), at=clock.now())
    a_subscriber("dan@example.com")
    suppression.note(Returned("dan@example.com", Meaning.HARD, "1"), at=clock.now())


def test_nobody_is_there_yet(desk: FlaskClient):
    assert look(desk).texts(".empty h2") == ["Nobody yet"]


def test_each_stands_there_with_their_state(desk: FlaskClient):
    some(desk)

    page = look(desk)

    assert page.texts("tbody th") == [f"{name}@example.com" for name in ("dan", "cat", "bob", "ann")]
    assert page.texts("tbody td:nth-child(2)") == [
        "SubscribedHeld back: mail comes back",
        "To confirm",
        "Left",
        "Subscribed",
    ]
    assert page.texts(".tabs li") == ["All 4", "To confirm 1", "Subscribed 2", "Left 1"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?state=left", ["bob@example.com"]),
        ("?search=ANN", ["ann@example.com"]),
        ("?search=ann&state=left", []),
        ("?search=%25", []),
        ("?state=nonsense&page=99", [f"{name}@example.com" for name in ("dan", "cat", "bob", "ann")]),
    ],
)
def test_subscribers_are_found(desk: FlaskClient, query: str, found: list[str]):
    some(desk)

    assert look(desk, LIST + query).texts("tbody th") == found


def test_one_subscriber_with_what_they_agreed_to(desk: FlaskClient):
    reader = a_subscriber()
    suppression.note(Returned(reader.address, Meaning.SOFT, "1", status="4.2.2", words="452 full"), at=clock.now())
    lead = leads.services.find_by_address(reader.address)
    assert lead is not None

    page = look(desk, f"{LIST}{reader.id}")

    assert page.heading == reader.address
    assert [line.split(" now")[0] for line in page.texts(".timeline .headline")] == [
        "Asked for the newsletter",
        "Agreed to the newsletter",
    ]
    assert (
        "“Send me each new story by e-mail, one or two a month. I can leave with one click.” (newsletter-1)"
        in page.text
    )
    assert "Not now (4.2.2)" in page.text
    assert page.links[reader.address] == f"/desk/leads/{lead.public_id}"
    assert look(desk, f"/desk/leads/{lead.public_id}").links["on the list"] == f"{LIST}{reader.id}"


def test_somebody_who_asks_by_telephone_is_taken_off(desk: FlaskClient):
    reader = a_subscriber()
    page = look(desk, f"{LIST}{reader.id}")
    missing = Page(page.form("/leave").submit(), desk)
    assert (missing.status, missing.errors) == (422, ["Say how they asked, such as: by telephone"])

    done = missing.form("/leave").submit(how="by telephone")

    after = look(desk, done.location)
    assert "They are off the list." in after.text
    assert "told us: by telephone" in after.text
    assert not any("/leave" in (form.get("action") or "") for form in after.all("main form"))


def test_somebody_is_erased_and_what_was_counted_stays(desk: FlaskClient):
    reader, other = a_subscriber("ann@example.com"), a_subscriber("bob@example.com")
    sending.schedule(shelf().visible(clock.now())[0], due_at=clock.now(), by="Robin", now=clock.now())
    send_stories()
    outbox.deliver_due()
    leaves(reader)

    address = f"{LIST}{reader.id}"
    done = look(desk, address).form("/erase").submit()

    assert "They are erased." in look(desk, done.location).text
    assert desk.get(address).status_code == 404
    assert suppression.held_back(["ann@example.com"], Purpose.NEWSLETTER, at=clock.now())
    (progress,) = sending.all_progress().values()
    assert (progress.left, progress.issue.planned) == (2, 2)
    assert places_of("ann@example.com") == {"lead"}
    assert {"subscriber", "letter", "consent_entry", "a file"} <= places_of(other.address)


def places_of(address: str) -> set[str]:
    """The tables in which an address stands, and whether it stands in a file."""
    session().rollback()
    tables = {
        table.name
        for table in Base.metadata.sorted_tables
        if any(address in repr(tuple(row)) for row in session().execute(select(table)))
    }
    files = [path.read_text("utf-8") for path in (current_settings().instance / "mail").glob("*")]
    return tables | ({"a file"} if any(address in text for text in files) else set())


def test_what_is_held_back_leads_to_where_it_is_lifted(desk: FlaskClient):
    some(desk)
    dan = subscribers.find_by_address("dan@example.com")
    assert dan is not None

    page = look(desk, f"{LIST}{dan.id}")

    assert look(desk, page.links["Let mail go there again"].partition("#")[0]).heading == "Mail that came back"


def test_the_table_holds_everybody_and_no_formula(desk: FlaskClient):
    some(desk)
    subscribers.ask(Ask("=cmd|x@example.com", "/newsletter/", "form"), at=clock.now())

    response = desk.get(f"{LIST}all.csv")

    assert response.mimetype == "text/csv"
    assert response.headers["Content-Disposition"] == 'attachment; filename="subscribers-2026-10-31.csv"'
    rows = list(csv.reader(io.StringIO(response.get_data().decode("utf-8-sig"))))
    assert rows[0][:3] == ["address", "state", "held back"]
    assert [row[:3] for row in rows[1:]] == [
        ["ann@example.com", "subscribed", ""],
        ["bob@example.com", "left", ""],
        ["cat@example.com", "asked", ""],
        ["dan@example.com", "subscribed", "hard bounce"],
        ["'=cmd|x@example.com", "asked", ""],
    ]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("Ann", "Ann"),
        ("=1+1", "'=1+1"),
        ("+1 555 010 0101", "'+1 555 010 0101"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("a=b", "a=b"),
        ("", ""),
        ("a\x00b", "ab"),
    ],
)
def test_a_cell_is_no_formula(cell: str, shown: str):
    assert harmless(cell) == shown


def test_a_table_keeps_commas_quotes_and_lines():
    written = as_csv(["name"], [['Bee, "Ann"'], ["two\nlines"]])

    assert written == b'\xef\xbb\xbf"name"\r\n"Bee, ""Ann"""\r\n"two\nlines"\r\n'
