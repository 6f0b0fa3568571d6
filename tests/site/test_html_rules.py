"""The rules that every fetched page is held to do catch what they are for."""

import pytest

from tests.html_rules import faults_of

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>A page</title><link rel="stylesheet" href="/static/v/css/tokens.css"></head>
<body><main><h1>A page</h1>
<form action="/there" method="post"><label for="name">Name</label><input id="name" name="name"></form>
<!-- here --></main></body></html>
"""


def test_a_page_in_order_has_no_fault():
    assert faults_of(PAGE.encode()) == []


CHANGES = [
    ("<!doctype html>", "", "Unexpected start tag (html). Expected DOCTYPE."),
    ("<!-- here -->", "<p>a < b</p>", "line 6: Expected tag name. Got something else instead"),
    ("<!-- here -->", "<p><b></p>", "Unexpected end tag (p)"),
    ("<!-- here -->", '<p class="a" class="b"></p>', "duplicate"),
    ("<!-- here -->", "<p>a &nosuch; b</p>", "ntity"),
    (' lang="en"', "", "the page does not name its language"),
    ("<title>A page</title>", "<title> </title>", "there are 0 title with text"),
    ("<h1>A page</h1>", "", "there are 0 h1 with text"),
    ("<!-- here -->", "<h1>Another</h1>", "there are 2 h1 with text"),
    ("<!-- here -->", "<h3>Too deep</h3>", "a heading of level 3 follows one of level 1"),
    ("initial-scale=1", "user-scalable=no", "the viewport is"),
    ("<!-- here -->", '<div data-error-summary role="alert">x</div>', "there is an error summary, but the title is"),
    ("<title>A", "<title>Error: a", "nothing says what is wrong"),
    ("<!-- here -->", '<p id="name"></p>', "the id 'name' stands there twice"),
    ("<!-- here -->", '<p aria-describedby="none"></p>', "aria-describedby leads nowhere: 'none'"),
    ("<!-- here -->", '<a href="#none">x</a>', "a link within the page leads nowhere: #none"),
    ("<!-- here -->", '<a href="/x"><svg aria-hidden="true"></svg></a>', "a a has no text"),
    ("<!-- here -->", "<button></button>", "a button has no text"),
    ("<!-- here -->", '<img src="/static/v/img/favicon.svg">', "an image without alt"),
    ("<!-- here -->", "<svg><path/></svg>", "a drawing has neither a name nor aria-hidden"),
    ("<!-- here -->", "<table><tr><td>1</td></tr></table>", "a table has no header cell"),
    ("<!-- here -->", "<table><tr><th>1</th></tr></table>", "a th has no scope: '1'"),
    ('<label for="name">Name</label>', "", "the field 'name' has no label"),
    ('name="name">', 'name="name" placeholder="Name">', "a placeholder is no label: 'name'"),
    ("<!-- here -->", '<label><input type="radio" name="r">x</label>', "the radio buttons 'r' have no legend"),
    ("<!-- here -->", '<p style="color:red"></p>', "an inline style: 'color:red'"),
    ("<!-- here -->", '<p onclick="x()"></p>', "an inline onclick: 'x()'"),
    ("<!-- here -->", '<a href="javascript:x()">x</a>', "a href that acts: 'javascript:x()'"),
    ("<!-- here -->", "<script>x()</script>", "an inline script"),
    ("</head>", "<style>p{}</style></head>", "an inline style sheet"),
    (
        "<!-- here -->",
        '<script src="https://x.example/x.js"></script>',
        "something is loaded from 'https://x.example/x.js'",
    ),
    ("css/tokens.css", "css/nothing.css", "there is no /static/v/css/nothing.css"),
    ('action="/there"', 'action="https://x.example/"', "a form is sent to 'https://x.example/'"),
]


@pytest.mark.parametrize(("old", "new", "words"), CHANGES, ids=[words[:40] for *_, words in CHANGES])
def test_a_broken_rule_is_named(old: str, new: str, words: str):
    assert old in PAGE

    faults = faults_of(PAGE.replace(old, new, 1).encode())

    assert any(words in fault for fault in faults), faults
