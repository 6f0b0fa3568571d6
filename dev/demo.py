"""Sample data: every state of everything, made through the real services with a fixed seed.

Everything is written in one transaction: the sample is there as a whole or not at all.
"""

from collections import Counter
from datetime import datetime, timedelta

import click
from sqlalchemy import func, select

import booking.defaults
import staff.services
from assessment.models import Report, Submission
from blog.views import shelf
from booking import schedule
from booking.hours import Window
from booking.models import Booking, BookingState, BusyInterval, Consultant, ConsultType, PlaceKind
from dev.people import MAYA, PASSWORD, ROBIN
from dev.plot import CALL, SESSION, VISIT, act_out
from dev.script import Script
from kit import clock
from kit.context import current_settings
from kit.db import session, transaction
from kit.outbox import Letter
from kit.words import plural
from kit.zones import zone
from leads.models import Lead
from staff.models import Account
from staff.services import NewAccount

SEED = 20261124
TODAY_IS_OPEN = (Window(0, 24 * 60),)


class Refused(click.ClickException):
    """The sample data is not wanted here."""


def fill(*, now: datetime) -> list[str]:
    """Write the sample into an empty site; gives what to say about it. Raises Refused."""
    settings = current_settings()
    if settings.production:
        raise Refused("This is a public site. Sample data has no place in it.")
    if settings.mail_url:
        raise Refused("A mail server is configured, and the sample writes letters. Unset MAIL_URL first.")
    with transaction():
        if session().scalar(select(Account.id).where(Account.email == ROBIN.email)):
            return ["The sample data is in already. Nothing was changed.", *_how_to_sign_in()]
        if session().scalar(select(func.count(Lead.id))):
            raise Refused("There are people in this site already. Sample data goes into an empty one only.")
        _hire(now)
        script = Script(
            now=now, zone=zone(settings.site_timezone), stories=sorted(s.slug for s in shelf().visible(now)), seed=SEED
        )
        act_out(script)
        open_one = staff.services.invite(role="consultant", at=now)
        return [_count(), *_how_to_sign_in(), f"An invitation that is still open: {_url('welcome/' + open_one.secret)}"]


def _hire(now: datetime) -> None:
    """Two consultants with their hours, and three kinds of consults."""
    booking.defaults.ensure_defaults()
    settings = current_settings()
    own = zone(settings.site_timezone)
    today = now.astimezone(own).date()
    long_ago = now - timedelta(days=90)
    with clock.fixed(long_ago):
        robin, maya = _employ(ROBIN, "owner"), _employ(MAYA, "consultant")
    morning, afternoon = Window(9 * 60, 12 * 60), Window(13 * 60, 17 * 60)
    schedule.set_week(robin, zone_name=settings.site_timezone, week=dict.fromkeys(range(1, 6), (morning, afternoon)))
    schedule.set_week(maya, zone_name="America/Chicago", week=dict.fromkeys((2, 3, 4), (Window(10 * 60, 16 * 60),)))
    # Today Robin is there from midnight to midnight: whenever the sample is made, its day is full.
    schedule.override(robin, first=today, last=today, windows=TODAY_IS_OPEN)
    schedule.override(robin, first=today + timedelta(days=16), last=today + timedelta(days=20), windows=())
    schedule.override(maya, first=today + timedelta(days=9), last=today + timedelta(days=9), windows=(afternoon,))
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=2)
    session().add(
        BusyInterval(consultant_id=maya.id, starts_at=noon, ends_at=noon + timedelta(hours=3), reason="At the dentist")
    )
    call = session().scalars(select(ConsultType).where(ConsultType.slug == CALL)).one()
    call.hosts = [robin]
    session().add_all(
        [
            ConsultType(
                slug=SESSION,
                name="Working session",
                description="An hour less ten on one thing that is in the way, with your own calls at hand.",
                minutes=50,
                place_kind=PlaceKind.VIDEO,
                place="https://meet.example.com/working-session",
                hosts=[robin, maya],
            ),
            ConsultType(
                slug=VISIT,
                name="At your office",
                description="We come by and sit in on a call block.",
                minutes=60,
                step=60,
                place_kind=PlaceKind.ADDRESS,
                place="At your office: tell us the address in the note.",
                notice=24 * 60,
                hosts=[maya],
            ),
        ]
    )
    session().flush()


def _employ(new: NewAccount, role: str) -> Consultant:
    invitation = staff.services.invite(role=role, at=clock.now())
    account = staff.services.accept_invitation(invitation.secret, new, at=clock.now())
    return schedule.become_consultant(account.id, name=new.name, address=new.email)


def _count() -> str:
    current = session()
    of = {
        model: current.scalar(select(func.count()).select_from(model)) or 0
        for model in (Lead, Submission, Report, Letter)
    }
    consults = Counter(current.scalars(select(Booking.state)))
    agreed = sum(count for state, count in consults.items() if state not in (BookingState.HOLD, BookingState.LAPSED))
    return (
        f"The sample data is in: {plural(of[Lead], 'lead')}, {plural(of[Submission], 'assessment')}, "
        f"{plural(of[Report], 'report')}, {plural(agreed, 'consult')}, {plural(of[Letter], 'letter')}."
    )


def _how_to_sign_in() -> list[str]:
    return [
        f"Sign in at {_url('')} as {ROBIN.email} or {MAYA.email}",
        f"with the password: {PASSWORD}",
    ]


def _url(rest: str) -> str:
    return f"{current_settings().base_url}/desk/{rest}"
