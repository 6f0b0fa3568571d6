"""The card that stands for a story elsewhere."""

import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from blog.card import PAPER, SIZE, STRIP, Card, draw, made
from tests.blog.builders import a_file, a_folder, tell
from tests.conftest import ROOT
from tests.page import Page

FONTS = ROOT / "static" / "fonts"
PAPER_POINT = tuple(bytes.fromhex(PAPER[1:]))


@pytest.mark.parametrize(
    "title",
    ["Short", "w" * 90, "Ł" * 90, "word " * 18, "“Żółw” — …", "李明", "🌳", "A\u00a0B"],
    ids=lambda title: title[:12],
)
def test_the_lowest_strip_and_the_margins_stay_empty_whatever_the_title(title: str):
    card = draw(Card(title, "First calls", "The Conversation Gap"), FONTS)

    strip = card.crop((0, SIZE[1] - STRIP, *SIZE)).getcolors()
    right = card.crop((SIZE[0] - 40, 0, *SIZE)).getcolors()

    assert card.size == (1200, 630)
    assert [point for _, point in strip or []] == [PAPER_POINT]
    assert [point for _, point in right or []] == [PAPER_POINT]


def test_the_title_never_reaches_the_line():
    card = draw(Card("word " * 18, "First calls", "The Conversation Gap"), FONTS)

    above = card.crop((0, SIZE[1] - STRIP - 105, SIZE[0], SIZE[1] - STRIP - 93)).getcolors()

    assert [point for _, point in above or []] == [PAPER_POINT]


def test_a_card_is_drawn_once_and_anew_when_its_title_changes(tmp_path: Path):
    first = made(Card("One", "Habits", "Site"), fonts=FONTS, cache=tmp_path)
    (path,) = tmp_path.iterdir()
    drawn_at = path.stat().st_mtime_ns

    assert made(Card("One", "Habits", "Site"), fonts=FONTS, cache=tmp_path) == first
    assert path.stat().st_mtime_ns == drawn_at
    assert made(Card("Two", "Habits", "Site"), fonts=FONTS, cache=tmp_path) != first
    assert len(list(tmp_path.iterdir())) == 2


def test_a_story_names_its_card(app: Flask, client: FlaskClient, tmp_path: Path):
    tell(app, a_folder(tmp_path, a=a_file()))
    page = Page(client.get("/stories/a"), client)
    named = {meta.get("property") or meta.get("name"): meta.get("content") for meta in page.all("meta")}

    card = client.get(named["og:image"].removeprefix("http://localhost"))

    assert named["twitter:card"] == "summary_large_image"
    assert named["twitter:image"] == named["og:image"]
    assert card.mimetype == "image/png"
    assert Image.open(BytesIO(card.get_data())).size == (int(named["og:image:width"]), int(named["og:image:height"]))
    again = client.get("/stories/a/card.png", headers={"If-None-Match": card.headers["ETag"]})
    assert again.status_code == 304
    (tmp_path / "a.md").write_text(a_file(title="Another"))
    changed = client.get("/stories/a/card.png")
    assert hashlib.sha256(changed.get_data()).digest() != hashlib.sha256(card.get_data()).digest()
