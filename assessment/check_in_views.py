"""The pages of the weekly check-in. Opening one changes nothing; what is done is done by its button."""

from datetime import date

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from assessment import check_ins, forms, services
from assessment import wording as say
from assessment.check_in_letters import say_week
from assessment.check_in_models import CheckIn, CheckInWeek
from assessment.pace_chart import pace_over_time
from assessment.refusals import NoSuchWeek
from kit import clock
from kit.limits import limiter
from kit.security import no_csrf_token

blueprint = Blueprint("weekly", __name__, url_prefix="/assessment")


@blueprint.route("/result/<key>/weekly", methods=["GET", "POST"])
@no_csrf_token
@limiter.limit("20/hour", methods=["POST"])
def ask(key: str) -> ResponseReturnValue:
    """Wish for one question a week; the address gets a link to say yes."""
    submission = services.get_submission(key)
    services.result_of(submission)
    posted = request.method == "POST"
    form = forms.WeeklyForm(formdata=request.form if posted else None)
    if not posted or not form.validate():
        page = render_template("assessment/weekly_ask.html", submission=submission, form=form, asked=False)
        return page, 422 if posted else 200
    if not form.website.data:
        check_ins.ask(key, form.address.data or "", now=clock.now())
    return render_template("assessment/weekly_ask.html", submission=submission, form=form, asked=True)


@blueprint.get("/weekly/<token>")
def show(token: str) -> ResponseReturnValue:
    """Where a check-in stands, with the form for the week that a link names, or for the latest."""
    check_in = check_ins.get_check_in(token)
    week = _week(check_in, request.args.get("week", ""))
    stored = None if week is None else week.conversations
    typed = request.args.get("n", "" if stored is None else str(stored))
    form = forms.WeekForm(formdata=MultiDict({"conversations": typed}) if typed else None)
    sound = form.validate() if typed else True
    return _page(check_in, token, week, form), 200 if sound else 422


@blueprint.post("/weekly/<token>")
@no_csrf_token
def answer(token: str) -> ResponseReturnValue:
    """Keep the count of a week."""
    check_in = check_ins.get_check_in(token)
    week = _week(check_in, request.form.get("week", ""))
    if week is None:
        raise NoSuchWeek
    form = forms.WeekForm(formdata=request.form)
    if not form.validate() or form.conversations.data is None:
        return _page(check_in, token, week, form), 422
    check_ins.answer(token, week.monday, form.conversations.data, now=clock.now())
    return redirect(f"/assessment/weekly/{token}?week={week.monday}&kept=1", 303)


@blueprint.post("/weekly/<token>/begin")
@no_csrf_token
def begin(token: str) -> ResponseReturnValue:
    """Say yes to one question a week."""
    check_ins.begin(token, now=clock.now())
    return redirect(f"/assessment/weekly/{token}", 303)


@blueprint.route("/weekly/<token>/stop", methods=["GET", "POST"])
@no_csrf_token
def stop(token: str) -> ResponseReturnValue:
    """No weekly question any more: a page with one button, or at once where a mail program asks (RFC 8058)."""
    if request.method != "POST":
        return render_template("assessment/weekly_stop.html", check_in=check_ins.get_check_in(token), token=token)
    check_ins.stop(token, now=clock.now())
    if request.form.get("List-Unsubscribe") == "One-Click":
        return "No weekly question any more.\n", 200, {"Content-Type": "text/plain; charset=utf-8"}
    return redirect(f"/assessment/weekly/{token}", 303)


def _week(check_in: CheckIn, named: str) -> CheckInWeek | None:
    """The week that is named by its Monday; the latest where none is. Raises NoSuchWeek for one not asked about."""
    if not named:
        return check_in.weeks[-1] if check_in.weeks else None
    try:
        monday = date.fromisoformat(named)
    except ValueError as fault:
        raise NoSuchWeek from fault
    found = next((week for week in check_in.weeks if week.monday == monday), None)
    if found is None:
        raise NoSuchWeek
    return found


def _page(check_in: CheckIn, token: str, week: CheckInWeek | None, form: forms.WeekForm) -> str:
    points = check_ins.progress_of(check_in)
    return render_template(
        "assessment/weekly.html",
        check_in=check_in,
        token=token,
        week=week,
        week_said=say_week(week) if week else "",
        kept="kept" in request.args and week is not None and week.conversations is not None,
        form=form,
        standing=points[-1] if len(points) > 1 else None,
        chart=pace_over_time(points) if len(points) > 1 else None,
        next_on=check_ins.next_on(check_in),
        words=say,
    )
