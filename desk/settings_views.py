"""How the site is set up, what ails it, and what of it can be changed without the machine. For owners."""

import re
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from desk.settings_forms import SettingsForm
from kit import asked, doctor, live_settings
from kit.context import current_settings
from kit.db import transaction
from kit.settings import NAMES, Settings
from staff import audit
from staff.access import current_account, desk_only, needs
from staff.audit_models import Act
from staff.roles import Right

settings_admin = desk_only(Blueprint("settings_admin", __name__, url_prefix="/desk/settings"), Right.RUN_SITE)
SECRET = "kept secret"  # noqa: S105  # what is shown in its place
BESIDE = {"DKIM_KEY": "dkim_key", "STORIES_PATH": "stories"}


@dataclass(frozen=True)
class Shown:
    """A setting: its name, what it is without its secrets, and where that comes from."""

    name: str
    value: str
    origin: str


@settings_admin.get("/")
def overview() -> ResponseReturnValue:
    """Everything that is set, and what was found wrong with it."""
    return _page(_form(fresh=True))


@settings_admin.post("/")
@needs(Right.RUN_SITE, fresh=True)
def change() -> ResponseReturnValue:
    """Change what can be changed while the site runs."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form), 422
    wanted = form.changed()
    if wanted:
        live_settings.change(wanted)
        with transaction():
            audit.note(Act.SETTINGS_CHANGED, by=current_account(), details=", ".join(sorted(wanted)))
    return redirect("/desk/settings/?done=changed", 303)


def shown(settings: Settings) -> tuple[Shown, ...]:
    """Every setting in the order in which they are told of."""
    return tuple(Shown(name, _say(name, settings), _origin(name, settings)) for name in NAMES)


def _form(*, fresh: bool = False) -> SettingsForm:
    settings = current_settings()
    now = {field: str(getattr(settings, field)) for field in live_settings.CHANGEABLE.values()}
    now |= {f"shown_{field}": value for field, value in now.items()}
    form = SettingsForm(formdata=None, data=now) if fresh else SettingsForm(data=now)
    form.take_zone(settings.site_timezone)
    form.leave_out(live_settings.fixed())
    return form


def _page(form: SettingsForm) -> str:
    outside = asked.whole("outside") == 1
    return render_template(
        "desk/settings.html",
        form=form,
        fixed=sorted(live_settings.fixed()),
        settings=shown(current_settings()),
        findings=doctor.examine(outside=outside),
        outside=outside,
        instance=current_settings().instance,
        done=request.args.get("done", ""),
    )


def _say(name: str, settings: Settings) -> str:
    if name == "SECRET_KEY":
        return SECRET
    value = getattr(settings, BESIDE.get(name, name.lower()))
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return _without_secret(str(value)) if value is not None else ""


def _without_secret(value: str) -> str:
    """Of an address the place alone: who signs in there, and what follows a question mark, may be or hold a password.

    A password may hold any of the marks that part an address; where it cannot be told, nothing of it is shown.
    """
    scheme, mark, rest = value.partition("://")
    if not mark:
        return value
    address = re.split(r"[?#]", rest, maxsplit=1)[0]
    if "@" in rest.removeprefix(address):
        return f"{scheme}://{SECRET}"
    return f"{scheme}://{address.rpartition('@')[2]}"


def _origin(name: str, settings: Settings) -> str:
    if name in settings.environment:
        return "environment"
    return "settings.toml" if name in settings.from_file else "default"
