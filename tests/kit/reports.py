"""Reports on letters that did not arrive, in the shapes that mail servers give them."""

from collections.abc import Callable
from email import message_from_bytes, policy

HEAD = (
    "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: consults@localhost\r\n"
    "Subject: Undelivered mail\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
    "Message-ID: <{name}@mx.example>\r\n"
)


def name_of(letter: bytes) -> str:
    """The Message-ID of a letter."""
    return str(message_from_bytes(letter, policy=policy.default)["Message-ID"])


def head_of(letter: bytes) -> str:
    return letter.partition(b"\r\n\r\n")[0].decode("ascii", "replace") + "\r\n"


def postfix(letter: bytes, status: str, words: str, *, action: str = "failed", name: str = "one") -> bytes:
    """The whole letter comes back."""
    return (
        (
            HEAD.format(name=name)
            + 'Content-Type: multipart/report; report-type=delivery-status; boundary="b/1"\r\n\r\n'
            + "--b/1\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nI could not deliver it.\r\n"
            + "--b/1\r\nContent-Type: message/delivery-status\r\n\r\n"
            + "Reporting-MTA: dns; mx.example\r\nX-Postfix-Queue-ID: 4F1\r\n\r\n"
            + "Final-Recipient: rfc822; ann@example.com\r\nOriginal-Recipient: rfc822;ann@example.com\r\n"
            + f"Action: {action}\r\nStatus: {status}\r\nRemote-MTA: dns; mail.example\r\n"
            + f"Diagnostic-Code: smtp; {words}\r\n\r\n"
            + "--b/1\r\nContent-Description: Undelivered Message\r\nContent-Type: message/rfc822\r\n\r\n"
        ).encode()
        + letter
        + b"\r\n--b/1--\r\n"
    )


def exim(letter: bytes, status: str, words: str, *, action: str = "failed", name: str = "one") -> bytes:
    """The head of the letter comes back; words are folded."""
    folded = words.replace(" ", "\r\n ", 1)
    return (
        HEAD.format(name=name)
        + "Content-Type: multipart/report; report-type=delivery-status; boundary=exim\r\n\r\n"
        + "--exim\r\nContent-type: text/plain\r\n\r\nA message could not be delivered.\r\n"
        + "--exim\r\nContent-type: message/delivery-status\r\n\r\n"
        + "Reporting-MTA: dns; mx.example\r\n\r\n"
        + f"Action: {action}\r\nFinal-Recipient: rfc822;ann@example.com\r\nStatus: {status}\r\n"
        + f"Diagnostic-Code: smtp; {folded}\r\n\r\n"
        + "--exim\r\nContent-type: text/rfc822-headers\r\n\r\n"
        + head_of(letter)
        + "\r\n--exim--\r\n"
    ).encode()


def exchange(letter: bytes, status: str, words: str, *, action: str = "failed", name: str = "one") -> bytes:
    """Nothing of the letter comes back: it is named as what the report answers."""
    return (
        HEAD.format(name=name)
        + f"In-Reply-To: {name_of(letter)}\r\n"
        + 'Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="ex"\r\n\r\n'
        + "--ex\r\nContent-Type: text/html\r\n\r\n<p>Your message wasn't delivered.</p>\r\n"
        + "--ex\r\nContent-Type: message/delivery-status\r\n\r\n"
        + "Reporting-MTA: dns;mx.example\r\nReceived-From-MTA: dns;out.example\r\n\r\n"
        + f"Final-Recipient: rfc822;ann@example.com\r\nAction: {action} (for now)\r\nStatus: {status}\r\n"
        + f"Diagnostic-Code: smtp;{words}\r\n\r\n--ex--\r\n"
    ).encode()


def global_report(letter: bytes, status: str, words: str, *, action: str = "failed", name: str = "one") -> bytes:
    """The form for addresses in all letters (RFC 6533)."""
    return (
        postfix(letter, status, words, action=action, name=name)
        .replace(b"message/delivery-status", b"message/global-delivery-status")
        .replace(b"message/rfc822", b"message/global")
        .replace(b"rfc822; ann@", b"utf-8; ann@")
    )


SHAPES: dict[str, Callable[..., bytes]] = {
    "postfix": postfix,
    "exim": exim,
    "exchange": exchange,
    "global": global_report,
}
