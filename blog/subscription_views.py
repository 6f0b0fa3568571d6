"""The pages of the newsletter. None sets a cookie, and none acts before a button is pressed.

Mail gateways open every link of a letter: what they open changes nothing. The one POST that comes without a page of
ours is the one click of RFC 8058; it is answered like the button.
"""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from blog import subscribers
from blog.subscription_forms import NAME, SubscribeForm
from blog.subscription_links import read_confirm, read_leave
from blog.subscription_models import Subscriber, SubscriberState
from kit import clock, form_age
from kit.address_slips import likely_meant
from kit.form_age import Age
from kit.limits import limiter, network_of_request
from kit.security import no_csrf_token, open_to_other_sites
from leads.consent import NEWSLETTER_WORDING, WORDINGS
from leads.consent_models import Channel

blueprint = Blueprint("newsletter", __name__, url_prefix="/newsletter")

ONE_CLICK = "One-Click"


@blueprint.get("/")
def ask() -> ResponseReturnValue:
    """The form, on a page of its own."""
    return _page(SubscribeForm(formdata=None))


@blueprint.post("/")
@no_csrf_token
@limiter.limit("20/hour")
@limiter.limit("60/hour", key_func=network_of_request)
def asked_for() -> ResponseReturnValue:
    """Show an address that was typed on another page once more, or send it the mail that asks for a confirmation."""
    form = SubscribeForm(formdata=request.form)
    if not form.validate():
        return _page(form), 422
    if form.age is not Age.FINE:
        return _page(form, too_quick=form.age is Age.TOO_QUICK), 422 if form.age is Age.TOO_QUICK else 200
    if not form.website.data:
        subscribers.ask(form.answer(), at=clock.now())
    return redirect("/newsletter/asked", 303)


@blueprint.get("/asked")
def asked() -> ResponseReturnValue:
    """What happens next; the same for everybody."""
    return render_template("blog/subscription_asked.html")


@blueprint.route("/confirm/<token>", methods=["GET", "POST"])
@no_csrf_token
def confirm(token: str) -> ResponseReturnValue:
    """One button; it puts the address on the list."""
    secret, at = read_confirm(token)
    if request.method == "POST":
        subscribers.confirm(secret, at, at=clock.now())
        return redirect(f"/newsletter/confirm/{token}", 303)
    found = subscribers.confirmable(secret, at)
    return render_template(
        "blog/subscription_confirm.html",
        token=token,
        address=found.address,
        is_on=found.state is SubscriberState.SUBSCRIBED,
        wording=WORDINGS[found.wording],
    )


@blueprint.route("/leave/<token>", methods=["GET", "POST"])
@open_to_other_sites
def leave(token: str) -> ResponseReturnValue:
    """One button; it takes the address off the list. A mail program may press it by itself (RFC 8058)."""
    secret = read_leave(token)
    if request.method != "POST":
        found = subscribers.get(secret)
        return _leave_page(token, found, is_on=found.state is not SubscriberState.LEFT)
    by_machine = request.form.get("List-Unsubscribe") == ONE_CLICK
    left = subscribers.leave(
        secret,
        channel=Channel.MAIL,
        method="one click of the mail program" if by_machine else "link in the mail, one button",
        at=clock.now(),
    )
    return _leave_page(token, left, is_on=False)


@blueprint.post("/back/<token>")
@no_csrf_token
def come_back(token: str) -> ResponseReturnValue:
    """Whoever has left by a slip is on the list again."""
    found = subscribers.come_back(read_leave(token), at=clock.now())
    return _leave_page(token, found, is_on=True, is_back=True)


def _page(form: SubscribeForm, *, too_quick: bool = False) -> str:
    typed = form.address.data or ""
    return render_template(
        "blog/subscription_ask.html",
        form=form,
        made=form_age.stamp(NAME),
        wording=WORDINGS[NEWSLETTER_WORDING],
        typed_on=form.answer(),
        meant=likely_meant(typed) if not form.errors else "",
        is_typed=bool(typed) and not form.errors,
        too_quick=too_quick,
    )


def _leave_page(token: str, found: Subscriber | None, *, is_on: bool, is_back: bool = False) -> str:
    return render_template(
        "blog/subscription_leave.html",
        token=token,
        address=found.address if found else "",
        was_on=found is not None and found.confirmed_at is not None,
        is_on=is_on,
        is_back=is_back,
    )
