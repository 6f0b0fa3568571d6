"""Templates: each one compiles, is used, and stumbles over a name it was not given."""

import re
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import StrictUndefined, UndefinedError

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file())
PACKAGES = ("kit", "staff", "leads", "blog", "booking", "assessment", "desk", "pages", "dev")
ESCAPED = (".html", ".xml")
pytestmark = pytest.mark.once


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles(app: Flask, name: str):
    assert app.jinja_env.get_template(name).name == name


def test_a_name_that_was_not_given_is_a_fault(app: Flask):
    assert app.jinja_env.undefined is StrictUndefined
    with pytest.raises(UndefinedError):
        app.jinja_env.from_string("{{ nobody_gave_this }}").render()


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name.endswith(ESCAPED)])
def test_what_a_person_typed_is_escaped(app: Flask, name: str):
    assert app.select_jinja_autoescape(name)


def test_every_template_is_used():
    written = "\n".join(path.read_text("utf-8") for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    written += "\n".join((FOLDER / name).read_text("utf-8") for name in TEMPLATES)
    named = set(re.findall(r'"([\w/]+\.\w+)"', written))
    letters = [re.sub(r"\{\w+\}", r"\\w+", name) for name in re.findall(r'"(\w+/[\w{}]+)"', written)]
    mail = re.compile("|".join(f"{name.replace('/', '/email/')}\\.(txt|html)" for name in letters))

    assert {name for name in TEMPLATES if name not in named and not mail.fullmatch(name)} == set()


def test_no_template_holds_a_style_or_a_script_of_its_own():
    inline = re.compile(r"<style|<script(?![^>]*\bsrc=)(?![^>]*ld\+json)|\sstyle=|\son[a-z]+=")
    pages = [name for name in TEMPLATES if "email" not in name and name != "assessment/report.html"]

    found = {name: inline.findall((FOLDER / name).read_text("utf-8")) for name in pages}

    assert {name: what for name, what in found.items() if what} == {}
