"""The body of a story as mail programs show it: styles inline, addresses whole, and the same words as plain text.

What comes in is the sanitised HTML of `blog.markup`; what goes out holds nothing that a mail program drops.
"""

import re
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin

SANS = "font-family:Arial,Helvetica,sans-serif;"
STYLES = {
    "p": "margin:0 0 16px;",
    "a": "color:#0b4a50;",
    "h2": "margin:26px 0 10px;font-size:21px;line-height:1.3;",
    "h3": "margin:22px 0 8px;font-size:18px;line-height:1.3;",
    "h4": "margin:20px 0 8px;font-size:17px;line-height:1.3;",
    "ul": "margin:0 0 16px;padding-left:22px;",
    "ol": "margin:0 0 16px;padding-left:26px;",
    "li": "margin:0 0 6px;",
    "blockquote": "margin:0 0 16px;padding:0 0 0 14px;border-left:3px solid #dccfb9;",
    "figure": "margin:0 0 16px;padding:0;",
    "figcaption": SANS + "font-size:13px;line-height:1.4;",
    "img": "max-width:100%;height:auto;border:0;",
    "hr": "border:0;border-top:1px solid #dccfb9;margin:24px 0;",
    "table": "border-collapse:collapse;margin:0 0 16px;" + SANS + "font-size:15px;",
    "th": "text-align:left;padding:6px 12px 6px 0;border-bottom:1px solid #dccfb9;",
    "td": "padding:6px 12px 6px 0;border-bottom:1px solid #dccfb9;vertical-align:top;",
    "pre": "margin:0 0 16px;font-size:14px;white-space:pre-wrap;",
    "code": "font-size:14px;",
}
SPOKEN = {
    "figcaption": SANS + "font-size:13px;font-weight:bold;line-height:1.4;color:#4c443a;",
    "blockquote": "margin:0;padding:0 0 0 14px;border-left:3px solid #0b4a50;",
    "p": "margin:0 0 8px;",
}
MORAL = "margin:28px 0;padding:16px 20px 2px;background:#f8e3d8;border-left:5px solid #c2401c;font-size:19px;"
KEPT = ("href", "src", "alt", "width", "height", "title", "start", "align", "colspan", "rowspan")
WHOLE = ("href", "src")
EMPTY = {"br", "hr", "img"}
DROPPED = {"picture", "source"}
BLOCKS = {"p", "h2", "h3", "h4", "ul", "ol", "blockquote", "figure", "section", "table", "pre", "hr"}
SAFE = re.compile(r"(https?|mailto):", re.IGNORECASE)

Attributes = list[tuple[str, str | None]]


def for_mail(html: str, *, at: str) -> str:
    """The HTML of a story whose page is at the address `at`, to be put into a letter."""
    writer = _Writer(at)
    writer.feed(html)
    writer.close()
    return "".join(writer.written)


def as_text(html: str, *, at: str) -> str:
    """The same as plain text: who speaks before what is said, the moral set in, addresses after what leads there."""
    reader = _Reader(at)
    reader.feed(html)
    reader.close()
    reader.end_block()
    return "\n\n".join(reader.blocks)


class _Writer(HTMLParser):
    """Writes each element again, as mail programs take it."""

    def __init__(self, at: str) -> None:
        super().__init__(convert_charrefs=False)
        self.at = at
        self.written: list[str] = []
        self.spoken: list[bool] = []

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if tag in DROPPED:
            return
        kind = dict(attrs).get("class") or ""
        if tag == "figure":
            self.spoken.append("dialogue" in kind)
        kept = [(name, _whole(value, self.at) if name in WHOLE else value) for name, value in attrs if name in KEPT]
        style, name = self._style(tag, kind)
        if name:
            kept.append(("class", name))
        if style:
            kept.append(("style", style))
        self.written.append(f"<{tag}{''.join(_written(name, value) for name, value in kept)}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "figure" and self.spoken:
            self.spoken.pop()
        if tag not in DROPPED | EMPTY:
            self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.written.append(escape(data, quote=False))

    def handle_entityref(self, name: str) -> None:
        self.written.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.written.append(f"&#{name};")

    def _style(self, tag: str, kind: str) -> tuple[str, str]:
        """The style of an element, and the name under which the dark scheme knows it."""
        if tag == "section":
            return (MORAL, "moral") if "moral" in kind else ("", "")
        if self.spoken and self.spoken[-1] and tag in SPOKEN:
            return SPOKEN[tag], {"figcaption": "soft", "blockquote": "said"}.get(tag, "")
        return STYLES.get(tag, ""), ""


class _Reader(HTMLParser):
    """Collects blocks of text."""

    def __init__(self, at: str) -> None:
        super().__init__(convert_charrefs=True)
        self.at = at
        self.blocks: list[str] = []
        self.line = ""
        self.speaker = ""
        self.targets: list[tuple[str, int]] = []
        self.lists: list[int | None] = []
        self.within: list[str] = []

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        found = dict(attrs)
        if tag in BLOCKS or tag in ("li", "tr", "figcaption"):
            self.end_block()
        if tag in EMPTY:
            self._stand_alone(tag, found)
            return
        kind = found.get("class") or ""
        if tag in ("section", "figure", "pre"):
            self.within.append("moral" if "moral" in kind else "dialogue" if "dialogue" in kind else tag)
        elif tag in ("ul", "ol"):
            self.lists.append(None if tag == "ul" else 1)
        elif tag == "li":
            self.line = self._bullet()
        elif tag == "a":
            self.targets.append((_whole(found.get("href"), self.at), len(self.line)))
        elif tag in ("td", "th") and self.line.strip():
            self.line = self.line.rstrip() + " | "

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.targets:
            target, start = self.targets.pop()
            if target and self.line[start:].strip() not in ("", target):
                self.line += f" ({target.removeprefix('mailto:')})"
        elif tag == "figcaption" and self.within[-1:] == ["dialogue"]:
            self.speaker, self.line = " ".join(self.line.split()), ""
        elif tag in BLOCKS or tag in ("li", "tr", "figcaption"):
            self.end_block()
        if tag in ("section", "figure", "pre") and self.within:
            self.within.pop()
        if tag in ("ul", "ol") and self.lists:
            self.lists.pop()

    def handle_data(self, data: str) -> None:
        self.line += data if "pre" in self.within else re.sub(r"[ \t\r\n]+", " ", data)

    def end_block(self) -> None:
        """What was collected is a block of its own."""
        kept = self.line if "pre" in self.within else "\n".join(part.strip() for part in self.line.split("\n"))
        words, self.line = kept.strip(), ""
        self.targets = [(target, 0) for target, _ in self.targets]
        if not words:
            return
        if self.speaker:
            words, self.speaker = f"{self.speaker}: {words}", ""
        if "moral" in self.within:
            words = "\n".join(f"    {line}" for line in words.split("\n"))
        self.blocks.append(words)

    def _stand_alone(self, tag: str, found: dict[str, str | None]) -> None:
        if tag == "br":
            self.line += "\n"
        elif tag == "hr":
            self.blocks.append("* * *")
        elif found.get("alt"):
            self.line += f"[{found['alt']}]"

    def _bullet(self) -> str:
        number = self.lists[-1] if self.lists else None
        if number is None:
            return "- "
        self.lists[-1] = number + 1
        return f"{number}. "


def _whole(address: str | None, at: str) -> str:
    """An address that works outside of the page; empty where it cannot be one."""
    try:
        found = urljoin(at, address or "")
    except ValueError:
        return ""
    return found if SAFE.match(found) else ""


def _written(name: str, value: str | None) -> str:
    return f' {name}="{escape(value or "")}"'
