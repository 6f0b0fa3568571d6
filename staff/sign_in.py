"""Sign-in by a library kept for it: password, second factor, passkeys. Our words, our pages, our table of sessions."""

import base64
import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

import segno
from flask import Flask, g, redirect, request, session
from flask_login import user_logged_in, user_logged_out
from flask_security.core import Security
from flask_security.datastore import SQLAlchemyUserDatastore
from flask_security.signals import tf_disabled, tf_profile_changed, wan_deleted, wan_registered
from flask_security.totp import Totp
from flask_security.webauthn_util import WebauthnUtil
from markupsafe import Markup
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from kit import clock
from kit.db import db
from kit.db import session as database
from kit.limits import limiter
from kit.settings import Settings
from staff import audit, sessions
from staff.access import AGAIN, COOKIE_KEY, FRESH_SECONDS, KNOWN, SIGN_IN, session_here
from staff.audit_models import Act
from staff.models import Account, Passkey, Role
from staff.passwords import UNICODE_FORM
from staff.sign_in_forms import (
    AgainForm,
    CodeForm,
    HelpForm,
    HowForm,
    PasskeyForm,
    RecoveryForm,
    SecondFactorForm,
    SignInForm,
)

ACCOUNT = "/desk/account/"
TRIES = "20/minute;100/hour"
RECOVERY = "/desk/sign-in/recovery"
ADDRESSES = {
    "LOGIN_URL": SIGN_IN,
    "LOGOUT_URL": "/desk/sign-out",
    "VERIFY_URL": AGAIN,
    "TWO_FACTOR_SETUP_URL": "/desk/account/second-factor",
    "TWO_FACTOR_TOKEN_VALIDATION_URL": "/desk/sign-in/code",
    "TWO_FACTOR_RESCUE_URL": "/desk/sign-in/help",
    "TWO_FACTOR_SELECT_URL": "/desk/sign-in/how",
    "MULTI_FACTOR_RECOVERY_URL": RECOVERY,
    "MULTI_FACTOR_RECOVERY_CODES_URL": "/desk/account/recovery-codes",
    "WAN_REGISTER_URL": "/desk/account/passkeys",
    "WAN_DELETE_URL": "/desk/account/passkeys/remove",
    "WAN_SIGNIN_URL": "/desk/sign-in/passkey",
    "WAN_VERIFY_URL": "/desk/sign-in/again/passkey",
}
PAGES = {
    "LOGIN_USER_TEMPLATE": "staff/sign_in.html",
    "VERIFY_TEMPLATE": "staff/again.html",
    "TWO_FACTOR_SETUP_TEMPLATE": "staff/second_factor.html",
    "TWO_FACTOR_VERIFY_CODE_TEMPLATE": "staff/code.html",
    "TWO_FACTOR_SELECT_TEMPLATE": "staff/how.html",
    "MULTI_FACTOR_RECOVERY_TEMPLATE": "staff/recovery.html",
    "MULTI_FACTOR_RECOVERY_CODES_TEMPLATE": "staff/recovery_codes.html",
    "WAN_REGISTER_TEMPLATE": "staff/passkeys.html",
    "WAN_SIGNIN_TEMPLATE": "staff/passkey_sign_in.html",
    "WAN_VERIFY_TEMPLATE": "staff/passkey_again.html",
}
WORDS = {
    "INVALID_PASSWORD": "That is not your password",
    "PASSWORD_NOT_PROVIDED": "Enter your password",
    "TWO_FACTOR_INVALID_TOKEN": "The code is wrong or was used already. Type the one that the app shows next",
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": "Choose what to do",
    "TWO_FACTOR_PERMISSION_DENIED": "Begin with your password, please",
    "TWO_FACTOR_SETUP_EXPIRED": "The page was open for too long. Begin once more",
    "INVALID_RECOVERY_CODE": "This is none of your recovery codes, or it has been used",
    "REAUTHENTICATION_REQUIRED": "Type your password once more to go on",
    "API_ERROR": "The passkey gave no answer. Try once more",
    "DISABLED_ACCOUNT": "This account is closed",
    "WEBAUTHN_EXPIRED": "That took too long. Try once more",
    "WEBAUTHN_NAME_REQUIRED": "Give the passkey a name by which you know it",
    "WEBAUTHN_NAME_INUSE": "You have a passkey of this name already",
    "WEBAUTHN_NAME_NOT_FOUND": "There is no passkey of this name",
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": "A name may hold letters, digits, spaces, - and _",
    "WEBAUTHN_CREDENTIAL_ID_INUSE": "This passkey is known already",
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": "This passkey is not known here",
    "WEBAUTHN_NO_VERIFY": "The passkey could not be checked. Try once more",
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": "This passkey was added for another purpose",
    "WEBAUTHN_MISMATCH_USER_HANDLE": "This passkey belongs to somebody else",
}


class Accounts(SQLAlchemyUserDatastore):
    """The library's store. What it changes is written at once: our own transactions begin on a clean session."""

    def put(self, model: Any) -> Any:
        database().add(model)
        database().commit()
        return model

    def delete(self, model: Any) -> None:
        database().delete(model)
        database().commit()


class Codes(Totp):
    """Codes of an app (RFC 6238). One that was taken is not taken again."""

    def get_last_counter(self, user: Any) -> int | None:
        step: int | None = user.tf_last_step
        return step

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        user.tf_last_step = tmatch.counter
        database().commit()

    def generate_qrcode(self, username: str, totp: str) -> str:
        drawn = segno.make(self.get_totp_uri(username, totp), error="m")
        picture = drawn.svg_inline(scale=5, border=4, light="#ffffff", svgclass="qr")
        return Markup(picture.replace("<svg ", '<svg aria-hidden="true" ', 1))  # noqa: S704  # drawn here


class Keys(WebauthnUtil):
    """What a passkey must be able to do: in place of a password it names its owner and asks them for something."""

    def authenticator_selection(self, user: Any, usage: str) -> AuthenticatorSelectionCriteria:
        alone = usage == "first"
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED if alone else ResidentKeyRequirement.DISCOURAGED,
            user_verification=(
                UserVerificationRequirement.REQUIRED if alone else UserVerificationRequirement.DISCOURAGED
            ),
        )

    def user_verification(self, user: Any, usage: list[str]) -> UserVerificationRequirement:
        besides = usage == ["secondary"]
        return UserVerificationRequirement.DISCOURAGED if besides else UserVerificationRequirement.REQUIRED


def install(app: Flask, settings: Settings) -> None:
    """Set up sign-in at /desk/sign-in and what belongs to it."""
    options = {
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SALT": hashlib.sha256(settings.secret_key.encode() + b"passwords").hexdigest(),
        "PASSWORD_NORMALIZE_FORM": UNICODE_FORM,
        "LOGOUT_METHODS": ["POST"],
        "POST_LOGIN_VIEW": "/desk/",
        "POST_LOGOUT_VIEW": SIGN_IN,
        "POST_VERIFY_VIEW": ACCOUNT,
        "TWO_FACTOR_POST_SETUP_VIEW": ACCOUNT,
        "TWO_FACTOR_ERROR_VIEW": SIGN_IN,
        "WAN_POST_REGISTER_VIEW": "/desk/account/passkeys",
        "REGISTERABLE": False,
        "SEND_PASSWORD_CHANGE_EMAIL": False,
        "STATIC_FOLDER": None,
        "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "FRESHNESS": timedelta(seconds=FRESH_SECONDS),
        "FRESHNESS_GRACE_PERIOD": timedelta(seconds=FRESH_SECONDS),
        "DATETIME_FACTORY": clock.now,
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TOTP_SECRETS": {"1": _drawn(settings, b"codes").hex()},
        "TOTP_ISSUER": settings.site_name.replace(":", " "),
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [base64.urlsafe_b64encode(_drawn(settings, b"recovery"))],
        "WEBAUTHN": True,
        "WAN_RP_NAME": settings.site_name,
        "WAN_ALLOW_USER_HINTS": False,
        **ADDRESSES,
        **PAGES,
        **{f"MSG_{name}": (words, "error") for name, words in WORDS.items()},
    }
    app.config.update({f"SECURITY_{name}": value for name, value in options.items()})
    security = Security(
        app,
        Accounts(db, Account, Role, Passkey),
        login_form=SignInForm,
        verify_form=AgainForm,
        two_factor_verify_code_form=CodeForm,
        two_factor_setup_form=SecondFactorForm,
        two_factor_rescue_form=HelpForm,
        two_factor_select_form=HowForm,
        mf_recovery_form=RecoveryForm,
        wan_register_form=PasskeyForm,
        totp_cls=Codes,
        webauthn_util_cls=Keys,
    )
    _keep_sessions(app, security)
    for name in ("login", "verify", "two_factor_token_validation", "mf_recovery", "tf_select"):
        view: Any = app.view_functions[f"security.{name}"]
        app.view_functions[f"security.{name}"] = limiter.limit(TRIES, methods=["POST"])(_refusing(view))
    signed: Any = app.view_functions["security.wan_signin_response"]
    app.view_functions["security.wan_signin_response"] = limiter.limit(TRIES)(signed)
    # Whoever has lost their codes has the recovery codes, or asks an owner.
    app.view_functions["security.two_factor_rescue"] = lambda: redirect(RECOVERY)


def _drawn(settings: Settings, purpose: bytes) -> bytes:
    return hashlib.sha256(b"site.staff." + purpose + settings.secret_key.encode()).digest()


def _refusing(view: Callable[[], Any]) -> Callable[[], Any]:
    """The library's page; shown again after something wrong it says so with its status too."""

    @wraps(view)
    def page() -> Any:
        shown = view()
        return (shown, 422) if request.method == "POST" and isinstance(shown, str) else shown

    return page


def _keep_sessions(app: Flask, security: Any) -> None:
    """A cookie opens the desk only while its session is in the table; what is done to an account is written down."""
    load = app.login_manager._user_callback  # type: ignore[attr-defined]

    def load_here(user_id: str) -> Account | None:
        found = load(user_id)
        here = session_here() if found else None
        return found if here is not None and here.account_id == found.id else None

    app.login_manager.user_loader(load_here)  # type: ignore[attr-defined]
    user_logged_in.connect(_begin, app)
    user_logged_out.connect(_end, app)
    for signal, act in (
        (tf_profile_changed, Act.SECOND_FACTOR_ON),
        (tf_disabled, Act.SECOND_FACTOR_OFF),
        (wan_registered, Act.PASSKEY_ADDED),
        (wan_deleted, Act.PASSKEY_REMOVED),
    ):
        signal.connect(_noting(act), app, weak=False)


def _begin(_app: Flask, user: Account, **_rest: Any) -> None:
    session[COOKIE_KEY] = sessions.begin(user, agent=request.user_agent.string, at=clock.now())
    g.pop(KNOWN, None)


def _end(_app: Flask, **_rest: Any) -> None:
    sessions.forget(str(session.pop(COOKIE_KEY, "")))
    g.pop(KNOWN, None)


def _noting(act: Act) -> Callable[..., None]:
    def note(_app: Flask, user: Any, **rest: Any) -> None:
        audit.note(act, by=database().get(Account, user.id), details=str(rest.get("name", "")))
        database().commit()

    return note
