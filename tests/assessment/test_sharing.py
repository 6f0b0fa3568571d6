"""A result to show to others: the band alone, and no way back to the numbers."""

import base64
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from assessment.practices import BAND_MEANINGS, BAND_NAMES
from assessment.sharing import read_shared, share_token
from kit import tokens
from tests.assessment.builders import a_result
from tests.assessment.walk import finish, walk
from tests.page import Page


def test_a_shared_link_shows_the_band_and_no_number(client: FlaskClient):
    result = finish(walk(client))
    link = urlsplit(result.links["give them this link"]).path
    key = urlsplit(result.url).path.rsplit("/", 1)[-1]

    page = Page(client.get(link), client)

    assert page.heading == "Well short of pace"
    assert "shared in October 2026" in page.text
    assert not any(number in page.text for number in ("1 in 10", "about 11", "7 more"))
    assert key not in page.response.get_data(as_text=True)
    assert key not in link


def test_the_link_carries_nothing_but_band_and_month(client: FlaskClient):
    token = share_token(a_result())
    body = token.split(".")[0]

    told = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))

    assert read_shared(token).name == "Well short of pace"
    assert len(told) < 80


@pytest.mark.parametrize(
    "told", [{"band": "rich", "month": "2026-10"}, {"band": "short"}, {"band": "short", "month": "May"}]
)
def test_a_link_that_tells_no_band_is_refused(client: FlaskClient, told: dict[str, str]):
    assert client.get(f"/assessment/shared/{tokens.sign('band', told)}").status_code == 404


def test_an_altered_link_is_refused(client: FlaskClient):
    assert client.get(f"/assessment/shared/{share_token(a_result())[:-2]}xx").status_code == 404


def test_every_band_has_its_meaning():
    assert set(BAND_MEANINGS) == set(BAND_NAMES)
