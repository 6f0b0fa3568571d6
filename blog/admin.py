"""The stories at the desk: all of them with their state, and each of them open for writing."""

import re
from functools import partial
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from blog import editing, previews, story_list, writing
from blog.editing import Opened
from blog.forms import ButtonForm, FileForm, LinkForm, NewStoryForm, StoryForm
from blog.picture import element
from blog.picture_files import MOST_BYTES
from blog.refusals import NoSuchFile, StoryChanged, StoryFaulty
from blog.story import Story
from blog.story_list import StoryState
from blog.views import edition, library, shelf
from kit import asked, clock, zones
from kit.context import current_settings
from kit.forms import PageForm
from kit.pages import cut
from kit.refusals import Refusal
from kit.security import csrf, takes_up_to
from staff.access import current_account, desk_only, works_here
from staff.roles import Right

admin = desk_only(Blueprint("stories_admin", __name__, url_prefix="/desk/stories"), Right.WRITE_STORIES)

OPEN_TOO_LONG = "The page was open for a long time. Nothing you typed is lost: it is below. Press the button once more."
STEM = re.compile(r"[^\W_][\w.-]{0,119}")


@admin.get("/")
def overview() -> ResponseReturnValue:
    """Every story and whether it is out, and what cannot be read."""
    found, now = shelf(), clock.now()
    search, state = asked.search(), asked.one_of(StoryState, "state")
    sort = asked.sort(story_list.COLUMNS, story_list.NEWEST)
    states = story_list.by_state(found.stories, search=search, now=now)
    wanted = [story for each, stories in states.items() if state in (None, each) for story in stories]
    return render_template(
        "blog/desk/stories.html",
        page=cut(sort.sorted(wanted, story_list.COLUMNS), number=asked.page_number()),
        counts={each: len(states.get(each, ())) for each in StoryState if each in states or each is state},
        search=search,
        state=state,
        sort=sort,
        state_of=partial(story_list.state_of, now=now),
        faults=[(fault, fault.split(":")[0].removesuffix(".md")) for fault in found.faults],
        tags=found.tags,
        zone_name=current_settings().site_timezone,
    )


@admin.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Begin a story as a draft."""
    form = NewStoryForm()
    if form.validate_on_submit():
        now = editing.local(clock.now(), _zone())
        tag = next(iter(shelf().tags))
        try:
            name = writing.begin(library().folder, form.title.data or "", author=_teller(), tag=tag, now=now)
        except Refusal as refusal:
            form.title.errors = [str(refusal)]
            return render_template("blog/desk/new.html", form=form), refusal.status
        library().renewed()
        return redirect(url_for(".edit", stem=name.removesuffix(".md")), 303)
    return render_template("blog/desk/new.html", form=form), 422 if form.errors else 200


@admin.before_app_request
def hold_what_was_typed() -> ResponseReturnValue | None:
    """Hand a text back that comes from somebody whose session has ended: after signing in they send it again.

    It is kept in the page and nowhere else, so that nobody can leave anything here without an account.
    """
    is_a_text = request.method == "POST" and request.endpoint == f"{admin.name}.{edit.__name__}"
    if not is_a_text or works_here() or not request.form:
        return None
    act = request.form.get("act", "save")
    # The picture did not come along, and a story is not saved where something else was asked for.
    act = "preview" if act == "picture" else act
    typed = [pair for pair in request.form.items(multi=True) if pair[0] not in ("csrf_token", "act")]
    page = render_template(
        "blog/desk/held.html",
        here=request.full_path.rstrip("?"),
        typed=[*typed, ("act", act)],
        act=act,
        text=request.form.get("body") or request.form.get("text", ""),
        without_picture=any(sent.filename for sent in request.files.values()),
    )
    return page, 403


@admin.route("/<stem>", methods=["GET", "POST"])
@takes_up_to(MOST_BYTES + 1024 * 1024)
def edit(stem: str) -> ResponseReturnValue:
    """One story: its fields, its text, and how it looks."""
    opened = editing.open_story(library(), _name(stem))
    if opened.written is None or request.args.get("as") == "file":
        return _edit_file(opened)
    form = StoryForm(data=StoryForm.shown(opened.written, opened.mark, _zone()))
    form.offer_tags(shelf().tags.values())
    if request.method == "GET":
        return _page(opened, form)
    act = request.form.get("act", "save")
    if not form.validate_on_submit():
        _say_where_the_token_ran_out(form)
        return _page(opened, form, status=422)
    written = form.answer(_zone(), opened.written.former_slugs)
    text = writing.compose(editing.keep_address(library(), opened.name, written, now=clock.now()))
    try:
        if act == "picture":
            return _take_picture(opened, form)
        if act == "preview":
            return _page(opened, form, shown=editing.read(library(), opened.name, text))
        editing.save(library(), opened.name, text, was=form.was.data or "")
    except StoryChanged as refusal:
        form.was.data = writing.mark_of(refusal.theirs)
        form.form_errors.append(str(refusal))
        mine = editing.read(library(), opened.name, text)
        return _page(opened, form, shown=mine, theirs=refusal.theirs, status=refusal.status)
    except Refusal as refusal:
        form.form_errors.append(str(refusal))
        return _page(opened, form, status=refusal.status)
    return redirect(url_for(".edit", stem=stem, saved="story"), 303)


# Its forms look at their token themselves, so that nothing typed is lost where it has run out.
csrf.exempt(edit)


@admin.post("/<stem>/look")
def look(stem: str) -> ResponseReturnValue:
    """How the typed text would look, as a piece of a page; the same that Preview shows."""
    opened = editing.open_story(library(), _name(stem))
    form = StoryForm()
    form.offer_tags(shelf().tags.values())
    fault, shown = "", None
    if opened.written is None or not form.validate_on_submit():
        fault = next((str(error) for errors in form.errors.values() for error in errors), "The story is not complete.")
    else:
        text = writing.compose(form.answer(_zone(), opened.written.former_slugs))
        try:
            shown = editing.read(library(), opened.name, text)
        except StoryFaulty as refusal:
            fault = str(refusal)
    return {"html": render_template("blog/desk/look.html", fault=fault, **_as_shown(shown))}


@admin.post("/<stem>/links")
def add_link(stem: str) -> ResponseReturnValue:
    """A secret link to the draft."""
    opened = editing.open_story(library(), _name(stem))
    form = LinkForm()
    if not form.validate_on_submit():
        return redirect(url_for(".edit", stem=stem, saved="no-link") + "#links", 303)
    previews.make(opened.name, days=int(form.days.data), made_by=current_account().id, now=clock.now())
    return redirect(url_for(".edit", stem=stem, saved="link") + "#links", 303)


@admin.post("/<stem>/links/<int:link_id>/end")
def end_link(stem: str, link_id: int) -> ResponseReturnValue:
    """Take a link back."""
    if ButtonForm().validate_on_submit():
        previews.take_back(link_id, now=clock.now())
    return redirect(url_for(".edit", stem=stem, saved="ended") + "#links", 303)


def _edit_file(opened: Opened) -> ResponseReturnValue:
    """The file as it is, where its head cannot be taken apart, or whoever writes prefers it."""
    form = FileForm(data={"text": opened.text, "was": opened.mark})
    theirs, status = "", 200
    if form.validate_on_submit():
        try:
            text = (form.text.data or "") + "\n"
            editing.save(library(), opened.name, text, was=form.was.data or "")
            return redirect(url_for(".edit", stem=opened.name.removesuffix(".md"), saved="story"), 303)
        except StoryChanged as refusal:
            form.was.data, theirs, status = writing.mark_of(refusal.theirs), refusal.theirs, refusal.status
            form.form_errors.append(str(refusal))
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
            status = refusal.status
    elif form.errors:
        _say_where_the_token_ran_out(form)
        status = 422
    return render_template("blog/desk/file.html", form=form, opened=opened, theirs=theirs), status


def _say_where_the_token_ran_out(form: PageForm) -> None:
    if form.csrf_token.errors:
        form.csrf_token.errors = []
        form.form_errors.append(OPEN_TOO_LONG)


def _take_picture(opened: Opened, form: StoryForm) -> ResponseReturnValue:
    """Put the picture beside the stories; what was typed stays in the form, unsaved."""
    sent = form.picture.data
    raw = sent.read() if sent else b""
    if not raw:
        form.picture.errors = ["Choose a picture first"]
        return _page(opened, form, status=422)
    try:
        name = editing.add_picture(library(), sent.filename or "", raw)
    except StoryFaulty as refusal:
        form.picture.errors = [str(refusal)]
        return _page(opened, form, status=refusal.status)
    return _page(opened, form, added=name)


def _page(
    opened: Opened,
    form: StoryForm,
    *,
    shown: Story | None = None,
    theirs: str = "",
    added: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    assert opened.written is not None
    if shown is None and not opened.fault:
        shown = editing.read(library(), opened.name, opened.text)
    now = clock.now()
    page = render_template(
        "blog/desk/story.html",
        form=form,
        opened=opened,
        theirs=theirs,
        added=added,
        former_slugs=opened.written.former_slugs,
        out=edition().by_slug.get(shown.slug) if shown else None,
        links=previews.open_ones(opened.name, now=now),
        link_form=LinkForm(formdata=None),
        saved=request.args.get("saved", "") if request.method == "GET" else "",
        zone_name=current_settings().site_timezone,
        fault=opened.fault,
        **_as_shown(shown),
    )
    return page, status


def _as_shown(shown: Story | None) -> dict[str, object]:
    return {
        "story": shown,
        "tags": shelf().tags,
        "body": Markup(shown.html) if shown else "",  # noqa: S704  # sanitised by blog.markup
        "picture_element": element,
    }


def _name(stem: str) -> str:
    if not STEM.fullmatch(stem):
        raise NoSuchFile
    return f"{stem}.md"


def _zone() -> ZoneInfo:
    return zones.zone(current_settings().site_timezone)


def _teller() -> str:
    return current_settings().site_name
