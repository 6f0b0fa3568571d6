"""What guests' calendars answered, at the desk: the moves they ask for, and everything that changed nothing."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import letters, reply_service, schedule
from booking.admin import ROW, own_zone_name
from booking.exchange_models import Reply
from booking.forms import ButtonForm
from booking.models import Booking
from booking.reply_rules import ReplyOutcome
from booking.times import When
from kit import clock
from kit.asked import page_number
from kit.refusals import Refusal
from staff.access import current_account, desk_only
from staff.roles import Right

reply_admin = desk_only(Blueprint("reply_admin", __name__, url_prefix="/desk/replies"), Right.RUN_CONSULTS)
WORDS = {
    ReplyOutcome.ACCEPTED: ("Accepted", ""),
    ReplyOutcome.TENTATIVE: ("Perhaps", ""),
    ReplyOutcome.CANCELLED: ("Declined", "The time is free again."),
    ReplyOutcome.MOVE_ASKED: ("Asked for another time", ""),
    ReplyOutcome.STALE: ("Out of date", "It answers an older invite. Nothing was changed."),
    ReplyOutcome.STRANGER: ("From somebody else", "The sender is not the guest. Nothing was changed."),
    ReplyOutcome.HOST: ("From the host", "Your own copy needs no answer. Nothing was changed."),
    ReplyOutcome.UNKNOWN: ("About nothing known here", "No consult has that number. Nothing was changed."),
    ReplyOutcome.UNREADABLE: ("Not understood", "Look for the message in the mailbox. Nothing was changed."),
}


@reply_admin.get("/")
def overview() -> ResponseReturnValue:
    """Moves that are asked for, and the latest answers."""
    return _page()


@reply_admin.post(f"/<{ROW}:reply_id>/move")
def move(reply_id: int) -> ResponseReturnValue:
    """Move a consult to the time that its guest asks for."""
    if not ButtonForm().validate_on_submit():
        return redirect(url_for(".overview"), 303)
    try:
        reply_service.move_to_it(reply_id, by=current_account().name, now=clock.now())
    except Refusal as refusal:
        return _page(refusal)
    return redirect(url_for(".overview", done="moved"), 303)


@reply_admin.post(f"/<{ROW}:reply_id>/leave")
def leave(reply_id: int) -> ResponseReturnValue:
    """Let a consult be when it is."""
    if not ButtonForm().validate_on_submit():
        return redirect(url_for(".overview"), 303)
    try:
        reply_service.leave_it(reply_id, now=clock.now())
    except Refusal as refusal:
        return _page(refusal)
    return redirect(url_for(".overview", done="left"), 303)


@reply_admin.app_context_processor
def waiting() -> dict[str, object]:
    """Lets the navigation of the desk count what waits."""
    return {"replies_waiting": lambda: reply_service.count_requests(clock.now())}


def _page(refusal: Refusal | None = None) -> ResponseReturnValue:
    now, zone_name = clock.now(), own_zone_name()
    page = reply_service.open_requests(now, number=page_number())
    bookings = tuple(reply.booking for reply in page.rows if reply.booking)

    def wanted(reply: Reply, booking: Booking) -> When | None:
        at = reply.wanted_at
        return None if at is None else When(at, at + (booking.ends_at - booking.starts_at), zone_name)

    shown = render_template(
        "booking/desk/replies.html",
        requests=[
            (reply, booking, wanted(reply, booking), standing)
            for reply, booking, standing in zip(
                page.rows, bookings, reply_service.standings(page.rows, now=now), strict=True
            )
        ],
        page=page,
        latest=reply_service.latest(now),
        leads=schedule.leads_of(bookings),
        words=WORDS,
        zone_name=zone_name,
        when=lambda booking: letters.guest_time(booking).seen_from(zone_name),
        refusal=refusal,
        done=request.args.get("done", ""),
    )
    return shown, refusal.status if refusal else 200
