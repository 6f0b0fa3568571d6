"""A card never shows boxes: other alphabets are drawn with what the system has, or not at all."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from blog import typefaces
from blog.card import PAPER, SIZE, TITLE_TOP, Card, card_of, draw, file_name
from blog.typefaces import Legible, Typeface, legible
from tests.blog.builders import TAGS, a_story
from tests.conftest import ROOT

FONTS = ROOT / "static" / "fonts"
OWN = tuple(Typeface(str(FONTS / f"source-serif{part}.woff2")) for part in ("", "-ext"))
SITE = "The Conversation Gap"
HEBREW = "שלום 2026?"
System = Callable[..., list[Typeface]]


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    """A system whose typefaces have these letters and no others."""

    def install(*alphabets: str, coloured: bool = False) -> list[Typeface]:
        found = [Typeface(str(tmp_path / f"{number}.ttf"), 0) for number in range(len(alphabets))]
        for typeface, letters in zip(found, alphabets, strict=True):
            make_font(Path(typeface.path), letters, coloured=coloured)
        settings = f"<fontconfig><dir>{tmp_path}</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>"
        (tmp_path / "fonts.conf").write_text(f'<?xml version="1.0"?>{settings}', "utf-8")
        monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
        forget()
        return found

    yield install
    forget()


def forget() -> None:
    """What was found out about files that are others now."""
    for known in (typefaces._asked_for, typefaces._draws, typefaces._file):
        known.cache_clear()


def block(height: int) -> object:
    pen = TTGlyphPen(None)
    for number, point in enumerate(((100, 0), (100, height), (900, height), (900, 0))):
        (pen.lineTo if number else pen.moveTo)(point)
    pen.closePath()
    return pen.glyph()


def make_font(path: Path, letters: str, *, coloured: bool) -> None:
    """A typeface in which every letter is a full block, and what it lacks a low one."""
    letters = "".join(dict.fromkeys(letters))
    names = [".notdef", *(f"u{ord(letter):x}" for letter in letters)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(letter): f"u{ord(letter):x}" for letter in letters})
    builder.setupGlyf({name: block(100 if name == ".notdef" else 700) for name in names})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": path.stem, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    if coloured:
        builder.setupCOLR({"u1f333": [("u1f333", 0)]})
        builder.setupCPAL([[(0.0, 0.5, 0.0, 1.0)]])
    builder.save(path)


def test_what_the_site_draws_itself_asks_for_nothing_more(system: System):
    system("abc")

    for title in ("The night supervisor who said no", "“Żółw” — …", "A\u00a0B"):
        assert legible(title, OWN) == Legible(title)


@pytest.mark.parametrize(
    ("alphabets", "title", "drawn", "used"),
    [
        (["李明"], "李明 called at nine", "李明 called at nine", [0]),
        (["李", "明"], "李明 called", "李明 called", [0, 1]),
        (["李"], "李明 called at nine", "", []),
        ([], "李明", "", []),
        ([], "Growing 🌳 a pipeline", "Growing a pipeline", []),
        (["🌳"], "Growing 🌳 a pipeline", "Growing 🌳 a pipeline", [0]),
        (["👩"], "She 👩\u200d💻 called ☎\ufe0f", "She 👩 called", [0]),
        ([], "🌳", "", []),
        ([HEBREW.replace(" ", "")], HEBREW, HEBREW, [0]),
        (["שלום"], HEBREW, "", []),
    ],
    ids=["one", "two", "half", "none", "ornament", "its ornament", "joined", "nothing left", "leftwards", "in two"],
)
def test_a_title_is_drawn_whole_or_not_at_all(
    system: System, alphabets: list[str], title: str, drawn: str, used: list[int]
):
    there = system(*alphabets)

    found = legible(title, OWN)

    assert found.text == drawn
    if drawn:
        assert set(found.typefaces) == {there[number] for number in used}


def test_a_typeface_that_only_paints_in_colours_is_not_used(system: System):
    system("🌳", coloured=True)

    assert legible("Growing 🌳", OWN) == Legible("Growing")


@pytest.mark.parametrize("command", ["gone", "broken"])
def test_without_fontconfig_the_card_stands_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str):
    forget()
    if command == "broken":
        (tmp_path / "fc-match").write_text("#!/bin/sh\necho nonsense\n", "utf-8")
        (tmp_path / "fc-match").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert legible("李明", OWN) == Legible("")
    forget()


def test_the_letters_are_on_the_card_where_a_typeface_has_them(system: System):
    system("李明")
    card = card_of(a_story("a", title="李明"), TAGS, SITE, fonts=FONTS)

    drawn = draw(card, FONTS).crop((80, TITLE_TOP, 200, TITLE_TOP + 110))

    assert card.title == "李明"
    inked = sum(count for count, point in drawn.getcolors(1 << 20) or [] if point != tuple(bytes.fromhex(PAPER[1:])))
    assert inked > 2000


def test_without_one_the_name_of_the_site_stands_in_the_place_of_the_title(system: System):
    system()
    card = card_of(a_story("a", title="李明"), TAGS, SITE, fonts=FONTS)

    assert card == Card("", "HABITS", SITE)
    title = draw(card, FONTS).crop((80, TITLE_TOP, SIZE[0], 420))
    assert title.tobytes() == draw(Card(SITE, "HABITS", SITE), FONTS).crop((80, TITLE_TOP, SIZE[0], 420)).tobytes()


def test_a_title_that_can_be_drawn_later_has_another_card_then(system: System):
    story = a_story("a", title="李明")
    system()
    before = file_name(card_of(story, TAGS, SITE, fonts=FONTS))
    system("李明")

    assert file_name(card_of(story, TAGS, SITE, fonts=FONTS)) != before
