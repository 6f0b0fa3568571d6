"""A visitor, and somebody else, where one kind of conversation can be booked; a consultant at the desk."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.booking.builders import a_consult_type
from tests.booking.visit import Visit, at_the_desk


@pytest.fixture
def visit(app: Flask, client: FlaskClient) -> Visit:
    a_consult_type()
    return Visit(client)


@pytest.fixture
def stranger(app: Flask) -> Visit:
    """Somebody else's browser."""
    return Visit(app.test_client())


@pytest.fixture
def robin(app: Flask) -> Visit:
    """A consultant at the desk."""
    return at_the_desk(app, "Robin Hale", "robin@consultancy.example")
