"""A story goes to the subscribers: scheduled, begun at its time, written in batches, once to each.

Copies are written in the order of the list. How far it has come is written with each batch, so that a worker that dies
in between has either written a batch or not; the next one goes on behind it. The letters themselves leave as any others
do (`kit.outbox`), after those that somebody asked for.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError

from blog import story_letter
from blog.issue_models import Issue, IssueState
from blog.story import Story
from blog.subscription_links import leave_url
from blog.subscription_models import Subscriber, SubscriberState
from blog.subscription_refusals import IssueBegun, IssueUnderWay, NoSuchIssue, StoryNotOutThen
from kit import jobs, outbox, suppression
from kit.context import current_settings
from kit.db import after_commit, session, transaction
from kit.mail import Purpose
from kit.outbox import Letter, LetterState

BATCH = 250
# A little less than a minute: what was written a minute ago, give or take what a job takes to begin, counts no more.
RATE_WINDOW = timedelta(seconds=50)
UNDER_WAY = (IssueState.SCHEDULED, IssueState.SENDING, IssueState.SENT)


@dataclass(frozen=True)
class Progress:
    """How far a story has come: by where its letters stand, and how many are still to be written."""

    issue: Issue
    letters: dict[LetterState, int]

    @property
    def left(self) -> int:
        """How many have left."""
        return self.letters.get(LetterState.SENT, 0)

    @property
    def to_come(self) -> int:
        """How many are on their way or not written yet."""
        waiting = sum(self.letters.get(state, 0) for state in outbox.OPEN)
        unwritten = max(0, self.issue.planned - self.issue.written)
        return waiting + (unwritten if self.issue.state is IssueState.SENDING else 0)


def schedule(story: Story, *, due_at: datetime, by: str, now: datetime) -> Issue:
    """Let a story go out at that time; in the past means now. Raises StoryNotOutThen, IssueUnderWay."""
    due_at = max(due_at, now)
    if story.head.draft or story.head.date > due_at:
        raise StoryNotOutThen
    with transaction() as current:
        issue = _locked(*slugs_of(story))
        if issue is not None and issue.state in UNDER_WAY:
            raise IssueUnderWay
        issue = issue or _new(story, by, now)
        issue.slug = story.slug
        issue.title, issue.state, issue.due_at, issue.by = story.head.title, IssueState.SCHEDULED, due_at, by
        issue.created_at = now
        current.flush()
        if due_at == now:
            after_commit(_wake)
        return issue


def cancel(*slugs: str) -> Issue:
    """Call off the story of those slugs before it begins; it can be scheduled again. Raises NoSuchIssue, IssueBegun."""
    with transaction():
        issue = _locked(*slugs)
        if issue is None or issue.state in (IssueState.CANCELLED, IssueState.STOPPED):
            raise NoSuchIssue
        if issue.state is not IssueState.SCHEDULED:
            raise IssueBegun
        issue.state = IssueState.CANCELLED
        return issue


def due(now: datetime) -> tuple[str, ...]:
    """The slugs of the stories whose time has come."""
    chosen = select(Issue.slug).where(Issue.state == IssueState.SCHEDULED, Issue.due_at <= now).order_by(Issue.due_at)
    return tuple(session().scalars(chosen))


def begin(slug: str, story: Story | None, *, now: datetime) -> None:
    """Put the letter together as the story stands now. Without a story that can be read it stops."""
    with transaction() as current:
        issue = _locked(slug)
        if issue is None or issue.state is not IssueState.SCHEDULED or issue.due_at > now:
            return
        if story is None:
            issue.state, issue.ended_at = IssueState.STOPPED, now
            return
        circular = story_letter.circular_of(story)
        current.add(circular)
        current.flush()
        issue.circular_id, issue.state, issue.began_at = circular.id, IssueState.SENDING, now
        issue.title, issue.planned = story.head.title, count_recipients(now)


def write_batches(now: datetime) -> int:
    """Write as many copies of what is under way as the rate allows. Gives how many."""
    under_way = session().scalars(select(Issue.id).where(Issue.state == IssueState.SENDING).order_by(Issue.began_at))
    written = 0
    for issue_id in list(under_way):
        while batch := _write_batch(issue_id, now):
            written += batch
    return written


def send_test(story: Story, *, to: str, to_name: str) -> None:
    """Send the letter to whoever wants to see it first."""
    with transaction():
        outbox.put(story_letter.test_copy(story, to=to, to_name=to_name))


def slugs_of(story: Story) -> tuple[str, ...]:
    """All slugs a story has had: one that was renamed is the same story."""
    return (story.slug, *story.head.former_slugs)


def find(*slugs: str) -> Issue | None:
    """Where the story of those slugs stands, if it was ever scheduled."""
    return session().scalars(select(Issue).where(Issue.slug.in_(slugs)).order_by(Issue.id)).first()


def progress(issue: Issue) -> Progress:
    """How far a story has come."""
    counted = select(Letter.state, func.count(Letter.id)).where(Letter.circular_id == issue.circular_id)
    states = dict(session().execute(counted.group_by(Letter.state)).all()) if issue.circular_id else {}
    return Progress(issue, states)


def all_progress() -> dict[str, Progress]:
    """How far each has come that was ever scheduled, by slug."""
    counted = select(Letter.circular_id, Letter.state, func.count(Letter.id)).where(Letter.circular_id.is_not(None))
    states: dict[int | None, dict[LetterState, int]] = {}
    for circular_id, state, count in session().execute(counted.group_by(Letter.circular_id, Letter.state)):
        states.setdefault(circular_id, {})[state] = count
    return {
        issue.slug: Progress(issue, states.get(issue.circular_id, {})) for issue in session().scalars(select(Issue))
    }


def count_recipients(now: datetime) -> int:
    """How many would get a story that begins now."""
    chosen = select(Subscriber.address).where(_gets_it(now))
    held = suppression.all_held_back(Purpose.NEWSLETTER, at=now)
    return sum(1 for address in session().scalars(chosen) if not held or suppression.hash_of(address) not in held)


def _write_batch(issue_id: int, now: datetime) -> int:
    """One batch, with how far it has come, or nothing."""
    with transaction() as current:
        chosen = select(Issue).where(Issue.id == issue_id).with_for_update()
        issue = current.scalar(chosen.execution_options(populate_existing=True))
        if issue is None or issue.state is not IssueState.SENDING or issue.circular is None or issue.began_at is None:
            return 0
        room = _room(issue, now)
        if room <= 0:
            return 0
        following = select(Subscriber).where(_gets_it(issue.began_at), Subscriber.id > issue.reached)
        people = current.scalars(following.order_by(Subscriber.id).limit(min(BATCH, room))).all()
        if not people:
            issue.state, issue.ended_at = IssueState.SENT, now
            return 0
        held = suppression.held_back([person.address for person in people], Purpose.NEWSLETTER, at=now)
        outbox.put_copies(
            issue.circular, [(person.address, leave_url(person)) for person in people if person.address not in held]
        )
        issue.reached = people[-1].id
        issue.written += len(people) - len(held)
        return len(people)


def _room(issue: Issue, now: datetime) -> int:
    """How many copies may be written: the rate, less those of this minute and those that no server was shown yet."""
    recent_or_untried = (Letter.created_at > now - RATE_WINDOW) | (Letter.state.in_(outbox.OPEN) & (Letter.tries == 0))
    counted = select(func.count(Letter.id)).where(Letter.circular_id == issue.circular_id, recent_or_untried)
    return current_settings().newsletter_rate - (session().scalar(counted) or 0)


def _gets_it(began_at: datetime) -> ColumnElement[bool]:
    """Whoever was on the list when it began and still is."""
    return (Subscriber.state == SubscriberState.SUBSCRIBED) & (Subscriber.confirmed_at <= began_at)


def _locked(*slugs: str) -> Issue | None:
    return session().scalars(select(Issue).where(Issue.slug.in_(slugs)).order_by(Issue.id).with_for_update()).first()


def _new(story: Story, by: str, now: datetime) -> Issue:
    """The row of a story that was never scheduled. Raises IssueUnderWay where somebody schedules it at this instant."""
    issue = Issue(
        slug=story.slug,
        title=story.head.title,
        state=IssueState.SCHEDULED,
        due_at=now,
        by=by,
        created_at=now,
    )
    try:
        with session().begin_nested():
            session().add(issue)
    except IntegrityError as fault:
        raise IssueUnderWay from fault
    return issue


def _wake() -> None:
    jobs.wake("send_stories")
