"""The pages of the assessment. No page sets a cookie: the draft's secret is part of its address."""

from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from assessment import check_ins, forms, report_requests, retakes, services, wording
from assessment.charts import Chart, charts_of
from assessment.comparing import beside_others
from assessment.method_forms import case_of
from assessment.models import Report, ReportState, Submission
from assessment.pace_chart import pace_over_time
from assessment.plan_calendar import DEFAULT_HOUR, MOST_BLOCKS, plan_calendar
from assessment.practices import LEVER_NAMES
from assessment.questions import CURRENT_SET, LIVE_CONVERSATION, SECTIONS, Question
from assessment.refusals import ReportNotReady
from assessment.report_requests import ReportWish
from assessment.said import answers_said, own_answer
from assessment.sharing import read_shared, share_token
from kit import clock
from kit.context import current_settings
from kit.limits import limiter
from kit.security import no_csrf_token
from kit.zones import zone
from leads.origin import Origin
from staff.access import works_here

blueprint = Blueprint("assessment", __name__, url_prefix="/assessment")

SLIP_FROM = 200


@blueprint.get("/")
def begin() -> ResponseReturnValue:
    """What the assessment is; a number from a story's P.S. is shown as the first answer."""
    typed = request.args.get("conversations", "").strip()
    form = forms.StartForm(formdata=MultiDict({"conversations": typed}) if typed else None)
    sound = form.validate() if typed else True
    return _start_page(form, typed=bool(typed)), 200 if sound else 422


@blueprint.post("/")
@no_csrf_token
@limiter.limit("60/hour")
def start() -> ResponseReturnValue:
    """Begin a draft and go to its first question."""
    form = forms.StartForm(formdata=request.form)
    if not form.validate():
        return _start_page(form, typed=True), 422
    submission = services.start(
        origin=_origin_typed(), held4=form.conversations.data, now=clock.now(), staff=works_here()
    )
    return redirect(_question_url(submission.key, CURRENT_SET.questions[0].key), 303)


@blueprint.route("/at/<key>/<name>", methods=["GET", "POST"])
@no_csrf_token
@limiter.limit("1200/hour")
def question(key: str, name: str) -> ResponseReturnValue:
    """One question: shown with what is stored, kept on Continue."""
    submission = services.get_draft(key)
    asked = services.get_question(submission, name)
    questions = services.edition(submission).questions
    data = request.form if request.method == "POST" else None
    form = forms.make_form(
        asked, submission.answers, seen=name in submission.seen, data=data, today=_today(), seed=submission.key
    )
    if data is None or data.get("change"):
        return _question_page(submission, asked, form)
    if not form.check():
        return _question_page(submission, asked, form), 422
    answer = form.answer()
    if (answer.get("held4") or 0) > SLIP_FROM and not data.get("sure"):
        return render_template("assessment/sure.html", submission=submission, question=asked, form=form, data=data)
    following = services.save(key, asked, answer, now=clock.now())
    missing = questions.first_open([*submission.seen, name], {**submission.answers, **answer})
    if request.args.get("back") == "check" and missing is None:
        following = None
    return redirect(_question_url(key, following) if following else f"/assessment/at/{key}/check", 303)


@blueprint.route("/at/<key>/check", methods=["GET", "POST"])
@no_csrf_token
def check(key: str) -> ResponseReturnValue:
    """All answers before they are scored."""
    submission = services.get_draft(key)
    used = services.edition(submission)
    missing = used.questions.first_open(submission.seen, submission.answers)
    if missing:
        return redirect(_question_url(key, missing), 303)
    if request.method != "POST":
        said = answers_said(submission.answers, used.questions)
        late = services.answers_of(submission).most_pays_off_late(_today(), used.assume)
        return render_template("assessment/check.html", submission=submission, said=said, sections=SECTIONS, late=late)
    scored = services.finish(key, now=clock.now())
    return redirect(_question_url(key, scored) if isinstance(scored, str) else f"/assessment/result/{key}", 303)


@blueprint.get("/result/<key>")
def result(key: str) -> ResponseReturnValue:
    """The result, at once and in full."""
    steps_form = forms.make_steps_form(request.args)
    sound = steps_form.validate() if steps_form.is_typed else True
    return _result_page(services.get_submission(key), steps_form=steps_form), 200 if sound else 422


@blueprint.post("/result/<key>/report")
@no_csrf_token
@limiter.limit("20/hour")
def ask_for_report(key: str) -> ResponseReturnValue:
    """Know the address and send the report there."""
    submission = services.get_submission(key)
    form = forms.ReportForm(formdata=request.form)
    if not form.validate():
        return _result_page(submission, form=form), 422
    if form.website.data:
        return redirect(f"/assessment/result/{key}", 303)
    wish = ReportWish(
        name=form.name.data or "",
        address=form.address.data or "",
        company=form.company.data or "",
        paper=form.paper.data or "",
        days=tuple(form.block_days.data or ()),
        hour=form.block_hour.data or DEFAULT_HOUR,
        newsletter=bool(form.newsletter.data),
    )
    report = report_requests.ask_for_report(key, wish, now=clock.now())
    return redirect(f"/assessment/report/{report_requests.report_token(report)}", 303)


@blueprint.post("/result/<key>/again")
@no_csrf_token
@limiter.limit("60/hour")
def again(key: str) -> ResponseReturnValue:
    """Change answers of a scored assessment: a new draft that starts with them."""
    submission = retakes.correct(key, now=clock.now())
    return redirect(f"/assessment/at/{submission.key}/check", 303)


@blueprint.post("/result/<key>/retake")
@no_csrf_token
@limiter.limit("60/hour")
def retake(key: str) -> ResponseReturnValue:
    """Take it again weeks later: what happened is asked anew, the goal stays."""
    submission = retakes.retake(key, today=_today(), now=clock.now())
    first = services.edition(submission).questions.first_open(submission.seen, submission.answers)
    return redirect(_question_url(submission.key, first) if first else f"/assessment/at/{submission.key}/check", 303)


@blueprint.get("/shared/<token>")
def shared(token: str) -> ResponseReturnValue:
    """The band of somebody's result, and nothing else of it."""
    return render_template("assessment/shared.html", shared=read_shared(token))


@blueprint.get("/book/<key>")
def book(key: str) -> ResponseReturnValue:
    """The short way from the printed report to the booking, with the result."""
    submission = services.get_submission(key)
    handover = services.handover_of(submission, services.result_of(submission))
    return redirect(f"/book/?with={handover.token()}")


@blueprint.get("/report/<token>")
def report(token: str) -> ResponseReturnValue:
    """Where the report is to be had. Opening it changes nothing."""
    found = report_requests.get_report(token)
    return render_template("assessment/report_page.html", report=found, token=token, ready=_ready(found))


@blueprint.get("/report/<token>.pdf")
def report_file(token: str) -> ResponseReturnValue:
    """The report itself."""
    found = report_requests.get_report(token)
    if not _ready(found) or found.pdf is None:
        raise ReportNotReady
    response = Response(found.pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="conversation-gap-report.pdf"'
    return response


@blueprint.get("/result/<key>/blocks.ics")
def blocks(key: str) -> ResponseReturnValue:
    """The call blocks of the four-week plan, on the days and at the hour the reader chose."""
    submission = services.get_submission(key)
    found = services.result_of(submission)
    form = forms.BlocksForm(formdata=request.args)
    if found.reckoning is None or not form.validate():
        return _result_page(submission, blocks_form=form), 422
    calendar = plan_calendar(
        found.reckoning.plan,
        days=tuple(form.days.data or ()),
        hour=form.hour.data or DEFAULT_HOUR,
        on=max(found.on, _today()),
        uid=submission.key[:12],
        host=current_settings().base_host,
    )
    response = Response(calendar, mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'attachment; filename="call-blocks.ics"'
    return response


def _origin_typed() -> Origin:
    """The trail as the form of the first page hands it on."""
    sent = request.form
    return Origin.from_request(sent, landing=sent.get("landing", ""), referrer=sent.get("referrer", ""))


def _start_page(form: forms.StartForm, *, typed: bool) -> str:
    if request.method == "POST":
        origin = _origin_typed()
    else:
        here, host = request.full_path.rstrip("?"), request.host.partition(":")[0]
        origin = Origin.arriving(request.args, landing=here, before=request.referrer or "", own_host=host)
    return render_template(
        "assessment/start.html",
        form=form,
        typed=typed,
        origin=origin,
        definition=LIVE_CONVERSATION,
        question_count=len(CURRENT_SET.path({})),
    )


def _question_page(submission: Submission, asked: Question, form: forms.AnswerForm) -> str:
    used = services.edition(submission).questions
    questions = used.path(submission.answers)
    keys = [question.key for question in questions]
    previous = used.previous_key(asked.key, submission.answers)
    from_check = request.args.get("back") == "check"
    back = f"/assessment/at/{submission.key}/check" if from_check else None
    return render_template(
        "assessment/question.html",
        submission=submission,
        question=asked,
        form=form,
        section=SECTIONS[asked.section],
        done=keys.index(asked.key) if asked.key in keys else 0,
        total=len(keys),
        back=back or (_question_url(submission.key, previous) if previous else "/assessment/"),
    )


def _result_page(
    submission: Submission,
    *,
    form: forms.ReportForm | None = None,
    blocks_form: forms.BlocksForm | None = None,
    steps_form: forms.StepsForm | None = None,
) -> str:
    steps_form = steps_form or forms.make_steps_form({})
    found = services.result_of(submission, steps_form.steps() if steps_form.is_typed else None)
    measured = retakes.measured_of(submission)
    before = retakes.earlier(submission) if measured else ()
    return render_template(
        "assessment/result.html",
        submission=submission,
        result=found,
        found=found.reckoning,
        charts=charts_of(found),
        practices=found.edition.practices,
        lever_names=LEVER_NAMES,
        case=urlencode(case_of(inputs)) if (inputs := found.answers.inputs(found.on)) else "",
        own_answer=lambda obstacle: own_answer(obstacle, submission.answers, found.edition.questions),
        words=wording,
        progress=_progress(submission),
        trend=pace_over_time([*before, measured]) if measured and before else None,
        beside=beside_others(submission, found),
        share_url=f"{current_settings().base_url}/assessment/shared/{share_token(found)}",
        handover=services.handover_of(submission, found).token(),
        most_blocks=MOST_BLOCKS,
        form=form or forms.ReportForm(formdata=None),
        blocks_form=blocks_form or forms.BlocksForm(formdata=None),
        steps_form=steps_form,
    )


def _progress(submission: Submission) -> Chart | None:
    """The gap week by week, where a weekly question was answered."""
    watched = check_ins.answered_of(submission)
    return pace_over_time(check_ins.progress_of(watched)) if watched else None


def _question_url(key: str, name: str) -> str:
    return f"/assessment/at/{key}/{name}"


def _today() -> date:
    return clock.now().astimezone(zone(current_settings().site_timezone)).date()


def _ready(report: Report) -> bool:
    return report.state is ReportState.READY
