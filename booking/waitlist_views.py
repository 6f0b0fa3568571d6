"""The waitlist as visitors see it: getting on it, leaving it, taking a time that opened. GET shows, POST acts."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import drafts, letters, links, services, waitlist, waitlist_letters
from booking.exchange_models import WaitlistEntry
from booking.forms import ButtonForm
from booking.looking import Look
from booking.models import BookingState, ConsultType
from booking.refusals import AlreadyCancelled, NoSuchBooking, TooLate
from booking.visit import look_of_request, origin_of, readable_handover
from booking.waitlist import LIVE, Asking
from booking.waitlist_forms import EarlierForm, JoinForm
from booking.waitlist_refusals import FreeAlready, NothingEarlier, TooManyPlaces
from kit import clock
from kit.limits import limiter
from kit.security import no_csrf_token

waiting = Blueprint("waitlist", __name__)


@waiting.route("/<slug>/waitlist", methods=["GET", "POST"])
@no_csrf_token
@limiter.limit("10/hour", methods=["POST"])
def join(slug: str) -> ResponseReturnValue:
    """Get on the list for a kind of conversation; what the assessment handed over stands there already."""
    consult_type = services.get_consult_type(slug)
    look = look_of_request(request.args)
    handover = readable_handover(look)
    known = drafts.known(handover)
    form = JoinForm(data={"name": known.name, "address": known.address, "phone": known.phone})
    if not form.validate_on_submit():
        return _join_page(consult_type, look, form), 422 if form.errors else 200
    asking = Asking(
        form.answer(),
        look.zone_name,
        look.clock,
        form.before.data,
        look.minutes,
        handover,
        origin_of(look, handover),
    )
    try:
        wish = waitlist.join(consult_type, asking, now=clock.now())
    except (FreeAlready, NothingEarlier) as refusal:
        form.before.errors = [str(refusal)]
        return _join_page(consult_type, look, form), refusal.status
    except TooManyPlaces as refusal:
        return _join_page(consult_type, look, form, refusal), refusal.status
    words = waitlist_letters.waited_for(wish, look.clock)
    return render_template("booking/waitlist_joined.html", type=consult_type, look=look, waited_for=words)


@waiting.route("/waitlist/earlier/<token>", methods=["GET", "POST"])
@limiter.limit("30/hour", methods=["POST"])
def earlier(token: str) -> ResponseReturnValue:
    """Get on the list with a consult that one has: nothing is typed but, for whoever likes, a date."""
    booking = services.get_booking(links.read_consult(token))
    if booking.state is BookingState.CANCELLED:
        raise AlreadyCancelled
    if booking.state is not BookingState.CONFIRMED:
        raise NoSuchBooking
    if booking.starts_at - timedelta(minutes=booking.consult_type.cut_off) <= clock.now():
        raise TooLate
    place = waitlist.find_place(booking)
    form = EarlierForm(data={"before": place.before if place else None})
    if form.validate_on_submit():
        try:
            entry = waitlist.join_earlier(booking, form.before.data, now=clock.now())
            return redirect(url_for(".place", token=links.place_token(entry), done="joined"), 303)
        except (FreeAlready, NothingEarlier) as refusal:
            form.before.errors = [str(refusal)]
    page = render_template(
        "booking/waitlist_earlier.html",
        form=form,
        booking=booking,
        token=token,
        title=letters.title(booking),
        when=letters.guest_time(booking),
    )
    return page, 422 if form.errors else 200


@waiting.route("/waitlist/place/<token>", methods=["GET", "POST"])
@limiter.limit("30/hour", methods=["POST"])
def place(token: str) -> ResponseReturnValue:
    """A place on the list: what it waits for, and the button that gives it up."""
    entry = waitlist.get_place(links.read_place(token))
    form = ButtonForm()
    if form.validate_on_submit():
        waitlist.leave(entry.secret, now=clock.now())
        return redirect(url_for(".place", token=token), 303)
    held = waitlist.held_for(entry)
    return render_template(
        "booking/waitlist_place.html",
        form=form,
        entry=entry,
        token=token,
        live=entry.state in LIVE,
        joined=request.args.get("done") == "joined",
        waited_for=waitlist_letters.waited_for(waitlist.waiting_of(entry), entry.clock),
        opened=links.opening_token(entry, held.starts_at) if held and waitlist.is_held(held, clock.now()) else "",
        consult=_consult_token(entry),
    )


@waiting.get("/waitlist/time/<token>")
def opening(token: str) -> ResponseReturnValue:
    """A time that opened: it is held for a while, to be taken or let go."""
    secret, start = links.read_opening(token)
    entry = waitlist.get_place(secret)
    consult = waitlist.taken_by(entry, start)
    if consult is not None:
        return redirect(url_for("booking.consult.show", token=links.consult_token(consult)))
    held = waitlist.get_opening(entry, start, now=clock.now())
    moving = waitlist.booking_of(entry)
    return render_template(
        "booking/waitlist_opening.html",
        form=ButtonForm(),
        token=token,
        place_token=links.place_token(entry),
        title=letters.title(held),
        booking=held,
        when=letters.guest_time(held),
        host_when=letters.host_time(held),
        now_at=letters.guest_time(moving) if moving else None,
        until=waitlist_letters.until(held),
    )


@waiting.post("/waitlist/time/<token>/take")
@limiter.limit("30/hour")
def take(token: str) -> ResponseReturnValue:
    """Take the time: a consult is moved there, somebody without one goes on to the form. Taken twice it is the same."""
    secret, start = links.read_opening(token)
    if not ButtonForm().validate_on_submit():
        return redirect(url_for(".opening", token=token))
    entry = waitlist.get_place(secret)
    if waitlist.taken_by(entry, start) is not None:
        return redirect(url_for(".opening", token=token), 303)
    taken = waitlist.take(secret, start, now=clock.now())
    if taken.state is BookingState.HOLD:
        return redirect(url_for("booking.held.details", token=links.hold_token(taken)), 303)
    return redirect(url_for("booking.consult.show", token=links.consult_token(taken), done="moved"), 303)


@waiting.post("/waitlist/time/<token>/pass")
@limiter.limit("30/hour")
def pass_on(token: str) -> ResponseReturnValue:
    """Let the time go to the next in line."""
    secret, start = links.read_opening(token)
    entry = waitlist.get_place(secret)
    if ButtonForm().validate_on_submit():
        waitlist.pass_on(secret, start, now=clock.now())
    return redirect(url_for(".place", token=links.place_token(entry)), 303)


def _join_page(consult_type: ConsultType, look: Look, form: JoinForm, refusal: TooManyPlaces | None = None) -> str:
    first, hope = waitlist.outlook(consult_type, look.minutes, zone_name=look.zone_name, now=clock.now())
    return render_template(
        "booking/waitlist_join.html",
        type=consult_type,
        look=look,
        form=form,
        refusal=refusal,
        first=first,
        hopeless=not hope,
    )


def _consult_token(entry: WaitlistEntry) -> str:
    booking = waitlist.booking_of(entry)
    return links.consult_token(booking) if booking and booking.state is BookingState.CONFIRMED else ""
