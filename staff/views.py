"""The one page of an invitation."""

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_security.utils import login_user

from kit import clock
from kit.limits import limiter
from staff import commands, services
from staff.forms import WelcomeForm

blueprint = Blueprint("staff", __name__, url_prefix="/desk", cli_group=None)
blueprint.cli.add_command(commands.invite)
blueprint.cli.add_command(commands.new_password)


@blueprint.route("/welcome/<secret>", methods=["GET", "POST"])
@limiter.limit("30/hour")
def welcome(secret: str) -> ResponseReturnValue:
    """Make an account by an invitation, and stand in the desk."""
    invitation = services.get_invitation(secret, at=clock.now())
    form = WelcomeForm(data={"email": invitation.email})
    if form.validate_on_submit():
        try:
            account = services.accept_invitation(secret, form.answer(), at=clock.now())
        except services.AddressTaken as refusal:
            form.email.errors = [str(refusal)]
            return render_template("staff/welcome.html", form=form), refusal.status
        login_user(account, authn_via=["password"])
        return redirect("/desk/")
    return render_template("staff/welcome.html", form=form), 422 if form.errors else 200
