"""Giving a consult to another host: who can take it, and what everybody is told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import update

import leads.services
from booking import guard, letters
from booking.availability import hosts_between, policy_of
from booking.exchange_models import WaitlistEntry
from booking.models import Booking, Consultant
from booking.refusals import HostUnfit
from booking.slots import Reason, Timetable
from kit.context import current_settings
from kit.db import session, transaction
from leads.models import HappeningKind, Lead

Heir = tuple[Consultant, Reason | None]


def heirs(booking: Booking, *, now: datetime) -> Sequence[Heir]:
    """The other hosts of its type, each with the first rule that keeps them from it; None where they are free.

    Nobody can take over what several hold together.
    """
    if len(guard.hosts_of(booking)) > 1:
        return ()
    people = [host for host in booking.consult_type.hosts if host.active and host.id != booking.consultant_id]
    policy = replace(policy_of(booking.consult_type, booking.minutes), notice=timedelta(), horizon_days=None)
    hosts = hosts_between(people, booking.starts_at, booking.ends_at, now=now)
    known = {str(person.id): person for person in people}
    return tuple((known[host.id], Timetable(host, policy, now).explain(booking.starts_at)) for host in hosts)


def reassign(booking: Booking, consultant_id: int, *, by: str, reason: str, now: datetime) -> Booking:
    """Give it to another of its hosts, who is free then; gives the consult as it is from then on.

    The guest, the one who had it and the one who has it now get letters; the guest's link goes on working. Raises
    HostUnfit and what `guard.reassign` raises.
    """
    with transaction() as current:
        consultant = next((host for host in booking.consult_type.hosts if host.id == consultant_id), None)
        if consultant is None:
            raise HostUnfit
        host_name = current_settings().base_host
        old, new = guard.reassign(booking.secret, consultant, now=now, host_name=host_name)
        old.reason = f"Given to {new.consultant.name}"
        current.execute(update(WaitlistEntry).where(WaitlistEntry.booking_id == old.id).values(booking_id=new.id))
        lead = session().get(Lead, new.lead_id) if new.lead_id else None
        if lead is not None:
            facts = {
                "reference": new.reference,
                "start": new.starts_at.isoformat(),
                "with": new.consultant.name,
                "from": old.consultant.name,
                "reason": reason,
            }
            headline = f"{new.consult_type.name} given to {new.consultant.name} by {by}"
            leads.services.record(lead, HappeningKind.CONSULT_MOVED, at=now, headline=headline, facts=facts)
        letters.reassigned(old, new, by=by, reason=reason)
        return new
