"""Where somebody is signed in: listed, and ended one by one."""

import hashlib
import re
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from kit import tokens
from kit.db import session, transaction
from kit.pages import Page, page_of
from kit.refusals import NotFound
from staff import audit
from staff.audit_models import Act
from staff.models import Account, SignedIn

SEEN_EVERY = timedelta(minutes=5)
AT_A_TIME = 20  # on a page
ENDS_AFTER = timedelta(days=14)  # without being used
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "a Mac"),
    ("Linux", "Linux"),
)


class NoSuchSession(NotFound):
    """It has ended already, or is somebody else's."""

    title = "This session is not there"
    sentence = "It may have ended already."


def device_of(agent: str) -> str:
    """`Firefox on Windows`: enough to know one's own browser by, and no more."""
    browser = next((name for mark, name in BROWSERS if re.search(rf"\b{mark}", agent)), "A browser")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return f"{browser} on {system}" if system else browser


def begin(account: Account, *, agent: str, at: datetime) -> str:
    """Note that somebody signed in; gives what the browser's cookie shall carry."""
    secret = tokens.new_secret(24)
    with transaction() as current:
        row = SignedIn(
            account_id=account.id, secret_hash=_hash(secret), device=device_of(agent), begun_at=at, seen_at=at
        )
        current.add(row)
        current.execute(delete(SignedIn).where(SignedIn.seen_at < at - ENDS_AFTER))
        audit.note(Act.SIGNED_IN, by=account, details=row.device)
    return secret


def find(secret: str, *, at: datetime) -> SignedIn | None:
    """The session that a cookie carries, unless it was ended or not used for too long."""
    found = session().scalar(select(SignedIn).where(SignedIn.secret_hash == _hash(secret)))
    return found if found is not None and found.seen_at > at - ENDS_AFTER else None


def seen(found: SignedIn, *, at: datetime) -> None:
    """Note now and then that it is used."""
    if found.seen_at < at - SEEN_EVERY:
        with transaction() as current:
            current.get_one(SignedIn, found.id).seen_at = at


def all_of(account: Account, *, number: int = 1) -> Page[SignedIn]:
    """Where somebody is signed in, the latest used first."""
    chosen = select(SignedIn).where(SignedIn.account_id == account.id)
    return page_of(chosen.order_by(SignedIn.seen_at.desc(), SignedIn.id.desc()), number=number, size=AT_A_TIME)


def end(session_id: int, *, by: Account) -> None:
    """Sign a browser of one's own out. Raises NoSuchSession."""
    with transaction() as current:
        found = current.scalar(select(SignedIn).where(SignedIn.id == session_id, SignedIn.account_id == by.id))
        if found is None:
            raise NoSuchSession
        current.delete(found)
        audit.note(Act.SIGNED_OUT_ELSEWHERE, by=by, details=found.device)


def end_others(secret: str, *, by: Account) -> None:
    """Sign every browser of one's own out but for the one whose cookie carries that."""
    with transaction():
        end_all(by, besides=secret)
        audit.note(Act.SIGNED_OUT_ELSEWHERE, by=by, details="every other browser")


def forget(secret: str) -> None:
    """The browser signed out by itself."""
    with transaction() as current:
        current.execute(delete(SignedIn).where(SignedIn.secret_hash == _hash(secret)))


def end_all(account: Account, *, besides: str = "") -> None:
    """Sign all browsers of an account out, but for the one with that cookie. In the caller's transaction."""
    gone = delete(SignedIn).where(SignedIn.account_id == account.id)
    session().execute(gone.where(SignedIn.secret_hash != _hash(besides)) if besides else gone)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
