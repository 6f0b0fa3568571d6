"""Times by mail, as visitors see them: asking for them, taking one, taking none. GET shows, POST acts."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import leads.services
from booking import letters, links, offer_letters, offers, pending, services, wording
from booking.exchange_models import Offer, OfferState
from booking.guard import Wish
from booking.looking import Look, read_start
from booking.models import Booking, ConsultType
from booking.offer_forms import ByMailForm
from booking.offer_picking import times_page
from booking.offer_refusals import OfferOver, OfferTaken, TooManyTimes
from booking.picker import value_of
from booking.refusals import SlotNotOffered, SlotTaken
from booking.times import When
from booking.visit import look_of_request, origin_of, readable_handover
from kit import clock
from kit.limits import limiter
from kit.refusals import Refusal
from kit.security import no_csrf_token
from leads.handover import Handover

times = Blueprint("times", __name__)
# Names of buttons that send the same form: one shows other days, one leaves the choice to the site.
LOOK_ON, SITE_CHOOSES = "look", "choose"


@times.route("/<slug>/by-mail", methods=["GET", "POST"])
@no_csrf_token
@limiter.limit("40/hour", methods=["POST"])
def ask(slug: str) -> ResponseReturnValue:
    """Ask for three times by mail, or for those that are ticked."""
    consult_type = services.get_consult_type(slug)
    said = {**request.args.to_dict(), **request.form.to_dict()}
    look = look_of_request({**said, "week": said.get(LOOK_ON) or said.get("week", "")})
    handover = readable_handover(look)
    form = ByMailForm(data=_known(handover))
    if LOOK_ON in request.form or look.faults or not form.validate_on_submit():
        return _ask_page(consult_type, look, form)
    try:
        wish = Wish(clock.now(), "", look.zone_name, look.clock, handover, origin_of(look, handover), look.minutes)
        starts = [] if SITE_CHOOSES in request.form else ticked(strictly=True)
        if not starts and SITE_CHOOSES not in request.form:
            raise TooManyTimes
        offer = offers.ask(consult_type, wish, form.answer(), starts, now=clock.now())
    except Refusal as refusal:
        return _ask_page(consult_type, look, form, refusal)
    return redirect(url_for(".show", token=links.offer_token(offer), done="sent"), 303)


@times.get("/times/<token>")
def show(token: str) -> ResponseReturnValue:
    """The times that are held; what became of them where they no longer are."""
    offer = offers.get_offer(links.read_offer(token))
    if pending.is_open(offer, clock.now()):
        return _open_page(offer, token)
    return _closed_page(offer)


@times.post("/times/<token>/take")
@no_csrf_token
@limiter.limit("30/hour")
def take(token: str) -> ResponseReturnValue:
    """Take one of the times. Taken again it leads to the consult; another one than the first is refused."""
    offer = offers.get_offer(links.read_offer(token))
    return _accept(offer, token, read_start(request.form.get("start", "")))


@times.post("/times/<token>/none")
@no_csrf_token
@limiter.limit("30/hour")
def none(token: str) -> ResponseReturnValue:
    """None of them fits."""
    offer = offers.get_offer(links.read_offer(token))
    offers.decline_all(offer, now=clock.now())
    return redirect(url_for(".show", token=token), 303)


@times.route("/times/<token>/<reference>/other", methods=["GET", "POST"])
@no_csrf_token
@limiter.limit("30/hour", methods=["POST"])
def other(token: str, reference: str) -> ResponseReturnValue:
    """Take another start in the place of one of the times: look once more, and agree."""
    offer = offers.get_offer(links.read_offer(token))
    booking = next((time for time in offers.times_of(offer) if time.reference == reference), None)
    start = read_start(request.values.get("start", ""))
    if booking is None or start is None:
        raise SlotNotOffered
    if request.method == "POST":
        return _accept(offer, token, start, booking)
    if not pending.is_open(offer, clock.now()):
        return _closed_page(offer)
    return _page(
        "booking/offers/other.html",
        offer,
        booking,
        token=token,
        reference=reference,
        value=value_of(start),
        wanted=When(start, start + (booking.ends_at - booking.starts_at), booking.zone_name, booking.clock),
    )


def _accept(offer: Offer, token: str, start: datetime | None, instead_of: Booking | None = None) -> ResponseReturnValue:
    """Take a time, or another start in its place; where that cannot be, the page says what is still held."""
    try:
        booking = instead_of or next((time for time in offers.times_of(offer) if time.starts_at == start), None)
        if booking is None:
            raise SlotNotOffered
        consult = offers.accept(booking, now=clock.now(), start=start)
    except OfferTaken as refusal:
        return _closed_page(offer, refusal)
    except (OfferOver, SlotTaken) as refusal:
        offer = offers.get_offer(offer.secret)
        return _open_page(offer, token, refusal) if pending.is_open(offer, clock.now()) else _closed_page(offer)
    return redirect(url_for("booking.consult.show", token=links.consult_token(consult), done="booked"), 303)


def _ask_page(
    consult_type: ConsultType, look: Look, form: ByMailForm, refusal: Refusal | None = None
) -> ResponseReturnValue:
    page = times_page(consult_type, look, ticked(), now=clock.now())
    shown = render_template(
        "booking/offers/by_mail.html",
        type=consult_type,
        page=page,
        form=form,
        refusal=refusal,
        where=wording.place_of_type(consult_type),
        with_whom=wording.hosts_of_type(consult_type),
        action=f"{url_for('.ask', slug=consult_type.slug)}?{urlencode(look.carried)}".rstrip("?"),
        picking=bool(page.ticked) or LOOK_ON in request.form,
    )
    return shown, refusal.status if refusal else 422 if form.errors or look.faults else 200


def _open_page(offer: Offer, token: str, refusal: Refusal | None = None) -> ResponseReturnValue:
    held = offers.open_times(offer)
    shown = _page(
        "booking/offers/open.html",
        offer,
        held[0],
        token=token,
        held=[(time, letters.guest_time(time), letters.host_time(time), value_of(time.starts_at)) for time in held],
        several_hosts=len({letters.host_names(booking) for booking in held}) > 1,
        host_names=letters.host_names,
        until=offer_letters.until(offer, held[0]),
        sent=request.args.get("done") == "sent",
        refusal=refusal,
    )
    return shown, refusal.status if refusal else 200


def _closed_page(offer: Offer, refusal: Refusal | None = None) -> ResponseReturnValue:
    """What became of an offer. A consult that came of it is there still; an offer that lapsed is gone."""
    taken = offers.taken_time(offer)
    if offer.state is OfferState.ACCEPTED and taken is not None:
        shown = _page(
            "booking/offers/taken.html",
            offer,
            taken,
            refusal=refusal,
            when=letters.guest_time(taken),
            consult_url=url_for("booking.consult.show", token=links.consult_token(taken)),
        )
        return shown, refusal.status if refusal else 200
    declined = offer.state is OfferState.DECLINED
    booking = next(iter(offers.times_of(offer)), None)
    return _page("booking/offers/over.html", offer, booking), 200 if declined else OfferOver.status


def _page(template: str, offer: Offer, booking: Booking | None, **values: object) -> str:
    carried = Handover.from_facts(booking.handover) if booking else Handover()
    query = {"zone": booking.zone_name, "clock": booking.clock} if booking else {}
    if carried != Handover():
        query["with"] = carried.token()
    slug = offer.consult_type.slug
    again = url_for("booking.picker", slug=slug) if offer.consult_type.active else url_for("booking.types")
    return render_template(
        template,
        offer=offer,
        booking=booking,
        title=letters.title(booking) if booking else offer.consult_type.name,
        again_url=f"{again}?{urlencode(query)}".rstrip("?"),
        **values,
    )


def ticked(*, strictly: bool = False) -> list[datetime]:
    """The times that are ticked. What is no time is left out; `strictly` it raises SlotNotOffered."""
    read = [read_start(value) for value in request.values.getlist("start")]
    if strictly and None in read:
        raise SlotNotOffered
    return [start for start in read if start is not None]


def _known(handover: Handover) -> Mapping[str, str]:
    """What the assessment handed over."""
    lead = leads.services.find_lead(handover.lead) if handover.lead else None
    return {"name": lead.name, "address": lead.address_typed, "phone": lead.phone} if lead else {}
