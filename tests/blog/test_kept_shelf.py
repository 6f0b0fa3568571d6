"""What was read is kept from one start to the next, and is worth nothing where it would not be true."""

import json
from pathlib import Path

import pytest

from blog.library import Library
from blog.shelf import Shelf
from tests.blog.builders import a_file, a_folder, a_picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "posts").mkdir()
    a_picture(tmp_path / "posts" / "desk.jpg", 500, 250)
    talk = "> Dana: Why?\n\nWords.\n\n> Priya: Because.\n\n![A desk](desk.jpg)"
    whole = a_file(talk, former_slugs="[old]", series="Letters", part="1", image="desk.jpg", image_alt="A desk")
    return a_folder(tmp_path / "posts", a=whole, b=a_file(), c=a_file(draft="true"))


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "stories.json"


def start(folder: Path, kept: Path) -> Shelf:
    return Library(folder, kept=kept).shelf()


def alter(kept: Path, before: str, after: str) -> None:
    """Another text where only the kept one can come from."""
    kept.write_text(kept.read_text("utf-8").replace(before, after), "utf-8")


def test_the_next_start_has_every_story_without_making_it(folder: Path, kept: Path):
    first = start(folder, kept)
    second = start(folder, kept)
    alter(kept, "<p>Some words.</p>", "<p>As it was kept.</p>")
    third = start(folder, kept)

    assert second == first
    assert [story.pictures for story in second.stories] == [story.pictures for story in first.stories]
    assert [story.head.date.utcoffset() for story in second.stories] == [
        story.head.date.utcoffset() for story in first.stories
    ]
    assert third.stories[1].html == "<p>As it was kept.</p>\n"
    assert kept.stat().st_mode & 0o777 == 0o600


def test_what_changed_while_the_site_was_down_is_read(folder: Path, kept: Path):
    start(folder, kept)
    (folder / "b.md").write_text(a_file("Other words."), "utf-8")
    (folder / "c.md").unlink()
    a_picture(folder / "desk.jpg", 640, 250)

    found = {story.slug: story for story in start(folder, kept).stories}

    assert set(found) == {"a", "b"}
    assert "Other words." in found["b"].html
    assert found["a"].pictures["desk.jpg"].width == 640
    assert "640w" in found["a"].html


def test_a_file_that_broke_while_the_site_was_down_keeps_its_story(folder: Path, kept: Path):
    before = start(folder, kept)
    (folder / "b.md").write_text("nothing", "utf-8")

    shelf = start(folder, kept)

    assert shelf.stories == before.stories
    assert shelf.faults == ("b.md:1: the file must begin with a head between two lines of ---",)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"made_by": 1}', '{"stories": [{}]}', "\x00"])
def test_what_is_no_kept_shelf_is_passed_by(folder: Path, kept: Path, content: str):
    before = start(folder, kept)
    kept.write_text(content, "utf-8")

    assert start(folder, kept) == before
    assert json.loads(kept.read_text("utf-8"))["stories"]


def test_other_code_other_subjects_or_another_folder_read_everything(folder: Path, kept: Path, tmp_path: Path):
    before = start(folder, kept)
    made_by = json.loads(kept.read_text("utf-8"))["made_by"]
    alter(kept, "<p>Some words.</p>", "<p>As it was kept.</p>")
    alter(kept, made_by, "an earlier version")
    assert start(folder, kept) == before

    alter(kept, "<p>Some words.</p>", "<p>As it was kept.</p>")
    tags = folder / "tags.toml"
    tags.write_text(tags.read_text("utf-8").replace('name = "Habits"', 'name = "Habit"'), "utf-8")
    assert start(folder, kept).stories == before.stories

    alter(kept, "<p>Some words.</p>", "<p>As it was kept.</p>")
    assert start(folder.rename(tmp_path / "moved"), kept).stories == before.stories


def test_where_nothing_can_be_kept_the_stories_are_there_all_the_same(folder: Path, tmp_path: Path):
    (tmp_path / "a-file").write_text("in the way", "utf-8")

    assert len(start(folder, tmp_path / "a-file" / "stories.json").stories) == 3


def test_after_other_subjects_the_next_start_has_every_story_again(folder: Path, kept: Path):
    start(folder, kept)
    tags = folder / "tags.toml"
    tags.write_text(tags.read_text("utf-8").replace('name = "Habits"', 'name = "Habit"'), "utf-8")
    start(folder, kept)
    alter(kept, "<p>Some words.</p>", "<p>As it was kept.</p>")

    assert "<p>As it was kept.</p>" in {story.html.strip() for story in start(folder, kept).stories}


def test_a_story_whose_subject_is_gone_does_not_stand_on(folder: Path, kept: Path):
    library = Library(folder, kept=kept)
    library.shelf()
    tags = folder / "tags.toml"
    tags.write_text(tags.read_text("utf-8").replace("[habits]", "[customs]"), "utf-8")

    for shelf in (library.renewed(), start(folder, kept)):
        assert [story for story in shelf.stories if not shelf.tags.keys() >= set(story.head.tags)] == []
        assert shelf.faults
