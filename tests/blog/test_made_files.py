"""Cards and smaller pictures are taken away when no story needs them, and made again when one does."""

import os
import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from blog.library import Library
from blog.made_files import SPARED, forget_unneeded
from kit.context import current_settings
from tests.blog.builders import a_file, a_folder, a_picture, tell


@pytest.fixture
def library(app: Flask, tmp_path: Path) -> Library:
    a_picture(tmp_path / "desk.jpg", 500, 250)
    a_picture(tmp_path / "lamp.jpg", 600, 250)
    whole = a_file(image="desk.jpg", image_alt="A desk")
    return tell(app, a_folder(tmp_path, a=whole, b=a_file("![A lamp](lamp.jpg)", draft="true")))


def everything_made(client: FlaskClient, library: Library) -> dict[str, bytes]:
    """Every file that the stories of the folder can have, by its address."""
    pictures = library.shelf().pictures.values()
    addresses = ["/stories/a/card.png", "/stories/mark.png"]
    addresses += [picture.address(width, "webp") for picture in pictures for width in picture.widths]
    return {address: client.get(address).get_data() for address in addresses}


def kept() -> dict[str, Path]:
    instance = current_settings().instance
    return {path.name: path for name in ("cards", "pictures") for path in (instance / name).iterdir()}


def grow_old() -> None:
    for path in kept().values():
        os.utime(path, times=(time.time() - SPARED - 1,) * 2)


def test_what_a_story_needs_stays_drafts_too(client: FlaskClient, library: Library):
    everything_made(client, library)
    before = set(kept())
    grow_old()

    assert forget_unneeded() == 0
    assert set(kept()) == before
    assert len(before) == 6


def test_what_none_needs_goes_once_it_is_old(client: FlaskClient, library: Library):
    made = everything_made(client, library)
    before = kept()
    (library.folder / "a.md").write_text(a_file(title="Another", image="desk.jpg", image_alt="A desk"), "utf-8")
    (library.folder / "b.md").unlink()
    left = current_settings().instance / "pictures" / ".broken-off.part"
    left.write_bytes(b"half")

    assert forget_unneeded() == 0
    grow_old()
    assert forget_unneeded() == 4

    gone = set(before) - set(kept())
    assert {name.rpartition(".")[2] for name in gone} == {"png", "webp"}
    assert not left.exists()
    for address in made:
        of_the_lamp = address.rpartition("/")[2] in gone
        assert client.get(address).status_code == (404 if of_the_lamp else 200)


def test_what_went_is_made_again_when_a_story_needs_it_again(client: FlaskClient, library: Library):
    made = everything_made(client, library)
    stories = {name: (library.folder / name).read_text("utf-8") for name in ("a.md", "b.md")}
    for name in stories:
        (library.folder / name).unlink()
    grow_old()
    forget_unneeded()
    for name, text in stories.items():
        (library.folder / name).write_text(text, "utf-8")

    assert {address: client.get(address).get_data() for address in made} == made


def test_a_site_that_has_made_nothing_yet_has_nothing_to_forget(app: Flask):
    assert forget_unneeded() == 0
