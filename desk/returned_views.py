"""Mail that came back, at the desk: which addresses get nothing that they did not ask for, and letting it go again."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from desk.forms import ReasonForm
from kit import asked, clock, mail_words, suppression
from kit.context import current_settings
from staff.access import current_account, desk_only, needs
from staff.roles import Right

blueprint = desk_only(Blueprint("returned", __name__, url_prefix="/desk/mail/returned"))


@blueprint.get("")
def overview() -> ResponseReturnValue:
    """What is held back, and the letters that came back lately."""
    return _page(ReasonForm(formdata=None))


@blueprint.post("/<int(max=2147483647):suppression_id>/lift")
@needs(Right.CHANGE_LEADS)
def lift(suppression_id: int) -> ResponseReturnValue:
    """Let mail go to an address again, for a reason that is kept."""
    found = suppression.get(suppression_id, at=clock.now())
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(form, wrong=found.id), 422
    suppression.lift(found.id, by=current_account().name, because=form.reason.data or "", at=clock.now())
    return redirect("/desk/mail/returned?done=lifted", 303)


def _page(form: ReasonForm, *, wrong: int | None = None) -> str:
    sort = asked.sort(suppression.BOUNCE_COLUMNS, suppression.LATEST_BOUNCE)
    return render_template(
        "desk/returned.html",
        held=suppression.in_force(at=clock.now(), number=asked.page_number()),
        bounces=suppression.latest_bounces(number=asked.page_number("bounces"), sort=sort),
        sort=sort,
        say_bounce=mail_words.say_bounce,
        form=form,
        wrong=wrong,
        done=request.args.get("done", ""),
        zone_name=current_settings().site_timezone,
    )
