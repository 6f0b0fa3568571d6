"""Leads at the desk: the list, the board, one person, and what is changed about them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from urllib.parse import parse_qsl

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

import leads.services
from assessment.practices import BAND_NAMES
from desk import facts, person
from desk.forms import ButtonForm, DetailsForm, NoteForm, StageForm, ViewForm
from desk.known import look_up
from desk.shown import own_zone_name, story_titles
from kit import asked, clock, mail_words
from kit.refusals import NotFound
from kit.zones import zone
from leads import changes, lists, merging, saved
from leads.changes import LeadChanged
from leads.lists import CallBack, Consult, Wanted
from leads.models import Lead, Stage
from staff import team
from staff.access import current_account, desk_only, needs
from staff.models import Account
from staff.roles import Right

MOST_OWNERS = 1000  # of whom each has a place by name
GAP_FIRST = ("well_short", "short", "close", "on_pace", "too_little_data")
lead_admin = desk_only(Blueprint("lead_admin", __name__, url_prefix="/desk/leads"))


@lead_admin.get("/")
def overview() -> ResponseReturnValue:
    """Everybody who has been in touch: looked for, held to what is wanted, in an order."""
    return _overview(ViewForm(formdata=None))


@lead_admin.get("/board")
def board() -> ResponseReturnValue:
    """The same, a column for each stage."""
    return _board()


@lead_admin.post("/<public_id>/board")
@needs(Right.CHANGE_LEADS)
def move_on_board(public_id: str) -> ResponseReturnValue:
    """Put a lead into another column; closing asks for a reason on their own page."""
    lead, form = leads.services.get_lead(public_id), StageForm()
    back = Wanted.from_query(request.args).to_query()
    if form.stage.data == Stage.CLOSED:
        return redirect(f"/desk/leads/{public_id}?close=1#stage-title", 303)
    if not form.validate_on_submit():
        raise NotFound("There is no such stage.")
    stage, reason = form.answer()
    try:
        changes.set_stage(lead, stage, seen=form.seen, by=current_account(), at=clock.now(), reason=reason)
    except LeadChanged as refusal:
        return _board(leads.services.get_lead(public_id), stage), refusal.status
    return redirect(f"/desk/leads/board?{back}{'&' if back else ''}done={public_id}#card-{public_id}", 303)


@lead_admin.post("/lists")
def keep_list() -> ResponseReturnValue:
    """Keep what is looked for under a name."""
    form = ViewForm()
    wanted = Wanted.from_query(_pairs(form.query.data or ""))
    if form.validate_on_submit():
        saved.keep(current_account(), form.name.data or "", wanted)
        return redirect(f"/desk/leads/?{wanted.to_query(done='kept')}", 303)
    return _overview(form, wanted), 422


@lead_admin.post("/lists/<int(max=2147483647):view_id>/remove")
def remove_list(view_id: int) -> ResponseReturnValue:
    """Keep a list no more."""
    if ButtonForm().validate_on_submit():
        saved.remove(current_account(), view_id)
    return redirect("/desk/leads/?done=removed", 303)


@lead_admin.route("/<public_id>", methods=["GET", "POST"])
def show(public_id: str) -> ResponseReturnValue:
    """One person: what is known, and everything that happened; a note can be added."""
    found = leads.services.get_lead(public_id)
    if found.public_id != public_id:
        return redirect(f"/desk/leads/{found.public_id}", 301)
    form = NoteForm()
    if form.validate_on_submit():
        me = current_account()
        leads.services.add_note(found, text=form.text.data or "", author=me.name, at=clock.now(), account_id=me.id)
        return redirect(f"{request.path}?done=note", 303)
    return _lead_page(public_id, form, _stage_form(found)), 422 if form.errors else 200


@lead_admin.post("/<public_id>/stage")
@needs(Right.CHANGE_LEADS)
def move_stage(public_id: str) -> ResponseReturnValue:
    """Put a lead into another stage by hand."""
    found = leads.services.get_lead(public_id)
    form = StageForm()
    if not form.validate_on_submit():
        return _lead_page(public_id, NoteForm(formdata=None), form), 422
    stage, reason = form.answer()
    try:
        changes.set_stage(found, stage, seen=form.seen, by=current_account(), at=clock.now(), reason=reason)
    except LeadChanged as refusal:
        return _lead_page(public_id, NoteForm(formdata=None), _seen_anew(form, public_id), refusal), refusal.status
    return redirect(f"/desk/leads/{public_id}?done=stage", 303)


@lead_admin.post("/<public_id>/undo/<int(max=2147483647):happening_id>")
@needs(Right.CHANGE_LEADS)
def undo(public_id: str, happening_id: int) -> ResponseReturnValue:
    """Let the stage be what it was before; then back to where that was asked."""
    found = leads.services.get_lead(public_id)
    if ButtonForm().validate_on_submit():
        changes.take_back(found, happening_id, by=current_account(), at=clock.now())
    if "board" in request.args:
        query = Wanted.from_query(request.args).to_query(undone=public_id)
        return redirect(f"/desk/leads/board?{query}#card-{public_id}", 303)
    return redirect(f"/desk/leads/{public_id}?done=undone", 303)


@lead_admin.post("/<public_id>/undo/note/<int(max=2147483647):happening_id>")
@needs(Right.CHANGE_LEADS)
def undo_note(public_id: str, happening_id: int) -> ResponseReturnValue:
    """Let a note of one's own no longer stand."""
    found = leads.services.get_lead(public_id)
    if ButtonForm().validate_on_submit():
        changes.take_back_note(found, happening_id, by=current_account(), at=clock.now())
    return redirect(f"/desk/leads/{public_id}?done=note-undone", 303)


@lead_admin.post("/<public_id>/undo/details/<int(max=2147483647):revision>")
@needs(Right.CHANGE_LEADS)
def undo_details(public_id: str, revision: int) -> ResponseReturnValue:
    """Let name, company, number and owner be what they were before one changed them."""
    found = leads.services.get_lead(public_id)
    if ButtonForm().validate_on_submit():
        changes.take_back_details(found, revision, by=current_account(), at=clock.now())
    return redirect(f"/desk/leads/{public_id}?done=details-undone", 303)


@lead_admin.route("/<public_id>/edit", methods=["GET", "POST"])
@needs(Right.CHANGE_LEADS)
def edit(public_id: str) -> ResponseReturnValue:
    """Put a name, a company or a number right, and say who looks after them."""
    found = leads.services.get_lead(public_id)
    now = changes.details_of(found)
    form = DetailsForm(data=asdict(now) | {"owner": str(now.owner), "revision": found.revision})
    people = _people(found)
    form.owner.choices = {"0": "Nobody"} | {str(account.id): account.name for account in people}
    theirs = None
    if form.validate_on_submit():
        try:
            changes.change(found, form.answer(), seen=form.seen, by=current_account(), at=clock.now())
            if changes.details_of(found) == now:
                return redirect(f"/desk/leads/{public_id}", 303)
            return redirect(f"/desk/leads/{public_id}?done=details", 303)
        except LeadChanged as refusal:
            found = leads.services.get_lead(public_id)
            theirs = changes.details_of(found)
            form.revision.data = str(found.revision)
            shown = _edit_page(found, form, theirs, {account.id: account.name for account in people})
            return shown, refusal.status
    return _edit_page(found, form, theirs, {}), 422 if form.errors else 200


@lead_admin.route("/<public_id>/merge", methods=["GET", "POST"])
@needs(Right.CHANGE_LEADS)
def merge(public_id: str) -> ResponseReturnValue:
    """Find the other one, look once more, and make the two one person."""
    found = leads.services.get_lead(public_id)
    other = leads.services.get_lead(request.values["with"]) if request.values.get("with") else None
    if other is not None and other.id == found.id:
        raise merging.SameLead
    if other is not None and ButtonForm().validate_on_submit():
        merging.merge(found.public_id, other.public_id, by=current_account(), at=clock.now())
        return redirect(f"/desk/leads/{found.public_id}?done=merged", 303)
    search = asked.search()
    candidates = lists.list_leads(Wanted(search=search)).leads if search else ()
    return render_template(
        "desk/merge.html",
        lead=found,
        other=other,
        search=search,
        candidates=[lead for lead in candidates if lead.id != found.id],
        zone_name=own_zone_name(),
    )


@lead_admin.get("/<public_id>/sheet")
def sheet(public_id: str) -> ResponseReturnValue:
    """What to know before a call, on one printed page."""
    titles = story_titles()
    found = person.look_at(
        leads.services.get_lead(public_id),
        zone_name=own_zone_name(),
        now=clock.now(),
        titles=titles,
        with_notes=True,
    )
    return render_template(
        "desk/sheet.html", person=found, lead=found.lead, titles=titles, facts=facts, zone_name=own_zone_name()
    )


def _board(refused: Lead | None = None, instead_of: Stage | None = None) -> str:
    """The columns; `refused` is a lead that somebody else moved first, so that it stands where that one put it."""
    wanted = Wanted.from_query(request.args)
    columns = lists.board(wanted, today=_today())
    everybody = [lead for column in columns.values() for lead in column]
    done = request.args.get("done", "")
    moved = next((lead for lead in everybody if lead.public_id == done), None)
    return render_template(
        "desk/board.html",
        columns=columns,
        counts=lists.count_by_stage(wanted, today=_today()),
        known=look_up(everybody),
        done=refused.public_id if refused else done or request.args.get("undone", ""),
        latest=changes.latest_move(moved) if moved else None,
        refused=refused,
        instead_of=instead_of,
        **_around(wanted, everybody),
    )


def _overview(form: ViewForm, wanted: Wanted | None = None) -> str:
    wanted = wanted or Wanted.from_query(request.args)
    sort = asked.sort(lists.COLUMNS | lists.RANKED, lists.NEWEST)
    page = lists.list_leads(wanted, today=_today(), number=asked.page_number(), sort=sort, ranks=_ranks(sort.column))
    return render_template(
        "desk/leads.html",
        page=page,
        known=look_up(page.leads),
        counts=lists.count_by_stage(wanted, today=_today()),
        sort=sort,
        form=form,
        done=request.args.get("done", ""),
        **_around(wanted, page.leads),
    )


def _around(wanted: Wanted, shown: Sequence[Lead]) -> dict[str, object]:
    """What the list and the board have in common. `owners` are those by whom a list can be narrowed down."""
    owners = {*lists.owners(), current_account().id, int(wanted.owner) if wanted.owner.isdecimal() else 0}
    people = team.names({*owners, *(lead.owner_id or 0 for lead in shown)})
    return {
        "wanted": wanted,
        "stages": tuple(Stage),
        "people": people,
        "owners": {number: name for number, name in people.items() if number in owners},
        "bands": lists.choices(Lead.band),
        "stories": lists.choices(Lead.story),
        "sources": lists.choices(Lead.source),
        "call_backs": tuple(CallBack),
        "consults": tuple(Consult),
        "views": saved.views_of(current_account()),
        "say_count": lists.say_count,
        "total_of": _total_of,
        "titles": story_titles(),
        "zone_name": own_zone_name(),
        "account": current_account(),
        "rights": Right,
        "nobody": lists.NOBODY,
    }


def _ranks(column: str) -> tuple[object, ...]:
    """What comes first where a list is sorted by that column: the first stage, the largest gap, the first name."""
    if column == "stage":
        return tuple(Stage)
    if column == "result":
        return tuple(BAND_NAMES[band] for band in GAP_FIRST)
    return (*team.names(lists.owners(most=MOST_OWNERS)), None) if column == "owner" else ()


def _lead_page(public_id: str, note: NoteForm, stage: StageForm, refusal: LeadChanged | None = None) -> str:
    titles, done = story_titles(), request.args.get("done", "")
    found = person.look_at(
        leads.services.get_lead(public_id),
        zone_name=own_zone_name(),
        now=clock.now(),
        titles=titles,
        number=asked.page_number(),
    )
    return render_template(
        "desk/lead.html",
        person=found,
        lead=found.lead,
        note=note,
        stage=stage,
        refusal=refusal,
        latest=changes.latest_move(found.lead),
        own_note=changes.latest_note(found.lead, by=current_account()) if done == "note" else None,
        was=changes.before_change(found.lead, by=current_account()) if done == "details" else None,
        gone=leads.services.taken_back(found.lead),
        addresses=merging.addresses_of(found.lead),
        owner=_owner_name(found.lead),
        done=done,
        titles=titles,
        facts=facts,
        by_files=mail_words.by_files(),
        say_state=mail_words.say_state,
        say_bounce=mail_words.say_bounce,
        zone_name=own_zone_name(),
        account=current_account(),
        rights=Right,
    )


def _edit_page(lead: Lead, form: DetailsForm, theirs: changes.Details | None, names: dict[int, str]) -> str:
    return render_template("desk/lead_edit.html", lead=lead, form=form, theirs=theirs, names=names)


def _stage_form(lead: Lead) -> StageForm:
    stage = Stage.CLOSED if request.args.get("close") else lead.stage
    return StageForm(formdata=None, data={"stage": stage.value, "revision": lead.revision})


def _seen_anew(form: StageForm, public_id: str) -> StageForm:
    """The form as it was filled in, for the lead as it is now."""
    form.revision.data = str(leads.services.get_lead(public_id).revision)
    return form


def _people(lead: Lead) -> list[Account]:
    """Who can look after somebody: whoever works with leads, and who does now."""
    return [one for one in team.everybody() if (one.active and one.may(Right.SEE_LEADS)) or one.id == lead.owner_id]


def _owner_name(lead: Lead) -> str:
    return team.get(lead.owner_id).name if lead.owner_id else ""


def _total_of(counts: dict[Stage, int | None]) -> str | None:
    """How many there are in all stages, in words; None where that was not counted."""
    known = [count for count in counts.values() if count is not None]
    if len(known) < len(counts):
        return None
    broken_off = any(count > lists.COUNTED_MOST for count in known)
    return lists.say_count(lists.COUNTED_MOST + 1) if broken_off else f"{sum(known):,}"


def _today() -> date:
    return clock.now().astimezone(zone(own_zone_name())).date()


def _pairs(query: str) -> dict[str, str]:
    """What stands in a query, the first of each name."""
    try:
        return dict(reversed(parse_qsl(query[:2000], max_num_fields=40)))
    except ValueError:
        return {}
