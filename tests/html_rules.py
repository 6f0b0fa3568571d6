"""The rules every page obeys, whichever test fetched it."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import html5lib
from html5lib.constants import E as MESSAGES

from tests.kinds import kind_of

STATIC = Path(__file__).resolve().parents[1] / "static"
UNLABELLED_TYPES = {"hidden", "submit", "button", "image", "reset"}
PLAIN_OPTIONS = re.compile(rb'(<option value="[^"<>&]*">[^<>&]*</option>\s*){2,}')
PICTURE = re.compile(r"/stories/pictures/[0-9a-f]{20}-[0-9]+\.(?:avif|webp|jpeg)")
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "headers")


class RuleBroken(AssertionError):
    """A page breaks rules; the text names each of them."""


_kinds_seen: set[bytes] = set()


def assert_html_rules(body: bytes, address: str) -> None:
    """Every rule of `faults_of`; a page that differs from an earlier one only in numbers and tokens passes with it."""
    kind = kind_of(body)
    if kind in _kinds_seen:
        return
    if found := faults_of(body):
        raise RuleBroken(f"{address}:\n  " + "\n  ".join(found))
    _kinds_seen.add(kind)


def faults_of(body: bytes) -> list[str]:
    """What is wrong with a page, in words."""
    tree, faults = _parse(PLAIN_OPTIONS.sub(b"<option>plain</option>", body))
    return [*faults, *_frame(tree), *_names(tree), *_fields(tree), *_foreign(tree)]


def _parse(body: bytes) -> tuple[Any, list[str]]:
    """The tree as a browser builds it, and where it had to guess (the parse errors of the HTML standard)."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("lxml"), namespaceHTMLElements=False)
    root = parser.parse(body, transport_encoding="utf-8").getroot()
    return root, [f"line {line}: {MESSAGES[code] % more}" for (line, _), code, more in parser.errors]


def _frame(tree: Any) -> list[str]:
    faults = []
    if not tree.get("lang"):
        faults.append("the page does not name its language")
    for name in ("title", "h1", "main"):
        found = [element for element in tree.iter(name) if _text(element)]
        if len(found) != 1:
            faults.append(f"there are {len(found)} {name} with text")
    title = _text(next(tree.iter("title"), tree))
    if tree.xpath("//*[@data-error-summary]") and not title.startswith("Error: "):
        faults.append(f"there is an error summary, but the title is {title!r}")
    if title.startswith("Error: ") and not tree.xpath('//*[@role="alert"]'):
        faults.append(f"the title is {title!r}, but nothing says what is wrong")
    levels = [int(heading.tag[1]) for heading in tree.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    for last, level in pairwise(levels):
        if level > last + 1:
            faults.append(f"a heading of level {level} follows one of level {last}")
    zoom = "".join(tree.xpath('//meta[@name="viewport"]/@content'))
    if "width=device-width" not in zoom or "user-scalable" in zoom or "maximum-scale" in zoom:
        faults.append(f"the viewport is {zoom!r}")
    return faults


def _names(tree: Any) -> list[str]:
    """Identifiers, and what must have a name for whoever does not see it."""
    faults = []
    ids = tree.xpath("//@id")
    faults += [f"the id {name!r} stands there twice" for name in sorted({name for name in ids if ids.count(name) > 1})]
    for attribute in REFERENCES:
        for value in tree.xpath(f"//@{attribute}"):
            faults += [f"{attribute} leads nowhere: {name!r}" for name in value.split() if name not in ids]
    for anchor in tree.xpath('//a[starts-with(@href, "#")]/@href'):
        if anchor != "#" and anchor[1:] not in ids:
            faults.append(f"a link within the page leads nowhere: {anchor}")
    for element in tree.iter("a", "button", "summary", "legend", "label", "th"):
        if not _text(element) and not element.get("aria-label") and not _pictures_named(element):
            faults.append(f"a {element.tag} has no text: {dict(element.attrib)}")
    faults += [f"an image without alt: {image.get('src')}" for image in tree.iter("img") if image.get("alt") is None]
    for drawing in tree.iter("{http://www.w3.org/2000/svg}svg"):
        titled = drawing.get("aria-label") or any(child.tag.endswith("}title") for child in drawing)
        if drawing.get("aria-hidden") != "true" and not (drawing.get("role") == "img" and titled):
            faults.append("a drawing has neither a name nor aria-hidden")
    faults += ["a table has no header cell" for table in tree.iter("table") if table.find(".//th") is None]
    faults += [f"a th has no scope: {_text(cell)!r}" for cell in tree.iter("th") if not cell.get("scope")]
    return faults


def _fields(tree: Any) -> list[str]:
    faults = []
    labelled = set(tree.xpath("//label/@for"))
    for field in tree.iter("input", "select", "textarea"):
        if field.get("placeholder") is not None:
            faults.append(f"a placeholder is no label: {field.get('name')!r}")
        if field.get("type") in UNLABELLED_TYPES:
            continue
        wrapped = any(parent.tag == "label" for parent in field.iterancestors())
        if field.get("id") not in labelled and not wrapped and not field.get("aria-label"):
            faults.append(f"the field {field.get('name')!r} has no label")
        if field.get("type") == "radio" and not any(_legend_of(parent) for parent in field.iterancestors("fieldset")):
            faults.append(f"the radio buttons {field.get('name')!r} have no legend")
    return faults


def _foreign(tree: Any) -> list[str]:
    """What the content security policy would stop, and what would be asked of another site."""
    faults = []
    for element in tree.iter():
        for name, value in element.attrib.items():
            if name == "style" or name.startswith("on"):
                faults.append(f"an inline {name}: {value!r}")
            if name in ("href", "src", "action") and value.strip().lower().startswith(("javascript:", "data:")):
                faults.append(f"a {name} that acts: {value!r}")
    faults += ["an inline style sheet" for _ in tree.iter("style")]
    for script in tree.iter("script"):
        if script.get("type") != "application/ld+json" and not script.get("src"):
            faults.append("an inline script")
    faults += [
        f"a frame may do more than be seen: {frame.get('src')!r}" for frame in tree.xpath("//iframe[@sandbox!='']")
    ]
    faults += [f"a frame without a sandbox: {frame.get('src')!r}" for frame in tree.xpath("//iframe[not(@sandbox)]")]
    faults += [f"a frame shows {to!r}" for to in tree.xpath("//iframe/@src") if not to.startswith("/dev/")]
    loaded = tree.xpath('//*[not(self::iframe)]/@src | //link[not(@rel="canonical") and not(@rel="alternate")]/@href')
    loaded += [one.split()[0] for several in tree.xpath("//@srcset") for one in several.split(",")]
    for address in loaded:
        if PICTURE.fullmatch(address):
            continue
        if not address.startswith("/static/"):
            faults.append(f"something is loaded from {address!r}")
        elif not _is_file(address):
            faults.append(f"there is no {address}")
    faults += [f"a form is sent to {to!r}" for to in tree.xpath("//@action | //@formaction") if not to.startswith("/")]
    return faults


@cache
def _is_file(address: str) -> bool:
    _, _, _version, name = address.split("/", 3)
    return (STATIC / name).is_file()


def _legend_of(fieldset: Any) -> str:
    legend = fieldset.find("legend")
    return "" if legend is None else _text(legend)


def _pictures_named(element: Any) -> bool:
    return bool(element.xpath('.//*[@role="img" and @aria-label] | .//img[@alt != ""]'))


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())
