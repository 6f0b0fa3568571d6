"""Letters over TLS, from the first byte or after STARTTLS, to a real server; nothing leaves where that fails."""

import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

from kit import outbox
from kit.context import EXTENSION, current_settings
from kit.db import session, transaction
from kit.mail import Mail
from kit.outbox import Letter, LetterState
from tests.kit.smtp import free_port

ANN = "ann@example.com"


@dataclass
class Post:
    """What a mail server was told: user names with passwords, and letters, each with whether TLS was on."""

    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    letters: list[tuple[str, bool]] = field(default_factory=list)

    def check(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, told: LoginPassword
    ) -> AuthResult:
        self.logins.append((told.login, told.password))
        return AuthResult(success=told == LoginPassword(b"site", b"p@ss word"))

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        sealed = server.transport is not None and server.transport.get_extra_info("cipher") is not None
        self.letters += [(recipient, sealed) for recipient in envelope.rcpt_tos]
        return "250 OK"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key; whoever trusts the file trusts the server."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + built.public_bytes(serialization.Encoding.PEM)
    )
    return path


@contextmanager
def a_server(post: Post, certificate: Path, *, scheme: str, offers_tls: bool = True) -> Iterator[str]:
    """Runs it; gives its MAIL_URL, with a user and a password."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    port = free_port()
    controller = Controller(
        post,
        hostname="127.0.0.1",
        port=port,
        ssl_context=context if scheme == "smtps" else None,
        tls_context=context if scheme == "smtp" and offers_tls else None,
        require_starttls=scheme == "smtp" and offers_tls,
        authenticator=post.check,
        auth_require_tls=scheme == "smtp" and offers_tls,
    )
    controller.start()
    try:
        yield f"{scheme}://site:p%40ss%20word@127.0.0.1:{port}" + ("?starttls=yes" if scheme == "smtp" else "")
    finally:
        controller.stop()


def send(app: Flask, url: str) -> Letter:
    """A letter that is handed to that server, as far as it goes."""
    app.extensions[EXTENSION] = replace(current_settings(), mail_url=url)
    with transaction():
        letter = outbox.put(Mail("note", ANN, "", "A", "Words", "<p>Words</p>"))
    outbox.deliver_due()
    session().expire_all()
    return letter


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_letter_leaves_over_tls_with_user_and_password(
    app: Flask, certificate: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    post = Post()
    with a_server(post, certificate, scheme=scheme) as url:
        letter = send(app, url)

    assert letter.state is LetterState.SENT
    assert post.logins == [(b"site", b"p@ss word")]
    assert post.letters == [(ANN, True)]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_server_that_cannot_be_trusted_gets_neither_password_nor_letter(app: Flask, certificate: Path, scheme: str):
    post = Post()
    with a_server(post, certificate, scheme=scheme) as url:
        letter = send(app, url)

    assert (letter.state, letter.trouble) == (LetterState.WAITING, "SSLCertVerificationError")
    assert (post.logins, post.letters) == ([], [])


def test_a_server_without_tls_gets_neither_password_nor_letter(app: Flask, certificate: Path):
    post = Post()
    with a_server(post, certificate, scheme="smtp", offers_tls=False) as url:
        letter = send(app, url)

    assert (letter.state, letter.trouble) == (LetterState.WAITING, "SMTPNotSupportedError")
    assert (post.logins, post.letters) == ([], [])
