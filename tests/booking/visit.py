"""A visitor's way through booking, step by step, as the tests of it need it."""

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.page import Page

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
