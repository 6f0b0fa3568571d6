"""The desk's own forms."""

from typing import Any

from wtforms import HiddenField, SelectField
from wtforms.validators import StopValidation

from kit.forms import ManyLines, Needed, OneLine, PageForm
from leads.changes import Details
from leads.models import Stage

REASON_MOST = 200


class NoteForm(PageForm):
    """A note on a lead."""

    text = ManyLines("Note", [Needed("Write the note first")], most=4000)


class StageForm(PageForm):
    """Where things stand with a lead, and why they were closed."""

    stage = SelectField("Stage", choices={stage.value: stage.value.capitalize() for stage in Stage})
    reason = OneLine("Reason", most=REASON_MOST)
    revision = HiddenField()

    def validate_reason(self, field: Any) -> None:
        if self.stage.data == Stage.CLOSED and not field.data:
            raise StopValidation("Say in a few words why this lead is closed")

    def answer(self) -> tuple[Stage, str]:
        """The stage and the reason."""
        return Stage(self.stage.data), self.reason.data or ""

    @property
    def seen(self) -> int | None:
        """The revision that was looked at."""
        return _number(self.revision.data)


class DetailsForm(PageForm):
    """What can be put right about a person."""

    name = OneLine("Name", most=120)
    company = OneLine("Company", most=120)
    phone = OneLine("Telephone", most=40)
    owner = SelectField("Who looks after them", validate_choice=False)
    revision = HiddenField()

    def validate_owner(self, field: Any) -> None:
        if field.data not in {str(choice.value) for choice in field.iter_choices()}:
            raise StopValidation("Choose one of those who work here, or nobody")

    @property
    def seen(self) -> int:
        """The revision that was looked at; what was none is older than every other."""
        seen = _number(self.revision.data)
        return -1 if seen is None else seen

    def answer(self) -> Details:
        """What was typed."""
        return Details(self.name.data or "", self.company.data or "", self.phone.data or "", int(self.owner.data or 0))


class ViewForm(PageForm):
    """What a list is called that is to be seen again."""

    name = OneLine("Name of the list", [Needed("Give the list a name")], most=60)
    query = HiddenField()


class EraseForm(PageForm):
    """Says that it is meant: the address is typed once more."""

    address = OneLine(
        "Their e-mail address", [Needed("Type the address, so that nobody is erased by a slip")], most=254
    )
    expected: tuple[str, ...] = ()

    def validate_address(self, field: Any) -> None:
        if (field.data or "").strip().lower() not in {address.lower() for address in self.expected}:
            raise StopValidation("This is not an address of this person")


class ReasonForm(PageForm):
    """Why mail goes to an address again."""

    reason = OneLine("Why it should work now", [Needed("Say in a few words why mail should arrive now")], most=200)


class ButtonForm(PageForm):
    """A button alone."""


def _number(typed: str | None) -> int | None:
    text = typed or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
