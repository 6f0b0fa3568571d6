"""Sign-in, by a library kept for it, and the doors of the desk."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Flask, redirect, request
from flask_login import current_user
from flask_security.core import Security
from flask_security.datastore import SQLAlchemyUserDatastore
from flask_security.forms import LoginForm
from flask_security.utils import validate_redirect_url

from kit.db import db
from kit.limits import limiter
from kit.refusals import Refusal
from kit.settings import Settings
from staff.models import Account, Role
from staff.passwords import UNICODE_FORM

SIGN_IN = "/desk/sign-in"


def install(app: Flask, settings: Settings) -> None:
    """Set up sign-in at /desk/sign-in."""
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106  # the name of the method
        SECURITY_PASSWORD_SALT=hashlib.sha256(settings.secret_key.encode() + b"passwords").hexdigest(),
        SECURITY_LOGIN_URL=SIGN_IN,
        SECURITY_LOGOUT_URL="/desk/sign-out",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_POST_LOGIN_VIEW="/desk/",
        SECURITY_POST_LOGOUT_VIEW=SIGN_IN,
        SECURITY_LOGIN_USER_TEMPLATE="staff/sign_in.html",
        SECURITY_REGISTERABLE=False,
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
        SECURITY_STATIC_FOLDER=None,
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_PASSWORD_NORMALIZE_FORM=UNICODE_FORM,
        SECURITY_FRESHNESS=timedelta(minutes=-1),  # nothing here asks for the password once more
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.production,
        REMEMBER_COOKIE_DURATION=14 * 86400,
    )
    Security(app, SQLAlchemyUserDatastore(db, Account, Role), login_form=SignInForm)
    sign_in: Any = app.view_functions["security.login"]
    app.view_functions["security.login"] = limiter.limit("20/minute;100/hour", methods=["POST"])(_refusing(sign_in))


class SignInForm(LoginForm):
    """The library's form; which of the two was wrong is not told."""

    def __init__(self, *arguments: Any, **rest: Any) -> None:
        super().__init__(*arguments, **rest)
        self.email.label.text = "E-mail address"
        if not validate_redirect_url(self.next.data or ""):
            self.next.data = ""

    def validate(self, **kwargs: Any) -> bool:
        if super().validate(**kwargs):
            return True
        for field in (self.email, self.password):
            field.errors = []
        self.password.errors = ["This e-mail address and password do not belong together"]
        return False


def _refusing(sign_in: Callable[[], Any]) -> Callable[[], Any]:
    """The library's page; shown again after a wrong password it says so with its status too."""

    @wraps(sign_in)
    def page() -> Any:
        shown = sign_in()
        return (shown, 422) if request.method == "POST" and isinstance(shown, str) else shown

    return page


def desk_only(blueprint: Blueprint) -> Blueprint:
    """Close every page of an admin blueprint to whoever is not signed in."""
    blueprint.before_request(_must_be_signed_in)
    return blueprint


class NotYours(Refusal):
    """Who is signed in has another part here."""

    status = 403
    title = "This is not your part of the desk"
    sentence = "Your account may not change this. Whoever owns the site can give you the role that may."


def may(*roles: str) -> bool:
    """Whether who is signed in has one of these roles."""
    return any(current_user.has_role(role) for role in roles)


def need(*roles: str) -> None:
    """Go on only with one of these roles. Raises NotYours."""
    if not may(*roles):
        raise NotYours


def current_account() -> Account:
    """Who is signed in. Only behind `desk_only`."""
    account = current_user._get_current_object()
    assert isinstance(account, Account)
    return account


def works_here() -> bool:
    """Whether whoever asks is signed in."""
    return bool(current_user.is_authenticated)


def _must_be_signed_in() -> Any:
    if current_user.is_authenticated:
        return None
    back = request.full_path.rstrip("?") if request.method == "GET" else "/desk/"
    return redirect(f"{SIGN_IN}?next={quote(back)}")
