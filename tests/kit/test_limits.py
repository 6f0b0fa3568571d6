"""What counts as one network."""

import pytest
from flask import Flask

from kit.limits import network_of_request


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("192.0.3.77", "192.0.3.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("192.0.2.77:443", "192.0.2.77:443"),
        ("", "127.0.0.0/24"),
    ],
)
def test_a_network_is_what_a_house_or_an_office_has(app: Flask, address: str, network: str):
    with app.test_request_context(environ_overrides={"REMOTE_ADDR": address}):
        assert network_of_request() == network
