"""Consults at the desk: what is agreed, one of them with everything that is known, and changing it."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import explaining, guard, letters, links, reassigning, schedule, services, wording
from booking.admin import own_zone_name
from booking.consult_forms import ChangeForm, ReassignForm
from booking.desk_forms import WhyNotForm
from booking.forms import ButtonForm
from booking.looking import Look, read_start
from booking.models import Booking, BookingState
from booking.picker import value_of
from booking.picking import picker_page
from booking.refusals import AlreadyCancelled, HostUnfit, SlotNotOffered, SlotTaken, TooLate
from booking.times import When
from booking.visit import look_of_request
from kit import asked, clock, suppression
from kit.refusals import NotFound, Refusal
from kit.zones import zone
from leads.handover import Handover
from staff.access import current_account, desk_only
from staff.roles import Right

consult_admin = desk_only(Blueprint("consult_admin", __name__, url_prefix="/desk/consults"), Right.RUN_CONSULTS)
LOOK_BACK = timedelta(days=28)
LOOK_AHEAD = timedelta(days=120)
JUST_BEGUN = timedelta(hours=2)


@consult_admin.get("/")
def overview() -> ResponseReturnValue:
    """What is agreed, and why a time is not offered."""
    now, zone_name = clock.now(), own_zone_name()
    host_id, sort = asked.whole("with") or None, asked.sort(schedule.COLUMNS, schedule.SOONEST)
    past_sort = asked.sort(schedule.COLUMNS, schedule.LATEST, "past_sort")
    coming = schedule.consults_page(
        begin=now - JUST_BEGUN, end=now + LOOK_AHEAD, number=asked.page_number(), sort=sort, host_id=host_id
    )
    past = schedule.consults_page(
        begin=now - LOOK_BACK,
        end=now - JUST_BEGUN,
        number=asked.page_number("past"),
        sort=past_sort,
        host_id=host_id,
    )
    form = WhyNotForm(request.args)
    answers: tuple[explaining.Answer, ...] = ()
    wanted = None
    if "day" in request.args and form.validate():
        wanted = form.answer(zone(zone_name))
        answers = explaining.explain(wanted, now=now)
    shown = render_template(
        "booking/desk/consults.html",
        coming=coming,
        past=past,
        sort=sort,
        past_sort=past_sort,
        hosts=schedule.hosts(),
        host_id=host_id,
        leads=schedule.leads_of((*coming.rows, *past.rows)),
        zone_name=zone_name,
        form=form,
        asked=wanted,
        answers=answers,
        length=wording.length,
        moment=now,
    )
    return shown, 422 if form.errors else 200


@consult_admin.get("/<reference>")
def show(reference: str) -> ResponseReturnValue:
    """One consult with everything that is known."""
    booking = schedule.get_consult(reference)
    bounces = suppression.bounces_of(booking.address, most=1)
    return _page("booking/desk/consult.html", booking, done=request.args.get("done", ""), bounces=bounces)


@consult_admin.post("/<reference>/<any(held, missed):outcome>")
def mark(reference: str, outcome: str) -> ResponseReturnValue:
    """Note that a consult took place, or that the guest did not come."""
    if ButtonForm().validate_on_submit():
        schedule.mark(reference, held=outcome == "held", now=clock.now())
    back = url_for(".show", reference=reference) if "page" in request.args else url_for(".overview")
    return redirect(back, 303)


@consult_admin.route("/<reference>/move", methods=["GET", "POST"])
def move(reference: str) -> ResponseReturnValue:
    """Pick one of the free times, look once more, say why, and move."""
    booking = _open(reference)
    look = look_of_request(request.values, zone_name=own_zone_name())
    if "start" not in request.values:
        return _move_picker(booking, look)
    start = read_start(request.values["start"])
    form = ChangeForm()
    try:
        if start is None:
            raise SlotNotOffered
        if form.validate_on_submit():
            name = current_account().name
            services.move(booking.secret, start, now=clock.now(), by=name, reason=form.said)
            return redirect(url_for(".show", reference=reference, done="moved"), 303)
    except SlotTaken as refusal:
        return _move_picker(booking, look, refusal)
    wanted = When(start, start + (booking.ends_at - booking.starts_at), look.zone_name, look.clock)
    guest_wanted = When(wanted.start, wanted.end, booking.zone_name, look.clock)
    shown = _page(
        "booking/desk/move.html",
        booking,
        form=form,
        wanted=wanted,
        guest_wanted=guest_wanted,
        value=value_of(start),
        look=look,
    )
    return shown, 422 if form.errors else 200


@consult_admin.route("/<reference>/cancel", methods=["GET", "POST"])
def cancel(reference: str) -> ResponseReturnValue:
    """Say why, and call it off."""
    booking = _open(reference)
    form = ChangeForm()
    if form.validate_on_submit():
        services.cancel(booking.secret, reason=form.said, now=clock.now(), by=current_account().name)
        return redirect(url_for(".show", reference=reference, done="cancelled"), 303)
    return _page("booking/desk/cancel.html", booking, form=form), 422 if form.errors else 200


@consult_admin.route("/<reference>/reassign", methods=["GET", "POST"])
def reassign(reference: str) -> ResponseReturnValue:
    """Give it to another host who is free then."""
    booking, now, form = _open(reference), clock.now(), ReassignForm()
    refusal: Refusal | None = None
    heirs = reassigning.heirs(booking, now=now)
    form.offer_hosts([host for host, reason in heirs if reason is None])
    try:
        if request.method == "POST" and not form.host.choices:
            raise HostUnfit
        if form.validate_on_submit():
            name = current_account().name
            new = reassigning.reassign(booking, int(form.host.data), by=name, reason=form.said, now=now)
            return redirect(url_for(".show", reference=new.reference, done="reassigned"), 303)
    except (HostUnfit, SlotTaken) as fault:
        refusal, heirs = fault, reassigning.heirs(booking, now=now)
        form.offer_hosts([host for host, reason in heirs if reason is None])
    shown = _page("booking/desk/reassign.html", booking, form=form, heirs=heirs, refusal=refusal)
    return shown, refusal.status if refusal else 422 if form.errors else 200


def _open(reference: str) -> Booking:
    """A consult that can still be changed. Raises AlreadyCancelled, TooLate, NotFound."""
    booking = schedule.get_consult(reference)
    if booking.state is BookingState.CONFIRMED and booking.starts_at > clock.now():
        return booking
    if booking.state is BookingState.CANCELLED:
        raise AlreadyCancelled("Nothing more can be changed about it. The guest can book another time.")
    if booking.state is BookingState.PENDING:
        raise NotFound("This time is offered and not agreed yet.")
    raise TooLate("This consult has begun or is over. Mark it as held or missed instead.")


def _page(template: str, booking: Booking, **values: object) -> str:
    zone_name, now = own_zone_name(), clock.now()
    when = letters.guest_time(booking).seen_from(zone_name)
    return render_template(
        template,
        booking=booking,
        zone_name=zone_name,
        when=When(when.start, when.end, zone_name),
        guest_when=letters.guest_time(booking),
        hosts=guard.hosts_of(booking),
        lead=schedule.leads_of((booking,)).get(booking.lead_id or 0),
        place=wording.place_for_host(booking),
        known=wording.known_of_guest(Handover.from_facts(booking.handover)),
        story=booking.origin.get("story", ""),
        story_name=wording.story_name,
        answered=wording.calendar_answer(booking),
        guest_url=links.consult_url(booking),
        open=booking.state is BookingState.CONFIRMED and booking.starts_at > now,
        begun=booking.state in (BookingState.CONFIRMED, BookingState.HELD, BookingState.MISSED)
        and booking.starts_at <= now,
        **values,
    )


def _move_picker(booking: Booking, look: Look, refusal: Refusal | None = None) -> ResponseReturnValue:
    page = picker_page(booking.consult_type, look.lasting(0), now=clock.now(), moving=booking)
    shown = _page("booking/desk/move_picker.html", booking, page=page, refusal=refusal)
    return shown, refusal.status if refusal else 422 if look.faults else 200
