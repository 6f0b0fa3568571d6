"""Posts of other programs become drafts: clean Markdown, nothing that acts, and a list of what to look at."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from blog.foreign_html import to_markdown
from blog.imported import Post, from_ghost, from_markdown, from_wordpress
from blog.importing import Taken, take_in
from blog.library import Library
from blog.markup import TAGS, render
from blog.refusals import CannotImport
from kit.context import current_settings
from tests.blog.builders import a_file, a_folder, a_picture

NOW = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)
WXR = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>A blog</title>{items}</channel></rss>"""
ITEM = """<item><title>{title}</title><dc:creator><![CDATA[Ann Bee]]></dc:creator>
<content:encoded><![CDATA[{content}]]></content:encoded><excerpt:encoded><![CDATA[{excerpt}]]></excerpt:encoded>
<wp:post_date_gmt>2020-05-01 12:00:00</wp:post_date_gmt><wp:post_modified_gmt>2021-01-02 03:04:05</wp:post_modified_gmt>
<wp:post_name>{slug}</wp:post_name><wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>
<category domain="post_tag" nicename="habits"><![CDATA[Habits]]></category>
<category domain="category" nicename="weather"><![CDATA[Weather]]></category></item>"""


def an_item(content: str = "<p>Words.</p>", **changes: str) -> str:
    values = {"title": "A post", "excerpt": "In short.", "slug": "a-post", "status": "publish", "kind": "post"}
    return ITEM.format(content=content, **(values | changes))


def a_wxr(folder: Path, *items: str) -> Path:
    path = folder / "export.xml"
    path.write_text(WXR.format(items="".join(items)), "utf-8")
    return path


def a_ghost(folder: Path, **changes: Any) -> Path:
    post = {
        "id": "1",
        "title": "A post",
        "slug": "a-post",
        "html": "<p>Words.</p>",
        "type": "post",
        "status": "draft",
        "published_at": "2020-05-01T12:00:00.000Z",
        "updated_at": "2021-01-02T03:04:05.000Z",
        "custom_excerpt": "In short.",
    }
    data = {
        "posts": [post | changes, {**post, "slug": "a-page", "type": "page"}],
        "tags": [{"id": "t", "slug": "habits", "name": "Habits"}],
        "posts_tags": [{"post_id": "1", "tag_id": "t"}],
        "users": [{"id": "u", "name": "Ann Bee"}],
        "posts_authors": [{"post_id": "1", "author_id": "u"}],
    }
    path = folder / "ghost.json"
    path.write_text(json.dumps({"db": [{"meta": {}, "data": data}]}), "utf-8")
    return path


@pytest.fixture
def library(tmp_path: Path) -> Library:
    folder = tmp_path / "posts"
    folder.mkdir()
    return Library(a_folder(folder, taken=a_file()), look_every=0)


def taken(library: Library, *posts: Post) -> list[Taken]:
    return list(take_in(library, posts, author="The site", now=NOW))


def test_a_post_of_wordpress_becomes_a_draft(library: Library, tmp_path: Path):
    content = (
        '<!-- wp:paragraph --><p>One <b>bold</b> word &amp; a <a href="https://www.example.com/x">link</a>.</p>'
        "<h1>Loud</h1><ul><li>One</li><li>Two</li></ul><blockquote><p>Said.</p></blockquote>"
    )
    path = a_wxr(tmp_path, an_item(content), an_item(kind="page", slug="b"), an_item(status="trash", slug="c"))

    (done,) = taken(library, *from_wordpress(path))

    assert (done.name, done.remarks) == ("a-post.md", ("no subject here is called weather",))
    story = library.shelf().named("a-post.md")
    assert story is not None
    assert library.shelf().faults == ()
    assert (story.head.title, story.head.author, story.head.summary) == ("A post", "Ann Bee", "In short.")
    assert (story.head.draft, story.head.details_changed, story.head.tags) == (True, False, ("habits",))
    assert story.head.date == datetime(2020, 5, 1, 12, tzinfo=UTC)
    assert story.head.updated == datetime(2021, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert story.html == (
        '<p>One <strong>bold</strong> word &amp; a <a href="https://www.example.com/x" rel="noopener noreferrer">link'
        "</a>.</p>\n<h2>Loud</h2>\n<ul>\n<li>One</li>\n<li>Two</li>\n</ul>\n<blockquote>\n<p>Said.</p>\n</blockquote>\n"
    )


def test_old_posts_of_wordpress_have_lines_for_paragraphs_and_codes_in_brackets(library: Library, tmp_path: Path):
    content = "First line.\nSecond line.\n\n[gallery ids='1,2']\n\n[caption id='x']A [real] thing[/caption]"

    (done,) = taken(library, *from_wordpress(a_wxr(tmp_path, an_item(content, excerpt=""))))

    story = library.shelf().named("a-post.md")
    assert story is not None
    assert story.html == "<p>First line.<br>\nSecond line.</p>\n<p>A [real] thing</p>\n"
    assert "left out: [gallery], [caption]" in done.remarks
    assert "it had no summary; its first sentence stands there" in done.remarks


def test_a_post_of_ghost_becomes_a_draft(library: Library, tmp_path: Path):
    (done,) = taken(library, *from_ghost(a_ghost(tmp_path)))

    story = library.shelf().named("a-post.md")
    assert story is not None
    assert done.remarks == ()
    assert (story.head.author, story.head.tags, story.head.draft) == ("Ann Bee", ("habits",), True)
    assert story.head.date == datetime(2020, 5, 1, 12, tzinfo=UTC)


def test_a_post_of_ghost_without_html_comes_as_text(library: Library, tmp_path: Path):
    path = a_ghost(tmp_path, html=None, lexical="{}", plaintext="Only words.")

    (done,) = taken(library, *from_ghost(path))

    assert done.remarks == ("it came as plain text only",)
    assert (library.folder / "a-post.md").read_text("utf-8").endswith("\nOnly words.\n")


def test_a_folder_of_markdown_comes_with_its_pictures(library: Library, tmp_path: Path):
    source = tmp_path / "source" / "deep"
    source.mkdir(parents=True)
    a_picture(source / "My Desk.png", 400, 300)
    (tmp_path / "secret.png").write_bytes((source / "My Desk.png").read_bytes())
    (source / "2020-05-01-a-post.md").write_text(
        "---\ntitle: A post\ndescription: In short.\ntags: [habits]\n---\n\n![A desk](<My Desk.png>)\n\n"
        "![Out](../../secret.png)\n\n![Far](https://www.example.com/x.png)\n"
    )
    (source / "b.markdown").write_text('+++\ntitle = "B"\ndate = 2020-05-02\n+++\nWords & <em onclick="x()">more</em>.')
    (source / "c.md").write_bytes(b"\xff\xfe")
    (source / "d.md").write_text("No head at all.")

    first, second, third, fourth = taken(library, *from_markdown(tmp_path / "source"))

    assert first.remarks == (
        "a picture has to be added by hand: ../../secret.png",
        "a picture has to be added by hand: https://www.example.com/x.png",
    )
    text = (library.folder / "a-post.md").read_text("utf-8")
    assert "![A desk](my-desk.png)" in text
    assert "[Far](https://www.example.com/x.png)" in text
    assert (library.folder / "my-desk.png").is_file()
    assert second.name == "b.md"
    assert "raw HTML, made into Markdown" in second.remarks[0]
    assert library.shelf().named("b.md").html == "<p>Words &amp; <em>more</em>.</p>\n"  # type: ignore[union-attr]
    assert third.name == ""
    assert (fourth.name, fourth.title) == ("d.md", "D")
    assert library.shelf().faults == ()


def test_an_import_can_be_repeated(library: Library, tmp_path: Path):
    path = a_wxr(tmp_path, an_item(), an_item(slug="taken"))
    taken(library, *from_wordpress(path))
    (library.folder / "a-post.md").write_text(a_file("Changed since."))

    again = taken(library, *from_wordpress(path))

    assert [one.remarks for one in again] == [
        ("there is a a-post.md already; it was left as it is",),
        ("there is a taken.md already; it was left as it is",),
    ]
    assert "Changed since." in (library.folder / "a-post.md").read_text("utf-8")


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><rss><channel><item><title>&j;</title></item></channel></rss>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><item><title>&a;</title></item></rss>'
NOT_THAT = [
    (from_wordpress, "export.xml", BOMB, "declares entities or a document type; no export of WordPress does"),
    (from_wordpress, "export.xml", OUTSIDE, "declares entities or a document type; no export of WordPress does"),
    (from_wordpress, "export.xml", "<rss><channel>", "is not well-formed XML"),
    (from_wordpress, "export.xml", "", "is not well-formed XML"),
    (from_ghost, "ghost.json", "{", "is not an export of Ghost"),
    (from_ghost, "ghost.json", "[]", "is not an export of Ghost"),
    (from_ghost, "ghost.json", '{"db": []}', "is not an export of Ghost"),
    (from_ghost, "ghost.json", "[" * 100_000, "is not an export of Ghost"),
]


@pytest.mark.parametrize(("read", "name", "text", "sentence"), NOT_THAT, ids=lambda value: str(value)[:24])
def test_what_is_something_else_is_said_to_be(tmp_path: Path, read: Any, name: str, text: str, sentence: str):
    (tmp_path / name).write_text(text)

    with pytest.raises(CannotImport, match=sentence):
        list(read(tmp_path / name))
    with pytest.raises(CannotImport):
        list(read(tmp_path / "none"))


HOSTILE = [
    "<script>alert(1)</script><p>x</p>",
    '<p onclick="alert(1)">x</p>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVa\tScRiPt:alert(1)">x</a>',
    '<img src="x" onerror="alert(1)">',
    '<img src="javascript:alert(1)">',
    "<p>[x](javascript:alert(1))</p>",
    "<iframe src='https://www.example.com'></iframe><p>x</p>",
    "<svg><script>alert(1)</script></svg>x",
    "<style>body{display:none}</style>x",
    "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<p>---</p><p>title: another</p>",
    "<p>::: moral</p>",
    "<!--<img src=x onerror=alert(1)>-->x",
    "<p>x" + "<b>" * 400 + "deep" + "</b>" * 400,
]


@pytest.mark.parametrize("html", HOSTILE, ids=lambda html: html[:30])
def test_hostile_html_becomes_words(library: Library, html: str):
    text = to_markdown(html).text
    (done,) = taken(library, Post("A post", text or "Nothing was left.", slug="a-post"))

    assert done.name == "a-post.md"
    assert library.shelf().faults == ()
    tree = lxml.html.fragment_fromstring(library.shelf().named("a-post.md").html, create_parent="div")  # type: ignore[union-attr]
    for element in tree.iter():
        assert element.tag in TAGS | {"div"}
        assert set(element.attrib) <= {"href", "class", "rel", "title"}
        assert element.get("href", "https:").startswith(("http:", "https:", "mailto:", "/", "#", "x"))


ODD_TITLES = ["", " ", "x" * 300, "a\u202eb", "---", '"quoted" \\ \'', "2026", "# yes", "a: b", "李明", "\x00\x07", "…"]


@pytest.mark.parametrize("title", ODD_TITLES, ids=repr)
def test_whatever_the_title_the_draft_can_be_read(library: Library, title: str):
    (done,) = taken(library, Post(title, "Some words.", author=title, summary=title))

    assert library.shelf().faults == ()
    assert library.shelf().named(done.name) is not None


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80))
def test_whatever_the_words_they_stay_words(words: str):
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    shown = render(to_markdown(f"<p>{escaped}</p>").text)

    assert "<script" not in shown
    assert {element.tag for element in lxml.html.fragment_fromstring(shown, create_parent="div").iter()} <= TAGS | {
        "div"
    }


def test_the_command_lists_what_became_of_each(app: Flask, tmp_path: Path):
    folder = a_folder(tmp_path, taken=a_file())
    app.extensions["site_settings"] = _with_stories(folder)
    path = a_wxr(tmp_path, an_item(), an_item(slug="taken", title="Another"))

    result = app.test_cli_runner().invoke(args=["stories", "import", "wordpress", str(path)])
    wrong = app.test_cli_runner().invoke(args=["stories", "import", "ghost", str(path)])

    assert result.exit_code == 0, result.output
    assert "a-post.md: A post\n  no subject here is called weather\n" in result.output
    assert "not taken in: Another\n  there is a taken.md already; it was left as it is\n" in result.output
    assert result.output.endswith("1 drafts\n")
    assert wrong.exit_code == 1
    assert "export.xml is not an export of Ghost" in wrong.output


def test_the_other_commands_check_begin_and_link(app: Flask, tmp_path: Path):
    folder = a_folder(tmp_path, a=a_file())
    app.extensions["site_settings"] = _with_stories(folder)
    run = app.test_cli_runner().invoke

    begun = run(args=["stories", "new", 'The "second" call'])
    again = run(args=["stories", "new", "The second call"])
    fine = run(args=["stories", "check"])
    link = run(args=["stories", "preview", "the-second-call"])
    (folder / "b.md").write_text("nothing")
    a_picture(folder / "x.jpg", 900, 600)
    (folder / "x.jpg").write_bytes((folder / "x.jpg").read_bytes()[:-3000])
    (folder / "c.md").write_text(a_file("![x](x.jpg)"))
    faulty = run(args=["stories", "check"])

    assert begun.output.splitlines() == [
        str(folder / "the-second-call.md"),
        "While the site runs: http://localhost/dev/stories/the-second-call",
    ]
    assert again.exit_code == 1
    assert fine.output == "2 stories, 1 of them drafts, 0 still to appear; 0 faults\n"
    assert app.test_client().get(link.output.strip().removeprefix("http://localhost")).status_code == 410
    assert faulty.exit_code == 1
    assert "b.md:1: the file must begin with a head between two lines of ---" in faulty.output
    assert "c.md:1: the picture “x.jpg” is broken: it cannot be unpacked to its end" in faulty.output


def _with_stories(folder: Path) -> Any:
    return replace(current_settings(), stories=folder)
