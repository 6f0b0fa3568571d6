"""A visitor's way through booking, step by step, as the tests of it need it."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from booking.models import Booking, BookingState
from kit.db import session
from tests.booking.invite_rules import assert_invite_history, assert_invite_rules
from tests.page import Page
from tests.staff.signed_in import signed_in

Letters = Callable[[], list[EmailMessage]]
MoveClock = Callable[[datetime], None]
NOW = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)
NINE = "2026-11-02T14:00:00Z"  # 9:00 in New York on the Monday after the clocks changed
TEN = "2026-11-02T15:00:00Z"

DETAILS = {
    "name": "Ann Bee",
    "address": "ann@example.org",
    "phone": "+1 555 010 0199",
    "note": "My team has stopped calling.",
}


class Visit:
    """One browser."""

    def __init__(self, client: FlaskClient, address: str = "/book/") -> None:
        self.client, self.address = client, address

    def get(self, address: str) -> Page:
        return self.page(self.client.get(address, follow_redirects=True))

    def page(self, response: TestResponse) -> Page:
        return Page(response, self.client)

    def starts(self) -> list[str]:
        """What the buttons of the picker send."""
        return [button.get("value") for button in self.get(self.address).all("button.time")]

    def hold(self, start: str | None = None) -> str:
        """Pick a time, the first one if none is given; gives the address of the details page."""
        picker = self.get(self.address)
        response = picker.form("hold").submit(button=("start", start or picker.all("button.time")[0].get("value")))
        assert response.status_code == 303, response.get_data(as_text=True)
        return str(response.location)

    def to_check(self, held: str, **changes: str) -> str:
        """Fill in the details; gives the address of the check page."""
        response = self.get(held).form(0).submit(**DETAILS | changes)
        assert response.status_code == 303, response.get_data(as_text=True)
        return str(response.location)

    def book(self, start: str | None = None, **changes: str) -> str:
        """The whole way; gives the address of the visitor's own page."""
        response = self.get(self.to_check(self.hold(start), **changes)).form(0).submit()
        assert response.status_code == 303, response.get_data(as_text=True)
        return str(response.location).split("?")[0]


def at_the_desk(app: Flask, name: str, address: str, *, role: str = "consultant") -> Visit:
    """A browser of somebody who works here, signed in."""
    return Visit(signed_in(app, name, address, role))


def bookings() -> list[Booking]:
    """Every hold and booking, oldest first."""
    session().rollback()
    return list(session().scalars(select(Booking).order_by(Booking.id)))


def states() -> list[BookingState]:
    return [booking.state for booking in bookings()]


def text_of(message: EmailMessage) -> str:
    """The text part, with plain spaces."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\N{NO-BREAK SPACE}", " ")


def assert_letters_are_right(letters: Letters) -> None:
    """Every rule, for each message and for all of them in order."""
    for message in letters():
        assert_invite_rules(message)
    assert_invite_history(letters())
