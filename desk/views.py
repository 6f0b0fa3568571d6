"""The desk's own pages: today, leads, one lead."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

import leads.services
from booking.schedule import shown_to
from desk.facts import answers_of, links_of, say_facts
from desk.forms import NoteForm
from desk.today import look
from kit import clock, mail_reading, outbox
from kit.context import current_settings
from staff.access import current_account, desk_only

blueprint = desk_only(Blueprint("desk", __name__, url_prefix="/desk"))


@blueprint.get("/")
def today() -> ResponseReturnValue:
    """Whom to talk with today."""
    zone_name = _zone_name()
    found = look(zone_name=zone_name, now=clock.now())
    return render_template("desk/today.html", today=found, zone_name=zone_name, moment=clock.now())


@blueprint.get("/leads/")
def leads_list() -> ResponseReturnValue:
    """Everybody who has been in touch, latest first."""
    search = request.args.get("search", "").strip()[:200]
    number = request.args.get("page", "1")
    page = leads.services.list_leads(search=search, number=int(number) if number.isdecimal() else 1)
    return render_template("desk/leads.html", page=page, search=search, zone_name=_zone_name())


@blueprint.route("/leads/<public_id>", methods=["GET", "POST"])
def lead(public_id: str) -> ResponseReturnValue:
    """One person: what is known, and everything that happened; a note can be added."""
    found = leads.services.get_lead(public_id)
    form = NoteForm()
    if form.validate_on_submit():
        leads.services.add_note(found, text=form.text.data or "", author=current_account().name, at=clock.now())
        return redirect(request.path)
    page = render_template(
        "desk/lead.html",
        lead=found,
        happenings=leads.services.timeline(found),
        form=form,
        zone_name=_zone_name(),
        say_facts=say_facts,
        answers_of=answers_of,
        links_of=links_of,
    )
    return page, 422 if form.errors else 200


@blueprint.get("/mail/")
def mail() -> ResponseReturnValue:
    """Every letter and where it stands."""
    number = request.args.get("page", "1")
    page = outbox.list_letters(number=int(number) if number.isdecimal() else 1)
    return render_template("desk/mail.html", page=page, zone_name=_zone_name(), to_server=current_settings().mail_url)


@blueprint.get("/mail/<int:letter_id>")
def letter(letter_id: int) -> ResponseReturnValue:
    """One letter as it was sent."""
    found = outbox.get_letter(letter_id)
    message = mail_reading.read(found.raw)
    return render_template("desk/letter.html", letter=found, message=message, zone_name=_zone_name())


def _zone_name() -> str:
    consultant = shown_to(current_account().id)
    return consultant.zone_name if consultant else current_settings().site_timezone
