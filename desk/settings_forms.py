"""The form with which an owner changes how the site is set up."""

from booking.desk_fields import ZoneField
from kit.forms import Needed, OneLine, PageForm, Whole
from kit.settings import FASTEST_RATE

FIELDS = {"SITE_NAME": "site_name", "SITE_TIMEZONE": "site_timezone", "NEWSLETTER_RATE": "newsletter_rate"}


class SettingsForm(PageForm):
    """What can be changed while the site runs; what the environment sets is no field of it."""

    site_name = OneLine("Name of the site", [Needed("Give the site a name")], most=80)
    site_timezone = ZoneField("Time zone of the site")
    newsletter_rate = Whole(
        "Letters of a newsletter in a minute", [Needed("Say how many may leave")], least=1, most=FASTEST_RATE
    )

    def leave_out(self, names: frozenset[str]) -> None:
        """Ask for none of these."""
        for name in names:
            del self[FIELDS[name]]

    def answer(self) -> dict[str, str]:
        """The settings by their names."""
        return {name: str(self[field].data) for name, field in FIELDS.items() if field in self}
