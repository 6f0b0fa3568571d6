"""The letters of the weekly check-in: the question whether it is wanted, and the weekly one."""

from datetime import timedelta

from assessment import wording as say
from assessment.check_in_models import CheckIn, CheckInWeek
from assessment.progress import Standing
from kit import outbox
from kit.email_templates import render_email
from kit.mail import Mail

NUMBERS = range(13)


def confirm(check_in: CheckIn, *, link: str) -> None:
    """Ask the owner of an address whether they want to be asked each week. In the caller's transaction."""
    text, html = render_email("assessment/weekly_confirm", link=link)
    _put(check_in, "check-in-confirm", "One question a week? Say yes once", text, html)


def weekly(check_in: CheckIn, week: CheckInWeek, *, last: Standing | None, link: str) -> None:
    """The question about one week; each number is a link to a page that asks to confirm it."""
    text, html = render_email(
        "assessment/weekly", week=say_week(week), monday=week.monday, last=last, link=link, numbers=NUMBERS, say=say
    )
    leaving = (("List-Unsubscribe", f"<{link}/stop>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    _put(check_in, "check-in", "How many live conversations last week?", text, html, leaving)


def say_week(week: CheckInWeek) -> str:
    """`16 to 22 November`, `30 November to 6 December`."""
    first, last = week.monday, week.monday + timedelta(days=6)
    begins = str(first.day) if first.month == last.month else f"{first.day} {first:%B}"
    return f"{begins} to {last.day} {last:%B}"


def _put(
    check_in: CheckIn, kind: str, subject: str, text: str, html: str, headers: tuple[tuple[str, str], ...] = ()
) -> None:
    outbox.put(
        Mail(
            kind=kind,
            to=check_in.address,
            to_name="",
            subject=subject,
            text=text,
            html=html,
            about=f"check-in:{check_in.id}",
            headers=headers,
        )
    )
