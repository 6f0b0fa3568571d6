"""The calendars that a consultant keeps elsewhere: added, changed, read again and again, and watched.

A calendar that cannot be read never counts as free: its last good copy serves for a while, then its owner is no
longer offered and is told so, once.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import unquote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select

from booking import calendar_entries, calendar_letters, calendar_passwords
from booking.availability import TRUSTED_FOR
from booking.caldav import Caldav, Found
from booking.calendar_expansion import Window
from booking.calendar_faults import CalendarFault, PasswordLost
from booking.calendar_models import CalendarSource, SourceKind
from booking.calendar_reading import Place, Reading, read
from booking.hours import ONE_DAY, instant
from booking.models import Booking, BusyInterval, Consultant, ConsultType, ConsultTypeHost
from kit import clock
from kit.context import current_settings
from kit.db import session, transaction
from kit.fetch import FetchFault, Limits, Login
from kit.logs import log
from kit.pages import Page, page_of
from kit.refusals import NotFound
from kit.words import join_and

EVERY = timedelta(minutes=10)
CLAIM = timedelta(minutes=5)
WAITS = (1, 2, 5, 10, 20, 40, 60)  # minutes before each further try
AT_ONCE = 90  # seconds after which a run leaves the rest to the next one
DAYS_AHEAD = 2  # how many days more than needed are read, so that none is missing when the date changes
MOST_DAYS = 400
FEWEST_DAYS = 30
PATIENCE = 20.0
IMPATIENCE = 12.0  # while somebody waits for the page
LONGEST = 400
AT_A_TIME = 20  # on a page of the desk
MOST_NAMED = 3
PARTLY = "Only a part could be understood of"
TROUBLES = (FetchFault, CalendarFault)


class NoSuchCalendar(NotFound):
    """The consultant has no such calendar."""

    title = "There is no such calendar"
    sentence = "It may have been removed in the meantime."


@dataclass(frozen=True)
class Wanted:
    """A calendar as its owner describes it. `owner` is the address by which they attend."""

    kind: SourceKind
    url: str
    name: str = ""
    user: str = ""
    password: str = ""
    owner: str = ""
    reads: bool = True
    writes: bool = False

    @property
    def place(self) -> Place:
        """Where it is, and who asks."""
        return Place(self.kind, self.url, Login(self.user, self.password) if self.user or self.password else None)


@dataclass(frozen=True)
class Shown:
    """A calendar and how it fares: how much busy time is known, whether that is trusted, what waits to be written."""

    source: CalendarSource
    host: str
    blocks: int
    trusted: bool
    behind: int
    writing_trouble: str


@dataclass(frozen=True)
class Task:
    """A calendar to be read now, with all that is needed for it: nothing is asked of the database meanwhile."""

    source_id: int
    place: Place
    window: Window
    marker: str
    at: datetime


def calendars_of(consultant: Consultant) -> tuple[CalendarSource, ...]:
    """The calendars of a consultant, oldest first."""
    chosen = select(CalendarSource).where(CalendarSource.consultant_id == consultant.id)
    return tuple(session().scalars(chosen.order_by(CalendarSource.id)))


def overview(consultant: Consultant, *, now: datetime, number: int = 1) -> Page[Shown]:
    """The calendars of a consultant, with how they fare."""
    chosen = select(CalendarSource).where(CalendarSource.consultant_id == consultant.id)
    page = page_of(chosen.order_by(CalendarSource.id), number=number, size=AT_A_TIME)
    return Page(_shown(page.rows, now), page.number, page.pages, page.total, page.size)


def shown(source: CalendarSource, *, now: datetime) -> Shown:
    """One of them, with how it fares."""
    return _shown((source,), now)[0]


def get_calendar(consultant: Consultant | None, source_id: int) -> CalendarSource:
    """One of the consultant's own calendars. Raises NoSuchCalendar."""
    found = find(consultant, source_id)
    if found is None:
        raise NoSuchCalendar
    return found


def find(consultant: Consultant | None, source_id: int) -> CalendarSource | None:
    """The same, or None."""
    found = session().get(CalendarSource, source_id)
    return found if found is not None and consultant is not None and found.consultant_id == consultant.id else None


def trusted(source: CalendarSource, *, now: datetime) -> bool:
    """Whether what is known of the calendar is fresh enough to offer its owner by it."""
    return not source.reads or (source.good_at is not None and source.good_at >= now - TRUSTED_FOR)


def untrusted_of(consultant: Consultant, *, now: datetime) -> tuple[CalendarSource, ...]:
    """The calendars for whose sake the consultant is not offered."""
    return tuple(source for source in calendars_of(consultant) if not trusted(source, now=now))


def host_of(address: str) -> str:
    """The server of an address; the rest of it may be a secret."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def plain_address(typed: str) -> tuple[str, str, str]:
    """An address as it can be asked, and the name and password that stood in it. `webcal:` is `https:`."""
    typed = typed.strip()
    for scheme, meant in (("webcal://", "https://"), ("webcals://", "https://"), ("feed://", "https://")):
        if typed.lower().startswith(scheme):
            typed = meant + typed[len(scheme) :]
    if "://" not in typed:
        typed = f"https://{typed}"
    try:
        parts = urlsplit(typed)
    except ValueError:
        return typed, "", ""
    named, at, host = parts.netloc.rpartition("@")
    user, _, password = named.partition(":")
    return urlunsplit(parts._replace(netloc=host)) if at else typed, unquote(user), unquote(password)


def find_calendars(wanted: Wanted) -> tuple[Found, ...]:
    """The calendars on a CalDAV server. Raises FetchFault, CalendarFault."""
    return Caldav(wanted.place.login, _limits(IMPATIENCE)).find_calendars(wanted.url)


def add(consultant: Consultant, wanted: Wanted, *, now: datetime) -> CalendarSource:
    """Read a calendar at once and keep it. Raises FetchFault, CalendarFault; then nothing is kept."""
    window, reading = _first_reading(consultant, wanted, now)
    with transaction() as current:
        source = CalendarSource(consultant_id=consultant.id, created_at=now, due_at=now)
        current.add(source)
        _write(source, wanted, window, reading, now)
        return source


def change(source: CalendarSource, wanted: Wanted, *, now: datetime) -> None:
    """Read the calendar with what has changed, then keep that. Raises FetchFault, CalendarFault, changing nothing."""
    window, reading = _first_reading(source.consultant, wanted, now)
    with transaction() as current:
        current.add(source)
        wrote = source.writes
        _write(source, wanted, window, reading, now)
        if wrote and not source.writes:
            calendar_entries.withdraw(source, now=now)


def remove(source: CalendarSource) -> None:
    """Forget a calendar and the busy time in it. What was written to it stays there."""
    with transaction() as current:
        current.delete(source)
        current.flush()


def read_now(source: CalendarSource, *, now: datetime) -> None:
    """Read a calendar that is kept, whether it is due or not, and keep what came of it, trouble too."""
    with transaction():
        task = _task(source, now, whole=True)
        source.due_at = now + CLAIM
    _read(task, _limits(IMPATIENCE), IMPATIENCE)


def read_due() -> int:
    """Read the calendars that are due, and tell whoever is no longer offered. Gives how many were read. A job."""
    begun = time.monotonic()
    done = 0
    while time.monotonic() - begun < AT_ONCE:
        source_id, task = _claim(clock.now())
        if source_id is None:
            break
        if task is not None:
            _read(task, _limits(PATIENCE))
        done += 1
    calendar_letters.tell_unread(now=clock.now())
    return done


def window_of(consultant: Consultant, owner: str, *, now: datetime) -> Window:
    """What is read of a consultant's calendars: from yesterday to the last date that can be booked, and a bit.

    Events of a whole day are meant in the consultant's home zone, also while they travel.
    """
    today = now.astimezone(consultant.zone).date()
    until = today + (_horizon(consultant) + 1 + DAYS_AHEAD) * ONE_DAY
    uids = session().scalars(select(Booking.uid).where(Booking.main_id.is_(None)))
    return Window(consultant.zone_name, today - ONE_DAY, until, owner, frozenset(uids))


def _shown(sources: Sequence[CalendarSource], now: datetime) -> tuple[Shown, ...]:
    ids = [source.id for source in sources]
    chosen = select(BusyInterval.source_id, func.count(BusyInterval.id)).group_by(BusyInterval.source_id)
    counted = session().execute(chosen.where(BusyInterval.source_id.in_(ids), BusyInterval.ends_at > now))
    blocks, behind = dict(counted.all()), calendar_entries.behind(ids)
    return tuple(
        Shown(
            source,
            host_of(source.url),
            blocks.get(source.id, 0),
            trusted(source, now=now),
            *behind.get(source.id, (0, "")),
        )
        for source in sources
    )


def _horizon(consultant: Consultant) -> int:
    """How many days ahead the consultant can be booked by any consult type."""
    farthest = session().scalar(
        select(func.max(ConsultType.horizon_days))
        .join(ConsultTypeHost, ConsultTypeHost.consult_type_id == ConsultType.id)
        .where(ConsultTypeHost.consultant_id == consultant.id)
    )
    return min(max(farthest or 0, FEWEST_DAYS), MOST_DAYS)


def _limits(seconds: float) -> Limits:
    return Limits(seconds=seconds, networks=current_settings().calendar_networks)


def _first_reading(consultant: Consultant, wanted: Wanted, now: datetime) -> tuple[Window, Reading]:
    window = window_of(consultant, wanted.owner, now=now)
    if not wanted.reads:
        Caldav(wanted.place.login, _limits(IMPATIENCE)).marker(wanted.url)
        return window, Reading((), "")
    return window, read(wanted.place, window, limits=_limits(IMPATIENCE), seconds=IMPATIENCE)


def _write(source: CalendarSource, wanted: Wanted, window: Window, reading: Reading, now: datetime) -> None:
    """Keep a calendar with what was read of it."""
    began_to_write = wanted.writes and (not source.writes or source.url != wanted.url)
    source.kind, source.url, source.owner = wanted.kind, wanted.url, wanted.owner
    source.name = (wanted.name or reading.name or host_of(wanted.url))[:120]
    calendar_passwords.keep(source, user=wanted.user, password=wanted.password)
    source.reads, source.writes = wanted.reads, wanted.writes
    session().flush()
    _keep(source, window, reading, now)
    if began_to_write:
        calendar_entries.write_all(source, now=now)
    calendar_entries.try_again(source, now=now)


def _keep(source: CalendarSource, window: Window, reading: Reading, now: datetime) -> None:
    """Put what was read in the place of what was known, and forget earlier trouble."""
    source.good_at, source.marker, source.tries, source.told_at = now, reading.marker, 0, None
    source.due_at = now + EVERY
    if reading.busy is None:
        source.trouble = source.trouble if source.trouble.startswith(PARTLY) else ""
        return
    current = session()
    source.trouble = _partly(reading.misread)
    source.zone_name, source.known_until = window.zone_name, _midnight(window.until, window.zone_name)
    current.execute(delete(BusyInterval).where(BusyInterval.source_id == source.id))
    current.add_all(
        BusyInterval(consultant_id=source.consultant_id, source_id=source.id, starts_at=block.start, ends_at=block.end)
        for block in reading.busy
    )
    current.flush()


def _partly(names: tuple[str, ...]) -> str:
    """What is said of events that were not understood wholly."""
    if not names:
        return ""
    shown = [f"“{name}”" for name in names[:MOST_NAMED]]
    more = [f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
    return f"{PARTLY} {join_and([*shown, *more])}: check that the right time is blocked."[:LONGEST]


def _claim(now: datetime) -> tuple[int | None, Task | None]:
    """Take one calendar that is due; nobody else takes it until the claim runs out."""
    with transaction() as current:
        source = current.scalar(
            select(CalendarSource)
            .where(CalendarSource.reads, CalendarSource.due_at <= now)
            .order_by(CalendarSource.due_at)
            .limit(1)
            .with_for_update(skip_locked=True, of=CalendarSource)
        )
        if source is None:
            return None, None
        source.due_at = now + CLAIM
        try:
            return source.id, _task(source, now)
        except PasswordLost as fault:
            _put_off(source, fault, now)
            return source.id, None


def _task(source: CalendarSource, now: datetime, *, whole: bool = False) -> Task:
    """What is to be read. It is read whole, changed or not, where the window has moved on."""
    window = window_of(source.consultant, source.owner, now=now)
    until = _midnight(window.until, window.zone_name)
    known = source.known_until is not None and source.known_until >= until and source.zone_name == window.zone_name
    marker = source.marker if known and not whole else ""
    return Task(source.id, Place(source.kind, source.url, calendar_passwords.login_of(source)), window, marker, now)


def _read(task: Task, limits: Limits, seconds: float = PATIENCE) -> None:
    """Fetch and expand outside of any transaction, then write what came of it."""
    found: Reading | None = None
    trouble: Exception | None = None
    try:
        found = read(task.place, task.window, marker=task.marker, limits=limits, seconds=seconds)
    except TROUBLES as fault:
        trouble = fault
    with transaction() as current:
        source = current.get(CalendarSource, task.source_id, with_for_update={"of": CalendarSource})
        if source is None or (source.kind, source.url) != (task.place.kind, task.place.url):
            return  # it was removed or changed meanwhile
        if found is not None:
            _keep(source, task.window, found, task.at)
        elif trouble is not None:
            _put_off(source, trouble, task.at)


def _put_off(source: CalendarSource, fault: Exception, now: datetime) -> None:
    source.tries += 1
    source.due_at = now + timedelta(minutes=WAITS[min(source.tries, len(WAITS)) - 1])
    source.trouble = str(fault)[:LONGEST]
    log.warning("calendar not read", source=source.id, fault=type(fault).__name__, tries=source.tries)


def _midnight(day: date, zone_name: str) -> datetime:
    return datetime.fromtimestamp(instant(day, 0, ZoneInfo(zone_name)), ZoneInfo("UTC"))
