"""A person in a browser: what they do on a page, and what must be true of every page they come to."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Response

from tests.assessment.walk import TYPICAL
from tests.journeys.desk_pages import ABOUT_ONE, PAGES
from tests.journeys.running import RunningSite

NARROWEST = 320
ROBIN = {"name": "Robin Hale", "email": "robin@consultancy.example", "password": "three unrelated words 7"}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUSED = "document.activeElement"
TOURED = [
    re.sub(r"\\{.*?\\}", "[^/]+", re.escape(address.partition("?")[0])) for address in (PAGES | ABOUT_ONE).values()
]
TOKEN = re.compile(r"/[A-Za-z0-9_.-]{16,}")


@dataclass
class Inspector:
    """Looks at each kind of page once in a run, however many visitors come to it, by whichever worker.

    What was seen lies in the folder that the workers share.
    """

    folder: Path
    axe: Axe = field(default_factory=Axe)

    def is_new(self, kind: str) -> bool:
        try:
            (self.folder / hashlib.sha256(kind.encode()).hexdigest()).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def read(self, page: Page) -> list[str]:
        """What axe-core finds wrong with the page."""
        found = self.axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
        return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def is_toured(kind: str) -> bool:
    """Whether the tour of the desk has axe read that page, which needs no second reading then."""
    return any(re.fullmatch(pattern, kind) for pattern in TOURED)


class Visitor:
    """One browser window. Every page it comes to is looked at; `faults` is what its console and its requests told."""

    def __init__(
        self,
        browser: Browser,
        site: RunningSite,
        inspector: Inspector | None = None,
        *,
        scripts: bool = True,
        width: int = 1280,
        scheme: str = "light",
    ) -> None:
        self.site, self.inspector, self.scripts, self.scheme = site, inspector, scripts, scheme
        self.context = browser.new_context(
            java_script_enabled=scripts,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            timezone_id="America/Chicago",
            locale="en-US",
            reduced_motion="reduce",
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.faults: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda fault: self.faults.append(f"a script failed: {fault}"))
        self.context.on("request", self._notice)

    def close(self) -> None:
        """Leave; whatever went wrong on the way comes out now."""
        self.context.close()
        assert self.faults == []

    def open(self, address: str) -> None:
        """Go to an address of the site, or to a whole one as it stands in a letter."""
        self.arrive(self.page.goto(address if "://" in address else self.site.url + address))

    def enter(self) -> None:
        """Be Robin at the desk: whoever comes first makes the account, everybody else signs in with it."""
        self.open("/desk/sign-in?next=/desk/account/")
        self.fill(email=ROBIN["email"], password=ROBIN["password"])
        self.press("Sign in")
        if "/sign-in" in self.path:
            self.open(self.site.welcome)
            self.fill(**ROBIN)
            self.press("Make the account")

    def follow(self, name: str | re.Pattern[str], *, within: str = "main") -> None:
        """Follow a link."""
        link = self.page.get_by_role(within).get_by_role("link", name=name).first  # type: ignore[arg-type]
        with self.page.expect_navigation() as navigation:
            link.click()
        self.arrive(navigation.value)

    def press(self, button: str | re.Pattern[str] | Locator) -> None:
        """Press a button, by its name or itself, and wait for the page it leads to."""
        if not isinstance(button, Locator):
            button = self.page.get_by_role("main").get_by_role("button", name=button).first
        with self.page.expect_navigation() as navigation:
            button.click()
        self.arrive(navigation.value)

    def fill(self, **values: Any) -> None:
        """Put values into the fields of those names: type, choose, or tick; a list ticks several."""
        for name, value in values.items():
            fields = self.page.locator(f'main [name="{name}"]:not([type="hidden"])')
            kind = fields.first.get_attribute("type")
            if kind in ("radio", "checkbox"):
                for chosen in value if isinstance(value, list) else [value]:
                    self.page.locator(f'main [name="{name}"][value="{chosen}"]').check()
            elif name in ("zone", "zone_name", "hour", "block_hour", "clock"):
                fields.select_option(str(value))
            else:
                fields.fill(str(value))

    def slip(self, button: str, *sentences: str, **typed: str) -> None:
        """Send something that cannot be: it is said in words above and beside the field, and nothing typed is lost."""
        self.fill(**typed)
        self.press(button)
        assert self.page.title().startswith("Error: "), self.page.title()
        assert self.texts("[data-error-summary] li") == list(sentences)
        assert self.texts(".field-error") == [f"Error: {sentence}" for sentence in sentences]
        for name, value in typed.items():
            assert self.value(name) == value, name
        if self.scripts:
            assert self.page.evaluate("document.activeElement.matches('[data-error-summary]')")

    def value(self, name: str) -> str:
        """What stands in a field."""
        return self.page.locator(f'main [name="{name}"]').first.input_value()

    def texts(self, selector: str) -> list[str]:
        """The texts of all that match, with plain spaces."""
        return [" ".join(text.split()) for text in self.page.locator(selector).all_inner_texts()]

    @property
    def heading(self) -> str:
        return " ".join(self.page.get_by_role("heading", level=1).inner_text().split())

    @property
    def said(self) -> str:
        """All text of the main part, with plain spaces."""
        return " ".join(self.page.get_by_role("main").inner_text().split())

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def answer_all(self, changes: Mapping[str, Mapping[str, Any]]) -> list[str]:
        """Answer questions until the check page; one mapped to {} is left open by its button. Gives the keys asked."""
        answers = {**TYPICAL, **changes}
        asked: list[str] = []
        while (key := self.path.rsplit("/", 1)[-1]) != "check":
            asked.append(key)
            self.fill(**answers[key])
            self.press("Continue" if answers[key] else self.page.locator('button[name="unknown"]'))
            assert len(asked) < 30, asked
        return asked

    def arrive(self, response: Response | None) -> None:
        """Look at the page that a navigation led to."""
        assert response is not None, self.page.url
        assert response.status < 500, f"{response.status} at {self.page.url}"
        if self.inspector is None:
            return
        kind = TOKEN.sub("/…", self.path) + (" with errors" if self.page.title().startswith("Error: ") else "")
        if self.inspector.is_new(f"{self.scripts} {self.scheme} {kind}"):
            self._look(kind, self.inspector)

    def _look(self, kind: str, inspector: Inspector) -> None:
        size = self.page.viewport_size
        assert size is not None
        assert self.page.evaluate(OVERFLOW) <= 0, f"{kind} is wider than {size['width']} px"
        if not self.scripts:
            return
        if not is_toured(kind):
            faults = inspector.read(self.page)
            assert not faults, f"{kind}: {faults}"
        if size["width"] != NARROWEST:
            self.page.set_viewport_size({"width": NARROWEST, "height": size["height"]})
            assert self.page.evaluate(OVERFLOW) <= 0, f"{kind} is wider than {NARROWEST} px"
            self.page.set_viewport_size(size)

    def _hear(self, message: Any) -> None:
        # A page that refuses something is an answer like any other; the console calls its status an error.
        if message.type == "error" and "responded with a status of 4" not in message.text:
            self.faults.append(f"{self.page.url}: {message.text}")

    def _notice(self, request: Any) -> None:
        if not request.url.startswith((self.site.url + "/", "data:", "blob:")):
            self.faults.append(f"{self.page.url} asked for {request.url}")
