"""A real CalDAV server (Radicale) in this process: users by password, calendars in a folder."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import quote, unquote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from xml.sax.saxutils import escape

import radicale
from radicale.config import load

from booking.caldav import Caldav
from kit.fetch import Answer, Limits, Login, Network, fetch

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.1/32"),)
ROBIN = Login("robin", "a secret")


class ThreadingServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing."""


@dataclass
class CalendarServer:
    """The server, and everything it was asked. `broken` answers in its place while it is set."""

    folder: Path
    url: str
    asked: list[tuple[str, str]]
    broken: str = ""

    @property
    def home(self) -> str:
        return f"{self.url}/robin/"

    def make_calendar(self, name: str, *events: bytes) -> str:
        """A calendar of Robin's; gives its address."""
        url = f"{self.home}{quote(name)}/"
        body = (
            '<?xml version="1.0" encoding="utf-8"?><mkcol xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set>'
            f"<prop><displayname>{escape(name)}</displayname><resourcetype><collection/><C:calendar/></resourcetype></prop>"
            "</set></mkcol>"
        )
        assert self.ask(url, "MKCOL", body.encode()).status == 201
        for number, event in enumerate(events):
            self.client.put(f"{url}{number}.ics", event)
        return url

    def ask(self, url: str, method: str, body: bytes = b"") -> Answer:
        return fetch(url, method=method, body=body, login=ROBIN, limits=Limits(networks=LOOPBACK))

    @property
    def client(self) -> Caldav:
        """Robin's own program."""
        return Caldav(ROBIN, Limits(networks=LOOPBACK))

    def files(self, calendar: str) -> list[bytes]:
        """The events in a calendar as the server keeps them."""
        folder = (
            self.folder / "collections" / "collection-root" / "robin" / unquote(calendar.rstrip("/").rpartition("/")[2])
        )
        return [file.read_bytes() for file in sorted(folder.glob("*.ics"))]


@contextmanager
def calendar_server(folder: Path) -> Iterator[CalendarServer]:
    """Runs it on a free port of the loopback address."""
    (folder / "users").write_text(f"{ROBIN.user}:{ROBIN.password}\n")
    configuration = load()
    configuration.update(
        {
            "auth": {
                "type": "htpasswd",
                "htpasswd_filename": str(folder / "users"),
                "htpasswd_encryption": "plain",
                "delay": "0",  # it would let whoever gives a wrong password wait for a second
            },
            "storage": {"filesystem_folder": str(folder / "collections"), "_filesystem_fsync": "False"},
            "rights": {"type": "owner_only"},
        },
        "test",
        privileged=True,
    )
    logging.getLogger("radicale").setLevel(logging.CRITICAL)
    application = radicale.Application(configuration)
    running = CalendarServer(folder, "", [])

    def serve(environ: dict[str, Any], start_response: Any) -> Any:
        running.asked.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        if running.broken:
            start_response(running.broken, [("Content-Type", "text/plain")])
            return [b""]
        return application(environ, start_response)

    server = make_server("127.0.0.1", 0, serve, server_class=ThreadingServer, handler_class=Quiet)
    running.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
