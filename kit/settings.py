"""The site's settings: read from the environment and `instance/settings.toml`, checked, every fault named at once."""

import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from click import ClickException
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

NAMES = (
    "DATABASE_URL",
    "REDIS_URL",
    "MAIL_URL",
    "MAIL_FROM",
    "IMAP_URL",
    "NEWSLETTER_RATE",
    "DKIM_KEY",
    "DKIM_SELECTOR",
    "DKIM_DOMAIN",
    "CALENDAR_NETWORKS",
    "WEBHOOK_NETWORKS",
    "BASE_URL",
    "SECRET_KEY",
    "SITE_NAME",
    "SITE_TIMEZONE",
    "STORIES_PATH",
    "HOST",
    "PORT",
)
FILE = "settings.toml"
WEAK_KEY_LENGTH = 32
FASTEST_RATE = 100_000
SELECTOR = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,60}[A-Za-z0-9])?")


class SettingsError(ClickException):
    """Some settings cannot be used; the text has one line for each of them. A command ends by showing it."""


@dataclass(frozen=True)
class Settings:
    """Everything that differs between two installations. `base_url` ends without a slash.

    `calendar_networks` are the private networks in which consultants' calendars may be; without any only calendars on
    the open internet are read. `webhook_networks` are those into which messages to other programs may go. `stories` is
    the folder of the stories' files. `newsletter_rate` is letters a minute. With a `dkim_key`, the path of a private
    key in PEM, letters are signed. `environment` are those that the environment set, by name; `from_file` the names of
    those that the file set.
    """

    root: Path
    instance: Path
    stories: Path
    database_url: str
    redis_url: str | None
    mail_url: str | None
    mail_from: str
    imap_url: str | None
    newsletter_rate: int
    dkim_key: Path | None
    dkim_selector: str
    dkim_domain: str
    calendar_networks: tuple[IPv4Network | IPv6Network, ...]
    webhook_networks: tuple[IPv4Network | IPv6Network, ...]
    base_url: str
    secret_key: str
    site_name: str
    site_timezone: str
    host: str
    port: int
    production: bool
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    from_file: frozenset[str] = frozenset()

    @property
    def base_host(self) -> str:
        """The host part of the public address, as used in Message-ID and UID."""
        return urlsplit(self.base_url).hostname or "localhost"

    @property
    def jobs_file(self) -> Path:
        """Where the queue lives while no Redis is configured."""
        return self.instance / "jobs.sqlite3"


def load_settings(environ: Mapping[str, str], root: Path) -> Settings:
    """The settings of the site in `root`; the environment wins over `instance/settings.toml`.

    Makes the instance folder and, on a first run without one, a secret key in it.
    Raises SettingsError with every fault, one a line.
    """
    instance = Path(environ.get("INSTANCE_PATH") or root / "instance").resolve()
    faults: list[str] = []
    try:
        instance.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise SettingsError(f"INSTANCE_PATH: {instance} cannot be used ({fault.strerror})") from fault
    file = _file_values(instance / FILE, faults)
    environment = {name: environ[name] for name in ("INSTANCE_PATH", *NAMES) if environ.get(name)}
    values = file | environment

    host = values.get("HOST", "127.0.0.1")
    port = _port(values.get("PORT", "5000"), faults)
    base_url = values.get("BASE_URL", f"http://{host}:{port}").rstrip("/")
    address = urlsplit(base_url)
    if address.scheme not in ("http", "https") or not address.hostname:
        faults.append(f"BASE_URL is {base_url!r}; it must be an address such as https://www.example.com")
    production = address.scheme == "https"

    zone = values.get("SITE_TIMEZONE", "America/New_York")
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        faults.append(f"SITE_TIMEZONE is {zone!r}; it must be a name such as America/Chicago")

    mail_url = values.get("MAIL_URL") or None
    if mail_url and (urlsplit(mail_url).scheme not in ("smtp", "smtps") or not urlsplit(mail_url).hostname):
        faults.append("MAIL_URL must look like smtp://user:password@host:587?starttls=yes or smtps://host:465")
    imap_url = values.get("IMAP_URL") or None
    if imap_url and (urlsplit(imap_url).scheme not in ("imap", "imaps") or not urlsplit(imap_url).hostname):
        faults.append("IMAP_URL must look like imaps://user:password@host/INBOX or imap://user:password@host:143")
    rate = _rate(values.get("NEWSLETTER_RATE", "120"), faults)
    mail_from = values.get("MAIL_FROM", f"consults@{address.hostname or 'localhost'}")
    dkim_key = _dkim_key(values, instance, faults)
    networks = _networks("CALENDAR_NETWORKS", values, faults)
    webhook_networks = _networks("WEBHOOK_NETWORKS", values, faults)
    redis_url = values.get("REDIS_URL") or None
    if redis_url and urlsplit(redis_url).scheme not in ("redis", "rediss", "unix"):
        faults.append("REDIS_URL must begin with redis://, rediss:// or unix://")

    database_url = values.get("DATABASE_URL", f"sqlite:///{instance / 'site.sqlite3'}")
    if database_url.startswith("postgres://"):
        database_url = "postgresql://" + database_url.removeprefix("postgres://")
    if not database_url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        faults.append("DATABASE_URL must begin with sqlite:/// or postgresql://")

    secret_key = values.get("SECRET_KEY", "")
    if secret_key and production and (len(secret_key) < WEAK_KEY_LENGTH or len(set(secret_key)) < 10):
        faults.append(f"SECRET_KEY is too weak for a public site; use at least {WEAK_KEY_LENGTH} random characters")
    if faults:
        raise SettingsError("\n".join(faults))
    return Settings(
        root=root,
        instance=instance,
        stories=(root / values.get("STORIES_PATH", "blog/posts")).resolve(),
        database_url=database_url,
        redis_url=redis_url,
        mail_url=mail_url,
        mail_from=mail_from,
        imap_url=imap_url,
        newsletter_rate=rate,
        dkim_key=dkim_key,
        dkim_selector=values.get("DKIM_SELECTOR", ""),
        dkim_domain=values.get("DKIM_DOMAIN") or mail_from.rpartition("@")[2],
        calendar_networks=networks,
        webhook_networks=webhook_networks,
        base_url=base_url,
        secret_key=secret_key or _stored_key(instance),
        site_name=values.get("SITE_NAME", "The Conversation Gap"),
        site_timezone=zone,
        host=host,
        port=port,
        production=production,
        environment=environment,
        from_file=frozenset(file) - frozenset(environment),
    )


def _file_values(path: Path, faults: list[str]) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        faults.append(f"{path.name}: {fault}")
        return {}
    faults += [f"{path.name}: unknown setting {name}" for name in sorted(set(found) - set(NAMES))]
    return {name: str(value) for name, value in found.items() if name in NAMES}


def _port(value: str, faults: list[str]) -> int:
    if value.isascii() and value.isdigit() and 0 < int(value) < 65536:
        return int(value)
    faults.append(f"PORT is {value!r}; it must be a number from 1 to 65535")
    return 0


def _rate(value: str, faults: list[str]) -> int:
    if value.isascii() and value.isdigit() and 0 < int(value) <= FASTEST_RATE:
        return int(value)
    faults.append(f"NEWSLETTER_RATE is {value!r}; it must be a number of letters a minute, from 1 to {FASTEST_RATE}")
    return 0


def _dkim_key(values: Mapping[str, str], instance: Path, faults: list[str]) -> Path | None:
    """Where the private key is: a relative path begins in the instance folder."""
    named = values.get("DKIM_KEY")
    if not named:
        return None
    path = instance / named
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as fault:
        faults.append(f"DKIM_KEY: {path} is no private key in PEM without a password ({type(fault).__name__})")
        return None
    if not isinstance(key, RSAPrivateKey) or key.key_size < 1024:
        faults.append(f"DKIM_KEY: {path} must hold an RSA key of at least 1024 bits, such as: openssl genrsa 2048")
    if not SELECTOR.fullmatch(values.get("DKIM_SELECTOR", "")):
        faults.append("DKIM_SELECTOR must name the record of the key, such as: gap2026 (letters, digits, hyphens)")
    return path


def _networks(name: str, values: Mapping[str, str], faults: list[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    value = values.get(name, "")
    try:
        return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError:
        faults.append(f"{name} is {value!r}; it must be networks with commas, like 10.0.0.0/8, fd00::/8")
        return ()


def _stored_key(instance: Path) -> str:
    path = instance / "secret_key"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text("ascii").strip()
