"""The visitor's own page of a conversation: what was agreed, and moving or cancelling it. GET shows, POST acts."""

from datetime import datetime, timedelta

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import guard, invites, letters, links, services, waitlist, wording
from booking.forms import ButtonForm, CancelForm
from booking.looking import Look, read_start
from booking.models import Booking, BookingState
from booking.picker import value_of
from booking.picking import picker_page
from booking.refusals import AlreadyCancelled, NoSuchBooking, SlotNotOffered, SlotTaken, TooLate
from booking.times import When
from booking.visit import look_of_request
from kit import clock
from kit.limits import limiter
from kit.refusals import Refusal
from leads.handover import Handover

consult = Blueprint("consult", __name__, url_prefix="/consult")
HEADINGS = {"booked": "You are booked", "moved": "The new time is yours"}
AGREED = (BookingState.CONFIRMED, BookingState.HELD, BookingState.MISSED)


@consult.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """What was agreed, what happens next, and how to keep it."""
    booking = _agreed(token)
    place = waitlist.find_place(booking)
    return _page(
        "booking/consult.html",
        booking,
        token,
        heading=HEADINGS.get(request.args.get("done", ""), letters.title(booking)),
        links=letters.calendar_links(booking),
        place_token=links.place_token(place) if place else "",
        next_step=wording.next_step(booking, [host.name for host in guard.hosts_of(booking)]),
    )


@consult.get("/<token>/invite.ics")
def file(token: str) -> ResponseReturnValue:
    """The conversation as a file for any calendar."""
    content = invites.calendar_file(letters.guest_invite(_agreed(token)))
    headers = {"Content-Disposition": "attachment; filename=consult.ics"}
    return Response(content, content_type="text/calendar; charset=utf-8", headers=headers)


@consult.route("/<token>/move", methods=["GET", "POST"])
@limiter.limit("30/hour", methods=["POST"])
def move(token: str) -> ResponseReturnValue:
    """Pick another time, look once more, and move."""
    booking = _agreed(token)
    _refuse_late(booking)
    look = look_of_request(request.values, zone_name=booking.zone_name, clock=booking.clock)
    if "start" not in request.values:
        return _move_picker(booking, token, look)
    start = read_start(request.values["start"])
    form = ButtonForm()
    try:
        if start is None:
            raise SlotNotOffered
        if form.validate_on_submit():
            services.move(booking.secret, start, now=clock.now(), zone_name=look.zone_name, clock=look.clock)
            return redirect(url_for("booking.consult.show", token=token, done="moved"), 303)
    except SlotTaken as refusal:
        return _move_picker(booking, token, look, refusal)
    wanted = When(start, start + (booking.ends_at - booking.starts_at), look.zone_name, look.clock)
    return _page("booking/move.html", booking, token, form=form, wanted=wanted, value=value_of(start), look=look)


@consult.route("/<token>/cancel", methods=["GET", "POST"])
@limiter.limit("30/hour", methods=["POST"])
def cancel(token: str) -> ResponseReturnValue:
    """Say why, for whoever wants to, and call it off."""
    booking = _agreed(token)
    _refuse_late(booking)
    form = CancelForm()
    if form.validate_on_submit():
        services.cancel(booking.secret, reason=form.reason.data or "", now=clock.now())
        return redirect(url_for("booking.consult.cancelled", token=token), 303)
    return _page("booking/cancel.html", booking, token, form=form), 422 if form.errors else 200


@consult.get("/<token>/cancelled")
def cancelled(token: str) -> ResponseReturnValue:
    """It is called off; what to do instead."""
    booking = services.get_booking(links.read_consult(token))
    if booking.state is not BookingState.CANCELLED:
        return redirect(url_for("booking.consult.show", token=token))
    return _page("booking/cancelled.html", booking, token)


def _agreed(token: str) -> Booking:
    booking = services.get_booking(links.read_consult(token))
    if booking.state is BookingState.CANCELLED:
        raise AlreadyCancelled
    if booking.state not in AGREED:
        raise NoSuchBooking
    return booking


def _change_until(booking: Booking) -> datetime:
    return booking.starts_at - timedelta(minutes=booking.consult_type.cut_off)


def _refuse_late(booking: Booking) -> None:
    if booking.state is not BookingState.CONFIRMED or _change_until(booking) <= clock.now():
        raise TooLate


def _page(template: str, booking: Booking, token: str, **values: object) -> str:
    until = _change_until(booking)
    return render_template(
        template,
        booking=booking,
        token=token,
        title=letters.title(booking),
        when=letters.guest_time(booking),
        hosts=guard.hosts_of(booking),
        host_time=letters.host_time,
        place=wording.place_for_guest(booking),
        to_come=booking.state is BookingState.CONFIRMED and booking.ends_at > clock.now(),
        change_until=When(until, until, booking.zone_name, booking.clock).button if until > clock.now() else "",
        **values,
    )


def _move_picker(booking: Booking, token: str, look: Look, refusal: Refusal | None = None) -> ResponseReturnValue:
    page = picker_page(booking.consult_type, look.lasting(0), now=clock.now(), moving=booking)
    status = refusal.status if refusal else 422 if page.look.faults else 200
    shown = _page(
        "booking/picker.html",
        booking,
        token,
        type=booking.consult_type,
        page=page,
        handover=Handover(),
        refusal=refusal,
        moving=booking,
        others=False,
    )
    return shown, status
