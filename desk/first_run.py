"""What a new site needs before anybody can use it."""

from datetime import datetime

import booking.defaults
import staff.services
from kit.context import current_settings


def prepare(*, at: datetime) -> list[str]:
    """Add what is missing; give the lines that the person who starts the site should read."""
    lines = []
    booking.defaults.ensure_defaults()
    if not staff.services.anybody_works_here():
        invitation = staff.services.invite(role="owner", at=at)
        link = f"{current_settings().base_url}/desk/welcome/{invitation.secret}"
        lines += ["No account exists yet. Make the first one here (the link works once, for 7 days):", f"  {link}"]
    return lines
