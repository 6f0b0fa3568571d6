"""The forms of the waitlist."""

from booking.desk_fields import LaterDayField
from booking.forms import NAME_NEEDED, DetailsForm, Phone
from booking.guard import Guest
from kit.forms import CookielessForm, Email, Needed, OneLine, PageForm

BEFORE = "A time before this date would help"


class JoinForm(CookielessForm):
    """Who would like to be told, and until when it helps."""

    name = OneLine("Full name", [Needed(NAME_NEEDED)])
    address = Email("E-mail address", [Needed("Enter the e-mail address that we can tell you at")])
    phone = Phone("Telephone")
    before = LaterDayField(BEFORE)
    validate_address = DetailsForm.validate_address

    def answer(self) -> Guest:
        """Who it is."""
        return Guest(self.name.data or "", self.address.data or "", self.phone.data or "")


class EarlierForm(PageForm):
    """Until when an earlier time helps whoever has a consult."""

    before = LaterDayField(BEFORE)
