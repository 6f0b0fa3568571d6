"""What ails the site, told before anybody is hurt by it: database, worker, mail, settings, time zones, disk.

Nothing is sent or written. The domain name system is asked what stands there about the mail domain, and where it cannot
be asked, it is said what should.
"""

import shutil
import smtplib
import stat
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from kit import clock, jobs, mail_domain, outbox, schema, zones
from kit.context import current_settings
from kit.db import session
from kit.mail import TRUE_WORDS, SmtpTransport, open_transport
from kit.settings import WEAK_KEY_LENGTH, Settings

QUIET_FOR = timedelta(minutes=3)  # a worker beats once a minute
LEAST_BYTES = 500_000_000
LEAST_SHARE = 0.05
LOCAL_NAMES = {"localhost", "127.0.0.1", "::1"}


class Verdict(StrEnum):
    """How a finding is to be taken."""

    WELL = "well"
    NOTE = "note"
    TROUBLE = "trouble"


VERDICTS = {
    mail_domain.Standing.WELL: Verdict.WELL,
    mail_domain.Standing.WRONG: Verdict.TROUBLE,
    mail_domain.Standing.UNKNOWN: Verdict.NOTE,
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, in a sentence."""

    verdict: Verdict
    subject: str
    sentence: str


def examine(*, outside: bool = True) -> list[Finding]:
    """Look at everything that can be looked at from here; without `outside` no other machine is asked."""
    settings = current_settings()
    at = clock.now()
    found = [look_at_database()]
    if found[0].verdict == Verdict.WELL:
        found += [judge_worker(jobs.last_beat(), at), judge_queue(outbox.waiting_count())]
    if outside or settings.mail_url is None:
        found.append(look_at_mail(settings))
    found += judge_settings(settings)
    if outside:
        found += look_at_mail_domain(settings)
    found += [judge_file(path) for path in private_files(settings.instance)]
    if settings.dkim_key is not None:
        found.append(judge_file(settings.dkim_key))
    found.append(judge_zones(zones.tzdata_version(), at))
    usage = shutil.disk_usage(settings.instance)
    found.append(judge_disk(usage.free, usage.total))
    return found


def look_at_database() -> Finding:
    """Whether it answers, and whether its tables are those of this version."""
    try:
        current = MigrationContext.configure(session().connection()).get_current_heads()
    except SQLAlchemyError as fault:
        return Finding(Verdict.TROUBLE, "database", f"It does not answer ({type(fault).__name__}). See DATABASE_URL.")
    finally:
        session().rollback()
    head = ScriptDirectory(str(current_settings().root / schema.FOLDER)).get_heads()
    if set(current) != set(head):
        sentence = (
            f"Its tables are those of {', '.join(current) or 'no version'}, wanted are those of {', '.join(head)}. "
        )
        return Finding(Verdict.TROUBLE, "database", f"{sentence}Run: flask --app app prepare")
    return Finding(Verdict.WELL, "database", f"It answers, and its tables are up to date ({', '.join(head)}).")


def judge_worker(beat: datetime | None, at: datetime) -> Finding:
    """Whether a worker is alive."""
    start = "Letters and reports wait until one runs: flask --app app worker"
    if beat is None:
        return Finding(Verdict.TROUBLE, "worker", f"None has ever been seen. {start}")
    age = at - beat
    if age > QUIET_FOR:
        return Finding(Verdict.TROUBLE, "worker", f"Last seen {beat:%Y-%m-%d %H:%M} UTC. {start}")
    return Finding(Verdict.WELL, "worker", f"Seen {max(0, round(age.total_seconds()))} s ago.")


def judge_queue(waiting: int) -> Finding:
    """How much mail waits."""
    return Finding(Verdict.WELL, "mail queue", f"Letters that wait: {waiting}.")


def look_at_mail(settings: Settings) -> Finding:
    """Whether the mail server answers, encrypts and lets us in."""
    if settings.mail_url is None:
        verdict = Verdict.TROUBLE if settings.production else Verdict.NOTE
        return Finding(
            verdict, "mail server", f"None is set (MAIL_URL): letters are files in {settings.instance / 'mail'}."
        )
    try:
        with open_transport(settings) as transport:
            assert isinstance(transport, SmtpTransport)
            offered = transport.connection.has_extn("starttls")
    except (smtplib.SMTPException, OSError) as fault:
        return Finding(Verdict.TROUBLE, "mail server", f"It does not let us in ({type(fault).__name__}). See MAIL_URL.")
    url = urlsplit(settings.mail_url)
    encrypted = url.scheme == "smtps" or parse_qs(url.query).get("starttls", [""])[0].lower() in TRUE_WORDS
    if not encrypted and url.hostname not in LOCAL_NAMES:
        advice = "add ?starttls=yes to MAIL_URL" if offered else "use one that does"
        return Finding(Verdict.TROUBLE, "mail server", f"Letters and password cross the network unencrypted: {advice}.")
    return Finding(Verdict.WELL, "mail server", f"It lets us in{', encrypted' if encrypted else ''}.")


def judge_settings(settings: Settings) -> list[Finding]:
    """What is weak in them, and what the mail domain needs."""
    found = []
    if len(settings.secret_key) < WEAK_KEY_LENGTH or len(set(settings.secret_key)) < 10:
        found.append(
            Finding(Verdict.TROUBLE, "secret key", "SECRET_KEY is weak; without it a good one is made and kept.")
        )
    host = settings.base_host
    if not settings.production:
        sentence = f"BASE_URL is {settings.base_url}: links in letters lead there. A public site needs https://…"
        found.append(Finding(Verdict.NOTE, "address", sentence))
        if host not in LOCAL_NAMES or settings.host not in LOCAL_NAMES:
            sentence = "The site can be reached from elsewhere without https; passwords can be read on the way."
            found.append(Finding(Verdict.TROUBLE, "address", sentence))
    if settings.mail_url is not None and not _is_public_name(settings.mail_from.rpartition("@")[2]):
        sentence = f"Letters come from {settings.mail_from}; other servers refuse that. Set MAIL_FROM."
        found.append(Finding(Verdict.TROUBLE, "mail domain", sentence))
    return found


def look_at_mail_domain(settings: Settings, look: mail_domain.Ask = mail_domain.look_up) -> list[Finding]:
    """Whether others can know that letters come from here: what stands in the domain name system, or should."""
    domain = settings.mail_from.rpartition("@")[2]
    if not _is_public_name(domain):
        return []
    found = [
        Finding(VERDICTS[record.standing], "mail domain", record.sentence)
        for record in mail_domain.examine(settings, look)
    ]
    if settings.dkim_key is None:
        sentence = (
            f'DKIM:  <selector>._domainkey.{domain} TXT "v=DKIM1; k=rsa; p=<the key that your mail server signs with>"'
            "; where it signs nothing, set DKIM_KEY and DKIM_SELECTOR."
        )
        found.insert(1, Finding(Verdict.NOTE, "mail domain", sentence))
    return found


def private_files(instance: Path) -> list[Path]:
    """The files of the instance folder that are nobody else's concern, where they exist."""
    return [path for name in ("secret_key", "settings.toml", "site.sqlite3") if (path := instance / name).exists()]


def judge_file(path: Path) -> Finding:
    """Whether others on this machine can read it."""
    try:
        mode = path.stat().st_mode
    except OSError as fault:
        return Finding(Verdict.TROUBLE, path.name, f"{path} cannot be looked at ({fault.strerror}).")
    if mode & (stat.S_IRGRP | stat.S_IROTH):
        return Finding(Verdict.TROUBLE, path.name, f"Others on this machine may read it. Run: chmod 600 '{path}'")
    return Finding(Verdict.WELL, path.name, "Only its owner can read it.")


def judge_zones(version: str, at: datetime) -> Finding:
    """Whether the rules of time zones are of this year or the last."""
    year = int(version.split(".")[0])
    if year < at.year - 1:
        return Finding(
            Verdict.TROUBLE, "time zones", f"tzdata is {version}; renew it, laws on clocks change: make lock"
        )
    return Finding(Verdict.WELL, "time zones", f"tzdata is {version}.")


def judge_disk(free: int, total: int) -> Finding:
    """Whether there is room for the database to grow."""
    low = free < LEAST_BYTES or free < total * LEAST_SHARE
    sentence = f"{free / 1e9:.1f} GB of {total / 1e9:.1f} GB are free where the site keeps its data."
    return Finding(Verdict.TROUBLE if low else Verdict.WELL, "disk", sentence)


def _is_public_name(domain: str) -> bool:
    try:
        ip_address(domain.strip("[]"))
    except ValueError:
        return "." in domain
    return False
