"""The newsletter at the desk: which story went out and which can, with its letter, its time and how far it has come."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from blog import sending, story_letter, story_list, subscribers
from blog.newsletter_forms import ButtonForm, ScheduleForm
from blog.refusals import NoSuchStory
from blog.story import Story
from blog.subscription_models import SubscriberState
from blog.views import shelf
from kit import asked, clock, suppression
from kit.circulars import OWN
from kit.context import current_settings
from kit.mail import Purpose
from kit.pages import cut
from kit.security import as_mail
from kit.zones import zone
from staff.access import current_account, desk_only
from staff.roles import Right

blueprint = desk_only(Blueprint("newsletter_admin", __name__, url_prefix="/desk/newsletter"), Right.SEND_STORIES)


@blueprint.get("/")
def overview() -> ResponseReturnValue:
    """Every story that can be sent, and where it stands."""
    now = clock.now()
    known = sending.all_progress()
    sort = asked.sort(story_list.COLUMNS, story_list.NEWEST)
    stories = [story for story in shelf().stories if not story.head.draft]
    progress = {story.slug: known.pop(slug) for story in stories for slug in sending.slugs_of(story) if slug in known}
    return render_template(
        "blog/desk/newsletter.html",
        page=cut(sort.sorted(stories, story_list.COLUMNS), number=asked.page_number()),
        sort=sort,
        progress=progress,
        gone=tuple(known.values()),
        counts=subscribers.count_by_state(),
        states=SubscriberState,
        held=len(suppression.all_held_back(Purpose.NEWSLETTER, at=now)),
        zone_name=_zone_name(),
    )


@blueprint.route("/stories/<slug>", methods=["GET", "POST"])
def story(slug: str) -> ResponseReturnValue:
    """One story: its letter, when it goes out, how far it has come. The time is shown once more before it holds."""
    found, now = _story(slug), clock.now()
    form = ScheduleForm(zone=zone(_zone_name()), now=now)
    if not form.validate_on_submit():
        return _story_page(found, form), 422 if form.errors else 200
    if form.sure.data:
        sending.schedule(found, due_at=form.due_at, by=current_account().name, now=now)
        return redirect(f"{request.path}?done=scheduled", 303)
    return render_template(
        "blog/desk/newsletter_check.html",
        story=found,
        form=form,
        count=sending.count_recipients(now),
        rate=current_settings().newsletter_rate,
        zone_name=_zone_name(),
    )


@blueprint.post("/stories/<slug>/cancel")
def cancel(slug: str) -> ResponseReturnValue:
    """Call it off before it begins."""
    if ButtonForm().validate_on_submit():
        sending.cancel(*sending.slugs_of(_story(slug)))
    return redirect(url_for(".story", slug=slug, done="cancelled"), 303)


@blueprint.post("/stories/<slug>/test")
def send_test(slug: str) -> ResponseReturnValue:
    """Send the letter to whoever is signed in."""
    found = _story(slug)
    if ButtonForm().validate_on_submit():
        sending.send_test(found, to=current_account().email, to_name=current_account().name)
    return redirect(url_for(".story", slug=slug, done="test"), 303)


@blueprint.get("/stories/<slug>/letter")
def letter(slug: str) -> ResponseReturnValue:
    """The letter as a mail program shows it."""
    return as_mail(story_letter.write(_story(slug)).html.replace(OWN, f"{current_settings().base_url}/newsletter/"))


def _story(slug: str) -> Story:
    """A story of the folder that is no draft, one that is to come as well. Raises NoSuchStory."""
    found = next((story for story in shelf().stories if story.slug == slug and not story.head.draft), None)
    if found is None:
        raise NoSuchStory
    return found


def _story_page(found: Story, form: ScheduleForm) -> str:
    issue = sending.find(*sending.slugs_of(found))
    return render_template(
        "blog/desk/newsletter_story.html",
        story=found,
        progress=sending.progress(issue) if issue else None,
        form=form,
        letter=story_letter.write(found),
        own=OWN,
        count=sending.count_recipients(clock.now()),
        rate=current_settings().newsletter_rate,
        done=request.args.get("done", ""),
        address=current_account().email,
        zone_name=_zone_name(),
    )


def _zone_name() -> str:
    return current_settings().site_timezone
