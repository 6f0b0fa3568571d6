"""The desk's own pages: today, and mail."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

import booking.calendar_sources
import booking.schedule
import leads.services
from desk import checklist, failures
from desk.downloads import file_of
from desk.forms import ButtonForm
from desk.places import home_of, places_of
from desk.shown import own_zone_name, story_titles
from desk.today import look
from kit import asked, clock, mail_reading, mail_words, outbox, resending, suppression
from kit.outbox import LetterState
from kit.refusals import NotFound
from kit.security import as_mail
from staff.access import current_account, desk_only, needs, works_here
from staff.roles import Right

KEYS = (
    ("/", "Search"),
    ("t", "Today"),
    ("l", "Leads"),
    ("b", "Leads on a board"),
    ("c", "Consults"),
    ("n", "Write a note, on the page of a lead"),
    ("<", "On the board, a card into the column before"),
    (">", "On the board, a card into the column after"),
    ("j", "The next row"),
    ("k", "The row before"),
    ("?", "This list"),
)

blueprint = desk_only(Blueprint("desk", __name__, url_prefix="/desk"))


@blueprint.app_context_processor
def places() -> dict[str, object]:
    """Gives the navigation the places of whoever is signed in."""
    return {
        "desk_places": lambda: tuple(places_of(current_account())),
        "desk_keys": KEYS,
        "may_search": _may_search,
        "at_desk": _at_desk,
    }


def _may_search() -> bool:
    return current_account().may(Right.SEE_LEADS)


def _at_desk() -> bool:
    """Whether somebody who works here asked for a page of the desk, so that a refusal leads back there."""
    return request.path.startswith("/desk/") and works_here()


@blueprint.get("/")
@needs(Right.KEEP_ACCOUNT)
def today() -> ResponseReturnValue:
    """Whom to talk with today: one's own consults, or everybody's. Whoever has no part in that begins elsewhere."""
    if not current_account().may(Right.SEE_LEADS):
        return redirect(home_of(current_account()))
    own = booking.schedule.consultant_of(current_account().id)
    everybody = own is None or request.args.get("whose") == "everybody"
    found = look(zone_name=own_zone_name(), now=clock.now(), own=None if everybody else own)
    return render_template(
        "desk/today.html",
        today=found,
        own=own,
        everybody=everybody,
        unread=booking.calendar_sources.untrusted_of(own, now=clock.now()) if own else (),
        failures=failures.look(own=own, webhooks_too=current_account().may(Right.SET_WEBHOOKS)),
        tasks=checklist.tasks(current_account(), own) if current_account().may(Right.RUN_TEAM) else (),
        titles=story_titles(),
        zone_name=own_zone_name(),
    )


@blueprint.get("/keys")
@needs(Right.KEEP_ACCOUNT)
def keys() -> ResponseReturnValue:
    """What the keys do, for whoever looks it up."""
    return render_template("desk/keys.html")


@blueprint.post("/today/<reference>/<outcome>")
@needs(Right.RUN_CONSULTS)
def mark(reference: str, outcome: str) -> ResponseReturnValue:
    """Note from the first screen that a consult took place, or that the guest did not come."""
    if outcome not in ("held", "missed"):
        raise NotFound
    if ButtonForm().validate_on_submit():
        booking.schedule.mark(reference, held=outcome == "held", now=clock.now())
    return redirect("/desk/", 303)


@blueprint.get("/mail/")
def mail() -> ResponseReturnValue:
    """Every letter and where it stands."""
    search, state, kind = asked.search(), asked.one_of(LetterState, "state"), request.args.get("kind", "")[:64]
    sort = asked.sort(outbox.COLUMNS, outbox.NEWEST)
    return render_template(
        "desk/mail.html",
        page=outbox.list_letters(number=asked.page_number(), state=state, kind=kind, search=search, sort=sort),
        counts=outbox.count_by_state(kind=kind, search=search),
        states=tuple(LetterState),
        kinds={each: mail_words.say_kind(each) for each in outbox.kinds()},
        kind=kind,
        search=search,
        sort=sort,
        state=state,
        by_files=mail_words.by_files(),
        say_state=mail_words.say_state,
        say_trouble=mail_words.say_trouble,
        zone_name=own_zone_name(),
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
        by_files=mail_words.by_files(),
        say_state=mail_words.say_state,
        say_trouble=mail_words.say_trouble,
        done=request.args.get("done", ""),
        zone_name=own_zone_name(),
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
@needs(Right.CHANGE_LEADS)
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
