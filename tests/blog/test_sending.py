"""A story is sent to those on the list: once, at its time, in batches, and whoever leaves meanwhile gets no copy."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from blog import sending, story_letter, subscribers
from blog.issue_models import Issue, IssueState
from blog.sending_job import send_stories
from blog.story import Story
from blog.subscription_refusals import IssueBegun, IssueUnderWay, NoSuchIssue, StoryNotOutThen
from blog.views import shelf
from kit import clock, outbox, suppression
from kit.context import EXTENSION, current_settings
from kit.db import session, transaction
from kit.mail import Mail, Purpose
from kit.outbox import Letter, LetterState
from kit.refusal_rules import Meaning
from kit.suppression import Returned
from tests.blog.readers import a_subscriber, leaves, many_subscribers
from tests.kit.smtp import Mailbox, smtp_server
from tests.page import Page

Letters = Callable[[], list[EmailMessage]]
MoveClock = Callable[[datetime], None]


@pytest.fixture
def mailbox(app: Flask) -> Iterator[Mailbox]:
    """What a mail server has taken from the site."""
    with smtp_server() as (url, taken):
        app.extensions[EXTENSION] = replace(current_settings(), mail_url=url, newsletter_rate=100_000)
        yield taken


def a_story(slug: str = "the-night-supervisor") -> Story:
    found = shelf().find(slug, clock.now())
    assert found is not None
    return found


def a_hidden_story(slug: str) -> Story:
    return next(story for story in shelf().stories if story.slug == slug)


def scheduled(story: Story | None = None, *, in_hours: float = 0) -> Issue:
    now = clock.now()
    return sending.schedule(story or a_story(), due_at=now + timedelta(hours=in_hours), by="Robin Vale", now=now)


def issue() -> Issue:
    session().rollback()
    session().expire_all()
    return session().scalars(select(Issue)).one()


def copies() -> list[Letter]:
    session().rollback()
    chosen = select(Letter).where(Letter.purpose == Purpose.NEWSLETTER).order_by(Letter.id)
    return list(session().scalars(chosen.execution_options(populate_existing=True)))


def test_a_story_leaves_at_its_time_and_reaches_each(mailbox: Mailbox, at: MoveClock):
    many_subscribers(3)
    scheduled(in_hours=2)

    send_stories()
    assert (issue().state, copies()) == (IssueState.SCHEDULED, [])
    at(clock.now() + timedelta(hours=2))
    send_stories()
    outbox.deliver_due()

    assert sorted(recipient for recipient, _ in mailbox.messages) == [f"reader{n}@example.com" for n in range(3)]
    found = issue()
    assert (found.state, found.planned, found.written) == (IssueState.SENT, 3, 3)
    assert (sending.progress(found).left, sending.progress(found).to_come) == (3, 0)


def test_a_letter_names_its_list_and_the_one_click_that_ends_it(app: Flask, client: FlaskClient, letters: Letters):
    reader = a_subscriber()
    scheduled()
    send_stories()

    letter = letters()[-1]
    address = str(letter["List-Unsubscribe"]).strip("<>")

    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["List-Id"] == '"The Conversation Gap" <stories.localhost>'
    assert (letter["Auto-Submitted"], letter["Precedence"]) == ("auto-generated", "bulk")
    assert str(letter["Reply-To"]) == "The Conversation Gap <consults@localhost>"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    for part in letter.iter_parts():
        assert address in part.get_content().replace("&amp;", "&")
        assert "own.invalid" not in part.get_content()
    answer = client.post(address.removeprefix("http://localhost"), data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, subscribers.count_by_state()) == (200, {"left": 1})
    assert reader.address == "ann@example.com"


def test_a_letter_holds_the_whole_story_and_the_two_ways_on(app: Flask, letters: Letters):
    a_subscriber()
    story = a_story()
    scheduled(story)
    send_stories()

    text, html = (part.get_content() for part in letters()[-1].iter_parts())

    for speaker, _ in story.exchange:
        assert f"{speaker}:" in text
    assert f"P.S. {story.head.ps}" in text
    for way in ("/assessment/?from=the-night-supervisor", "/book/?from=the-night-supervisor"):
        assert f"http://localhost{way}" in text
        assert f'href="http://localhost{way}"' in html
    assert "<form" not in html and "<img" not in html
    assert 'href="/' not in html


def test_the_letter_of_a_story_says_what_it_says(app: Flask, snapshot: Callable[[str, str], None]):
    letter = story_letter.write(a_story())

    snapshot("letters/story.txt", f"Subject: {letter.subject}\n\n{letter.text}")


def test_whoever_is_not_on_the_list_gets_nothing(app: Flask):
    for name in ("left", "gone", "full", "late", "stays"):
        a_subscriber(f"{name}@example.com")
    left = subscribers.find_by_address("left@example.com")
    assert left is not None
    leaves(left)
    suppression.note(Returned("gone@example.com", Meaning.HARD, "1"), at=clock.now())
    for number in range(3):
        suppression.note(Returned("full@example.com", Meaning.SOFT, f"full {number}"), at=clock.now())
    scheduled()
    with transaction():
        late = subscribers.find_by_address("late@example.com")
        assert late is not None
        late.confirmed_at = clock.now() + timedelta(minutes=1)

    assert sending.count_recipients(clock.now()) == 1
    send_stories()

    assert [letter.recipient for letter in copies()] == ["stays@example.com"]
    assert (issue().planned, issue().written) == (1, 1)


def test_the_rate_bounds_what_is_written_in_a_minute(app: Flask, at: MoveClock):
    app.extensions[EXTENSION] = replace(current_settings(), newsletter_rate=4)
    many_subscribers(10)
    scheduled()
    now = clock.now()

    written = []
    for minute in range(4):
        at(now + timedelta(minutes=minute))
        written.append(send_stories())
        outbox.deliver_due()

    assert written == [4, 4, 2, 0]
    assert issue().state is IssueState.SENT


def test_while_the_mail_server_is_away_no_more_copies_pile_up(app: Flask, at: MoveClock):
    app.extensions[EXTENSION] = replace(current_settings(), newsletter_rate=4)
    many_subscribers(10)
    scheduled()
    now = clock.now()

    for minute in range(4):
        at(now + timedelta(minutes=minute))
        send_stories()

    assert len(copies()) == 4


def test_what_was_asked_for_leaves_before_the_newsletter(mailbox: Mailbox):
    many_subscribers(3)
    scheduled()
    send_stories()
    with transaction():
        outbox.put(Mail("report", "ann@example.com", "Ann", "The report", "Text\n", "<p>Text</p>"))

    outbox.deliver_due()

    assert mailbox.messages[0][0] == "ann@example.com"
    assert len(mailbox.messages) == 4


def test_whoever_leaves_before_their_copy_does_gets_none(mailbox: Mailbox):
    a_subscriber("ann@example.com")
    leaver = a_subscriber("bob@example.com")
    outbox.deliver_due()
    mailbox.messages.clear()
    scheduled()
    send_stories()

    leaves(leaver)
    outbox.deliver_due()

    assert [recipient for recipient, _ in mailbox.messages] == ["ann@example.com"]
    assert [letter.state for letter in copies()] == [LetterState.SENT, LetterState.WITHDRAWN]


def test_a_line_that_drops_and_a_server_that_says_later_lose_and_double_nothing(mailbox: Mailbox, at: MoveClock):
    many_subscribers(9)
    mailbox.hangs_up_after = 2
    mailbox.answers["reader3@example.com"] = "451 4.7.1 greylisted"
    mailbox.answers["reader5@example.com"] = "550 5.1.1 no such user"
    scheduled()
    send_stories()

    for minutes in (0, 1, 2, 5, 10, 20):
        if minutes == 10:
            mailbox.answers.pop("reader3@example.com")
        at(clock.now() + timedelta(minutes=minutes))
        outbox.deliver_due()

    wanted = [f"reader{number}@example.com" for number in range(9) if number != 5]
    assert sorted(recipient for recipient, _ in mailbox.messages) == wanted
    assert {letter.recipient for letter in copies() if letter.state is LetterState.FAILED} == {"reader5@example.com"}
    assert set(suppression.held_back(["reader5@example.com"], Purpose.NEWSLETTER, at=clock.now()))


def test_the_same_copy_has_the_same_bytes_each_time(mailbox: Mailbox, at: MoveClock):
    many_subscribers(1)
    scheduled()
    send_stories()
    outbox.deliver_due()
    with transaction():
        copies()[0].state = LetterState.WAITING
    at(clock.now() + timedelta(hours=1))

    outbox.deliver_due()

    (_, first), (_, second) = mailbox.messages
    assert first == second


def test_nobody_has_two_copies_of_one_letter(app: Flask):
    many_subscribers(1)
    scheduled()
    send_stories()
    circular = issue().circular
    assert circular is not None

    with pytest.raises(IntegrityError), transaction():
        outbox.put_copies(circular, [("reader0@example.com", "http://localhost/")])


def test_a_story_is_sent_once(app: Flask):
    scheduled()
    with pytest.raises(IssueUnderWay):
        scheduled()

    send_stories()

    with pytest.raises(IssueUnderWay):
        scheduled()


def test_a_story_that_was_renamed_meanwhile_is_the_same_story(app: Flask):
    many_subscribers(1)
    story = a_story()
    renamed = replace(story, head=replace(story.head, slug="by-night", former_slugs=(story.slug,)))
    scheduled(story, in_hours=1)
    with pytest.raises(IssueUnderWay):
        scheduled(renamed)

    sending.begin(story.slug, renamed, now=clock.now() + timedelta(hours=1))
    sending.write_batches(clock.now() + timedelta(hours=1))

    assert len(copies()) == 1
    with pytest.raises(IssueUnderWay):
        scheduled(renamed)


def test_what_was_called_off_in_time_can_be_scheduled_again(app: Flask):
    many_subscribers(1)
    scheduled(in_hours=1)
    sending.cancel("the-night-supervisor")
    with pytest.raises(NoSuchIssue):
        sending.cancel("the-night-supervisor")
    assert issue().state is IssueState.CANCELLED
    send_stories()
    assert copies() == []

    scheduled()
    send_stories()

    assert len(copies()) == 1
    with pytest.raises(IssueBegun):
        sending.cancel("the-night-supervisor")


def test_a_story_that_is_not_out_then_is_not_sent(app: Flask):
    later = a_hidden_story("a-map-of-saturday")

    with pytest.raises(StoryNotOutThen):
        scheduled(later, in_hours=1)
    with pytest.raises(StoryNotOutThen):
        scheduled(a_hidden_story("every-mark"), in_hours=24 * 365 * 5)

    hours = (later.head.date - clock.now()).total_seconds() / 3600 + 1
    assert scheduled(later, in_hours=hours).state is IssueState.SCHEDULED


def test_a_story_that_was_taken_down_meanwhile_stops(app: Flask):
    many_subscribers(1)
    scheduled(in_hours=1)

    sending.begin("the-night-supervisor", None, now=clock.now() + timedelta(hours=1))

    assert (issue().state, copies()) == (IssueState.STOPPED, [])
    assert scheduled().state is IssueState.SCHEDULED


def test_a_test_goes_to_whoever_asked_and_counts_for_nothing(app: Flask, letters: Letters):
    sending.send_test(a_story(), to="robin@example.com", to_name="Robin Vale")

    (letter,) = letters()
    assert letter["Subject"].startswith("Test: ")
    assert letter["List-Unsubscribe"] is None
    assert session().scalar(select(func.count(Issue.id))) == 0
    assert copies() == []


def test_an_empty_list_is_sent_to_at_once(app: Flask):
    scheduled()

    send_stories()

    assert (issue().state, issue().planned) == (IssueState.SENT, 0)


def test_the_page_that_a_letter_of_the_list_leads_to_is_there(app: Flask, client: FlaskClient, letters: Letters):
    a_subscriber()
    scheduled()
    send_stories()
    html = letters()[-1].get_body(("html",))
    assert html is not None

    for path in ("/stories/the-night-supervisor", "/assessment/?from=the-night-supervisor"):
        assert f"http://localhost{path}" in html.get_content()
        assert Page(client.get(path), client).status == 200
