"""The charts in grey, and as people see them who see colours differently: on the page in both schemes, and on paper."""

import re
from itertools import combinations
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "static" / "css"
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
Colour = tuple[float, float, float]  # linear light, red, green, blue, 0 to 1
Styles = dict[str, dict[str, str]]
Matrix = tuple[Colour, Colour, Colour]

# Machado, Oliveira and Fernandes 2009, severity 1, on linear light.
SIGHTS: dict[str, Matrix] = {
    "most people": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
# Strokes against what they are drawn on.
STROKES = [
    ("fan-mean", "fan-half"),
    ("fan-pace", "fan-half"),
    ("fan-pace", "fan-wide"),
    ("fan-pace", "surface"),
    ("fan-pace-edge", "fan-half"),
    ("fan-goal", "fan-half"),
    ("fan-goal", "surface"),
    ("gap-open", "surface"),
    ("gap-span", "gap-open fill"),
    ("line-held", "surface"),
    ("line-missing", "surface"),
    ("line-mark", "surface"),
    ("dot-open", "surface"),
    ("hatch", "bar-track"),
]
# Areas that stand beside each other and mean different things: a reader must see where one ends.
AREAS = [
    ("bar-held", "bar-soft", 3.0),
    ("bar-held", "bar-track", 3.0),
    ("bar-held", "gap-open fill", 3.0),
    ("bar-soft", "surface", 2.0),
    ("dot-full", "surface", 3.0),
    ("fan-half", "fan-wide", 1.2),
    ("fan-wide", "surface", 1.2),
]


def linear(text: str) -> Colour:
    """The light of a colour written as `#c2401c`."""
    parts = [int(text[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def times(matrix: Matrix, colour: Colour) -> Colour:
    first, second, third = (sum(a * b for a, b in zip(row, colour, strict=True)) for row in matrix)
    return first, second, third


LMS: Matrix = ((0.4122214708, 0.5363325363, 0.0514459929), (0.2119034982, 0.6806995451, 0.1073969566),
               (0.0883024619, 0.2817188376, 0.6299787005))  # fmt: skip
BACK: Matrix = ((4.0767416621, -3.3077115913, 0.2309699292), (-1.2684380046, 2.6097574011, -0.3413193965),
                (-0.0041960863, -0.7034186147, 1.7076147010))  # fmt: skip


def mixed(one: Colour, share: float, other: Colour) -> Colour:
    """What `color-mix(in oklab, one share, other)` gives; the last step into Oklab is linear and need not be taken."""
    roots = [[part ** (1 / 3) for part in times(LMS, colour)] for colour in (one, other)]
    first, second, third = ((share * a + (1 - share) * b) ** 3 for a, b in zip(*roots, strict=True))
    return times(BACK, (first, second, third))


def luminance(colour: Colour) -> float:
    red, green, blue = (min(max(part, 0.0), 1.0) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def styles_in(name: str) -> Styles:
    """What a stylesheet says of each class, the last word counting; forced colours are left to the reader's own."""
    text = re.sub(r"/\*.*?\*/", "", (STATIC / name).read_text("utf-8"), flags=re.DOTALL).split("@media (forced")[0]
    found: Styles = {}
    for names, body in RULE.findall(text):
        said = dict(re.findall(r"([a-z-]+):\s*([^;]+);?", body))
        for one in re.findall(r"\.([a-z-]+)", names):
            found.setdefault(one, {}).update(said)
    return found


def tokens(scheme: int) -> dict[str, str]:
    pairs = re.findall(r"--([a-z-]+): light-dark\((#\w{6}), (#\w{6})\)", (STATIC / "tokens.css").read_text("utf-8"))
    return {name: colours[scheme] for name, *colours in pairs}


class Sheet:
    """The colours of the charts in one place where they are shown."""

    def __init__(self, styles: Styles, known: dict[str, str], surface: str) -> None:
        self.styles, self.known, self.surface = styles, known, surface

    def colour(self, name: str, *, stroke: bool = False) -> Colour:
        if name == "surface":
            return linear(self.surface)
        said = self.styles[name.removesuffix(" fill")]["stroke" if stroke else "fill"]
        return self.read(said)

    def read(self, said: str) -> Colour:
        mix = re.fullmatch(r"color-mix\(in oklab, (\S+) (\d+)%, (\S+)\)", said)
        if mix:
            return mixed(self.read(mix[1]), int(mix[2]) / 100, self.read(mix[3]))
        token = re.fullmatch(r"var\(--([a-z-]+)\)", said)
        return linear(self.known[token[1]] if token else said)


PAGE = styles_in("parts/charts.css")
SHEETS = {
    "page, light": Sheet(PAGE, tokens(0), tokens(0)["surface"]),
    "page, dark": Sheet(PAGE, tokens(1), tokens(1)["surface"]),
    "paper": Sheet(styles_in("parts/report-charts.css"), {}, "#ffffff"),
    "cover": Sheet(styles_in("parts/report-charts.css"), {}, tokens(0)["sunken"]),
}


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("sheet", ["page, light", "page, dark", "paper"])
def test_strokes_stand_out_from_what_they_are_drawn_on(sheet: str, sight: str):
    shown, eyes = SHEETS[sheet], SIGHTS[sight]

    faint = {
        (line, ground): round(found, 2)
        for line, ground in STROKES
        if (found := contrast(times(eyes, shown.colour(line, stroke=True)), times(eyes, shown.colour(ground)))) < 3
    }

    assert faint == {}


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("sheet", ["page, light", "page, dark", "paper"])
def test_areas_differ_in_lightness_not_in_hue_alone(sheet: str, sight: str):
    shown, eyes = SHEETS[sheet], SIGHTS[sight]

    alike = {
        (one, other): round(found, 2)
        for one, other, least in AREAS
        if (found := contrast(times(eyes, shown.colour(one)), times(eyes, shown.colour(other)))) < least
    }

    assert alike == {}


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_line_on_the_cover_stands_out_from_its_ground(sight: str):
    for line in ("line-held", "line-missing", "line-mark"):
        seen = [times(SIGHTS[sight], SHEETS["cover"].colour(name, stroke=name == line)) for name in (line, "surface")]
        assert contrast(*seen) >= 3


@pytest.mark.parametrize("sheet", ["page, light", "paper"])
def test_lines_that_cross_are_told_apart_by_their_dashes(sheet: str):
    lines = ("fan-mean", "fan-pace", "fan-pace-edge", "fan-goal")
    drawn = {name: SHEETS[sheet].styles[name].get("stroke-dasharray", "whole") for name in lines}

    for one, other in combinations(lines, 2):
        widths = {SHEETS[sheet].styles[name]["stroke-width"] for name in (one, other)}
        assert drawn[one] != drawn[other] or len(widths) == 2
    assert drawn["fan-mean"] == "whole" != drawn["fan-pace"]


def test_every_class_that_is_drawn_has_its_look_on_the_page_and_on_paper():
    drawn = set()
    for name in ("charts.py", "drawing.py"):
        text = (STATIC.parents[1] / "assessment" / name).read_text("utf-8")
        drawn |= set(re.findall(r'"((?:bar|fan|line|dot|gap|chart)-[a-z-]+|hatch)"', text))
        drawn |= set(re.findall(r'class="((?:bar|fan|line|dot|gap|chart)-[a-z-]+|hatch)"', text))

    assert len(drawn) > 18
    for sheet in ("page, light", "paper"):
        assert drawn - set(SHEETS[sheet].styles) == set()
