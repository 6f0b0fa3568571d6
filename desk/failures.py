"""What went wrong and waits for a person: each with a sentence and where to go."""

from dataclasses import dataclass

from sqlalchemy import func, select

from booking.calendar_models import CalendarEntry, CalendarSource
from booking.models import Consultant
from kit.db import session
from kit.words import plural
from leads import webhooks

MOST = 3  # of a kind are told one by one
TRIED = 3  # a calendar that failed once or twice may be back in a minute


@dataclass(frozen=True)
class Failure:
    """Something that will not mend itself."""

    sentence: str
    address: str
    link: str


def look(*, own: Consultant | None, webhooks_too: bool) -> tuple[Failure, ...]:
    """Calendars that cannot be read or written, messages that nobody took.

    Of calendars only those of `own` are told, where somebody is given: another cannot mend them.
    """
    return (*_calendars(own), *(_webhooks() if webhooks_too else ()))


def _calendars(own: Consultant | None) -> list[Failure]:
    chosen = select(CalendarSource).where(CalendarSource.reads, CalendarSource.tries >= TRIED)
    late = (
        select(CalendarSource.name, func.count(CalendarEntry.id))
        .join(CalendarEntry, CalendarEntry.source_id == CalendarSource.id)
        .where(CalendarEntry.written < CalendarEntry.wanted, CalendarEntry.tries >= TRIED)
        .group_by(CalendarSource.id, CalendarSource.name)
    )
    if own is not None:
        chosen = chosen.where(CalendarSource.consultant_id == own.id)
        late = late.where(CalendarSource.consultant_id == own.id)
    address = "/desk/calendars/"
    unread = [
        Failure("A calendar cannot be read:", address, source.name)
        for source in session().scalars(chosen.order_by(CalendarSource.id).limit(MOST + 1))
    ]
    unwritten = [
        Failure(f"{plural(count, 'consult')} could not be written into", address, name)
        for name, count in session().execute(late.order_by(CalendarSource.id).limit(MOST + 1)).all()
    ]
    return [*_few(unread, "More calendars cannot be read:"), *_few(unwritten, "More calendars cannot be written:")]


def _few(found: list[Failure], more: str) -> list[Failure]:
    """The first of them, and where the rest is."""
    return found if len(found) <= MOST else [*found[:MOST], Failure(more, found[0].address, "look at all")]


def _webhooks() -> list[Failure]:
    failed = webhooks.failed_count()
    said = plural(failed, "message") + " to another program could not be delivered:"
    return [Failure(said, "/desk/webhooks/", "send again")] if failed else []
