"""“Who is to be called back today”: one letter a day to whoever answers calls, in the morning of the site's zone.

The person who asked hears nothing from us until then.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

import leads.lists
import leads.services
from booking.acquaintance import Rows, known_of
from booking.models import Consultant
from kit import clock, outbox
from kit.context import current_settings
from kit.db import session, transaction
from kit.email_templates import render_email
from kit.logs import log
from kit.mail import Mail
from kit.outbox import Letter
from kit.words import format_date, plural
from kit.zones import zone
from leads.models import Lead
from staff.models import Account, Role

KIND = "call-backs"
MORNING = 7  # the hour from which a working day's letters are read
LOOK_BACK = timedelta(days=400)


@dataclass(frozen=True)
class Reader:
    """Somebody who makes calls: the row that names them."""

    kind: type[Consultant] | type[Account]
    row_id: int
    name: str
    address: str


@dataclass(frozen=True)
class DueCall:
    """Somebody to be called back since `day`, with what is known of them."""

    day: date
    lead: Lead
    known: Rows

    @property
    def url(self) -> str:
        """Where the desk tells everything about them."""
        return f"{current_settings().base_url}/desk/leads/{self.lead.public_id}"


def write_due() -> int:
    """Write today's letters, if somebody's day has come. Gives how many. A job."""
    now = clock.now()
    local = now.astimezone(zone(current_settings().site_timezone))
    if local.hour < MORNING:
        return 0
    return sum(_tell_or_log(reader, local.date(), now) for reader in _readers())


def _readers() -> tuple[Reader, ...]:
    """Active consultants, and owners who are none: each address once."""
    found: dict[str, Reader] = {}
    consultants = select(Consultant).where(Consultant.active, Consultant.address != "").order_by(Consultant.id)
    for row in session().scalars(consultants):
        found.setdefault(row.address.lower(), Reader(Consultant, row.id, row.name, row.address))
    owners = select(Account).where(Account.active, Account.roles.any(Role.name == "owner")).order_by(Account.id)
    for owner in session().scalars(owners):
        found.setdefault(owner.email.lower(), Reader(Account, owner.id, owner.name, owner.email))
    return tuple(found.values())


def _tell_or_log(reader: Reader, today: date, now: datetime) -> bool:
    """A letter that cannot be written keeps no other from being written."""
    try:
        return _tell(reader, today, now)
    except Exception:
        log.error("call-backs not written", exc_info=True)
        return False


def _tell(reader: Reader, today: date, now: datetime) -> bool:
    """Write the letter unless there is one of today, or nobody's day has come since the last one."""
    with transaction() as current:
        # Of two workers the second waits here until the letter of the first can be seen.
        current.execute(select(reader.kind.id).where(reader.kind.id == reader.row_id).with_for_update())
        last = _last_told(reader.address)
        due = leads.lists.call_backs_due(today, since=now - LOOK_BACK)
        if last == today or not any(last is None or day > last for day, _ in due):
            return False
        known = known_of(lead for _, lead in due)
        calls = [DueCall(day, lead, known[lead.id]) for day, lead in due]
        new = [call for call in calls if last is None or call.day > last]
        _write(reader, new, [call for call in calls if call not in new], today)
        return True


def _write(reader: Reader, new: list[DueCall], open_since: list[DueCall], today: date) -> None:
    text, html = render_email(
        "booking/call_backs", name=reader.name, today=today, groups=[("", new), ("Still open from before", open_since)]
    )
    outbox.put(
        Mail(
            kind=KIND,
            to=reader.address,
            to_name=reader.name,
            subject=f"{plural(len(new), 'call')} to make: {format_date(today)}",
            text=text,
            html=html,
            about=f"{KIND} {today.isoformat()}",
        )
    )


def _last_told(address: str) -> date | None:
    """The day of the latest letter of this kind to an address."""
    theirs = select(Letter.about).where(Letter.kind == KIND, func.lower(Letter.recipient) == address.lower())
    about = session().scalar(theirs.order_by(Letter.id.desc()).limit(1))
    return None if about is None else date.fromisoformat(about.removeprefix(f"{KIND} "))
