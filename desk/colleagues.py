"""Letting a colleague go: not before somebody else has what they agreed on."""

from datetime import datetime

import booking.schedule
from booking.models import Booking
from kit.db import transaction
from kit.pages import Page
from kit.refusals import Conflict
from leads.lists import Wanted, list_leads
from staff import team
from staff.models import Account
from staff.roles import MAY, Right, Role


class ConsultsAhead(Conflict):
    """Guests count on them."""

    title = "Guests count on this colleague"
    sentence = (
        "There are consults ahead. Give each to somebody else or cancel it first; the page of the colleague lists them."
    )


def ahead_of(account: Account, *, now: datetime, number: int = 1) -> Page[Booking]:
    """What is agreed with somebody, or offered, and not over yet."""
    consultant = booking.schedule.consultant_of(account.id)
    return booking.schedule.ahead_of(consultant, now=now, number=number) if consultant else Page.empty()


def leads_of(account: Account) -> str:
    """How many leads they look after, in words; empty where there are none."""
    page = list_leads(Wanted(owner=str(account.id)))
    return page.total_said if page.total else ""


def is_bookable(account: Account) -> bool:
    """Whether visitors are offered times with them."""
    consultant = booking.schedule.consultant_of(account.id)
    return consultant is not None and consultant.active


def stop(account: Account) -> None:
    """Offer visitors no more times with them."""
    consultant = booking.schedule.consultant_of(account.id)
    if consultant is not None:
        booking.schedule.stop(consultant)


def change_role(account_id: int, role: Role, *, by: Account, now: datetime) -> Account:
    """Let somebody be something else here. Raises NoSuchColleague, LastOwner, ConsultsAhead."""
    with transaction():
        account = team.get(account_id)
        if Right.RUN_CONSULTS not in MAY[role]:
            _leave_consults(account, now)
        return team.change_role(account_id, role, by=by)


def close(account_id: int, *, by: Account, now: datetime) -> Account:
    """Let somebody in no more; nobody can book them. Raises NoSuchColleague, LastOwner, ConsultsAhead."""
    with transaction():
        _leave_consults(team.get(account_id), now)
        return team.close(account_id, by=by)


def _leave_consults(account: Account, now: datetime) -> None:
    """Nobody can book them from now on. Raises ConsultsAhead."""
    consultant = booking.schedule.consultant_of(account.id)
    if consultant is None:
        return
    booking.schedule.stop(consultant)
    if ahead_of(account, now=now).rows:
        raise ConsultsAhead
