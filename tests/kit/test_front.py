"""What is the same for everybody is asked for once, and given to each client as it can take it."""

import gzip
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from kit.front import MARK, Front, has_it, reads_gzip

PAGE = ("words and words " * 60).encode()
NOW, LATER = object(), object()


class Behind:
    """An application that counts how often it is asked."""

    def __init__(self, mark: object = NOW, **headers: str) -> None:
        self.mark, self.headers, self.asked = mark, headers, 0

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        self.asked += 1
        environ[MARK] = self.mark
        request = Request(environ)
        if request.path.startswith("/gone"):
            return Response("gone", status=404)(environ, start_response)
        headers = {"Cache-Control": "public, max-age=60", **{k.replace("_", "-"): v for k, v in self.headers.items()}}
        answer = Response(PAGE + request.query_string, mimetype="text/html", headers=headers)
        answer.add_etag()
        return answer.make_conditional(request)(environ, start_response)


def before(behind: Behind, **rest: Any) -> Client:
    return Client(Front(behind, ("/", "/pages/*", "/gone/*", "/static/*"), lambda: NOW, **rest))


@pytest.mark.parametrize("address", ["/", "/pages/a", "/pages/?page=2"])
def test_the_application_is_asked_once(address: str):
    behind = Behind()
    client = before(behind)

    answers = [client.get(address) for _ in range(3)]

    assert behind.asked == 1
    assert len({(answer.status_code, answer.get_data(), str(answer.headers)) for answer in answers}) == 1
    assert answers[0].get_data().startswith(PAGE)


@pytest.mark.parametrize(
    ("address", "options"),
    [
        ("/other", {}),
        ("/pages/a?q=1", {}),
        ("/pages/a?page=1&x=2", {}),
        ("/pages/a?page=12345", {}),
        ("/pages/a.png", {}),
        ("/pages/a", {"headers": {"Range": "bytes=0-3"}}),
        ("/pages/a", {"headers": {"X-Forwarded-Proto": "gopher"}}),
        ("/pages/a", {"method": "POST"}),
        ("/gone/a", {}),
    ],
    ids=str,
)
def test_everything_else_goes_to_the_application(address: str, options: dict[str, Any]):
    behind = Behind()
    client = before(behind)

    for _ in range(2):
        client.open(address, **options)

    assert behind.asked == 2


def test_what_came_by_another_way_is_another_answer():
    behind = Behind()
    client = before(behind)

    for _ in range(2):
        for way in ({}, {"X-Forwarded-Proto": "https"}, {"X-Forwarded-Proto": "http"}):
            client.get("/pages/a", headers=way)

    assert behind.asked == 3


@pytest.mark.parametrize("headers", [{"Set_Cookie": "a=b"}, {}], ids=["cookie", "not marked"])
def test_what_is_somebodys_own_is_never_kept(headers: dict[str, str]):
    behind = Behind(NOW if headers else LATER, **headers)
    client = before(behind)

    for _ in range(2):
        assert client.get("/pages/a").status_code == 200

    assert behind.asked == 2


def test_what_never_changes_is_kept_whatever_it_is_made_from():
    behind = Behind(LATER, Cache_Control="max-age=1, public, immutable")
    client = before(behind)

    for _ in range(2):
        client.get("/static/a.css")

    assert behind.asked == 1


def test_once_it_is_made_from_something_else_it_is_made_anew():
    behind = Behind()
    current = [NOW]
    client = Client(Front(behind, ("/pages/*",), lambda: current[0]))
    client.get("/pages/a")

    current[0] = behind.mark = LATER

    client.get("/pages/a")
    client.get("/pages/a")
    assert behind.asked == 2


def test_whoever_has_it_gets_nothing():
    client = before(Behind())
    plain = client.get("/pages/a")
    packed = client.get("/pages/a", headers={"Accept-Encoding": "br, gzip"})

    for etag in (plain.headers["ETag"], packed.headers["ETag"], f'"x", W/{plain.headers["ETag"]}', "*"):
        again = client.get("/pages/a", headers={"If-None-Match": etag})
        assert (again.status_code, again.get_data()) == (304, b"")
        assert again.headers["Cache-Control"] == "public, max-age=60"
        assert "Content-Length" not in again.headers
    assert client.get("/pages/a", headers={"If-None-Match": '"other"'}).status_code == 200
    first = before(Behind()).get("/pages/a", headers={"If-None-Match": plain.headers["ETag"]})
    assert first.status_code == 304


def test_a_client_that_reads_gzip_gets_the_same_words_in_fewer_bytes():
    client = before(Behind())
    plain = client.get("/pages/a")
    packed = client.get("/pages/a", headers={"Accept-Encoding": "gzip"})

    assert gzip.decompress(packed.get_data()) == plain.get_data() == PAGE
    assert (packed.headers["Content-Encoding"], plain.headers.get("Content-Encoding")) == ("gzip", None)
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert int(packed.headers["Content-Length"]) == len(packed.get_data()) < len(PAGE) / 5


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.parametrize("address", ["/pages/a", "/gone/a"])
def test_head_tells_the_length_and_sends_nothing(turn: int, address: str):
    client = before(Behind())
    for _ in range(turn):
        head = client.head(address)

    assert head.get_data() == b""
    assert head.headers["Content-Length"] == str(len(client.get(address).get_data()))


def test_no_more_is_kept_than_there_is_room_for():
    behind = Behind()
    client = before(behind, most_bytes=3 * len(PAGE))
    for name in "abcdef":
        client.get(f"/pages/{name}")

    client.get("/pages/f")
    assert behind.asked == 6
    client.get("/pages/a")
    assert behind.asked == 7


NAMES = st.sampled_from(["gzip", "br", "identity", "*", "deflate"])
PARTS = st.lists(st.tuples(NAMES, st.sampled_from(["", ";q=0", ";q=0.5", "; q=1.0", ";q=0.0"])), max_size=4)


@given(PARTS.filter(lambda parts: len({name for name, _ in parts}) == len(parts)))
def test_accept_encoding_is_read_as_others_read_it(parts: list[tuple[str, str]]):
    header = ", ".join(name + quality for name, quality in parts)

    assert reads_gzip(header) == (parse_accept_header(header, Accept).quality("gzip") > 0)


@given(st.text(max_size=30))
def test_no_header_is_too_odd(text: str):
    assert isinstance(reads_gzip(text), bool)
    assert has_it(text, "mark") == (text.strip() == "*")
