"""The forms by which an account is made, and kept."""

from typing import Any

from wtforms import PasswordField
from wtforms.validators import StopValidation

from kit.forms import Choice, Email, Needed, OneLine, PageForm
from staff.passwords import what_is_wrong
from staff.roles import DESCRIPTIONS, Role
from staff.services import NewAccount

ROLE_CHOICES = {role.value: f"{role.value.capitalize()}: {words}" for role, words in DESCRIPTIONS.items()}


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


class PasswordForm(PageForm):
    """Another password for oneself; `own` is what others know of the person."""

    password = PasswordField("New password", [Needed("Enter a new password")])
    own: tuple[str, ...] = ()

    def validate_password(self, field: Any) -> None:
        if fault := what_is_wrong(field.data or "", own=self.own):
            raise StopValidation(fault)


class InviteForm(PageForm):
    """Who is to work here."""

    email = Email("E-mail address", [Needed("Enter the e-mail address to which the link goes")])
    role = Choice("What they are here", choices=ROLE_CHOICES, missing="Choose what they are here")

    def answer(self) -> tuple[str, Role]:
        """The address and the role."""
        return self.email.data or "", Role(self.role.data)


class RoleForm(PageForm):
    """What somebody is here."""

    role = Choice("What they are here", choices=ROLE_CHOICES, missing="Choose what they are here")

    def answer(self) -> Role:
        """The role."""
        return Role(self.role.data)


class ButtonForm(PageForm):
    """A button alone."""
