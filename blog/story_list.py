"""The stories as a list at the desk: in a state, with a title that is looked for, in an order."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from blog.story import Story
from kit.sorting import Sort

COLUMNS: Mapping[str, Callable[[Story], Any]] = {
    "title": lambda story: story.head.title.casefold(),
    "out": lambda story: story.head.date,
    "length": lambda story: story.words,
}
NEWEST = Sort("out", down=True)


class StoryState(StrEnum):
    """Whether a story can be read."""

    DRAFT = "draft"
    TO_COME = "to come"
    OUT = "out"


def state_of(story: Story, now: datetime) -> StoryState:
    """Where it stands now."""
    if story.head.draft:
        return StoryState.DRAFT
    return StoryState.OUT if story.head.date <= now else StoryState.TO_COME


def by_state(stories: Iterable[Story], *, search: str, now: datetime) -> dict[StoryState, list[Story]]:
    """Those whose title or series holds what is looked for, by where they stand; what nobody stands in is left out."""
    found: dict[StoryState, list[Story]] = {}
    words = search.casefold().split()
    for story in stories:
        told = f"{story.head.title} {story.head.series or ''}".casefold()
        if all(word in told for word in words):
            found.setdefault(state_of(story, now), []).append(story)
    return found
