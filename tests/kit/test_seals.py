"""What was sealed is read by this site, for the same purpose, with the same key, and by nobody else."""

from dataclasses import replace

import pytest
from flask import Flask

from kit.context import EXTENSION, current_settings
from kit.seals import SealBroken, seal, unseal


def test_what_was_sealed_can_be_read_again(app: Flask):
    sealed = seal("calendar", "pässword")

    assert b"ssword" not in sealed
    assert unseal("calendar", sealed) == "pässword"


def test_another_purpose_or_another_text_does_not_open_it(app: Flask):
    sealed = seal("calendar", "password")

    for purpose, text in (("mailbox", sealed), ("calendar", sealed[:-3] + b"AAA"), ("calendar", b"")):
        with pytest.raises(SealBroken):
            unseal(purpose, text)


def test_under_another_key_the_seal_is_broken(app: Flask):
    sealed = seal("calendar", "password")
    app.extensions[EXTENSION] = replace(current_settings(), secret_key="another key of the site 0123456789")

    with pytest.raises(SealBroken):
        unseal("calendar", sealed)
