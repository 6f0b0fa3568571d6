"""The forms of times by mail: who they are for, and which of the times are ticked."""

from wtforms import SelectField

from booking.desk_fields import ZoneField
from booking.forms import ADDRESS_NEEDED, NAME_NEEDED, DetailsForm, Phone
from booking.guard import Guest
from kit.forms import CookielessForm, Email, Needed, OneLine, PageForm


class ByMailForm(CookielessForm):
    """Who asks for times."""

    name = OneLine("Full name", [Needed(NAME_NEEDED)])
    address = Email("E-mail address", [Needed(ADDRESS_NEEDED)])
    phone = Phone("Telephone")
    validate_address = DetailsForm.validate_address

    def answer(self) -> Guest:
        """What was typed."""
        return Guest(self.name.data or "", self.address.data or "", self.phone.data or "")


class OfferForm(PageForm):
    """Whom a consultant sends times, and of what kind."""

    kind = SelectField("Kind of conversation", validate_choice=False)
    length = SelectField("Length", validate_choice=False)
    name = OneLine("Full name", [Needed("Enter their name")])
    address = Email("E-mail address", [Needed("Enter the e-mail address that the times go to")])
    phone = Phone("Telephone")
    guest_zone = ZoneField("Their time zone")
    validate_address = DetailsForm.validate_address

    def answer(self) -> Guest:
        """What was typed."""
        return Guest(self.name.data or "", self.address.data or "", self.phone.data or "")

    @property
    def zone_name(self) -> str:
        """In which zone they are told."""
        return str(self.guest_zone.data)
