"""What is kept of a person: handed out to them, as a table to whoever may, and erased."""

import json
from collections.abc import Iterator

from flask import Blueprint, Response, redirect, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

import leads.services
from desk import facts, personal_data, spreadsheet
from desk.forms import EraseForm
from desk.shown import own_zone_name
from kit import clock
from kit.db import transaction
from kit.zones import zone
from leads import lists
from leads.lists import Wanted
from leads.merging import addresses_of
from staff import audit
from staff.access import current_account, desk_only, needs
from staff.audit_models import Act
from staff.roles import Right

SHOWN = 50  # rows of each kind on a page
data_admin = desk_only(Blueprint("data_admin", __name__, url_prefix="/desk/leads"), Right.EXPORT_PERSON)


@data_admin.get("/<public_id>/record")
@needs(Right.EXPORT_PERSON, fresh=True)
def record(public_id: str) -> ResponseReturnValue:
    """What is kept of a person, to be read or printed; of very many rows the first, with a word of the file."""
    found = personal_data.collect(public_id, by=current_account(), at=clock.now(), most=SHOWN)
    return render_template(
        "desk/record.html", lead=found.lead, record=found, say=facts.say_value, zone_name=own_zone_name()
    )


@data_admin.get("/<public_id>/record.json")
@needs(Right.EXPORT_PERSON, fresh=True)
def record_file(public_id: str) -> ResponseReturnValue:
    """The same as a file that programs read."""
    found = personal_data.collect(public_id, by=current_account(), at=clock.now())
    response = Response(json.dumps(found.as_json(), ensure_ascii=False, indent=1), mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="record-{found.lead.public_id}.json"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@data_admin.route("/<public_id>/erase", methods=["GET", "POST"])
@needs(Right.ERASE_PERSON, fresh=True)
def erase(public_id: str) -> ResponseReturnValue:
    """Say what goes, ask for the address, and erase."""
    lead, form = leads.services.get_lead(public_id), EraseForm()
    form.expected = addresses_of(lead)
    if form.validate_on_submit():
        personal_data.erase(lead, by=current_account(), at=clock.now())
        return redirect("/desk/leads/?done=erased", 303)
    return render_template("desk/erase.html", lead=lead, form=form), 422 if form.errors else 200


@data_admin.get("/export.csv")
@needs(Right.EXPORT_ALL, fresh=True)
def export() -> ResponseReturnValue:
    """The leads of a list as a table for a spreadsheet, sent while it is read."""
    wanted = Wanted.from_query(request.args)
    with transaction():
        audit.note(Act.LEADS_EXPORTED, by=current_account(), details=wanted.to_query(search=""))
    today = clock.now().astimezone(zone(own_zone_name())).date()

    def pieces() -> Iterator[str]:
        yield from spreadsheet.lines(lists.each(wanted, today=today))

    response = Response(stream_with_context(pieces()), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="leads.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
