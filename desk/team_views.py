"""Who works here, and the log of who did what. For owners."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from desk import colleagues
from kit import asked, clock
from kit.context import current_settings
from kit.refusals import Refusal
from staff import audit, team
from staff.access import current_account, desk_only, needs
from staff.audit_models import Act
from staff.forms import ButtonForm, InviteForm, RoleForm
from staff.models import Account
from staff.roles import Right
from staff.services import AddressTaken

team_admin = desk_only(Blueprint("team_admin", __name__, url_prefix="/desk/team"), Right.RUN_TEAM)
ROW = "int(max=2147483647)"


@team_admin.get("/")
def overview() -> ResponseReturnValue:
    """Who works here, who is invited, and a form to invite somebody."""
    return _overview(InviteForm(formdata=None))


@team_admin.post("/invite")
@needs(Right.RUN_TEAM, fresh=True)
def invite() -> ResponseReturnValue:
    """Send somebody a link."""
    form = InviteForm()
    if form.validate_on_submit():
        email, role = form.answer()
        try:
            team.invite_by_mail(email, role, by=current_account(), at=clock.now())
            return redirect("/desk/team/?done=invited", 303)
        except AddressTaken as refusal:
            form.email.errors = [str(refusal)]
    return _overview(form), 422


@team_admin.post(f"/invitations/<{ROW}:invitation_id>/withdraw")
def withdraw(invitation_id: int) -> ResponseReturnValue:
    """End an invitation."""
    if ButtonForm().validate_on_submit():
        team.withdraw(invitation_id, by=current_account())
    return redirect("/desk/team/?done=withdrawn", 303)


@team_admin.get(f"/<{ROW}:account_id>")
def colleague(account_id: int) -> ResponseReturnValue:
    """One of us: what they are here, and what they have agreed on."""
    account = team.get(account_id)
    return _colleague(account, RoleForm(formdata=None, data={"role": account.role}))


@team_admin.post(f"/<{ROW}:account_id>/role")
@needs(Right.RUN_TEAM, fresh=True)
def change_role(account_id: int) -> ResponseReturnValue:
    """Let somebody be something else here."""
    account, form = team.get(account_id), RoleForm()
    if form.validate_on_submit():
        try:
            colleagues.change_role(account_id, form.answer(), by=current_account(), now=clock.now())
            return redirect(f"/desk/team/{account_id}?done=role", 303)
        except (team.LastOwner, colleagues.ConsultsAhead) as refusal:
            return _colleague(account, form, refusal), refusal.status
    return _colleague(account, form), 422


@team_admin.route(f"/<{ROW}:account_id>/close", methods=["GET", "POST"])
@needs(Right.RUN_TEAM, fresh=True)
def close(account_id: int) -> ResponseReturnValue:
    """Ask once more, then let somebody in no more."""
    account = team.get(account_id)
    if ButtonForm().validate_on_submit():
        try:
            colleagues.close(account_id, by=current_account(), now=clock.now())
            return redirect(f"/desk/team/{account_id}?done=closed", 303)
        except (team.LastOwner, colleagues.ConsultsAhead) as refusal:
            form = RoleForm(formdata=None, data={"role": account.role})
            return _colleague(account, form, refusal), refusal.status
    return render_template("desk/close_account.html", account=account, looks_after=colleagues.leads_of(account))


@team_admin.post(f"/<{ROW}:account_id>/stop")
def stop(account_id: int) -> ResponseReturnValue:
    """Offer visitors no more times with somebody, so that what is ahead only grows less."""
    if ButtonForm().validate_on_submit():
        colleagues.stop(team.get(account_id))
    return redirect(f"/desk/team/{account_id}?done=stopped", 303)


@team_admin.post(f"/<{ROW}:account_id>/reopen")
@needs(Right.RUN_TEAM, fresh=True)
def reopen(account_id: int) -> ResponseReturnValue:
    """Let somebody in again."""
    if ButtonForm().validate_on_submit():
        team.reopen(account_id, by=current_account())
    return redirect(f"/desk/team/{account_id}?done=reopened", 303)


@team_admin.post(f"/<{ROW}:account_id>/second-factor/drop")
@needs(Right.RUN_TEAM, fresh=True)
def drop_second_factor(account_id: int) -> ResponseReturnValue:
    """For somebody who has lost their telephone."""
    if ButtonForm().validate_on_submit():
        team.drop_second_factor(account_id, by=current_account())
    return redirect(f"/desk/team/{account_id}?done=factor", 303)


@team_admin.get("/log")
@needs(Right.READ_AUDIT)
def log() -> ResponseReturnValue:
    """Who did what to whom and when."""
    act, sort = asked.one_of(Act, "act"), asked.sort(audit.COLUMNS, audit.LATEST)
    return render_template(
        "desk/log.html",
        page=audit.page(number=asked.page_number(), act=act, sort=sort),
        sort=sort,
        act=act,
        acts=tuple(Act),
        zone_name=current_settings().site_timezone,
    )


def _overview(form: InviteForm) -> str:
    sort = asked.sort(team.COLUMNS, team.BY_NAME)
    return render_template(
        "desk/team.html",
        form=form,
        page=team.page(number=asked.page_number(), sort=sort),
        sort=sort,
        invitations=team.open_invitations(at=clock.now(), number=asked.page_number("invited")),
        me=current_account().id,
        zone_name=current_settings().site_timezone,
        done=request.args.get("done", ""),
    )


def _colleague(account: Account, form: RoleForm, refusal: Refusal | None = None) -> str:
    return render_template(
        "desk/colleague.html",
        account=account,
        form=form,
        refusal=refusal,
        ahead=colleagues.ahead_of(account, now=clock.now(), number=asked.page_number()),
        bookable=colleagues.is_bookable(account),
        looks_after=colleagues.leads_of(account),
        me=current_account().id,
        zone_name=current_settings().site_timezone,
        done=request.args.get("done", ""),
    )
