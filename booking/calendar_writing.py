"""Consults written into consultants' calendars over CalDAV: put, put anew when they change, removed when cancelled.

Each has one path of its own, drawn from its UID, so that a second try after a lost answer meets what the first one
wrote. Where the owner or the server changed the event meanwhile, it is read again and what is ours is put over it;
alarms that the owner set are kept.
"""

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote, urljoin, urlsplit

import icalendar
from sqlalchemy import ColumnElement, select

from booking import invites, letters
from booking.caldav import Caldav, Stored
from booking.calendar_faults import CalendarFault, ObjectChanged, PasswordLost, UidElsewhere
from booking.calendar_models import CalendarEntry
from booking.calendar_passwords import login_of
from booking.models import BookingState
from kit import clock
from kit.calendar_text import as_bytes
from kit.context import current_settings
from kit.db import transaction
from kit.fetch import FetchFault, Limits, Login
from kit.logs import log

CLAIM = timedelta(minutes=5)
WAITS = (1, 2, 5, 15, 30, 60)  # minutes before each further try
KEPT_TRYING = timedelta(days=1)  # after the consult is over
AT_ONCE = 60  # seconds after which a run leaves the rest to the next one
PATIENCE = 15.0
ROUNDS = 4
MOST_BYTES = 500_000
LONGEST = 400


@dataclass(frozen=True)
class Task:
    """One event to be put or removed now. `count` is the count of changes that it carries out."""

    entry_id: int
    count: int
    calendar: str
    login: Login | None
    uid: str
    href: str
    etag: str
    body: bytes | None


def write_due() -> int:
    """Write what is to be written. Gives how many events were tried. A job."""
    begun = time.monotonic()
    done = 0
    while time.monotonic() - begun < AT_ONCE:
        claimed, task = _claim(clock.now())
        if not claimed:
            break
        if task is not None:
            _carry_out(task)
        done += 1
    return done


def _claim(now: datetime) -> tuple[bool, Task | None]:
    """Take one event that is due; nobody else takes it until the claim runs out."""
    with transaction() as current:
        chosen = select(CalendarEntry).where(_due(now)).order_by(CalendarEntry.due_at, CalendarEntry.id).limit(1)
        entry = current.scalar(chosen.with_for_update(skip_locked=True, of=CalendarEntry))
        if entry is None:
            return False, None
        if entry.tries and entry.booking.ends_at < now - KEPT_TRYING:
            current.delete(entry)
            return True, None
        entry.due_at = now + CLAIM
        try:
            return True, _task(entry)
        except PasswordLost as fault:
            _put_off(entry, fault, now)
            return True, None


def _due(now: datetime) -> ColumnElement[bool]:
    return (CalendarEntry.written < CalendarEntry.wanted) & (CalendarEntry.due_at <= now)


def _task(entry: CalendarEntry) -> Task:
    source, booking = entry.source, entry.booking
    invite = replace(letters.host_invite(booking, source.consultant), tentative=booking.state is BookingState.PENDING)
    body = None if entry.gone else invites.stored(invite)
    return Task(entry.id, entry.wanted, source.url, login_of(source), booking.uid, entry.href, entry.etag, body)


def _carry_out(task: Task) -> None:
    """Talk to the server outside of any transaction, then write down what came of it."""
    server = Caldav(task.login, Limits(MOST_BYTES, PATIENCE, networks=current_settings().calendar_networks))
    href, etag, trouble = "", "", None
    try:
        if task.body is None:
            _remove(server, task)
        else:
            href, etag = _put(server, task, task.body)
    except (FetchFault, CalendarFault) as fault:
        trouble = fault
    with transaction() as current:
        entry = current.get(CalendarEntry, task.entry_id, with_for_update={"of": CalendarEntry}, populate_existing=True)
        if entry is None:
            return
        if trouble is not None:
            _put_off(entry, trouble, clock.now())
        elif task.body is None and entry.wanted == task.count:
            current.delete(entry)
        else:
            entry.href, entry.etag, entry.written = href, etag, task.count
            entry.tries, entry.trouble = 0, ""
            entry.due_at = clock.now()


def _put(server: Caldav, task: Task, body: bytes) -> tuple[str, str]:
    """Let the event be there as it should; gives its address and its ETag."""
    href, etag, new = task.href or _own_path(task), task.etag, not task.href
    stored = server.get(href) if task.href and not etag else None
    for _ in range(ROUNDS):
        if stored is not None:
            etag, new = stored.etag, False
        try:
            return href, server.put(href, body if stored is None else _with_alarms(body, stored), etag=etag, new=new)
        except UidElsewhere as fault:
            href = fault.href or server.find_uid(task.calendar, task.uid)
            if urlsplit(href).netloc != urlsplit(task.calendar).netloc:
                raise
        except ObjectChanged:
            pass
        stored = server.get(href)
        new = stored is None
    raise ObjectChanged


def _remove(server: Caldav, task: Task) -> None:
    """Let the event be gone."""
    href, etag = task.href or server.find_uid(task.calendar, task.uid), task.etag
    for _ in range(ROUNDS):
        if not href:
            return
        try:
            server.delete(href, etag=etag)
        except ObjectChanged:
            stored = server.get(href)
            href, etag = (href, stored.etag) if stored else ("", "")
        else:
            return
    raise ObjectChanged


def _own_path(task: Task) -> str:
    return urljoin(task.calendar.rstrip("/") + "/", quote(task.uid.partition("@")[0], safe="") + ".ics")


def _with_alarms(body: bytes, stored: Stored) -> bytes:
    """Our event with the alarms that its owner set; what cannot be read is left behind."""
    try:
        (old,) = icalendar.Calendar.from_ical(stored.body).walk("VEVENT")
        calendar = icalendar.Calendar.from_ical(body)
        (event,) = calendar.walk("VEVENT")
        if old.get("UID") != event.get("UID"):
            return body
        for part in old.subcomponents:
            if part.name == "VALARM":
                event.add_component(part)
        return as_bytes(calendar)
    except Exception:
        return body


def _put_off(entry: CalendarEntry, fault: Exception, now: datetime) -> None:
    entry.tries += 1
    entry.due_at = now + timedelta(minutes=WAITS[min(entry.tries, len(WAITS)) - 1])
    entry.trouble = str(fault)[:LONGEST]
    log.warning("calendar not written", entry=entry.id, fault=type(fault).__name__, tries=entry.tries)
