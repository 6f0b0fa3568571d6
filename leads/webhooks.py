"""Other programs are told what happens: each message is a row written with the fact, and delivered by the worker.

The messages follow the Standard Webhooks specification. One that does not arrive is tried again for a day; then it
stands at the desk as failed until somebody sends it again.
"""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from kit import clock, jobs, seals
from kit.context import current_settings
from kit.db import after_commit, session, transaction
from kit.fetch import AddressRefused, FetchFault, Limits, TooManyRedirects, fetch
from kit.logs import log
from kit.refusals import NotFound
from leads import signing
from leads.models import Happening, HappeningKind, Lead
from leads.webhook_models import Delivery, DeliveryState, Webhook

PURPOSE = "webhook"
SECONDS = 15
MOST_BYTES = 64 * 1024
CLAIM = timedelta(minutes=2)  # longer than one try
WAITS = (1, 5, 30, 120, 300, 480, 504)  # minutes before each further try: a day in all
A_DAY = timedelta(days=1)
ROTATION = A_DAY
KEPT_FOR = timedelta(days=30)
MOST_A_RUN = 50
OURS = (
    "answers",
    "text",
    "result",
    "link",
    "line",
    "call_back",
    "takes_back",
    "account",
    "reason",
    "before",
    "revision",
    "company",
    "phone",
)  # facts of a happening that stay here
GONE = 410
ERASED = "lead.erased"
KINDS = {f"lead.{kind.name.lower()}": kind for kind in HappeningKind}


class NoSuchWebhook(NotFound):
    """It is not there."""

    title = "There is no such webhook"
    sentence = "Somebody may have removed it."


def tell(lead: Lead, happening: Happening) -> None:
    """Write a message to each webhook that wants to know, in the caller's transaction."""
    name = f"lead.{happening.kind.name.lower()}"
    wanted = [found for found in session().scalars(select(Webhook)) if not found.kinds or name in found.kinds]
    if wanted:
        data = {
            "lead": {
                "id": lead.public_id,
                "name": lead.name,
                "address": lead.address,
                "company": lead.company,
                "phone": lead.phone,
                "stage": lead.stage.value,
            },
            "headline": happening.headline,
            "facts": {key: value for key, value in happening.facts.items() if key not in OURS},
        }
        put(wanted, name, data, at=happening.at, lead_id=lead.id)


def tell_erased(public_ids: Sequence[str], *, at: datetime) -> None:
    """Ask every webhook to forget a lead too, in the caller's transaction. Nothing but their ids stands in it."""
    found = session().scalars(select(Webhook)).all()
    for public_id in public_ids:
        put(found, ERASED, {"lead": {"id": public_id}}, at=at, lead_id=None)


def put(webhooks: Sequence[Webhook], name: str, data: dict[str, Any], *, at: datetime, lead_id: int | None) -> None:
    """Write one message to each of them, in the caller's transaction."""
    message_id = f"msg_{secrets.token_urlsafe(18)}"
    message = {"type": name, "timestamp": at.isoformat(), "data": data}
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    for webhook in webhooks:
        session().add(
            Delivery(
                webhook_id=webhook.id,
                lead_id=lead_id,
                message_id=message_id,
                kind=name,
                body=body,
                due_at=clock.now(),
                created_at=clock.now(),
            )
        )
    after_commit(_wake)


def deliver_due() -> int:
    """Send every message that is due; gives how many arrived. The worker's job.

    An address that does not answer in time is left alone until the next run, so that the others do not wait for it.
    """
    arrived = 0
    slow: set[int] = set()
    for _ in range(MOST_A_RUN):
        claimed = _claim(slow)
        if claimed is None:
            break
        trouble = _send(claimed)
        arrived += not trouble
        if trouble:
            slow.add(session().get_one(Delivery, claimed).webhook_id)
    _forget_old()
    return arrived


def add(*, name: str, url: str, kinds: Sequence[str], at: datetime) -> tuple[Webhook, str]:
    """A new webhook; gives it and its secret, which is shown once."""
    secret = signing.new_secret()
    with transaction() as current:
        webhook = Webhook(name=name, url=url, kinds=list(kinds), secret=seals.seal(PURPOSE, secret), created_at=at)
        current.add(webhook)
        current.flush()
        return webhook, secret


def change(webhook: Webhook, *, name: str, url: str, kinds: Sequence[str], paused: bool) -> None:
    """Another address, other happenings, or a pause in which it keeps what it is owed."""
    with transaction() as current:
        webhook.name, webhook.url, webhook.kinds, webhook.paused = name, url, list(kinds), paused
        current.flush()
        after_commit(_wake)


def rotate(webhook: Webhook, *, at: datetime) -> str:
    """A new secret; the one before it signs too for a day. Gives the new one, which is shown once."""
    secret = signing.new_secret()
    with transaction() as current:
        webhook.old_secret, webhook.old_until = webhook.secret, at + ROTATION
        webhook.secret = seals.seal(PURPOSE, secret)
        current.flush()
        return secret


def remove(webhook: Webhook) -> None:
    """Tell it no more; what it was owed goes with it."""
    with transaction() as current:
        current.delete(webhook)


def get(webhook_id: int) -> Webhook:
    """The webhook of that number. Raises NoSuchWebhook."""
    found = session().get(Webhook, webhook_id)
    if found is None:
        raise NoSuchWebhook
    return found


def failed_count() -> int:
    """How many messages were given up."""
    return session().scalar(select(func.count(Delivery.id)).where(Delivery.state == DeliveryState.FAILED)) or 0


def send_again(webhook: Webhook, delivery_id: int) -> None:
    """Put one message back among those that wait: same id, same bytes. Raises NoSuchWebhook."""
    with transaction() as current:
        found = current.get(Delivery, delivery_id)
        if found is None or found.webhook_id != webhook.id:
            raise NoSuchWebhook
        found.state, found.tries, found.due_at, found.trouble = DeliveryState.WAITING, 0, clock.now(), ""
        current.flush()
        after_commit(_wake)


def resume(webhook: Webhook) -> int:
    """Put back everything that was given up, and end a pause; gives how many messages that are."""
    again = (
        update(Delivery)
        .where(Delivery.webhook_id == webhook.id, Delivery.state == DeliveryState.FAILED)
        .values(state=DeliveryState.WAITING, tries=0, due_at=clock.now(), trouble="")
        .execution_options(synchronize_session="fetch")
    )
    with transaction() as current:
        webhook.paused = False
        done = int(current.execute(again).rowcount)  # type: ignore[attr-defined]
        after_commit(_wake)
        return done


def _claim(besides: set[int]) -> int | None:
    now = clock.now()
    with transaction() as current:
        chosen = (
            select(Delivery)
            .join(Delivery.webhook)
            .where(
                Delivery.state == DeliveryState.WAITING,
                Delivery.due_at <= now,
                ~Webhook.paused,
                Delivery.webhook_id.not_in(besides),
            )
            .order_by(Delivery.due_at, Delivery.id)
            .limit(1)
        )
        found = current.scalar(chosen.with_for_update(skip_locked=True, of=Delivery))
        if found is None:
            return None
        found.tries, found.due_at = found.tries + 1, now + CLAIM
        return found.id


def _send(delivery_id: int) -> str:
    """Try once, and note what came of it; gives what went wrong."""
    found = session().get_one(Delivery, delivery_id)
    now = clock.now()
    stamp = int(now.timestamp())
    status, trouble = None, ""
    try:
        signed = signing.headers(
            _active(found.webhook, now), message_id=found.message_id, timestamp=stamp, body=found.body
        )
        answer = fetch(
            found.webhook.url,
            method="POST",
            headers={**signed, "Content-Type": "application/json"},
            body=found.body.encode(),
            limits=Limits(MOST_BYTES, SECONDS, 0, current_settings().webhook_networks),
        )
        status = answer.status
        trouble = "" if 200 <= status < 300 else f"It answered with status {status}."
    except AddressRefused:
        trouble = "The address leads into a private network. WEBHOOK_NETWORKS can open one."
    except TooManyRedirects:
        trouble = "It leads on to another address, and messages do not follow."
    except FetchFault as fault:
        trouble = str(fault)
    except seals.SealBroken:
        trouble = "The secret cannot be read any more, since SECRET_KEY is another one. Make a new secret."
    _note(delivery_id, status, trouble, now)
    return trouble


def _note(delivery_id: int, status: int | None, trouble: str, now: datetime) -> None:
    with transaction() as current:
        found = current.get(Delivery, delivery_id)
        if found is None:
            return
        found.status, found.trouble = status, trouble[:200]
        if not trouble:
            found.state, found.delivered_at = DeliveryState.DELIVERED, now
            return
        if status == GONE:
            found.webhook.paused = True
        if found.tries > len(WAITS):
            found.state = DeliveryState.FAILED
        else:
            found.due_at = now + timedelta(minutes=WAITS[found.tries - 1])
    log.warning("webhook not taken", delivery=delivery_id, status=status)


def _active(webhook: Webhook, now: datetime) -> list[str]:
    sealed = [webhook.secret]
    if webhook.old_secret is not None and webhook.old_until is not None and webhook.old_until > now:
        sealed.append(webhook.old_secret)
    return [seals.unseal(PURPOSE, one) for one in sealed]


def _forget_old() -> None:
    with transaction() as current:
        old = Delivery.created_at < clock.now() - KEPT_FOR
        current.execute(delete(Delivery).where(Delivery.state == DeliveryState.DELIVERED, old))


def _wake() -> None:
    jobs.wake("deliver_webhooks")
