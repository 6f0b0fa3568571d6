"""Colours that can be read, in both schemes; everything named once."""

import re
from itertools import product
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text("utf-8")
SHEETS = sorted(path for path in CSS.rglob("*.css") if path.name != "tokens.css")
ON_PAPER = [path for path in SHEETS if path.name.startswith("report")]
PAIRS = dict(re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}, #[0-9a-f]{6})\);", TOKENS))
GROUNDS = ("paper", "surface", "sunken")
READ = [
    *product(("ink", "ink-soft"), GROUNDS),
    *product(("accent", "accent-strong"), ("paper", "surface", "accent-wash")),
    *product(("signal-ink",), ("paper", "surface", "signal-wash")),
    *product(("good",), ("paper", "surface")),
    *product(("danger",), ("paper", "surface", "danger-wash")),
    *product(("accent-ink",), ("accent", "accent-strong")),
    *product(("ink", "ink-soft"), ("accent-wash", "signal-wash", "danger-wash")),
    ("paper", "danger"),
]
SEEN = [*product(("control", "accent", "signal", "held", "danger", "good"), ("paper", "surface"))]
SCHEMES = ("light", "dark")


def colour(name: str, scheme: str) -> str:
    return PAIRS[name].split(", ")[SCHEMES.index(scheme)]


def luminance(code: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = [int(code[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_reckoning_is_that_of_the_guidelines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("text", "ground"), READ, ids=lambda name: str(name))
def test_text_can_be_read(text: str, ground: str, scheme: str):
    assert contrast(colour(text, scheme), colour(ground, scheme)) >= 7


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("stroke", "ground"), SEEN, ids=lambda name: str(name))
def test_controls_and_strokes_can_be_seen(stroke: str, ground: str, scheme: str):
    assert contrast(colour(stroke, scheme), colour(ground, scheme)) >= 3


def test_a_colour_is_named_in_one_place():
    named = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|lab|lch)a?\(")
    screen = [path for path in SHEETS if path not in ON_PAPER]

    found = {path.name: named.findall(without_print(path.read_text("utf-8"))) for path in screen}

    assert {name: colours for name, colours in found.items() if colours} == {}


def test_every_property_that_is_used_is_there():
    texts = {path.name: path.read_text("utf-8") for path in [CSS / "tokens.css", *SHEETS]}
    known = {name for text in texts.values() for name in re.findall(r"(--[a-z0-9-]+)\s*:", text)}

    used = {name for text in texts.values() for name in re.findall(r"var\((--[a-z0-9-]+)\)", text)}

    assert used - known == set()


def test_every_sheet_is_in_a_layer():
    for path in SHEETS:
        if path not in ON_PAPER:
            text = re.sub(r"/\*.*?\*/|@font-face \{.*?\}", "", path.read_text("utf-8"), flags=re.DOTALL).strip()
            assert re.match(r"@layer (base|layout|parts) \{", text), path.name


def without_print(text: str) -> str:
    """A sheet without what holds for paper."""
    return re.sub(r"@media print \{(?:[^{}]|\{[^{}]*\})*\}", "", text)
