"""Mail: what a message says, how it is put together, and the two ways it leaves (an SMTP server, or files)."""

import io
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import charset, policy
from email.charset import Charset
from email.encoders import encode_base64
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

from kit.refusals import Unacceptable
from kit.settings import Settings

CONNECT_SECONDS = 20
Part: TypeAlias = "Message[Any, Any]"
# The older half of the library puts a message together in a quarter of the time: it does not parse what it is given.
WIRE = policy.compat32.clone(linesep="\r\n")
QUOTED = Charset("utf-8")
QUOTED.header_encoding = QUOTED.body_encoding = charset.QP
TRUE_WORDS = {"1", "yes", "true", "on", "required"}


class AddressUnusable(Unacceptable):
    """A mail header would break: an address, name or subject holds a control character."""

    title = "That address cannot be used"
    sentence = "An e-mail address or name cannot contain a line break."


class Purpose(StrEnum):
    """Why somebody gets a letter: they asked for this one, or they have subscribed."""

    ASKED_FOR = "asked for"
    NEWSLETTER = "newsletter"


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """One message to one person. `calendar` is an iCalendar object whose METHOD is `calendar_method`.

    `kind` and `about` name what it is and what it belongs to, for the mail log; they are not sent, nor is `purpose`.
    `headers` are further lines of its head, (name, value), in ASCII.
    """

    kind: str
    to: str
    to_name: str
    subject: str
    text: str
    html: str
    about: str = ""
    calendar: bytes | None = None
    calendar_method: str = ""
    attachments: tuple[Attachment, ...] = ()
    reply_to: str = ""
    purpose: Purpose = Purpose.ASKED_FOR
    headers: tuple[tuple[str, str], ...] = ()


def compose(mail: Mail, *, settings: Settings, message_id: str, at: datetime) -> bytes:
    """The message as bytes, CRLF. Same arguments, same bytes.

    With a calendar the shape is RFC 6047's, as mail programs of today read it: mixed{ alternative{ text, HTML,
    calendar without disposition }, the same calendar as a file }. Raises AddressUnusable.
    """
    for value in (mail.to, mail.to_name, mail.subject, mail.reply_to, *(value for _, value in mail.headers)):
        if re.search(r"[\x00-\x1f\x7f]", value):
            raise AddressUnusable
    parts: list[Part] = [_text(mail.text, "plain"), _text(mail.html, "html")]
    if mail.calendar is not None:
        parts.append(_encoded(mail.calendar, "text/calendar", charset="UTF-8", method=mail.calendar_method))
    marks = (f"=_{re.sub(r'[^A-Za-z0-9]', '', message_id)[:40]}_{number}" for number in (0, 1))
    files = [Attachment("invite.ics", "application/ics", mail.calendar)] if mail.calendar is not None else []
    files += mail.attachments
    message: Part
    if files:
        mixed, inner = marks
        alternative = MIMEMultipart("alternative", inner, parts)
        message = MIMEMultipart("mixed", mixed, [alternative, *map(_attached, files)])
        del alternative["MIME-Version"]
    else:
        message = MIMEMultipart("alternative", next(marks), parts)
    message["From"] = _address(settings.site_name, settings.mail_from)
    message["To"] = _address(mail.to_name, mail.to)
    message["Reply-To"] = _address(settings.site_name, mail.reply_to or settings.mail_from)
    subject: Any = Header(mail.subject, None if mail.subject.isascii() else QUOTED, header_name="Subject")
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    written = io.BytesIO()
    # Written as they are: the library would put a long address on a line of its own, below an empty one.
    written.writelines(f"{name}: {value}\r\n".encode("ascii") for name, value in mail.headers)
    BytesGenerator(written, mangle_from_=False, policy=WIRE).flatten(message)
    return written.getvalue()


def _text(words: str, subtype: str) -> Part:
    part = MIMEText(words, subtype, QUOTED)  # type: ignore[arg-type]  # it takes a Charset, too
    del part["MIME-Version"]
    return part


def _encoded(content: bytes, content_type: str, **parameters: str) -> Part:
    part = MIMENonMultipart(*content_type.split("/"))
    del part["MIME-Version"]
    for name, value in parameters.items():
        part.set_param(name, value)
    part.set_payload(content)
    encode_base64(part)
    return part


def _attached(file: Attachment) -> Part:
    part = _encoded(file.content, file.content_type)
    part.add_header("Content-Disposition", "attachment", filename=file.filename)
    return part


def _address(name: str, address: str) -> Any:
    phrase = name.replace("\\", "").replace('"', "'").strip()
    if phrase.isascii() or not address.isascii():
        return f'"{phrase}" <{address}>' if phrase else address
    both = Header(phrase, QUOTED, header_name="Reply-To")
    both.append(f"<{address}>", "us-ascii")
    return both


Act: TypeAlias = Callable[[], None]


class Transport(Protocol):
    """A way for messages to leave."""

    def send(self, sender: str, recipient: str, raw: bytes, name: str, before_data: Act) -> None:
        """Hand over one message. Raises smtplib.SMTPException or OSError when it was not taken.

        `before_data` is done when the other side has agreed to everything but the message itself. Until then it
        cannot have arrived; from then on it may have, whatever becomes of us.
        """


class FileTransport:
    """Keeps each message as a `.eml` file; sending the same one again gives the same file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, sender: str, recipient: str, raw: bytes, name: str, before_data: Act) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / f"{name}.eml"
        partial = target.with_suffix(".partial")
        partial.write_bytes(raw)
        partial.replace(target)


class SmtpTransport:
    """Hands each message to one SMTP server, over one connection."""

    def __init__(self, connection: "Conversation") -> None:
        self.connection = connection

    def send(self, sender: str, recipient: str, raw: bytes, name: str, before_data: Act) -> None:
        self.connection.before_data = before_data
        self.connection.sendmail(sender, [recipient], raw)


class Conversation(smtplib.SMTP):
    """A connection that says when the message itself is about to go: after the server has said that it may."""

    before_data: Act

    def send(self, s: Any) -> None:
        if isinstance(s, bytes):  # the library sends commands as text, and as bytes nothing but the message
            try:
                self.before_data()
            except BaseException:
                self.close()  # or a QUIT would go as the first line of the message, and wait for an answer
                raise
        super().send(s)


class SealedConversation(Conversation, smtplib.SMTP_SSL):
    """The same within TLS from the first byte on."""


@contextmanager
def open_transport(settings: Settings) -> Iterator[Transport]:
    """The configured way out. Raises smtplib.SMTPException or OSError when the server does not answer."""
    if settings.mail_url is None:
        yield FileTransport(settings.instance / "mail")
        return
    url = urlsplit(settings.mail_url)
    options = parse_qs(url.query)
    host = url.hostname or "localhost"
    context = ssl.create_default_context()
    connection: Conversation
    if url.scheme == "smtps":
        connection = SealedConversation(host, url.port or 465, timeout=CONNECT_SECONDS, context=context)
    else:
        connection = Conversation(host, url.port or 587, timeout=CONNECT_SECONDS)
    with connection:
        if options.get("starttls", [""])[0].lower() in TRUE_WORDS:
            connection.starttls(context=context)
        if url.username:
            connection.login(unquote(url.username), unquote(url.password or ""))
        yield SmtpTransport(connection)
