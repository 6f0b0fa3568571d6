"""The desk's own pages: today, leads, one lead, mail."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

import booking.calendar_sources
import booking.schedule
import leads.services
from blog.views import shelf
from desk import facts, mail_words, person
from desk.downloads import file_of
from desk.forms import ButtonForm, NoteForm, StageForm
from desk.known import look_up
from desk.today import look
from kit import clock, mail_reading, outbox, resending, suppression
from kit.context import current_settings
from kit.outbox import LetterState
from kit.refusals import NotFound
from kit.security import as_mail
from leads.models import Stage
from leads.services import LeadOrder
from staff.access import current_account, desk_only

blueprint = desk_only(Blueprint("desk", __name__, url_prefix="/desk"))

Kind = TypeVar("Kind", bound=StrEnum)


@blueprint.get("/")
def today() -> ResponseReturnValue:
    """Whom to talk with today: one's own consults, or everybody's."""
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
    search, stage = _search(), _one_of(Stage, "stage")
    order = _one_of(LeadOrder, "order") or LeadOrder.CONTACT
    page = leads.services.list_leads(search=search, number=_page_number(), stage=stage, order=order)
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
    search, state, kind = _search(), _one_of(LetterState, "state"), request.args.get("kind", "")[:64]
    return render_template(
        "desk/mail.html",
        page=outbox.list_letters(number=_page_number(), state=state, kind=kind, search=search),
        counts=outbox.count_by_state(kind=kind, search=search),
        states=tuple(LetterState),
        kinds={each: mail_words.say_kind(each) for each in outbox.kinds()},
        kind=kind,
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
        reading=mail_reading.read(outbox.raw_of(found)),
        kind=mail_words.say_kind(found.kind),
        bounces=suppression.bounces_of_letter(found.id),
        say_bounce=mail_words.say_bounce,
        may_go_again=resending.may_go_again(found),
        by_files=_by_files(),
        say_state=mail_words.say_state,
        say_trouble=mail_words.say_trouble,
        done=request.args.get("done", ""),
        zone_name=_zone_name(),
    )


@blueprint.get("/mail/<int:letter_id>/files/<int:number>")
def letter_file(letter_id: int, number: int) -> ResponseReturnValue:
    """A file that came with a letter."""
    return file_of(mail_reading.read(outbox.raw_of(outbox.get_letter(letter_id))), number)


@blueprint.get("/mail/<int:letter_id>/html")
def letter_html(letter_id: int) -> ResponseReturnValue:
    """A letter as a mail program shows it."""
    return as_mail(mail_reading.read(outbox.raw_of(outbox.get_letter(letter_id))).html)


@blueprint.route("/mail/<int:letter_id>/again", methods=["GET", "POST"])
def send_again(letter_id: int) -> ResponseReturnValue:
    """Ask whether a letter should leave once more; the button sends it."""
    if ButtonForm().validate_on_submit():
        again = resending.send_again(letter_id)
        return redirect(f"/desk/mail/{again.id}?done=again", 303)
    found = outbox.get_letter(letter_id)
    if not resending.may_go_again(found):
        raise resending.NewsletterOnce
    return render_template(
        "desk/letter_again.html", letter=found, has_invite=bool(mail_reading.read(outbox.raw_of(found)).calendar)
    )


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
        say_bounce=mail_words.say_bounce,
        zone_name=_zone_name(),
    )
    return page, 422 if note.errors or stage.errors else 200


def _stage_form(public_id: str) -> StageForm:
    return StageForm(formdata=None, data={"stage": leads.services.get_lead(public_id).stage.value})


def _titles() -> dict[str, str]:
    """The titles of the stories that can be read now, by slug."""
    return {story.slug: story.head.title for story in shelf().visible(clock.now())}


def _search() -> str:
    return request.args.get("search", "").strip()[:200]


def _page_number() -> int:
    number = request.args.get("page", "1")
    return int(number) if number.isdecimal() and len(number) < 9 else 1


def _one_of(kind: Callable[[str], Kind], name: str) -> Kind | None:
    """The member that the address names; None where it names none."""
    try:
        return kind(request.args.get(name, ""))
    except ValueError:
        return None


def _by_files() -> bool:
    return current_settings().mail_url is None


def _zone_name() -> str:
    consultant = booking.schedule.shown_to(current_account().id)
    return consultant.zone_name if consultant else current_settings().site_timezone
