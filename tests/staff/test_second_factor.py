"""A code besides the password, and the codes for when the telephone is lost."""

import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy import select

from kit.db import session
from staff.audit_models import Act, AuditEntry
from staff.models import Account
from tests.page import Page
from tests.staff.signed_in import PASSWORD, signed_in
from tests.staff.test_sessions import long_ago

STEP = 30


def begin(client: FlaskClient) -> tuple[Page, str]:
    """The page with the key, and the key."""
    page = Page(client.get("/desk/account/second-factor"), client)
    shown = Page(page.form("second-factor").submit(button=("setup", "authenticator")), client)
    return shown, shown.texts("code")[0]


def code(key: str, steps: int = 0) -> str:
    """What an app shows now, or so many half minutes later."""
    return str(TOTP(key=key.replace("-", "").replace(" ", "")).generate(time=time.time() + steps * STEP).token)


def turn_on(client: FlaskClient) -> str:
    shown, key = begin(client)
    response = shown.form("second-factor/").submit(code=code(key))
    assert response.location == "/desk/account/"
    return key


def password(client: FlaskClient) -> Page:
    page = Page(client.get("/desk/sign-in"), client)
    response = page.form().submit(email="robin@example.com", password=PASSWORD)
    assert response.status_code == 302
    return Page(client.get(response.location), client)


def robin() -> Account:
    session().rollback()
    session().expire_all()
    return session().scalars(select(Account).where(Account.email == "robin@example.com")).one()


def test_with_it_a_password_alone_opens_nothing(app: Flask):
    key = turn_on(signed_in(app))
    browser = app.test_client()

    asked = password(browser)
    assert asked.heading == "The code of your app"
    assert browser.get("/desk/").status_code == 302
    response = asked.form().submit(code=code(key, 1))

    assert response.status_code == 302
    assert browser.get(response.location, follow_redirects=True).request.path == "/desk/"
    assert browser.get("/desk/").status_code == 200


def test_a_code_works_once(app: Flask):
    key = turn_on(signed_in(app))
    used = code(key, 1)
    password(app.test_client()).form().submit(code=used)
    browser = app.test_client()

    page = Page(password(browser).form().submit(code=used), browser)

    assert page.status == 422
    assert page.errors == ["The code is wrong or was used already. Type the one that the app shows next"]
    assert browser.get("/desk/").status_code == 302


@pytest.mark.parametrize("typed", ["", "000000", "12345", "abcdef", "1" * 400])
def test_a_wrong_code_is_refused(app: Flask, typed: str):
    turn_on(signed_in(app))
    browser = app.test_client()

    page = Page(password(browser).form().submit(code=typed), browser)

    assert page.status == 422
    assert page.title.startswith("Error: ")


def test_codes_cannot_be_tried_one_after_the_other(app: Flask):
    key = turn_on(signed_in(app))
    browser = app.test_client()
    asked = password(browser)
    for number in range(5):
        asked.form().submit(code=f"{number:06d}")

    page = Page(asked.form().submit(code=code(key, 1)), browser)

    assert page.errors == ["There were too many wrong tries. Wait 1 minute and try again"]
    assert browser.get("/desk/").status_code == 302


def test_it_is_not_on_before_the_first_code_was_right(app: Flask):
    client = signed_in(app)
    shown, _ = begin(client)

    response = shown.form("second-factor/").submit(code="000000")

    page = Page(client.get(response.location), client)
    assert page.texts(".notice")[0].startswith("The code is wrong")
    assert robin().tf_primary_method is None


def test_the_key_is_sealed_in_the_database(app: Flask):
    key = turn_on(signed_in(app))

    stored = robin().tf_totp_secret or ""

    assert stored and key.replace("-", "") not in stored


def test_it_can_be_turned_off(app: Flask):
    client = signed_in(app)
    turn_on(client)

    Page(client.get("/desk/account/second-factor"), client).form("second-factor").submit(button=("setup", "disable"))

    browser = app.test_client()
    page = Page(browser.get("/desk/sign-in"), browser)
    assert page.form().submit(email="robin@example.com", password=PASSWORD).location == "/desk/"
    done = set(session().scalars(select(AuditEntry.act)))
    assert {Act.SECOND_FACTOR_ON, Act.SECOND_FACTOR_OFF} <= done


@pytest.mark.parametrize(
    "address", ["/desk/account/second-factor", "/desk/account/recovery-codes", "/desk/account/passkeys"]
)
def test_changing_how_one_signs_in_asks_for_the_password(app: Flask, address: str):
    client = signed_in(app)
    long_ago(client)

    response = client.get(address)

    assert (response.status_code, response.location.split("?")[0]) == (302, "/desk/sign-in/again")


def recovery_codes(client: FlaskClient) -> list[str]:
    page = Page(client.get("/desk/account/recovery-codes"), client)
    return Page(page.form("").submit(button=("generate_new_codes", "1")), client).texts(".codes code")


def test_a_recovery_code_lets_in_once(app: Flask):
    client = signed_in(app)
    turn_on(client)
    codes = recovery_codes(client)
    assert len(set(codes)) == 8
    browser = app.test_client()
    asked = password(browser)
    recovery = Page(browser.get(asked.links["Use a recovery code"]), browser)

    response = recovery.form().submit(code=f" {codes[0].upper()} ")

    assert response.location == "/desk/"
    assert browser.get("/desk/").status_code == 200
    assert "7 codes left" in Page(browser.get("/desk/account/"), browser).text
    second = app.test_client()
    password(second)
    page = Page(Page(second.get("/desk/sign-in/recovery"), second).form().submit(code=codes[0]), second)
    assert page.errors == ["This is none of your recovery codes, or it has been used"]


def test_recovery_codes_are_sealed_in_the_database(app: Flask):
    client = signed_in(app)
    codes = recovery_codes(client)

    stored = str(robin().mf_recovery_codes)

    assert not any(found in stored for found in codes)


def test_new_codes_end_the_old_ones(app: Flask):
    client = signed_in(app)
    turn_on(client)
    old = recovery_codes(client)
    new = recovery_codes(client)
    browser = app.test_client()
    password(browser)

    page = Page(browser.get("/desk/sign-in/recovery"), browser)

    assert page.form().submit(code=old[0]).status_code == 422
    assert page.form().submit(code=new[0]).status_code == 302


def test_help_leads_to_the_recovery_codes_and_writes_no_mail(app: Flask):
    turn_on(signed_in(app))
    browser = app.test_client()
    password(browser)

    assert browser.get("/desk/sign-in/help").location == "/desk/sign-in/recovery"


def test_an_owner_can_take_it_off_for_somebody_who_lost_everything(app: Flask):
    turn_on(signed_in(app))
    owner = signed_in(app, "Maya Lind", "maya@example.com")

    page = Page(owner.get(f"/desk/team/{robin().id}"), owner)
    page.form("drop").submit()

    browser = app.test_client()
    page = Page(browser.get("/desk/sign-in"), browser)
    assert page.form().submit(email="robin@example.com", password=PASSWORD).location == "/desk/"
