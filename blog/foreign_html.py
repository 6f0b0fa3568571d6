"""HTML from elsewhere as the Markdown of stories: words, links, lists, headings, quotations, no more."""

import re
from dataclasses import dataclass

import nh3
from markdownify import MarkdownConverter

KEPT = {
    *("p", "br", "hr", "em", "i", "strong", "b", "a", "s", "del", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "img", "figure", "figcaption", "div", "section"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
DROPPED_WITH_TEXT = {"script", "style", "noscript", "template", "title", "object", "svg", "math", "textarea", "select"}
FRAME = re.compile(r"<\s*(iframe|embed|object|video|audio|form|script)\b", re.IGNORECASE)
# With a name and a value in it, closed, or one of those that WordPress knows itself; other words in brackets are words.
SHORTCODE = re.compile(
    r"\[(?:(?P<a>[a-z][\w-]+)\s[^\]]*=[^\]]*|/(?P<b>[a-z][\w-]+)|(?P<c>gallery|embed|audio|video|playlist|caption))/?\]"
)
BLOCK = re.compile(r"<\s*(?:p|div|h[1-6]|ul|ol|blockquote|table|figure)\b", re.IGNORECASE)
SAFE = re.compile(r"(?:https?:|mailto:|/|#|[^:]*$)", re.IGNORECASE)


@dataclass(frozen=True)
class Converted:
    """Markdown, the pictures that stood in it, and what was left out, in words."""

    text: str
    pictures: tuple[str, ...]
    left_out: tuple[str, ...]


class _Converter(MarkdownConverter):
    """Writes headings below the title's, and pictures as links: a picture of a story is a file of its folder."""

    def __init__(self) -> None:
        super().__init__(heading_style="ATX", bullets="-", escape_misc=False, newline_style="backslash")
        self.pictures: list[str] = []

    def convert_hN(self, n: int, el: object, text: str, parent_tags: object) -> str:  # noqa: N802  # its hook's name
        level = min(max(n, 2), 4)
        words = " ".join(text.split())
        return f"\n\n{'#' * level} {words}\n\n" if words else ""

    def convert_img(self, el: object, text: str, parent_tags: object) -> str:
        address = str(el.get("src") or "")  # type: ignore[attr-defined]
        if not address:
            return ""
        self.pictures.append(address)
        said = str(el.get("alt") or "picture").replace("[", "(").replace("]", ")")  # type: ignore[attr-defined]
        return f"[{said}]({address})" if SAFE.match(address) and " " not in address else said


def to_markdown(html: str, *, shortcodes: bool = False) -> Converted:
    """The Markdown of a piece of HTML, whoever wrote it. `shortcodes` are WordPress's `[gallery]` and the like."""
    left_out = [f"<{name.lower()}>" for name in FRAME.findall(html)]
    if shortcodes:
        left_out += [f"[{code['a'] or code['b'] or code['c']}]" for code in SHORTCODE.finditer(html)]
        html = SHORTCODE.sub("", html)
    if not BLOCK.search(html):
        html = "".join(f"<p>{part.strip().replace(chr(10), '<br>')}</p>" for part in re.split(r"\n\s*\n", html))
    clean = nh3.clean(
        html,
        tags=KEPT,
        clean_content_tags=DROPPED_WITH_TEXT,
        attributes={"a": {"href"}, "img": {"src", "alt"}},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    converter = _Converter()
    try:
        text = str(converter.convert(clean))
    except RecursionError:
        left_out.append("everything but its words, since it is nested too deep")
        text = " ".join(re.sub(r"<[^>]+>", " ", clean).split())
    text = re.sub(r"[ \t]+\n", "\n", text).replace("\u00a0", " ")
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    return Converted(text, tuple(dict.fromkeys(converter.pictures)), tuple(dict.fromkeys(left_out)))
