"""What a request tells about the visit: how times are looked at, what is handed over, whose browser it is."""

from collections.abc import Mapping

from flask import request, session

from booking.looking import Look, clock_of, read_look
from kit import tokens
from kit.context import current_settings
from kit.refusals import LinkAltered
from leads.handover import Handover
from leads.origin import Origin

VISITOR = "visitor"


def look_of_request(said: Mapping[str, str], *, zone_name: str = "", clock: str = "") -> Look:
    """How the visitor looks at times, by an address or a form; else by the zone and clock that are known of them."""
    language = request.accept_languages[0][0] if request.accept_languages else ""
    site_zone = current_settings().site_timezone
    if request.method == "GET" and request.referrer:
        host = request.host.partition(":")[0]
        trail = Origin.arriving(said, landing="", before=request.referrer, own_host=host)
        said = {**dict(said.items()), **dict(trail.utm)}
    return read_look(said, zone_name=zone_name or site_zone, clock=clock or clock_of(language))


def handover_of(look: Look) -> Handover:
    """What the assessment handed over; nothing where nothing was. Raises LinkAltered."""
    token = look.get("with")
    return Handover.read(token) if token else Handover()


def readable_handover(look: Look) -> Handover:
    """The same, or nothing where the token is not whole: a time can be picked without it."""
    try:
        return handover_of(look)
    except LinkAltered:
        return Handover()


def origin_of(look: Look, handover: Handover) -> Origin:
    """The trail: the story of the link, or the one the assessment began with."""
    story = look.get("from") or handover.story
    return Origin.from_request({**dict(look.carried), "from": story}, landing=request.path, referrer="")


def visitor() -> str:
    """Names this browser, from its first picked time on."""
    known = session.get(VISITOR)
    if not isinstance(known, str):
        known = session[VISITOR] = tokens.new_secret()
    return known
