"""One question a week: begun by the owner of the address, answered with a number, stopped by word or by silence."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from assessment import check_ins
from assessment.check_in_models import CheckIn, CheckInState, CheckInWeek
from assessment.models import Submission
from kit import bounces, clock, suppression
from kit.bounces import Outcome
from kit.db import session, transaction
from kit.mail import Purpose
from kit.outbox import Letter
from kit.suppression import Reason
from leads import consent
from leads.consent_models import ConsentAct, ConsentPurpose
from leads.models import Happening, HappeningKind, Lead
from tests.assessment.scored import a_scored
from tests.conftest import ROOT
from tests.page import Page

At = Callable[[Any], None]
Letters = Callable[[], list[EmailMessage]]
ADDRESS = "ann@example.com"


class Ann:
    """Somebody with a result, and what they do about the weekly question."""

    def __init__(self, client: FlaskClient, letters: Letters, at: At, submission: Submission | None = None) -> None:
        self.client, self.letters, self.at = client, letters, at
        self.submission = submission or a_scored()

    def page(self, address: str) -> Page:
        parts = urlsplit(address)
        return Page(self.client.get(f"{parts.path}?{parts.query}"), self.client)

    @property
    def result(self) -> Page:
        return self.page(f"/assessment/result/{self.submission.key}")

    def ask(self, address: str = ADDRESS, **more: str) -> Page:
        form = self.page(f"/assessment/result/{self.submission.key}/weekly").form()
        return Page(form.submit(address=address, **more), self.client)

    def begin(self) -> Page:
        self.ask()
        (link,) = links(self.letters()[-1])
        self.link = urlsplit(link).path
        response = self.page(link).form("/begin").submit()
        return self.page(response.location)

    def monday(self, weeks: int = 1) -> None:
        """Let Mondays come, each with its run of the worker."""
        for _ in range(weeks):
            self.at(check_ins.next_monday(clock.now(), ZoneInfo("America/New_York")) + timedelta(minutes=1))
            check_ins.write_due()

    def answer(self, count: int) -> Page:
        """Press the number in the latest mail, and confirm it."""
        link = next(link for link in links(self.letters()[-1]) if link.endswith(f"n={count}"))
        return self.page(self.page(link).form("weekly/").submit().location)

    @property
    def state(self) -> CheckInState:
        session().rollback()
        return session().scalars(select(CheckIn.state)).one()


@pytest.fixture
def ann(client: FlaskClient, letters: Letters, at: At) -> Ann:
    return Ann(client, letters, at)


def links(letter: EmailMessage) -> list[str]:
    """The addresses of a letter's HTML that lead to the check-in."""
    body = letter.get_body(("html",))
    assert body is not None
    found = re.findall(r'href="([^"]+/assessment/weekly/[^"]+)"', body.get_content())
    return [link.replace("&amp;", "&") for link in found]


def words(letter: EmailMessage) -> str:
    """The text of a letter."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_nothing_comes_before_the_owner_of_the_address_says_yes(ann: Ann):
    page = ann.ask()
    ann.monday(2)

    assert page.heading == "Look into your mail"
    (letter,) = ann.letters()
    assert letter["To"] == ADDRESS
    assert session().scalar(select(func.count(Lead.id))) == 0


def test_opening_the_links_changes_nothing(ann: Ann):
    ann.begin()
    ann.monday()
    before = rows()

    for letter in ann.letters():
        for link in links(letter):
            for _ in range(10):
                assert ann.page(link).status == 200
                assert ann.client.head(link).status_code == 200

    assert rows() == before


def rows() -> list[Any]:
    session().rollback()
    chosen = select(CheckIn.state, CheckIn.due_at, CheckInWeek.monday, CheckInWeek.conversations).outerjoin(
        CheckIn.weeks
    )
    return [tuple(row) for row in session().execute(chosen)]


def test_who_says_yes_is_a_lead_whose_assessment_is_known(ann: Ann):
    page = ann.begin()

    assert "The first question comes on Monday, 2 November" in page.text
    kinds = list(session().scalars(select(Happening.kind).order_by(Happening.id)))
    assert kinds == [HappeningKind.ASSESSMENT_TAKEN, HappeningKind.CHECK_IN_BEGUN]
    assert session().scalars(select(Lead.address)).one() == ADDRESS


def test_each_monday_asks_about_the_week_that_passed(ann: Ann):
    ann.begin()
    ann.monday(2)

    first, second = ann.letters()[1:]
    assert first["Subject"] == "How many live conversations last week?"
    assert "26 October to 1 November" in words(first)
    assert "2 to 8 November" in words(second)
    assert len(links(first)) == 15


def test_an_hour_early_nothing_is_asked_and_twice_on_a_monday_only_once(ann: Ann):
    ann.begin()
    ann.at(datetime(2026, 11, 2, 12, 59, tzinfo=UTC))
    assert check_ins.write_due() == 0

    ann.at(datetime(2026, 11, 2, 13, 0, tzinfo=UTC))
    assert check_ins.write_due() == 1
    assert check_ins.write_due() == 0


def test_a_number_is_pressed_then_confirmed(ann: Ann):
    ann.begin()
    ann.monday()
    page = ann.answer(6)

    assert "Kept: 6 in the week of 26 October to 1 November." in page.text
    assert session().scalars(select(CheckInWeek.conversations)).one() == 6
    headline = select(Happening.headline).where(Happening.kind == HappeningKind.CHECK_IN_ANSWERED)
    assert session().scalars(headline).all() == ["6 live conversations in the week from 26 October"]


def test_the_result_shows_the_gap_week_by_week(ann: Ann):
    ann.begin()
    before = ann.result
    for count in (8, 10, 12, 12):
        ann.monday()
        ann.answer(count)

    page = ann.result
    assert "Week by week" not in before.text
    (table,) = [t for t in page.all("table") if "held and needed" in t.text_content()]
    rows = [[cell.text_content() for cell in row] for row in table.iter("tr")][1:]
    assert [row[0] for row in rows] == ["31 Oct 2026", "2 Nov 2026", "9 Nov 2026", "16 Nov 2026", "23 Nov 2026"]
    assert [row[1] for row in rows] == ["4", "5", "7", "9", "11"]
    gaps = [float(row[3]) for row in rows]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 1


def test_a_count_can_be_put_right(ann: Ann):
    ann.begin()
    ann.monday()
    ann.answer(6)
    page = ann.page(f"{ann.link}?week=2026-10-26")

    assert page.form("weekly/").values["conversations"] == ["6"]
    page.form("weekly/").submit(conversations="7")
    assert session().scalars(select(CheckInWeek.conversations)).one() == 7


@pytest.mark.parametrize("typed", ["", "many", "-1", "401", "2.5"])
def test_a_number_that_cannot_be_is_refused_and_kept(ann: Ann, typed: str):
    ann.begin()
    ann.monday()
    form = ann.page(f"{ann.link}?week=2026-10-26").form("weekly/")

    page = Page(form.submit(conversations=typed), ann.client)

    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert page.form("weekly/").values.get("conversations", [""]) == [typed]


@pytest.mark.parametrize("week", ["2026-10-19", "yesterday", "2026-10-27"])
def test_a_week_that_was_not_asked_about_is_not_found(ann: Ann, week: str):
    ann.begin()
    ann.monday()

    assert ann.page(f"{ann.link}?week={week}").status == 404
    assert ann.client.post(ann.link, data={"week": week, "conversations": "3"}).status_code == 404


def test_four_weeks_of_silence_end_it(ann: Ann):
    ann.begin()
    ann.monday(6)

    assert ann.state is CheckInState.SILENT
    assert len(ann.letters()) == 1 + 4
    assert "It ended by itself, after four weeks without an answer." in ann.page(ann.link).text
    stopped = select(Happening.headline).where(Happening.kind == HappeningKind.CHECK_IN_STOPPED)
    assert len(session().scalars(stopped).all()) == 1


def test_an_answer_between_keeps_it_going(ann: Ann):
    ann.begin()
    ann.monday(3)
    ann.answer(5)
    ann.monday(3)

    assert ann.state is CheckInState.RUNNING
    assert len(ann.letters()) == 1 + 6


def test_who_answers_after_the_silence_is_asked_again(ann: Ann):
    ann.begin()
    ann.monday(5)
    ann.answer(5)
    ann.monday()

    assert ann.state is CheckInState.RUNNING
    assert len(ann.letters()) == 1 + 5


def test_who_begins_again_after_the_silence_has_four_weeks_once_more(ann: Ann):
    ann.begin()
    ann.monday(5)
    ann.page(ann.link).form("/begin").submit()
    ann.monday(2)

    assert ann.state is CheckInState.RUNNING


def test_a_word_stops_it_and_only_it(ann: Ann):
    ann.begin()
    ann.monday()
    page = ann.page(f"{ann.link}/stop")
    assert ann.state is CheckInState.RUNNING

    after = ann.page(page.form().submit().location)
    ann.monday(2)

    assert "You are not asked any more." in after.text
    assert len(ann.letters()) == 2
    assert ann.result.status == 200


def test_a_mail_program_can_stop_it_without_a_cookie_or_a_page(ann: Ann):
    ann.begin()
    ann.monday()
    letter = ann.letters()[-1]
    target = urlsplit(letter["List-Unsubscribe"].strip("<>")).path

    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    response = ann.client.post(target, data={"List-Unsubscribe": "One-Click"})

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert ann.state is CheckInState.STOPPED


def test_it_ends_when_the_date_of_the_goal_has_come(client: FlaskClient, letters: Letters, at: At):
    ann = Ann(client, letters, at, a_scored(deadline=date(2026, 11, 30)))
    ann.begin()
    for _ in range(5):
        ann.monday()
        if ann.state is CheckInState.RUNNING:
            ann.answer(4)

    assert ann.state is CheckInState.ENDED
    assert "The date of this goal has come" in ann.page(ann.link).text
    assert ann.client.post(f"{ann.link}/begin").status_code == 409


def test_a_goal_of_days_is_not_watched(client: FlaskClient, letters: Letters, at: At):
    ann = Ann(client, letters, at, a_scored(deadline=date(2026, 11, 5)))

    assert ann.ask().status == 409


def test_a_result_without_a_number_is_not_watched(client: FlaskClient, letters: Letters, at: At):
    ann = Ann(client, letters, at, a_scored(goal=None))

    assert ann.ask().status == 422
    assert "Ask me once a week" not in ann.result.links


def test_an_address_gets_one_such_mail_a_day_whoever_types_it(ann: Ann):
    for _ in range(3):
        assert ann.ask("Ann@EXAMPLE.com").heading == "Look into your mail"
    assert len(ann.letters()) == 1

    ann.at(clock.now() + timedelta(hours=25))
    ann.ask("Ann@example.com")
    assert len(ann.letters()) == 2


def test_a_slip_in_the_address_is_named_and_kept(ann: Ann):
    page = ann.ask("ann.example.com")

    assert page.status == 422
    assert page.form().values["address"] == ["ann.example.com"]
    assert ann.letters() == []


def test_the_trap_for_machines_sends_nothing(ann: Ann):
    assert ann.ask(website="https://spam.example").heading == "Look into your mail"
    assert ann.letters() == []


def test_a_wish_that_nobody_confirmed_is_forgotten_within_a_week(ann: Ann):
    ann.ask()
    (link,) = links(ann.letters()[0])
    ann.at(clock.now() + timedelta(days=8))

    assert check_ins.forget_unconfirmed() == 1
    assert ann.page(link).status == 410


def test_what_was_confirmed_is_not_forgotten(ann: Ann):
    ann.begin()
    ann.at(clock.now() + timedelta(days=8))

    assert check_ins.forget_unconfirmed() == 0


def test_yes_said_twice_is_said_once(ann: Ann):
    ann.begin()
    ann.client.post(f"{ann.link}/begin")

    begun = select(func.count(Happening.id)).where(Happening.kind == HappeningKind.CHECK_IN_BEGUN)
    assert session().scalar(begun) == 1


def test_the_ledger_tells_who_asked_who_said_yes_and_who_took_it_back(ann: Ann):
    ann.begin()
    ann.client.post(f"{ann.link}/stop")

    entries = consent.ledger_of(ADDRESS)
    assert [entry.act for entry in entries] == [ConsentAct.ASKED, ConsentAct.GIVEN, ConsentAct.WITHDRAWN]
    assert {entry.purpose for entry in entries} == {ConsentPurpose.WEEKLY_QUESTION}
    assert "four weeks without an answer" in consent.wording_of(entries[0])


def test_mail_that_came_back_ends_it(ann: Ann):
    ann.begin()
    ann.monday()
    with transaction():
        suppression.hold_back(ADDRESS, Purpose.NEWSLETTER, Reason.HARD_BOUNCE, at=clock.now())
    ann.monday(2)

    assert ann.state is CheckInState.SILENT
    assert len(ann.letters()) == 2


def test_a_complaint_ends_it(ann: Ann):
    ann.begin()
    ann.monday()
    letter = session().scalars(select(Letter).order_by(Letter.id.desc())).first()
    assert letter
    path = ROOT / "tests" / "data" / "returned" / "complaint.eml"
    raw = path.read_bytes().replace(b"<the-letter@consultancy.example>", letter.message_id.encode())

    assert bounces.receive(raw, at=clock.now()) is Outcome.UNWANTED
    ann.monday(2)

    assert ann.state is CheckInState.STOPPED
    assert len(ann.letters()) == 2


def test_who_left_the_newsletter_is_still_asked_what_they_asked_for(ann: Ann):
    ann.begin()
    with transaction():
        suppression.hold_back(ADDRESS, Purpose.NEWSLETTER, Reason.LEFT, at=clock.now())
    ann.monday()

    assert len(ann.letters()) == 2


def test_an_altered_link_is_refused(ann: Ann):
    ann.begin()

    assert ann.page(ann.link[:-2] + "xx").status == 404


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        (datetime(2026, 10, 31, 12, tzinfo=UTC), datetime(2026, 11, 2, 13, tzinfo=UTC)),
        (datetime(2026, 11, 2, 12, 59, tzinfo=UTC), datetime(2026, 11, 2, 13, tzinfo=UTC)),
        (datetime(2026, 11, 2, 13, tzinfo=UTC), datetime(2026, 11, 9, 13, tzinfo=UTC)),
        (datetime(2026, 3, 2, 14, tzinfo=UTC), datetime(2026, 3, 9, 12, tzinfo=UTC)),
    ],
    ids=["after the clocks change", "a minute before", "at eight", "summer time between"],
)
def test_the_next_monday_is_at_eight_by_the_clock_of_the_site(now: datetime, monday: datetime):
    assert check_ins.next_monday(now, ZoneInfo("America/New_York")) == monday


def test_the_letters_of_the_weekly_question(ann: Ann, snapshot: Callable[[str, str], None]):
    ann.begin()
    ann.monday()
    ann.answer(6)
    ann.monday()

    names = ("check-in-confirm", "check-in-first", "check-in-next")
    for name, letter in zip(names, ann.letters(), strict=True):
        text = re.sub(r"(?<=/weekly/)[A-Za-z0-9_.-]{24,}", "TOKEN", words(letter).replace("\r\n", "\n"))
        snapshot(f"letters/{name}.txt", f"To: {letter['To']}\nSubject: {letter['Subject']}\n\n{text}")
