"""The programs that are told, and their messages, as lists: what each is owed, and how it fares."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import case, func, select
from sqlalchemy.orm import selectinload

from kit.db import session
from kit.pages import Page, page_of
from kit.sorting import Sort
from leads.webhook_models import Delivery, DeliveryState, Webhook

COLUMNS = {"name": (func.lower(Webhook.name),)}
BY_NAME = Sort("name")
MESSAGE_COLUMNS = {"about": (Delivery.kind,), "written": ()}
NEWEST = Sort("written", down=True)


class Standing(StrEnum):
    """How a webhook fares."""

    WELL = "well"
    TRYING = "trying again"
    FAILING = "failing"
    PAUSED = "paused"


@dataclass(frozen=True)
class Told:
    """A webhook and how its messages stand; `refused` are those that wait because they were not taken so far."""

    webhook: Webhook
    waiting: int
    failed: int
    delivered: int
    refused: int = 0

    @property
    def standing(self) -> Standing:
        """How it fares in a word."""
        if self.webhook.paused:
            return Standing.PAUSED
        if self.failed:
            return Standing.FAILING
        return Standing.TRYING if self.refused else Standing.WELL


def overview(*, number: int = 1, sort: Sort = BY_NAME) -> Page[Told]:
    """Every webhook, and how its messages stand."""
    page = page_of(select(Webhook).order_by(*sort.order(COLUMNS, Webhook.id)), number=number)
    return Page(_told(page.rows), page.number, page.pages, page.total, page.size)


def names() -> tuple[str, ...]:
    """What the programs are called that are told, each name once."""
    return tuple(session().scalars(select(Webhook.name).distinct().order_by(Webhook.name)))


def told_of(webhook: Webhook) -> Told:
    """How the messages of one stand."""
    return _told((webhook,))[0]


def deliveries_of(
    webhook: Webhook, *, state: DeliveryState | None = None, number: int = 1, sort: Sort = NEWEST
) -> Page[Delivery]:
    """The messages to a webhook, with the leads that they are about."""
    chosen = select(Delivery).where(Delivery.webhook_id == webhook.id).options(selectinload(Delivery.lead))
    if state is not None:
        chosen = chosen.where(Delivery.state == state)
    return page_of(chosen.order_by(*sort.order(MESSAGE_COLUMNS, Delivery.id)), number=number)


def _told(webhooks: Sequence[Webhook]) -> tuple[Told, ...]:
    troubled = func.count(case((Delivery.trouble != "", 1)))
    counted = select(Delivery.webhook_id, Delivery.state, func.count(), troubled)
    chosen = counted.where(Delivery.webhook_id.in_([one.id for one in webhooks]))
    rows = session().execute(chosen.group_by(Delivery.webhook_id, Delivery.state)).all()
    counts = {(webhook_id, state): (count, refused) for webhook_id, state, count, refused in rows}

    def many(one: Webhook, state: DeliveryState) -> tuple[int, int]:
        return counts.get((one.id, state), (0, 0))

    return tuple(
        Told(
            one,
            waiting=many(one, DeliveryState.WAITING)[0],
            failed=many(one, DeliveryState.FAILED)[0],
            delivered=many(one, DeliveryState.DELIVERED)[0],
            refused=many(one, DeliveryState.WAITING)[1],
        )
        for one in webhooks
    )
