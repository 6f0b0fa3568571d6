"""What every page of the desk needs to show something: whose clock, which titles."""

from flask import g

import booking.schedule
from blog.views import shelf
from kit import clock
from kit.context import current_settings
from staff.access import current_account

ZONE = "zone_of_the_desk"


def own_zone_name() -> str:
    """The zone in which times are told to whoever is signed in; looked up once a request."""
    if ZONE not in g:
        consultant = booking.schedule.shown_to(current_account().id)
        setattr(g, ZONE, consultant.zone_name if consultant else current_settings().site_timezone)
    return str(g.get(ZONE))


def story_titles() -> dict[str, str]:
    """The titles of the stories that can be read now, by slug."""
    return {story.slug: story.head.title for story in shelf().visible(clock.now())}
