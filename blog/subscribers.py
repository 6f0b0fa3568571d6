"""Who gets the stories by mail: asked, confirmed by whoever reads the address's mail, left, and back again."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.exc import IntegrityError

import leads.services
from blog import subscription_letters
from blog.subscription_links import confirm_url, leave_url
from blog.subscription_models import Subscriber, SubscriberState
from blog.subscription_refusals import ConfirmationExpired, NoSuchSubscriber, SubscriptionGone
from kit import clock, outbox, outbox_search, suppression, tokens
from kit.db import session, transaction
from kit.mail import Purpose
from kit.pages import Page, page_of
from kit.sorting import Sort
from kit.suppression import Reason, Suppression
from leads import consent
from leads.addresses import normalise
from leads.consent import Ask
from leads.consent_models import Channel, ConsentAct, ConsentPurpose
from leads.models import HappeningKind
from leads.origin import Origin

ONE_MAIL_WITHIN = timedelta(days=1)
NEWSLETTER = ConsentPurpose.NEWSLETTER
UNCONFIRMED_FOR = timedelta(days=30)
LEFT_FOR = timedelta(days=730)
LEFT_A_RUN = 200
COLUMNS = {
    "address": (Subscriber.key,),
    "state": (Subscriber.state,),
    "since": (func.coalesce(Subscriber.left_at, Subscriber.confirmed_at, Subscriber.asked_at, Subscriber.created_at),),
}
NEWEST = Sort("since", down=True)

# A subscriber, with what holds their mail back, if anything does.
Held: TypeAlias = tuple[Subscriber, Suppression | None]


def ask(wanted: Ask, *, at: datetime) -> None:
    """Send a mail that asks for a confirmation, at most one a day to an address. Joins the caller's transaction.

    Whoever has left since the last one gets another at once, once a day: as a rule only a reader of the address's mail
    can leave. A complaint is no such leaving. Nothing else happens until it is confirmed, and nobody learns from this
    whether the address was known. Somebody who gets the stories already is told so in the mail.
    """
    with transaction() as current:
        subscriber = _locked(wanted.address) or _new(wanted, at)
        if subscriber is None or _was_mailed_lately(subscriber, at):
            return
        subscriber.asked_at = at
        if subscriber.state is SubscriberState.SUBSCRIBED:
            subscription_letters.known_already(subscriber, leave_url(subscriber))
        else:
            subscriber.address = normalise(wanted.address)
            subscriber.wording, subscriber.page, subscriber.story = (
                wanted.wording,
                wanted.page[:200],
                wanted.story[:200],
            )
            _enter(subscriber, ConsentAct.ASKED, channel=wanted.channel, method=wanted.method, at=at)
            subscription_letters.please_confirm(subscriber, confirm_url(subscriber))
        current.flush()


def hear(wanted: Ask, *, at: datetime) -> None:
    """Somebody ticked the newsletter's box on a form about something else; see `leads.consent.newsletter_wanted`."""
    ask(wanted, at=at)


def hear_complaint(address: str, *, about: datetime, at: datetime) -> bool:
    """Somebody told their mail program that a letter of ours, written at `about`, is unwanted: they are off the list.

    Unless they have asked for it once more since. Gives whether there was somebody. Joins the caller's transaction.
    """
    subscriber = find_by_address(address)
    if subscriber is None:
        return False
    if subscriber.confirmed_at is not None and subscriber.confirmed_at > about:
        return True
    left = leave(subscriber.secret, channel=Channel.MAIL, method="complaint to the mail program", at=at)
    if left is not None:
        left.asked_at = at  # the day of the next mail begins now
    return True


def may_confirm(address: str, *, at: datetime) -> bool:
    """Whether a mail that asks for a confirmation has gone there of which the link still works."""
    found = find_by_address(address)
    if found is None or found.asked_at is None or found.state is SubscriberState.SUBSCRIBED:
        return False
    return found.asked_at > at - UNCONFIRMED_FOR


def find(secret: str) -> Subscriber | None:
    """Whose link it is, if anybody's."""
    return session().scalar(select(Subscriber).where(Subscriber.secret == secret))


def get(secret: str) -> Subscriber:
    """Whose link it is. Raises SubscriptionGone."""
    found = find(secret)
    if found is None:
        raise SubscriptionGone
    return found


def confirmable(secret: str, asked: datetime) -> Subscriber:
    """Whoever may confirm with a link that was made at `asked`. Raises SubscriptionGone, ConfirmationExpired."""
    return _still_open(get(secret), asked)


def confirm(secret: str, asked: datetime, *, at: datetime) -> Subscriber:
    """Put somebody on the list: they read the mail of their address. Twice is once.

    What held mail back from them is lifted, since mail has arrived. Raises SubscriptionGone, ConfirmationExpired.
    """
    with transaction():
        subscriber = _still_open(_get_locked(secret), asked)
        if subscriber.state is not SubscriberState.SUBSCRIBED:
            _put_on_the_list(subscriber, channel=Channel.MAIL, method="link in the mail, one button", at=at)
            lead = leads.services.capture(
                address=subscriber.address, name="", at=at, origin=Origin(subscriber.story, subscriber.page)
            )
            leads.services.record(lead, HappeningKind.SUBSCRIBED, at=at, headline="Subscribed to the stories")
        return subscriber


def leave(secret: str, *, channel: Channel, method: str, at: datetime) -> Subscriber | None:
    """Take somebody off the list, and take back what waits for them. Whoever is not known is on no list: None."""
    with transaction() as current:
        subscriber = current.scalar(select(Subscriber).where(Subscriber.secret == secret).with_for_update())
        if subscriber is None or subscriber.state is SubscriberState.LEFT:
            return subscriber
        subscriber.state, subscriber.left_at = SubscriberState.LEFT, at
        _enter(subscriber, ConsentAct.WITHDRAWN, channel=channel, method=method, at=at)
        outbox.withdraw(subscriber.address, Purpose.NEWSLETTER, given_up_too=True)
        current.flush()
        return subscriber


def come_back(secret: str, *, at: datetime) -> Subscriber:
    """Put somebody on the list again who left it by a slip. Raises SubscriptionGone."""
    with transaction():
        subscriber = _get_locked(secret)
        if subscriber.confirmed_at is None:
            raise SubscriptionGone
        if subscriber.state is SubscriberState.LEFT:
            _put_on_the_list(subscriber, channel=Channel.SITE, method="back by the link to leave, one button", at=at)
        return subscriber


def get_by_number(number: int) -> Subscriber:
    """A subscriber as the desk names them. Raises NoSuchSubscriber."""
    found = session().get(Subscriber, number)
    if found is None:
        raise NoSuchSubscriber
    return found


def find_by_address(address: str) -> Subscriber | None:
    """The subscription of an address, if there is one."""
    return session().scalar(select(Subscriber).where(Subscriber.key == address.strip().lower()))


def list_subscribers(
    *,
    at: datetime,
    number: int = 1,
    state: SubscriberState | None = None,
    search: str = "",
    sort: Sort = NEWEST,
) -> Page[Held]:
    """A page of the list: in one state, with an address that holds `search`."""
    chosen = select(Subscriber).where(_holding(search))
    if state is not None:
        chosen = chosen.where(Subscriber.state == state)
    page = page_of(chosen.order_by(*sort.order(COLUMNS, Subscriber.id)), number=number)
    return Page(tuple(_with_holds(page.rows, at)), page.number, page.pages, page.total)


def everybody(*, at: datetime) -> Iterable[tuple[Subscriber, Suppression | None]]:
    """The whole list, the oldest first."""
    return _with_holds(session().scalars(select(Subscriber).order_by(Subscriber.id)).all(), at)


def count_by_state(*, search: str = "") -> dict[SubscriberState, int]:
    """How many subscribers stand where; a state without any is left out."""
    counted = select(Subscriber.state, func.count(Subscriber.id)).where(_holding(search)).group_by(Subscriber.state)
    return dict(session().execute(counted).all())


def forget(address: str, *, at: datetime) -> None:
    """Erase somebody: of an address that has left only a keyed hash remains. Joins the caller's transaction."""
    with transaction() as current:
        subscriber = _locked(address)
        if subscriber is not None:
            if subscriber.state is SubscriberState.LEFT:
                suppression.hold_back(subscriber.address, Purpose.NEWSLETTER, Reason.LEFT, at=at)
            outbox.withdraw(subscriber.address, Purpose.NEWSLETTER, given_up_too=True)
            current.delete(subscriber)
            current.flush()
        outbox_search.remove(outbox_search.to(address, kinds="newsletter"))
        consent.forget(address)
        suppression.forget(address)


def forget_unconfirmed() -> int:
    """Remove those who asked and did not confirm within thirty days. Gives how many. A job."""
    with transaction() as current:
        old = select(Subscriber).where(
            Subscriber.state == SubscriberState.ASKED, Subscriber.asked_at < clock.now() - UNCONFIRMED_FOR
        )
        gone = current.scalars(old.with_for_update()).all()
        for subscriber in gone:
            _let_go(subscriber)
        return len(gone)


def forget_left(*, at: datetime) -> int:
    """Remove some of those who left two years ago; a keyed hash keeps letters away from them. Gives how many."""
    with transaction() as current:
        asks_again = Subscriber.asked_at > at - UNCONFIRMED_FOR  # and the link that confirms it still works
        old = select(Subscriber).where(Subscriber.state == SubscriberState.LEFT, Subscriber.left_at < at - LEFT_FOR)
        old = old.where(or_(Subscriber.asked_at.is_(None), ~asks_again))
        gone = current.scalars(old.order_by(Subscriber.id).limit(LEFT_A_RUN).with_for_update()).all()
        for subscriber in gone:
            suppression.hold_back(subscriber.address, Purpose.NEWSLETTER, Reason.LEFT, at=at)
            _let_go(subscriber)
        return len(gone)


def _let_go(subscriber: Subscriber) -> None:
    """Remove a subscription with what was agreed to. Whoever is known in no other way is known by the hash alone."""
    consent.forget(subscriber.key, NEWSLETTER)
    session().delete(subscriber)
    if leads.services.find_by_address(subscriber.address) is None:
        suppression.forget(subscriber.address)


def _locked(address: str) -> Subscriber | None:
    return session().scalar(select(Subscriber).where(Subscriber.key == address.strip().lower()).with_for_update())


def _get_locked(secret: str) -> Subscriber:
    found = session().scalar(select(Subscriber).where(Subscriber.secret == secret).with_for_update())
    if found is None:
        raise SubscriptionGone
    return found


def _new(wanted: Ask, at: datetime) -> Subscriber | None:
    """A row for an address that was not known; None where somebody else types the same one at this instant."""
    subscriber = Subscriber(
        key=wanted.address.strip().lower(),
        address=normalise(wanted.address),
        secret=tokens.new_secret(18),
        state=SubscriberState.ASKED,
        wording=wanted.wording,
        created_at=at,
    )
    try:
        with session().begin_nested():
            session().add(subscriber)
    except IntegrityError:
        return None
    return subscriber


def _was_mailed_lately(subscriber: Subscriber, at: datetime) -> bool:
    mailed, left = subscriber.asked_at, subscriber.left_at
    if mailed is None or at - mailed >= ONE_MAIL_WITHIN:
        return False
    since = at - ONE_MAIL_WITHIN
    return left is None or left <= mailed or consent.times_asked(subscriber.key, NEWSLETTER, since=since) > 1


def _still_open(subscriber: Subscriber, asked: datetime) -> Subscriber:
    """A link from before the list was left puts nobody on it again."""
    if subscriber.state is SubscriberState.LEFT and subscriber.left_at and subscriber.left_at >= asked:
        raise ConfirmationExpired
    return subscriber


def _put_on_the_list(subscriber: Subscriber, *, channel: Channel, method: str, at: datetime) -> None:
    subscriber.state, subscriber.confirmed_at, subscriber.left_at = SubscriberState.SUBSCRIBED, at, None
    _enter(subscriber, ConsentAct.GIVEN, channel=channel, method=method, at=at)
    suppression.lift_all(
        subscriber.address, Purpose.NEWSLETTER, by="the subscriber", because="Mail has arrived: confirmed", at=at
    )
    session().flush()


def _enter(subscriber: Subscriber, act: ConsentAct, *, channel: Channel, method: str, at: datetime) -> None:
    consent.enter(
        ConsentPurpose.NEWSLETTER,
        act,
        address=subscriber.key,
        channel=channel,
        method=method,
        page=subscriber.page,
        wording=subscriber.wording,
        at=at,
    )


def _with_holds(rows: Sequence[Subscriber], at: datetime) -> list[tuple[Subscriber, Suppression | None]]:
    held = suppression.held_back([row.address for row in rows], Purpose.NEWSLETTER, at=at)
    return [(row, held.get(row.address)) for row in rows]


def _holding(search: str) -> ColumnElement[bool]:
    return Subscriber.key.icontains(search.lower(), autoescape=True) if search else true()
