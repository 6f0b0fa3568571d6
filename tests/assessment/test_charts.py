"""The charts: drawings that can be read aloud, that hold all of their words, and tables that hold every figure."""

import re
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import lxml.etree
import pytest
from PIL import ImageFont

from assessment.charts import Chart, Charts, charts_of
from assessment.result import assess
from tests.assessment.builders import ON, VARIANTS

FACE = ImageFont.truetype(Path(__file__).parents[2] / "static/fonts/print/inter-600.ttf", 100)
SVG = "{http://www.w3.org/2000/svg}"
KINDS = ("dots", "line", "gap", "fan", "levers", "profile")
RECKONED = [name for name in VARIANTS if name != "no count"]


@cache
def charts(variant: str) -> Charts:
    return charts_of(assess(VARIANTS[variant], ON))


def chart(variant: str, kind: str) -> Chart:
    found = getattr(charts(variant), kind)
    assert isinstance(found, Chart)
    return found


def drawn(svg: str) -> Any:
    return lxml.etree.fromstring(svg)


def boxes(svg: Any) -> list[tuple[str, float, float, float, float]]:
    """Each text of a drawing with the room it takes in the site's own face: left, top, right, bottom."""
    found = []
    for text in svg.iter(SVG + "text"):
        size, x, y = float(text.get("font-size")), float(text.get("x")), float(text.get("y"))
        width = FACE.getlength(text.text) * size / FACE.size
        left = {"start": x, "middle": x - width / 2, "end": x - width}[text.get("text-anchor")]
        found.append((text.text, left, y - 0.75 * size, left + width, y + 0.2 * size))
    return found


CASES = [(variant, kind) for variant in RECKONED for kind in KINDS]


@pytest.mark.parametrize(("variant", "kind"), CASES, ids=lambda value: str(value))
def test_a_chart_is_an_image_with_a_title_first(variant: str, kind: str):
    found = chart(variant, kind)

    for svg in map(drawn, (found.svg, found.narrow)):
        assert svg.get("role") == "img"
        assert svg[0].tag == SVG + "title"
        assert len(svg[0].text) > 30
        assert svg[0].text.endswith(".")


@pytest.mark.parametrize(("variant", "kind"), CASES, ids=lambda value: str(value))
def test_no_words_run_out_of_the_drawing_or_over_each_other(variant: str, kind: str):
    found = chart(variant, kind)

    for svg in map(drawn, (found.svg, found.narrow)):
        _, _, width, height = map(float, svg.get("viewBox").split())
        placed = boxes(svg)
        outside = [box for box in placed if box[1] < 0 or box[3] > width or box[2] < 0 or box[4] > height]
        assert outside == []
        overlapping = [
            (one[0], other[0])
            for one, other in combinations(placed, 2)
            if one[1] < other[3] and other[1] < one[3] and one[2] < other[4] and other[2] < one[4]
        ]
        assert overlapping == []


@pytest.mark.parametrize(("variant", "kind"), CASES, ids=lambda value: str(value))
def test_every_shape_lies_within_the_drawing(variant: str, kind: str):
    found = chart(variant, kind)

    for svg in map(drawn, (found.svg, found.narrow)):
        _, _, width, height = map(float, svg.get("viewBox").split())
        for rect in svg.iter(SVG + "rect"):
            x, y, wide, high = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
            assert wide > 0
            assert 0 <= x <= x + wide <= width
            assert 0 <= y <= y + high <= height
        for path in svg.iter(SVG + "path"):
            for x, y in re.findall(r"[ML]?(-?[\d.]+) (-?[\d.]+)", path.get("d").split("l")[0]):
                assert 0 <= float(x) <= width
                assert 0 <= float(y) <= height


@pytest.mark.parametrize(("variant", "kind"), CASES, ids=lambda value: str(value))
def test_colours_come_from_classes_so_that_no_policy_is_broken(variant: str, kind: str):
    found = chart(variant, kind)

    for svg in (found.svg, found.narrow):
        assert "style=" not in svg
        assert "fill=" not in svg
        assert "<style" not in svg


@pytest.mark.parametrize(("variant", "kind"), CASES, ids=lambda value: str(value))
def test_each_table_has_as_many_cells_as_heads(variant: str, kind: str):
    found = chart(variant, kind)

    assert found.caption
    assert {len(row) for row in found.rows} == {len(found.heads)}


def test_the_gap_table_names_hours_beside_each_volume():
    assert chart("typical", "gap").rows == (
        ("You hold now", "4", "2 hours"),
        ("Planning pace", "11", "5.5 hours"),
        ("Even chance", "12", "5.5 hours"),
        ("Chance of 8 in 10", "21", "10 hours"),
    )
    words = [box[0] for box in boxes(drawn(chart("typical", "gap").svg))]
    assert words == [
        "Hours a week",
        "You hold now", "2 hours", "4",
        "Planning pace", "5.5 hours", "11",
        "Even chance", "5.5 hours", "12",
        "Chance of 8 in 10", "10 hours", "21",
    ]  # fmt: skip


def test_the_lever_table_shows_the_room_beside_each_lever():
    rows = {row[0]: row for row in chart("typical", "levers").rows}

    assert chart("typical", "levers").heads[1:] == (
        "Joiners", "Chance then", "Hours a week", "Joiners for an hour", "Room left", "Beats more calls from",
    )  # fmt: skip
    assert rows["More introductions"] == (
        "More introductions",
        "+0.7",
        "about 3 in 20",
        "45 minutes",
        "0.9",
        "57 %",
        "8",
    )
    assert rows["Two more conversations a week"][5:] == ("–", "–")
    assert chart("little known", "levers").rows[2][5] == "half, assumed"


def test_the_dots_are_as_many_as_the_chance():
    svg = drawn(chart("typical", "dots").svg)
    kinds = [circle.get("class") for circle in svg.iter(SVG + "circle")]

    assert (kinds.count("dot-full"), kinds.count("dot-open")) == (2, 18)
    assert len({circle.get("cy") for circle in svg.iter(SVG + "circle")}) == 2


def test_what_was_not_measured_is_hatched_and_said():
    svg = drawn(chart("little known", "profile").svg)

    assert len(list(svg.iter(SVG + "path"))) == 5
    assert [box[0] for box in boxes(svg)].count("not measured") == 5
    assert chart("little known", "profile").rows[1] == ("Time", "not measured")


def test_the_fan_shows_the_pace_only_where_there_is_a_gap():
    with_gap, without = (drawn(chart(variant, "fan").svg) for variant in ("typical", "no gap"))

    for svg, dashed in ((with_gap, 1), (without, 0)):
        classes = [path.get("class") for path in svg.iter(SVG + "path")]
        assert classes.count("fan-pace") == dashed
        assert [classes.count(kind) for kind in ("fan-wide", "fan-half", "fan-mean", "fan-goal")] == [1, 1, 1, 1]
    assert len(chart("typical", "fan").heads) == 5
    assert len(chart("no gap", "fan").heads) == 4


def test_the_line_of_the_goal_leaves_out_who_has_agreed():
    words = [box[0] for box in boxes(drawn(chart("late", "fan").svg))]

    assert "needed 4" in words
    assert "goal 10" in [box[0] for box in boxes(drawn(chart("typical", "fan").svg))]


def test_without_a_reckoning_only_the_profile_is_drawn():
    found = charts("no count")

    assert (found.dots, found.line, found.gap, found.fan, found.levers) == (None, None, None, None, None)
    assert found.profile.rows[0] == ("Volume", "not measured")
