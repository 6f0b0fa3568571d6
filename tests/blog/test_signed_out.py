"""Whose session ends while they write loses nothing that they typed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from blog.library import Library
from kit import clock
from kit.db import transaction
from staff.models import SignedIn
from staff.sessions import ENDS_AFTER
from tests.blog.builders import a_file, a_folder, tell
from tests.page import Form, Page
from tests.staff.signed_in import PASSWORD, signed_in

ODD = '\n  First line, indented.\n\n> Dana: "Why" & <b>how</b>?\n\n::: moral\nOne. Two — żółw 🌳.\n:::'
KEPT = 'First line, indented.\n\n> Dana: "Why" & <b>how</b>?\n\n::: moral\nOne. Two — żółw 🌳.\n:::'


@pytest.fixture
def library(app: Flask, tmp_path: Path) -> Library:
    return tell(app, a_folder(tmp_path, a=a_file("Words.", title="First title"), broken="nothing"))


@pytest.fixture
def ann(app: Flask, library: Library) -> FlaskClient:
    return signed_in(app, "Ann Bee", "ann@example.com", "author")


def open_form(client: FlaskClient, address: str = "/desk/stories/a") -> Any:
    return Page(client.get(address), client).form(0)


def sign_out_elsewhere() -> None:
    with transaction() as current:
        current.execute(delete(SignedIn))


def sign_in_again(client: FlaskClient) -> None:
    """In another tab of the same browser."""
    form = Page(client.get("/desk/sign-in"), client).form(0)
    assert form.submit(email="ann@example.com", password=PASSWORD).status_code == 302


def file_of(library: Library, name: str = "a.md") -> str:
    return (library.folder / name).read_text("utf-8")


@pytest.mark.parametrize("how", ["ended elsewhere", "signed out in another tab", "not used for too long"])
def test_what_was_typed_comes_back_and_is_saved_after_signing_in(
    ann: FlaskClient, library: Library, at: Callable[[datetime], None], how: str
):
    form, before = open_form(ann), file_of(library)
    if how == "ended elsewhere":
        sign_out_elsewhere()
    elif how == "signed out in another tab":
        (way_out,) = Page(ann.get("/desk/account/"), ann).all("form[action='/desk/sign-out']")
        assert Form(way_out, Page(ann.get("/desk/account/"), ann)).submit().status_code == 302
    else:
        at(clock.now() + ENDS_AFTER + timedelta(minutes=1))

    held = form.submit(button=("act", "save"), title="Another title", body=ODD)

    page = Page(held, ann)
    assert (held.status_code, page.heading) == (403, "You are signed out; nothing is lost")
    assert page.all("textarea")[0].text_content().strip() == KEPT
    assert page.links["Sign in in a new tab"] == "/desk/sign-in"
    assert file_of(library) == before
    sign_in_again(ann)
    saved = page.form(0).submit()
    assert (saved.status_code, saved.location) == (303, "/desk/stories/a?saved=story")
    assert KEPT in file_of(library)
    assert 'title: "Another title"' in file_of(library)


def test_pressed_before_signing_in_the_page_is_there_again(ann: FlaskClient, library: Library):
    form = open_form(ann)
    sign_out_elsewhere()

    again = Page(Page(form.submit(body=ODD), ann).form(0).submit(), ann)

    assert again.heading == "You are signed out; nothing is lost"
    assert again.form(0).values["body"] == [ODD]


def test_the_file_as_it_is_is_held_as_well(ann: FlaskClient, library: Library):
    form = open_form(ann, "/desk/stories/broken")
    sign_out_elsewhere()
    page = Page(form.submit(text=a_file("Mended.").strip()), ann)
    sign_in_again(ann)

    saved = page.form(0).submit()

    assert saved.status_code == 303
    assert file_of(library, "broken.md") == a_file("Mended.")


def test_somebody_elses_change_meanwhile_is_still_seen(ann: FlaskClient, library: Library):
    form = open_form(ann)
    sign_out_elsewhere()
    page = Page(form.submit(button=("act", "save"), body=ODD), ann)
    (library.folder / "a.md").write_text(a_file("Theirs."), "utf-8")
    sign_in_again(ann)

    answer = page.form(0).submit()

    assert answer.status_code == 409
    assert file_of(library) == a_file("Theirs.")


def test_a_picture_does_not_come_along_and_nothing_is_saved_unasked(ann: FlaskClient, library: Library):
    values = open_form(ann).values
    sign_out_elsewhere()
    sent = {**values, "act": "picture", "picture": (BytesIO(b"\x89PNG"), "desk.png")}

    page = Page(ann.post("/desk/stories/a", data=sent), ann)

    assert "The picture could not come along: choose it once more." in page.text
    assert page.form(0).values["act"] == ["preview"]


def test_a_form_token_that_ran_out_loses_nothing_either(ann: FlaskClient, library: Library):
    before = file_of(library)

    refused = open_form(ann).submit(button=("act", "save"), body=ODD, csrf_token="of an earlier session")

    page = Page(refused, ann)
    assert refused.status_code == 422
    assert "The page was open for a long time. Nothing you typed is lost: it is below." in page.text
    assert file_of(library) == before
    assert page.form(0).submit(button=("act", "save")).status_code == 303
    assert KEPT in file_of(library)


@pytest.mark.parametrize("act", ["save", "preview", "picture"])
@pytest.mark.parametrize("token", [None, "", "made up"])
def test_without_a_form_token_nothing_is_done(ann: FlaskClient, library: Library, act: str, token: str | None):
    before = {path.name: path.read_bytes() for path in library.folder.iterdir()}

    refused = open_form(ann).submit(button=("act", act), body=ODD, csrf_token=token)
    as_file = open_form(ann, "/desk/stories/a?as=file").submit(text="Other text", csrf_token=token)

    assert (refused.status_code, as_file.status_code) == (422, 422)
    assert {path.name: path.read_bytes() for path in library.folder.iterdir()} == before


def test_another_site_learns_and_changes_nothing(ann: FlaskClient, client: FlaskClient, library: Library):
    for browser in (ann, client):
        answer = browser.post("/desk/stories/a", data={"body": "x"}, headers={"Sec-Fetch-Site": "cross-site"})

        assert answer.status_code == 400
