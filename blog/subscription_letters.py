"""The letters of a subscription: please confirm, and you get the stories already.

They go to an address that anybody may have typed: nothing that was typed stands in them.
"""

from blog.subscription_models import Subscriber
from kit import outbox
from kit.context import current_settings
from kit.email_templates import render_email
from kit.mail import Mail


def please_confirm(subscriber: Subscriber, confirm_url: str) -> None:
    """Ask whoever reads that mail whether they want the stories. In the caller's transaction."""
    _write(subscriber, "confirm", "Please confirm: stories by e-mail", url=confirm_url)


def known_already(subscriber: Subscriber, leave_url: str) -> None:
    """Tell somebody who asks again that they get the stories. In the caller's transaction."""
    _write(subscriber, "known", "You get our stories already", url=leave_url)


def _write(subscriber: Subscriber, name: str, subject: str, *, url: str) -> None:
    text, html = render_email(f"blog/subscription_{name}", subject=subject, url=url)
    site = current_settings().site_name
    outbox.put(
        Mail(
            kind=f"newsletter {name}",
            to=subscriber.address,
            to_name="",
            subject=f"{subject} ({site})",
            text=text,
            html=html,
            about=f"subscriber {subscriber.id}",
        )
    )
