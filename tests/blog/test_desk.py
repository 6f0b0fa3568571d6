"""Stories written at the desk: nothing typed is lost, nothing broken is saved."""

import resource
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from blog import writing
from blog.editing import fields_of
from blog.library import Library
from blog.refusals import StoryChanged
from tests.blog.builders import a_file, a_folder, a_picture, tell
from tests.page import Page
from tests.staff.signed_in import signed_in

WORDS = "> Dana: Why are you calling?\n\nShe said why.\n\n::: moral\nOne. Two.\n:::"
EDIT = "/desk/stories/a"


@pytest.fixture
def library(app: Flask, tmp_path: Path) -> Library:
    return tell(
        app, a_folder(tmp_path, a=a_file(WORDS, title="First title", details_changed="true"), b=a_file(draft="true"))
    )


@pytest.fixture
def ann(app: Flask, library: Library) -> FlaskClient:
    return signed_in(app, "Ann Bee", "ann@example.com", "author")


def open_form(client: FlaskClient, address: str = EDIT) -> Any:
    return Page(client.get(address), client).form(0)


def file_of(library: Library, name: str = "a.md") -> str:
    return (library.folder / name).read_text("utf-8")


def test_the_list_says_how_each_story_stands(ann: FlaskClient, library: Library):
    (library.folder / "later.md").write_text(a_file(date="2027-01-05T08:00:00-05:00"))
    (library.folder / "broken.md").write_text("nothing")

    page = Page(ann.get("/desk/stories/"), ann)

    assert {row.split()[0] for row in page.texts("td:nth-child(2)")} == {"out", "draft", "to"}
    assert page.links["broken.md:1: the file must begin with a head between two lines of ---"] == "/desk/stories/broken"


@pytest.mark.parametrize(
    ("query", "titles", "tabs"),
    [
        ("", ["Later", "First title", "Øl and cold calls"], ["All 3", "Draft 1", "To come 1", "Out 1"]),
        ("?sort=title", ["First title", "Later", "Øl and cold calls"], ["All 3", "Draft 1", "To come 1", "Out 1"]),
        ("?sort=-length", ["Later", "First title", "Øl and cold calls"], ["All 3", "Draft 1", "To come 1", "Out 1"]),
        ("?state=to+come", ["Later"], ["All 3", "Draft 1", "To come 1", "Out 1"]),
        ("?search=COLD+øl", ["Øl and cold calls"], ["All 1", "Draft 1"]),
        ("?search=garnet", ["Later"], ["All 1", "To come 1"]),
        ("?search=none", [], []),
        ("?search=first&state=draft", [], ["All 1", "Draft 0", "Out 1"]),
    ],
)
def test_stories_are_looked_for_and_put_in_order(
    ann: FlaskClient, library: Library, query: str, titles: list[str], tabs: list[str]
):
    later = a_file(
        WORDS + " More." * 9, title="Later", date="2027-01-05T08:00:00-05:00", series="Garnet Street", part="1"
    )
    (library.folder / "later.md").write_text(later)
    (library.folder / "b.md").write_text(
        a_file(draft="true", title="Øl and cold calls", date="2026-01-05T08:00:00-05:00")
    )

    page = Page(ann.get(f"/desk/stories/{query}"), ann)

    assert page.texts("tbody th a") == titles
    assert page.texts(".tabs li") == tabs


def test_a_story_is_begun_as_a_draft(ann: FlaskClient, library: Library, client: FlaskClient):
    begun = Page(ann.get("/desk/stories/new"), ann).form().submit(title="A “cold” call")
    again = Page(ann.get("/desk/stories/new"), ann).form().submit(title="A cold call")

    assert begun.location == "/desk/stories/a-cold-call"
    assert library.shelf().faults == ()
    assert library.shelf().named("a-cold-call.md").head.draft
    assert Page(ann.get(begun.location), ann).heading == "A “cold” call"
    assert again.status_code == 409
    assert client.get("/stories/a-cold-call").status_code == 404


def test_what_is_saved_is_out_at_once(ann: FlaskClient, library: Library, client: FlaskClient):
    saved = open_form(ann).submit(title='Another: "title" # here', body=WORDS + "\r\n\r\nAnd more.", ps="How many?")

    assert saved.status_code == 303
    page = Page(client.get("/stories/a"), client)
    assert page.heading == "Another: “title” # here"
    assert "And more." in page.text
    assert "How many?" in page.text
    assert "The story is saved." in Page(ann.get(saved.location), ann).text
    assert "\r" not in file_of(library)
    assert (library.folder / "a.md").stat().st_mode & 0o777 == 0o644
    assert [path.name for path in library.folder.iterdir() if path.name.startswith(".")] == []


def test_saving_without_a_change_changes_no_field(ann: FlaskClient, library: Library):
    before = fields_of("a.md", file_of(library))

    open_form(ann).submit()

    assert fields_of("a.md", file_of(library)) == before


def test_of_two_who_write_neither_loses_a_word(ann: FlaskClient, app: Flask, library: Library):
    bo = signed_in(app, "Bo Chen", "bo@example.com", "owner")
    mine, theirs = open_form(ann), open_form(bo)

    assert theirs.submit(body=WORDS + "\n\nBo was here.").status_code == 303
    refused = mine.submit(body=WORDS + "\n\nAnn was here.")

    page = Page(refused, ann)
    assert refused.status_code == 409
    assert "Bo was here." in page.all("#theirs")[0].text
    assert "Ann was here." in page.all("#body")[0].text
    assert "Ann was here." in page.texts(".look")[0]
    assert "Bo was here." in file_of(library)
    assert page.form(0).submit().status_code == 303
    assert "Ann was here." in file_of(library)


def test_of_many_who_save_at_once_one_does(library: Library):
    before = file_of(library)

    def save(number: int) -> bool:
        try:
            writing.save(library.folder, "a.md", f"{before}\n{number}\n" * 50, was=writing.mark_of(before))
        except StoryChanged:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        saved = list(pool.map(save, range(24)))

    assert saved.count(True) == 1
    assert file_of(library) == f"{before}\n{saved.index(True)}\n" * 50


def test_a_change_made_in_the_folder_counts_too(ann: FlaskClient, library: Library):
    form = open_form(ann)
    (library.folder / "a.md").write_text(a_file("Written in the folder."))

    refused = form.submit(body="Written at the desk.")

    assert refused.status_code == 409
    assert "Written in the folder." in Page(refused, ann).all("#theirs")[0].text
    assert "Written in the folder." in file_of(library)


SLIPS = [
    ({"title": ""}, "Enter a title", 422),
    ({"body": " "}, "Enter the story", 422),
    ({"tags": None}, "Choose at least one subject", 422),
    ({"date": "soon"}, "Appears: enter a date and a time, like 2026-11-20 08:00", 422),
    ({"date": "2026-13-45T99:00"}, "Appears: enter a date and a time, like 2026-11-20 08:00", 422),
    ({"part": "many"}, "Type a whole number from 1 to 99, in digits", 422),
]
REFUSED = [
    ({"slug": "b"}, "a.md: the slug “b” is taken by b.md."),
    ({"slug": "Not A Slug"}, "the slug “Not A Slug” may hold small letters, digits and single hyphens only."),
    ({"series": "Calls"}, "a story of a series needs its “part”, 1 to 99."),
    ({"body": "Look: ![x](none.jpg)"}, "there is no picture “none.jpg” beside the story"),
    ({"body": "A turn \u202e here."}, "here is the character U+202E, which cannot be seen; take it out."),
    ({"updated": "2020-01-01T08:00"}, "“updated” is before “date”; a story cannot change before it appears."),
]


@pytest.mark.parametrize(("changes", "sentence", "status"), SLIPS, ids=str)
def test_a_slip_is_said_and_nothing_is_lost(
    ann: FlaskClient, library: Library, changes: dict[str, Any], sentence: str, status: int
):
    before = file_of(library)

    refused = open_form(ann).submit(**({"summary": "A sentence of mine."} | changes))

    page = Page(refused, ann)
    assert refused.status_code == status
    assert page.errors == [sentence]
    assert page.all("#summary")[0].text.strip() == "A sentence of mine."
    assert file_of(library) == before


@pytest.mark.parametrize(("changes", "sentence"), REFUSED, ids=str)
def test_what_could_not_be_read_is_not_saved(
    ann: FlaskClient, library: Library, changes: dict[str, Any], sentence: str
):
    before = file_of(library)

    refused = open_form(ann).submit(**({"summary": "A sentence of mine."} | changes))

    page = Page(refused, ann)
    assert refused.status_code == 422
    assert sentence in page.texts("[data-error-summary] li")[0]
    assert page.all("#summary")[0].text.strip() == "A sentence of mine."
    assert file_of(library) == before


def test_another_address_leaves_the_old_one_leading_to_it(ann: FlaskClient, library: Library, client: FlaskClient):
    open_form(ann).submit(slug="renamed")
    open_form(ann).submit(slug="renamed-again")

    for former in ("a", "renamed"):
        hop = client.get(f"/stories/{former}")
        assert (hop.status_code, hop.location) == (301, "/stories/renamed-again")
    open_form(ann, "/desk/stories/b").submit(slug="other")
    assert client.get("/stories/b").status_code == 404


def test_the_preview_is_made_by_the_same_renderer_and_saves_nothing(
    ann: FlaskClient, library: Library, client: FlaskClient
):
    before = file_of(library)
    typed = WORDS + '\n\n<script>alert(1)</script> "quoted"'

    shown = open_form(ann).submit(button=("act", "preview"), body=typed)

    page = Page(shown, ann)
    assert shown.status_code == 200
    assert page.texts(".look .dialogue figcaption") == ["Dana"]
    assert "<script>alert(1)</script> “quoted”" in page.text
    assert file_of(library) == before
    open_form(ann).submit(body=typed)
    assert page.texts(".look .story-body") == Page(client.get("/stories/a"), client).texts(".story-body")


def test_while_typing_a_piece_of_the_page_comes_back(ann: FlaskClient, library: Library):
    form = open_form(ann)
    values = {**form.values, "body": ["Typed *now*."]}

    piece = ann.post("/desk/stories/a/look", data=values).get_json()["html"]
    broken = ann.post("/desk/stories/a/look", data={**values, "slug": ["b"]}).get_json()["html"]

    assert "<em>now</em>" in piece
    assert "<html" not in piece
    assert "taken by b.md" in broken


@contextmanager
def a_full_disk(room: int) -> Iterator[None]:
    """No file grows beyond so many bytes, as on a disk that is full."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_on_a_full_disk_nothing_is_lost(ann: FlaskClient, library: Library):
    before = file_of(library)
    form = open_form(ann)

    with a_full_disk(200):
        refused = form.submit(body=WORDS + "\n\nTyped with care.")

    page = Page(refused, ann)
    assert refused.status_code == 507
    assert "The disk is full" in page.texts("[data-error-summary] li")[0]
    assert "Typed with care." in page.all("#body")[0].text
    assert file_of(library) == before
    assert [path.name for path in library.folder.iterdir() if path.name.startswith(".")] == []
    assert page.form(0).submit().status_code == 303
    assert "Typed with care." in file_of(library)


def send_picture(client: FlaskClient, raw: bytes, name: str, **changes: str) -> TestResponse:
    values = {**open_form(client).values, **{key: [value] for key, value in changes.items()}, "act": ["picture"]}
    data = {**values, "picture": (BytesIO(raw), name)}
    response = client.post(EDIT, data=data, content_type="multipart/form-data")
    response.request.environ["wsgi.input"].close()  # a file, where much was sent
    return response


def test_a_picture_is_added_and_what_was_typed_stays(
    ann: FlaskClient, library: Library, client: FlaskClient, tmp_path: Path
):
    raw = a_picture(tmp_path / "source.png", 900, 600).read_bytes()

    page = Page(send_picture(ann, raw, "My Desk.PNG", summary="Not saved yet."), ann)

    assert "![What it shows](my-desk.png)" in page.text
    assert page.all("#summary")[0].text.strip() == "Not saved yet."
    assert (library.folder / "my-desk.png").read_bytes() == raw
    saved = page.form(0).submit(image="my-desk.png", image_alt="A desk", body="Words.\n\n![It](my-desk.png)")
    assert saved.status_code == 303
    shown = Page(client.get("/stories/a"), client)
    assert [image.get("loading") for image in shown.all("img")] == [None, "lazy"]
    other = Page(send_picture(ann, a_picture(tmp_path / "o.png", 300, 300).read_bytes(), "my-desk.png"), ann)
    assert "my-desk-2.png" in other.text


@pytest.mark.parametrize(
    ("raw", "name", "sentence"),
    [
        (b"", "", "Choose a picture first"),
        (b"no picture", "x.jpg", "“x.jpg” is no JPEG, PNG, WebP or AVIF picture, or a broken one."),
        (b"<svg/>", "x.svg", "A picture is a JPEG, PNG, WebP or AVIF file."),
        (b"x" * (15 * 1024 * 1024 + 1), "x.jpg", "The picture “x.jpg” is larger than 15 megabytes."),
    ],
    ids=["none", "text", "drawing", "huge"],
)
def test_what_is_no_picture_is_refused(ann: FlaskClient, library: Library, raw: bytes, name: str, sentence: str):
    before = sorted(path.name for path in library.folder.iterdir())

    refused = send_picture(ann, raw, name, summary="Not saved yet.")

    page = Page(refused, ann)
    assert refused.status_code == 422
    assert page.errors == [sentence]
    assert page.all("#summary")[0].text.strip() == "Not saved yet."
    assert sorted(path.name for path in library.folder.iterdir()) == before


def test_a_file_that_cannot_be_taken_apart_is_shown_as_it_is(ann: FlaskClient, library: Library):
    (library.folder / "a.md").write_text("---\ntitle: [unclosed\n---\n\nText.\n")

    page = Page(ann.get(EDIT), ann)
    assert "[unclosed" in page.all("#text")[0].text
    refused = page.form(0).submit()
    assert refused.status_code == 422
    assert page.form(0).submit(text=a_file(WORDS, title="In order")).status_code == 303

    assert Page(ann.get(EDIT), ann).heading == "In order"


def test_links_to_a_draft_are_made_and_taken_back(ann: FlaskClient, library: Library, client: FlaskClient):
    made = Page(ann.get("/desk/stories/b"), ann).form("/links").submit(days="7")
    page = Page(ann.get(made.location), ann)
    (address,) = [link for link in page.links.values() if link.startswith("/stories/preview/")]

    assert client.get(address).status_code == 200
    page = Page(ann.get(page.form("/end").submit().location), ann)

    assert "The link leads nowhere any more." in page.text
    assert client.get(address).status_code == 410
    assert "Choose for how long" in Page(ann.get(page.form("/links").submit().location), ann).text
    assert "/stories/preview/" not in ann.get(EDIT).get_data(as_text=True)


@pytest.mark.parametrize("address", ["/desk/stories/", "/desk/stories/new", EDIT])
def test_who_only_consults_does_not_write(app: Flask, library: Library, address: str):
    consultant = signed_in(app, "Cy Dell", "cy@example.com", "consultant")

    assert consultant.get(address).status_code == 403


@pytest.mark.parametrize("stem", ["none", "..", "tags.toml", ".hidden", "%2e%2e%2fapp", "a" * 300])
def test_only_stories_are_opened(ann: FlaskClient, library: Library, stem: str):
    assert ann.get(f"/desk/stories/{stem}").status_code == 404


LINE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), min_size=1, max_size=40)


@given(LINE, LINE, st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60), st.booleans())
def test_whatever_is_typed_is_the_same_when_it_is_opened_again(title: str, ps: str, body: str, draft: bool):
    date = fields_of("a.md", a_file()).date
    typed = writing.Written(title, date, "One.", "Ann", ("habits",), body.strip(), ps=ps, draft=draft)

    found = fields_of("a.md", writing.compose(typed))

    def seen(text: str) -> str:
        return " ".join(unicodedata.normalize("NFC", text).split())

    assert found is not None
    assert (found.title, found.ps, found.draft) == (seen(title), seen(ps), draft)
    assert seen(found.body) == seen(body)


def test_whatever_stands_in_a_field_comes_back_as_it_was():
    odd = 'He said: "no" \\ # {yes} [x] & *y* | > % @ `z` — ü\u00a0…'
    text = writing.compose(
        writing.Written(odd, fields_of("a.md", a_file()).date, odd, odd, ("habits",), "Text", ps=odd, image_alt=odd)
    )

    found = fields_of("a.md", text)

    assert (found.title, found.summary, found.author, found.ps) == (odd.replace("\u00a0", " "),) * 4
