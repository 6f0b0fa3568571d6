"""A consult is booked without a mouse, on a dark screen."""

from collections.abc import Callable

import pytest

from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MOST_TABS = 40
WHERE = """() => {
  const at = document.activeElement;
  const name = at.labels?.[0]?.innerText || at.getAttribute("aria-label") || at.textContent;
  return at === document.body ? "" : name.replace(/\\s+/g, " ").trim();
}"""
OUTLINED = """() => {
  const at = document.activeElement;
  return [at, at.closest(".choice")].some(one => one && getComputedStyle(one).outlineStyle !== "none");
}"""


def tab_to(ann: Visitor, name: str) -> None:
    """Press Tab until something of that name has the focus; wherever it stops on the way it must be seen."""
    passed: list[str] = []
    for _ in range(MOST_TABS):
        ann.page.keyboard.press("Tab")
        passed.append(ann.page.evaluate(WHERE))
        assert ann.page.evaluate(OUTLINED), f"the focus cannot be seen on {passed[-1]!r}"
        if name in passed[-1]:
            return
    raise AssertionError(f"{name!r} was not among {passed}")


def press_enter(ann: Visitor) -> None:
    with ann.page.expect_navigation() as navigation:
        ann.page.keyboard.press("Enter")
    ann.arrive(navigation.value)


def test_a_consult_is_booked_with_the_keyboard_alone(visitor: Callable[..., Visitor]):
    ann = visitor(scheme="dark")
    ann.open("/")
    tab_to(ann, "Skip to the content")
    ann.page.keyboard.press("Enter")
    tab_to(ann, "Book a consult")
    press_enter(ann)
    ann.page.wait_for_url("**zone=America%2FChicago**")
    tab_to(ann, "Skip to the content")
    ann.page.keyboard.press("Enter")
    tab_to(ann, "Time zone")
    tab_to(ann, "Clock")
    tab_to(ann, "Update the times")
    tab_to(ann, ":00")
    wanted = ann.page.evaluate(WHERE)
    press_enter(ann)

    tab_to(ann, "Full name")
    ann.page.keyboard.type("Kay Stroke")
    tab_to(ann, "E-mail address")
    ann.page.keyboard.type("kay@example.org")
    press_enter(ann)
    assert ann.heading == "Check before you book"
    tab_to(ann, "Change E-mail address")
    tab_to(ann, "Book ")
    assert ann.page.evaluate(WHERE).removeprefix("Book ").split(",")[0] in wanted
    press_enter(ann)

    assert ann.heading == "You are booked"
    assert "kay@example.org" in ann.said


def test_a_slip_is_reached_and_mended_with_the_keyboard_alone(visitor: Callable[..., Visitor]):
    ann = visitor(scheme="dark")
    ann.open("/book/call-back")
    tab_to(ann, "Ask to be called back")
    press_enter(ann)
    assert ann.page.evaluate("document.activeElement.matches('[data-error-summary]')")
    tab_to(ann, "Enter your name")
    ann.page.keyboard.press("Enter")
    assert ann.page.evaluate("document.activeElement.name") == "name"
    ann.page.keyboard.type("Kay Stroke")
    tab_to(ann, "E-mail address")
    ann.page.keyboard.type("kay@example.net")
    ann.page.keyboard.press("Shift+Tab")
    ann.page.keyboard.press("Shift+Tab")
    ann.page.keyboard.press("Space")
    assert ann.page.evaluate("document.activeElement.checked")
    press_enter(ann)

    assert ann.heading == "We will get back to you"


def test_the_sign_in_tells_a_slip_without_telling_which(visitor: Callable[..., Visitor]):
    robin = visitor(scheme="dark")
    robin.open("/desk/sign-in?next=/desk/")
    robin.fill(email="robin@consultancy.example", password="not the right one")
    robin.press("Sign in")

    assert robin.texts("[data-error-summary] li") == ["This e-mail address and password do not belong together"]
    assert robin.value("email") == "robin@consultancy.example"
    assert robin.value("password") == ""
