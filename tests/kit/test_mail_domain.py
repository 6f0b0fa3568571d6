"""Letters are signed so that others can check it, and the doctor knows what stands in the domain name system."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask

from blog import sending
from blog.sending_job import send_stories
from blog.views import shelf
from kit import clock, doctor, mail_domain, outbox
from kit.context import EXTENSION, current_settings
from kit.db import transaction
from kit.doctor import Verdict
from kit.mail import Mail
from kit.mail_signing import signed
from kit.outbox import Letter, LetterState
from kit.settings import Settings, SettingsError, load_settings
from tests.blog.readers import a_subscriber
from tests.kit.names import name_server, resolver_at
from tests.kit.smtp import Mailbox, free_port, smtp_server

MoveClock = Callable[[datetime], None]
DOMAIN = "gap.example"
KEY_AT = f"now._domainkey.{DOMAIN}"
SPF, DMARC = "v=spf1 include:mail.example -all", "v=DMARC1; p=none"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "dkim.pem"
    path.write_bytes(pem(rsa.generate_private_key(public_exponent=65537, key_size=2048)))
    return path


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture
def signing(app: Flask, key: Path) -> Settings:
    """The settings of a public site that signs."""
    return replace(
        current_settings(),
        production=True,
        mail_from=f"consults@{DOMAIN}",
        dkim_key=key,
        dkim_selector="now",
        dkim_domain=DOMAIN,
    )


@pytest.fixture
def mailbox(app: Flask, signing: Settings) -> Iterator[Mailbox]:
    with smtp_server() as (url, taken):
        app.extensions[EXTENSION] = replace(signing, mail_url=url)
        yield taken


def is_sound(raw: bytes, settings: Settings) -> bool:
    """Whether a stranger who knows the record takes the signature for ours."""

    def ask(name: bytes, timeout: int = 5) -> bytes | None:
        return mail_domain.public_record(settings).encode() if name == f"{KEY_AT}.".encode() else None

    return bool(dkim.verify(raw, dnsfunc=ask))


def test_a_letter_leaves_with_a_signature_that_others_can_check(mailbox: Mailbox, signing: Settings):
    with transaction():
        outbox.put(Mail("note", "ann@example.com", "Ann Ö", "A süßer subject", "Text ü\n.\n", "<p>ü</p>"))

    outbox.deliver_due()

    ((_, raw),) = mailbox.messages
    assert raw.startswith(b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=gap.example;")
    assert is_sound(raw, signing)
    assert not is_sound(raw.replace(b"Subject:", b"Subject: x"), signing)


def test_the_two_lines_about_leaving_are_signed(mailbox: Mailbox, signing: Settings):
    a_subscriber()
    sending.schedule(shelf().visible(clock.now())[0], due_at=clock.now(), by="Robin", now=clock.now())
    send_stories()

    outbox.deliver_due()

    raw = mailbox.messages[-1][1]
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in raw
    assert is_sound(raw, signing)
    for line in (b"List-Unsubscribe: <", b"List-Unsubscribe-Post: "):
        assert not is_sound(raw.replace(line, line + b"x"), signing)


def test_a_second_try_is_signed_with_the_same_bytes(mailbox: Mailbox, at: MoveClock):
    with transaction() as current:
        outbox.put(Mail("note", "ann@example.com", "", "A", "A\n", "A"))
    outbox.deliver_due()
    with transaction() as current:
        current.get_one(Letter, 1).state = LetterState.WAITING
    at(clock.now() + timedelta(hours=1))

    outbox.deliver_due()

    (_, first), (_, second) = mailbox.messages
    assert first == second


def test_without_a_key_a_letter_leaves_as_it_is(app: Flask):
    assert signed(b"From: x\r\n\r\nHello\r\n", settings=current_settings(), at=clock.now()).startswith(b"From: x")


@pytest.mark.parametrize(
    ("content", "selector", "fault"),
    [
        (None, "now", "is no private key in PEM"),
        (b"no key", "now", "is no private key in PEM"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "now", "must hold an RSA key"),
        (pem(rsa.generate_private_key(public_exponent=65537, key_size=2048)), "", "DKIM_SELECTOR must name the record"),
        (pem(rsa.generate_private_key(public_exponent=65537, key_size=2048)), "a b", "DKIM_SELECTOR must name"),
    ],
    ids=["none", "nonsense", "another kind", "no selector", "a broken selector"],
)
def test_a_key_that_cannot_sign_is_named_at_the_start(tmp_path: Path, content: bytes | None, selector: str, fault: str):
    if content is not None:
        (tmp_path / "dkim.pem").write_bytes(content)
    environ = {"INSTANCE_PATH": str(tmp_path), "DKIM_KEY": "dkim.pem", "DKIM_SELECTOR": selector}

    with pytest.raises(SettingsError) as found:
        load_settings(environ, tmp_path)

    assert fault in str(found.value)


def findings(settings: Settings, texts: dict[str, list[str]]) -> list[tuple[Verdict, str]]:
    with name_server(texts) as resolver:
        found = doctor.look_at_mail_domain(settings, lambda name: mail_domain.ask(resolver, name))
    return [(finding.verdict, finding.sentence) for finding in found]


def test_records_that_are_right_are_well(signing: Settings):
    texts = {
        DOMAIN: ["some other text", SPF],
        KEY_AT: [mail_domain.public_record(signing)],
        f"_dmarc.{DOMAIN}": [DMARC],
    }

    assert findings(signing, texts) == [
        (Verdict.WELL, "SPF at gap.example: well."),
        (Verdict.WELL, "DKIM at now._domainkey.gap.example: well."),
        (Verdict.WELL, "DMARC at _dmarc.gap.example: well."),
    ]


@pytest.mark.parametrize(
    ("name", "texts", "fault"),
    [
        (DOMAIN, [], "There is no SPF record."),
        (DOMAIN, [SPF, "v=spf1 -all"], "There are several SPF records"),
        (DOMAIN, ["v=spf1 include:mail.example +all"], "The SPF record lets everybody send in this name."),
        (DOMAIN, ["v=spf1 all"], "The SPF record lets everybody send in this name."),
        (KEY_AT, [], "There is no record for the key"),
        (KEY_AT, ["v=DKIM1; k=rsa; p=MIIB"], "The record holds another key"),
        (f"_dmarc.{DOMAIN}", ["v=spf1 -all"], "There is no DMARC record."),
        (f"_dmarc.{DOMAIN}", [DMARC, DMARC + ";"], "There are several DMARC records"),
    ],
)
def test_a_record_that_is_wrong_is_named_with_what_should_stand_there(
    signing: Settings, name: str, texts: list[str], fault: str
):
    right = {DOMAIN: [SPF], KEY_AT: [mail_domain.public_record(signing)], f"_dmarc.{DOMAIN}": [DMARC]}

    (wrong,) = [found for found in findings(signing, right | {name: texts}) if found[0] is Verdict.TROUBLE]

    assert wrong[1].startswith(fault)
    assert f"{name} TXT" in wrong[1]


def test_a_key_of_another_domain_does_not_count(signing: Settings):
    other = replace(signing, dkim_domain="elsewhere.example")
    texts = {"now._domainkey.elsewhere.example": [mail_domain.public_record(signing)]}

    assert any("does not count for that" in sentence for _, sentence in findings(other, texts))


def test_a_domain_without_any_record_is_told_all_of_them(signing: Settings):
    found = findings(replace(signing, dkim_key=None), {})

    assert [verdict for verdict, _ in found] == [Verdict.TROUBLE, Verdict.NOTE, Verdict.TROUBLE]
    assert "set DKIM_KEY and DKIM_SELECTOR" in found[1][1]


def test_where_nobody_answers_it_says_what_should_stand_there_and_does_not_wait_long(
    signing: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(mail_domain, "PATIENCE", 0.2)
    silent = resolver_at(free_port())
    began = time.monotonic()

    found = doctor.look_at_mail_domain(signing, lambda name: mail_domain.ask(silent, name))

    assert time.monotonic() - began < 3
    assert [finding.verdict for finding in found] == [Verdict.NOTE] * 3
    assert [finding.sentence.split(":")[0] for finding in found] == ["SPF", "DKIM", "DMARC"]


def test_a_site_on_this_machine_asks_nobody(app: Flask):
    def nobody(name: str) -> list[str]:
        raise AssertionError(name)

    assert doctor.look_at_mail_domain(current_settings(), nobody) == []
