"""The desk's own forms."""

from typing import Any

from wtforms import SelectField
from wtforms.validators import StopValidation

from kit.forms import ManyLines, Needed, OneLine, PageForm
from leads.models import Stage

REASON_MOST = 200


class NoteForm(PageForm):
    """A note on a lead."""

    text = ManyLines("Note", [Needed("Write the note first")], most=4000)


class StageForm(PageForm):
    """Where things stand with a lead, and why they were closed."""

    stage = SelectField("Stage", choices={stage.value: stage.value.capitalize() for stage in Stage})
    reason = OneLine("Reason", most=REASON_MOST)

    def validate_reason(self, field: Any) -> None:
        if self.stage.data == Stage.CLOSED and not field.data:
            raise StopValidation("Say in a few words why this lead is closed")

    def answer(self) -> tuple[Stage, str]:
        """The stage and the reason."""
        return Stage(self.stage.data), self.reason.data or ""


class ReasonForm(PageForm):
    """Why mail goes to an address again."""

    reason = OneLine("Why it should work now", [Needed("Say in a few words why mail should arrive now")], most=200)


class ButtonForm(PageForm):
    """A button alone."""
