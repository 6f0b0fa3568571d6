"""Where somebody is signed in, waits after wrong passwords, and what asks for the password once more."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from kit import clock
from kit.db import session
from staff import lockout, sessions
from staff.audit_models import Act, AuditEntry
from staff.models import SignedIn
from tests.page import Page
from tests.staff.signed_in import PASSWORD, an_account, signed_in

MoveClock = Callable[[datetime], None]
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36 Edg/141.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"


def sign_in(client: FlaskClient, password: str = PASSWORD, email: str = "robin@example.com") -> Page:
    page = Page(client.get("/desk/sign-in"), client)
    response = page.form().submit(email=email, password=password)
    return Page(response, client)


def long_ago(client: FlaskClient, seconds: float = 3600) -> None:
    """The password was typed that long ago."""
    with client.session_transaction() as kept:
        kept["fs_paa"] -= seconds
        kept.pop("fs_gexp", None)


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (FIREFOX, "Firefox on Windows"),
        (CHROME, "Chrome on Linux"),
        (EDGE, "Edge on Windows"),
        (SAFARI, "Safari on iPhone"),
        ("", "A browser"),
        ("curl/8.0", "A browser"),
        ("x" * 5000, "A browser"),
    ],
)
def test_a_browser_is_named_so_that_one_knows_it(agent: str, device: str):
    assert sessions.device_of(agent) == device


def test_sessions_are_listed_and_ended_one_by_one(app: Flask):
    here = signed_in(app)
    there = app.test_client()
    there.environ_base["HTTP_USER_AGENT"] = FIREFOX
    sign_in(there)

    page = Page(here.get("/desk/account/"), here)
    assert "Firefox on Windows" in page.text
    response = page.form("/end").submit()

    assert Page(here.get(response.location), here).texts(".notice") == ["That browser is signed out."]
    assert there.get("/desk/").status_code == 302
    assert here.get("/desk/").status_code == 200


def test_a_session_that_was_ended_opens_nothing_of_the_account_either(app: Flask):
    client = signed_in(app)
    session().rollback()
    here = session().scalars(select(SignedIn)).one()
    sessions.end(here.id, by=session().get_one(type(an_account("Maya", "maya@example.com")), here.account_id))

    for address in ("/desk/account/second-factor", "/desk/account/passkeys", "/desk/account/recovery-codes"):
        assert client.get(address).status_code == 302, address


def test_all_others_are_ended_at_once(app: Flask):
    here, there, elsewhere = signed_in(app), app.test_client(), app.test_client()
    sign_in(there)
    sign_in(elsewhere)

    page = Page(here.get("/desk/account/"), here)
    response = page.form("end-others").submit()

    assert (response.status_code, response.location) == (303, "/desk/account/?done=others#sessions")
    assert [browser.get("/desk/").status_code for browser in (here, there, elsewhere)] == [200, 302, 302]
    assert "Sign out everywhere else" not in Page(here.get("/desk/account/"), here).text


def test_nobody_ends_the_sessions_of_others(app: Flask):
    signed_in(app)
    maya = signed_in(app, "Maya Lind", "maya@example.com")
    token = Page(maya.get("/desk/account/"), maya).all("form.sign-out input")[0].get("value")
    robins = session().scalars(select(SignedIn.id).order_by(SignedIn.id)).first()

    response = maya.post(f"/desk/account/sessions/{robins}/end", data={"csrf_token": token})

    assert (response.status_code, Page(response, maya).heading) == (404, "This session is not there")


def test_the_cookie_is_not_in_the_database(app: Flask):
    client = signed_in(app)
    with client.session_transaction() as kept:
        secret = kept["desk"]

    assert secret not in session().scalars(select(SignedIn.secret_hash)).one()


def test_signing_out_ends_the_session_for_good(app: Flask):
    client = signed_in(app)
    with client.session_transaction() as kept:
        stolen = dict(kept)
    (form,) = Page(client.get("/desk/"), client).all("form.sign-out")
    client.post(form.get("action"), data=dict(form.form_values()))
    thief = app.test_client()
    with thief.session_transaction() as kept:
        kept.update(stolen)

    assert thief.get("/desk/").status_code == 302


def test_a_session_that_nobody_uses_runs_out(app: Flask, at: MoveClock):
    client = signed_in(app)
    at(clock.now() + timedelta(days=13))
    assert client.get("/desk/").status_code == 200
    at(clock.now() + timedelta(days=13))
    assert client.get("/desk/").status_code == 200
    at(clock.now() + timedelta(days=15))

    assert client.get("/desk/").status_code == 302


def test_another_password_signs_every_other_browser_out(app: Flask):
    here, there = signed_in(app), app.test_client()
    sign_in(there)

    page = Page(here.get("/desk/account/password"), here)
    response = page.form().submit(password="four green lamps hum")

    assert (response.status_code, response.location) == (303, "/desk/account/?done=password")
    assert here.get("/desk/").status_code == 200
    assert there.get("/desk/").status_code == 302
    assert sign_in(app.test_client(), "four green lamps hum").status == 302


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("", "Enter a new password"),
        ("short", "The password must have at least 12 characters"),
        ("robinvale2026", "The password is one of those that are guessed first; a few unrelated words are better"),
    ],
)
def test_another_password_must_be_a_good_one(app: Flask, password: str, error: str):
    client = signed_in(app)

    page = Page(Page(client.get("/desk/account/password"), client).form().submit(password=password), client)

    assert (page.status, page.errors) == (422, [error])


@pytest.mark.parametrize(
    ("tries", "minutes"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 16), (10, 30), (1000, 30)]
)
def test_the_wait_grows_with_the_tries(tries: int, minutes: int):
    assert lockout.wait_after(tries) == timedelta(minutes=minutes)


@pytest.mark.parametrize("email", ["robin@example.com", "nobody@example.com"])
def test_after_five_wrong_passwords_one_waits_whoever_one_is(app: Flask, at: MoveClock, email: str):
    an_account()
    client = app.test_client()
    for _ in range(5):
        assert sign_in(client, "wrong words", email).errors == [
            "This e-mail address and password do not belong together"
        ]

    assert sign_in(client, PASSWORD, email).errors == ["There were too many wrong tries. Wait 1 minute and try again"]

    at(clock.now() + timedelta(seconds=61))
    page = sign_in(client, PASSWORD, email)
    assert page.status == (302 if email.startswith("robin") else 422)


def test_a_right_password_makes_the_count_begin_anew(app: Flask):
    an_account()
    for _ in range(3):
        browser = app.test_client()
        for _ in range(4):
            assert sign_in(browser, "wrong words").status == 422
        assert sign_in(browser).status == 302


def test_a_lockout_stands_in_the_log_without_an_address(app: Flask):
    an_account()
    for _ in range(5):
        sign_in(app.test_client(), "wrong words")

    session().rollback()
    (entry,) = session().scalars(select(AuditEntry).where(AuditEntry.act == Act.LOCKED))
    assert (entry.name, entry.subject, entry.details) == ("Robin Vale", "", "")


def test_what_matters_asks_for_the_password_once_more(app: Flask):
    client = signed_in(app)
    long_ago(client)

    stopped = client.get("/desk/account/password")
    assert stopped.location == "/desk/sign-in/again?next=/desk/account/password"
    again = Page(client.get(stopped.location), client)
    wrong = Page(again.form().submit(password="wrong words"), client)
    assert (wrong.status, wrong.errors) == (422, ["That is not your password"])
    response = again.form().submit(password=PASSWORD)

    assert response.location.endswith("/desk/account/password")
    assert client.get("/desk/account/password").status_code == 200


def test_what_does_not_matter_that_much_does_not_ask(app: Flask):
    client = signed_in(app)
    long_ago(client)

    assert [client.get(address).status_code for address in ("/desk/", "/desk/team/", "/desk/leads/")] == [200] * 3


def test_a_form_that_was_opened_in_time_may_be_filled_in_at_leisure(app: Flask):
    client = signed_in(app)
    page = Page(client.get("/desk/account/password"), client)
    long_ago(client, 20 * 60)

    assert page.form().submit(password="four green lamps hum").status_code == 303


def test_wrong_passwords_there_count_too(app: Flask):
    client = signed_in(app)
    long_ago(client)
    page = Page(client.get("/desk/sign-in/again"), client)
    for _ in range(5):
        page.form().submit(password="wrong words")

    shown = Page(page.form().submit(password=PASSWORD), client)

    assert shown.errors == ["There were too many wrong tries. Wait 1 minute and try again"]
