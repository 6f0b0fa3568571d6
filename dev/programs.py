"""Other programs in the sample that are told what happens: one that takes it, one that answers 500, one that is paused.

Nothing is sent: their names end in `.invalid`, which leads nowhere (RFC 6761), and what they would have answered is
written down.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from dev.people import ROBIN
from dev.script import Script, account_of
from kit.db import session, transaction
from leads import webhooks
from leads.webhook_models import Delivery, DeliveryState, Webhook
from staff import audit
from staff.audit_models import Act

CONSULTS = ("lead.consult_booked", "lead.consult_held", "lead.consult_missed")
CUSTOMERS, SHEET, CHAT = "Our customer list", "The sheet of the office", "Chat of the team"
PROGRAMS: tuple[tuple[str, str, Sequence[str]], ...] = (
    (CUSTOMERS, "https://customers.invalid/hooks/gap", CONSULTS),
    (SHEET, "https://sheet.invalid/rows", ()),
    (CHAT, "https://chat.invalid/hooks/7f3a", CONSULTS),
)
SLOW = "The server did not answer in time."
BROKEN = "It answered with status 500."


def act_out(script: Script) -> None:
    """Put the scenes down: added three weeks ago; what became of the messages stands at the end."""
    script.scene(script.on(-22, "11:00"), _are_added)
    script.scene(script.ago(minutes=1), _answered, mail_leaves=False)


def _are_added(at: datetime) -> None:
    for name, url, kinds in PROGRAMS:
        webhooks.add(name=name, url=url, kinds=kinds, at=at)
        audit.note(Act.WEBHOOK_SET, by=account_of(ROBIN), subject=name)


def _answered(at: datetime) -> None:
    """The first took everything; the second has answered 500 for four days; the third was paused yesterday."""
    with transaction() as current:
        for delivery in _of(CUSTOMERS):
            _note(delivery, at, tries=2 if delivery.id % 5 == 0 else 1)
        for delivery in _of(SHEET):
            age = at - delivery.created_at
            if age > timedelta(days=4):
                _note(delivery, at)
            elif age > webhooks.A_DAY:
                _note(delivery, at, tries=8, trouble=BROKEN, status=500, state=DeliveryState.FAILED)
            else:
                _note(delivery, at, tries=5, trouble=BROKEN, status=500, state=DeliveryState.WAITING)
        for delivery in _of(CHAT):
            if at - delivery.created_at > webhooks.A_DAY:
                _note(delivery, at)
            else:
                _note(delivery, at, tries=1, trouble=SLOW, state=DeliveryState.WAITING)
        session().scalars(select(Webhook).where(Webhook.name == CHAT)).one().paused = True
        current.flush()


def _of(name: str) -> Sequence[Delivery]:
    chosen = select(Delivery).join(Delivery.webhook).where(Webhook.name == name)
    return session().scalars(chosen.order_by(Delivery.id)).all()


def _note(
    delivery: Delivery,
    at: datetime,
    *,
    tries: int = 1,
    trouble: str = "",
    status: int | None = None,
    state: DeliveryState = DeliveryState.DELIVERED,
) -> None:
    delivery.tries, delivery.trouble, delivery.state = tries, trouble, state
    delivery.status = 204 if state is DeliveryState.DELIVERED else status
    delivery.delivered_at = delivery.created_at if state is DeliveryState.DELIVERED else None
    delivery.due_at = at + timedelta(hours=5) if state is DeliveryState.WAITING else delivery.created_at
