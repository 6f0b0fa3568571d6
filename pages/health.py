"""Whether the site is well: `/health`, for whoever watches over it."""

import importlib.metadata
import tomllib
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from kit import jobs, outbox, zones
from kit.context import current_settings
from kit.limits import limiter

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
@limiter.exempt
def health() -> ResponseReturnValue:
    """200 with what is known; 503 when the database does not answer."""
    known: dict[str, Any] = {"version": _version(), "tzdata": zones.tzdata_version()}
    try:
        beat = jobs.last_beat()
        known |= {
            "status": "ok",
            "database": "ok",
            "worker_last_beat": beat.isoformat() if beat else None,
            "mail_queue": outbox.waiting_count(),
        }
    except Exception as fault:
        return jsonify(known | {"status": "failing", "database": type(fault).__name__}), 503
    response = jsonify(known)
    response.headers["Cache-Control"] = "no-store"
    return response


def _version() -> str:
    try:
        return importlib.metadata.version("conversation-gap")
    except importlib.metadata.PackageNotFoundError:
        path = current_settings().root / "pyproject.toml"
        return str(tomllib.loads(path.read_text("utf-8"))["project"]["version"])
