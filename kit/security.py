"""What every answer carries and every request must pass: headers, cookies, same origin, form tokens."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from kit.refusals import NotFound, Refusal
from kit.settings import Settings

View = TypeVar("View", bound=Callable[..., Any])

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# A mail is shown as it is, with its own styles and pictures, and can do nothing.
POLICY_OF_A_MAIL = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox"
)
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
csrf = CSRFProtect()
_open_to_other_sites: set[str] = set()
_larger: dict[str, int] = {}


class SentFromElsewhere(Refusal):
    """A form of ours was sent by a page of another site."""

    title = "This came from another site"
    sentence = "The form was not sent from our own page. Open the page here and send it again."


class FormExpired(Refusal):
    """The page was open too long, or cookies are off."""

    title = "The page was open for a long time"
    sentence = "For your safety forms run out after a while. Go back, load the page again and send it once more."


class QuietSessions(SecureCookieSessionInterface):
    """Leaves pages that any cache may keep alone: they neither set a cookie nor differ by one."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Sign-in looks at the session of every request, and would mark every page as depending on it."""
        if response.cache_control.public:
            return
        super().save_session(app, session, response)


def no_csrf_token(view: View) -> View:
    """For forms on pages that set no cookie. They rest on the same-origin check alone."""
    csrf.exempt(view)
    return view


def open_to_other_sites(view: View) -> View:
    """For the few addresses that machines call, such as the one-click unsubscription of RFC 8058."""
    csrf.exempt(view)
    _open_to_other_sites.add(f"{view.__module__}.{view.__name__}")
    return view


def as_mail(html: str) -> Response:
    """The HTML part of a mail as an answer: what others may have written stays in its box."""
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY_OF_A_MAIL
    return response


def takes_up_to(most: int) -> Callable[[View], View]:
    """For the few forms that carry files: how many bytes they may bring."""

    def known(view: View) -> View:
        _larger[f"{view.__module__}.{view.__name__}"] = most
        return view

    return known


def install(app: Flask, settings: Settings) -> None:
    """Set cookies, headers and checks for the whole application."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="site",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.production,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
    )
    app.session_interface = QuietSessions()
    if settings.production:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    app.before_request(_let_in)
    app.before_request(_refuse_nul)
    app.before_request(_refuse_other_sites)
    csrf.init_app(app)
    app.after_request(_add_headers)
    app.register_error_handler(CSRFError, _form_expired)


def _form_expired(_fault: Exception) -> Any:
    return current_app.handle_user_exception(FormExpired())


def _let_in() -> None:
    """Whoever reads the form first reads all of it, so its size is known before."""
    view = current_app.view_functions.get(request.endpoint or "")
    most = _larger.get(f"{view.__module__}.{view.__name__}") if view else None
    if most is not None:
        request.max_content_length = most


def _refuse_nul() -> None:
    """PostgreSQL keeps no text that holds U+0000, and nobody types it: no such address leads anywhere."""
    if "\x00" in request.path or any("\x00" in value for values in request.args.listvalues() for value in values):
        raise NotFound


def _refuse_other_sites() -> None:
    if request.method in SAFE_METHODS:
        return
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and f"{view.__module__}.{view.__name__}" in _open_to_other_sites:
        return
    told = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if told is not None and told not in ("same-origin", "none"):
        raise SentFromElsewhere
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise SentFromElsewhere


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "private, no-cache"
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
