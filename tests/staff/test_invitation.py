"""An account is made by an invitation, once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from kit import clock
from kit.db import session
from staff import services
from staff.models import Account
from staff.services import INVITATION_LIFE, InvitationSpent
from tests.page import Page
from tests.staff.signed_in import PASSWORD, an_account

MoveClock = Callable[[datetime], None]
ROBIN = {"name": "Robin Vale", "email": "robin@example.com", "password": PASSWORD}


def invitation(role: str = "owner") -> str:
    """The address of a new invitation."""
    return f"/desk/welcome/{services.invite(role=role, at=clock.now()).secret}"


def welcome(client: FlaskClient, address: str) -> Page:
    return Page(client.get(address), client)


def accounts() -> int:
    session().rollback()
    return session().scalar(select(func.count(Account.id))) or 0


def test_an_invitation_makes_an_account_and_leads_into_the_desk(app: Flask, client: FlaskClient):
    response = welcome(client, invitation("consultant")).form().submit(**ROBIN)

    assert (response.status_code, response.location) == (302, "/desk/")
    assert client.get("/desk/").status_code == 200
    account = session().scalars(select(Account)).one()
    assert (account.name, account.email) == ("Robin Vale", "robin@example.com")
    assert [role.name for role in account.roles] == ["consultant"]
    assert PASSWORD not in account.password


def test_an_invitation_works_once(app: Flask, client: FlaskClient):
    address = invitation()
    page = welcome(client, address)
    page.form().submit(**ROBIN)
    stranger = app.test_client()

    late = page.form().submit(**ROBIN | {"email": "second@example.com"})
    shown = Page(stranger.get(address), stranger)

    assert late.status_code == 410
    assert (shown.status, shown.heading) == (410, "This invitation has been used or has run out")
    assert accounts() == 1


def test_an_invitation_runs_out(app: Flask, client: FlaskClient, at: MoveClock):
    address = invitation()
    page = welcome(client, address)

    at(clock.now() + INVITATION_LIFE - timedelta(seconds=1))
    assert welcome(client, address).status == 200
    at(clock.now() + timedelta(seconds=1))

    assert page.form().submit(**ROBIN).status_code == 410
    assert accounts() == 0


def test_a_new_invitation_ends_the_one_before_it(app: Flask, client: FlaskClient):
    first, second = invitation(), invitation()

    assert welcome(client, first).status == 410
    assert welcome(client, second).status == 200


def test_an_invitation_for_another_role_stays(app: Flask, client: FlaskClient):
    owner = invitation("owner")
    invitation("consultant")

    assert welcome(client, owner).status == 200


def test_a_link_nobody_gave_out_opens_nothing(app: Flask, client: FlaskClient):
    assert welcome(client, "/desk/welcome/" + "x" * 32).status == 410


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": ""}, "Enter the name that visitors will see"),
        ({"email": ""}, "Enter the e-mail address you will sign in with"),
        ({"email": "robin"}, "Enter an e-mail address with one @ and a domain, like name@example.com"),
        ({"password": ""}, "Enter a password"),
        ({"password": "too short"}, "The password must have at least 12 characters"),
        ({"password": "x1" * 101}, "The password must have 200 characters or fewer"),
        (
            {"password": "robinvale2026"},
            "The password is one of those that are guessed first; a few unrelated words are better",
        ),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    app: Flask, client: FlaskClient, changes: dict[str, str], error: str
):
    response = welcome(client, invitation()).form().submit(**ROBIN | changes)

    page = Page(response, client)
    assert (page.status, page.errors) == (422, [error])
    assert page.title.startswith("Error: ")
    kept = {name: values[0] for name, values in page.form().values.items() if name in ("name", "email", "password")}
    assert kept == {**ROBIN, **changes, "password": ""}
    assert accounts() == 0


@pytest.mark.parametrize("typed", ["robin@example.com", "ROBIN@example.com", " robin@Example.com "])
def test_a_taken_address_is_said_beside_it_and_the_invitation_stays(app: Flask, client: FlaskClient, typed: str):
    an_account(email="robin@example.com", role="consultant")
    address = invitation()

    response = welcome(client, address).form().submit(**ROBIN | {"email": typed})

    page = Page(response, client)
    assert page.status == 409
    assert page.errors == ["There is already an account with this e-mail address. Sign in instead."]
    assert page.form().values["name"] == ["Robin Vale"]
    assert welcome(client, address).status == 200


def test_two_who_accept_at_once_make_one_account(app: Flask):
    secret = services.invite(role="owner", at=clock.now()).secret
    services.accept_invitation(secret, services.NewAccount("Ann", "ann@example.com", PASSWORD), at=clock.now())

    with pytest.raises(InvitationSpent):
        services.accept_invitation(secret, services.NewAccount("Bob", "bob@example.com", PASSWORD), at=clock.now())

    assert accounts() == 1
