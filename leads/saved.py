"""Lists of leads that somebody wants to see again."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select

from kit.db import session, transaction
from kit.refusals import Conflict
from leads.lists import Wanted
from leads.models import LeadView
from staff.models import Account

MOST = 20


class TooManyViews(Conflict):
    """One has to let go of another first."""

    title = "That is one list too many"
    sentence = f"You keep {MOST} lists already. Remove one of them first."


def views_of(account: Account) -> Sequence[LeadView]:
    """The lists somebody keeps, by name."""
    chosen = select(LeadView).where(LeadView.account_id == account.id)
    return session().scalars(chosen.order_by(func.lower(LeadView.name), LeadView.id)).all()


def keep(account: Account, name: str, wanted: Wanted) -> None:
    """Keep a list; another one of the same name goes. Raises TooManyViews."""
    with transaction() as current:
        current.execute(delete(LeadView).where(LeadView.account_id == account.id, LeadView.name == name))
        if len(views_of(account)) >= MOST:
            raise TooManyViews
        current.add(LeadView(account_id=account.id, name=name, query=wanted.to_query()[:600]))


def remove(account: Account, view_id: int) -> None:
    """Keep a list no more; somebody else's stays."""
    with transaction() as current:
        current.execute(delete(LeadView).where(LeadView.account_id == account.id, LeadView.id == view_id))
