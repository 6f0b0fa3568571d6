"""Markdown with two words of its own: dialogue, and the moral.

A quotation that begins with a name and a colon is dialogue (`> Dana: Why are you calling me?`); a block between
`::: moral` and `:::` is the moral. Raw HTML is text, and what comes out is sanitised all the same.
"""

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

SPOKEN = re.compile(r'<figure class="dialogue"><figcaption>(.*?)</figcaption><blockquote>\s*<p>(.*?)</p>', re.DOTALL)
SPEAKER = re.compile(r"^([^\W\d_][\w.'’ -]{0,40}): +")
TAGS = {
    *("p", "em", "strong", "a", "code", "pre", "br", "hr", "blockquote", "ul", "ol", "li", "h2", "h3", "h4", "s"),
    *("figure", "figcaption", "section", "table", "thead", "tbody", "tr", "th", "td", "abbr"),
}
ATTRIBUTES = {"a": {"href", "title"}, "figure": {"class"}, "section": {"class"}, "ol": {"start"}, "td": {"align"}}


def render(text: str) -> str:
    """The HTML of a story's text, safe to show."""
    return nh3.clean(
        _markdown().render(text),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )


def typeset(line: str) -> str:
    """A line of plain text with real quotation marks, apostrophes and dashes."""
    parser = MarkdownIt("zero", {"typographer": True}).enable(["replacements", "smartquotes"])
    (inline,) = parser.parseInline(line)
    return "".join(token.content for token in inline.children or ())


def first_exchange(html: str) -> tuple[tuple[str, str], ...]:
    """The first two lines of dialogue in the HTML of a story: who speaks, and the words as safe HTML."""
    return tuple((unescape(speaker), words) for speaker, words in SPOKEN.findall(html)[:2])


def count_words(html: str) -> int:
    """The words a reader reads."""
    return len(re.findall(r"[\w’'-]+", re.sub(r"<[^>]+>", " ", html)))


def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": True})
    parser.enable(["replacements", "smartquotes", "table", "strikethrough"])
    parser.use(container_plugin, "moral", render=_moral)
    parser.core.ruler.push("dialogue", _find_dialogue)
    parser.add_render_rule("blockquote_open", _open_quotation)
    parser.add_render_rule("blockquote_close", _close_quotation)
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


def _open_quotation(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    speaker = tokens[index].meta.get("speaker")
    if not speaker:
        return "<blockquote>\n"
    return f'<figure class="dialogue"><figcaption>{nh3.clean_text(speaker)}</figcaption><blockquote>\n'


def _close_quotation(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return "</blockquote></figure>\n" if tokens[index].meta.get("speaker") else "</blockquote>\n"


def _moral(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return '<section class="moral">\n' if tokens[index].nesting == 1 else "</section>\n"
