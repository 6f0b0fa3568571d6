"""The newsletter in the sample: who subscribes, confirms, leaves and cannot be reached, and what is sent to them."""

from datetime import datetime, timedelta

from blog import sending, subscribers
from blog.story import Story
from blog.views import shelf
from dev.people import ROBIN, SAM
from dev.script import Act, Script
from kit import suppression
from kit.refusal_rules import Meaning
from kit.suppression import Returned
from leads.consent import Ask
from leads.consent_models import Channel

READERS = ("bea.marsh@example.com", "cole@example.org", "dora.quill@example.net", "emil.stone@example.com")
GONE, FULL, LEAVER, SLOW = "no.longer@example.org", "full.box@example.net", "leaver@example.com", "not.yet@example.org"
IN_A_HURRY = "leaves.at.once@example.net"


def act_out(script: Script) -> None:
    """Put the scenes down: the letters of the last one wait, since the worker has stopped by then."""
    for number, address in enumerate((*READERS, GONE, FULL, LEAVER, IN_A_HURRY)):
        subscribes(script, address, script.on(-30 + number, "08:12"))
    subscribes(script, SAM.address, script.on(-1, "07:45"), page="/newsletter/", story="")
    script.scene(script.ago(hours=3), _asks(SLOW, "/", ""))
    script.scene(script.on(-12, "07:30"), lambda at: _send(at, place=1))
    script.scene(script.on(-12, "09:40"), _comes_back(GONE, Meaning.HARD, "5.1.1", "550 5.1.1 User unknown"))
    for day in (-11, -8, -2):
        script.scene(script.on(day, "10:00"), _comes_back(FULL, Meaning.SOFT, "4.2.2", "452 4.2.2 Mailbox full"))
    script.scene(script.on(-11, "21:30"), _leaves(LEAVER))
    script.scene(script.on(-2, "09:00"), _schedules(2, script.on(1, "07:30")))
    script.scene(script.on(-2, "09:30"), lambda at: _call_off(at, place=2))
    script.scene(script.on(-1, "16:00"), _schedules(0, script.on(2, "07:30")))
    script.scene(script.ago(minutes=6), lambda at: _send(at, place=3), mail_leaves=False)
    script.scene(script.ago(minutes=5), _leaves(IN_A_HURRY), mail_leaves=False)


def subscribes(script: Script, address: str, at: datetime, *, page: str = "", story: str | None = None) -> None:
    """Somebody types an address under a story, and presses the button behind the link four minutes later."""
    slug = story if story is not None else (script.stories[0] if script.stories else "")

    def confirms(at: datetime) -> None:
        found = subscribers.find_by_address(address)
        assert found is not None and found.asked_at is not None
        subscribers.confirm(found.secret, found.asked_at, at=at)

    script.scene(at, _asks(address, page or f"/stories/{slug}", slug))
    script.scene(at + timedelta(minutes=4), confirms)


def _asks(address: str, page: str, story: str) -> Act:
    return lambda at: subscribers.ask(Ask(address, page, "form, double opt-in", story), at=at)


def _leaves(address: str) -> Act:
    def leave(at: datetime) -> None:
        found = subscribers.find_by_address(address)
        assert found is not None
        subscribers.leave(found.secret, channel=Channel.MAIL, method="one click of the mail program", at=at)

    return leave


def _comes_back(address: str, meaning: Meaning, status: str, words: str) -> Act:
    def note(at: datetime) -> None:
        suppression.note(Returned(address, meaning, f"{address} {at}", status=status, words=words), at=at)

    return note


def _send(at: datetime, *, place: int) -> None:
    """Send a story at once, as the worker does it."""
    story = _story(at, place)
    if story is not None:
        sending.schedule(story, due_at=at, by=ROBIN.name, now=at)
        sending.begin(story.slug, story, now=at)
        sending.write_batches(at)


def _schedules(place: int, due_at: datetime) -> Act:
    def schedule(at: datetime) -> None:
        story = _story(at, place)
        if story is not None:
            sending.schedule(story, due_at=due_at, by=ROBIN.name, now=at)

    return schedule


def _call_off(at: datetime, *, place: int) -> None:
    story = _story(at, place)
    if story is not None:
        sending.cancel(story.slug)


def _story(at: datetime, place: int) -> Story | None:
    """One of the stories that could be read then, the oldest first; none where there are not so many."""
    stories = shelf().visible(at)[::-1]
    return stories[place] if place < len(stories) else None
