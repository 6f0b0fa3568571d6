"""Calendars at the desk: what is read and written elsewhere, and the feed of one's own consults."""

from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import calendar_passwords, calendar_sources, feed, schedule
from booking.admin import ROW, own_consultant
from booking.calendar_faults import PasswordLost
from booking.calendar_forms import FileForm, ServerForm
from booking.calendar_letters import TRUSTED_HOURS
from booking.calendar_models import CalendarSource, SourceKind
from booking.calendar_sources import TROUBLES, Wanted, host_of
from booking.forms import ButtonForm
from kit import clock
from kit.asked import page_number, whole
from kit.limits import limiter
from kit.pages import Page
from staff.access import current_account, desk_only
from staff.roles import Right

calendar_admin = desk_only(Blueprint("calendar_admin", __name__, url_prefix="/desk/calendars"), Right.RUN_CONSULTS)
FILE, SERVER = "booking/desk/calendar_file.html", "booking/desk/calendar_server.html"
Form = FileForm | ServerForm


@calendar_admin.get("/")
def overview() -> ResponseReturnValue:
    """Every calendar of one's own, and the feed."""
    consultant = schedule.consultant_of(current_account().id)
    now = clock.now()
    page = calendar_sources.overview(consultant, now=now, number=page_number()) if consultant else Page.empty()
    read = calendar_sources.find(consultant, whole("read") or 0)
    return render_template(
        "booking/desk/calendars.html",
        page=page,
        read=calendar_sources.shown(read, now=now) if read else None,
        done=request.args.get("done", ""),
        feed_url=feed.url_of(consultant) if consultant else "",
        zone_name=consultant.zone_name if consultant else "UTC",
        hours=TRUSTED_HOURS,
    )


@calendar_admin.route("/file", methods=["GET", "POST"])
@limiter.limit("20/minute", methods=["POST"])
def add_file() -> ResponseReturnValue:
    """A calendar that is published at an address."""
    form = FileForm(data={"owner": current_account().email})
    if form.validate_on_submit() and (source := _keep(form, form.answer())):
        return _read(source)
    return _page(FILE, form)


@calendar_admin.route("/server", methods=["GET", "POST"])
@limiter.limit("20/minute", methods=["POST"])
def add_server() -> ResponseReturnValue:
    """A calendar on a CalDAV server, which is looked for first."""
    form = ServerForm(data={"owner": current_account().email, "reads": True})
    if form.validate_on_submit():
        wanted = _chosen(form, form.answer())
        if wanted and (source := _keep(form, wanted)):
            return _read(source)
    return _page(SERVER, form)


@calendar_admin.route(f"/<{ROW}:source_id>", methods=["GET", "POST"])
@limiter.limit("20/minute", methods=["POST"])
def change(source_id: int) -> ResponseReturnValue:
    """The address, the password and the rest of one calendar."""
    source = _own(source_id)
    kind = FileForm if source.kind is SourceKind.ICS else ServerForm
    form = kind(data=kind.shown(source))
    template = FILE if source.kind is SourceKind.ICS else SERVER
    if form.validate_on_submit():
        wanted: Wanted | None = form.answer(source, _known_password(source, form.url.data or ""))
        if isinstance(form, ServerForm) and wanted and (wanted.url != source.url or wanted.writes > source.writes):
            wanted = _chosen(form, wanted)
        if wanted and _keep(form, wanted, source):
            return _read(source)
    return _page(template, form, source)


@calendar_admin.post(f"/<{ROW}:source_id>/read")
@limiter.limit("20/minute")
def read(source_id: int) -> ResponseReturnValue:
    """Read a calendar now."""
    source = _own(source_id)
    if ButtonForm().validate_on_submit():
        try:
            calendar_sources.read_now(source, now=clock.now())
        except PasswordLost:
            return redirect(url_for(".change", source_id=source.id), 303)
    return _read(source)


@calendar_admin.post(f"/<{ROW}:source_id>/remove")
def remove(source_id: int) -> ResponseReturnValue:
    """Forget a calendar."""
    if ButtonForm().validate_on_submit():
        calendar_sources.remove(_own(source_id))
    return redirect(url_for(".overview", done="removed"), 303)


@calendar_admin.post("/feed/renew")
def renew_feed() -> ResponseReturnValue:
    """Open the feed, or give it another address."""
    if ButtonForm().validate_on_submit():
        feed.renew(own_consultant())
    return redirect(url_for(".overview", done="feed") + "#feed", 303)


@calendar_admin.post("/feed/close")
def close_feed() -> ResponseReturnValue:
    """End the feed."""
    if ButtonForm().validate_on_submit():
        feed.close(own_consultant())
    return redirect(url_for(".overview", done="closed") + "#feed", 303)


def _own(source_id: int) -> CalendarSource:
    return calendar_sources.get_calendar(schedule.consultant_of(current_account().id), source_id)


def _known_password(source: CalendarSource, url: str) -> str:
    """The stored password, for the server it was given for and for no other."""
    address, _, _ = calendar_sources.plain_address(url)
    if host_of(address) != host_of(source.url):
        return ""
    try:
        return calendar_passwords.password_of(source)
    except PasswordLost:
        return ""


def _chosen(form: ServerForm, wanted: Wanted) -> Wanted | None:
    """The calendar on the server that is meant; None where that is not clear, which the form then says."""
    try:
        found = form.choose(calendar_sources.find_calendars(wanted))
    except TROUBLES as fault:
        form.refuse(fault)
        return None
    if found is None:
        form.sealed.data = calendar_passwords.carry(wanted.password)
        return None
    if wanted.writes and not found.writable:
        form.writes.errors = [f"The server lets nobody write into “{found.name}” who signs in with this name"]
        return None
    return replace(wanted, url=found.url, name=wanted.name or found.name)


def _keep(form: Form, wanted: Wanted, source: CalendarSource | None = None) -> CalendarSource | None:
    """Keep a calendar once it has been read; None where it could not be, which the form then says."""
    now = clock.now()
    try:
        if source is None:
            return calendar_sources.add(own_consultant(), wanted, now=now)
        calendar_sources.change(source, wanted, now=now)
    except TROUBLES as fault:
        form.refuse(fault)
        return None
    return source


def _read(source: CalendarSource) -> ResponseReturnValue:
    return redirect(url_for(".overview", read=source.id), 303)


def _page(template: str, form: Form, source: CalendarSource | None = None) -> ResponseReturnValue:
    found = getattr(form, "found", ())
    page = render_template(template, form=form, source=source, found=found)
    return page, 422 if form.errors else 200
