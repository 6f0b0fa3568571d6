"""Somebody who works here, with a browser that is signed in."""

from flask import Flask
from flask.testing import FlaskClient

from kit import clock
from staff import services
from staff.models import Account
from staff.services import NewAccount
from tests.page import Page

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
    password: str = PASSWORD,
) -> FlaskClient:
    """A browser of somebody who was just invited and has made their account."""
    invitation = services.invite(role=role, at=clock.now())
    client = app.test_client()
    welcome = Page(client.get(f"/desk/welcome/{invitation.secret}"), client)
    response = welcome.form().submit(name=name, email=email, password=password)
    assert response.status_code == 302, response.get_data(as_text=True)
    return client
