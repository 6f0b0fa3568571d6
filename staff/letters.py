"""The letter to somebody who is to work here."""

from kit import outbox
from kit.context import current_settings
from kit.email_templates import render_email
from kit.mail import Mail
from kit.words import format_short_date
from kit.zones import zone
from staff.models import Invitation


def invitation(invitation: Invitation) -> None:
    """Write the letter with the link, in the caller's transaction."""
    settings = current_settings()
    values = {
        "url": f"{settings.base_url}/desk/welcome/{invitation.secret}",
        "by": invitation.invited_by,
        "role": invitation.role,
        "until": format_short_date(invitation.expires_at.astimezone(zone(settings.site_timezone)).date()),
    }
    text, html = render_email("staff/invitation", **values)
    outbox.put(
        Mail(
            kind="invitation",
            to=invitation.email,
            to_name="",
            subject=f"{invitation.invited_by} invites you to work at {settings.site_name}",
            text=text,
            html=html,
            about=f"invitation {invitation.id}",
        )
    )
