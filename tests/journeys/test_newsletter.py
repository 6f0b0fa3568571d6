"""From a story to the list and off it again, and the consultant's side of it, in a browser."""

import re
from collections.abc import Callable

import pytest

from tests.booking.visit import text_of
from tests.journeys.running import RunningSite, wait_for
from tests.journeys.visitor import NARROWEST, ROBIN, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]

Come = Callable[..., Visitor]
TEST = "Test: The night supervisor"


@pytest.mark.parametrize(
    ("scripts", "width", "address"),
    [(True, 1280, "ann.with@example.org"), (False, NARROWEST, "ann.without@example.org")],
    ids=["with scripts", "without scripts"],
)
def test_a_reader_subscribes_and_leaves(site: RunningSite, visitor: Come, scripts: bool, width: int, address: str):
    ann = visitor(scripts=scripts, width=width)

    ann.open("/stories/the-night-supervisor")
    ann.fill(address=address)
    ann.press("Get new stories")
    assert ann.heading == "Is this your address?"
    ann.slip("Send me the mail to confirm", "Enter the e-mail address the stories should go to", address="")
    ann.fill(address=address)
    ann.page.wait_for_timeout(2100)  # nobody types an address faster
    ann.press("Send me the mail to confirm")
    assert ann.heading == "Look into your mail"

    ann.open(link_in(site, address, 0, "/newsletter/confirm/"))
    ann.press("Yes, send me the stories")
    assert ann.heading == "You are on the list"


def test_a_consultant_sends_a_story_and_a_reader_leaves(site: RunningSite, visitor: Come):
    robin, ann = visitor(), visitor()
    robin.enter()
    address = "bo@example.org"
    subscribe(site, ann, address)

    robin.open("/desk/newsletter/")
    robin.follow("The night supervisor")
    robin.press("Send a test to robin@consultancy.example")
    wait_for(lambda: [one for one in site.letters(ROBIN["email"]) if one["Subject"] == TEST], "the test letter")
    robin.slip("Continue", "Choose whether it goes out now or later")
    robin.fill(when="now")
    robin.press("Continue")
    robin.press(re.compile("^Send it now to"))

    ann.open(link_in(site, address, 1, "/newsletter/leave/"))
    ann.press("Take me off the list")
    assert ann.heading == "You are off the list"
    robin.open("/desk/newsletter/subscribers/")
    robin.follow(address)
    assert "Took it back" in robin.said


def subscribe(site: RunningSite, ann: Visitor, address: str) -> None:
    ann.open("/newsletter/")
    ann.fill(address=address)
    ann.page.wait_for_timeout(2100)
    ann.press("Send me the mail to confirm")
    ann.open(link_in(site, address, 0, "/newsletter/confirm/"))
    ann.press("Yes, send me the stories")


def link_in(site: RunningSite, address: str, after: int, part: str) -> str:
    """The link of a letter that holds that part."""
    found = re.search(rf"http\S*{part}\S*", text_of(site.next_letter(address, after)))
    assert found
    return found[0]
