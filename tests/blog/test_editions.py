"""What can be seen when: decided by the time alone."""

from blog.edition import NEVER
from tests.blog.builders import a_shelf, a_story, on


def test_between_two_appearances_the_edition_is_the_same_one():
    shelf = a_shelf(a_story("first"), a_story("second", date="2026-11-01T08:00:00-04:00"))

    assert shelf.edition(on(10, 5)) is shelf.edition(on(10, 31))
    assert [len(shelf.edition(on(*day)).stories) for day in ((9, 1), (10, 5), (11, 2))] == [0, 1, 2]


def test_a_change_that_is_still_to_come_is_not_told():
    shelf = a_shelf(a_story("first", updated="2026-11-01T08:00:00-04:00"))
    (story,) = shelf.stories

    assert shelf.edition(on(9, 1)).last_change(()) == NEVER
    assert shelf.edition(on(10, 5)).changed(story) == story.head.date
    assert shelf.edition(on(11, 2)).changed(story) == story.head.updated


def test_a_series_counts_the_parts_that_are_out():
    shelf = a_shelf(
        a_story("one", series="Letters", part="1"),
        a_story("two", series="Letters", part="2", date="2026-10-02T08:00:00-04:00"),
        a_story("three", series="Letters", part="3", date="2026-11-01T08:00:00-04:00"),
    )
    before, after = shelf.edition(on(10, 5)), shelf.edition(on(11, 2))
    one, two = (before.by_slug[slug] for slug in ("one", "two"))

    assert [story.slug for story in before.series["letters"].stories] == ["one", "two"]
    assert [story.slug for story in after.series["letters"].stories] == ["one", "two", "three"]
    assert before.series["letters"].beside(one, -1) is None
    assert before.series["letters"].beside(one, 1) is two
    assert after.series["letters"].number(two) == 2


def test_a_series_begins_with_its_second_part():
    shelf = a_shelf(a_story("one", series="Letters", part="1"))
    (story,) = shelf.stories

    assert shelf.edition(on(10, 5)).series_of(story) is None


def test_years_authors_and_subjects_hold_only_what_is_out():
    shelf = a_shelf(
        a_story("one", author="Ann Bee"),
        a_story("two", author="Ann Bee", tags="[listening]", date="2025-12-31T23:00:00-05:00"),
        a_story("three", author="李明", tags="[follow-up]", draft="true"),
    )
    edition = shelf.edition(on(10, 5))

    assert {year: len(stories) for year, stories in edition.years.items()} == {2026: 1, 2025: 1}
    assert {slug: author.name for slug, author in edition.authors.items()} == {"ann-bee": "Ann Bee"}
    assert set(edition.tags) == set(edition.by_tag) == {"habits", "listening"}
