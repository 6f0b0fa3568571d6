"""The pages for whoever works on the site: letters taken apart, and every part of the design."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from kit import outbox
from kit.db import db
from kit.security import POLICY_OF_A_MAIL
from tests.booking.builders import a_consult_type
from tests.conftest import ROOT, some_settings
from tests.desk.scenes import A_REPORT, a_consult, a_letter
from tests.page import Page
from tests.staff.signed_in import signed_in

PAGES = ("/dev/inbox", "/dev/sheet", "/dev/sheet/wrong", "/dev/sheet/mail")


def shown(client: FlaskClient, address: str) -> Page:
    return Page(client.get(address), client)


def rules(app: Flask) -> list[str]:
    return [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/dev")]


def site_at(base_url: str, migrated: Callable[[Path], str], folder: Path) -> Flask:
    app = create_app(some_settings(folder, migrated(folder), BASE_URL=base_url))
    with app.app_context():
        db.engine.dispose()
    return app


def test_nothing_of_it_exists_in_production(migrated: Callable[[Path], str], tmp_path: Path):
    app = site_at("https://www.example.com", migrated, tmp_path)

    assert rules(app) == []
    assert "demo" not in app.cli.commands
    assert app.test_client().get("/dev/inbox").status_code == 404


def test_all_of_it_exists_elsewhere(migrated: Callable[[Path], str], tmp_path: Path):
    app = site_at("http://localhost", migrated, tmp_path)

    assert len(rules(app)) == 10
    assert "demo" in app.cli.commands


@pytest.mark.parametrize("address", PAGES)
def test_each_page_answers(client: FlaskClient, address: str):
    a_letter()

    assert client.get(address).status_code == 200


def test_the_way_in_leads_to_the_inbox(client: FlaskClient):
    assert client.get("/dev/").location == "/dev/inbox"


@pytest.mark.parametrize(
    ("remote", "headers"),
    [
        ("192.168.1.7", {}),
        ("127.0.0.1", {"X-Forwarded-For": "192.168.1.7"}),
        ("127.0.0.1", {"Forwarded": "for=192.168.1.7"}),
        ("::1", {"X-Real-IP": "127.0.0.1"}),
    ],
)
def test_from_outside_letters_are_seen_by_whoever_is_signed_in(app: Flask, remote: str, headers: dict[str, str]):
    letter = a_letter()
    consultant, stranger = signed_in(app), app.test_client()

    for address in (*PAGES, f"/dev/inbox/{letter.id}", f"/dev/inbox/{letter.id}/html"):
        asked = {"environ_overrides": {"REMOTE_ADDR": remote}, "headers": headers}
        assert stranger.get(address, **asked).status_code == 404, address  # type: ignore[arg-type]
        assert consultant.get(address, **asked).status_code == 200, address  # type: ignore[arg-type]


@pytest.mark.parametrize("remote", ["127.0.0.1", "127.3.2.1", "::1"])
def test_on_the_machine_itself_nobody_has_to_sign_in(client: FlaskClient, remote: str):
    assert client.get("/dev/inbox", environ_overrides={"REMOTE_ADDR": remote}).status_code == 200


def test_an_empty_inbox_says_how_to_fill_it(client: FlaskClient):
    page = shown(client, "/dev/inbox")

    assert "No letters yet" in page.texts("h2")
    assert "make demo" in page.text


def test_letters_stand_newest_first_with_the_newest_opened(client: FlaskClient):
    a_letter("ann@example.com", "The first")
    newest = a_letter("bob@example.com", "The second")

    page = shown(client, "/dev/inbox")

    assert page.texts(".inbox-list b") == ["The second", "The first"]
    assert page.texts("#subject") == ["The second"]
    assert [a.get("href") for a in page.all(".inbox-list a[aria-current]")] == [f"/dev/inbox/{newest.id}"]


def test_a_letter_is_taken_apart(client: FlaskClient):
    a_consult(a_consult_type())
    (letter,) = outbox.letters_to("ann@example.com", most=2)

    page = shown(client, f"/dev/inbox/{letter.id}")

    text, calendar = page.texts(".inbox-parts pre")
    assert text.startswith("Hello Ann Avery,")
    assert "METHOD:REQUEST" in calendar and "BEGIN:VEVENT" in calendar
    assert {"Message-ID", "Auto-Submitted", "Reply-To"} <= set(page.texts(".inbox-headers dt"))
    (frame,) = page.all("iframe")
    assert (frame.get("src"), frame.get("sandbox")) == (f"/dev/inbox/{letter.id}/html", "")


def test_the_html_of_a_letter_stands_alone_and_can_do_nothing(client: FlaskClient):
    letter = a_letter()

    response = client.get(f"/dev/inbox/{letter.id}/html")

    assert response.get_data(as_text=True).strip() == "<p>Hello Ann</p>"
    policy = response.headers["Content-Security-Policy"]
    assert policy == POLICY_OF_A_MAIL
    assert "sandbox" in policy.split("; ") and "script-src" not in policy and "default-src 'none'" in policy


def test_the_links_of_a_letter_can_be_followed_beside_it(client: FlaskClient):
    html = '<a href="http://localhost/a?b=1&amp;c=2">one</a><a href="http://localhost/d">two</a>'
    letter = a_letter(html=html + html)

    page = shown(client, f"/dev/inbox/{letter.id}")

    assert page.texts(".inbox-links a") == ["http://localhost/a?b=1&c=2", "http://localhost/d"]


def test_files_are_saved(client: FlaskClient):
    a_consult(a_consult_type())
    (invitation,) = outbox.letters_to("ann@example.com", most=2)
    report = a_letter(attachments=A_REPORT)

    invite = client.get(shown(client, f"/dev/inbox/{invitation.id}").links["invite.ics"])
    pdf = client.get(shown(client, f"/dev/inbox/{report.id}").links["report.pdf"])

    assert invite.data.startswith(b"BEGIN:VCALENDAR\r\n")
    assert pdf.data == b"%PDF-1.7 a report"
    for response, name in ((invite, "invite.ics"), (pdf, "report.pdf")):
        assert response.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert client.get(f"/dev/inbox/{report.id}/files/2").status_code == 404


@pytest.mark.parametrize("address", ["/dev/inbox/7", "/dev/inbox/7/html", "/dev/inbox/7/files/1", "/dev/inbox/x"])
def test_what_is_not_there_is_not_found(client: FlaskClient, address: str):
    assert client.get(address).status_code == 404


def test_every_part_of_the_design_is_on_the_sheet():
    sheet = "".join((ROOT / "templates/dev" / name).read_text("utf-8") for name in ("sheet.html", "mail_pieces.html"))
    names = dict(re.findall(r'import "parts/(\w+)\.html" as (\w+)', sheet))
    missing = []
    for path in sorted((ROOT / "templates/parts").glob("*.html")):
        text = path.read_text("utf-8")
        for macro in re.findall(r"{% macro (\w+)\(", text):
            shown_itself = f"{names.get(path.stem)}.{macro}(" in sheet
            shown_by_another = len(re.findall(rf"\b{macro}\(", text)) > 1
            if not shown_itself and not shown_by_another:
                missing.append(f"{path.stem}.{macro}")

    assert missing == []


def test_the_sheet_has_everything_that_was_asked_for(client: FlaskClient):
    page = shown(client, "/dev/sheet")

    for selector in (
        *(".dialogue", ".moral", ".postscript", ".gap-line", ".progress", ".figure svg", ".notice", ".empty", "table"),
        *(".button", ".choice", ".times button", "table.month", "select[name=zone]", ".summary", ".pager", ".tag"),
    ):
        assert page.all(selector), selector
    assert page.all(".error-summary") == []


def test_on_the_other_sheet_something_is_wrong_in_every_field(client: FlaskClient):
    page = shown(client, "/dev/sheet/wrong")

    assert page.title.startswith("Error: ")
    assert len(page.errors) == 12
    assert len(page.all(".has-error")) == 12
