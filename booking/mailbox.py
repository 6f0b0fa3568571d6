"""The site's mailbox, read over IMAP (RFC 3501): answers of calendars and mail that came back are carried out.

Everything else stays where it is, unread, for a person; a keyword remembers that it was looked at, where the server
keeps keywords. An answer is written down before its message is marked, so that nothing is lost in between.
"""

import imaplib
import re
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import parse_qs, unquote, urlsplit

from booking import incoming
from booking.replies import MOST_BYTES
from kit import clock
from kit.context import current_settings
from kit.logs import log
from kit.mail import TRUE_WORDS

PATIENCE = 20
LONGEST_RUN = 40  # seconds after which the rest is left to the next run
MOST_LOOKED_AT = 500
MOST_CARRIED_OUT = 50
AT_ONCE = 100
LOOKED_AT = "$SiteLookedAt"
ASIDE = ("Processed", "INBOX.Processed", "INBOX/Processed")
SIGNS = (b'"CALENDAR"', b'"ICS"', b'.ICS"', b'DELIVERY-STATUS"', b'FEEDBACK-REPORT"')


def read_mailbox(*, most: int = MOST_CARRIED_OUT) -> int:
    """Take in what calendars have answered and what came back, at most so many messages. Gives how many. A job.

    A server that cannot be reached is asked again the next time.
    """
    address = current_settings().imap_url
    if address is None:
        return 0
    try:
        with _opened(address) as mailbox:
            return mailbox.read(most)
    except (imaplib.IMAP4.error, OSError) as fault:
        log.warning("mailbox not read", fault=type(fault).__name__)
        return 0


class Mailbox:
    """One folder of one account, selected. Raises imaplib.IMAP4.error or OSError where the server fails."""

    def __init__(self, connection: imaplib.IMAP4, folder: str) -> None:
        self.connection = connection
        if connection.select(_quoted(folder))[0] != "OK":
            raise imaplib.IMAP4.error("the folder cannot be selected")
        flags = b" ".join(part for part in connection.response("PERMANENTFLAGS")[1] or () if part)
        self.keeps_keywords = b"\\*" in flags or LOOKED_AT.encode() in flags
        self.aside = ""

    def read(self, most: int) -> int:
        """Look at what is new; at most so many answers, the oldest first."""
        begun, done = time.monotonic(), 0
        answers, others = self._sorted(self._new())
        self._look_away(others)
        for uid in answers[:most]:
            if time.monotonic() - begun > LONGEST_RUN:
                break
            done += self._carry_out(uid)
        return done

    def _new(self) -> list[str]:
        """The UIDs of messages that nobody has read and we have not looked at, oldest first."""
        without = f" UNKEYWORD {LOOKED_AT}" if self.keeps_keywords else ""
        _, found = self.connection.uid("SEARCH", f"UNSEEN UNDELETED{without}")
        uids = b" ".join(part for part in found if part).split()
        return [uid.decode() for uid in sorted(uids, key=int)][-MOST_LOOKED_AT:]

    def _sorted(self, uids: Sequence[str]) -> tuple[list[str], list[str]]:
        """Those of bearable size that hold a calendar or a report, by what the server tells of them; and the others."""
        answers: list[str] = []
        for first in range(0, len(uids), AT_ONCE):
            chunk = ",".join(uids[first : first + AT_ONCE])
            _, told = self.connection.uid("FETCH", chunk, "(UID RFC822.SIZE BODYSTRUCTURE)")
            for line in _lines(told):
                uid, size = re.search(rb"\bUID (\d+)", line), re.search(rb"RFC822\.SIZE (\d+)", line)
                if uid and size and int(size[1]) <= MOST_BYTES and any(sign in line.upper() for sign in SIGNS):
                    answers.append(uid[1].decode())
        wanted = set(answers)
        return sorted(wanted, key=int), [uid for uid in uids if uid not in wanted]

    def _carry_out(self, uid: str) -> bool:
        """One message, from the server to where it belongs; gives whether it was put aside."""
        _, told = self.connection.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES + 1}>)")
        raw = next((part[1] for part in told if isinstance(part, tuple)), b"")
        try:
            taken = incoming.receive(raw, now=clock.now())
        except Exception as fault:  # one message must not stand in the way of the others; it is tried again
            log.warning("message not carried out", fault=type(fault).__name__)
            return False
        if not taken.concerns_us:
            self._look_away([uid])
            return False
        log.info("message taken in", outcome=taken.line)
        self._put_aside(uid)
        return True

    def _look_away(self, uids: Sequence[str]) -> None:
        """Remember that these are nothing for us."""
        for first in range(0, len(uids) if self.keeps_keywords else 0, AT_ONCE):
            self.connection.uid("STORE", ",".join(uids[first : first + AT_ONCE]), "+FLAGS.SILENT", f"({LOOKED_AT})")

    def _put_aside(self, uid: str) -> None:
        """Mark it as read, and move it to a folder of its own where the server can."""
        self.connection.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")
        folder = self._folder_aside()
        able = self.connection.capabilities
        if folder and "MOVE" in able:
            self.connection.uid("MOVE", uid, _quoted(folder))
        elif folder and "UIDPLUS" in able and self.connection.uid("COPY", uid, _quoted(folder))[0] == "OK":
            self.connection.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")
            self.connection.uid("EXPUNGE", uid)

    def _folder_aside(self) -> str:
        """The folder for what is done, made where there is none; empty where none can be."""
        if not self.aside:
            for name in ASIDE:
                _, listed = self.connection.list(_quoted(""), _quoted(name))
                if any(listed) or self.connection.create(_quoted(name))[0] == "OK":
                    self.aside = name
                    break
        return self.aside


@contextmanager
def _opened(address: str) -> Iterator[Mailbox]:
    """The folder that an address such as `imaps://user:password@host/INBOX` names."""
    url = urlsplit(address)
    host, context = url.hostname or "localhost", ssl.create_default_context()
    connection: imaplib.IMAP4
    if url.scheme == "imaps":
        connection = imaplib.IMAP4_SSL(host, url.port or 993, ssl_context=context, timeout=PATIENCE)
    else:
        connection = imaplib.IMAP4(host, url.port or 143, timeout=PATIENCE)
    with connection:
        if parse_qs(url.query).get("starttls", [""])[0].lower() in TRUE_WORDS:
            connection.starttls(context)
        _sign_in(connection, unquote(url.username or ""), unquote(url.password or ""))
        yield Mailbox(connection, unquote(url.path.strip("/")) or "INBOX")


def _sign_in(connection: imaplib.IMAP4, user: str, password: str) -> None:
    """By AUTHENTICATE where it is there: LOGIN takes no letters such as é."""
    if "AUTH=PLAIN" in connection.capabilities:
        connection.authenticate("PLAIN", lambda _challenge: f"\0{user}\0{password}".encode())
    else:
        connection.login(_quoted(user), password)
    connection._get_capabilities()  # more can be done by who has signed in


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _lines(told: Sequence[object]) -> Iterator[bytes]:
    """The answers of a FETCH, one a message; a literal in the middle of one is put back into its place."""
    line = b""
    for part in told:
        if isinstance(part, tuple):
            line += b" ".join(part)
        elif isinstance(part, bytes):
            yield line + part
            line = b""
