"""Pictures of every page, at three widths, light and dark: `python -m tests.journeys.shots [folder [part of name …]]`.

Starts a site of its own and walks it as a visitor and as a consultant; each page it comes to leaves six PNG files. Then
come the pages of the printed report.
"""

import re
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser

from tests.assessment.pictures import take_pictures
from tests.booking.visit import text_of
from tests.journeys.chromium import chromium
from tests.journeys.running import RunningSite, running_site, wait_for
from tests.journeys.visitor import Visitor

WIDTHS = {390: 844, 768: 1024, 1440: 900}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PERSON = {"name": "Ann Bee", "address": "ann.bee@example.com"}
DETAILS = {
    **PERSON,
    "phone": "+1 555 010 0199",
    "note": "My team has stopped calling.\nI would like it to start again.",
}
ACCOUNT = {"name": "Robin Hale", "email": "robin@consultancy.example", "password": "three unrelated words 7"}
ALL_HOLDS_LAPSE = "UPDATE booking SET hold_expires_at = '2026-01-01 00:00:00.000000' WHERE state = 'hold'"

WEEK_ASKED = (
    "INSERT INTO check_in_week (check_in_id, monday, asked_at, answered_at, conversations) "
    "SELECT id, date('now', 'weekday 1', ?1), asked_at, asked_at, ?2 FROM check_in"
)


@dataclass
class Camera:
    """Takes what a page looks like into `folder`; only those whose name holds one of `parts`, where there are any."""

    folder: Path
    parts: list[str]

    def take(self, ann: Visitor, name: str) -> None:
        if self.parts and not any(part in name for part in self.parts):
            return
        for scheme in SCHEMES:
            ann.page.emulate_media(color_scheme=scheme)
            for width, height in WIDTHS.items():
                ann.page.set_viewport_size({"width": width, "height": height})
                ann.page.screenshot(path=self.folder / f"{name}-{width}-{scheme}.png", full_page=True)
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()


@dataclass
class Tour:
    """One walk through a running site with a camera."""

    browser: Browser
    site: RunningSite
    camera: Camera

    def visitor(self) -> Visitor:
        """A browser that nobody has used yet."""
        return Visitor(self.browser, self.site)

    def reading(self) -> None:
        ann = self.visitor()
        for name, address in {
            "home": "/",
            "stories": "/stories/",
            "story-brush-off": "/stories/every-spring-you-people-call",
            "story-night": "/stories/the-night-supervisor",
            "story-of-series": "/stories/two-chairs",
            "tag": "/stories/tags/first-calls",
            "series": "/stories/series/the-office-on-garnet-street",
            "author": "/stories/authors/the-conversation-gap",
            "archive": "/stories/archive/",
            "archive-year": "/stories/archive/2026",
            "search": "/stories/search",
            "search-found": "/stories/search?q=drawer",
            "search-nothing": "/stories/search?q=xylophone",
            "about": "/about",
            "privacy": "/privacy",
            "method": "/assessment/method",
            "method-count": "/assessment/method/count?held4=20&goal=12&weeks=52&meeting=6&lag=30",
            "method-error": "/assessment/method/count?held4=many&goal=12&weeks=52&meeting=99",
            "error-404": "/stories/no-such-story",
            "error-link": "/book/consult/broken",
        }.items():
            ann.open(address)
            self.camera.take(ann, name)

    def newsletter(self) -> None:
        ann = self.visitor()
        ann.open("/newsletter/")
        self.camera.take(ann, "newsletter")
        ann.press("Send me the mail to confirm")
        self.camera.take(ann, "newsletter-error")
        ann.open("/stories/the-night-supervisor")
        ann.fill(address="ann.bee@gmial.com")
        ann.press("Get new stories")
        self.camera.take(ann, "newsletter-typed")
        ann.fill(address=PERSON["address"])
        ann.page.wait_for_timeout(2100)
        ann.press("Send me the mail to confirm")
        self.camera.take(ann, "newsletter-asked")
        letter = text_of(self.site.next_letter(PERSON["address"], 0))
        ann.open(re.findall(r"http\S*/newsletter/confirm/\S+", letter)[0])
        self.camera.take(ann, "newsletter-confirm")
        ann.press("Yes, send me the stories")
        self.camera.take(ann, "newsletter-on")

    def letters(self) -> None:
        """What consultants see of the newsletter, and its readers of them."""
        robin, ann = self.signed_in(), self.visitor()
        robin.open("/desk/newsletter/")
        robin.follow("The night supervisor")
        self.camera.take(robin, "desk-newsletter-story")
        robin.fill(when="now")
        robin.press("Continue")
        self.camera.take(robin, "desk-newsletter-check")
        robin.press(re.compile("^Send it now"))
        self.camera.take(robin, "desk-newsletter-sending")
        robin.open("/desk/newsletter/stories/the-night-supervisor/letter")
        self.camera.take(robin, "mail-story")
        robin.open("/desk/newsletter/subscribers/")
        self.camera.take(robin, "desk-subscribers")
        robin.follow(PERSON["address"])
        self.camera.take(robin, "desk-subscriber")
        robin.open("/desk/mail/returned")
        self.camera.take(robin, "desk-mail-returned")
        robin.open("/desk/mail/")
        robin.follow("The night supervisor")
        self.camera.take(robin, "desk-letter")
        letters = wait_for(
            lambda: [one for one in self.site.letters(PERSON["address"]) if one["List-Unsubscribe"]], "the story"
        )
        ann.open(str(letters[0]["List-Unsubscribe"]).strip("<>"))
        self.camera.take(ann, "newsletter-leave")
        ann.press("Take me off the list")
        self.camera.take(ann, "newsletter-left")

    def assessment(self) -> Visitor:
        """Gives the browser on the result page."""
        ann = self.visitor()
        ann.open("/stories/the-night-supervisor")
        ann.fill(conversations="16")
        ann.press("See whether it is enough")
        self.camera.take(ann, "assessment-start")
        ann.press("Start")
        self.camera.take(ann, "question-choice")
        ann.press("Continue")
        self.camera.take(ann, "question-error")
        ann.fill(scope="myself")
        ann.press("Continue")
        self.camera.take(ann, "question-number")
        ann.answer_all({})
        self.camera.take(ann, "assessment-check")
        ann.press("Show my result")
        result = ann.page.url
        self.camera.take(ann, "result")
        ann.press("Send me the report")
        self.camera.take(ann, "result-error")
        ann.fill(**PERSON, paper="letter")
        ann.press("Send me the report")
        self.camera.take(ann, "report-waiting")
        ann.page.get_by_role("link", name="Open the report").wait_for(timeout=60_000)
        self.camera.take(ann, "report-ready")
        ann.open(result)
        return ann

    def weekly(self, result: str) -> None:
        """The weekly question from the wish to five answered weeks, which the database is made to have behind it."""
        ann = self.visitor()
        ann.open(result)
        ann.follow("give them this link")
        self.camera.take(ann, "shared")
        ann.open(result)
        ann.follow("Ask me once a week")
        self.camera.take(ann, "weekly-ask")
        ann.fill(address="cy@example.org")
        ann.press("Send me the mail")
        self.camera.take(ann, "weekly-asked")
        letter = self.site.next_letter("cy@example.org", 0).get_body(("plain",))
        assert letter is not None
        link = re.search(r"/assessment/weekly/\S+", letter.get_content())
        assert link is not None
        ann.open(link[0])
        self.camera.take(ann, "weekly-confirm")
        ann.press("Yes, ask me")
        self.camera.take(ann, "weekly-begun")
        with self.database() as database:
            database.execute("UPDATE submission SET finished_on = date('now', 'weekday 1', '-42 days')")
            for weeks, count in ((6, 6), (5, 9), (4, None), (3, 12), (2, 11), (1, None)):
                database.execute(WEEK_ASKED, (f"-{7 * weeks} days", count))
        ann.open(link[0])
        self.camera.take(ann, "weekly-later")
        ann.open(result)
        self.camera.take(ann, "result-weekly")
        ann.open(link[0] + "/stop")
        self.camera.take(ann, "weekly-stop")

    def booking(self, ann: Visitor) -> None:
        ann.follow("Book a consult about this")
        ann.page.wait_for_url("**zone=*")
        self.camera.take(ann, "picker-with-result")
        ann.press("10:00")
        self.camera.take(ann, "details")
        ann.fill(address="ann@")
        ann.press("Continue")
        self.camera.take(ann, "details-error")
        ann.fill(**DETAILS)
        ann.press("Continue")
        self.camera.take(ann, "check")
        ann.press("Book ")
        self.camera.take(ann, "booked")
        booked = ann.page.url.split("?")[0]
        ann.open(booked.removeprefix(self.site.url) + "/move")
        self.camera.take(ann, "move-picker")
        ann.press("9:00")
        self.camera.take(ann, "move-check")
        ann.press("Move to")
        self.camera.take(ann, "moved")
        ann.follow(re.compile("^Cancel$"))
        self.camera.take(ann, "cancel")
        ann.press("Cancel ")
        self.camera.take(ann, "cancelled")

    def picking(self) -> Visitor:
        """Gives a fresh browser on the picker."""
        ann = self.visitor()
        ann.open("/book/")
        ann.page.wait_for_url("**zone=*")
        return ann

    def mishaps(self) -> None:
        picker = self.picking()
        self.camera.take(picker, "picker")
        late = self.picking()
        picker.press("3:00")
        late.press("3:00")
        self.camera.take(late, "slot-taken")
        picker.fill(name="Bo Chen", address="bo@example.net")
        picker.press("Continue")
        with self.database() as database:
            database.execute(ALL_HOLDS_LAPSE)
        late = self.picking()
        late.press("3:00")
        picker.press("Book ")
        self.camera.take(picker, "lapsed")
        picker.open("/book/call-back")
        self.camera.take(picker, "call-back")
        picker.press("Ask to be called back")
        self.camera.take(picker, "call-back-error")
        picker.fill(**PERSON, later="month")
        picker.press("Ask to be called back")
        self.camera.take(picker, "call-back-noted")
        picker.open("/book/call-back")
        while "One moment" not in picker.page.title():
            picker.press("Ask to be called back")
        self.camera.take(picker, "error-429")
        with self.database() as database:
            database.execute("ALTER TABLE consult_type RENAME TO consult_type_away")
        picker.page.goto(self.site.url + "/book/")
        self.camera.take(picker, "error-500")
        with self.database() as database:
            database.execute("ALTER TABLE consult_type_away RENAME TO consult_type")

    def desk(self) -> None:
        ann = self.picking()
        ann.press("9:00")
        ann.fill(name="Cy Dell", address="cy@example.net")
        ann.press("Continue")
        ann.press("Book ")
        ann.open(self.site.welcome)
        self.camera.take(ann, "welcome")
        ann.fill(**ACCOUNT)
        ann.press("Make the account")
        sections = ann.page.locator('nav[aria-label="Desk"] a[href^="/desk/"]')
        for address in [str(link.get_attribute("href")) for link in sections.all()]:
            ann.open(address)
            self.camera.take(ann, "desk-" + (address.removeprefix("/desk/").strip("/") or "today"))
        ann.open("/desk/stories/new")
        self.camera.take(ann, "desk-story-new")
        ann.open("/desk/stories/a-map-of-saturday")
        self.camera.take(ann, "desk-story")
        ann.fill(days="7")
        ann.press("Make a link")
        self.camera.take(ann, "desk-story-link")
        ann.follow("/stories/preview/")
        self.camera.take(ann, "story-preview")
        ann.open("/desk/leads/")
        ann.follow("Ann Bee")
        self.camera.take(ann, "desk-lead")
        lead = ann.path
        for name in ("edit", "merge", "sheet", "record", "erase"):
            ann.open(f"{lead}/{name}")
            self.camera.take(ann, f"desk-lead-{name}")
        for name, address in {
            "board": "/desk/leads/board",
            "log": "/desk/team/log",
            "colleague": "/desk/team/1",
            "webhooks": "/desk/webhooks/",
            "password": "/desk/account/password",
            "second-factor": "/desk/account/second-factor",
            "recovery-codes": "/desk/account/recovery-codes",
            "passkeys": "/desk/account/passkeys",
            "again": "/desk/sign-in/again",
            "keys": "/desk/keys",
        }.items():
            ann.open(address)
            self.camera.take(ann, f"desk-{name}")
        for name in ("sheet", "sheet/wrong", "inbox"):
            ann.open(f"/dev/{name}")
            self.camera.take(ann, "dev-" + name.replace("/", "-"))
        ann.open("/desk/")
        ann.press(ann.page.get_by_role("button", name="Sign out"))
        self.camera.take(ann, "sign-in")

    def signed_in(self) -> Visitor:
        """The browser of the account that was made before."""
        robin = self.visitor()
        robin.open("/desk/sign-in")
        robin.fill(email=ACCOUNT["email"], password=ACCOUNT["password"])
        robin.press("Sign in")
        return robin

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The site's database, changed from outside as only a mishap would."""
        with closing(sqlite3.connect(self.site.instance / "site.sqlite3", timeout=15)) as connection, connection:
            yield connection


def main(folder: Path, parts: list[str]) -> None:
    """Walk the whole site once with the camera."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, running_site(Path(place)) as site, chromium() as browser:
        tour = Tour(browser, site, Camera(folder, parts))
        tour.reading()
        tour.newsletter()
        ann = tour.assessment()
        result = ann.page.url.removeprefix(site.url)
        tour.booking(ann)
        tour.weekly(result)
        tour.mishaps()
        tour.desk()
        tour.letters()
    take_pictures(folder, parts)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/shots"), sys.argv[2:])
