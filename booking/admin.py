"""The consultants' own time at the desk: weekly hours, single dates, limits, journeys."""

from datetime import date

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import absences, schedule
from booking.desk_forms import JourneyForm, LimitsForm, OverrideForm, WeekForm
from booking.forms import ButtonForm
from booking.hours_text import write_windows
from booking.models import Consultant
from booking.refusals import JourneysOverlap, UnfitHours
from kit import clock
from kit.asked import page_number
from kit.context import current_settings
from kit.forms import PageForm
from kit.pages import cut
from kit.refusals import NotFound
from kit.zones import city, zone
from staff.access import current_account, desk_only
from staff.models import Account
from staff.roles import Right

admin = desk_only(Blueprint("booking_admin", __name__, url_prefix="/desk"), Right.RUN_CONSULTS)
MAY_BE_BOOKED = ("owner", "consultant")
# The number of a row in an address: no database takes a larger one.
ROW = "int(max=2147483647)"
DATES_SHOWN = 20
WEEK, DATES, LIMITS, JOURNEY = "week", "dates", "limits", "journey"


@admin.route("/availability/", methods=["GET", "POST"])
def availability() -> ResponseReturnValue:
    """Weekly hours and zone, and everything else that says when a consultant can be booked."""
    form = _week_form()
    if form.validate_on_submit():
        schedule.set_week(own_consultant(), zone_name=form.zone_name.data, week=form.answer())
        return redirect(url_for(".availability", saved=WEEK), 303)
    return _availability(WEEK, form)


@admin.post("/availability/limits")
def set_limits() -> ResponseReturnValue:
    """How many consults a day and a week, over all types."""
    form = LimitsForm()
    if form.validate_on_submit():
        schedule.set_limits(
            own_consultant(),
            active=form.active.data,
            max_per_day=form.max_per_day.data,
            max_per_week=form.max_per_week.data,
        )
        return _saved(LIMITS)
    return _availability(LIMITS, form)


@admin.post("/availability/dates")
def add_dates() -> ResponseReturnValue:
    """Other hours on single dates, or none."""
    form = OverrideForm()
    if form.validate_on_submit():
        first, last, windows = form.answer()
        try:
            schedule.override(own_consultant(), first=first, last=last, windows=windows)
            return _saved(DATES)
        except UnfitHours as refusal:
            form.last.errors = [str(refusal)]
    return _availability(DATES, form)


@admin.post("/availability/dates/<day>/remove")
def remove_date(day: str) -> ResponseReturnValue:
    """Let the weekly hours hold on a date again."""
    if ButtonForm().validate_on_submit():
        schedule.remove_override(own_consultant(), _date(day))
    return _saved(DATES)


@admin.post("/availability/journeys")
def add_journey() -> ResponseReturnValue:
    """Dates on which the hours are meant in another zone."""
    form = JourneyForm()
    if form.validate_on_submit():
        first, last, zone_name = form.answer()
        try:
            absences.add_journey(own_consultant(), first=first, last=last, zone_name=zone_name)
            return _saved(JOURNEY)
        except JourneysOverlap as refusal:
            form.leaves.errors = [str(refusal)]
    return _availability(JOURNEY, form)


@admin.post(f"/availability/journeys/<{ROW}:journey_id>/remove")
def remove_journey(journey_id: int) -> ResponseReturnValue:
    """The hours are meant at home again."""
    if ButtonForm().validate_on_submit():
        absences.remove_journey(own_consultant(), journey_id)
    return _saved(JOURNEY)


def own_consultant() -> Consultant:
    """The consultant that the account at the desk is, made now if need be."""
    account = current_account()
    return schedule.become_consultant(account.id, name=account.name, address=account.email)


def own_zone_name() -> str:
    """The zone in which the account at the desk says times."""
    consultant = schedule.shown_to(current_account().id)
    return consultant.zone_name if consultant else current_settings().site_timezone


def take_over_default(_app: Flask, user: Account, **_rest: object) -> None:
    """Whoever signs in first can be booked: heard by the signal of the sign-in, connected in `app.py`."""
    if any(role.name in MAY_BE_BOOKED for role in user.roles):
        schedule.take_over_default(user.id, name=user.name, address=user.email)


def _week_form(*, fresh: bool = False) -> WeekForm:
    """The week as it stands; `fresh` keeps what was sent by another form of the page out of it."""
    consultant = schedule.shown_to(current_account().id)
    data = WeekForm.shown(own_zone_name(), schedule.week_of(consultant) if consultant else {})
    return WeekForm(None, data=data) if fresh else WeekForm(data=data)


def _availability(which: str, sent: PageForm) -> ResponseReturnValue:
    """The page with `sent` as it was typed and the other forms as they stand."""
    consultant = schedule.shown_to(current_account().id)
    today = clock.now().astimezone(zone(own_zone_name())).date()
    limits = {name: getattr(consultant, name) if consultant else None for name in ("max_per_day", "max_per_week")}
    forms: dict[str, PageForm] = {
        WEEK: _week_form(fresh=True),
        DATES: OverrideForm(None),
        LIMITS: LimitsForm(None, data={"active": consultant is None or consultant.active, **limits}),
        JOURNEY: JourneyForm(None, data={"there": own_zone_name()}),
        which: sent,
    }
    shown = render_template(
        "booking/desk/availability.html",
        **{f"{name}_form": form for name, form in forms.items()},
        sent=sent,
        overrides=cut(
            schedule.overrides_of(consultant, since=today) if consultant else (), number=page_number(), size=DATES_SHOWN
        ),
        journeys=absences.journeys_of(consultant, since=today) if consultant else (),
        write_windows=write_windows,
        city=city,
        hours=schedule.hours_a_week(schedule.week_of(consultant)) if consultant else None,
        saved=request.args.get("saved", ""),
    )
    return shown, 422 if sent.errors else 200


def _saved(what: str) -> ResponseReturnValue:
    return redirect(url_for(".availability", saved=what) + f"#{what}", 303)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise NotFound from fault
