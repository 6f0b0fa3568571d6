"""Looking at free times, picking one, leaving word. Nothing stays on the device until a time is picked."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import call_back, catalogue, links, services, wording
from booking.consult_views import consult
from booking.forms import CallBackForm
from booking.guard import Wish
from booking.held_views import held
from booking.looking import Look, read_start
from booking.models import ConsultType
from booking.offer_views import times
from booking.picking import picker_page
from booking.refusals import NoSuchConsult, SlotNotOffered, SlotTaken
from booking.visit import handover_of, look_of_request, origin_of, readable_handover, visitor
from booking.waitlist_views import waiting
from kit import clock
from kit.limits import limiter
from kit.refusals import LinkAltered, Refusal
from kit.security import no_csrf_token
from leads.handover import Handover

blueprint = Blueprint("booking", __name__, url_prefix="/book")
blueprint.register_blueprint(held)
blueprint.register_blueprint(consult)
blueprint.register_blueprint(times)
blueprint.register_blueprint(waiting)


@blueprint.get("/")
def types() -> ResponseReturnValue:
    """The kinds of conversation; where there is only one, its free times."""
    offered = services.consult_types()
    look = look_of_request(request.args)
    if len(offered) == 1:
        return _picker(offered[0], look)
    return render_template("booking/types.html", types=offered, look=look.lasting(0), wording=wording)


@blueprint.get("/<slug>/")
def picker(slug: str) -> ResponseReturnValue:
    """The free times of one kind of conversation; an address it had before leads to the one it has."""
    try:
        consult_type = services.get_consult_type(slug)
    except NoSuchConsult:
        query = request.query_string.decode("latin-1")
        return redirect(url_for(".picker", slug=catalogue.moved_to(slug)) + (f"?{query}" if query else ""), 301)
    return _picker(consult_type, look_of_request(request.args))


@blueprint.post("/<slug>/hold")
@no_csrf_token
@limiter.limit("30/minute;200/hour")
def hold(slug: str) -> ResponseReturnValue:
    """Take the picked time for ten minutes and go on to the form; a time that has gone shows the others."""
    consult_type = services.get_consult_type(slug)
    look = look_of_request(request.form)
    handover = readable_handover(look)
    start = read_start(request.form.get("start", ""))
    try:
        if start is None:
            raise SlotNotOffered
        origin = origin_of(look, handover)
        wish = Wish(start, visitor(), look.zone_name, look.clock, handover, origin, look.minutes)
        booking = services.hold(consult_type, wish, now=clock.now())
    except SlotTaken as refusal:
        return _picker(consult_type, look, refusal)
    return redirect(url_for("booking.held.details", token=links.hold_token(booking)), 303)


@blueprint.route("/call-back", methods=["GET", "POST"])
@no_csrf_token
@limiter.limit("10/hour", methods=["POST"])
def call_me_back() -> ResponseReturnValue:
    """Leave word: whoever is not ready, or finds no time, says when to be asked again."""
    look = look_of_request(request.args)
    handover = readable_handover(look)
    form = CallBackForm()
    if form.validate_on_submit():
        lead, due = call_back.ask(form.answer(), origin=origin_of(look, handover), now=clock.now(), handover=handover)
        return render_template("booking/call_back_noted.html", lead=lead, due=due)
    return render_template("booking/call_back.html", form=form, look=look), 422 if form.errors else 200


def _picker(consult_type: ConsultType, look: Look, refusal: Refusal | None = None) -> ResponseReturnValue:
    handover = Handover()
    try:
        handover = handover_of(look)
    except LinkAltered as altered:
        refusal = refusal or altered
    page = picker_page(consult_type, look, now=clock.now())
    status = refusal.status if refusal else 422 if page.look.faults else 200
    shown = render_template(
        "booking/picker.html",
        type=consult_type,
        page=page,
        handover=handover,
        refusal=refusal,
        moving=None,
        others=len(services.consult_types()) > 1,
        with_whom=wording.hosts_of_type(consult_type),
        where=wording.place_of_type(consult_type),
    )
    return shown, status
