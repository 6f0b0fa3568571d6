"""The desk's own pages: today, leads, one lead."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

import leads.services
from desk.forms import NoteForm
from kit import clock
from staff.access import current_account, desk_only

blueprint = desk_only(Blueprint("desk", __name__, url_prefix="/desk"))


@blueprint.get("/leads/")
def leads_list() -> ResponseReturnValue:
    """Everybody who has been in touch, latest first."""
    search = request.args.get("search", "").strip()[:200]
    number = request.args.get("page", "1")
    page = leads.services.list_leads(search=search, number=int(number) if number.isdecimal() else 1)
    return render_template("desk/leads.html", page=page, search=search)


@blueprint.route("/leads/<public_id>", methods=["GET", "POST"])
def lead(public_id: str) -> ResponseReturnValue:
    """One person: what is known, and everything that happened; a note can be added."""
    found = leads.services.get_lead(public_id)
    form = NoteForm()
    if form.validate_on_submit():
        leads.services.add_note(found, text=form.text.data or "", author=current_account().name, at=clock.now())
        return redirect(request.path)
    happenings = leads.services.timeline(found)
    return render_template("desk/lead.html", lead=found, happenings=happenings, form=form), 422 if form.errors else 200
