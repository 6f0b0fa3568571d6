"""A story, and what belongs to it: its head, its subjects, its pictures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from blog.picture import Picture

WORDS_A_MINUTE = 230


@dataclass(frozen=True)
class Tag:
    """A subject: its slug, its name, and the paragraph that opens its page."""

    slug: str
    name: str
    intro: str


@dataclass(frozen=True)
class Head:
    """The checked fields of a story's file. `date` is when it appears, with its zone; `series` is empty or a name."""

    title: str
    date: datetime
    updated: datetime
    summary: str
    author: str
    tags: tuple[str, ...]
    series: str
    part: int
    slug: str
    former_slugs: tuple[str, ...]
    image: str
    image_alt: str
    draft: bool
    ps: str
    details_changed: bool


@dataclass(frozen=True)
class Story:
    """A story ready to be shown. `html` is sanitised; `exchange` is its first two spoken lines, (speaker, HTML).

    `name` is its file, `digest` stands for every character in it, `picture` is the one at its head.
    """

    head: Head
    html: str
    words: int
    exchange: tuple[tuple[str, str], ...]
    name: str
    digest: str
    pictures: Mapping[str, Picture] = field(default_factory=dict, compare=False)

    @property
    def slug(self) -> str:
        """Its place in the address."""
        return self.head.slug

    @property
    def first_slug(self) -> str:
        """The slug that it began with: what names it in feeds, however often it is renamed."""
        return (*self.head.former_slugs, self.slug)[0]

    @property
    def picture(self) -> Picture | None:
        """The picture at its head."""
        return self.pictures.get(self.head.image)

    @property
    def minutes(self) -> int:
        """Reading time in minutes, at least 1."""
        return max(1, round(self.words / WORDS_A_MINUTE))

    def changed(self, now: datetime) -> datetime:
        """When it last changed, as far as may be told now."""
        return self.head.updated if self.head.updated <= now else self.head.date
