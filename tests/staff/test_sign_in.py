"""Signing in and out, and the doors of the desk."""

from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kit import clock
from kit.db import transaction
from staff import services
from staff.access import _must_be_signed_in
from tests.page import Page
from tests.staff.signed_in import PASSWORD, an_account, signed_in

WRONG = "This e-mail address and password do not belong together"


def sign_in(
    client: FlaskClient, email: str = "robin@example.com", password: str = PASSWORD, *, after: str = ""
) -> TestResponse:
    page = Page(client.get("/desk/sign-in" + after), client)
    return page.form().submit(email=email, password=password)


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/desk/").status_code == 200


@pytest.mark.parametrize("email", ["robin@example.com", "Robin@Example.COM"])
def test_the_right_password_opens_the_desk(app: Flask, client: FlaskClient, email: str):
    an_account()

    response = sign_in(client, email)

    assert (response.status_code, response.location) == (302, "/desk/")
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("robin@example.com", "another few words"),
        ("robin@example.com", PASSWORD.upper()),
        ("nobody@example.com", PASSWORD),
        ("nobody@example.com", ""),
        ("", PASSWORD),
        ("robin", PASSWORD),
        ("robin@example.com' OR '1'='1", PASSWORD),
    ],
)
def test_which_of_the_two_was_wrong_is_not_told(app: Flask, client: FlaskClient, email: str, password: str):
    an_account()

    response = sign_in(client, email, password)

    page = Page(response, client)
    assert (page.status, page.errors) == (422, [WRONG])
    assert page.title.startswith("Error: ")
    assert page.form().values["email"] == [email]
    assert page.form().values["password"] == [""]
    assert not is_signed_in(client)


def test_an_account_that_was_put_out_of_use_does_not_open(app: Flask, client: FlaskClient):
    account = an_account()
    with transaction():
        account.active = False

    assert Page(sign_in(client), client).errors == [WRONG]


def test_a_password_typed_on_another_keyboard_is_the_same(app: Flask, client: FlaskClient):
    composed, decomposed = (
        "caf\N{LATIN SMALL LETTER E WITH ACUTE} und Milch",
        "cafe\N{COMBINING ACUTE ACCENT} und Milch",
    )
    invited = app.test_client()
    secret = services.invite(role="owner", at=clock.now()).secret
    welcome = Page(invited.get(f"/desk/welcome/{secret}"), invited)
    welcome.form().submit(name="Robin Vale", email="robin@example.com", password=composed)
    assert is_signed_in(invited)

    assert sign_in(client, password=decomposed).status_code == 302


def test_after_too_many_tries_one_has_to_wait(app: Flask, client: FlaskClient):
    an_account()
    page = Page(client.get("/desk/sign-in"), client)

    statuses = [page.form().submit(email="robin@example.com", password="wrong words").status_code for _ in range(20)]
    refused = page.form().submit(email="robin@example.com", password=PASSWORD)

    assert set(statuses) == {422}
    assert (refused.status_code, Page(refused, client).heading) == (429, "One moment")
    assert not is_signed_in(client)
    assert client.get("/desk/sign-in").status_code == 200


def test_signing_out_needs_a_button(app: Flask):
    client = signed_in(app)

    response = client.get("/desk/sign-out")

    assert (response.status_code, Page(response, client).heading) == (405, "That cannot be done here")
    assert is_signed_in(client)


def test_the_button_signs_out(app: Flask):
    client = signed_in(app)
    (form,) = Page(client.get("/desk/"), client).all("form.sign-out")

    response = client.post(form.get("action"), data=dict(form.form_values()))

    assert (response.status_code, response.location) == (302, "/desk/sign-in")
    assert not is_signed_in(client)


def test_a_form_of_another_site_does_not_sign_out(app: Flask):
    client = signed_in(app)

    assert client.post("/desk/sign-out", headers={"Origin": "https://www.example.org"}).status_code == 400
    assert client.post("/desk/sign-out").status_code == 400
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "wanted", ["/desk/leads/", "/desk/leads/?search=ann&stage=new", "/desk/mail/?state=failed&page=2"]
)
def test_whoever_was_stopped_at_a_door_comes_out_behind_it(app: Flask, client: FlaskClient, wanted: str):
    an_account()
    stopped = client.get(wanted)
    page = Page(client.get(stopped.location), client)

    response = page.form().submit(email="robin@example.com", password=PASSWORD)

    assert parse_qs(urlsplit(stopped.location).query) == {"next": [wanted]}
    assert response.location == wanted


def test_after_a_form_that_was_stopped_one_comes_out_at_the_desk(app: Flask, client: FlaskClient):
    token = next(
        v for name, v in Page(client.get("/desk/sign-in"), client).tree.forms[0].form_values() if "csrf" in name
    )

    response = client.post("/desk/leads/none/stage", data={"csrf_token": token})

    assert response.location == "/desk/sign-in?next=/desk/"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://www.example.org/",
        "//www.example.org/",
        "///www.example.org/",
        "/\\www.example.org/",
        "\\\\www.example.org/",
        "https:www.example.org",
        "javascript:alert(1)",
        "http://localhost@www.example.org/",
        "\thttps://www.example.org",
        "/%5Cwww.example.org",
    ],
)
def test_nobody_is_sent_to_another_site_after_signing_in(app: Flask, client: FlaskClient, elsewhere: str):
    an_account()

    response = client.get("/desk/sign-in", query_string={"next": elsewhere})
    page = Page(response, client)
    response = page.form().submit(email="robin@example.com", password=PASSWORD)

    assert response.status_code == 302
    # Browsers read a backslash as a slash and forget about white space.
    target = urljoin("http://localhost/desk/sign-in", response.location.replace("\\", "/").strip())
    assert urlsplit(target)[:2] == ("http", "localhost")


def test_whoever_is_signed_in_is_not_asked_again(app: Flask):
    client = signed_in(app)

    response = client.get("/desk/sign-in")

    assert (response.status_code, response.location) == (302, "/desk/")


def test_every_part_of_the_desk_asks_at_its_door(app: Flask):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/desk")}
    # The library has doors of its own, and the page of an invitation is for whoever holds the link.
    parts = {endpoint.rpartition(".")[0] for endpoint in endpoints} - {"security", "staff"}

    without = {part for part in parts if _must_be_signed_in not in app.before_request_funcs.get(part, [])}

    assert {"desk", "booking_admin"} <= parts
    assert without == set()


@pytest.mark.parametrize("address", ["/desk/", "/desk/leads/", "/desk/leads/none", "/desk/mail/", "/desk/mail/1"])
def test_a_stranger_is_led_to_the_sign_in(app: Flask, client: FlaskClient, address: str):
    response = client.get(address)

    assert (response.status_code, response.location) == (302, f"/desk/sign-in?next={address}")


def test_a_session_ends_where_the_password_was_changed(app: Flask):
    client = signed_in(app)
    runner = app.test_cli_runner()

    done = runner.invoke(args=["new-password", "Robin@example.com", "--password", "four green lamps hum"])

    assert (done.exit_code, done.output) == (0, "The password is set.\n")
    assert not is_signed_in(client)
    assert sign_in(app.test_client()).status_code == 422
    assert sign_in(app.test_client(), password="four green lamps hum").status_code == 302


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("nobody@example.com", "four green lamps hum", "Error: No account has this e-mail address.\n"),
        ("robin@example.com", "short", "Error: The password must have at least 12 characters.\n"),
    ],
)
def test_a_new_password_that_cannot_be_is_refused(app: Flask, email: str, password: str, said: str):
    an_account()

    done = app.test_cli_runner().invoke(args=["new-password", email, "--password", password])

    assert (done.exit_code, done.output) == (1, said)


def test_the_command_invites_one_more(app: Flask, client: FlaskClient):
    done = app.test_cli_runner().invoke(args=["invite", "--role", "author"])

    address = done.output.strip().removeprefix("http://localhost")
    assert Page(client.get(address), client).heading == "Make your account"
