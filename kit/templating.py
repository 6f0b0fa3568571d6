"""What every template can use, and how static files get their addresses."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from flask import Flask, request
from jinja2 import StrictUndefined
from markupsafe import Markup
from whitenoise import WhiteNoise

from kit import clock, moments, words, zones
from kit.settings import Settings


def install(app: Flask, settings: Settings) -> None:
    """Serve `static/` under an address that changes with its content, and give templates their words."""
    folder = settings.root / "static"
    version = _fingerprint(folder)
    prefix = f"static/{version}/"
    app.jinja_env.undefined = StrictUndefined
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(folder),
        prefix=prefix,
        allow_all_origins=False,
        mimetypes={".ttf": "font/ttf"},
        add_headers_function=_say_more,
        immutable_file_test=lambda _path, _url: True,
        autorefresh=app.debug,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    def asset(path: str) -> str:
        return f"/{prefix}{path}"

    def absolute_url(path: str) -> str:
        return settings.base_url + path

    app.jinja_env.globals.update(
        asset=asset,
        absolute_url=absolute_url,
        site_name=settings.site_name,
        site_address=settings.mail_from,
        base_url=settings.base_url,
        now=clock.now,
        zone_groups=zones.zone_groups,
        zone_label=zones.zone_label,
        format_range=words.format_range,
        format_time=words.format_time,
    )
    app.jinja_env.filters.update(
        long_date=words.format_date,
        short_date=words.format_short_date,
        plural=words.plural,
        number=words.number,
        join_and=words.join_and,
        when=when,
        moment=moment,
        say_day=moments.say_day,
        as_zone=zones.zone,
    )
    app.context_processor(_here)


def when(instant: datetime, zone_name: str) -> Markup:
    """A `<time>` element: `24 November 2026, 2:30 pm`, exact to machines."""
    local = instant.astimezone(zones.zone(zone_name))
    text = f"{words.format_short_date(local.date())}, {words.format_time(instant, zones.zone(zone_name))}"
    return Markup('<time datetime="{}">{}</time>').format(local.isoformat(), text)


def moment(instant: datetime, zone_name: str, stop: bool = False) -> Markup:
    """How far away it is, with the exact time for whoever points at it; see `kit.moments`."""
    return moments.moment(instant, now=clock.now(), zone=zones.zone(zone_name), stop=stop)


def _say_more(headers: Headers, _path: str, _url: str) -> None:
    """A static file is what its type says, whatever it looks like."""
    headers["X-Content-Type-Options"] = "nosniff"


def _here() -> dict[str, Any]:
    return {"path": request.path if request else "/"}


def _fingerprint(folder: Path) -> str:
    digest = hashlib.blake2b(digest_size=6)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
