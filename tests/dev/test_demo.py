"""The sample data: every state of everything, once, and never where it does not belong."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from assessment.models import Report, ReportState, Submission
from assessment.practices import BAND_NAMES
from blog.issue_models import Issue, IssueState
from blog.subscription_models import Subscriber, SubscriberState
from booking.exchange_models import Offer, OfferState, Reminder, ReminderKind
from booking.models import Booking, BookingState, ConsultType, DateOverride, PlaceKind
from desk.today import look
from dev import demo
from dev.people import EVERYBODY, PASSWORD, ROBIN
from kit import clock
from kit.db import db, session
from kit.mail import Purpose
from kit.outbox import Letter, LetterState
from kit.suppression import Reason, Suppression
from leads import lists, webhook_lists
from leads import services as leads
from leads.consent_models import ConsentAct, ConsentEntry
from leads.lists import Wanted
from leads.models import Happening, HappeningKind, Lead, Stage
from leads.webhook_models import Delivery, DeliveryState
from staff.models import Account, Invitation
from tests.conftest import Browser, some_settings
from tests.page import Page

NOW = datetime(2026, 11, 24, 20, 15, tzinfo=UTC)  # a Tuesday, 3:15 pm in New York
# Asking for another time takes a calendar that answers by mail; the sample has none.
NOT_IN_THE_SAMPLE = {HappeningKind.MOVE_ASKED}


@pytest.fixture(scope="module")
def site(migrated: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A site with the sample in it, made once for all tests of this module."""
    folder = tmp_path_factory.mktemp("sample")
    app = create_app(some_settings(folder, migrated(folder)))
    app.testing = True
    app.test_client_class = Browser
    with clock.fixed(NOW), app.app_context():
        demo.fill(now=NOW)
        yield app
        db.session.remove()
        db.engine.dispose()


def every(column: object) -> set[object]:
    return set(session().scalars(select(column)))  # type: ignore[call-overload]


def counts() -> dict[str, int]:
    session().rollback()
    models = (Account, Booking, Happening, Invitation, Lead, Letter, Report, Submission)
    return {model.__tablename__: session().scalar(select(func.count()).select_from(model)) or 0 for model in models}


def test_every_state_is_there(site: Flask):
    assert every(Lead.stage) == set(Stage)
    assert every(Happening.kind) == set(HappeningKind) - NOT_IN_THE_SAMPLE
    assert every(Letter.state) == set(LetterState)
    assert every(Letter.purpose) == set(Purpose)
    assert every(Subscriber.state) == set(SubscriberState)
    assert every(Issue.state) == {IssueState.SENT, IssueState.SCHEDULED, IssueState.CANCELLED}
    assert every(Suppression.reason) == {Reason.HARD_BOUNCE, Reason.SOFT_BOUNCES}
    assert every(ConsentEntry.act) == set(ConsentAct)
    assert every(Report.state) == set(ReportState)
    assert every(Booking.state) == set(BookingState)
    assert every(Offer.state) == set(OfferState)
    assert every(Reminder.kind) == set(ReminderKind)
    assert every(ConsultType.place_kind) == set(PlaceKind)


def test_other_programs_fare_in_every_way_and_none_can_be_reached(site: Flask):
    told = webhook_lists.overview().rows

    assert [one.standing.value for one in told] == ["paused", "well", "failing"]
    assert every(Delivery.state) == set(DeliveryState)
    assert all(one.delivered for one in told)
    assert (told[2].failed > 0, told[2].refused > 0, told[0].waiting > 0) == (True, True, True)
    assert {urlsplit(one.webhook.url).hostname.rpartition(".")[2] for one in told} == {"invalid"}
    due = select(func.count()).where(Delivery.state == DeliveryState.WAITING, Delivery.due_at <= NOW)
    assert session().scalar(due) == 0


def test_every_band_is_there_and_people_who_stopped_half_way(site: Flask):
    taken = session().scalars(select(Happening).where(Happening.kind == HappeningKind.ASSESSMENT_TAKEN))
    submissions = list(session().scalars(select(Submission)))

    assert {happening.facts["band"] for happening in taken} == set(BAND_NAMES.values())
    assert {(s.finished_on is not None, s.lead_id is not None) for s in submissions} == {
        (False, False),
        (True, False),
        (True, True),
    }
    assert {report.paper for report in session().scalars(select(Report))} == {"letter", "a4"}


def test_hours_have_open_and_closed_dates(site: Flask):
    assert {override.start is None for override in session().scalars(select(DateOverride))} == {True, False}


def test_the_day_of_the_consultant_is_full(site: Flask):
    found = look(zone_name="America/New_York", now=NOW)

    assert [meeting.booking.name for meeting in found.meetings] == ["Ann Avery", "Dinesh Rao"]
    assert [(meeting.booking.name, meeting.is_open) for meeting in found.over] == [
        ("Ben Okoro", False),
        ("Carla Mendes", True),
    ]
    assert [meeting.booking.name for meeting in found.unsettled] == ["Xaver Lang"]
    assert [(call.lead.name, call.late) for call in found.call_backs] == [("Jonas Pell", 3), ("Kate Dunmore", 0)]
    assert [call.lead.name for call in found.call_backs_later] == ["Liam Roche"]
    assert len(found.coming) >= 4
    assert (found.letters_waiting, found.letters_failed) == (3, 1)


def test_whoever_came_by_themselves_came_from_a_story(site: Flask):
    known = list(session().scalars(select(Lead)))

    sent_times_to = {"leon.ashby@example.org", "oda.finch@example.net"}
    assert {lead.address for lead in known if not lead.first_story} == {"sam.reader@example.net", *sent_times_to}


def test_nobody_in_the_sample_can_exist(site: Flask):
    addresses = {person.address for person in EVERYBODY} | every(Letter.recipient) | every(Account.email)

    reserved = ("example.com", "example.org", "example.net")
    assert {a for a in addresses if not str(a).rpartition("@")[2].endswith(reserved)} == set()
    assert {p.phone for p in EVERYBODY if p.phone and not p.phone.startswith("+1 555 010 01")} == set()


def test_nothing_lies_in_the_future_but_what_is_to_come(site: Flask):
    assert session().scalar(select(func.max(Happening.at))) <= NOW
    assert session().scalar(select(func.max(Letter.created_at))) <= NOW
    assert session().scalar(select(func.max(Booking.created_at))) <= NOW


def test_a_timeline_runs_as_things_happened(site: Flask):
    (ann,) = lists.list_leads(Wanted(search="Ann Avery")).leads
    (iris,) = lists.list_leads(Wanted(search="Iris Novak")).leads

    def kinds(lead: Lead) -> list[str]:
        return [happening.kind.value for happening in reversed(leads.timeline_page(lead).rows)]

    assert kinds(ann) == ["assessment taken", "report asked for", "report sent", "consult booked"]
    assert kinds(iris) == ["assessment taken", "consult booked", "consult held", "note", "stage", "consult booked"]


def test_a_second_run_says_so_and_changes_nothing(site: Flask):
    before = counts()

    said = demo.fill(now=NOW + timedelta(days=1))

    assert said[0] == "The sample data is in already. Nothing was changed."
    assert f"with the password: {PASSWORD}" in said
    assert counts() == before


def test_one_can_sign_in_and_look_at_every_page(site: Flask):
    client = site.test_client()
    page = Page(client.get("/desk/sign-in"), client)
    assert page.form().submit(email=ROBIN.email, password=PASSWORD).status_code == 302
    people = every(Lead.public_id)
    letters = every(Letter.id)

    addresses = [
        "/desk/",
        "/desk/?whose=everybody",
        "/desk/leads/",
        "/desk/mail/",
        "/desk/mail/returned",
        "/desk/newsletter/",
        "/desk/newsletter/subscribers/",
        "/desk/consults/",
        "/desk/availability/",
    ]
    addresses += [f"/desk/leads/{public_id}" for public_id in people]
    addresses += [f"/desk/mail/{number}" for number in letters]
    addresses += [f"/desk/newsletter/subscribers/{number}" for number in every(Subscriber.id)]
    addresses += [f"/desk/newsletter/stories/{slug}" for slug in every(Issue.slug)]

    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)


def test_a_site_with_people_in_it_is_left_alone(app: Flask):
    leads.capture(address="ann@example.com", name="Ann", at=NOW)
    before = counts()

    with pytest.raises(demo.Refused, match="There are people in this site already"):
        demo.fill(now=NOW)

    assert counts() == before


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"BASE_URL": "https://www.example.com"}, "This is a public site"),
        ({"MAIL_URL": "smtp://localhost:2525"}, "A mail server is configured"),
    ],
)
def test_the_sample_is_refused_where_it_does_not_belong(
    migrated: Callable[[Path], str], tmp_path: Path, changes: dict[str, str], reason: str
):
    app = create_app(some_settings(tmp_path, migrated(tmp_path), **changes))

    with app.app_context(), pytest.raises(demo.Refused, match=reason):
        demo.fill(now=NOW)

    with app.app_context():
        assert set(counts().values()) == {0}
        db.session.remove()
        db.engine.dispose()


def test_the_command_says_what_it_did(site: Flask):
    done = site.test_cli_runner().invoke(args=["demo"])

    assert (done.exit_code, done.output.splitlines()[0]) == (0, "The sample data is in already. Nothing was changed.")
