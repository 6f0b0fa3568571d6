"""The desk's own pages: today, leads, one lead, mail."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

import booking.calendar_sources
import booking.schedule
import leads.services
from blog.views import shelf
from desk import asked, facts, mail_words, person
from desk.downloads import file_of
from desk.forms import ButtonForm, NoteForm, StageForm
from desk.known import look_up
from desk.places import home_of, places_of
from desk.today import look
from kit import clock, mail_reading, outbox
from kit.context import current_settings
from kit.outbox import LetterState
from kit.refusals import NotFound
from leads.models import Stage
from leads.services import LeadOrder
from staff.access import current_account, desk_only, needs
from staff.roles import Right

blueprint = desk_only(Blueprint("desk", __name__, url_prefix="/desk"))


@blueprint.app_context_processor
def places() -> dict[str, object]:
    """Gives the navigation the places of whoever is signed in."""
    return {"desk_places": lambda: tuple(places_of(current_account()))}


@blueprint.get("/")
@needs(Right.KEEP_ACCOUNT)
def today() -> ResponseReturnValue:
    """Whom to talk with today: one's own consults, or everybody's. Whoever has no part in that begins elsewhere."""
    if not current_account().may(Right.SEE_LEADS):
        return redirect(home_of(current_account()))
    own = booking.schedule.consultant_of(current_account().id)
    everybody = own is None or request.args.get("whose") == "everybody"
    found = look(zone_name=_zone_name(), now=clock.now(), own=None if everybody else own)
    return render_template(
        "desk/today.html",
        today=found,
        own=own,
        everybody=everybody,
        unread=booking.calendar_sources.untrusted_of(own, now=clock.now()) if own else (),
        titles=_titles(),
        zone_name=_zone_name(),
    )


@blueprint.post("/today/<reference>/<outcome>")
@needs(Right.RUN_CONSULTS)
def mark(reference: str, outcome: str) -> ResponseReturnValue:
    """Note from the first screen that a consult took place, or that the guest did not come."""
    if outcome not in ("held", "missed"):
        raise NotFound
    if ButtonForm().validate_on_submit():
        booking.schedule.mark(reference, held=outcome == "held", now=clock.now())
    return redirect("/desk/", 303)


@blueprint.get("/leads/")
def leads_list() -> ResponseReturnValue:
    """Everybody who has been in touch: looked for, by stage, in an order."""
    search, stage = asked.search(), asked.one_of(Stage, "stage")
    order = asked.one_of(LeadOrder, "order") or LeadOrder.CONTACT
    page = leads.services.list_leads(search=search, number=asked.page_number(), stage=stage, order=order)
    return render_template(
        "desk/leads.html",
        page=page,
        known=look_up(page.leads),
        counts=leads.services.count_by_stage(search=search),
        stages=tuple(Stage),
        search=search,
        stage=stage,
        order=order,
        titles=_titles(),
        zone_name=_zone_name(),
    )


@blueprint.route("/leads/<public_id>", methods=["GET", "POST"])
def lead(public_id: str) -> ResponseReturnValue:
    """One person: what is known, and everything that happened; a note can be added."""
    found = leads.services.get_lead(public_id)
    form = NoteForm()
    if form.validate_on_submit():
        leads.services.add_note(found, text=form.text.data or "", author=current_account().name, at=clock.now())
        return redirect(f"{request.path}?done=note", 303)
    return _lead_page(public_id, form, _stage_form(public_id))


@blueprint.post("/leads/<public_id>/stage")
@needs(Right.CHANGE_LEADS)
def move_stage(public_id: str) -> ResponseReturnValue:
    """Put a lead into another stage by hand."""
    found = leads.services.get_lead(public_id)
    form = StageForm()
    if not form.validate_on_submit():
        return _lead_page(public_id, NoteForm(formdata=None), form)
    stage, reason = form.answer()
    leads.services.move_stage(found, stage, reason=reason, author=current_account().name, at=clock.now())
    return redirect(f"/desk/leads/{public_id}?done=stage", 303)


@blueprint.get("/mail/")
def mail() -> ResponseReturnValue:
    """Every letter and where it stands."""
    search, state = asked.search(), asked.one_of(LetterState, "state")
    return render_template(
        "desk/mail.html",
        page=outbox.list_letters(number=asked.page_number(), state=state, search=search),
        counts=outbox.count_by_state(search=search),
        states=tuple(LetterState),
        search=search,
        state=state,
        by_files=_by_files(),
        say_state=mail_words.say_state,
        say_trouble=mail_words.say_trouble,
        zone_name=_zone_name(),
    )


@blueprint.get("/mail/<int:letter_id>")
def letter(letter_id: int) -> ResponseReturnValue:
    """One letter as it was sent."""
    found = outbox.get_letter(letter_id)
    return render_template(
        "desk/letter.html",
        letter=found,
        lead=leads.services.find_by_address(found.recipient),
        reading=mail_reading.read(found.raw),
        by_files=_by_files(),
        say_state=mail_words.say_state,
        say_trouble=mail_words.say_trouble,
        done=request.args.get("done", ""),
        zone_name=_zone_name(),
    )


@blueprint.get("/mail/<int:letter_id>/files/<int:number>")
def letter_file(letter_id: int, number: int) -> ResponseReturnValue:
    """A file that came with a letter."""
    return file_of(mail_reading.read(outbox.get_letter(letter_id).raw), number)


@blueprint.post("/mail/<int:letter_id>/again")
@needs(Right.CHANGE_LEADS)
def send_again(letter_id: int) -> ResponseReturnValue:
    """Send the same letter once more."""
    if ButtonForm().validate_on_submit():
        outbox.send_again(letter_id)
    return redirect(f"/desk/mail/{letter_id}?done=again", 303)


def _lead_page(public_id: str, note: NoteForm, stage: StageForm) -> ResponseReturnValue:
    titles = _titles()
    found = person.look_at(leads.services.get_lead(public_id), zone_name=_zone_name(), now=clock.now(), titles=titles)
    page = render_template(
        "desk/lead.html",
        person=found,
        lead=found.lead,
        note=note,
        stage=stage,
        done=request.args.get("done", ""),
        titles=titles,
        facts=facts,
        by_files=_by_files(),
        say_state=mail_words.say_state,
        zone_name=_zone_name(),
    )
    return page, 422 if note.errors or stage.errors else 200


def _stage_form(public_id: str) -> StageForm:
    return StageForm(formdata=None, data={"stage": leads.services.get_lead(public_id).stage.value})


def _titles() -> dict[str, str]:
    """The titles of the stories that can be read now, by slug."""
    return {story.slug: story.head.title for story in shelf().visible(clock.now())}


def _by_files() -> bool:
    return current_settings().mail_url is None


def _zone_name() -> str:
    consultant = booking.schedule.shown_to(current_account().id)
    return consultant.zone_name if consultant else current_settings().site_timezone
