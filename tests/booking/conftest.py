"""A visitor, and somebody else, before a site where one kind of conversation can be booked."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.booking.builders import a_consult_type
from tests.booking.visit import Visit


@pytest.fixture
def visit(app: Flask, client: FlaskClient) -> Visit:
    a_consult_type()
    return Visit(client)


@pytest.fixture
def stranger(app: Flask) -> Visit:
    """Somebody else's browser."""
    return Visit(app.test_client())
