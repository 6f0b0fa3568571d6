"""People who get the stories by mail, and those who have asked to."""

import re
from datetime import timedelta
from email.message import EmailMessage

from flask.testing import FlaskClient

from blog import subscribers
from blog.subscription_links import leave_url, read_confirm
from blog.subscription_models import Subscriber, SubscriberState
from kit import clock
from kit.db import transaction
from leads.consent import NEWSLETTER_WORDING, Ask
from leads.consent_models import Channel
from tests.page import Page

ADDRESS = "ann@example.com"


def asks(client: FlaskClient, address: str = ADDRESS, **more: str) -> Page:
    """Types the address on the newsletter's own page, and takes her time."""
    page = Page(client.get("/newsletter/"), client)
    with clock.fixed(clock.now() + timedelta(seconds=5)):
        return Page(page.form().submit(address=address, **more), client)


def link_in(message: EmailMessage, part: str) -> str:
    """The path of the first link of a letter that holds that part."""
    text = message.get_body(("plain",))
    assert text is not None
    found = re.search(rf"http://localhost(/\S*{part}\S*)", text.get_content())
    assert found, text.get_content()
    return found[1]


def a_subscriber(address: str = ADDRESS) -> Subscriber:
    """Somebody who asked and confirmed just now."""
    now = clock.now()
    subscribers.ask(Ask(address, "/newsletter/", "form, double opt-in"), at=now)
    found = subscribers.find_by_address(address)
    assert found is not None
    subscribers.confirm(found.secret, now, at=now)
    return found


def many_subscribers(count: int) -> None:
    """So many at once, without their letters."""
    now = clock.now()
    with transaction() as current:
        current.add_all(
            Subscriber(
                key=f"reader{number}@example.com",
                address=f"reader{number}@example.com",
                secret=f"secret-{number}",
                state=SubscriberState.SUBSCRIBED,
                wording=NEWSLETTER_WORDING,
                created_at=now,
                asked_at=now,
                confirmed_at=now,
            )
            for number in range(count)
        )


def leaves(subscriber: Subscriber) -> None:
    """By the link in a letter."""
    subscribers.leave(subscriber.secret, channel=Channel.MAIL, method="link in the mail, one button", at=clock.now())


def leave_path(subscriber: Subscriber) -> str:
    return leave_url(subscriber).removeprefix("http://localhost")


def confirm_by(path: str) -> None:
    """What the button behind a link does."""
    secret, asked = read_confirm(path.rpartition("/")[2])
    subscribers.confirm(secret, asked, at=clock.now())
