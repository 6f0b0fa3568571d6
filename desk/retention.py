"""What is kept for a time only goes by itself. The periods stand on the page about privacy, from here."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select

import blog.subscribers
from desk import personal_data
from kit import clock, outbox_search, suppression
from kit.db import session, transaction
from kit.logs import log
from kit.outbox import OPEN, Letter
from kit.refusals import Refusal
from leads.models import Lead, Stage
from staff import lockout

LEADS_MONTHS = 24
LETTERS_MONTHS = 12
A_MONTH = timedelta(days=30.4375)
PEOPLE_A_RUN = 10
LETTERS_A_RUN = 200


def let_go() -> None:
    """Erase whom there was no news of for two years, clients excepted, and what came and went a year ago. A job."""
    now = clock.now()
    for lead in _silent(now - LEADS_MONTHS * A_MONTH):
        if blog.subscribers.may_confirm(lead.address, at=now):
            continue
        try:
            personal_data.erase(lead, by=None, at=now)
        except Refusal as refusal:
            log.warning("not let go", lead=lead.id, reason=type(refusal).__name__)
    with transaction() as current:
        old = select(Letter.id).where(
            Letter.created_at < now - LETTERS_MONTHS * A_MONTH,
            Letter.state.not_in(OPEN),
            or_(Letter.circular_id.is_(None), Letter.own != ""),  # of a copy only that it was sent is left
        )
        if numbers := current.scalars(old.order_by(Letter.id).limit(LETTERS_A_RUN)).all():
            outbox_search.remove(numbers)
    blog.subscribers.forget_left(at=now)
    suppression.forget_old(at=now)
    lockout.forget_old(at=now)


def _silent(before: datetime) -> list[Lead]:
    chosen = select(Lead).where(Lead.seen_at < before, Lead.stage != Stage.CLIENT)
    return list(session().scalars(chosen.order_by(Lead.seen_at).limit(PEOPLE_A_RUN)))
