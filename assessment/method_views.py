"""How the assessment counts: from what, how well that is founded, and what another assumption would change."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from assessment import wording
from assessment.assumptions import CURRENT
from assessment.levers import STEPS
from assessment.method_forms import AN_INPUT, RATES, MethodForm, make_method_form
from assessment.practices import LEVER_NAMES, say_step
from assessment.questions import LIVE_CONVERSATION
from assessment.sources import GRADES, HOUSE, HOUSE_SOURCES, PRIORS, THEMES
from assessment.trial import assumed, compare, look, ours_said
from assessment.worked import worked
from kit.limits import limiter

blueprint = Blueprint("method", __name__, url_prefix="/assessment/method")


@blueprint.get("")
def method() -> ResponseReturnValue:
    """How the assessment counts, from what, and how well that is founded."""
    page = render_template(
        "assessment/method.html",
        definition=LIVE_CONVERSATION,
        version=CURRENT.version,
        grades=GRADES,
        priors=PRIORS,
        themes=THEMES,
        house=HOUSE,
        house_sources=HOUSE_SOURCES,
        steps={LEVER_NAMES[key]: (say_step(key, step.largest), step.hours) for key, step in STEPS.items()},
        words=wording,
    )
    response = Response(page)
    response.headers["Cache-Control"] = "public, max-age=600"
    return response


@blueprint.get("/count")
@limiter.limit("600/hour")
def count() -> ResponseReturnValue:
    """A case counted step by step, with the site's assumptions or with the reader's."""
    form = make_method_form(request.args)
    if not form.validate():
        return _count_page(form, given=False), 422
    return _count_page(form, given=True)


def _count_page(form: MethodForm, *, given: bool) -> str:
    inputs = form.inputs() if given else None
    return render_template(
        "assessment/count.html",
        form=form,
        rates=RATES,
        version=CURRENT.version,
        ours=ours_said(inputs or AN_INPUT),
        changed=any(any(form[name].raw_data or ()) for name in ours_said(AN_INPUT)),
        lines=worked(look(inputs, assumed(inputs, form.other()))) if inputs else (),
        compared=compare(look(inputs, CURRENT), look(inputs, assumed(inputs, form.other()))) if inputs else (),
    )
