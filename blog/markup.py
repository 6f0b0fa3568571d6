"""Markdown with two words of its own: dialogue, and the moral.

A quotation that begins with a name and a colon is dialogue (`> Dana: Why are you calling me?`); a block between
`::: moral` and `:::` is the moral. A picture is a file of the stories' folder. Raw HTML is text, and what comes out is
sanitised all the same.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from html import unescape
from typing import Any
from urllib.parse import unquote

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

from blog.picture import Picture, element

SPOKEN = re.compile(r'<figure class="dialogue"><figcaption>(.*?)</figcaption><blockquote>\s*<p>(.*?)</p>', re.DOTALL)
SPEAKER = re.compile(r"^([^\W\d_][\w.'’ -]{0,40}): +")
TAGS = {
    *("p", "em", "strong", "a", "code", "pre", "br", "hr", "blockquote", "ul", "ol", "li", "h2", "h3", "h4", "s"),
    *("figure", "figcaption", "section", "table", "thead", "tbody", "tr", "th", "td", "abbr"),
    *("picture", "source", "img"),
}
PICTURE_ATTRIBUTES = {"src", "srcset", "sizes", "width", "height", "alt", "loading", "decoding", "fetchpriority"}
ATTRIBUTES = {
    "a": {"href", "title"},
    "figure": {"class"},
    "section": {"class"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align", "scope"},
    "source": {"type", "srcset", "sizes"},
    "img": PICTURE_ATTRIBUTES,
}


class NoSuchPicture(Exception):
    """A text shows a picture that is not there; `line` is counted from the text's first."""

    def __init__(self, line: int, source: str) -> None:
        super().__init__(source)
        self.line, self.source = line, source


def render(text: str, pictures: Mapping[str, Picture] | None = None, *, eager: bool = False) -> str:
    """The HTML of a story's text, safe to show. Raises NoSuchPicture.

    The first picture is loaded at once where `eager`, all others when they come near.
    """
    return nh3.clean(
        _markdown().render(text, {"pictures": pictures or {}, "eager": eager}),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )


def pictures_in(text: str) -> tuple[str, ...]:
    """The files that a text shows, in its order."""
    tokens = _markdown(check=False).parse(text)
    children = (child for token in tokens for child in token.children or ())
    return tuple(_source(child) for child in children if child.type == "image")


def typeset(line: str) -> str:
    """A line of plain text with real quotation marks, apostrophes and dashes."""
    (inline,) = _line_parser().parseInline(line)
    return "".join(token.content for token in inline.children or ())


def first_exchange(html: str) -> tuple[tuple[str, str], ...]:
    """The first two lines of dialogue in the HTML of a story: who speaks, and the words as safe HTML."""
    return tuple((unescape(speaker), words) for speaker, words in SPOKEN.findall(html)[:2])


def plain_text(html: str) -> str:
    """The words of a story's HTML and nothing else."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def count_words(html: str) -> int:
    """The words a reader reads."""
    return len(re.findall(r"[\w’'-]+", re.sub(r"<[^>]+>", " ", html)))


@cache
def _line_parser() -> MarkdownIt:
    return MarkdownIt("zero", {"typographer": True}).enable(["replacements", "smartquotes"])


@cache
def _markdown(*, check: bool = True) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": True})
    parser.enable(["replacements", "smartquotes", "table", "strikethrough"])
    parser.use(container_plugin, "moral", render=_moral)
    parser.core.ruler.push("dialogue", _find_dialogue)
    if check:
        parser.core.ruler.push("pictures", _find_pictures)
    parser.add_render_rule("blockquote_open", _open_quotation)
    parser.add_render_rule("blockquote_close", _close_quotation)
    parser.add_render_rule("th_open", _open_head_cell)
    parser.add_render_rule("image", _image)
    return parser


def _find_dialogue(state: StateCore) -> None:
    """Mark the quotations that are spoken, and take the name out of their text."""
    opened: list[Token] = []
    for place, token in enumerate(state.tokens):
        if token.type == "blockquote_open":
            opened.append(token)
            first = state.tokens[place + 2] if place + 2 < len(state.tokens) else None
            start = first.children[0] if first and first.type == "inline" and first.children else None
            found = SPEAKER.match(start.content) if start and start.type == "text" else None
            if start and found:
                token.meta["speaker"] = found.group(1)
                start.content = start.content[found.end() :]
        elif token.type == "blockquote_close":
            token.meta.update(opened.pop().meta)


def _find_pictures(state: StateCore) -> None:
    """Know each picture; one that stands alone in its paragraph becomes a figure, with its title as the caption."""
    for place, token in enumerate(state.tokens):
        for child in token.children or ():
            if child.type == "image" and _source(child) not in state.env["pictures"]:
                raise NoSuchPicture(token.map[0] + 1 if token.map else 1, _source(child))
        if token.type == "inline" and token.children and [child.type for child in token.children] == ["image"]:
            around = state.tokens[place - 1], state.tokens[place + 1]
            if [one.type for one in around] == ["paragraph_open", "paragraph_close"] and not around[0].hidden:
                around[0].hidden = around[1].hidden = True
                token.children[0].meta["alone"] = True


def _source(token: Token) -> str:
    """The file that a picture is in, as it was written."""
    return unquote(str(token.attrGet("src")))


def _image(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    picture: Picture = env["pictures"][_source(token)]
    alt = typeset(self.renderInlineAsText(token.children, options, env))
    shown = element(picture, alt, eager=env["eager"])
    env["eager"] = False
    if not token.meta.get("alone"):
        return shown
    title = str(token.attrGet("title") or "")
    caption = f"<figcaption>{nh3.clean_text(typeset(title))}</figcaption>" if title else ""
    return f'<figure class="picture">{shown}{caption}</figure>\n'


def _open_head_cell(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return '<th scope="col">'


def _open_quotation(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    speaker = tokens[index].meta.get("speaker")
    if not speaker:
        return "<blockquote>\n"
    return f'<figure class="dialogue"><figcaption>{nh3.clean_text(speaker)}</figcaption><blockquote>\n'


def _close_quotation(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return "</blockquote></figure>\n" if tokens[index].meta.get("speaker") else "</blockquote>\n"


def _moral(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return '<section class="moral">\n' if tokens[index].nesting == 1 else "</section>\n"
