"""What each role may do at the desk: one table."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """Who somebody is here."""

    OWNER = "owner"
    CONSULTANT = "consultant"
    AUTHOR = "author"


class Right(StrEnum):
    """What can be done, as the desk says it."""

    KEEP_ACCOUNT = "keep one’s own account"
    WRITE_STORIES = "write stories"
    SEND_STORIES = "send stories to subscribers"
    SEE_LEADS = "see leads, letters and numbers"
    CHANGE_LEADS = "note, move and merge leads"
    EXPORT_PERSON = "hand out what is kept of one person"
    EXPORT_ALL = "hand out all leads"
    ERASE_PERSON = "erase a person"
    RUN_CONSULTS = "hold consults, offer times, keep hours"
    SET_TYPES = "say what can be booked"
    RUN_TEAM = "say who works here"
    READ_AUDIT = "read who did what"
    SET_WEBHOOKS = "tell other programs what happens"
    RUN_SITE = "see how the site is set up, and change it"


ALL: Final = frozenset(Right)
MAY: Final[dict[Role, frozenset[Right]]] = {
    Role.OWNER: ALL,
    Role.CONSULTANT: frozenset(
        {
            Right.KEEP_ACCOUNT,
            Right.SEE_LEADS,
            Right.CHANGE_LEADS,
            Right.EXPORT_PERSON,
            Right.RUN_CONSULTS,
            Right.SET_TYPES,
        }
    ),
    Role.AUTHOR: frozenset({Right.KEEP_ACCOUNT, Right.WRITE_STORIES, Right.SEND_STORIES}),
}
DESCRIPTIONS: Final = {
    Role.OWNER: "Everything, and who else works here",
    Role.CONSULTANT: "Leads, consults and their own hours",
    Role.AUTHOR: "Stories",
}


def rights_of(names: Iterable[str]) -> frozenset[Right]:
    """What somebody with roles of these names may do; a name that is no role gives nothing."""
    known = {role.value for role in Role}
    return frozenset().union(*(MAY[Role(name)] for name in names if name in known))
