"""Company mail gateways open every link of a letter, many times: nothing may come of it.

A site with the sample data writes every kind of letter there is; each link of each is fetched ten times with GET and
once with HEAD, and the database is the same before and after.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, template_rendered
from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from assessment import check_ins
from assessment.check_in_models import CheckIn
from blog import sending, subscribers
from blog.sending_job import send_stories
from blog.views import shelf
from booking import (
    calendar_letters,
    call_back_letters,
    guard,
    reassigning,
    reply_service,
    services,
    waitlist,
    waitlist_job,
)
from booking.calendar_models import CalendarSource, SourceKind
from booking.guard import Guest, Wish
from booking.models import Booking, BookingState, Consultant, DateOverride
from booking.waitlist import Asking
from dev import demo
from dev.people import PASSWORD, ROBIN
from kit import clock, jobs, outbox
from kit.db import Base, db, session, transaction
from kit.outbox import Letter
from leads.consent import Ask
from staff import team
from staff.models import Account
from staff.roles import Role
from tests.assessment.scored import a_scored
from tests.blog.readers import a_subscriber
from tests.booking.builders import a_consult_type, a_consultant, minutes
from tests.booking.mail_programs import google, said_to
from tests.conftest import ROOT, Browser, some_settings
from tests.page import Page
from tests.parsing import parsed

NOW = datetime(2026, 11, 24, 20, 15, tzinfo=UTC)  # a Tuesday, 3:15 pm in New York
TIMES = 10
PIECES = {"booking/email/parts.html"}  # holds no letter of its own
LINK = re.compile(r"""http://localhost(/[^\s"'<>)\\]*)""")


@pytest.fixture
def site(migrated: Callable[[Path], str], tmp_path: Path) -> Iterator[Flask]:
    app = create_app(some_settings(tmp_path, migrated(tmp_path)))
    app.testing = True
    app.test_client_class = Browser
    with clock.fixed(NOW), app.app_context():
        yield app
        jobs.queue().close()
        db.session.remove()
        db.engine.dispose()


@pytest.mark.once
@pytest.mark.timeout(240)
def test_links_of_letters_change_nothing_however_often_they_are_opened(site: Flask):
    with rendered(site) as templates:
        write_every_letter()
    kinds = {str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").glob("*/email/*.html")}
    assert kinds - PIECES - templates == set(), "letters that this test does not see"
    links = all_links()
    robin = somebody_of_the_desk(site)
    before = everything()

    answers = {}
    with clock.fixed(NOW + timedelta(seconds=90)):
        for link in sorted(links):
            gateway = robin if link.startswith("/desk/") else site.test_client()
            for _ in range(TIMES):
                answers[link] = gateway.get(link, follow_redirects=True).status_code
            gateway.head(link)

    assert everything() == before
    assert {link: status for link, status in answers.items() if status not in (200, 410)} == {}
    assert {part for part in PARTS if not any(part in link for link in links)} == set()


# Links that the letters are known to hold: none of them was overlooked.
PARTS = (
    *("/newsletter/confirm/", "/newsletter/leave/", "/stories/", "/assessment/?from=", "/assessment/report/"),
    *(
        "/assessment/book/",
        "/assessment/result/",
        "/assessment/weekly/",
        "/stop",
        "/book/consult/",
        "/move",
        "/book/times/",
    ),
    *("/book/waitlist/place/", "/book/waitlist/time/", "/desk/leads/", "/desk/calendars/", "/desk/replies/"),
)


def write_every_letter() -> None:
    """The sample data, and what it leaves out."""
    demo.fill(now=NOW)
    call_back_letters.write_due()
    a_consult_is_given_away()
    a_guest_asks_for_another_time()
    a_calendar_is_unread()
    somebody_waits_and_a_time_opens()
    somebody_subscribes_and_gets_a_story()
    somebody_is_asked_each_week()
    robin = session().scalars(select(Account).where(Account.email == ROBIN.email)).one()
    team.invite_by_mail("new.colleague@example.com", Role.AUTHOR, by=robin, at=NOW)


def a_calendar_is_unread() -> None:
    robin = session().scalars(select(Consultant).where(Consultant.name == ROBIN.name)).one()
    with transaction() as current:
        current.add(
            CalendarSource(
                consultant_id=robin.id,
                kind=SourceKind.ICS,
                name="Private",
                url="https://calendar.example/x.ics",
                due_at=NOW,
                tries=9,
                created_at=NOW - timedelta(days=9),
            )
        )
    calendar_letters.tell_unread(now=NOW)


def agreed() -> Iterator[Booking]:
    """The consults that are still to come, the last one first."""
    chosen = select(Booking).where(
        Booking.state == BookingState.CONFIRMED, Booking.starts_at > NOW, Booking.main_id.is_(None)
    )
    yield from session().scalars(chosen.order_by(Booking.starts_at.desc()))


def a_consult_is_given_away() -> None:
    booking, deputy = next(agreed()), a_consultant("Sue Ode")
    with transaction():
        booking.consult_type.hosts.append(deputy)
    reassigning.reassign(booking, deputy.id, by=ROBIN.name, reason="Ill", now=NOW)


def a_guest_asks_for_another_time() -> None:
    booking = next(agreed())
    invite = next(letter for letter in read_letters() if invites(letter, booking))
    said = said_to(invite, "TENTATIVE", at=NOW, wanted=booking.starts_at + minutes(60), sequence=booking.sequence)
    reply_service.receive(google(said), now=NOW)
    reply_service.leave_it(reply_service.open_requests(NOW).rows[-1].id, now=NOW)


def somebody_waits_and_a_time_opens() -> None:
    host = a_consultant("Wes Ode", weekly=[])
    with transaction() as current:
        current.add(DateOverride(consultant_id=host.id, day=date(2026, 11, 26), start=9 * 60, finish=9 * 60 + 30))
    kind = a_consult_type(host, slug="waited-for", minutes=30, step=60, horizon_days=3)
    wish = Wish(datetime(2026, 11, 26, 14, 0, tzinfo=UTC), "taken", "America/New_York")
    hold = guard.hold(kind, wish, now=NOW, host_name="localhost")
    taken = services.book(hold.secret, Guest("Tim Taken", "tim@example.com"), now=NOW)
    waitlist.join(kind, Asking(Guest("Will Waits", "will@example.com"), "America/New_York"), now=NOW)
    services.cancel(taken.secret, reason="", now=NOW)
    assert waitlist_job.offer_openings() == 1


def somebody_subscribes_and_gets_a_story() -> None:
    with clock.fixed(NOW - timedelta(days=2)):
        a_subscriber("sub@example.com")
    for address in ("sub@example.com", "new@example.com"):
        subscribers.ask(Ask(address, "/newsletter/", "form"), at=NOW)
    story = shelf().visible(NOW)[0]
    sending.schedule(story, due_at=NOW, by=ROBIN.name, now=NOW)
    send_stories()
    sending.send_test(story, to=ROBIN.email, to_name=ROBIN.name)


def somebody_is_asked_each_week() -> None:
    scored = a_scored(now=NOW)
    check_ins.ask(scored.key, "week@example.com", now=NOW)
    check_in = session().scalars(select(CheckIn).where(CheckIn.address == "week@example.com")).one()
    token = check_ins.link_of(check_in).rsplit("/", 1)[-1]
    check_ins.begin(token, now=NOW)
    with clock.fixed(check_ins.next_monday(NOW, ZoneInfo("America/New_York"))):
        assert check_ins.write_due()


@contextmanager
def rendered(app: Flask) -> Iterator[set[str]]:
    """The names of the templates that are rendered within the block."""
    names: set[str] = set()

    def note(_app: Flask, template: object, **_rest: object) -> None:
        names.add(str(template.name))  # type: ignore[attr-defined]

    with template_rendered.connected_to(note, app):
        yield names


def read_letters() -> list[EmailMessage]:
    """Every letter, the latest first."""
    rows = session().scalars(select(Letter).order_by(Letter.id.desc()))
    return [parsed(outbox.raw_of(row)) for row in rows]


def invites(letter: EmailMessage, booking: Booking) -> bool:
    """Whether it invites the guest of that consult."""
    parts = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    to_guest = letter["To"].addresses[0].addr_spec == booking.address
    return to_guest and any(booking.uid in part.get_content().replace("\r\n ", "") for part in parts)


def all_links() -> set[str]:
    """The paths of all links in heads, texts, HTML and invites; of the letters of one kind those of three."""
    seen: dict[str, int] = {}
    found: set[str] = set()
    for row in session().scalars(select(Letter).order_by(Letter.id.desc())):
        seen[row.kind + row.subject[:20]] = seen.get(row.kind + row.subject[:20], 0) + 1
        if seen[row.kind + row.subject[:20]] > 3:
            continue
        message = parsed(outbox.raw_of(row))
        texts = [str(message.get("List-Unsubscribe", ""))]
        texts += [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
        for text in texts:
            found |= {unescape(link).rstrip(".,") for link in LINK.findall(text.replace("\r\n ", ""))}
    return {link for link in found if link != "/"}


def somebody_of_the_desk(app: Flask) -> FlaskClient:
    client = app.test_client()
    form = Page(client.get("/desk/sign-in"), client).form()
    assert form.submit(email=ROBIN.email, password=PASSWORD).status_code == 302
    return client


def everything() -> dict[str, list[str]]:
    """All rows of all tables, and what the queue holds."""
    session().rollback()
    rows = {
        table.name: sorted(repr(tuple(row)) for row in session().execute(select(table)))
        for table in Base.metadata.sorted_tables
    }
    session().rollback()
    return {**rows, "queue": [str(jobs.queue().huey.pending_count())]}
