"""Who gets the stories, at the desk: the list, one subscriber with what they agreed to, the table for spreadsheets."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import leads.services
from blog import subscribers
from blog.newsletter_forms import ButtonForm, TakeOffForm
from blog.subscription_models import Subscriber, SubscriberState
from blog.views import shelf
from kit import asked, clock, mail_words, outbox, suppression
from kit.context import current_settings
from kit.mail import Purpose
from kit.spreadsheets import as_csv
from kit.suppression import Suppression
from leads import consent
from leads.consent_models import Channel
from staff.access import desk_only, needs
from staff.roles import Right

blueprint = desk_only(Blueprint("subscriber_admin", __name__, url_prefix="/desk/newsletter/subscribers"))

LETTERS, BOUNCES = 8, 8
HEAD = ("address", "state", "held back", "asked", "confirmed", "left", "page", "story", "words agreed to")


@blueprint.get("/")
def overview() -> ResponseReturnValue:
    """The list: in one state, looked for by address."""
    search, state = asked.search(), asked.one_of(SubscriberState, "state")
    sort = asked.sort(subscribers.COLUMNS, subscribers.NEWEST)
    return render_template(
        "blog/desk/subscribers.html",
        page=subscribers.list_subscribers(
            at=clock.now(),
            number=asked.page_number(),
            state=state,
            search=search,
            sort=sort,
        ),
        sort=sort,
        counts=subscribers.count_by_state(search=search),
        states=tuple(SubscriberState),
        titles=_titles(),
        state=state,
        search=search,
        done=request.args.get("done", ""),
        zone_name=current_settings().site_timezone,
    )


@blueprint.get("/all.csv")
@needs(Right.EXPORT_ALL)
def table() -> ResponseReturnValue:
    """The whole list for a spreadsheet."""
    rows = subscribers.everybody(at=clock.now())
    response = Response(as_csv(HEAD, [_row(*row) for row in rows]), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="subscribers-{clock.now():%Y-%m-%d}.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/<int(max=2147483647):number>")
def subscriber(number: int) -> ResponseReturnValue:
    """One subscriber: state, what they agreed to, their letters, and mail that came back."""
    return _subscriber_page(number, TakeOffForm(formdata=None))


@blueprint.post("/<int(max=2147483647):number>/leave")
@needs(Right.CHANGE_LEADS)
def take_off(number: int) -> ResponseReturnValue:
    """Take somebody off the list who asked for it by other ways than the link."""
    found = subscribers.get_by_number(number)
    form = TakeOffForm()
    if not form.validate_on_submit():
        return _subscriber_page(number, form), 422
    subscribers.leave(found.secret, channel=Channel.DESK, method=f"told us: {form.how.data}", at=clock.now())
    return redirect(url_for(".subscriber", number=number, done="left"), 303)


@blueprint.post("/<int(max=2147483647):number>/erase")
@needs(Right.ERASE_PERSON)
def erase(number: int) -> ResponseReturnValue:
    """Remove somebody from the list and from the ledger."""
    found = subscribers.get_by_number(number)
    if ButtonForm().validate_on_submit():
        subscribers.forget(found.key, at=clock.now())
    return redirect(url_for(".overview", done="erased"), 303)


def _subscriber_page(number: int, form: TakeOffForm) -> str:
    found, now = subscribers.get_by_number(number), clock.now()
    return render_template(
        "blog/desk/subscriber.html",
        subscriber=found,
        held=suppression.held_back([found.address], Purpose.NEWSLETTER, at=now).get(found.address),
        ledger=[(line, consent.wording_of(line)) for line in consent.ledger_of(found.key)],
        letters=outbox.letters_to(found.address, most=LETTERS),
        bounces=suppression.bounces_of(found.address, most=BOUNCES),
        say_state=mail_words.say_state,
        by_files=mail_words.by_files(),
        lead=leads.services.find_by_address(found.address),
        titles=_titles(),
        form=form,
        done=request.args.get("done", ""),
        zone_name=current_settings().site_timezone,
    )


def _titles() -> dict[str, str]:
    return {story.slug: story.head.title for story in shelf().stories}


def _row(found: Subscriber, held: Suppression | None) -> tuple[str, ...]:
    moments = (found.asked_at, found.confirmed_at, found.left_at)
    return (
        found.address,
        found.state.value,
        held.reason.value if held else "",
        *(moment.isoformat(timespec="seconds") if moment else "" for moment in moments),
        found.page,
        found.story,
        consent.WORDINGS.get(found.wording, found.wording),
    )
