"""The form with which an owner changes how the site is set up."""

from typing import Any

from wtforms import HiddenField

from booking.desk_fields import ZoneField
from kit.forms import Needed, OneLine, PageForm, Whole
from kit.live_settings import CHANGEABLE
from kit.settings import FASTEST_RATE


class OwnZoneField(ZoneField):
    """A time zone of the list, or the one that holds now: settings take every name there is."""

    now = ""

    def pre_validate(self, form: Any) -> None:
        if self.data != self.now:
            super().pre_validate(form)


class SettingsForm(PageForm):
    """What can be changed while the site runs; what the environment sets is no field of it.

    `shown_…` are what stood in the fields when the page was made: only what differs from it is changed, so that a page
    that was open for long takes nothing back.
    """

    site_name = OneLine("Name of the site", [Needed("Give the site a name")], most=80)
    site_timezone = OwnZoneField("Time zone of the site")
    newsletter_rate = Whole(
        "Letters of a newsletter in a minute", [Needed("Say how many may leave")], least=1, most=FASTEST_RATE
    )
    shown_site_name = HiddenField()
    shown_site_timezone = HiddenField()
    shown_newsletter_rate = HiddenField()

    def take_zone(self, now: str) -> None:
        """Offer the zone that holds now as well."""
        choices: Any = self.site_timezone.choices
        self.site_timezone.now = now
        if not any(now in zones for zones in choices.values()):
            self.site_timezone.choices = {"As it is": {now: now}, **choices}

    def leave_out(self, names: frozenset[str]) -> None:
        """Ask for none of these."""
        for name in names:
            del self[CHANGEABLE[name]]
            del self[f"shown_{CHANGEABLE[name]}"]

    def changed(self) -> dict[str, str]:
        """The settings that were changed on the page, by their names."""
        given = {name: field for name, field in CHANGEABLE.items() if field in self}
        return {
            name: str(self[field].data)
            for name, field in given.items()
            if str(self[field].data) != self[f"shown_{field}"].data
        }
