"""Every page of the desk in a browser: read by axe, 320 px wide, each place that takes the focus seen to have it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from app import create_app
from desk import first_run
from kit import clock, jobs, schema
from kit.db import db
from tests.conftest import some_settings
from tests.desk.crowd import Crowd, fill, stories
from tests.journeys.desk_pages import pages_of
from tests.journeys.desk_shots import served
from tests.journeys.visitor import NARROWEST, OVERFLOW, Inspector
from tests.kit.smtp import free_port
from tests.staff.signed_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

FEW = 3
REFUSED = "status of 409"  # a consult that has begun can no longer be moved: a page as well
# What the Tab key comes to, in its order, and which of it shows nothing when it has the focus.
UNSEEN = """() => {
  const reached = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
    .filter(one => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({visibilityProperty: true}));
  const shows = one => {
    one.focus({focusVisible: true});
    const around = [one, one.closest(".choice, .tick-time")];
    const marked = around.some(at => at && getComputedStyle(at).outlineStyle !== "none");
    const box = one.getBoundingClientRect();
    return document.activeElement === one && marked && box.width > 0 && box.height > 0;
  };
  return [...reached.filter(one => one.tabIndex > 0).map(one => "out of order: " + one.outerHTML.slice(0, 120)),
          ...reached.filter(one => !shows(one)).map(one => "not seen: " + one.outerHTML.slice(0, 120))];
}"""


@pytest.fixture(scope="module")
def robin(chrome: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, str, Crowd]]:
    """The owner at a desk with a few rows of everything: a page of theirs, the address of the site, what is on it."""
    folder = tmp_path_factory.mktemp("desk")
    port = free_port()
    told = stories(FEW, folder / "stories", at=clock.now())
    url = f"http://127.0.0.1:{port}"
    app = create_app(some_settings(folder, f"sqlite:///{folder}/site.sqlite3", BASE_URL=url, STORIES_PATH=str(told)))
    with app.app_context():
        schema.migrate()
        jobs.queue().prepare()
        first_run.prepare(at=clock.now())
        client = signed_in(app)
        crowd = fill(FEW, at=clock.now())
        db.session.remove()
    cookie = client.get_cookie("site")
    assert cookie is not None
    with served(app, port):
        context = chrome.new_context(timezone_id="America/New_York", locale="en-US", reduced_motion="reduce")
        context.add_cookies([{"name": "site", "value": cookie.value, "url": url}])
        yield context.new_page(), url, crowd
        context.close()
    with app.app_context():
        jobs.queue().close()
        db.session.remove()
        db.engine.dispose()


def test_every_page_of_the_desk_can_be_read_and_used_by_everybody(robin: tuple[Page, str, Crowd], inspector: Inspector):
    page, url, crowd = robin
    faults: list[tuple[str, object]] = []
    page.on("pageerror", lambda fault: faults.append((page.url, str(fault))))
    page.on(
        "console", lambda said: said.type != "error" or REFUSED in said.text or faults.append((page.url, said.text))
    )
    for number, (name, address) in enumerate(pages_of(crowd, FEW).items()):
        page.emulate_media(color_scheme=("light", "dark")[number % 2])
        page.set_viewport_size({"width": NARROWEST, "height": 900})
        page.goto(url + address)
        if (wider := page.evaluate(OVERFLOW)) > 0:
            faults.append((name, f"{wider} px too wide"))
        page.set_viewport_size({"width": 1280, "height": 900})
        faults += [(name, fault) for fault in inspector.read(page)]
        page.keyboard.press("Tab")
        faults += [(name, fault) for fault in page.evaluate(UNSEEN)]

    assert not faults, "\n".join(map(str, faults))


def test_a_morning_at_the_desk_goes_without_a_mouse(robin: tuple[Page, str, Crowd]):
    page, url, _ = robin
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{url}/desk/")

    def press(*keys: str) -> None:
        for key in keys:
            page.keyboard.press(key)

    def leave_by(key: str) -> None:
        with page.expect_navigation():
            page.keyboard.press(key)

    press("?")
    assert page.locator("#keys").is_visible()
    press("Escape")
    assert not page.locator("#keys").is_visible()
    press("/")
    page.keyboard.type("carla")
    leave_by("Enter")
    assert page.locator("tbody tr").count() == 1
    press("j")
    leave_by("Enter")
    assert page.locator("h1").inner_text().startswith("Carla")
    press("n")
    page.keyboard.type("Rang back: likes two weeks.")
    press("Tab")
    leave_by("Enter")
    assert "Rang back: likes two weeks." in page.locator(".timeline").inner_text()
    leave_by("l")
    names = page.locator("tbody th a").all_inner_texts()
    page.locator("thead a", has_text="Name").focus()
    leave_by("Enter")
    assert page.locator("tbody th a").all_inner_texts() == sorted(names)
    page.locator("thead a", has_text="Name").focus()
    leave_by("Enter")
    assert page.locator("tbody th a").all_inner_texts() == sorted(names, reverse=True)
    leave_by("t")
    assert page.url == f"{url}/desk/"
