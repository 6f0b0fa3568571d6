"""The consultants' side of booking: when they can be booked, what is agreed, why a time is not offered."""

from datetime import date, timedelta

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import letters, schedule, services
from booking.desk_forms import OverrideForm, WeekForm, WhyNotForm
from booking.forms import ButtonForm
from booking.hours_text import write_windows
from booking.models import Consultant
from booking.refusals import UnfitHours
from kit import clock
from kit.context import current_settings
from kit.refusals import NotFound
from kit.zones import zone
from staff.access import current_account, desk_only
from staff.models import Account

admin = desk_only(Blueprint("booking_admin", __name__, url_prefix="/desk"))
MAY_BE_BOOKED = ("owner", "consultant")
LOOK_BACK = timedelta(days=28)
LOOK_AHEAD = timedelta(days=120)


@admin.route("/availability/", methods=["GET", "POST"])
def availability() -> ResponseReturnValue:
    """Weekly hours and zone."""
    form = _week_form()
    if form.validate_on_submit():
        schedule.set_week(_consultant(), zone_name=form.zone_name.data, week=form.answer())
        return redirect(url_for(".availability", saved="week"), 303)
    return _availability(form, OverrideForm())


@admin.post("/availability/dates")
def add_dates() -> ResponseReturnValue:
    """Other hours on single dates, or none."""
    form = OverrideForm()
    if form.validate_on_submit():
        first, last, windows = form.answer()
        try:
            schedule.override(_consultant(), first=first, last=last, windows=windows)
            return redirect(url_for(".availability", saved="dates") + "#dates", 303)
        except UnfitHours as refusal:
            form.last.errors = [str(refusal)]
    return _availability(_week_form(fresh=True), form)


@admin.post("/availability/dates/<day>/remove")
def remove_date(day: str) -> ResponseReturnValue:
    """Let the weekly hours hold on a date again."""
    if ButtonForm().validate_on_submit():
        schedule.remove_override(_consultant(), _date(day))
    return redirect(url_for(".availability", saved="dates") + "#dates")


@admin.get("/consults/")
def consults() -> ResponseReturnValue:
    """What is agreed, and why a time is not offered."""
    now = clock.now()
    zone_name = _zone_name()
    coming = schedule.consults(begin=now - timedelta(hours=2), end=now + LOOK_AHEAD)
    past = tuple(reversed(schedule.consults(begin=now - LOOK_BACK, end=now - timedelta(hours=2))))
    form = WhyNotForm(request.args)
    answers: tuple[tuple[str, str, str], ...] = ()
    asked = None
    if "day" in request.args and form.validate():
        asked = form.answer(zone(zone_name))
        answers = tuple(
            (consult_type.name, host.name, str(reason) if reason else "It is offered")
            for consult_type in services.consult_types()
            for host, reason in services.why_not(consult_type, asked, now=now)
        )
    shown = render_template(
        "booking/desk/consults.html",
        coming=coming,
        past=past,
        leads=schedule.leads_of((*coming, *past)),
        zone_name=zone_name,
        form=form,
        asked=asked,
        answers=answers,
        title_of=letters.title,
        moment=now,
    )
    return shown, 422 if form.errors else 200


@admin.post("/consults/<reference>/<outcome>")
def mark(reference: str, outcome: str) -> ResponseReturnValue:
    """Note that a consult took place, or that the guest did not come."""
    if outcome not in ("held", "missed"):
        raise NotFound
    if ButtonForm().validate_on_submit():
        schedule.mark(reference, held=outcome == "held", now=clock.now())
    return redirect(url_for(".consults"))


def take_over_default(_app: Flask, user: Account, **_rest: object) -> None:
    """Whoever signs in first can be booked: heard by the signal of the sign-in, connected in `app.py`."""
    if any(role.name in MAY_BE_BOOKED for role in user.roles):
        schedule.take_over_default(user.id, name=user.name, address=user.email)


def _consultant() -> Consultant:
    account = current_account()
    return schedule.become_consultant(account.id, name=account.name, address=account.email)


def _zone_name() -> str:
    consultant = schedule.shown_to(current_account().id)
    return consultant.zone_name if consultant else current_settings().site_timezone


def _week_form(*, fresh: bool = False) -> WeekForm:
    """The week as it stands; `fresh` keeps what was sent by another form of the page out of it."""
    consultant = schedule.shown_to(current_account().id)
    data = WeekForm.shown(_zone_name(), schedule.week_of(consultant) if consultant else {})
    return WeekForm(None, data=data) if fresh else WeekForm(data=data)


def _availability(week: WeekForm, dates: OverrideForm) -> ResponseReturnValue:
    consultant = schedule.shown_to(current_account().id)
    today = clock.now().astimezone(zone(_zone_name())).date()
    shown = render_template(
        "booking/desk/availability.html",
        form=week,
        dates=dates,
        overrides=schedule.overrides_of(consultant, since=today) if consultant else (),
        write_windows=write_windows,
        hours=schedule.hours_a_week(schedule.week_of(consultant)) if consultant else None,
        saved=request.args.get("saved", ""),
    )
    return shown, 422 if week.errors or dates.errors else 200


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise NotFound from fault
