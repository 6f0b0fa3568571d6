"""The forms of a consult type: its rules, and what whoever books it is asked."""

import re
from collections.abc import Collection, Sequence
from typing import Any

from wtforms import BooleanField
from wtforms.validators import StopValidation

from booking.catalogue import LONGEST_SLUG, SLUG, Asked, TypeRules, slug_of
from booking.desk_fields import Choices, LengthField, LengthsField
from booking.models import Consultant, ConsultQuestion, ConsultType, HostMode, PlaceKind, QuestionKind
from booking.wording import length
from kit.forms import Choice, ManyLines, Needed, OneLine, PageForm, Whole

PLACES = {
    PlaceKind.PHONE: "By phone: the consultant calls",
    PlaceKind.VIDEO: "By video: both open a link",
    PlaceKind.ADDRESS: "At an address",
}
MODES = {
    HostMode.ANY: "One of them, whoever is free",
    HostMode.ALL: "All of them together",
}
KINDS = {
    QuestionKind.LINE: "In a line",
    QuestionKind.TEXT: "In a few lines",
    QuestionKind.CHOICE: "By choosing one of the answers below",
}
VIDEO_LINK = re.compile(r"https?://[^\s<>\"]+\.[^\s<>\"]+")
MOST_OPTIONS, LONGEST_OPTION = 12, 120
FOUR_WEEKS = 28 * 1440


class TypeForm(PageForm):
    """Everything about a consult type but its questions."""

    name = OneLine("Name", [Needed("Enter a name, such as First conversation")])
    slug = OneLine("Address of its page", most=LONGEST_SLUG)
    description = ManyLines("Description", most=600)
    active = BooleanField("Visitors can book it")
    lengths = LengthsField(
        "Length", [Needed("Enter how long it lasts, in minutes")], shortest=5, longest=480, most_of_them=6
    )
    step = Whole("A start every", [Needed("Enter how many minutes lie between two starts")], least=5, most=480)
    place_kind = Choice(
        "Where it takes place",
        choices={kind.value: words for kind, words in PLACES.items()},
        missing="Choose where it takes place",
    )
    place = OneLine("Link, address or a word about the call", most=400)
    hosts = Choices("Who hosts it")
    host_mode = Choice(
        "Who of them takes part",
        choices={mode.value: words for mode, words in MODES.items()},
        missing="Choose whether one of them takes part, or all",
    )
    buffer_before = LengthField("Free time before it", longest=240)
    buffer_after = LengthField("Free time after it", longest=240)
    notice = LengthField("Minimum notice", longest=FOUR_WEEKS)
    cut_off = LengthField("No changes later than", longest=FOUR_WEEKS)
    horizon_days = Whole("Bookable for", [Needed("Enter how many days ahead it can be booked")], least=1, most=365)
    max_per_day = Whole("At most a day", least=1, most=48)
    max_per_week = Whole("At most a week", least=1, most=336)

    reserved: Collection[str] = ()

    def offer_hosts(self, consultants: Sequence[Consultant]) -> None:
        """Put the names on the list of hosts."""
        self.hosts.choices = {str(host.id): host.name for host in consultants}

    @staticmethod
    def shown(consult_type: ConsultType) -> dict[str, Any]:
        """What stands in the fields at first."""
        words = {
            name: length(getattr(consult_type, name)) if getattr(consult_type, name) else ""
            for name in ("buffer_before", "buffer_after", "notice", "cut_off")
        }
        same = {
            name: getattr(consult_type, name)
            for name in ("name", "slug", "description", "active", "step", "place", "horizon_days")
        }
        return {
            **same,
            **words,
            "lengths": ", ".join(str(minutes) for minutes in (consult_type.minutes, *consult_type.more_lengths)),
            "place_kind": consult_type.place_kind.value,
            "host_mode": consult_type.host_mode.value,
            "hosts": [str(host.id) for host in consult_type.hosts],
            "max_per_day": consult_type.max_per_day,
            "max_per_week": consult_type.max_per_week,
        }

    def answer(self) -> TypeRules:
        """The rules that were typed."""
        return TypeRules(
            slug=self.address,
            name=self.name.data or "",
            lengths=self.lengths.minutes,
            step=self.step.data or 0,
            host_ids=tuple(int(host) for host in self.hosts.data or ()),
            host_mode=HostMode(self.host_mode.data),
            description=self.description.data or "",
            active=bool(self.active.data),
            place_kind=PlaceKind(self.place_kind.data),
            place=self.place.data or "",
            buffer_before=self.buffer_before.minutes,
            buffer_after=self.buffer_after.minutes,
            notice=self.notice.minutes,
            horizon_days=self.horizon_days.data or 0,
            cut_off=self.cut_off.minutes,
            max_per_day=self.max_per_day.data,
            max_per_week=self.max_per_week.data,
        )

    @property
    def address(self) -> str:
        """The address that was typed, or the one that the name makes."""
        return self.slug.data or slug_of(self.name.data or "")

    def validate_name(self, _field: Any) -> None:
        """Without an address of its own the name must make one."""
        if not self.slug.data and not slug_of(self.name.data or ""):
            raise StopValidation("Enter a name with letters or digits, or an address for it below")

    def validate_slug(self, field: Any) -> None:
        """Part of an address, and none that the site uses itself."""
        if field.data and not SLUG.fullmatch(field.data):
            raise StopValidation("The address has small letters, digits and single hyphens, like first-conversation")
        if self.address in self.reserved:
            raise StopValidation(f"The site itself uses /book/{self.address}. Choose a different address")

    def validate_place(self, field: Any) -> None:
        """A video call needs its link, a meeting its address."""
        if self.place_kind.data == PlaceKind.VIDEO and not VIDEO_LINK.fullmatch(field.data or ""):
            raise StopValidation("Enter the link of the video call; it begins with https://")
        if self.place_kind.data == PlaceKind.ADDRESS and not field.data:
            raise StopValidation("Enter the address at which you meet")

    def validate_hosts(self, field: Any) -> None:
        """Nobody can book what nobody hosts."""
        if self.active.data and not field.data:
            raise StopValidation("Tick who hosts it; without anybody it cannot be booked")

    def validate_max_per_week(self, field: Any) -> None:
        """A week cannot hold less than one of its days."""
        if field.data and self.max_per_day.data and field.data < self.max_per_day.data:
            raise StopValidation("A week cannot have fewer of them than one of its days")


class QuestionForm(PageForm):
    """A question to whoever books."""

    label = OneLine("Question", [Needed("Enter the question")], most=200)
    kind = Choice(
        "How it is answered",
        choices={kind.value: words for kind, words in KINDS.items()},
        missing="Choose how it is answered",
    )
    options = ManyLines("Answers to choose from, one a line", most=2000)
    needed = BooleanField("It must be answered")

    @staticmethod
    def shown(question: ConsultQuestion) -> dict[str, Any]:
        """What stands in the fields at first."""
        return {
            "label": question.label,
            "kind": question.kind.value,
            "options": "\n".join(question.options),
            "needed": question.needed,
        }

    def answer(self) -> Asked:
        """The question that was typed."""
        kind = QuestionKind(self.kind.data)
        options = self._options() if kind is QuestionKind.CHOICE else ()
        return Asked(self.label.data or "", kind, bool(self.needed.data), options)

    def validate_options(self, _field: Any) -> None:
        """A choice has two answers at least, each of them once and not too long."""
        if self.kind.data != QuestionKind.CHOICE:
            return
        options = self._options()
        if not 2 <= len(options) <= MOST_OPTIONS:
            raise StopValidation(f"Enter from 2 to {MOST_OPTIONS} answers, each on a line of its own")
        if len({option.casefold() for option in options}) < len(options):
            raise StopValidation("The same answer stands there twice")
        if any(len(option) > LONGEST_OPTION for option in options):
            raise StopValidation(f"An answer must be {LONGEST_OPTION} characters or fewer")

    def _options(self) -> tuple[str, ...]:
        lines = (" ".join(line.split()) for line in (self.options.data or "").splitlines())
        return tuple(line for line in lines if line)
