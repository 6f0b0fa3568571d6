"""An address that somebody typed is read within limits, and never from where the site may not look."""

import gzip
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from kit.fetch import (
    AddressRefused,
    AddressUnusable,
    Answer,
    AnswerBroken,
    CertificateRefused,
    FetchFault,
    HostUnknown,
    Limits,
    Login,
    NoAnswer,
    PasswordInTheOpen,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    fetch,
    is_open,
)
from tests.kit.smtp import free_port
from tests.web_server import Asked, Handler, Says, Server, web_server

# Only this one address of the machine is open; its neighbours on the loopback stay private.
HERE = Limits(networks=(ip_network("127.0.0.1/32"),), seconds=5)
ANN = Login("ann", "a secret")


@pytest.fixture
def server() -> Iterator[Server]:
    with web_server() as running:
        yield running


def test_an_answer_comes_with_status_headers_and_where_it_was(server: Server):
    server.answers["/calendar.ics?key=a%20b"] = Says(b"BEGIN", 200, {"ETag": '"1"'})

    answer = fetch(f"{server.url}/calendar.ics?key=a b#part", limits=HERE)

    assert (answer.status, answer.body, answer.headers["etag"]) == (200, b"BEGIN", '"1"')
    assert answer.url == f"{server.url}/calendar.ics?key=a%20b"


def test_other_verbs_carry_their_body_and_headers(server: Server):
    server.answers["/dav/"] = Says(b"", 207)

    fetch(f"{server.url}/dav/", method="PROPFIND", headers={"Depth": "0"}, body=b"<x/>", login=ANN, limits=HERE)

    (asked,) = server.asked
    assert (asked.method, asked.headers["depth"], asked.body) == ("PROPFIND", "0", b"<x/>")
    assert asked.headers["authorization"] == "Basic YW5uOmEgc2VjcmV0"
    assert asked.headers["host"] == server.url.removeprefix("http://")


@pytest.mark.parametrize(
    "url",
    [
        *("", "calendar", "ftp://example.com/", "file:///etc/passwd", "https://", "http://[::1", "http://a:99999/"),
        *("gopher://127.0.0.1:25/_HELO", "https://" + "a" * 4000 + ".example", "http://\N{BULLET}.example..com/"),
    ],
)
def test_what_is_no_address_of_the_web_is_said(url: str):
    with pytest.raises(AddressUnusable):
        fetch(url)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
        *("::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "fec0::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b::a00:1"),
        *("64:ff9b:1::1", "2002:7f00:1::1", "2001:0:7f00:1::1", "::127.0.0.1"),
    ],
)
def test_private_addresses_are_closed(address: str):
    assert not is_open(ip_address(address))

    with pytest.raises(AddressRefused):
        fetch("https://calendar.example/", find=lambda _host, _port: (ip_address(address),))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_the_open_internet_is_open(address: str):
    assert is_open(ip_address(address))


@pytest.mark.parametrize(
    ("address", "networks", "answer"),
    [
        ("10.1.2.3", ["10.1.0.0/16"], True),
        ("10.2.2.3", ["10.1.0.0/16"], False),
        ("fd00::5", ["10.0.0.0/8", "fd00::/8"], True),
        ("::ffff:10.1.2.3", ["10.0.0.0/8"], True),
        ("127.0.0.1", ["10.0.0.0/8"], False),
    ],
)
def test_a_network_can_be_opened(address: str, networks: list[str], answer: bool):
    assert is_open(ip_address(address), tuple(ip_network(network) for network in networks)) is answer


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "127.1", "0x7f.1", "[::1]", "[::ffff:7f00:1]"]
)
def test_no_way_of_writing_this_machine_reaches_it(server: Server, host: str):
    with pytest.raises((AddressRefused, HostUnknown)):
        fetch(f"http://{host}:{server.server_port}/")

    assert server.asked == []


def test_a_host_that_also_has_a_private_address_is_refused(server: Server):
    addresses = (IPv4Address("127.0.0.1"), IPv4Address("10.0.0.1"))

    with pytest.raises(AddressRefused):
        fetch(f"http://calendar.example:{server.server_port}/", limits=HERE, find=lambda _host, _port: addresses)


def test_the_name_is_looked_up_once_and_the_checked_address_is_asked(server: Server):
    server.answers["/"] = Says(b"here")
    asked: list[str] = []

    def find(host: str, _port: int) -> tuple[IPv4Address, ...]:
        asked.append(host)
        return (IPv4Address("127.0.0.1" if len(asked) == 1 else "127.0.0.2"),)

    answer = fetch(f"http://calendar.example:{server.server_port}/", limits=HERE, find=find)

    assert (answer.body, asked) == (b"here", ["calendar.example"])
    assert server.asked[0].headers["host"] == f"calendar.example:{server.server_port}"


def test_the_next_address_is_tried_where_one_does_not_answer(server: Server):
    server.answers["/"] = Says(b"here")
    addresses = (IPv6Address("::1"), IPv4Address("127.0.0.1"))
    limits = Limits(networks=(ip_network("127.0.0.1"), ip_network("::1")), seconds=5)

    answer = fetch(f"http://calendar.example:{server.server_port}/", limits=limits, find=lambda _host, _port: addresses)

    assert answer.body == b"here"


def test_redirects_are_followed_and_each_is_checked(server: Server):
    with web_server("127.0.0.2") as private:
        private.answers["/inside"] = Says(b"what nobody should see")
        server.answers["/first"] = Says(status=302, headers={"Location": "second"})
        server.answers["/second"] = Says(status=308, headers={"Location": f"{private.url}/inside"})

        with pytest.raises(AddressRefused):
            fetch(f"{server.url}/first", limits=HERE)

        assert [asked.path for asked in server.asked] == ["/first", "/second"]
        assert private.asked == []


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/", "javascript:alert(1)", "https://"])
def test_a_redirect_out_of_the_web_is_refused(server: Server, target: str):
    server.answers["/"] = Says(status=302, headers={"Location": target})

    with pytest.raises(AddressUnusable):
        fetch(server.url, limits=HERE)


def test_a_redirect_keeps_the_verb_and_a_303_does_not(server: Server):
    server.answers |= {
        "/a": Says(status=301, headers={"Location": "/b"}),
        "/b": Says(status=303, headers={"Location": "/c"}),
        "/c": Says(b"end"),
    }

    fetch(f"{server.url}/a", method="REPORT", body=b"<x/>", limits=HERE)

    assert [(asked.method, asked.body) for asked in server.asked] == [("REPORT", b"<x/>")] * 2 + [("GET", b"")]


def test_redirects_without_an_end_have_one(server: Server):
    server.answers["/"] = Says(status=302, headers={"Location": "/"})

    with pytest.raises(TooManyRedirects):
        fetch(server.url, limits=HERE)

    assert len(server.asked) == 5


def test_a_password_stays_with_the_server_it_was_given_for(server: Server):
    with web_server() as other:
        server.answers["/"] = Says(status=307, headers={"Location": "/here"})
        server.answers["/here"] = Says(status=307, headers={"Location": f"{other.url}/there"})
        other.answers["/there"] = Says(status=307, headers={"Location": f"{server.url}/back"})
        server.answers["/back"] = Says(b"end")

        fetch(server.url, login=ANN, limits=HERE)

        assert ["authorization" in asked.headers for asked in server.asked] == [True, True, False]
        assert "authorization" not in other.asked[0].headers


def test_a_password_is_not_sent_in_the_open():
    with pytest.raises(PasswordInTheOpen):
        fetch("http://calendar.example/", login=ANN, find=lambda _host, _port: (IPv4Address("8.8.8.8"),))


def test_a_password_may_be_in_any_script(server: Server):
    fetch(server.url, login=Login("anna", "пароль:Ä"), limits=HERE)

    assert server.asked[0].headers["authorization"] == f"Basic {b64encode('anna:пароль:Ä'.encode()).decode()}"


def test_a_password_is_shown_nowhere():
    assert "secret" not in repr(ANN)


def test_what_is_too_large_is_refused_by_what_it_says_of_itself(server: Server):
    server.answers["/"] = Says(b"x", 200, {"Content-Length": "10000000"})

    with pytest.raises(TooLarge):
        fetch(server.url, limits=HERE)


def endless(handler: Handler, _asked: Asked) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(10_000):
        handler.wfile.write(b"x" * 10_000)


def test_what_never_ends_is_refused_while_it_comes(server: Server):
    server.answers["/"] = endless
    begun = time.monotonic()

    with pytest.raises(TooLarge):
        fetch(server.url, limits=HERE)

    assert time.monotonic() - begun < 2


def test_a_small_file_that_unpacks_to_a_large_one_is_refused(server: Server):
    packed = gzip.compress(b"x" * 40_000_000)
    server.answers["/"] = Says(packed, 200, {"Content-Encoding": "gzip"})

    with pytest.raises(TooLarge):
        fetch(server.url, limits=HERE)

    assert len(packed) < 100_000


def test_a_packed_answer_is_unpacked(server: Server):
    server.answers["/"] = Says(gzip.compress(b"BEGIN:VCALENDAR"), 200, {"Content-Encoding": "gzip"})

    assert fetch(server.url, limits=HERE).body == b"BEGIN:VCALENDAR"


def drip_body(handler: Handler, _asked: Asked) -> None:
    handler.send_response(200)
    handler.end_headers()
    drip(handler)


def drip_head(handler: Handler, _asked: Asked) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    drip(handler)


def drip(handler: Handler) -> None:
    for _ in range(200):
        handler.wfile.write(b"x")
        time.sleep(0.02)


def silent(_handler: Handler, _asked: Asked) -> None:
    time.sleep(2)


@pytest.mark.parametrize("answer", [drip_body, drip_head, silent])
def test_the_seconds_are_those_of_the_whole_answer(server: Server, answer: Callable[[Handler, Asked], None]):
    server.answers["/"] = answer
    begun = time.monotonic()

    with pytest.raises(TooSlow):
        fetch(server.url, limits=Limits(networks=HERE.networks, seconds=0.4))

    assert time.monotonic() - begun < 1.5


def test_a_name_service_that_hangs_is_not_waited_for():
    begun = time.monotonic()

    with pytest.raises(TooSlow):
        fetch(
            "https://calendar.example/",
            limits=Limits(seconds=0.2),
            find=lambda _host, _port: time.sleep(1.5) or (),  # type: ignore[func-returns-value]
        )

    assert time.monotonic() - begun < 1


def broken_off(handler: Handler, _asked: Asked) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of")


def nonsense(handler: Handler, _asked: Asked) -> None:
    handler.wfile.write(b"220 mail.example ESMTP\r\n")


@pytest.mark.parametrize("answer", [broken_off, nonsense, Says(b"\x1f\x8bnot", 200, {"Content-Encoding": "gzip"})])
def test_an_answer_that_breaks_off_or_makes_no_sense_is_no_answer(server: Server, answer: Says):
    server.answers["/"] = answer

    with pytest.raises(AnswerBroken):
        fetch(server.url, limits=HERE)


def test_a_server_that_is_not_there_is_said():
    with pytest.raises(NoAnswer):
        fetch(f"http://127.0.0.1:{free_port()}/", limits=HERE)


def test_a_name_that_nobody_has_is_said():
    with pytest.raises(HostUnknown):
        fetch("https://nobody.invalid/", limits=HERE)


def test_every_fault_is_one_sentence():
    for kind in FetchFault.__subclasses__():
        assert str(kind()).endswith("."), kind
        assert "{" not in str(kind())


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The context of a server whose certificate, which this process trusts, is for calendar.example."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "calendar.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("calendar.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def ask_by_name(server: Server, name: str) -> Answer:
    url = f"https://{name}:{server.server_port}/"
    return fetch(url, limits=HERE, find=lambda _host, _port: (IPv4Address("127.0.0.1"),))


def test_the_certificate_must_be_for_the_name_although_the_address_is_asked(certified: ssl.SSLContext):
    with web_server(context=certified) as server:
        server.answers["/"] = Says(b"here")

        assert ask_by_name(server, "calendar.example").body == b"here"
        with pytest.raises(CertificateRefused):
            ask_by_name(server, "other.example")


def test_a_certificate_of_nobody_is_refused(certified: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SSL_CERT_FILE")

    with web_server(context=certified) as server, pytest.raises(CertificateRefused):
        ask_by_name(server, "calendar.example")


def test_a_server_without_encryption_at_an_address_that_promises_it_is_said(server: Server):
    with pytest.raises(AnswerBroken):
        ask_by_name(server, "calendar.example")


def test_nothing_leads_out_of_encryption(certified: ssl.SSLContext, server: Server):
    with web_server(context=certified) as encrypted:
        encrypted.answers["/"] = Says(status=302, headers={"Location": server.url})

        with pytest.raises(AddressRefused, match="without encryption"):
            ask_by_name(encrypted, "calendar.example")

        assert server.asked == []
