"""Somebody who works here, with a browser that is signed in."""

from flask import Flask, session
from flask.testing import FlaskClient
from flask_security.utils import login_user

from kit import clock
from staff import services
from staff.models import Account
from staff.services import NewAccount

PASSWORD = "a few unrelated words"


def an_account(name: str = "Robin Vale", email: str = "robin@example.com", role: str = "owner") -> Account:
    """An account, made by an invitation."""
    invitation = services.invite(role=role, at=clock.now())
    return services.accept_invitation(invitation.secret, NewAccount(name, email, PASSWORD), at=clock.now())


def signed_in(
    app: Flask,
    name: str = "Robin Vale",
    email: str = "robin@example.com",
    role: str = "owner",
) -> FlaskClient:
    """A browser of somebody who was just invited and has made their account."""
    return browser_of(app, an_account(name, email, role))


def browser_of(app: Flask, account: Account) -> FlaskClient:
    """A browser with the cookie that signing in gives. The pages of signing in have tests of their own."""
    client = app.test_client()
    with app.test_request_context("/desk/"):
        login_user(account, authn_via=["password"])
        given = dict(session)
    with client.session_transaction() as kept:
        kept.update(given)
    return client
