"""What the doctor says of the stories."""

from pathlib import Path

import pytest
from flask import Flask

from blog.condition import judge_stories
from blog.reading import read_folder
from kit.doctor import Verdict
from tests.blog.builders import a_file, a_folder


@pytest.mark.parametrize(
    ("files", "verdict", "sentence"),
    [
        ({"a": a_file()}, Verdict.WELL, "1 can be read, and the desk can save them"),
        ({"a": "x"}, Verdict.TROUBLE, "a.md:1: the file must begin with a head between two lines of ---"),
        (
            {"a": "x", "b": "x"},
            Verdict.TROUBLE,
            "a.md:1: the file must begin with a head between two lines of --- (and 1 more: make check-stories)",
        ),
    ],
)
def test_what_cannot_be_read_is_trouble(tmp_path: Path, files: dict[str, str], verdict: Verdict, sentence: str):
    found = judge_stories(read_folder(a_folder(tmp_path, **files)), tmp_path)

    assert (found.verdict, found.sentence) == (verdict, sentence)


def test_where_nothing_can_be_written_it_is_worth_a_note(tmp_path: Path):
    gone = tmp_path / "gone"

    found = judge_stories(read_folder(a_folder(tmp_path, a=a_file())), gone)

    assert (found.verdict, found.sentence) == (Verdict.NOTE, f"1 can be read; the desk cannot save in {gone}")


def test_the_command_speaks_of_the_stories(app: Flask):
    assert "can be read, and the desk can save them" in app.test_cli_runner().invoke(args=["doctor"]).output
