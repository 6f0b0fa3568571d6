"""A visitor, and somebody else, where one kind of conversation can be booked; a consultant at the desk."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kit.context import EXTENSION, current_settings
from tests.booking.builders import a_consult_type
from tests.booking.calendar_server import LOOPBACK, CalendarServer, calendar_server
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


@pytest.fixture
def open_loopback(app: Flask) -> None:
    """Lets calendars be read from this machine, at one of its addresses."""
    app.extensions[EXTENSION] = replace(current_settings(), calendar_networks=LOOPBACK)


@pytest.fixture
def radicale(tmp_path: Path) -> Iterator[CalendarServer]:
    """A CalDAV server with a user."""
    with calendar_server(tmp_path) as running:
        yield running
