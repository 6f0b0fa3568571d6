"""The form by which an account is made."""

from typing import Any

from wtforms import PasswordField
from wtforms.validators import StopValidation

from kit.forms import Email, Needed, OneLine, PageForm
from staff.services import NewAccount

SHORTEST_PASSWORD = 12


class WelcomeForm(PageForm):
    """Name, address and a password."""

    name = OneLine("Your name", [Needed("Enter the name that visitors will see")])
    email = Email("E-mail address", [Needed("Enter the e-mail address you will sign in with")])
    password = PasswordField("Password", [Needed("Enter a password")])

    def validate_password(self, field: Any) -> None:
        if len(field.data or "") < SHORTEST_PASSWORD:
            raise StopValidation(f"The password must have at least {SHORTEST_PASSWORD} characters")
        if len(field.data) > 200:
            raise StopValidation("The password must have 200 characters or fewer")

    def answer(self) -> NewAccount:
        """What was typed."""
        return NewAccount(self.name.data or "", self.email.data or "", self.password.data or "")
