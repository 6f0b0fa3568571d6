"""The library's forms of the sign-in, with our words and with waits after wrong tries."""

from typing import Any

from flask_security.forms import LoginForm, TwoFactorRescueForm, TwoFactorSetupForm, TwoFactorVerifyCodeForm, VerifyForm
from flask_security.recovery_codes import MfRecoveryForm
from flask_security.tf_plugin import TwoFactorSelectForm
from flask_security.utils import validate_redirect_url
from flask_security.webauthn import WebAuthnRegisterForm
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from kit import clock
from kit.db import session, transaction
from staff import audit, lockout
from staff.audit_models import Act
from staff.models import Account

WAYS = {"authenticator": "The code of my app", "webauthn": "A passkey"}
WRONG = "This e-mail address and password do not belong together"


class SignInForm(LoginForm):
    """Address and password; which of the two was wrong is not told."""

    def __init__(self, *arguments: Any, **rest: Any) -> None:
        super().__init__(*arguments, **rest)
        self.email.label.text = "E-mail address"
        if not validate_redirect_url(self.next.data or ""):
            self.next.data = ""

    def validate(self, **kwargs: Any) -> bool:
        typed = self.email.data or ""
        if wait := lockout.left(typed, at=clock.now()):
            self.password.errors = [lockout.said(wait)]
            return False
        if super().validate(**kwargs):
            session().commit()  # a hash that was made anew
            lockout.forget(typed)
            return True
        for field in (self.email, self.password):
            field.errors = []
        self.password.errors = [WRONG]
        if not self.csrf_token.errors and typed:
            _count(typed, getattr(self, "user", None))
        return False


class AgainForm(VerifyForm):
    """The password once more."""

    def validate(self, **kwargs: Any) -> bool:
        return _in_turn(self, self.user.email, self.password, lambda: VerifyForm.validate(self, **kwargs))


class CodeForm(TwoFactorVerifyCodeForm):
    """A code of the app."""

    def validate(self, **kwargs: Any) -> bool:
        self.code.label.text = "Code"
        self.code.data = (self.code.data or "").replace(" ", "")
        assert self.user is not None
        name = f"{self.user.email} code"
        return _in_turn(self, name, self.code, lambda: TwoFactorVerifyCodeForm.validate(self, **kwargs))


class RecoveryForm(MfRecoveryForm):
    """One of the codes that were noted down."""

    def validate(self, **kwargs: Any) -> bool:
        self.code.data = (self.code.data or "").strip().lower()
        assert self.user is not None
        name = f"{self.user.email} code"
        return _in_turn(self, name, self.code, lambda: MfRecoveryForm.validate(self, **kwargs))


class SecondFactorForm(TwoFactorSetupForm):
    """Turn the second factor on or off."""

    setup = RadioField(choices=[SelectChoice("disable"), SelectChoice("authenticator")], validate_choice=False)


class _Ways(RadioField):
    """Takes the pairs that the library gives, under our names."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "choices" and value:
            pairs = [(one.value, one.label) if isinstance(one, SelectChoice) else one for one in value]
            value = [SelectChoice(key, WAYS.get(key, label)) for key, label in pairs]
        super().__setattr__(name, value)


class HowForm(TwoFactorSelectForm):
    """Which second factor is at hand."""

    which = _Ways("Second factor")


class HelpForm(TwoFactorRescueForm):
    """The library makes one for each page of a code; ours leads to the recovery codes instead."""

    help_setup = _Ways("Help", choices=[SelectChoice("help", "Help")])


class PasskeyForm(WebAuthnRegisterForm):
    """What a new passkey is called, and what it is for."""

    usage = RadioField(
        choices=[SelectChoice("first"), SelectChoice("secondary")], default="first", validate_choice=True
    )


def _in_turn(form: Any, name: str, field: Any, check: Any) -> bool:
    """What `check` says, unless one has to wait; a wrong try is counted."""
    if wait := lockout.left(name, at=clock.now()):
        field.errors = [lockout.said(wait)]
        return False
    if check():
        session().commit()
        lockout.forget(name)
        return True
    if field.data and field.errors:
        _count(name, form.user)
    return False


def _count(name: str, user: Any) -> None:
    account = user.id if user is not None else None
    if lockout.note_wrong(name, at=clock.now()) and account is not None:
        with transaction() as current:
            audit.note(Act.LOCKED, by=current.get(Account, account))
