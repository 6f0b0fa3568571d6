"""A passkey is added and opens the desk, with a key that Chromium keeps for the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.running import RunningSite, running_site
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
ACCOUNT = {"name": "Robin Hale", "email": "robin@consultancy.example", "password": "three unrelated words 7"}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[RunningSite]:
    """A site at a name: an address in numbers cannot have passkeys."""
    with running_site(tmp_path, BASE_URL="http://localhost") as running:
        running.url = running.url.replace("127.0.0.1", "localhost")
        yield running


def keep_keys(page: Page) -> None:
    """Gives the browser a key that says yes by itself."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def sign_out(robin: Visitor) -> None:
    robin.open("/desk/account/")
    robin.press(robin.page.get_by_role("button", name="Sign out", exact=True).first)


def test_a_passkey_stands_in_for_the_password(site: RunningSite, visitor: Callable[..., Visitor]):
    robin = visitor()
    keep_keys(robin.page)
    robin.open("/desk" + site.welcome.partition("/desk")[2])
    robin.fill(**ACCOUNT)
    robin.press("Make the account")
    robin.open("/desk/account/passkeys")
    robin.fill(name="My telephone")
    robin.press("Add it")
    expect(robin.page.get_by_role("strong").get_by_text("My telephone")).to_be_visible()
    expect(robin.page.get_by_text("in place of the password")).to_be_visible()

    sign_out(robin)
    robin.open("/desk/leads/")
    robin.page.get_by_role("link", name="Sign in with a passkey").click()
    robin.page.get_by_role("button", name="Use a passkey").click()
    expect(robin.page.get_by_role("heading", name="Leads", exact=True)).to_be_visible()

    robin.open("/desk/account/passkeys")
    robin.press("Remove My telephone")
    expect(robin.page.get_by_text("No passkeys yet")).to_be_visible()


def test_a_passkey_is_the_second_factor(site: RunningSite, visitor: Callable[..., Visitor]):
    robin = visitor()
    keep_keys(robin.page)
    robin.open("/desk" + site.welcome.partition("/desk")[2])
    robin.fill(**ACCOUNT)
    robin.press("Make the account")
    robin.open("/desk/account/passkeys")
    robin.fill(name="Key", usage="secondary")
    robin.press("Add it")
    expect(robin.page.get_by_text("as second factor", exact=True)).to_be_visible()

    sign_out(robin)
    robin.open("/desk/sign-in")
    robin.fill(email=ACCOUNT["email"], password=ACCOUNT["password"])
    robin.press("Sign in")
    robin.page.get_by_role("button", name="Use the passkey as second factor").click()
    expect(robin.page.get_by_role("heading", name="Call-backs due")).to_be_visible()
