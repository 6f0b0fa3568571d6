"""While a time is held: who will be talked with, a look over it, and the booking itself.

A hold that lapses loses nothing: what was typed stays with it, and the same time can be held once more.
"""

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import drafts, guard, letters, links, services, wording
from booking.forms import ButtonForm, details_form, field_name
from booking.guard import Wish
from booking.looking import Look, read_start
from booking.models import Booking, BookingState, QuestionKind
from booking.picker import value_of
from booking.picking import picker_page
from booking.refusals import AlreadyCancelled, HoldLapsed, InvitedRecently, SlotNotOffered, SlotTaken
from booking.visit import visitor
from kit import clock
from kit.address_slips import likely_meant
from kit.limits import limiter
from kit.refusals import Refusal
from kit.security import no_csrf_token
from kit.words import format_time
from kit.zones import zone
from leads.handover import Handover
from leads.origin import Origin

held = Blueprint("held", __name__, url_prefix="/held")


@held.route("/<token>", methods=["GET", "POST"])
@limiter.limit("60/minute", methods=["POST"])
def details(token: str) -> ResponseReturnValue:
    """Name, address and what else should be known."""
    booking = services.get_booking(links.read_hold(token))
    if booking.state is BookingState.CONFIRMED:
        return _to_consult(booking)
    form = details_form(booking.consult_type.questions, drafts.typed(booking))
    if form.validate_on_submit():
        drafts.keep(booking.secret, form.answer())
        if _is_held(guard.extend(booking.secret, now=clock.now())):
            return redirect(url_for("booking.held.check", token=token), 303)
        return _lapsed(booking, token)
    if not _is_held(booking):
        return _lapsed(booking, token)
    return _page("booking/details.html", booking, token, form=form), 422 if form.errors else 200


@held.route("/<token>/check", methods=["GET", "POST"])
@limiter.limit("20/minute;60/hour", methods=["POST"])
def check(token: str) -> ResponseReturnValue:
    """A last look over everything; the button books. Pressed twice it leads to the same booking."""
    booking = services.get_booking(links.read_hold(token))
    if booking.state is BookingState.CONFIRMED:
        return _to_consult(booking)
    if not drafts.is_whole(booking):
        return redirect(url_for("booking.held.details", token=token))
    form = ButtonForm()
    if form.validate_on_submit():
        try:
            return _to_consult(services.book(booking.secret, drafts.typed(booking), now=clock.now()))
        except HoldLapsed as refusal:
            return _lapsed(booking, token, refusal)
        except InvitedRecently as refusal:
            return _page("booking/check.html", booking, token, form=form, refusal=refusal), refusal.status
    if not _is_held(guard.extend(booking.secret, now=clock.now())):
        return _lapsed(booking, token)
    return _page("booking/check.html", booking, token, form=form, refusal=None)


@held.post("/<token>/extend")
@no_csrf_token
@limiter.limit("60/minute")
def extend(token: str) -> ResponseReturnValue:
    """Somebody is typing: the ten minutes begin anew. Answers until when the time is held."""
    booking = guard.extend(links.read_hold(token), now=clock.now())
    return jsonify(until=booking.hold_expires_at.isoformat() if booking.hold_expires_at else None)


@held.post("/<token>/again")
@no_csrf_token
@limiter.limit("30/minute;200/hour")
def again(token: str) -> ResponseReturnValue:
    """Hold the same time once more, or another one; what was typed comes along."""
    booking = services.get_booking(links.read_hold(token))
    if booking.state is BookingState.CONFIRMED:
        return _to_consult(booking)
    start = read_start(request.form.get("start", ""))
    try:
        if start is None:
            raise SlotNotOffered
        wish = Wish(
            start,
            visitor(),
            booking.zone_name,
            booking.clock,
            Handover.from_facts(booking.handover),
            Origin.from_mapping(booking.origin),
            booking.minutes if booking.minutes in booking.consult_type.lengths else 0,
        )
        new = services.hold(booking.consult_type, wish, now=clock.now())
    except SlotTaken as refusal:
        return _lapsed(booking, token, refusal)
    drafts.keep(new.secret, drafts.typed(booking))
    return redirect(url_for("booking.held.details", token=links.hold_token(new)), 303)


def _page(template: str, booking: Booking, token: str, **values: object) -> str:
    own = zone(booking.zone_name)
    until = booking.hold_expires_at
    return render_template(
        template,
        booking=booking,
        token=token,
        title=letters.title(booking),
        when=letters.guest_time(booking),
        until=format_time(until, own, booking.clock) if until else "",
        look=_look_of(booking),
        handover=Handover.from_facts(booking.handover),
        meant=likely_meant(booking.address),
        answers=_answers(booking),
        phone_hint=wording.phone_hint(booking, [host.name for host in guard.hosts_of(booking)]),
        cut_off=wording.length(booking.consult_type.cut_off),
        **values,
    )


def _answers(booking: Booking) -> list[tuple[str, str, str]]:
    """What was asked and said, and where on the page of details the answer can be changed."""
    return [
        (
            question.label,
            booking.answers.get(question.label, "") or "No answer",
            field_name(question) + ("-0" if question.kind is QuestionKind.CHOICE else ""),
        )
        for question in booking.consult_type.questions
    ]


def _look_of(booking: Booking) -> Look:
    """The picker as the visitor left it."""
    first = booking.starts_at.astimezone(zone(booking.zone_name)).date()
    handover = Handover.from_facts(booking.handover)
    carried = (("with", handover.token()),) if handover != Handover() else ()
    look = Look(first, booking.zone_name, booking.clock, carried=carried)
    return look.lasting(booking.minutes if len(booking.consult_type.lengths) > 1 else 0)


def _lapsed(booking: Booking, token: str, refusal: Refusal | None = None) -> ResponseReturnValue:
    """The time is no longer held: it can be held again where it is still free, else others are shown."""
    if booking.state is BookingState.CANCELLED:
        raise AlreadyCancelled
    refusal = refusal or HoldLapsed()
    page = picker_page(booking.consult_type, _look_of(booking), now=clock.now())
    wanted = value_of(booking.starts_at)
    same = next((choice for day in page.days for choice in day.choices if choice.value == wanted), None)
    return _page("booking/lapsed.html", booking, token, refusal=refusal, page=page, same=same), refusal.status


def _is_held(booking: Booking) -> bool:
    return booking.state is BookingState.HOLD and bool(
        booking.hold_expires_at and booking.hold_expires_at > clock.now()
    )


def _to_consult(booking: Booking) -> ResponseReturnValue:
    return redirect(url_for("booking.consult.show", token=links.consult_token(booking), done="booked"), 303)
