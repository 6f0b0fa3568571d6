"""The card that stands for a story elsewhere: 1200 by 630 points, the title on paper, the line with its gap.

The lowest strip stays empty, since programs that show cards write their own words there.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from io import BytesIO
from itertools import groupby
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from blog.picture_files import keep
from blog.story import Story, Tag

SIZE = (1200, 630)
MARGIN = 80
STRIP = 90
# Drawn differently, a card is another one.
DRAWING = 1
MARK = f"mark-{DRAWING}.png"
PAPER, INK, SOFT, SIGNAL = "#f8f4eb", "#211c16", "#4c443a", "#c2401c"
TITLE_SIZES = (92, 82, 72, 64, 56, 48)
TITLE_TOP, TITLE_ROOM, LEADING = 124, 296, 1.12
ROOM = SIZE[0] - 2 * MARGIN
WEIGHT = 600
# The letters of the files whose names end in -ext; the style sheet divides them in the same way.
FURTHER = re.compile("[\u0100-\u02af\u1e00-\u1eff]")


@dataclass(frozen=True)
class Card:
    """What stands on it."""

    title: str
    subject: str
    site_name: str


def card_of(story: Story, tags: Mapping[str, Tag], site_name: str) -> Card:
    """What stands on the card of a story."""
    return Card(story.head.title, tags[story.head.tags[0]].name, site_name)


def file_name(card: Card) -> str:
    """The name of its file, which changes with what stands on it."""
    content = "\0".join((str(DRAWING), *astuple(card)))
    return f"{hashlib.sha256(content.encode()).hexdigest()[:24]}.png"


def made(card: Card, *, fonts: Path, cache: Path) -> Path:
    """The card as a PNG file: drawn on the first call and kept in `cache` under what stands on it."""
    target = cache / file_name(card)
    if not target.exists():
        keep(target, _png(draw(card, fonts)))
    return target


def made_mark(cache: Path) -> Path:
    """The mark alone, square, as a PNG file."""
    target = cache / MARK
    if not target.exists():
        image = Image.new("RGB", (512, 512), PAPER)
        pen = ImageDraw.Draw(image)
        for y in (176, 304):
            pen.rectangle((40, y, 194, y + 32), fill=INK)
            pen.rectangle((318, y, 472, y + 32), fill=INK)
        keep(target, _png(image))
    return target


def draw(card: Card, fonts: Path) -> Image.Image:
    """The card as a picture."""
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    _write(pen, 62, card.subject.upper(), Face(fonts, "inter", 26), SOFT)
    face, lines = _fitted(card.title, fonts)
    for number, line in enumerate(lines):
        _write(pen, TITLE_TOP + number * face.size * LEADING, line, face, INK)
    _line_with_a_gap(pen, SIZE[1] - STRIP - 92)
    _write(pen, SIZE[1] - STRIP - 54, card.site_name, Face(fonts, "inter", 30), SOFT)
    return image


class Face:
    """A face of the site in one size; letters that its file lacks come from its other file."""

    def __init__(self, fonts: Path, name: str, size: int) -> None:
        self.size = size
        self._plain, self._further = (ImageFont.truetype(fonts / f"{name}{part}.woff2", size) for part in ("", "-ext"))
        for face in (self._plain, self._further):
            face.set_variation_by_axes([WEIGHT])

    def runs(self, text: str) -> list[tuple[str, ImageFont.FreeTypeFont]]:
        """The text in pieces, each with the file it is drawn from."""
        groups = groupby(text, key=lambda letter: bool(FURTHER.match(letter)))
        return [("".join(letters), self._further if further else self._plain) for further, letters in groups]

    def width(self, text: str) -> float:
        """How wide the text is."""
        return sum(face.getlength(piece) for piece, face in self.runs(text))


def _write(pen: ImageDraw.ImageDraw, top: float, text: str, face: Face, colour: str) -> None:
    left = float(MARGIN)
    for piece, file in face.runs(text):
        pen.text((left, top), piece, font=file, fill=colour)
        left += file.getlength(piece)


def _line_with_a_gap(pen: ImageDraw.ImageDraw, top: int) -> None:
    left, right, begins, ends = MARGIN, SIZE[0] - MARGIN, 470, 740
    pen.rectangle((left, top, begins, top + 9), fill=INK)
    pen.rectangle((ends, top, right, top + 9), fill=INK)
    for x in range(begins + 18, ends - 12, 18):
        pen.ellipse((x, top + 2, x + 6, top + 8), fill=SIGNAL)


def _fitted(title: str, fonts: Path) -> tuple[Face, list[str]]:
    """The largest size in which the title has room, and its lines."""
    for size in TITLE_SIZES:
        face = Face(fonts, "source-serif", size)
        lines = _wrapped(title, face)
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
