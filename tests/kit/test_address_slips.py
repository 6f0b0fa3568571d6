"""A likely slip in an address is pointed out; a rare domain is not."""

import pytest

from kit.address_slips import likely_meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ann@gmial.com", "ann@gmail.com"),
        ("ann@gmail.co", "ann@gmail.com"),
        ("ann@gmail.con", "ann@gmail.com"),
        ("ann@hotmial.com", "ann@hotmail.com"),
        ("ann@yaho.com", "ann@yahoo.com"),
        ("ann@outlok.com", "ann@outlook.com"),
        ("ann@GMAIL.com", ""),
        ("ann@mail.com", ""),
        ("ann@harbor.example", ""),
        ("ann@ymail.com", ""),
        ("ann@gmx.com", ""),
        ("ann", ""),
        ("", ""),
    ],
)
def test_a_slip_is_seen(typed: str, meant: str):
    assert likely_meant(typed) == meant
