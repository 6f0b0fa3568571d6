"""A story while it is being written."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.blog.builders import a_file, a_folder, tell
from tests.page import Page


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    tell(app, a_folder(tmp_path, a=a_file("First words.", draft="true")))
    return tmp_path


def test_the_page_follows_the_file(folder: Path, client: FlaskClient):
    before = Page(client.get("/dev/stories/a"), client)
    (mark,) = before.all("[data-mark]")
    assert client.get(mark.get("data-mark-from")).get_json() == {"mark": mark.get("data-mark")}

    (folder / "a.md").write_text(a_file("Second words.", draft="true"))

    assert client.get(mark.get("data-mark-from")).get_json() != {"mark": mark.get("data-mark")}
    assert "Second words." in Page(client.get("/dev/stories/a"), client).text


def test_a_file_that_cannot_be_read_says_why_and_goes_on_following(folder: Path, client: FlaskClient):
    (folder / "a.md").write_text(a_file(title=None))

    response = client.get("/dev/stories/a")
    page = Page(response, client)

    assert response.status_code == 422
    assert "a.md:1: the story needs a “title”." in page.text
    assert page.all("[data-mark]")


@pytest.mark.parametrize("stem", ["none", "..", "tags.toml"])
def test_only_stories_are_shown(folder: Path, client: FlaskClient, stem: str):
    assert client.get(f"/dev/stories/{stem}").status_code == 404


def test_nobody_from_outside_sees_it(folder: Path, client: FlaskClient):
    assert client.get("/dev/stories/a", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404
