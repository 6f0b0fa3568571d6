"""Other programs that are told what happens: added, changed, their messages seen and sent again. For owners."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from desk.forms import ButtonForm
from desk.shown import own_zone_name
from desk.webhook_forms import WebhookForm
from kit import asked, clock
from kit.db import transaction
from leads import webhook_lists, webhooks
from leads.webhook_models import DeliveryState, Webhook
from staff import audit
from staff.access import current_account, desk_only, needs
from staff.audit_models import Act
from staff.roles import Right

webhook_admin = desk_only(Blueprint("webhook_admin", __name__, url_prefix="/desk/webhooks"), Right.SET_WEBHOOKS)
ROW = "int(max=2147483647)"


@webhook_admin.get("/")
def overview() -> ResponseReturnValue:
    """Every program that is told, and a form to add one."""
    return _overview(WebhookForm(formdata=None))


@webhook_admin.post("/")
@needs(Right.SET_WEBHOOKS, fresh=True)
def add() -> ResponseReturnValue:
    """Tell one more program; its secret is shown once."""
    form = WebhookForm()
    if not form.validate_on_submit():
        return _overview(form), 422
    webhook, secret = webhooks.add(
        name=form.name.data or "", url=form.url.data or "", kinds=form.kinds.data or (), at=clock.now()
    )
    _note(Act.WEBHOOK_SET, webhook)
    return _secret(webhook, secret)


@webhook_admin.route(f"/<{ROW}:webhook_id>", methods=["GET", "POST"])
@needs(Right.SET_WEBHOOKS, fresh=True)
def show(webhook_id: int) -> ResponseReturnValue:
    """One of them: its messages, and what it is told."""
    webhook = webhooks.get(webhook_id)
    form = WebhookForm(
        data={"name": webhook.name, "url": webhook.url, "kinds": webhook.kinds, "paused": webhook.paused}
    )
    if form.validate_on_submit():
        webhooks.change(
            webhook,
            name=form.name.data or "",
            url=form.url.data or "",
            kinds=form.kinds.data or (),
            paused=bool(form.paused.data),
        )
        _note(Act.WEBHOOK_SET, webhook)
        return redirect(f"/desk/webhooks/{webhook_id}?done=changed", 303)
    state, sort = asked.one_of(DeliveryState, "state"), asked.sort(webhook_lists.MESSAGE_COLUMNS, webhook_lists.NEWEST)
    shown = render_template(
        "desk/webhook.html",
        webhook=webhook,
        form=form,
        page=webhook_lists.deliveries_of(webhook, state=state, number=asked.page_number(), sort=sort),
        sort=sort,
        told=webhook_lists.told_of(webhook),
        state=state,
        states=tuple(DeliveryState),
        done=request.args.get("done", ""),
        zone_name=own_zone_name(),
    )
    return shown, 422 if form.errors else 200


@webhook_admin.post(f"/<{ROW}:webhook_id>/secret")
@needs(Right.SET_WEBHOOKS, fresh=True)
def rotate(webhook_id: int) -> ResponseReturnValue:
    """A new secret; the one before it signs too for a day."""
    webhook = webhooks.get(webhook_id)
    if not ButtonForm().validate_on_submit():
        return redirect(f"/desk/webhooks/{webhook_id}", 303)
    secret = webhooks.rotate(webhook, at=clock.now())
    _note(Act.WEBHOOK_SET, webhook, "new secret")
    return _secret(webhook, secret)


@webhook_admin.post(f"/<{ROW}:webhook_id>/resume")
def resume(webhook_id: int) -> ResponseReturnValue:
    """Send everything that was given up once more, and end a pause."""
    if ButtonForm().validate_on_submit():
        webhooks.resume(webhooks.get(webhook_id))
    return redirect(f"/desk/webhooks/{webhook_id}?done=resumed", 303)


@webhook_admin.post(f"/<{ROW}:webhook_id>/<{ROW}:delivery_id>/again")
def send_again(webhook_id: int, delivery_id: int) -> ResponseReturnValue:
    """Send one message once more."""
    if ButtonForm().validate_on_submit():
        webhooks.send_again(webhooks.get(webhook_id), delivery_id)
    return redirect(f"/desk/webhooks/{webhook_id}?done=again", 303)


@webhook_admin.route(f"/<{ROW}:webhook_id>/remove", methods=["GET", "POST"])
@needs(Right.SET_WEBHOOKS, fresh=True)
def remove(webhook_id: int) -> ResponseReturnValue:
    """Ask once more, then tell it no more."""
    webhook = webhooks.get(webhook_id)
    if ButtonForm().validate_on_submit():
        _note(Act.WEBHOOK_REMOVED, webhook)
        webhooks.remove(webhook)
        return redirect("/desk/webhooks/?done=removed", 303)
    return render_template("desk/webhook_remove.html", webhook=webhook)


def _overview(form: WebhookForm) -> str:
    sort = asked.sort(webhook_lists.COLUMNS, webhook_lists.BY_NAME)
    page = webhook_lists.overview(number=asked.page_number(), sort=sort)
    return render_template("desk/webhooks.html", form=form, page=page, sort=sort, done=request.args.get("done", ""))


def _secret(webhook: Webhook, secret: str) -> ResponseReturnValue:
    page = render_template("desk/webhook_secret.html", webhook=webhook, secret=secret)
    return page, 200, {"Cache-Control": "private, no-store"}


def _note(act: Act, webhook: Webhook, details: str = "") -> None:
    with transaction():
        audit.note(act, by=current_account(), subject=webhook.name, details=details)
