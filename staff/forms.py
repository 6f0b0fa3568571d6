"""The form by which an account is made."""

from typing import Any

from wtforms import PasswordField
from wtforms.validators import StopValidation

from kit.forms import Email, Needed, OneLine, PageForm
from staff.passwords import what_is_wrong
from staff.services import NewAccount


class WelcomeForm(PageForm):
    """Name, address and a password."""

    name = OneLine("Your name", [Needed("Enter the name that visitors will see")])
    email = Email("E-mail address", [Needed("Enter the e-mail address you will sign in with")])
    password = PasswordField("Password", [Needed("Enter a password")])

    def validate_password(self, field: Any) -> None:
        fault = what_is_wrong(field.data or "", own=(self.name.data or "", self.email.data or ""))
        if fault:
            raise StopValidation(fault)

    def answer(self) -> NewAccount:
        """What was typed."""
        return NewAccount(self.name.data or "", self.email.data or "", self.password.data or "")
