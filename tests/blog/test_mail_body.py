"""The body of a story in a letter: whole addresses, styles inline, the same words as text."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog.mail_body import as_text, for_mail
from blog.markup import render

AT = "https://gap.example/stories/a-call"
STORY = """The first *call* went to [the list](/about), see [below](#moral) & more.

> Dana: Why are you calling me?

> Priya: Because you “asked”.
> Twice.

> Somebody once said so.

1. One
2. Two <3

- loose
- ends

::: moral
Say why. Then *listen*.
:::
"""


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("One.\n\nTwo *words*.", "One.\n\nTwo words."),
        ("> Dana: Why?", "Dana: Why?"),
        ("> Only quoted.", "Only quoted."),
        ("[the list](/about)", "the list (https://gap.example/about)"),
        ("[https://x.example/](https://x.example/)", "https://x.example/"),
        ("[write](mailto:a@b.example)", "write (a@b.example)"),
        ("[below](#moral)", "below (https://gap.example/stories/a-call#moral)"),
        ("1. One\n2. Two", "1. One\n\n2. Two"),
        ("- a\n- b", "- a\n\n- b"),
        ("::: moral\nSay why. Listen.\n:::", "    Say why. Listen."),
        ("a & b < c", "a & b < c"),
        ("one  \ntwo", "one\ntwo"),
        ("---", "* * *"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n\n1 | 2"),
    ],
)
def test_the_words_as_text(markdown: str, text: str):
    assert as_text(render(markdown), at=AT) == text


def test_a_whole_story_as_text():
    assert as_text(render(STORY), at=AT) == (
        "The first call went to the list (https://gap.example/about), see below "
        "(https://gap.example/stories/a-call#moral) & more.\n\n"
        "Dana: Why are you calling me?\n\n"
        "Priya: Because you “asked”. Twice.\n\n"
        "Somebody once said so.\n\n"
        "1. One\n\n2. Two <3\n\n- loose\n\n- ends\n\n"
        "    Say why. Then listen."
    )


def test_what_is_spoken_and_the_moral_look_like_it():
    written = for_mail(render(STORY), at=AT)

    assert re.search(r'<figcaption class="soft" style="[^"]*font-weight:bold[^"]*">Dana</figcaption>', written)
    assert re.search(r'<section class="moral" style="[^"]*border-left[^"]*">', written)
    assert re.search(r'<blockquote style="[^"]*#dccfb9[^"]*">\s*<p style="margin:0 0 16px;">Somebody', written)


def test_pictures_have_whole_addresses_and_one_file():
    picture = (
        '<figure><picture><source srcset="/a.avif 1x"><img class="wide" src="/img/a.jpg" srcset="/img/b.jpg 2x" '
        'alt="A desk" width="800" height="600" loading="lazy"></picture><figcaption>The desk</figcaption></figure>'
    )

    written = for_mail(picture, at=AT)

    assert 'src="https://gap.example/img/a.jpg"' in written
    assert 'width="800" height="600"' in written
    assert not re.search("srcset|picture|source|lazy|wide", written)
    assert as_text(picture, at=AT) == "[A desk]\n\nThe desk"


@pytest.mark.parametrize("address", ["javascript:x()", "data:text/html,x", "http://[broken", "vbscript:x"])
def test_an_address_that_acts_does_not_get_into_a_letter(address: str):
    written = for_mail(f'<a href="{address}">x</a>', at=AT)

    assert 'href=""' in written


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_whatever_is_written_the_words_stay_and_nothing_relative_is_left(markdown: str):
    written = render(markdown)

    letter, text = for_mail(written, at=AT), as_text(written, at=AT)

    addresses = re.findall(r'(?:href|src)="([^"]*)"', letter)
    assert all(re.match("https?://|mailto:|$", html.unescape(address), re.IGNORECASE) for address in addresses)
    words = re.findall(r"\w+", html.unescape(re.sub(r"<[^>]+>", " ", written)))
    assert [word for word in words if word not in text] == []
