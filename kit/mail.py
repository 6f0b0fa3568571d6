"""Mail: what a message says, how it is put together, and the two ways it leaves (an SMTP server, or files)."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from kit.refusals import Unacceptable
from kit.settings import Settings

CONNECT_SECONDS = 20
TRUE_WORDS = {"1", "yes", "true", "on", "required"}


class AddressUnusable(Unacceptable):
    """A mail header would break: an address, name or subject holds a control character."""

    title = "That address cannot be used"
    sentence = "An e-mail address or name cannot contain a line break."


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """One message to one person. `calendar` is an iCalendar object whose METHOD is `calendar_method`.

    `kind` and `about` name what it is and what it belongs to, for the mail log; they are not sent.
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


def compose(mail: Mail, *, settings: Settings, message_id: str, at: datetime) -> bytes:
    """The message as bytes, CRLF. Same arguments, same bytes.

    With a calendar the shape is RFC 6047's, as mail programs of today read it: mixed{ alternative{ text, HTML,
    calendar without disposition }, the same calendar as a file }. Raises AddressUnusable.
    """
    for value in (mail.to, mail.to_name, mail.subject, mail.reply_to):
        if re.search(r"[\x00-\x1f\x7f]", value):
            raise AddressUnusable
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = _address(settings.site_name, settings.mail_from)
    message["To"] = _address(mail.to_name, mail.to)
    message["Reply-To"] = _address(settings.site_name, mail.reply_to or settings.mail_from)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    if mail.calendar is not None:
        part = EmailMessage(policy=policy.SMTP)
        part.set_content(mail.calendar, maintype="text", subtype="calendar", cte="base64")
        del part["MIME-Version"]
        part.set_param("charset", "UTF-8")
        part.set_param("method", mail.calendar_method)
        message.attach(part)
    if mail.calendar is not None or mail.attachments:
        message.make_mixed()
    if mail.calendar is not None:
        message.add_attachment(
            mail.calendar, maintype="application", subtype="ics", filename="invite.ics", cte="base64"
        )
    for attachment in mail.attachments:
        maintype, subtype = attachment.content_type.split("/")
        message.add_attachment(attachment.content, maintype=maintype, subtype=subtype, filename=attachment.filename)
    for number, part_of_many in enumerate(p for p in message.walk() if p.is_multipart()):
        part_of_many.set_boundary(f"=_{re.sub(r'[^A-Za-z0-9]', '', message_id)[:40]}_{number}")
    return message.as_bytes()


def _address(name: str, address: str) -> str:
    phrase = name.replace("\\", "").replace('"', "'").strip()
    return f'"{phrase}" <{address}>' if phrase else address


class Transport(Protocol):
    """A way for messages to leave."""

    def send(self, sender: str, recipient: str, raw: bytes, name: str) -> None:
        """Hand over one message. Raises smtplib.SMTPException or OSError when it was not taken."""


class FileTransport:
    """Keeps each message as a `.eml` file; sending the same one again gives the same file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, sender: str, recipient: str, raw: bytes, name: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / f"{name}.eml"
        partial = target.with_suffix(".partial")
        partial.write_bytes(raw)
        partial.replace(target)


class SmtpTransport:
    """Hands each message to one SMTP server, over one connection."""

    def __init__(self, connection: smtplib.SMTP) -> None:
        self.connection = connection

    def send(self, sender: str, recipient: str, raw: bytes, name: str) -> None:
        self.connection.sendmail(sender, [recipient], raw)


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
    connection: smtplib.SMTP
    if url.scheme == "smtps":
        connection = smtplib.SMTP_SSL(host, url.port or 465, timeout=CONNECT_SECONDS, context=context)
    else:
        connection = smtplib.SMTP(host, url.port or 587, timeout=CONNECT_SECONDS)
    with connection:
        if options.get("starttls", [""])[0].lower() in TRUE_WORDS:
            connection.starttls(context=context)
        if url.username:
            connection.login(unquote(url.username), unquote(url.password or ""))
        yield SmtpTransport(connection)
