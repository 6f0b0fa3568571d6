"""The hours of a week are drawn, with the pointer and with the keyboard; the fields of the form are what is sent."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from booking.hours_text import UnreadableHours, read_windows, write_windows
from tests.journeys.running import RunningSite, wait_for
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OFFICE = "9:00–12:00, 13:00–17:00"
FOCUSED = "document.activeElement.getAttribute('aria-label') || document.activeElement.name"

DRAWN = """[...document.querySelectorAll('[data-week-day="monday"] .week-hours')].map((one) => one.textContent)"""
TYPED = (
    *("", "closed", "None", "-", "9-5", "9-17", "9 am-5 pm", "9am – 5pm", "9:00—17:00", "9.15 to 10.45", "8 until 12"),
    *("9-12, 13-17", "13-17; 9-12", "9-12 and 13-17", "9-12, 11-13", "9-12, 12-15", "0:00-24:00", "24:00-2:00", "9-9"),
    *("22:00-2:00", "10 p.m. - 2 a.m.", "20-10", "18:00-10:00", "18:00-10:01", "22-2, 1-3", "22-2, 2-3", "22-9, 8-10"),
    *(
        "12 am-1 am",
        "12 pm-1 pm",
        "0 am-3",
        "13 pm-15",
        "9:60-10",
        "25-26",
        "9-12-15",
        "9",
        "whenever",
        "9 - ",
        ",",
        "9-12,",
    ),
)


@pytest.fixture(scope="module")
def cookies(chrome: Browser, site: RunningSite) -> Any:
    """What the browser of somebody who is signed in sends."""
    robin = Visitor(chrome, site)
    robin.enter()
    found = robin.context.cookies()
    robin.close()
    return found


@pytest.fixture
def week(visitor: Callable[..., Visitor], cookies: Any) -> Callable[..., "Visitor"]:
    """Opens the page of the hours; the week is that of an office."""

    def open_page(**options: Any) -> Visitor:
        robin = visitor(**options)
        robin.context.add_cookies(cookies)
        robin.open("/desk/availability/")
        robin.fill(**{day: OFFICE if day in DAYS[:5] else "" for day in DAYS})
        return robin

    return open_page


def pieces(robin: Visitor, day: str) -> Locator:
    return robin.page.locator(f'[data-week-day="{day}"] .week-hours')


def said(robin: Visitor) -> str:
    return robin.page.locator("[data-week-said]").inner_text()


def point(robin: Visitor, day: str, hour: float) -> tuple[float, float]:
    """Where on the screen that hour of a day is."""
    track = robin.page.locator(f'[data-week-day="{day}"] [data-week-track]')
    box = track.bounding_box()
    assert box is not None
    first = robin.page.locator("[data-week-axis] span").first.inner_text()
    rows = robin.page.locator("[data-week-axis] span").count()
    return box["x"] + box["width"] / 2, box["y"] + (hour - int(first.split(":")[0])) * box["height"] / rows


def drag(robin: Visitor, day: str, start: float, end: float) -> None:
    robin.page.mouse.move(*point(robin, day, start))
    robin.page.mouse.down()
    robin.page.mouse.move(*point(robin, day, (start + end) / 2))
    robin.page.mouse.move(*point(robin, day, end))
    robin.page.mouse.up()


def come_to_rest(robin: Visitor) -> None:
    """Wait until the page no longer scrolls."""

    def rests() -> bool:
        before = robin.page.evaluate("scrollY")
        robin.page.wait_for_timeout(100)
        return bool(robin.page.evaluate("scrollY") == before)

    wait_for(rests, "the page to rest")


def bring(robin: Visitor, day: str, hour: float) -> tuple[float, float]:
    """Scroll until that hour of a day is half way down the screen; gives where it is."""
    come_to_rest(robin)
    robin.page.evaluate("by => window.scrollBy({top: by, behavior: 'instant'})", point(robin, day, hour)[1] - 450)
    come_to_rest(robin)
    return point(robin, day, hour)


def test_hours_are_drawn_moved_stretched_and_removed_with_the_pointer(week: Callable[..., Visitor]):
    robin = week()
    robin.page.locator("[data-week-editor]").scroll_into_view_if_needed()

    drag(robin, "saturday", 10, 12.5)
    assert robin.value("saturday") == "10:00–12:30"
    assert said(robin) == "Added Saturday, 10:00 to 12:30. Not saved yet."
    drag(robin, "saturday", 11, 12)
    assert robin.value("saturday") == "11:00–13:30"
    drag(robin, "saturday", 13.45, 15.2)
    assert robin.value("saturday") == "11:00–15:15"
    drag(robin, "saturday", 11.05, 9.55)
    assert robin.value("saturday") == "9:30–15:15"
    robin.page.mouse.click(*point(robin, "sunday", 9.3))
    assert robin.value("sunday") == "9:00–10:00"
    pieces(robin, "sunday").hover()
    robin.page.get_by_role("button", name="Remove Sunday, 9:00 to 10:00").click()
    assert robin.value("sunday") == ""
    robin.press("Save the hours")

    assert "Your hours are saved" in robin.said
    assert robin.value("saturday") == "9:30–15:15"
    assert pieces(robin, "saturday").all_inner_texts() == ["9:30–15:15"]


def test_hours_do_not_run_into_each_other(week: Callable[..., Visitor]):
    robin = week()
    robin.page.locator("[data-week-editor]").scroll_into_view_if_needed()

    drag(robin, "monday", 10, 15)

    assert robin.value("monday") == "10:00–13:00, 13:00–17:00"
    pieces(robin, "monday").first.focus()
    robin.page.keyboard.press("Shift+ArrowDown")
    assert robin.value("monday") == "10:00–13:00, 13:00–17:00"
    assert said(robin) == "No room there. Monday, 10:00 to 13:00 stays."
    drag(robin, "monday", 17.75, 16)
    assert robin.value("monday") == "10:00–13:00, 13:00–17:00, 17:00–17:45"


def test_hours_are_changed_with_the_keyboard_alone(week: Callable[..., Visitor]):
    robin = week(scheme="dark")
    keys = robin.page.keyboard

    pieces(robin, "monday").first.focus()
    keys.press("ArrowUp")
    assert robin.value("monday") == "8:45–11:45, 13:00–17:00"
    keys.press("Shift+ArrowDown")
    keys.press("Shift+ArrowLeft")
    assert robin.value("monday") == "8:30–12:00, 13:00–17:00"
    assert said(robin) == "Monday, 8:30 to 12:00. Not saved yet."
    keys.press("ArrowRight")
    assert robin.page.evaluate(FOCUSED) == "Monday, 13:00 to 17:00"
    keys.press("Delete")
    assert robin.value("monday") == "8:30–12:00"
    assert said(robin) == "Removed Monday, 13:00 to 17:00. Not saved yet."
    assert robin.page.evaluate(FOCUSED) == "Monday, 8:30 to 12:00"
    keys.press("Delete")
    assert robin.page.evaluate("document.activeElement.innerText.trim()").endswith("Add hours on Monday")
    keys.press("Enter")
    assert robin.value("monday") == "9:00–10:00"
    assert robin.page.evaluate(FOCUSED) == "Monday, 9:00 to 10:00"
    keys.press("Enter")
    assert robin.page.evaluate(FOCUSED) == "monday"
    robin.press("Save the hours")

    assert robin.value("monday") == "9:00–10:00"


def test_one_stop_of_the_tab_key_leads_to_all_hours(week: Callable[..., Visitor]):
    robin = week()

    stops = robin.page.locator('.week-hours[tabindex="0"]')
    assert stops.count() == 1
    pieces(robin, "wednesday").last.focus()

    assert stops.get_attribute("aria-label") == "Wednesday, 13:00 to 17:00"
    robin.page.keyboard.press("Home")
    assert stops.get_attribute("aria-label") == "Monday, 9:00 to 12:00"


def test_a_night_reaches_into_the_next_day(week: Callable[..., Visitor]):
    robin = week()
    robin.fill(friday="10 pm–11 pm")

    pieces(robin, "friday").focus()
    for _ in range(8):
        robin.page.keyboard.press("Shift+ArrowDown")

    assert robin.value("friday") == "22:00–1:00"
    assert said(robin) == "Friday, 22:00 to 1:00 on the next day. Not saved yet."


def test_what_is_typed_is_drawn_and_what_cannot_be_read_is_left_alone(week: Callable[..., Visitor]):
    robin = week()

    robin.fill(tuesday="9.30 to 11 and 2 p.m. until 4 p.m.", thursday="whenever")

    assert pieces(robin, "tuesday").all_inner_texts() == ["9:30–11:00", "14:00–16:00"]
    assert pieces(robin, "thursday").count() == 0
    assert robin.page.get_by_role("button", name="Add hours on Thursday").is_disabled()
    assert robin.value("thursday") == "whenever"
    robin.fill(thursday="8-9")
    assert pieces(robin, "thursday").all_inner_texts() == ["8:00–9:00"]


@pytest.mark.parametrize("part", [0, 1])
def test_the_picture_reads_hours_as_the_server_does(week: Callable[..., Visitor], part: int):
    robin = week()
    robin.fill(tuesday="")

    for typed in TYPED[part::2]:
        robin.fill(monday=typed)
        try:
            meant = write_windows(read_windows(typed))
        except UnreadableHours:
            meant = "unreadable"
        unreadable = robin.page.locator('[data-week-day="monday"].is-unreadable').count()
        drawn = "unreadable" if unreadable else ", ".join(robin.page.evaluate(DRAWN))
        assert drawn == meant, typed


def test_on_a_phone_one_day_is_drawn_at_a_time(week: Callable[..., Visitor]):
    robin = week(width=390)
    assert robin.page.locator(".week-track:visible").count() == 1

    robin.page.locator("[data-week-show]", has_text="Sat").click()
    robin.page.get_by_role("button", name="Add hours on Saturday").click()

    assert robin.value("saturday") == "9:00–10:00"
    pieces(robin, "saturday").focus()
    robin.page.keyboard.press("ArrowLeft")
    assert robin.page.evaluate(FOCUSED) == "Friday, 13:00 to 17:00"
    assert pieces(robin, "friday").last.is_visible()


def test_a_finger_that_scrolls_over_the_hours_changes_none(week: Callable[..., Visitor]):
    robin = week(width=390)
    finger = robin.context.new_cdp_session(robin.page)
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y} for x, y in places]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    for hour in (10.0, 12.4):
        x, y = bring(robin, "monday", hour)
        before = robin.page.evaluate("scrollY")
        touch("touchStart", (x, y))
        for step in range(1, 9):
            touch("touchMove", (x, y - 20 * step))
        touch("touchEnd")
        come_to_rest(robin)
        assert robin.page.evaluate("scrollY") > before
        assert robin.value("monday") == OFFICE
    touch("touchStart", bring(robin, "monday", 12.4))
    touch("touchEnd")
    expect(pieces(robin, "monday")).to_have_count(3)

    assert robin.value("monday") == "9:00–12:00, 12:00–13:00, 13:00–17:00"


def test_without_scripts_the_fields_are_all_there_is(week: Callable[..., Visitor]):
    robin = week(scripts=False)

    assert not robin.page.locator("[data-week-editor]").is_visible()
    robin.fill(sunday="10-11")
    robin.press("Save the hours")

    assert robin.value("sunday") == "10:00–11:00"
