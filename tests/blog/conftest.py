"""A consultant at the desk."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.staff.signed_in import signed_in


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    """The browser of Robin Vale, who owns the site."""
    return signed_in(app)
