"""A careful HTTP client for addresses that somebody typed: bounded in bytes, seconds and hops, no private networks.

The host is looked up once for each hop; every address it has is checked, and the connection goes to the checked
address while the certificate must still be for the name. A host that names another address a moment later gains
nothing by it.
"""

import contextlib
import socket
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from http.client import HTTPException
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import ClassVar
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.response import HTTPResponse

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
LookUp = Callable[[str, int], tuple[Address, ...]]

AGENT = "ConversationGap/1.0"
CHUNK = 65_536
MOST_ADDRESSES = 4
REDIRECTS = {301, 302, 303, 307, 308}
DEFAULT_PORTS = {"http": 80, "https": 443}
PATH_SAFE = "/%:@!$&'()*+,;=~-._"
GLOBAL_UNICAST = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
# 6to4 and Teredo carry an IPv4 address that a relay somewhere may hand on.
TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))


class FetchFault(Exception):
    """Nothing usable came back; `str(fault)` says why in one sentence."""

    sentence: ClassVar[str] = "The address could not be read."

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.sentence)


class AddressUnusable(FetchFault):
    """It is no address of the web."""

    sentence = "This is not an address of the web. It must begin with https:// and name a server."


class AddressRefused(FetchFault):
    """It leads where the site may not look."""

    sentence = (
        "This address leads into a private network, and nothing is read from there. "
        "Whoever runs the site can open a network with the setting CALENDAR_NETWORKS."
    )


class HostUnknown(FetchFault):
    """The name service knows no such host."""

    sentence = "There is no server of that name. Check the address."


class NoAnswer(FetchFault):
    """Nobody took the call, or hung up."""

    sentence = "The server does not answer."


class CertificateRefused(FetchFault):
    """The other side could not prove that it is who the address names."""

    sentence = "The server could not prove that it is the one in the address: its certificate was refused."


class TooSlow(FetchFault):
    """It took longer than it may."""

    sentence = "The server took too long to answer."


class TooLarge(FetchFault):
    """More than is read; nothing of it was kept."""

    sentence = "What the server sent is larger than what is read."


class TooManyRedirects(FetchFault):
    """It leads on and on."""

    sentence = "The address leads on to another one, and on, without an end."


class AnswerBroken(FetchFault):
    """It broke off, or is no HTTP."""

    sentence = "The answer of the server broke off or made no sense."


class PasswordInTheOpen(FetchFault):
    """A password would travel where others can read it."""

    sentence = "The address begins with http://, so the password could be read on its way. Use https://."


@dataclass(frozen=True)
class Limits:
    """How much is asked of one fetch; all redirects share the seconds. `networks` are private ones that are open."""

    most_bytes: int = 5_000_000
    seconds: float = 20
    redirects: int = 4
    networks: tuple[Network, ...] = ()


@dataclass(frozen=True)
class Login:
    """Name and password for HTTP Basic, in UTF-8 (RFC 7617)."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """What came back, unpacked. Names of headers are in small letters; `url` is where it was in the end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


def look_up(host: str, port: int) -> tuple[Address, ...]:
    """The addresses of a host, as the system knows them. Raises HostUnknown."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise HostUnknown from fault
    return tuple(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))


def is_open(address: Address, networks: tuple[Network, ...] = ()) -> bool:
    """Whether an address is on the open internet or in one of those networks.

    IPv4 inside of IPv6, mapped or behind NAT64, is judged as the IPv4 address that it is.
    """
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or (IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None)
        address = inner or address
    if any(address in network for network in networks if network.version == address.version):
        return True
    if isinstance(address, IPv6Address) and (
        address not in GLOBAL_UNICAST or any(address in tunnel for tunnel in TUNNELS)
    ):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    login: Login | None = None,
    limits: Limits = Limits(),
    find: LookUp = look_up,
) -> Answer:
    """Ask an address and follow its redirects. Whatever status comes is an answer; raises FetchFault for the rest.

    Each hop is checked like the first one. The login goes only to the server that was named at first.
    """
    begun = time.monotonic()
    place = _place(url)
    for _ in range(limits.redirects + 1):
        left = limits.seconds - (time.monotonic() - begun)
        if left <= 0:
            raise TooSlow
        answer = _ask(place, method, headers or {}, body, login, replace(limits, seconds=left), find)
        target = answer.headers.get("location", "")
        if answer.status not in REDIRECTS or not target:
            return answer
        following = _place(urljoin(place.geturl(), target))
        if place.scheme == "https" and following.scheme != "https":
            raise AddressRefused("The address leads on to one without encryption, and is not followed there.")
        if not _same_server(place, following):
            login = None
        if answer.status == 303:
            method, body = "GET", b""
        place = following
    raise TooManyRedirects


def _place(url: str) -> SplitResult:
    """The parts of an address that can be asked: ASCII, without a name, a password or a fragment in it."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").rstrip(".")
        host = host if host.isascii() else host.encode("idna").decode()
        port = parts.port
    except (ValueError, UnicodeError) as fault:
        raise AddressUnusable from fault
    if parts.scheme not in DEFAULT_PORTS or not host or len(url) > 4000:
        raise AddressUnusable
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if port in (None, DEFAULT_PORTS[parts.scheme]) else f"{shown}:{port}"
    path = quote(parts.path or "/", safe=PATH_SAFE)
    return SplitResult(parts.scheme, netloc, path, quote(parts.query, safe=PATH_SAFE + "?"), "")


def _same_server(place: SplitResult, following: SplitResult) -> bool:
    if place.hostname != following.hostname:
        return False
    if (place.scheme, place.port) == (following.scheme, following.port):
        return True
    return (place.scheme, place.port, following.scheme, following.port) == ("http", None, "https", None)


def _ask(
    place: SplitResult,
    method: str,
    headers: Mapping[str, str],
    body: bytes,
    login: Login | None,
    limits: Limits,
    find: LookUp,
) -> Answer:
    """One hop."""
    end = time.monotonic() + limits.seconds
    host = place.hostname or ""
    port = place.port or DEFAULT_PORTS[place.scheme]
    addresses = _in_time(lambda: find(host, port), limits.seconds)[:MOST_ADDRESSES]
    if not addresses:
        raise HostUnknown
    if not all(is_open(address, limits.networks) for address in addresses):
        raise AddressRefused
    if login is not None and place.scheme == "http" and any(is_open(address) for address in addresses):
        raise PasswordInTheOpen
    sent = {"Host": place.netloc, "User-Agent": AGENT, "Accept-Encoding": "gzip", "Connection": "close", **headers}
    if login is not None:
        sent["Authorization"] = f"Basic {b64encode(f'{login.user}:{login.password}'.encode()).decode()}"
    target = place.path + (f"?{place.query}" if place.query else "")
    try:
        connection = _connect(place, addresses, port, end)
        with contextlib.closing(connection), _cut_off(connection, end):
            connection.request(method, target, body=body or None, headers=sent, preload_content=False)
            answer = connection.getresponse()
            with contextlib.closing(answer):
                content = b"" if method == "HEAD" else _read(answer, limits.most_bytes, end)
                known = {name.lower(): value for name, value in answer.headers.items()}
                return Answer(answer.status, known, content, place.geturl())
    except FetchFault:
        raise
    except (HTTPError, HTTPException, OSError, ValueError) as fault:
        if time.monotonic() >= end or isinstance(fault, TimeoutError):
            raise TooSlow from fault
        raise AnswerBroken from fault


def _connect(place: SplitResult, addresses: tuple[Address, ...], port: int, end: float) -> HTTPConnection:
    """A connection to the first of the addresses that takes it."""
    for number, address in enumerate(addresses):
        wait = (end - time.monotonic()) / (len(addresses) - number)
        if wait <= 0:
            break
        connection: HTTPConnection
        if place.scheme == "https":
            context = ssl.create_default_context()
            connection = HTTPSConnection(
                str(address), port, timeout=wait, server_hostname=place.hostname, ssl_context=context
            )
        else:
            connection = HTTPConnection(str(address), port, timeout=wait)
        try:
            connection.connect()
        except ssl.SSLCertVerificationError as fault:
            raise CertificateRefused from fault
        except ssl.SSLError as fault:
            raise AnswerBroken from fault
        except (NewConnectionError, ConnectTimeoutError, HTTPError, OSError):
            connection.close()
            continue
        return connection
    raise TooSlow if time.monotonic() >= end else NoAnswer


@contextlib.contextmanager
def _cut_off(connection: HTTPConnection, end: float) -> Iterator[None]:
    """Within the block the line is cut when the time is over, whatever trickles in until then."""
    line = connection.sock
    assert isinstance(line, socket.socket)
    line.settimeout(max(0.01, end - time.monotonic()))

    def cut() -> None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(line, socket.SHUT_RDWR)  # not that of a TLS socket, which is not for two threads

    timer = threading.Timer(max(0.01, end - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _read(answer: HTTPResponse, most: int, end: float) -> bytes:
    """The whole body, unpacked as it comes. Raises TooLarge, TooSlow."""
    said = answer.headers.get("Content-Length", "")
    if said.isdecimal() and int(said) > most:
        raise TooLarge
    content = bytearray()
    for piece in answer.stream(CHUNK, decode_content=True):
        content += piece
        if len(content) > most:
            raise TooLarge
        if time.monotonic() >= end:
            raise TooSlow
    if time.monotonic() >= end:
        raise TooSlow
    return bytes(content)


def _in_time(find: Callable[[], tuple[Address, ...]], seconds: float) -> tuple[Address, ...]:
    """What `find` gives, waited for no longer than that: the system's look-up knows no limit of ours."""
    found: list[tuple[Address, ...] | BaseException] = []

    def run() -> None:
        try:
            found.append(find())
        except BaseException as fault:
            found.append(fault)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not found:
        raise TooSlow
    if isinstance(found[0], BaseException):
        raise found[0]
    return found[0]
