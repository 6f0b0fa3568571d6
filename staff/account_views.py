"""One's own account at the desk: password, second factor, passkeys, and where one is signed in."""

from flask import Blueprint, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from kit.asked import page_number
from kit.context import current_settings
from staff import services, sessions
from staff.access import COOKIE_KEY, current_account, desk_only, needs, session_here
from staff.forms import ButtonForm, PasswordForm
from staff.roles import DESCRIPTIONS, Right, Role, rights_of

account_admin = desk_only(Blueprint("account_admin", __name__, url_prefix="/desk/account"), Right.KEEP_ACCOUNT)


@account_admin.get("/")
def overview() -> ResponseReturnValue:
    """Who I am here, how I sign in, and where I am signed in now."""
    account, here = current_account(), session_here()
    return render_template(
        "staff/account.html",
        account=account,
        description=DESCRIPTIONS[Role(account.role)] if account.role else "",
        rights=sorted(rights_of([account.role]), key=list(Right).index),
        sessions=sessions.all_of(account, number=page_number()),
        here=here.id if here else None,
        codes=len(account.mf_recovery_codes or ()),
        zone_name=current_settings().site_timezone,
        done=request.args.get("done", ""),
    )


@account_admin.route("/password", methods=["GET", "POST"])
@needs(Right.KEEP_ACCOUNT, fresh=True)
def password() -> ResponseReturnValue:
    """Another password; every other browser is signed out by it."""
    account, form = current_account(), PasswordForm()
    form.own = (account.name, account.email)
    if form.validate_on_submit():
        services.change_password(account, form.password.data or "", here=str(session[COOKIE_KEY]))
        return redirect("/desk/account/?done=password", 303)
    return render_template("staff/password.html", form=form), 422 if form.errors else 200


@account_admin.post("/sessions/end-others")
def end_other_sessions() -> ResponseReturnValue:
    """Sign every browser of mine out but for this one."""
    if ButtonForm().validate_on_submit():
        sessions.end_others(str(session[COOKIE_KEY]), by=current_account())
    return redirect("/desk/account/?done=others#sessions", 303)


@account_admin.post("/sessions/<int(max=2147483647):session_id>/end")
def end_session(session_id: int) -> ResponseReturnValue:
    """Sign one of my browsers out."""
    if ButtonForm().validate_on_submit():
        sessions.end(session_id, by=current_account())
    return redirect("/desk/account/?done=ended#sessions", 303)
