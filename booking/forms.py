"""The forms of booking, one a page. They check shape; whether a time is free is the guard's business."""

import re
from collections.abc import Sequence
from typing import Any

from wtforms.validators import StopValidation

from booking.call_back import CallBack, Later
from booking.guard import Guest
from booking.models import ConsultQuestion, QuestionKind
from kit.context import current_settings
from kit.forms import Choice, CookielessForm, Email, ManyLines, Needed, OneLine, PageForm

NAME_NEEDED = "Enter your name, as you would like to be called"
ADDRESS_NEEDED = "Enter the e-mail address that the invite goes to"
LONGEST_NOTE = 1000
LONGEST_LINE = 200


class Phone(OneLine):
    """A telephone number, written in any way."""

    def __init__(self, label: str = "", validators: list[Any] | None = None, **rest: Any) -> None:
        super().__init__(label, validators, most=40, **rest)

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if not self.data:
            return
        if not re.fullmatch(r"[0-9+()./ \-\u2010-\u2013\u00a0x#*ext,]+", self.data, re.IGNORECASE):
            raise StopValidation("Enter a telephone number in digits, like +1 555 010 0199")
        if not 5 <= len(re.sub(r"\D", "", self.data)) <= 20:
            raise StopValidation("A telephone number has from 5 to 20 digits")


class DetailsForm(PageForm):
    """Who will be talked with."""

    name = OneLine("Full name", [Needed(NAME_NEEDED)])
    address = Email("E-mail address", [Needed(ADDRESS_NEEDED)])
    phone = Phone("Telephone")
    note = ManyLines("Anything we should know beforehand", most=LONGEST_NOTE)

    def validate_address(self, field: Any) -> None:
        """An invite from the site's mailbox to itself is thrown away by mail programs."""
        if (field.data or "").lower() == current_settings().mail_from.lower():
            raise StopValidation("This is our own address. Enter yours, so that the invite reaches you")

    questions: Sequence[ConsultQuestion] = ()

    @property
    def asked(self) -> list[tuple[ConsultQuestion, Any]]:
        """The questions of the consult type, each with its field."""
        return [(question, self[field_name(question)]) for question in self.questions]

    def answer(self) -> Guest:
        """What was typed; a question that was left open has no answer."""
        answers = {question.label: field.data for question, field in self.asked if field.data}
        return Guest(
            self.name.data or "", self.address.data or "", self.phone.data or "", self.note.data or "", answers
        )


def details_form(questions: Sequence[ConsultQuestion], known: Guest) -> DetailsForm:
    """The form with a field for each question of the consult type, filled in with what is known."""
    fields = {field_name(question): _field_of(question) for question in questions}
    answers = {field_name(question): known.answers.get(question.label) for question in questions}
    about = {"name": known.name, "address": known.address, "phone": known.phone, "note": known.note}
    kind = type("DetailsForm", (DetailsForm,), {**fields, "questions": tuple(questions)})
    form: DetailsForm = kind(data=about | answers)
    return form


def field_name(question: ConsultQuestion) -> str:
    """What the field of a question is called."""
    return f"question-{question.id}"


def _field_of(question: ConsultQuestion) -> Any:
    missing = f"Answer the question “{question.label}”"
    needed = [Needed(missing)] if question.needed else []
    if question.kind is QuestionKind.CHOICE:
        options = {option: option for option in question.options}
        return Choice(question.label, choices=options, missing=missing if question.needed else "")
    if question.kind is QuestionKind.TEXT:
        return ManyLines(question.label, needed, most=LONGEST_NOTE)
    return OneLine(question.label, needed, most=LONGEST_LINE)


class ButtonForm(PageForm):
    """A page with one button."""


class CancelForm(PageForm):
    """Why it is called off, for whoever wants to say so."""

    reason = OneLine("Why", most=400)


class CallBackForm(CookielessForm):
    """Who would rather be called later, and when."""

    name = OneLine("Full name", [Needed(NAME_NEEDED)])
    address = Email("E-mail address", [Needed("Enter the e-mail address we can reach you at")])
    phone = Phone("Telephone")
    later = Choice(
        "When should we get back to you?",
        choices={later.value: later.words for later in Later},
        missing="Choose when we should get back to you",
    )

    def answer(self) -> CallBack:
        """What was typed and chosen."""
        return CallBack(self.name.data or "", self.address.data or "", self.phone.data or "", Later(self.later.data))
