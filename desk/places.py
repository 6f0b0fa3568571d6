"""The places of the desk in the order of its navigation: one line adds one."""

from collections.abc import Iterator
from dataclasses import dataclass

from staff.models import Account
from staff.roles import Right


@dataclass(frozen=True)
class Place:
    """An entry of the navigation: where it leads, who may go there, and which other pages lie behind it."""

    address: str
    label: str
    right: Right
    behind: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Whether a page lies behind it; behind the first screen lies nothing but itself."""
        return any(path.startswith(each) for each in (self.address, *self.behind)) and self.address != "/desk/"


HOURS = ("/desk/blocks/", "/desk/calendars/", "/desk/consult-types/")
PLACES = (
    Place("/desk/", "Today", Right.SEE_LEADS),
    Place("/desk/leads/", "Leads", Right.SEE_LEADS),
    Place("/desk/consults/", "Consults", Right.RUN_CONSULTS),
    Place("/desk/offers/", "Offers", Right.RUN_CONSULTS),
    Place("/desk/replies/", "Replies", Right.RUN_CONSULTS),
    Place("/desk/waitlist/", "Waitlist", Right.RUN_CONSULTS),
    Place("/desk/availability/", "Hours", Right.RUN_CONSULTS, HOURS),
    Place("/desk/funnel/", "Numbers", Right.SEE_LEADS),
    Place("/desk/stories/", "Stories", Right.WRITE_STORIES),
    Place("/desk/newsletter/", "Newsletter", Right.SEND_STORIES),
    Place("/desk/mail/", "Mail", Right.SEE_LEADS),
    Place("/desk/team/", "Team", Right.RUN_TEAM, ("/desk/webhooks/", "/desk/settings/")),
    Place("/desk/account/", "Account", Right.KEEP_ACCOUNT),
)


def places_of(account: Account) -> Iterator[Place]:
    """Where somebody may go."""
    return (place for place in PLACES if account.may(place.right))


def home_of(account: Account) -> str:
    """Where somebody begins."""
    return next(places_of(account), PLACES[-1]).address
