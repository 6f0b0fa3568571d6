"""A program that is told what happens."""

from typing import Any
from urllib.parse import urlsplit

from wtforms import BooleanField, SelectMultipleField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from kit.context import current_settings
from kit.forms import Needed, OneLine, PageForm
from leads.webhooks import KINDS


class Kinds(SelectMultipleField):
    """Which happenings; without any, all."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class WebhookForm(PageForm):
    """Where messages go, and about what."""

    name = OneLine("Name", [Needed("Give it a name by which you know it")], most=80)
    url = OneLine("Address", [Needed("Enter the address to which messages go")], most=800)
    kinds = Kinds("Only about", choices={name: kind.value.capitalize() for name, kind in KINDS.items()})
    paused = BooleanField("Pause: keep what it is owed and send nothing")

    def validate_url(self, field: Any) -> None:
        try:
            parts = urlsplit(field.data or "")
            usable = bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            usable = False
            parts = urlsplit("")
        needed = ("https",) if current_settings().production else ("https", "http")
        if not usable or parts.scheme not in needed:
            raise StopValidation("Enter an address that begins with https:// and names a server")
        if parts.username or parts.password:
            raise StopValidation("Leave the name and the password out of the address: messages are signed instead")
