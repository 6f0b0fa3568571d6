"""What can be seen at one time: the stories that are out, by slug, subject, series, author and year."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from blog.related import relate
from blog.slugs import slug_of
from blog.story import Story, Tag

Key = TypeVar("Key")
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Series:
    """Stories that belong together, in the order of their parts."""

    slug: str
    name: str
    stories: tuple[Story, ...]

    def number(self, story: Story) -> int:
        """Which part of those that are out this is, from 1."""
        return self.stories.index(story) + 1

    def beside(self, story: Story, step: int) -> Story | None:
        """The part before (-1) or after (1)."""
        place = self.stories.index(story) + step
        return self.stories[place] if 0 <= place < len(self.stories) else None


@dataclass(frozen=True)
class Author:
    """Who wrote, and what."""

    slug: str
    name: str
    stories: tuple[Story, ...]


@dataclass(frozen=True, eq=False)
class Edition:
    """The stories that are out at `at`, newest first, and every order they are shown in."""

    at: datetime
    stories: tuple[Story, ...]
    tags: Mapping[str, Tag]
    by_slug: Mapping[str, Story]
    by_tag: Mapping[str, tuple[Story, ...]]
    series: Mapping[str, Series]
    authors: Mapping[str, Author]
    years: Mapping[int, tuple[Story, ...]]
    related: Mapping[str, tuple[Story, ...]]

    def changed(self, story: Story) -> datetime:
        """When a story last changed, as far as may be told at the time of this edition."""
        return story.changed(self.at)

    def last_change(self, stories: Iterable[Story]) -> datetime:
        """When one of them last changed; the beginning of time where there is none."""
        return max((self.changed(story) for story in stories), default=NEVER)

    def series_of(self, story: Story) -> Series | None:
        """The series it belongs to, where more than one part is out."""
        found = self.series.get(slug_of(story.head.series))
        return found if found and len(found.stories) > 1 else None


def make_edition(stories: Sequence[Story], tags: Mapping[str, Tag], at: datetime) -> Edition:
    """The edition of that time. `stories` are newest first, hidden ones among them."""
    out = tuple(story for story in stories if not story.head.draft and story.head.date <= at)
    used = {tag for story in out for tag in story.head.tags}
    series = _grouped(out, lambda story: slug_of(story.head.series))
    authors = _grouped(out, lambda story: slug_of(story.head.author))
    return Edition(
        at=at,
        stories=out,
        tags={slug: tag for slug, tag in tags.items() if slug in used},
        by_slug={story.slug: story for story in out},
        by_tag={tag: tuple(story for story in out if tag in story.head.tags) for tag in used},
        series={
            slug: Series(slug, parts[-1].head.series, tuple(sorted(parts, key=lambda story: story.head.part)))
            for slug, parts in series.items()
            if slug
        },
        authors={slug: Author(slug, mine[0].head.author, mine) for slug, mine in authors.items() if slug},
        years=_grouped(out, lambda story: story.head.date.year),
        related=relate(out),
    )


def _grouped(stories: Iterable[Story], key: Callable[[Story], Key]) -> dict[Key, tuple[Story, ...]]:
    found: dict[Key, list[Story]] = defaultdict(list)
    for story in stories:
        found[key(story)].append(story)
    return {name: tuple(group) for name, group in found.items()}
