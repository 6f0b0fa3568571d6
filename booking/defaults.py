"""What a new site offers before anybody has set anything up."""

from sqlalchemy import func, select

from booking.models import Consultant, ConsultType, PlaceKind, WeeklyHours
from kit.context import current_settings
from kit.db import session, transaction

WORKING_DAYS = range(1, 6)
MORNING = (9 * 60, 12 * 60)
AFTERNOON = (13 * 60, 17 * 60)


def ensure_defaults() -> None:
    """A consultant with office hours in the site's zone and a first consult type, where there are none at all."""
    settings = current_settings()
    with transaction() as current:
        if session().scalar(select(func.count(Consultant.id))):
            return
        consultant = Consultant(
            name=settings.site_name,
            address=settings.mail_from,
            zone_name=settings.site_timezone,
            weekly=[
                WeeklyHours(weekday=day, start=start, finish=finish)
                for day in WORKING_DAYS
                for start, finish in (MORNING, AFTERNOON)
            ],
        )
        current.add(consultant)
        current.add(
            ConsultType(
                slug="first-conversation",
                name="First conversation",
                description=(
                    "Half an hour on the phone about the conversations you hold, the ones you would like to hold, "
                    "and what stands between the two. You talk, we listen and ask; there is nothing to prepare."
                ),
                minutes=30,
                step=30,
                place_kind=PlaceKind.PHONE,
                place="By phone: the consultant calls the number you give.",
                buffer_after=10,
                notice=4 * 60,
                horizon_days=60,
                cut_off=60,
                hosts=[consultant],
            )
        )
