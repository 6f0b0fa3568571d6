"""Times by mail at the desk: sending somebody three, seeing what became of them, taking them back."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import leads.services
from booking import letters, offers, pending, schedule, services, wording
from booking.admin import ROW, own_zone_name
from booking.forms import ButtonForm
from booking.guard import Wish
from booking.models import ConsultType
from booking.offer_forms import OfferForm
from booking.offer_picking import times_page
from booking.offer_refusals import TooManyTimes
from booking.offer_views import LOOK_ON, ticked
from booking.visit import look_of_request
from kit import clock
from kit.asked import page_number
from kit.refusals import Refusal
from leads.handover import Handover
from leads.models import Lead
from staff.access import current_account, desk_only
from staff.roles import Right

offer_admin = desk_only(Blueprint("offer_admin", __name__, url_prefix="/desk/offers"), Right.RUN_CONSULTS)
LOOK_BACK = timedelta(days=30)


@offer_admin.get("/")
def overview() -> ResponseReturnValue:
    """The times that are held for somebody, and what became of those of the last month."""
    now, zone_name = clock.now(), own_zone_name()
    page = offers.latest(since=now - LOOK_BACK, number=page_number())
    times = offers.times_of_all(page.rows)
    names = offers.senders(page.rows)
    everything = tuple(booking for own in times.values() for booking in own)
    return render_template(
        "booking/desk/offers.html",
        offers=[(offer, times[offer.id], names.get(offer.account_id or 0, "")) for offer in page.rows],
        page=page,
        leads=schedule.leads_of(everything),
        zone_name=zone_name,
        when=lambda booking: letters.guest_time(booking).seen_from(zone_name),
        is_open=lambda offer: pending.is_open(offer, now),
        done=request.args.get("done", ""),
    )


@offer_admin.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Choose whom, what and when. The buttons that show other times send nothing yet."""
    types = services.consult_types()
    if not types:
        return render_template("booking/desk/offer_none.html")
    lead = leads.services.find_lead(request.args.get("lead", ""))
    form = OfferForm(data=_known(lead))
    consult_type = next((one for one in types if one.slug == form.kind.data), types[0])
    minutes = _offer_choices(form, types, consult_type)
    if LOOK_ON in request.form or not form.validate_on_submit():
        return _new_page(form, consult_type, minutes, lead)
    guest = form.answer()
    starts = ticked(strictly=True)
    known = offers.latest_times(leads.services.find_by_address(guest.address))
    wish = Wish(
        clock.now(),
        "",
        form.zone_name,
        known.clock if known else "12",
        Handover.from_facts(known.handover) if known else Handover(),
        minutes=minutes,
    )
    account = current_account()
    own = offers.own_time(consult_type, schedule.consultant_of(account.id))
    try:
        if not starts:
            raise TooManyTimes
        offers.send(
            consult_type, wish, guest, starts, account_id=account.id, by=account.name, now=clock.now(), only=own
        )
    except Refusal as refusal:
        return _new_page(form, consult_type, minutes, lead, refusal)
    return redirect(url_for(".overview", done="sent"), 303)


@offer_admin.post(f"/<{ROW}:offer_id>/withdraw")
def withdraw(offer_id: int) -> ResponseReturnValue:
    """Take the times of an offer back."""
    if ButtonForm().validate_on_submit():
        offers.withdraw(offer_id, by=current_account().name, now=clock.now())
    return redirect(url_for(".overview", done="withdrawn"), 303)


def _known(lead: Lead | None) -> dict[str, str]:
    """What stands in the form at first."""
    last = offers.latest_times(lead)
    who = {"name": lead.name, "address": lead.address_typed, "phone": lead.phone} if lead else {}
    return {**who, "guest_zone": last.zone_name if last else own_zone_name()}


def _offer_choices(form: OfferForm, types: tuple[ConsultType, ...], chosen: ConsultType) -> int:
    """Give the form its lists; gives the length, which is the type's first one where another one was said."""
    form.kind.choices = [(one.slug, one.name) for one in types]
    form.kind.data = chosen.slug
    form.length.choices = [(str(minutes), wording.length(minutes)) for minutes in chosen.lengths]
    if form.length.data not in {str(minutes) for minutes in chosen.lengths}:
        form.length.data = str(chosen.minutes)
    return int(form.length.data)


def _new_page(
    form: OfferForm, consult_type: ConsultType, minutes: int, lead: Lead | None, refusal: Refusal | None = None
) -> ResponseReturnValue:
    said = request.form.to_dict()
    look = look_of_request({"week": said.get(LOOK_ON) or said.get("week", "")}, zone_name=own_zone_name())
    own = offers.own_time(consult_type, schedule.consultant_of(current_account().id))
    page = times_page(consult_type, look.lasting(minutes), ticked(), now=clock.now(), only=own)
    shown = render_template(
        "booking/desk/offer_new.html",
        form=form,
        page=page,
        lead=lead,
        refusal=refusal,
        whose=own[0].name if own else wording.hosts_of_type(consult_type),
    )
    return shown, refusal.status if refusal else 422 if form.errors else 200
