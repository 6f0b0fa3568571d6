"""How the site is set up, what ails it, and what of it can be changed without the machine. For owners."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from desk.settings_forms import FIELDS, SettingsForm
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
    before, wanted = _now(current_settings()), form.answer()
    changed = sorted(name for name, value in wanted.items() if value != before[name])
    if changed:
        live_settings.change({name: wanted[name] for name in changed})
        with transaction():
            audit.note(Act.SETTINGS_CHANGED, by=current_account(), details=", ".join(changed))
    return redirect("/desk/settings/?done=changed", 303)


def shown(settings: Settings) -> tuple[Shown, ...]:
    """Every setting in the order in which they are told of."""
    return tuple(Shown(name, _say(name, settings), _origin(name, settings)) for name in NAMES)


def _form(*, fresh: bool = False) -> SettingsForm:
    now = {FIELDS[name]: value for name, value in _now(current_settings()).items()}
    form = SettingsForm(formdata=None, data=now) if fresh else SettingsForm(data=now)
    form.leave_out(live_settings.fixed())
    return form


def _now(settings: Settings) -> dict[str, str]:
    return {name: str(getattr(settings, field)) for name, field in FIELDS.items()}


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
    """An address without the password in it."""
    secret = urlsplit(value).password if "://" in value else None
    return value.replace(f":{secret}@", f":{SECRET}@") if secret else value


def _origin(name: str, settings: Settings) -> str:
    if name in settings.environment:
        return "environment"
    return "settings.toml" if name in settings.from_file else "default"
