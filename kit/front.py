"""Answers that are the same for everybody, handed out again without asking the application.

A view marks its answer with what it was made from (`same_for_all`); as long as that is still current, whoever asks for
the same address gets the same bytes: compressed where the client can read that, and none at all where it has them
already. Files under an address that changes with their content are kept in the same way.
"""

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, request

MARK = "site.made_from"
MOST_BYTES = 32 * 1024 * 1024
LEAST_TO_COMPRESS = 512
# What is compressed already, or large: the application answers as ever.
PASSED_BY = (".png", ".jpeg", ".avif", ".webp", ".woff2", ".ttf", ".pdf")
# The headers that a 304 leaves out.
OF_A_BODY = ("content-type", "content-length", "content-encoding")


def same_for_all(made_from: object) -> None:
    """Say that the answer to this request is the same for everybody as long as `made_from` is the current one."""
    request.environ[MARK] = made_from


def install(app: Flask, places: tuple[str, ...], current: Callable[[], object]) -> None:
    """Stand before the application at these addresses; `/stories/*` are all that begin like that.

    `current` gives what pages are made from now. While somebody works on templates, only the application knows that.
    """
    if not app.debug:
        app.wsgi_app = Front(app.wsgi_app, places, current)  # type: ignore[method-assign]


@dataclass(frozen=True)
class Answer:
    """A whole answer, ready for both kinds of client."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    packed: bytes
    etag: str

    @property
    def weight(self) -> int:
        """How much room it takes."""
        return len(self.body) + len(self.packed)

    def give(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer this client."""
        packed = bool(self.packed) and reads_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        tag = f'"{self.etag}-gzip"' if packed else f'"{self.etag}"'
        headers = [*self.headers, ("ETag", tag)]
        if has_it(environ.get("HTTP_IF_NONE_MATCH", ""), self.etag):
            start_response("304 Not Modified", [pair for pair in headers if pair[0].lower() not in OF_A_BODY])
            return []
        body = self.packed if packed else self.body
        if packed:
            headers.append(("Content-Encoding", "gzip"))
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


class Front:
    """Keeps answers, those asked for last, up to `most_bytes`; the ones made from what is gone are dropped."""

    def __init__(
        self,
        behind: WSGIApplication,
        places: tuple[str, ...],
        current: Callable[[], object],
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self.behind, self.current, self.most_bytes = behind, current, most_bytes
        self._places = frozenset(place for place in places if not place.endswith("*"))
        self._beginnings = tuple(place.removesuffix("*") for place in places if place.endswith("*"))
        self._made_from: object = None
        self._kept: OrderedDict[tuple[str, ...], Answer] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        is_here = path in self._places or path.startswith(self._beginnings)
        if not is_here or not self._is_plain(environ, path):
            return self.behind(environ, start_response)
        key = (path, environ["QUERY_STRING"], environ["wsgi.url_scheme"], environ.get("HTTP_X_FORWARDED_PROTO", ""))
        made_from = self.current()
        with self._lock:
            if made_from is not self._made_from:
                self._made_from, self._weight = made_from, 0
                self._kept.clear()
            answer = self._kept.get(key)
            if answer is not None:
                self._kept.move_to_end(key)
        if answer is None:
            return self._ask(environ, start_response, key, made_from)
        return answer.give(environ, start_response)

    @staticmethod
    def _is_plain(environ: WSGIEnvironment, path: str) -> bool:
        query = environ.get("QUERY_STRING", "")
        return (
            environ["REQUEST_METHOD"] in ("GET", "HEAD")
            and (not query or (query.startswith("page=") and query[5:].isdigit() and len(query) < 10))
            and "HTTP_RANGE" not in environ
            and environ.get("HTTP_X_FORWARDED_PROTO", "") in ("", "http", "https")
            and not path.endswith(PASSED_BY)
        )

    def _ask(
        self, environ: WSGIEnvironment, start_response: StartResponse, key: tuple[str, ...], made_from: object
    ) -> Iterable[bytes]:
        """The application's answer: asked for as a whole, as if nobody had anything yet, and kept where it may be."""
        asked = {**environ, "REQUEST_METHOD": "GET"}
        asked.pop("HTTP_IF_NONE_MATCH", None)
        asked.pop("HTTP_IF_MODIFIED_SINCE", None)
        told: list[Any] = []

        def hear(status: str, headers: list[tuple[str, str]], _fault: Any = None) -> Callable[[bytes], object]:
            told[:] = [status, headers]
            return lambda _: None

        given = self.behind(asked, hear)
        try:
            body = b"".join(given)
        finally:
            getattr(given, "close", lambda: None)()
        status, headers = told
        named = {name.lower(): value for name, value in headers}
        immutable = "immutable" in named.get("cache-control", "")
        if status[:3] != "200" or not (immutable or asked.get(MARK) is made_from) or "set-cookie" in named:
            start_response(status, headers)
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
        answer = make_answer(headers, body)
        with self._lock:
            if made_from is self._made_from and key not in self._kept:
                self._kept[key] = answer
                self._weight += answer.weight
                while self._weight > self.most_bytes:
                    self._weight -= self._kept.popitem(last=False)[1].weight
        return answer.give(environ, start_response)


def make_answer(headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
    """An answer to keep. Its mark is made from its bytes; the compressed ones are others, and have another mark."""
    left = ("etag", "content-length", "vary", "last-modified")
    kept = [pair for pair in headers if pair[0].lower() not in left]
    packed = gzip.compress(body, 9, mtime=0) if len(body) >= LEAST_TO_COMPRESS else b""
    if len(packed) >= len(body):
        packed = b""
    if packed:
        kept.append(("Vary", "Accept-Encoding"))
    return Answer(tuple(kept), body, packed, sha256(body).hexdigest()[:32])


def reads_gzip(accepted: str) -> bool:
    """Whether a client that sends this Accept-Encoding (RFC 9110, section 12.5.3) can read gzip."""
    qualities = _qualities(accepted)
    return qualities.get("gzip", qualities.get("*", 0.0)) > 0


def _qualities(accepted: str) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for part in accepted.split(","):
        name, _, quality = part.partition(";")
        try:
            found[name.strip().lower()] = float(quality.partition("=")[2]) if quality.strip() else 1.0
        except ValueError:
            found[name.strip().lower()] = 0.0
    return found


def has_it(held: str, etag: str) -> bool:
    """Whether If-None-Match (RFC 9110, section 13.1.2) names one of the two marks of an answer."""
    if held.strip() == "*":
        return True
    marks = {mark.strip().removeprefix("W/") for mark in held.split(",")}
    return bool(marks & {f'"{etag}"', f'"{etag}-gzip"'})
