"""From the home page to a consult that is cancelled, and the consultant's side of it: with scripts and without."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

from tests.booking.invite_rules import assert_invite_history, assert_invite_rules, event_of, invite_of, moment
from tests.booking.visit import text_of
from tests.journeys.report_rules import assert_report_rules, calendar_of_report, text_of_report
from tests.journeys.running import RunningSite, running_site, wait_for
from tests.journeys.visitor import NARROWEST, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

Come = Callable[..., Visitor]
STORY = "The night supervisor"
SLUG = "the-night-supervisor"
CHICAGO, BERLIN = ZoneInfo("America/Chicago"), ZoneInfo("Europe/Berlin")
ACCOUNT = {"name": "Robin Hale", "email": "robin@consultancy.example", "password": "three unrelated words 7"}
NAME_MISSING = "Enter your name; it stands on the cover"
ADDRESS_ODD = "Enter an e-mail address with one @ and a domain, like name@example.com"
PAPER_MISSING = "Choose the paper you would print it on"
PHONE_ODD = "Enter a telephone number in digits, like +1 555 010 0199"
HOURS_ODD = "Monday: “five” is not a time; write it like 9:00 or 5:30 pm"
NET_GOAL = {
    "hours": {},
    "goal": {"goal": "10", "goal_type": "net", "deadline": "year", "signed": "0"},
    "roster": {"roster": "40", "left12": "4", "roster_basis": "logged"},
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[RunningSite]:
    """A site that nobody has set up yet."""
    with running_site(tmp_path) as running:
        yield running


@pytest.mark.parametrize(
    ("scripts", "width", "address"),
    [(True, 1280, "ann.with@example.org"), (False, NARROWEST, "ann.without@example.org")],
    ids=["with scripts", "without scripts"],
)
def test_the_whole_way(site: RunningSite, visitor: Come, scripts: bool, width: int, address: str):
    ann = visitor(scripts=scripts, width=width)

    read_a_story(ann)
    take_the_assessment(ann)
    result = ann.page.url
    ask_for_the_report(ann, site, address)
    ann.open(result)
    book(ann, address)
    booked = letter_with(site, address, "REQUEST", 0)
    move(ann, booked)
    moved = letter_with(site, address, "REQUEST", 1)
    robin = visitor(scripts=scripts, width=width)
    look_from_the_desk(robin, site, address)
    other_hours(robin, visitor(scripts=scripts, width=width))
    cancel(ann, moved)
    cancelled = letter_with(site, address, "CANCEL", 2)

    assert_invite_history([booked, moved, cancelled])
    assert address not in site.output
    assert "Ann Bee" not in site.output


def read_a_story(ann: Visitor) -> None:
    ann.open("/")
    ann.follow("Stories", within="navigation")
    ann.follow(STORY)

    assert ann.heading == STORY
    assert ann.texts(".dialogue figcaption")[:2] == ["Colette", "Hyacinth"]
    assert ann.texts(".moral")[0].startswith("Everyone is easy to reach at some hour")
    assert ann.page.locator(".postscript a").get_attribute("href") == f"/book/?from={SLUG}"
    ann.slip("See whether it is enough", "Type a whole number from 0 to 400, in digits", conversations="many")
    ann.page.go_back()
    ann.fill(conversations="16")
    ann.press("See whether it is enough")
    assert "Your first answer is in: 16" in ann.said
    ann.press("Start")


def take_the_assessment(ann: Visitor) -> None:
    """All questions, one left open; the roster is asked of a net goal only."""
    ann.slip("Continue", "Choose an answer")
    ann.fill(scope="myself")
    ann.press("Continue")
    assert ann.value("held4") == "16"
    ann.slip("Continue", "The number must be from 0 to 400", held4="4000")
    asked = ann.answer_all(NET_GOAL)

    assert asked[asked.index("goal") + 1] == "roster"
    assert asked[-1] == "obstacles"
    assert "I don’t know" in ann.said or "I don't know" in ann.said
    ann.page.get_by_role("link", name=re.compile("Change.*How many experienced agents do you want")).click()
    ann.page.wait_for_url("**/goal?back=check")
    ann.fill(goal_type="gross", goal="12")
    ann.press("Continue")
    assert ann.heading == "Check your answers"
    assert "Agents in the office today" not in ann.said
    assert re.search(r"\b12\b", ann.said)
    ann.press("Show my result")

    assert re.search(r"\d more live conversations a week", ann.heading)
    for words in ("the chance of reaching the goal is", "What moves it most", "What this rests on"):
        assert words in ann.said, words
    assert len(ann.texts(".obstacle h3")) >= 1
    pictures = ann.page.locator("main svg[role=img]")
    assert pictures.count() >= 5
    assert all(picture.locator("title").first.text_content() for picture in pictures.all())


def ask_for_the_report(ann: Visitor, site: RunningSite, address: str) -> None:
    """The PDF comes by mail and by the link in it, with call blocks on the days that were chosen.

    With scripts it is enough to choose them above, where they can be downloaded.
    """
    gap = re.search(r"(\d+(?:\.\d)?(?:–\d+)?) more live", ann.heading)
    assert gap
    ann.slip("Send me the report", NAME_MISSING, ADDRESS_ODD, PAPER_MISSING, address="ann@")
    blocks = {"days": ["FR"], "hour": "15:00"} if ann.scripts else {"block_days": ["FR"], "block_hour": "15:00"}
    ann.fill(name="Ann Bee", address=address, paper="a4", **blocks)
    ann.press("Send me the report")
    wait_for_the_report(ann)
    letter = site.next_letter(address, 0)
    (attached,) = [part for part in letter.iter_attachments() if part.get_content_type() == "application/pdf"]
    content = attached.get_content()
    ann.open(link_in(letter, "/assessment/report/"))
    link = ann.page.get_by_role("link", name="Open the report (PDF)").get_attribute("href")
    by_link = ann.context.request.get(f"{site.url}{link}")

    assert by_link.headers["content-type"] == "application/pdf"
    assert by_link.body() == content
    assert_report_rules(content)
    calendar = calendar_of_report(content)
    assert set(re.findall(r"DTSTART:\d{8}T(\d{4})", calendar)) == {"1500", "1600"}
    assert all("FR" in days for days in re.findall(r"BYDAY=([A-Z,]+)", calendar))
    told = text_of_report(content)
    assert "Ann Bee" in told
    assert gap[1] in told


def wait_for_the_report(ann: Visitor) -> None:
    """With scripts the page changes by itself; without them there is a button."""
    if ann.scripts:
        ann.page.get_by_role("heading", name="Your report is ready").wait_for(timeout=60_000)
        return
    for _ in range(120):
        if ann.heading == "Your report is ready":
            return
        ann.page.wait_for_timeout(500)
        ann.follow("See whether it is ready")


def book(ann: Visitor, address: str) -> None:
    """The name and the result come along; nothing is typed twice."""
    ann.follow("Book a consult about this")
    if ann.scripts:
        ann.page.wait_for_url("**zone=America%2FChicago**")
    else:
        assert "All times are in New York time" in ann.said
        ann.fill(zone="America/Chicago")
        ann.press("Update the times")
    assert "All times are in Chicago time" in ann.said
    assert "Carried over from your self-assessment" in ann.said
    ann.press(ann.page.locator("button.time").nth(3))
    assert (ann.value("name"), ann.value("address")) == ("Ann Bee", address)
    assert re.search(r"You hold [\d.]+ live conversations a week; your goal needs [\d.]+", ann.said)
    ann.slip("Continue", ADDRESS_ODD, PHONE_ODD, address="ann at example", phone="call me", note="Two\nlines.")
    ann.fill(address=address, phone="+1 555 010 0199", note="My team has stopped calling.")
    ann.press("Continue")
    ann.press(re.compile("^Book "))

    assert ann.heading == "You are booked"
    assert address in ann.said


def letter_with(site: RunningSite, address: str, method: str, sequence: int) -> EmailMessage:
    """The invite with that method and sequence, by all rules."""

    def look() -> EmailMessage | None:
        for letter in site.letters(address):
            calendar = invite_of(letter)
            if calendar and calendar.one("METHOD").value == method and sequence_of(letter) == sequence:
                return letter
        return None

    letter = wait_for(look, f"{method} {sequence} to {address}")
    assert letter is not None
    assert_invite_rules(letter)
    return letter


def link_in(letter: EmailMessage, path: str) -> str:
    """The address of that kind in the text of a letter."""
    found = re.search(rf"http\S+{path}\S+", text_of(letter))
    assert found, text_of(letter)
    return found[0]


def sequence_of(letter: EmailMessage) -> int:
    return int(event_of(letter).one("SEQUENCE").value)


def start_of(letter: EmailMessage) -> datetime:
    return moment(event_of(letter), "DTSTART")


def move(ann: Visitor, booked: EmailMessage) -> None:
    ann.open(link_in(booked, "/book/consult/"))
    ann.follow("Move to another time")
    button = ann.page.locator("button.time").nth(5)
    wanted = datetime.fromisoformat(str(button.get_attribute("value")))
    assert wanted != start_of(booked)
    ann.press(button)
    ann.press(re.compile("^Move to "))

    assert ann.heading == "The new time is yours"
    local = wanted.astimezone(CHICAGO)
    assert f"{local:%A} {local.day} {local:%B %Y}" in ann.said


def look_from_the_desk(robin: Visitor, site: RunningSite, address: str) -> None:
    """The link that the start printed makes the account; the desk knows who came, from where, with what."""
    robin.open(site.welcome)
    robin.slip("Make the account", "Enter the name that visitors will see", "Enter a password", email=ACCOUNT["email"])
    robin.fill(**ACCOUNT)
    robin.press("Make the account")
    robin.open("/desk/")
    assert "Ann Bee" in robin.said
    robin.open(f"/desk/leads/?search={address}")
    robin.follow("Ann Bee")
    told = robin.said

    for words in (STORY, address, "Gap", "report", "booked", "moved"):
        assert words.lower() in told.lower(), words
    robin.open("/desk/consults/")
    assert address in robin.said


def other_hours(robin: Visitor, stranger: Visitor) -> None:
    """The picker follows the hours and the zone that the consultant sets."""
    robin.open("/desk/availability/")
    robin.slip("Save the hours", HOURS_ODD, monday="9 to five")
    days = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "14:00–16:30")
    robin.fill(zone_name="Europe/Berlin", **days)
    robin.press("Save the hours")
    assert "Your hours are saved" in robin.said

    stranger.open("/book/?zone=America/Chicago&clock=24")
    values = [button.get_attribute("value") for button in stranger.page.locator("button.time").all()]
    starts = [datetime.fromisoformat(str(value)).astimezone(BERLIN) for value in values]
    assert starts
    assert {(start.hour, start.minute) for start in starts} <= {(14, 0), (14, 30), (15, 0), (15, 30), (16, 0)}
    first = starts[0].astimezone(CHICAGO)
    assert stranger.texts("button.time")[0].find(f"{first:%H:%M}") >= 0


def cancel(ann: Visitor, moved: EmailMessage) -> None:
    ann.open(link_in(moved, "/book/consult/"))
    ann.follow(re.compile("^Cancel$"))
    ann.slip("Cancel ", "Why must be 400 characters or fewer", reason="x" * 401)
    ann.fill(reason="The week has filled up.")
    ann.press(re.compile("^Cancel "))

    assert ann.heading == "The consult is cancelled"
    assert urlsplit(ann.page.url).path.endswith("/cancelled")
    assert start_of(moved) > datetime.now(UTC)
