"""The doors of the desk: who is signed in, what they may do there, and whether they showed it was them just now."""

import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

from flask import Blueprint, Flask, current_app, g, redirect, request, session
from flask_login import current_user

from kit import clock
from kit.refusals import Refusal
from staff import sessions
from staff.models import Account, SignedIn
from staff.roles import Right

SIGN_IN = "/desk/sign-in"
AGAIN = "/desk/sign-in/again"
COOKIE_KEY = "desk"
KNOWN = "signed_in_here"
FRESH_SECONDS = 15 * 60
FRESH_SECONDS_TO_SEND = 2 * FRESH_SECONDS  # a form that was opened in time may be filled in at leisure
View = TypeVar("View", bound=Callable[..., Any])
_of_parts: dict[str, Right] = {}


class NotYours(Refusal):
    """Somebody who works here came to a part that is not theirs."""

    status = 403
    title = "This part of the desk is not yours"
    sentence = "Your role here does not lead to it. Whoever runs the site can change that on the page of the team."
    template = "staff/not_yours.html"


def desk_only(blueprint: Blueprint, may: Right = Right.SEE_LEADS) -> Blueprint:
    """Close every page of an admin blueprint to whoever is not signed in, or has not that right."""
    _of_parts[blueprint.name] = may
    blueprint.before_request(_must_be_signed_in)
    return blueprint


def needs(may: Right, *, fresh: bool = False) -> Callable[[View], View]:
    """For a view that needs another right than its blueprint; `fresh` asks for the password if it was long ago."""

    def mark(view: View) -> View:
        view.__dict__.update(may=may, fresh=fresh)
        return view

    return mark


def right_to(app: Flask, endpoint: str) -> Right | None:
    """The right that an address of the desk asks for; None where it is no part of the desk."""
    part = _of_parts.get(endpoint.rpartition(".")[0])
    return None if part is None else getattr(app.view_functions.get(endpoint), "may", part)


def current_account() -> Account:
    """Who is signed in. Only behind `desk_only`."""
    account = current_user._get_current_object()
    assert isinstance(account, Account)
    return account


def works_here() -> bool:
    """Whether whoever asks is signed in."""
    return bool(current_user.is_authenticated)


def session_here() -> SignedIn | None:
    """The session that this browser's cookie carries; looked up once a request."""
    if KNOWN not in g:
        setattr(g, KNOWN, sessions.find(str(session.get(COOKIE_KEY, "")), at=clock.now()))
    found: SignedIn | None = g.get(KNOWN)
    return found


def _must_be_signed_in() -> Any:
    if not current_user.is_authenticated:
        return redirect(f"{SIGN_IN}?next={quote(_way_back())}")
    here = session_here()
    if here is not None:
        sessions.seen(here, at=clock.now())
    endpoint = request.endpoint or ""
    right = right_to(current_app._get_current_object(), endpoint)  # type: ignore[attr-defined]
    if right is not None and not current_account().may(right):
        raise NotYours
    if getattr(current_app.view_functions.get(endpoint), "fresh", False) and not _is_fresh():
        return redirect(f"{AGAIN}?next={quote(_way_back(request.path))}")
    return None


def _way_back(otherwise: str = "/desk/") -> str:
    return request.full_path.rstrip("?") if request.method == "GET" else otherwise


def _is_fresh() -> bool:
    """Whether they signed in, or typed their password again, a short while ago. By the sign-in library's own clock."""
    age = time.time() - float(session.get("fs_paa") or 0)
    return age < (FRESH_SECONDS if request.method == "GET" else FRESH_SECONDS_TO_SEND)
