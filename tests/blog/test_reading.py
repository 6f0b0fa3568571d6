"""Files become stories, or a sentence with file and line; hostile text stays text."""

import os
from datetime import UTC, datetime
from pathlib import Path

import lxml.html
import pytest

from blog import markup
from blog.library import Library, read_folder, read_story
from blog.markup import render
from blog.story import StoryFault, Tag

NOW = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)
TAGS = {"habits": Tag("habits", "Habits", "What makes it happen.")}
HEAD = {
    "title": "A title",
    "date": "2026-10-01T08:00:00-04:00",
    "summary": "One sentence.",
    "author": "The site",
    "tags": "[habits]",
}


def a_file(**changes: str | None) -> str:
    head = {name: value for name, value in (HEAD | changes).items() if value is not None}
    return "---\n" + "".join(f"{name}: {value}\n" for name, value in head.items()) + "---\n\nSome words.\n"


def a_folder(folder: Path, **files: str) -> Path:
    (folder / "tags.toml").write_text('[habits]\nname = "Habits"\nintro = "What makes it happen."\n')
    for name, text in files.items():
        (folder / f"{name.replace('_', '-')}.md").write_text(text)
    return folder


FAULTS = [
    ({"title": None}, "a.md:1: the story needs a “title”"),
    ({"title": "x" * 91}, "a.md:2: the title has 91 characters; 90 are the most"),
    ({"date": "soon"}, "a.md:3: “date” is a date with time and zone, such as 2026-11-20T08:00:00-05:00"),
    ({"date": "2026-10-01"}, "a.md:3: “date” is a date with time and zone, such as 2026-11-20T08:00:00-05:00"),
    ({"date": "2026-10-01T08:00:00"}, "a.md:3: “date” needs its zone, such as -05:00 at the end"),
    ({"tags": "[weather]"}, "a.md:6: the tag “weather” is not one of habits"),
    ({"tags": "[]"}, "a.md:6: name at least one tag, as a list"),
    ({"slug": "Not A Slug"}, "a.md:7: the slug “Not A Slug” may hold small letters, digits and single hyphens only"),
    ({"draft": "maybe"}, "a.md:7: “draft” is true or false"),
    ({"former_slugs": "old"}, "a.md:7: former slugs are a list of slugs"),
]


@pytest.mark.parametrize(("changes", "sentence"), FAULTS, ids=lambda value: str(value)[:30])
def test_a_fault_is_named_with_file_and_line(changes: dict[str, str | None], sentence: str):
    with pytest.raises(StoryFault) as told:
        read_story("a.md", a_file(**changes), TAGS)

    assert str(told.value) == sentence


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("no head at all", "a.md:1: the file must begin with a head"),
        ("---\ntitle: [unclosed\n---\ntext", "a.md:4: the head is not in order"),
        ("---\ntitle: A\ncolour: red\n---\ntext", "a.md:3: there is no field “colour”"),
    ],
)
def test_a_head_that_cannot_be_read_is_named(text: str, start: str):
    with pytest.raises(StoryFault) as told:
        read_story("a.md", text, TAGS)

    assert str(told.value).startswith(start)


def test_a_broken_file_leaves_what_was_there(tmp_path: Path):
    library = Library(a_folder(tmp_path, one=a_file(), two=a_file(title="Another")))
    assert len(library.shelf().stories) == 2

    (tmp_path / "one.md").write_text("---\nbroken")

    assert {story.slug for story in library.shelf().stories} == {"one", "two"}
    assert library.shelf().faults[0].startswith("one.md:")


def test_a_changed_file_is_read_again_without_a_restart(tmp_path: Path):
    library = Library(a_folder(tmp_path, one=a_file()))
    before = library.shelf()
    assert library.shelf() is before

    (tmp_path / "one.md").write_text(a_file(title="A new title"))
    os.utime(tmp_path / "one.md", ns=(1, 1))

    assert library.shelf().stories[0].head.title == "A new title"


def test_what_is_not_out_yet_is_not_seen(tmp_path: Path):
    shelf = read_folder(
        a_folder(
            tmp_path,
            out=a_file(),
            draft=a_file(draft="true"),
            future=a_file(date="2026-10-31T22:30:01+00:00"),
            just_now=a_file(date="2026-10-31T22:30:00+00:00"),
        )
    )

    assert {story.slug for story in shelf.visible(NOW)} == {"out", "just-now"}
    assert shelf.find("draft", NOW) is None
    assert shelf.find("future", NOW) is None


def test_a_slug_is_taken_once_and_a_retired_one_never_again(tmp_path: Path):
    shelf = read_folder(
        a_folder(
            tmp_path,
            a=a_file(slug="same"),
            b=a_file(slug="same"),
            c=a_file(former_slugs="[old-name]"),
            old_name=a_file(),
        )
    )

    assert {story.slug for story in shelf.stories} == {"same", "c"}
    assert shelf.faults == (
        "b.md:1: the slug “same” is taken by a.md",
        "old-name.md:1: the slug “old-name” once belonged to “c”",
    )
    assert shelf.moved == {"old-name": "c"}


def test_dialogue_and_moral_are_elements_of_their_own():
    html = render("> Dana: Why *are* you calling?\n\n> No speaker here\n\n::: moral\nThis one. And that.\n:::\n")

    assert '<figure class="dialogue"><figcaption>Dana</figcaption><blockquote>' in html
    assert "<p>Why <em>are</em> you calling?</p>" in html
    assert html.count("figcaption") == 2
    assert '<section class="moral">\n<p>This one. And that.</p>\n</section>' in html


def test_quotes_and_dashes_are_real_ones():
    assert render('"Well" -- it\'s...') == "<p>“Well” – it’s…</p>\n"


HOSTILE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](javascript:alert(1))",
    "<img src=x onerror=alert(1)>",
    '[x](https://example.com "a\\" onmouseover=\\"alert(1)")',
    "<svg><style><!--</style><img src=x onerror=alert(1)>",
    "> <b onclick=alert(1)>Dana</b>: x",
    "> Dana<script>: x",
    "::: moral onclick=alert(1)\nx\n:::",
    "`<script>`",
    "&lt;script&gt;",
    "<style>body{display:none}</style>",
    "<iframe src=https://example.com></iframe>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_cannot_act(text: str):
    tree = lxml.html.fragment_fromstring(render(text), create_parent="div")

    for element in tree.iter():
        assert element.tag in markup.TAGS | {"div"}
        for name, value in element.attrib.items():
            assert name in {"href", "title", "class", "rel"}
            if name == "href":
                assert value.startswith(("http:", "https:", "mailto:", "/", "#"))


def test_a_line_of_the_head_is_typeset_as_text():
    story = read_story("a.md", a_file(title="\"It's not *you*, Ann -- it's <b>\""), TAGS)

    assert story.head.title == "It’s not *you*, Ann – it’s <b>"


def test_the_first_two_spoken_lines_are_known():
    text = (
        'Words.\n\n> Dana & Co: Why *now*?\n\n> No speaker here\n\n> Priya: "Because."\n>\n> And more.\n\n> Dana: Oh.\n'
    )

    story = read_story("a.md", a_file().replace("Some words.", text), TAGS)

    assert story.exchange == (("Priya", "“Because.”"), ("Dana", "Oh."))


def test_a_story_without_dialogue_has_no_exchange():
    assert read_story("a.md", a_file(), TAGS).exchange == ()
