"""Every story of the folder as it stands, hidden ones too, and the edition that may be seen at a time."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from blog.edition import NEVER, Edition, make_edition
from blog.picture import Picture
from blog.story import Story, Tag


@dataclass(frozen=True)
class Shelf:
    """The stories, newest first, the subjects, where former slugs lead, and what could not be read."""

    stories: tuple[Story, ...] = ()
    tags: Mapping[str, Tag] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    _made: dict[datetime, Edition] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def moments(self) -> tuple[datetime, ...]:
        """When something appears or is said to have changed: between two of them every reader sees the same."""
        seen = [story.head for story in self.stories if not story.head.draft]
        return tuple(sorted({at.astimezone(UTC) for head in seen for at in (head.date, head.updated)}))

    @cached_property
    def pictures(self) -> Mapping[str, Picture]:
        """Every picture of a story, by what is in it."""
        return {picture.digest: picture for story in self.stories for picture in story.pictures.values()}

    def edition(self, now: datetime) -> Edition:
        """What may be seen now. It is made once, and again when the next story appears."""
        place = bisect_right(self.moments, now)
        at = self.moments[place - 1] if place else NEVER
        found = self._made.get(at)
        if found is None:
            found = make_edition(self.stories, self.tags, at)
            self._made.clear()
            self._made[at] = found
        return found

    def forget_editions(self) -> None:
        """Make editions anew: what they are shown with has changed, so that no page made from an old one is kept."""
        self._made.clear()

    def visible(self, now: datetime) -> tuple[Story, ...]:
        """The stories that may be seen now, newest first."""
        return self.edition(now).stories

    def find(self, slug: str, now: datetime) -> Story | None:
        """The story of that slug, where it may be seen now."""
        return self.edition(now).by_slug.get(slug)

    def named(self, name: str) -> Story | None:
        """The story in the file of that name, hidden or not."""
        return next((story for story in self.stories if story.name == name), None)
