"""Which stories go together."""

from hypothesis import given
from hypothesis import strategies as st

from blog.related import MOST, nearness, relate, term_weights, terms_of
from tests.blog.builders import a_shelf, a_story, on


def names(stories: object) -> list[str]:
    return [story.slug for story in stories]  # type: ignore[attr-defined]


def test_shared_subjects_a_series_and_title_words_bring_stories_together():
    stories = [
        a_story("here", title="The orchard", tags="[habits]", series="Letters", part="1"),
        a_story("same-series", title="Another thing", tags="[listening]", series="Letters", part="2"),
        a_story("same-tag", title="A third thing", tags="[habits]"),
        a_story("same-word", title="Behind the orchard", tags="[listening]"),
        a_story("nothing", title="Nothing alike", tags="[follow-up]"),
    ]

    assert names(relate(stories)["here"]) == ["same-series", "same-tag", "same-word"]


def test_among_equals_the_newer_one_comes_first():
    stories = [a_story(f"s{day}", title="x", date=f"2026-10-{day}T08:00:00-04:00") for day in (14, 13, 12, 11, 10)]

    assert names(relate(stories)["s10"]) == ["s14", "s13", "s12"]


def test_a_story_alone_has_none():
    assert relate([a_story("only")]) == {"only": ()}


def test_little_words_say_nothing():
    assert terms_of("The list that was already in the building") == {"list", "already", "building"}


SETS = st.sets(st.sampled_from(["habits", "listening", "follow-up"]), min_size=1)
TITLES = st.lists(st.sampled_from(["orchard", "pencil", "drawer", "river", "kitchen"]), min_size=1, max_size=3)


@given(st.lists(st.tuples(SETS, TITLES, st.sampled_from([None, "Letters", "Calls"])), min_size=1, max_size=14))
def test_the_nearest_are_the_same_as_if_every_pair_were_weighed(drawn: list[tuple[set[str], list[str], str | None]]):
    stories = [
        a_story(
            f"s{number}",
            title=" ".join(title),
            tags=f"[{', '.join(sorted(tags))}]",
            series=series,
            part=str(number + 1) if series else None,
        )
        for number, (tags, title, series) in enumerate(drawn)
    ]

    found = relate(stories)

    weights = term_weights(stories)
    for place, story in enumerate(stories):
        others = [other for number, other in enumerate(stories) if number != place]
        others.sort(key=lambda other: -nearness(story, other, weights))
        assert found[story.slug] == tuple(others[:MOST])


def test_only_what_is_out_is_related():
    shelf = a_shelf(a_story("out"), a_story("draft", draft="true"), a_story("later", date="2026-12-01T08:00:00-05:00"))

    assert names(shelf.edition(on(11, 1)).related["out"]) == []
    assert names(shelf.edition(on(12, 2)).related["out"]) == ["later"]
