"""Files become stories, or a sentence with file and line; hostile text stays text."""

import os
import re
import tempfile
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from xml.etree import ElementTree

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog import markup
from blog.head import FIELDS, StoryFault
from blog.library import Library
from blog.markup import render
from blog.reading import read_folder, read_story
from tests.blog.builders import TAGS, a_file, a_folder, a_picture, a_shelf

NOW = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)


FAULTS = [
    ({"title": None}, "a.md:1: the story needs a “title”"),
    ({"title": "x" * 91}, "a.md:2: the title has 91 characters; 90 are the most"),
    ({"date": "soon"}, "a.md:3: “date” is a date with time and zone, such as 2026-11-20T08:00:00-05:00"),
    ({"date": "2026-10-01"}, "a.md:3: “date” is a date with time and zone, such as 2026-11-20T08:00:00-05:00"),
    ({"date": "2026-10-01T08:00:00"}, "a.md:3: “date” needs its zone, such as -05:00 at the end"),
    ({"tags": "[weather]"}, "a.md:6: the tag “weather” is not one of habits, listening, follow-up"),
    ({"tags": "[]"}, "a.md:6: name at least one tag, as a list"),
    ({"slug": "Not A Slug"}, "a.md:7: the slug “Not A Slug” may hold small letters, digits and single hyphens only"),
    ({"draft": "maybe"}, "a.md:7: “draft” is true or false"),
    ({"former_slugs": "old"}, "a.md:7: former slugs are a list of slugs"),
    ({"former_slugs": "[a]"}, "a.md:7: “a” is the present slug and cannot be a former one too"),
    ({"date": "0001-01-01T00:00:00+23:00"}, "a.md:3: “date” is in the year 1; years are from 1970 to 2200"),
    ({"date": "2026-13-45T00:00:00-05:00"}, "a.md:1: the head is not in order: month must be in 1..12"),
    ({"tags": "&x [*x]"}, "a.md:6: the tag “[[...]]” is not one of habits, listening, follow-up"),
    ({"tags": "[{a: b}]"}, "a.md:6: the tag “{'a': 'b'}” is not one of habits, listening, follow-up"),
    ({"slug": "search"}, "a.md:7: “search” is a page of its own; choose another slug"),
    ({"slug": "a" * 81}, "a.md:7: the slug has 81 characters; 80 are the most"),
    ({"tags": "[habits, habits]"}, "a.md:6: a tag stands there twice"),
    ({"title": "2026"}, "a.md:2: “title” must be text; put it between quotation marks"),
    ({"title": "[a, b]"}, "a.md:2: “title” must be text; put it between quotation marks"),
    ({"title": '"  "'}, "a.md:2: the story needs a “title”"),
    ({"title": '"a \\u202e b"'}, "a.md:2: the title holds the character U+202E, which cannot be seen; take it out"),
    ({"title": '"a \\ud800 b"'}, "a.md:2: the head is not in order: found invalid Unicode character escape code"),
    ({"ps": "x" * 601}, "a.md:7: the ps has 601 characters; 600 are the most"),
    ({"ps": "5"}, "a.md:7: “ps” must be text; put it between quotation marks"),
    ({"updated": "soon"}, "a.md:7: “updated” is a date with time and zone, such as 2026-11-20T08:00:00-05:00"),
    (
        {"updated": "2026-09-01T08:00:00-04:00"},
        "a.md:7: “updated” is before “date”; a story cannot change before it appears",
    ),
    ({"part": "2"}, "a.md:7: “part” says which part of a series this is; name the “series” too"),
    ({"series": "Cold calls"}, "a.md:7: a story of a series needs its “part”, 1 to 99"),
    ({"series": "Cold calls", "part": "first"}, "a.md:8: a story of a series needs its “part”, 1 to 99"),
    ({"series": "…", "part": "1"}, "a.md:7: the name of a series needs letters or digits"),
    ({"image_alt": "A desk"}, "a.md:7: “image_alt” describes an “image”; name that too"),
    ({"image": "desk.jpg"}, "a.md:7: an image needs an “image_alt”: what it shows, for whoever cannot see it"),
    ({"image": "desk.jpg", "image_alt": "A desk"}, "a.md:7: there is no picture “desk.jpg” beside the story"),
    (
        {"image": "../desk.jpg", "image_alt": "A desk"},
        "a.md:7: “image” is the name of a JPEG, PNG, WebP or AVIF file in the stories' folder",
    ),
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
        ("---\ntitle: [unclosed\n---\ntext", "a.md:3: the head is not in order"),
        ("---\ntitle: A\n\tdraft: true\n---\ntext", "a.md:3: the head is not in order: the line begins with a tab"),
        ("---\ntitle: A\ncolour: red\n---\ntext", "a.md:3: there is no field “colour”"),
        ("---\ntitle: A\ntitle: B\n---\ntext", "a.md:3: “title” stands there twice"),
        ("---\n- a list\n---\ntext", "a.md:1: the file must begin with a head"),
        ("---\n7: seven\n---\ntext", "a.md:1: the head is not in order"),
        (a_file(words="A line.\n\nA \u202e turn."), "a.md:11: here is the character U+202E"),
        (a_file(words="A line.\n\n![A desk](desk.jpg)"), "a.md:11: there is no picture “desk.jpg”"),
        (a_file(words="![A desk](https://www.example.com/desk.jpg)"), "a.md:9: there is no picture “https://www."),
        (a_file(words=" "), "a.md:9: the story has no text"),
    ],
)
def test_a_head_that_cannot_be_read_is_named(text: str, start: str):
    with pytest.raises(StoryFault) as told:
        read_story("a.md", text, TAGS)

    assert str(told.value).startswith(start)


def test_a_broken_file_leaves_what_was_there(tmp_path: Path):
    library = Library(a_folder(tmp_path, one=a_file(), two=a_file(title="Another")), look_every=0)
    assert len(library.shelf().stories) == 2

    (tmp_path / "one.md").write_text("---\nbroken")

    assert {story.slug for story in library.shelf().stories} == {"one", "two"}
    assert library.shelf().faults[0].startswith("one.md:")


def test_a_changed_file_is_read_again_without_a_restart(tmp_path: Path):
    library = Library(a_folder(tmp_path, one=a_file()), look_every=0)
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
            c=a_file(former_slugs="[old-name, older]"),
            d=a_file(former_slugs="[older]"),
            old_name=a_file(),
        )
    )

    assert {story.slug for story in shelf.stories} == {"same", "c", "d"}
    assert shelf.faults == (
        "b.md:1: the slug “same” is taken by a.md",
        "old-name.md:1: the slug “old-name” once belonged to “c”",
        "d.md:1: the former slug “older” leads to “c” already",
    )
    assert shelf.moved == {"old-name": "c", "older": "c"}


def test_whoever_had_a_slug_keeps_it(tmp_path: Path):
    library = Library(a_folder(tmp_path, m=a_file(slug="wanted", title="First")), look_every=0)
    library.shelf()

    (tmp_path / "a.md").write_text(a_file(slug="wanted", title="Second"))

    assert [story.head.title for story in library.shelf().stories] == ["First"]
    assert library.shelf().faults == ("a.md:1: the slug “wanted” is taken by m.md",)


def test_a_slug_goes_to_the_file_of_that_name_where_nobody_had_it(tmp_path: Path):
    shelf = read_folder(a_folder(tmp_path, another=a_file(slug="two-chairs"), two_chairs=a_file(title="Chairs")))

    assert [story.head.title for story in shelf.stories] == ["Chairs"]
    assert shelf.faults == ("another.md:1: the slug “two-chairs” is taken by two-chairs.md",)


def test_two_stories_cannot_be_the_same_part(tmp_path: Path):
    part = {"series": "Cold calls", "part": "1"}
    shelf = read_folder(a_folder(tmp_path, a=a_file(**part), b=a_file(**part)))

    assert len(shelf.stories) == 2
    assert shelf.faults == ("b.md:1: part 1 of “Cold calls” is a.md already",)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (a_file().encode() + b"\xff\xfe", "a.md:10: the file is not written in UTF-8"),
        (a_file().encode() + b"x" * 1_000_001, "a.md:1: the file is larger than a megabyte; a story is a few pages"),
    ],
    ids=["bytes", "size"],
)
def test_a_file_that_is_no_text_is_named(tmp_path: Path, raw: bytes, sentence: str):
    a_folder(tmp_path, b=a_file())
    (tmp_path / "a.md").write_bytes(raw)

    shelf = read_folder(tmp_path)

    assert shelf.faults == (sentence,)
    assert [story.slug for story in shelf.stories] == ["b"]


def test_a_mark_of_order_and_other_line_ends_do_no_harm(tmp_path: Path):
    a_folder(tmp_path)
    (tmp_path / "a.md").write_bytes(b"\xef\xbb\xbf" + a_file(words="Cafe\u0301.").replace("\n", "\r\n").encode())

    (story,) = read_folder(tmp_path).stories

    assert story.html == "<p>Caf\u00e9.</p>\n"


@pytest.mark.parametrize(
    ("tags", "sentence"),
    [
        ("[habits", "tags.toml:1: Expected ']' at the end of a table declaration (at line 1, column 8)"),
        ("[habits]\nname = 'Habits'", "tags.toml:1: a tag has no 'intro'"),
        ("habits = 1", "tags.toml:1: each tag is a table with “name” and “intro”, both text"),
    ],
)
def test_broken_subjects_leave_what_was_there(tmp_path: Path, tags: str, sentence: str):
    library = Library(a_folder(tmp_path, a=a_file()), look_every=0)
    library.shelf()

    (tmp_path / "tags.toml").write_text(tags)

    assert [story.slug for story in library.shelf().stories] == ["a"]
    assert library.shelf().faults == (sentence.replace("(at line 1, column 8)", "(at end of document)"),) or (
        library.shelf().faults == (sentence,)
    )


def test_a_folder_that_goes_away_leaves_what_was_there(tmp_path: Path):
    folder = tmp_path / "posts"
    folder.mkdir()
    library = Library(a_folder(folder, a=a_file()), look_every=0)
    library.shelf()

    folder.rename(tmp_path / "elsewhere")

    assert [story.slug for story in library.shelf().stories] == ["a"]
    assert library.shelf().faults == ("tags.toml:1: the subjects cannot be read (No such file or directory)",)


def test_the_folder_is_looked_at_once_a_second_at_most(tmp_path: Path):
    library = Library(a_folder(tmp_path, a=a_file()))
    library.shelf()

    (tmp_path / "b.md").write_text(a_file())

    assert len(library.shelf().stories) == 1
    assert len(library.renewed().stories) == 2


def test_only_what_has_changed_is_read_again(tmp_path: Path):
    library = Library(a_folder(tmp_path, a=a_file(), b=a_file()), look_every=0)
    before = {story.slug: story for story in library.shelf().stories}

    (tmp_path / "b.md").write_text(a_file(title="Another"))

    after = {story.slug: story for story in library.shelf().stories}
    assert after["a"] is before["a"]
    assert after["b"].head.title == "Another"


def test_a_picture_is_shown_in_the_formats_browsers_choose_from(tmp_path: Path):
    a_folder(tmp_path, a=a_file(words='Words.\n\n![A "desk"](desk.jpg "Where he\'d sat")\n\nAnd ![](desk.jpg) inline.'))
    a_picture(tmp_path / "desk.jpg", 1000, 500)

    (story,) = read_folder(tmp_path).stories

    tree = lxml.html.fragment_fromstring(story.html, create_parent="div")
    first, second = tree.iter("img")
    assert [source.get("type") for source in tree.iter("source")] == ["image/avif", "image/webp"] * 2
    assert (first.get("width"), first.get("height"), first.get("alt")) == ("1000", "500", "A “desk”")
    assert [one.split()[1] for one in first.get("srcset").split(", ")] == ["480w", "800w", "1000w"]
    assert (first.get("loading"), second.get("loading")) == (None, "lazy")
    assert tree.findtext(".//figcaption") == "Where he’d sat"
    assert len(tree.findall(".//figure")) == 1


def test_after_a_picture_at_the_head_all_others_wait(tmp_path: Path):
    a_folder(tmp_path, a=a_file(image="desk.jpg", image_alt="A desk", words="![](desk.jpg)"))
    a_picture(tmp_path / "desk.jpg", 1000, 500)

    (story,) = read_folder(tmp_path).stories

    assert 'loading="lazy"' in story.html
    assert story.picture is not None
    assert story.picture.widths == (480, 800, 1000)


def test_dialogue_and_moral_are_elements_of_their_own():
    html = render("> Dana: Why *are* you calling?\n\n> No speaker here\n\n::: moral\nThis one. And that.\n:::\n")

    assert '<figure class="dialogue"><figcaption>Dana</figcaption><blockquote>' in html
    assert "<p>Why <em>are</em> you calling?</p>" in html
    assert html.count("figcaption") == 2
    assert '<section class="moral">\n<p>This one. And that.</p>\n</section>' in html


def test_quotes_and_dashes_are_real_ones():
    assert render('"Well" -- it\'s...') == "<p>“Well” – it’s…</p>\n"


VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            *("[", "{a: b}", "&x [*x]", "!!python/object:os.system x", "~", "2026-01-01", "2026-10-01T08:00:00Z"),
            *("[habits]", "true", "1e400", "0o17", "'", '"\\x00"', "|", ">-", "? x", "- x", "*x", "%", "@", "`"),
            "0001-01-01T00:00:00Z",
        ]
    ),
)


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6), st.text(max_size=60))
def test_whatever_stands_in_a_file_is_a_story_or_a_sentence(changes: dict[str, str], words: str):
    text = a_file(words, **changes)

    try:
        story = read_story("a.md", text, TAGS)
    except StoryFault as fault:
        assert re.match(r"a\.md:[0-9]+: .", str(fault))
        return
    shelf = a_shelf(story)
    edition = shelf.edition(NOW)
    assert [one.slug for one in edition.stories] in ([], [story.slug])
    ElementTree.fromstring(f"<x>{escape(story.head.title + story.head.ps + story.html)}</x>")


@given(st.binary(max_size=80))
def test_whatever_bytes_are_in_a_file_the_others_are_read(raw: bytes):
    with tempfile.TemporaryDirectory() as place:
        folder = a_folder(Path(place), b=a_file())
        (folder / "a.md").write_bytes(b"---\ntitle: " + raw)

        shelf = read_folder(folder)

    assert "b" in {story.slug for story in shelf.stories}


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
            if name in ("href", "src"):
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
