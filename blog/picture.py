"""A picture of a story: its size, the files made from it, and the element that shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

WIDTHS = (480, 800, 1200, 1600)
FORMATS = {"avif": "image/avif", "webp": "image/webp", "jpeg": "image/jpeg"}
# A picture is as wide as the text, and on a phone as the screen less its margins.
SIZES = "(min-width: 40rem) 37rem, calc(100vw - 2.5rem)"


@dataclass(frozen=True)
class Picture:
    """A file of the stories' folder, known by its name and by what is in it."""

    name: str
    digest: str
    width: int
    height: int

    @property
    def widths(self) -> tuple[int, ...]:
        """The widths it is made in: never wider than it is."""
        return tuple(width for width in WIDTHS if width < self.width) + ((self.width,) if self.width <= 1600 else ())

    @property
    def widest(self) -> int:
        """The width of its largest file."""
        return self.widths[-1]

    def height_at(self, width: int) -> int:
        """Its height when it is so wide."""
        return max(1, round(self.height * width / self.width))

    def file_name(self, width: int, kind: str) -> str:
        """The name of the file of that width and format."""
        return f"{self.digest}-{width}.{kind}"

    def address(self, width: int, kind: str) -> str:
        """Where that file is; what is in it never changes."""
        return f"/stories/pictures/{self.file_name(width, kind)}"


def element(picture: Picture, alt: str, *, eager: bool) -> str:
    """The picture in the formats that browsers may choose from, as HTML that needs no escaping."""
    loading = 'fetchpriority="high"' if eager else 'loading="lazy" decoding="async"'
    width = picture.widest
    sources = "".join(
        f'<source type="{FORMATS[kind]}" srcset="{", ".join(_candidates(picture, kind))}" sizes="{SIZES}">'
        for kind in ("avif", "webp")
    )
    return (
        f'<picture>{sources}<img src="{picture.address(width, "jpeg")}" '
        f'srcset="{", ".join(_candidates(picture, "jpeg"))}" sizes="{SIZES}" '
        f'width="{width}" height="{picture.height_at(width)}" alt="{escape(alt)}" {loading}></picture>'
    )


def _candidates(picture: Picture, kind: str) -> Iterator[str]:
    return (f"{picture.address(width, kind)} {width}w" for width in picture.widths)
