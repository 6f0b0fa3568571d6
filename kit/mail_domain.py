"""What stands in the domain name system about the domain that letters come from, and what should.

By three records others know that a letter comes from where it says: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489).
"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import dns.exception
import dns.resolver
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from kit.settings import Settings

PATIENCE = 2.5  # seconds for one question, whatever the network does
# The texts at a name; none where there are none, None where nobody answers.
Ask = Callable[[str], list[str] | None]


class Standing(StrEnum):
    """How a record stands."""

    WELL = "well"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Record:
    """One of the three, with what is to be said about it."""

    standing: Standing
    sentence: str


def look_up(name: str) -> list[str] | None:
    """The TXT records at a name, asked of the machine's own resolver. Never waits longer than PATIENCE."""
    try:
        resolver = dns.resolver.Resolver()
    except dns.exception.DNSException:
        return None
    return ask(resolver, name)


def ask(resolver: dns.resolver.Resolver, name: str) -> list[str] | None:
    """The TXT records at a name, asked of `resolver`."""
    resolver.lifetime = resolver.timeout = PATIENCE
    try:
        found = resolver.resolve(name, "TXT", search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError):
        return None
    return [b"".join(record.strings).decode("utf-8", "replace") for record in found]


def examine(settings: Settings, look: Ask = look_up) -> list[Record]:
    """The three records of the domain of MAIL_FROM. Where one cannot be asked for, the others are not waited for."""
    domain = settings.mail_from.rpartition("@")[2]
    wanted = [_spf(domain), *_dkim(settings, domain), _dmarc(domain)]
    found: list[Record] = []
    for name, advice, judge in wanted:
        texts = None if any(record.standing is Standing.UNKNOWN for record in found) else look(name)
        if texts is None:
            found.append(Record(Standing.UNKNOWN, advice))
        else:
            fault = judge(texts)
            well = Record(Standing.WELL, f"{advice.partition(':')[0]} at {name}: well.")
            found.append(Record(Standing.WRONG, f"{fault} {advice}") if fault else well)
    return found


def public_record(settings: Settings) -> str:
    """What must stand at the selector so that others can check the site's own signature."""
    assert settings.dkim_key is not None
    key = load_pem_private_key(settings.dkim_key.read_bytes(), None)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


Wanted = tuple[str, str, Callable[[list[str]], str]]


def _spf(domain: str) -> Wanted:
    def judge(texts: list[str]) -> str:
        own = [text for text in texts if text.lower().split(" ")[0] == "v=spf1"]
        if not own:
            return "There is no SPF record."
        if len(own) > 1:
            return "There are several SPF records, and others read none of them."
        if re.search(r"\s[+]?all\b", own[0], re.IGNORECASE):
            return "The SPF record lets everybody send in this name."
        return ""

    advice = f'SPF:   {domain} TXT "v=spf1 include:<your mail provider> -all", or ip4:<your mail server>; only one.'
    return domain, advice, judge


def _dkim(settings: Settings, domain: str) -> list[Wanted]:
    """The key's record, where it is known which one that is."""
    if settings.dkim_key is None:
        return []
    name, record = f"{settings.dkim_selector}._domainkey.{settings.dkim_domain}", public_record(settings)

    def judge(texts: list[str]) -> str:
        if domain != settings.dkim_domain and not domain.endswith(f".{settings.dkim_domain}"):
            return f"Letters come from {domain}, and a signature of {settings.dkim_domain} does not count for that."
        if not texts:
            return "There is no record for the key that letters are signed with."
        keys = {re.sub(r"\s", "", part.partition("=")[2]) for text in texts for part in text.split(";") if "p=" in part}
        return (
            "" if record.rpartition("p=")[2] in keys else "The record holds another key than letters are signed with."
        )

    return [(name, f'DKIM:  {name} TXT "{record}".', judge)]


def _dmarc(domain: str) -> Wanted:
    def judge(texts: list[str]) -> str:
        own = [text for text in texts if text.replace(" ", "").lower().startswith("v=dmarc1;")]
        if not own:
            return "There is no DMARC record."
        return "There are several DMARC records, and others read none of them." if len(own) > 1 else ""

    advice = f'DMARC: _dmarc.{domain} TXT "v=DMARC1; p=none; rua=mailto:postmaster@{domain}"; later p=quarantine.'
    return f"_dmarc.{domain}", advice, judge
