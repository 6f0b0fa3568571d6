"""The forms of the stories' desk: a title to begin with, a whole story, a link to a draft."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectMultipleField, StringField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from blog.editing import local
from blog.previews import DAYS
from blog.story import Tag
from blog.writing import Written
from kit.forms import Choice, ManyLines, Needed, OneLine, PageForm, Whole

TYPED = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?")
MOST = 200_000


class Moment(StringField):
    """A date and a time by the clocks of the site."""

    def process_data(self, value: Any) -> None:
        self.data = value.strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else value or ""

    def pre_validate(self, form: Any) -> None:
        if self.data and self.at(ZoneInfo("UTC")) is None:
            raise StopValidation(f"{self.label.text}: enter a date and a time, like 2026-11-20 08:00")

    def at(self, zone: ZoneInfo) -> datetime | None:
        """The moment that was typed; None where there is none."""
        found = TYPED.fullmatch((self.data or "").strip())
        if not found:
            return None
        try:
            # With the offset of that day, as it stands in the file.
            moment = datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=zone)
            return datetime.fromisoformat(moment.isoformat())
        except ValueError:
            return None


class NewStoryForm(PageForm):
    """A story begins with a title."""

    title = OneLine("Title", [Needed("Enter a title; you can change it later")], most=90)


class StoryForm(PageForm):
    """Every field of a story, and its text. `was` is the mark of the file as it was opened."""

    was = HiddenField()
    title = OneLine("Title", [Needed("Enter a title")], most=90)
    summary = ManyLines("Summary", [Needed("Enter a summary of one sentence")], most=220)
    body = ManyLines("Story", [Needed("Enter the story")], most=MOST)
    ps = ManyLines("P.S.", most=600)
    tags = SelectMultipleField("Subjects", widget=ListWidget(prefix_label=False), option_widget=CheckboxInput())
    date = Moment("Appears", [Needed("Enter when the story appears")])
    updated = Moment("Changed")
    draft = BooleanField("It is a draft, and nobody sees it whatever the date")
    author = OneLine("Told by", [Needed("Enter who tells it")], most=60)
    series = OneLine("Series", most=60)
    part = Whole("Part", least=1, most=99)
    slug = OneLine("Address", most=80)
    image = OneLine("Picture at the head", most=100)
    image_alt = OneLine("What it shows", most=300)
    details_changed = BooleanField("Names, places and details are changed; the page says so")
    picture = FileField("A picture from your device")

    def offer_tags(self, tags: Iterable[Tag]) -> None:
        """The subjects there are."""
        self.tags.choices = {tag.slug: tag.name for tag in tags}

    def validate_tags(self, field: Any) -> None:
        """Every story has a subject."""
        if not field.data:
            raise StopValidation("Choose at least one subject")

    @staticmethod
    def shown(story: Written, mark: str, zone: ZoneInfo) -> dict[str, object]:
        """What stands in the form for a story."""
        values = {name: getattr(story, name) for name in story.__dataclass_fields__}
        updated = local(story.updated, zone) if story.updated else None
        return {**values, "was": mark, "date": local(story.date, zone), "updated": updated, "tags": list(story.tags)}

    def answer(self, zone: ZoneInfo, former_slugs: tuple[str, ...]) -> Written:
        """The fields as a story; only after the form was found in order."""
        date = self.date.at(zone)
        assert date is not None
        return Written(
            title=self.title.data or "",
            date=date,
            updated=self.updated.at(zone),
            summary=self.summary.data or "",
            author=self.author.data or "",
            tags=tuple(self.tags.data or ()),
            body=self.body.data or "",
            series=self.series.data or "",
            part=self.part.data,
            slug=self.slug.data or "",
            former_slugs=former_slugs,
            image=self.image.data or "",
            image_alt=self.image_alt.data or "",
            draft=self.draft.data,
            ps=self.ps.data or "",
            details_changed=self.details_changed.data,
        )


class FileForm(PageForm):
    """A story's file as it is, head and all."""

    was = HiddenField()
    text = ManyLines("The whole file", [Needed("A story's file cannot be empty")], most=MOST)


class LinkForm(PageForm):
    """For how long a draft may be read by a link."""

    days = Choice(
        "The link is good for",
        choices={str(days): "a day" if days == 1 else f"{days} days" for days in DAYS},
        missing="Choose for how long the link is good",
    )


class ButtonForm(PageForm):
    """A button and nothing else."""
