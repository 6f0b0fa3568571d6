"""The stories that are told here, each of them."""

from pathlib import Path

import pytest

from blog.reading import read_folder
from blog.story import Story

SHELF = read_folder(Path(__file__).parents[2] / "blog" / "posts")
TOLD = [story for story in SHELF.stories if not story.head.draft]


def test_every_file_can_be_read():
    assert SHELF.faults == ()
    assert len(TOLD) >= 12


def test_the_tags_are_few_and_all_in_use():
    assert 5 <= len(SHELF.tags) <= 9
    assert {tag for story in TOLD for tag in story.head.tags} == set(SHELF.tags)


def test_each_postscript_belongs_to_its_story():
    assert len({story.head.ps for story in TOLD}) == len(TOLD)


@pytest.mark.parametrize("story", TOLD, ids=lambda story: story.slug)
def test_a_story_has_its_shape(story: Story):
    assert 400 <= story.words <= 900
    assert story.html.count('<figure class="dialogue">') >= 2
    assert story.html.count('<section class="moral">') == 1
    moral = story.html.split('<section class="moral">')[1].split("</section>")[0]
    assert moral.count(".") == 2
    assert story.html.rstrip().endswith("</section>")
    assert "?" in story.head.ps
    assert "four weeks" in story.head.ps
    assert story.head.details_changed
