"""Blocked time at the desk: when a consultant is to be left alone, for once."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import absences, schedule
from booking.admin import ROW, own_consultant, own_zone_name
from booking.desk_forms import BlockForm
from booking.forms import ButtonForm
from booking.times import stretch
from kit import asked, clock
from kit.pages import Page
from kit.zones import zone
from staff.access import current_account, desk_only
from staff.roles import Right

block_admin = desk_only(Blueprint("block_admin", __name__, url_prefix="/desk/blocks"), Right.RUN_CONSULTS)


@block_admin.route("/", methods=["GET", "POST"])
def blocks() -> ResponseReturnValue:
    """What is blocked from now on, and blocking more. Consults that lie in it are named, and stay."""
    now, zone_name = clock.now(), own_zone_name()
    form = BlockForm()
    if form.validate_on_submit() and form.fits(zone(zone_name), now):
        start, end, reason = form.answer(zone(zone_name))
        added = absences.block(own_consultant(), start=start, end=end, reason=reason)
        return redirect(url_for(".blocks", added=added.id), 303)
    consultant = schedule.shown_to(current_account().id)
    shown = render_template(
        "booking/desk/blocks.html",
        form=form,
        page=absences.blocks_of(consultant, since=now, number=asked.page_number()) if consultant else Page.empty(),
        added=absences.find_block(consultant, asked.whole("added") or 0) if consultant else None,
        removed="removed" in request.args,
        zone_name=zone_name,
        stretch=stretch,
        moment=now,
    )
    return shown, 422 if form.errors else 200


@block_admin.post(f"/<{ROW}:block_id>/remove")
def remove(block_id: int) -> ResponseReturnValue:
    """Offer that time again."""
    if ButtonForm().validate_on_submit():
        absences.unblock(own_consultant(), block_id)
    return redirect(url_for(".blocks", removed="yes"), 303)
