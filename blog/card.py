"""The card that stands for a story elsewhere: 1200 by 630 points, the title on paper, the line with its gap.

What the site's typefaces cannot draw is drawn with one of the system's; where there is none, the name of the site
stands in its place.
The lowest strip stays empty, since programs that show cards write their own words there.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from io import BytesIO
from itertools import groupby
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from blog.kept_files import kept
from blog.story import Story, Tag
from blog.typefaces import SPACES, Typeface, drawn_by, legible, runs_leftwards

SIZE = (1200, 630)
MARGIN = 80
STRIP = 90
# Drawn differently, a card is another one.
DRAWING = 2
MARK = f"mark-{DRAWING}.png"
PAPER, INK, SOFT, SIGNAL = "#f8f4eb", "#211c16", "#4c443a", "#c2401c"
TITLE_SIZES = (92, 82, 72, 64, 56, 48)
TITLE_TOP, TITLE_ROOM, LEADING = 124, 296, 1.12
ROOM = SIZE[0] - 2 * MARGIN
WEIGHT = 600
FURTHER_SIZE = 0.86
TITLE_FACE, SMALL_FACE = "source-serif", "inter"


@dataclass(frozen=True)
class Card:
    """What stands on it, and the files of the system that this takes. What nothing can draw is empty."""

    title: str
    subject: str
    site_name: str
    typefaces: tuple[Typeface, ...] = ()


def card_of(story: Story, tags: Mapping[str, Tag], site_name: str, *, fonts: Path) -> Card:
    """What stands on the card of a story."""
    title = legible(story.head.title, _own(fonts, TITLE_FACE))
    subject, name = (
        legible(text, _own(fonts, SMALL_FACE)) for text in (tags[story.head.tags[0]].name.upper(), site_name)
    )
    typefaces = dict.fromkeys((*title.typefaces, *subject.typefaces, *name.typefaces))
    return Card(title.text, subject.text, name.text, tuple(typefaces))


def file_name(card: Card) -> str:
    """The name of its file, which changes with what stands on it."""
    content = "\0".join(map(str, (DRAWING, *astuple(card))))
    return f"{hashlib.sha256(content.encode()).hexdigest()[:24]}.png"


def made(card: Card, *, fonts: Path, cache: Path) -> bytes:
    """The card as a PNG: drawn on the first call and kept in `cache` under what stands on it."""
    return kept(cache / file_name(card), lambda: _png(draw(card, fonts)))


def made_mark(cache: Path) -> bytes:
    """The mark alone, square, as a PNG."""
    return kept(cache / MARK, _mark)


def _mark() -> bytes:
    image = Image.new("RGB", (512, 512), PAPER)
    pen = ImageDraw.Draw(image)
    for y in (176, 304):
        pen.rectangle((40, y, 194, y + 32), fill=INK)
        pen.rectangle((318, y, 472, y + 32), fill=INK)
    return _png(image)


def draw(card: Card, fonts: Path) -> Image.Image:
    """The card as a picture."""
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    small, signature = (Face(fonts, SMALL_FACE, size, card.typefaces) for size in (26, 30))
    _write(pen, 62, card.subject.upper(), small, SOFT)
    face, lines = _fitted(card, fonts)
    for number, line in enumerate(lines):
        _write(pen, TITLE_TOP + number * face.size * LEADING, line, face, INK)
    _line_with_a_gap(pen, SIZE[1] - STRIP - 92)
    if card.title:
        _write(pen, SIZE[1] - STRIP - 54, card.site_name, signature, SOFT)
    return image


class Face:
    """A face of the site in one size; letters that its file lacks come from its other file, or from the system's."""

    def __init__(self, fonts: Path, name: str, size: int, further: tuple[Typeface, ...] = ()) -> None:
        self.size = size
        self._files: list[tuple[ImageFont.FreeTypeFont, Typeface]] = []
        for typeface in _own(fonts, name):
            file = ImageFont.truetype(typeface.path, size)
            file.set_variation_by_axes([WEIGHT])
            self._files.append((file, typeface))
        for typeface in further:
            # Hardly any other face stands as low in its line as ours.
            file = ImageFont.truetype(typeface.path, round(size * FURTHER_SIZE), typeface.index)
            self._files.append((file, typeface))
        self.ascent = self._files[0][0].getmetrics()[0]

    def runs(self, text: str) -> list[tuple[str, ImageFont.FreeTypeFont]]:
        """The text in pieces, each with the file it is drawn from; what no file draws is left out."""
        if runs_leftwards(text):
            letters = set(text) - SPACES
            whole = next((file for file, typeface in self._files if drawn_by(typeface, letters) == letters), None)
            return [(text, whole)] if whole else []
        groups = groupby(text, key=self._file_of)
        return [("".join(letters), self._files[number][0]) for number, letters in groups if number is not None]

    def width(self, text: str) -> float:
        """How wide the text is."""
        return sum(file.getlength(piece) for piece, file in self.runs(text))

    def _file_of(self, letter: str) -> int | None:
        if letter in SPACES:
            return 0
        return next((number for number, (_, typeface) in enumerate(self._files) if drawn_by(typeface, letter)), None)


def _own(fonts: Path, name: str) -> tuple[Typeface, Typeface]:
    return Typeface(str(fonts / f"{name}.woff2")), Typeface(str(fonts / f"{name}-ext.woff2"))


def _write(pen: ImageDraw.ImageDraw, top: float, text: str, face: Face, colour: str) -> None:
    leftwards = runs_leftwards(text)
    left = SIZE[0] - MARGIN - face.width(text) if leftwards else float(MARGIN)
    for piece, file in face.runs(text):
        place = (left, top + face.ascent)
        pen.text(place, piece, font=file, fill=colour, anchor="ls", direction="rtl" if leftwards else None)
        left += file.getlength(piece)


def _line_with_a_gap(pen: ImageDraw.ImageDraw, top: int) -> None:
    left, right, begins, ends = MARGIN, SIZE[0] - MARGIN, 470, 740
    pen.rectangle((left, top, begins, top + 9), fill=INK)
    pen.rectangle((ends, top, right, top + 9), fill=INK)
    for x in range(begins + 18, ends - 12, 18):
        pen.ellipse((x, top + 2, x + 6, top + 8), fill=SIGNAL)


def _fitted(card: Card, fonts: Path) -> tuple[Face, list[str]]:
    """The largest size in which the title has room, and its lines."""
    for size in TITLE_SIZES:
        face = Face(fonts, TITLE_FACE, size, card.typefaces)
        lines = _wrapped(card.title or card.site_name, face)
        if len(lines) * size * LEADING <= TITLE_ROOM:
            return face, lines
    most = int(TITLE_ROOM / (face.size * LEADING))
    return face, [*lines[: most - 1], lines[most - 1] + " …"]


def _wrapped(text: str, face: Face) -> list[str]:
    lines = [""]
    for word in text.split():
        for piece in _pieces(word, face):
            longer = f"{lines[-1]} {piece}".strip()
            if not lines[-1] or face.width(longer) <= ROOM:
                lines[-1] = longer
            else:
                lines.append(piece)
    return lines


def _pieces(word: str, face: Face) -> list[str]:
    """A word that is wider than the card, in pieces that are not."""
    pieces = [""]
    for letter in word:
        if face.width(pieces[-1] + letter) > ROOM:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
