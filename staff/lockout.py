"""After wrong passwords one waits: longer each time, and whether or not there is such an account."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from kit import tokens
from kit.db import session, transaction
from kit.words import plural
from staff.models import WrongTries

FREE_TRIES = 5
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=30)
FORGOTTEN_AFTER = timedelta(days=1)


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many wrong tries in a row: a minute from the fifth on, twice as long each time."""
    if tries < FREE_TRIES:
        return timedelta()
    doublings = min(tries - FREE_TRIES, 16)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def said(left: timedelta) -> str:
    """What somebody is told who has to wait so long."""
    minutes = max(1, -(-int(left.total_seconds()) // 60))
    return f"There were too many wrong tries. Wait {plural(minutes, 'minute')} and try again"


def left(name: str, *, at: datetime) -> timedelta:
    """How long nothing that is tried under that name counts."""
    row = session().get(WrongTries, _key(name))
    if row is None or row.locked_until is None:
        return timedelta()
    return max(timedelta(), row.locked_until - at)


def note_wrong(name: str, *, at: datetime) -> timedelta:
    """Count a wrong try; gives how long to wait now."""
    with transaction() as current:
        row = current.get(WrongTries, _key(name), with_for_update=True)
        if row is None:
            row = WrongTries(key=_key(name), tries=0, last_at=at)
            current.add(row)
        elif row.last_at < at - FORGOTTEN_AFTER:
            row.tries = 0
        row.tries, row.last_at = row.tries + 1, at
        wait = wait_after(row.tries)
        row.locked_until = at + wait if wait else None
        return wait


def forget(name: str) -> None:
    """It was right this time."""
    if session().get(WrongTries, _key(name)) is not None:
        with transaction() as current:
            current.execute(delete(WrongTries).where(WrongTries.key == _key(name)))


def forget_old(*, at: datetime) -> None:
    """Remove what no longer counts."""
    with transaction() as current:
        current.execute(delete(WrongTries).where(WrongTries.last_at < at - FORGOTTEN_AFTER))


def _key(name: str) -> str:
    return tokens.keyed_hash("wrong tries", name)
