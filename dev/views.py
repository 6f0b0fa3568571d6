"""Pages for whoever works on the site: every letter taken apart, every part of the design on one page."""

import re
from ipaddress import ip_address

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from desk.downloads import file_of
from dev import sheet
from kit import mail_reading, outbox
from kit.asked import page_number
from kit.context import current_settings
from kit.outbox import Letter
from kit.pages import Page
from kit.refusals import NotFound
from kit.security import CONTENT_SECURITY_POLICY, as_mail

blueprint = Blueprint("dev", __name__, url_prefix="/dev")

WITH_FRAMES = CONTENT_SECURITY_POLICY + "; frame-src 'self'"
PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


@blueprint.before_request
def nobody_from_outside() -> None:
    """Letters are other people's: they are shown on the machine itself, and to whoever is signed in at the desk."""
    here = ip_address(request.remote_addr or "0.0.0.0").is_loopback  # noqa: S104  # an address that is not ours
    if not current_user.is_authenticated and (not here or any(name in request.headers for name in PASSED_ON)):
        raise NotFound


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The inbox is what is wanted most."""
    return redirect("/dev/inbox")


@blueprint.get("/inbox")
def inbox() -> ResponseReturnValue:
    """The letters, newest first, with the newest of the page opened."""
    page = outbox.list_letters(number=page_number())
    return _inbox(page, page.rows[0].id if page.rows else None)


@blueprint.get("/inbox/<int:letter_id>")
def letter(letter_id: int) -> ResponseReturnValue:
    """One letter: text, HTML, calendar and headers side by side."""
    return _inbox(outbox.list_letters(number=page_number()), letter_id)


@blueprint.get("/inbox/<int:letter_id>/html")
def letter_html(letter_id: int) -> ResponseReturnValue:
    """The HTML part alone, as a mail program would show it: its own styles and nothing else."""
    return as_mail(mail_reading.read(outbox.raw_of(outbox.get_letter(letter_id))).html)


@blueprint.get("/inbox/<int:letter_id>/files/<int:number>")
def letter_file(letter_id: int, number: int) -> ResponseReturnValue:
    """A file that came with a letter."""
    return file_of(mail_reading.read(outbox.raw_of(outbox.get_letter(letter_id))), number)


@blueprint.get("/sheet")
def calm_sheet() -> ResponseReturnValue:
    """Every part of the design, from the real macros."""
    return _sheet(wrong=False)


@blueprint.get("/sheet/wrong")
def wrong_sheet() -> ResponseReturnValue:
    """The same, with something wrong in every field."""
    return _sheet(wrong=True)


@blueprint.get("/sheet/mail")
def mail_sheet() -> ResponseReturnValue:
    """The pieces that mail is made of."""
    return as_mail(render_template("dev/mail_pieces.html"))


def _inbox(page: Page[Letter], chosen: int | None) -> ResponseReturnValue:
    found = None if chosen is None else outbox.get_letter(chosen)
    reading = None if found is None else mail_reading.read(outbox.raw_of(found))
    shown = render_template(
        "dev/inbox.html",
        page=page,
        letter=found,
        reading=reading,
        links=_links(reading.html) if reading else (),
        zone_name=current_settings().site_timezone,
    )
    return _framing(shown)


def _sheet(*, wrong: bool) -> ResponseReturnValue:
    return _framing(render_template("dev/sheet.html", **sheet.everything(wrong=wrong)))


def _framing(page: str) -> Response:
    response = make_response(page)
    response.headers["Content-Security-Policy"] = WITH_FRAMES
    return response


def _links(html: str) -> tuple[str, ...]:
    """Where a mail leads, each address once. The frame it is shown in follows none of them."""
    found = re.findall(r'href="([^"]+)"', html)
    return tuple(dict.fromkeys(address.replace("&amp;", "&") for address in found))
