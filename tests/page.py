"""A fetched page as a person sees it: its text, its links, its forms."""

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import lxml.html
from cssselect2 import ElementWrapper
from werkzeug.test import TestResponse


class Form:
    """A form as the browser would send it: what is filled in, ticked and hidden, with changes on top."""

    def __init__(self, element: Any, page: "Page") -> None:
        self.element, self.page = element, page

    @property
    def values(self) -> dict[str, list[str]]:
        """The fields' values as they stand, name → values."""
        found: dict[str, list[str]] = {}
        for name, value in self.element.form_values():
            found.setdefault(name, []).append(value or "")
        return found

    def submit(self, *, button: tuple[str, str] | None = None, **changes: Any) -> TestResponse:
        """Send it; `changes` replace fields (a list for several values, None to leave out)."""
        values = self.values
        for name, value in changes.items():
            if value is None:
                values.pop(name, None)
            else:
                values[name] = [str(v) for v in value] if isinstance(value, (list, tuple)) else [str(value)]
        if button:
            values[button[0]] = [button[1]]
        target = urljoin(self.page.url, self.element.get("action") or "")
        parts = urlsplit(target)
        address = parts.path + (f"?{parts.query}" if parts.query else "")
        if (self.element.get("method") or "get").lower() == "get":
            return self.page.client.get(parts.path, query_string=values)
        return self.page.client.post(address, data=values)


class Page:
    """A page and the client that fetched it."""

    def __init__(self, response: TestResponse, client: Any) -> None:
        self.response, self.client = response, client
        self.status = response.status_code
        self.url = response.request.url
        self.tree = lxml.html.document_fromstring(response.get_data())

    @property
    def text(self) -> str:
        """All text of the body, runs of white space made one."""
        return re.sub(r"\s+", " ", self.tree.find("body").text_content()).strip()

    @property
    def title(self) -> str:
        return re.sub(r"\s+", " ", self.tree.findtext(".//title") or "").strip()

    @property
    def heading(self) -> str:
        """The text of the one h1."""
        (heading,) = self.tree.xpath("//h1")
        return re.sub(r"\s+", " ", heading.text_content()).strip()

    def all(self, selector: str) -> list[Any]:
        root = ElementWrapper.from_html_root(self.tree)
        return [found.etree_element for found in root.query_all(selector)]

    def texts(self, selector: str) -> list[str]:
        return [re.sub(r"\s+", " ", found.text_content()).strip() for found in self.all(selector)]

    @property
    def links(self) -> dict[str, str]:
        """Link text → address."""
        return {re.sub(r"\s+", " ", a.text_content()).strip(): a.get("href", "") for a in self.tree.iter("a")}

    @property
    def errors(self) -> list[str]:
        """The sentences of the error summary."""
        return self.texts("[data-error-summary] a, .error-summary a")

    def form(self, which: int | str = 0) -> Form:
        """A form of the main part, by its place or by a piece of its action."""
        forms = list(self.tree.xpath("//main//form"))
        if isinstance(which, int):
            return Form(forms[which], self)
        return Form(next(f for f in forms if which in (f.get("action") or "")), self)
