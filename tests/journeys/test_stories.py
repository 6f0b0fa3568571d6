"""Stories read and written in a browser: every page looked at, with scripts and without."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree

import pytest
from playwright.sync_api import expect

from tests.blog.builders import a_file, a_picture
from tests.journeys.running import ROOT, RunningSite, running_site
from tests.journeys.visitor import NARROWEST, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

Come = Callable[..., Visitor]
ACCOUNT = {"name": "Ann Bee", "email": "ann@consultancy.example", "password": "three unrelated words 7"}
READING = (
    "/stories/two-chairs",
    "/stories/with-a-picture",
    "/stories/tags/habits",
    "/stories/series/the-office-on-garnet-street",
    "/stories/authors/the-conversation-gap",
    "/stories/archive/",
    "/stories/archive/2026",
    "/stories/search?q=xylophone",
)
PICTURED = 'Words.\n\n> Dana: Look.\n\n![A wide picture of dust](wide.png "Dust")\n\n::: moral\nOne. Two.\n:::'


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site with stories of its own, which can be changed."""
    place = tmp_path_factory.mktemp("site")
    stories = Path(copytree(ROOT / "blog" / "posts", place / "posts"))
    a_picture(stories / "wide.png", 1400, 700)
    head = {"image": "wide.png", "image_alt": "Dust", "tags": "[habits]", "title": "With a picture"}
    (stories / "with-a-picture.md").write_text(a_file(PICTURED, **head), "utf-8")
    with running_site(place / "instance", STORIES_PATH=str(stories)) as running:
        yield running


@pytest.mark.parametrize(
    ("scripts", "width", "scheme"),
    [(True, 1280, "light"), (True, 1280, "dark"), (False, NARROWEST, "light")],
    ids=["scripts", "dark", "no scripts"],
)
def test_every_page_can_be_read(visitor: Come, scripts: bool, width: int, scheme: str):
    ann = visitor(scripts=scripts, width=width, scheme=scheme)

    for address in READING:
        ann.open(address)
    ann.open("/stories/")
    ann.fill(q="two chairs")
    ann.press("Search")
    assert ann.heading == "Search"
    ann.follow("Two chairs")
    assert ann.heading == "Two chairs"
    ann.follow("What the card said")

    assert "Part 3 of 3" in ann.said
    assert ann.context.cookies() == []


def test_a_browser_takes_the_lightest_picture_that_is_wide_enough(visitor: Come):
    ann = visitor(width=390)
    ann.open("/stories/with-a-picture")
    ann.page.locator(".story-body picture img").scroll_into_view_if_needed()

    for picture in ann.page.locator("picture img").all():
        expect(picture).to_have_js_property("complete", True)
        chosen = picture.evaluate("image => image.currentSrc")
        assert chosen.endswith("-480.avif"), chosen
        assert picture.evaluate("image => image.naturalWidth") > 0


def test_on_paper_a_story_is_alone_with_its_links(visitor: Come):
    ann = visitor()
    ann.open("/stories/two-chairs")
    ann.page.emulate_media(media="print")

    for hidden in (".masthead", ".foot", ".related", ".beside", ".postscript form"):
        assert not ann.page.locator(hidden).first.is_visible(), hidden
    assert ann.page.locator(".postscript .ps").is_visible()
    assert "/stories/two-chairs" in ann.page.locator(".source").inner_text()


@pytest.mark.parametrize(("scripts", "width"), [(True, 1280), (False, NARROWEST)], ids=["scripts", "no scripts"])
def test_a_story_is_written(site: RunningSite, visitor: Come, scripts: bool, width: int):
    ann = visitor(scripts=scripts, width=width)
    enter(ann, site)
    ann.open("/desk/stories/")
    ann.follow("Begin a story")
    ann.slip("Begin", "Enter a title; you can change it later", title="")
    ann.fill(title=f"A call {'with' if scripts else 'without'} scripts")
    ann.press("Begin")

    ann.fill(body="> Dana: Is it *live*?\n\nIt was.")
    if scripts:
        expect(ann.page.locator(".look .dialogue em")).to_have_text("live")
    else:
        ann.press("Preview")
    assert ann.texts(".look .dialogue figcaption") == ["Dana"]
    ann.press("Save")
    assert "The story is saved." in ann.said
    ann.fill(days="7")
    ann.press("Make a link")
    ann.follow("/stories/preview/")

    assert "Draft." in ann.said
    assert ann.heading.startswith("A call")
    stem = "a-call-with-scripts" if scripts else "a-call-without-scripts"
    ann.open(f"/desk/stories/{stem}?as=file")
    ann.open(f"/dev/stories/{stem}")
    if scripts:
        path = site.instance.parent / "posts" / f"{stem}.md"
        path.write_text(path.read_text("utf-8").replace("It was.", "It certainly was."), "utf-8")
        expect(ann.page.get_by_text("It certainly was.")).to_be_visible()


def test_whoever_leaves_without_saving_is_asked(site: RunningSite, visitor: Come):
    ann = visitor()
    enter(ann, site)
    ann.open("/desk/stories/until-the-dryer")
    asked: list[str] = []
    ann.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    ann.follow("The file as it is")
    assert asked == []
    ann.follow("Back to its fields")
    ann.fill(summary="Typed and not saved.")
    ann.follow("The file as it is")

    assert asked == ["beforeunload"]


def test_whoever_is_signed_out_while_writing_is_told(site: RunningSite, visitor: Come):
    ann = visitor()
    enter(ann, site)
    ann.open("/desk/stories/until-the-dryer")
    stopped = ann.page.get_by_text("This stands still")
    expect(stopped).to_be_hidden()

    ann.page.context.clear_cookies()
    ann.fill(summary="Typed and not saved.")

    expect(stopped).to_be_visible()


def enter(ann: Visitor, site: RunningSite) -> None:
    """Whoever comes first makes the account, everybody else signs in with it."""
    ann.open("/desk/stories/")
    ann.fill(email=ACCOUNT["email"], password=ACCOUNT["password"])
    ann.press("Sign in")
    if "/sign-in" in ann.path:
        ann.open(site.welcome)
        ann.fill(**ACCOUNT)
        ann.press("Make the account")
