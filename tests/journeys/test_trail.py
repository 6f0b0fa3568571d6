"""Where somebody came from is known to the end of their way, and nothing of it lies on their device.

At the desk they stand on a board, and their cards are dragged.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from tests.journeys.running import RunningSite
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
FIRST, SECOND, THIRD = "the-night-supervisor", "two-weeks-is-a-date", "every-spring-you-people-call"
CAMPAIGN = "utm_source=letter&utm_campaign=autumn"
STORED = """async () => [
  ...Object.keys(localStorage), ...Object.keys(sessionStorage), ...(await caches.keys()),
  ...(await indexedDB.databases()).map((one) => one.name),
  ...(await navigator.serviceWorker.getRegistrations()).map((one) => one.scope),
]"""


def touches(site: RunningSite, address: str) -> tuple[Any, ...]:
    with closing(sqlite3.connect(site.instance / "site.sqlite3", timeout=15)) as database:
        row = database.execute(
            "SELECT json_extract(first_touch, '$.story'), json_extract(first_touch, '$.landing'), "
            "json_extract(first_touch, '$.utm'), json_extract(last_touch, '$.story'), source "
            "FROM lead WHERE address = ?",
            (address,),
        ).fetchone()
    return tuple(row)


def assert_clean(ann: Visitor) -> None:
    assert ann.page.context.cookies() == []
    assert ann.page.evaluate(STORED) == []


def finish(ann: Visitor, address: str) -> None:
    ann.press("See whether it is enough")
    assert_clean(ann)
    ann.press("Start")
    ann.answer_all({})
    ann.press("Show my result")
    ann.fill(name="Ann Bee", address=address, paper="letter")
    ann.press("Send me the report")


def test_a_campaign_is_known_after_two_stories(site: RunningSite, visitor: Callable[..., Visitor]):
    ann = visitor()
    ann.open(f"/stories/{FIRST}?{CAMPAIGN}")
    assert_clean(ann)
    ann.page.locator('header a[href*="/stories/"]').first.click()
    ann.page.locator(f'main a[href*="/stories/{SECOND}"]').first.click()
    ann.page.get_by_role("button", name="See whether it is enough").wait_for()
    assert_clean(ann)
    assert "utm" not in ann.page.url.partition("#")[0]
    ann.fill(conversations="16")
    finish(ann, "ann.trail@example.com")

    story, landing, utm, last, source = touches(site, "ann.trail@example.com")
    assert (story, landing, last, source) == (SECOND, f"/stories/{FIRST}", SECOND, "letter")
    assert utm == '[["utm_source","letter"],["utm_campaign","autumn"]]'


def test_a_second_step_from_another_story_changes_the_last_touch_alone(
    site: RunningSite, visitor: Callable[..., Visitor]
):
    ann = visitor()
    ann.open(f"/stories/{FIRST}?{CAMPAIGN}")
    ann.fill(conversations="16")
    finish(ann, "cy.trail@example.com")
    before = touches(site, "cy.trail@example.com")
    again = visitor()
    again.open(f"/stories/{THIRD}?utm_source=spring")
    assert_clean(again)
    again.follow("Book a consult")
    again.page.wait_for_url("**zone=*")
    assert_clean(again)
    again.press("10:00")
    again.fill(name="Cy Bee", address="cy.trail@example.com")
    again.press("Continue")
    assert touches(site, "cy.trail@example.com") == before
    again.press("Book ")
    assert again.heading == "You are booked"

    assert before[:5] == (
        FIRST,
        f"/stories/{FIRST}",
        '[["utm_source","letter"],["utm_campaign","autumn"]]',
        FIRST,
        "letter",
    )
    assert touches(site, "cy.trail@example.com") == (*before[:3], THIRD, "spring")


def test_without_scripts_the_story_and_the_campaign_of_its_own_page_are_known(
    site: RunningSite, visitor: Callable[..., Visitor]
):
    ann = visitor(scripts=False)
    ann.open(f"/stories/{FIRST}?{CAMPAIGN}")
    ann.fill(conversations="16")
    ann.press("See whether it is enough")
    assert ann.page.context.cookies() == []
    ann.press("Start")
    ann.answer_all({})
    ann.press("Show my result")
    ann.fill(name="Bo Bee", address="bo.trail@example.com", paper="letter")
    ann.press("Send me the report")

    story, landing, utm, _, source = touches(site, "bo.trail@example.com")
    assert (story, landing, source) == (FIRST, f"/stories/{FIRST}", "letter")
    assert "autumn" in utm


@pytest.fixture
def desk(visitor: Callable[..., Visitor]) -> Callable[..., Visitor]:
    """Opens the board of somebody who works there, on which stand three who asked to be called."""
    ann = visitor()
    for name in ("Abe", "Bea", "Cleo"):
        ann.open("/book/call-back")
        ann.fill(name=f"{name} Board", address=f"{name.lower()}.board@example.com", later="month")
        ann.press("Ask to be called back")
    first = visitor()
    first.enter()
    cookies: Any = first.context.cookies()

    def come(**options: Any) -> Visitor:
        robin = visitor(width=1440, **options)
        robin.context.add_cookies(cookies)
        robin.open("/desk/leads/board?search=board")
        return robin

    return come


def cards(robin: Visitor, stage: str) -> list[str]:
    return [name.split()[0] for name in robin.texts(f'[data-stage="{stage}"] .card p:first-child a')]


def drag(robin: Visitor, name: str, stage: str) -> None:
    """Pick a card up, carry it over a column and let go, as a hand does."""
    card = robin.page.locator(".card", has_text=f"{name} Board").bounding_box()
    column = robin.page.locator(f'[data-stage="{stage}"] h2').bounding_box()
    assert card is not None and column is not None
    mouse = robin.page.mouse
    mouse.move(card["x"] + card["width"] - 12, card["y"] + 12)
    mouse.down()
    mouse.move(column["x"] + 30, column["y"] + 40, steps=6)
    mouse.move(column["x"] + 32, column["y"] + 42)
    assert robin.page.locator(f'[data-stage="{stage}"].is-over').count() == 1
    with robin.page.expect_navigation() as navigation:
        mouse.up()
    robin.arrive(navigation.value)


def test_a_card_is_dragged_and_goes_back_where_somebody_else_was_first(desk: Callable[..., Visitor]):
    robin, maya = desk(), desk(scripts=False)
    assert sorted(cards(robin, "engaged")) == ["Abe", "Bea", "Cleo"]

    drag(robin, "Abe", "client")
    assert (cards(robin, "client"), sorted(cards(robin, "engaged"))) == (["Abe"], ["Bea", "Cleo"])
    assert robin.texts(".card.is-moved .moved-here > span") == ["It was “engaged”."]
    robin.press("Take it back")
    assert (cards(robin, "client"), sorted(cards(robin, "engaged"))) == ([], ["Abe", "Bea", "Cleo"])

    card = maya.page.locator(".card", has_text="Bea Board")
    card.locator("select").select_option("new")
    maya.press(card.get_by_role("button", name="Move"))
    assert cards(maya, "new") == ["Bea"]

    drag(robin, "Bea", "client")
    assert (cards(robin, "client"), cards(robin, "new")) == ([], ["Bea"])
    assert robin.texts("[role=alert]") == [
        "Somebody else moved Bea Board while you looked. The card stands under “New”, where they put it, and not under"
        " “Client”. Move it again if you still want to."
    ]
    drag(robin, "Bea", "client")
    assert cards(robin, "client") == ["Bea"]

    robin.page.locator(".card a", has_text="Cleo Board").focus()
    with robin.page.expect_navigation() as navigation:
        robin.page.keyboard.press(">")
    robin.arrive(navigation.value)
    assert cards(robin, "consult booked") == ["Cleo"]
    assert robin.page.evaluate("document.activeElement.textContent") == "Cleo Board"
    with robin.page.expect_navigation() as navigation:
        robin.page.keyboard.press("<")
    robin.arrive(navigation.value)
    assert sorted(cards(robin, "engaged")) == ["Abe", "Cleo"]

    drag(robin, "Cleo", "closed")
    assert robin.value("stage") == "closed"
    assert robin.page.locator('main [name="reason"]').is_visible()
