"""How a refusal, a missing page or a fault of ours reaches the visitor."""

from typing import Any

from flask import Flask, render_template
from werkzeug.exceptions import HTTPException

from kit.logs import log
from kit.refusals import NotFound, Refusal, TooMany


class WrongMethod(Refusal):
    """The address exists, but not for this kind of request."""

    status = 405
    title = "That cannot be done here"
    sentence = "This address cannot be used in that way. Go back to the page you came from."


class TooLarge(Refusal):
    """More was sent than a form of ours can hold."""

    status = 413
    title = "That is too much at once"
    sentence = "What was sent is larger than this page can take."


KNOWN: dict[int, type[Refusal]] = {404: NotFound, 405: WrongMethod, 413: TooLarge, 429: TooMany}


def install(app: Flask) -> None:
    """Answer every exception with a page that says what happened and where to go from here."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def _refused(refusal: Refusal) -> Any:
    return render_template(refusal.template, refusal=refusal), refusal.status


def _http(fault: HTTPException) -> Any:
    if fault.code is None or fault.code < 400:
        return fault
    if fault.code >= 500:
        return _fault(fault)
    known = KNOWN.get(fault.code, Refusal)()
    return render_template(known.template, refusal=known), fault.code


def _fault(fault: Exception) -> Any:
    log.error("unanswered fault", fault=type(fault).__name__, exc_info=True)
    return render_template("errors/fault.html"), 500
