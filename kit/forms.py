"""Forms: one a page, checked on the server, with words a person would use.

A form checks shape, not truth. Whatever was typed is shown again beside what is wrong with it.
"""

import re
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_wtf import FlaskForm
from wtforms import Field, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import StopValidation

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
ADDRESS_LENGTH = 254


class PageForm(FlaskForm):  # type: ignore[misc]
    """The form of one page."""


class CookielessForm(PageForm):
    """A form on a page that must leave nothing on the device; see `kit.security.no_csrf_token`."""

    class Meta:
        csrf = False


class Needed:
    """Refuses an empty answer with `sentence`."""

    field_flags: dict[str, Any] = {}  # noqa: RUF012  # WTForms reads it as an attribute of the validator

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __call__(self, _form: Any, field: Field) -> None:
        raw = field.raw_data[0] if field.raw_data else ""
        if not str(raw).strip():
            field.errors = []
            raise StopValidation(self.sentence)


class OneLine(StringField):
    """A line of text: trimmed, runs of spaces made one, at most `most` characters, no line breaks."""

    def __init__(self, label: str = "", validators: list[Any] | None = None, *, most: int = 120, **rest: Any) -> None:
        super().__init__(label, validators, **rest)
        self.most = most

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = re.sub(" +", " ", valuelist[0]).strip() if valuelist else self.data or ""

    def pre_validate(self, form: Any) -> None:
        name = self.label.text.rstrip("?")
        if self.data and re.search(r"[\x00-\x1f\x7f\u2028\u2029]", self.data):
            raise StopValidation(f"{name} must be on one line, without control characters")
        if self.data and len(self.data) > self.most:
            raise StopValidation(f"{name} must be {self.most} characters or fewer")


class ManyLines(TextAreaField):
    """A few lines of text, at most `most` characters."""

    def __init__(self, label: str = "", validators: list[Any] | None = None, *, most: int = 2000, **rest: Any) -> None:
        super().__init__(label, validators, **rest)
        self.most = most

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = CONTROL.sub("", valuelist[0].replace("\r\n", "\n")).strip() if valuelist else self.data or ""

    def pre_validate(self, form: Any) -> None:
        if self.data and len(self.data) > self.most:
            raise StopValidation(f"{self.label.text} must be {self.most:,} characters or fewer")


class Email(OneLine):
    """An e-mail address; the form typed is kept, only its shape is checked.

    A domain in other letters becomes the ASCII one that mail servers know. Before the @ such letters need a server
    that speaks SMTPUTF8 at every hop, which nobody can count on.
    """

    def __init__(self, label: str = "", validators: list[Any] | None = None, **rest: Any) -> None:
        super().__init__(label, validators, most=ADDRESS_LENGTH, **rest)

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if not self.data:
            return
        try:
            found = validate_email(self.data, check_deliverability=False, allow_smtputf8=False)
        except EmailNotValidError as fault:
            if not self.data.rpartition("@")[0].isascii():
                raise StopValidation("Enter an address that has no letters such as é before the @") from fault
            raise StopValidation("Enter an e-mail address with one @ and a domain, like name@example.com") from fault
        if not self.data.isascii():
            self.data = found.ascii_email


class Whole(IntegerField):
    """A typed whole number from `least` to `most`; empty is None, and what was typed is shown again."""

    def __init__(
        self, label: str = "", validators: list[Any] | None = None, *, least: int, most: int, **rest: Any
    ) -> None:
        super().__init__(label, validators, **rest)
        self.least, self.most = least, most
        self._fault = ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self._fault = ""
        typed = (valuelist[0] if valuelist else "").strip().replace(",", "")
        self.data = None
        if not typed:
            return
        if not re.fullmatch(r"[+-]?[0-9]{1,9}(\.0+)?", typed):
            self._fault = f"Type a whole number from {self.least:,} to {self.most:,}, in digits"
            return
        number = int(typed.split(".")[0])
        if not self.least <= number <= self.most:
            self._fault = f"The number must be from {self.least:,} to {self.most:,}"
            return
        self.data = number

    def pre_validate(self, form: Any) -> None:
        if self._fault:
            raise StopValidation(self._fault)


class Choice(RadioField):
    """One of several, nothing chosen beforehand. `missing` is said when nothing was chosen."""

    def __init__(self, label: str = "", validators: list[Any] | None = None, *, missing: str = "", **rest: Any) -> None:
        super().__init__(label, validators, validate_choice=False, coerce=str, **rest)
        self.missing = missing

    def process_data(self, value: Any) -> None:
        self.data = None if value is None else str(value)

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            self.data = None
            if self.missing:
                raise StopValidation(self.missing)
        elif self.data not in {str(choice[0]) for choice in self.iter_choices()}:
            raise StopValidation(self.missing or "Choose one of the answers listed")
