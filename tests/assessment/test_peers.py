"""Beside others: real submissions only, each person once, and nothing said of a few."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from assessment import report_requests, retakes, services
from assessment.models import Submission
from assessment.peers import INDICATIVE_BELOW, LEAST, Peer, beside
from assessment.report_requests import ReportWish
from kit import clock
from kit.db import session
from tests.assessment.scored import a_scored
from tests.assessment.walk import begin
from tests.page import Page
from tests.staff.signed_in import an_account, signed_in

peers = st.builds(
    Peer,
    held=st.floats(0.125, 100),
    needed=st.floats(0, 300),
    practice=st.none() | st.integers(0, 100),
)


@given(st.lists(peers, max_size=LEAST - 1), peers)
def test_of_fewer_than_five_nothing_is_said(few: list[Peer], own: Peer):
    assert beside(few, own) is None


@given(st.lists(peers, min_size=LEAST, max_size=60), peers)
def test_the_middle_half_is_in_order_and_within_what_there_is(many: list[Peer], own: Peer):
    found = beside(many, own)

    assert found is not None
    held = [peer.held for peer in many]
    assert min(held) <= found.held.low <= found.held.middle <= found.held.high <= max(held)
    assert 0 <= found.covered.low <= found.covered.high <= 100
    assert found.indicative is (len(many) < INDICATIVE_BELOW)
    assert found.held.own == own.held


@given(st.lists(peers, min_size=LEAST, max_size=30), peers, st.randoms())
def test_the_order_of_others_does_not_matter(some: list[Peer], own: Peer, random: Any):
    shuffled = list(some)
    random.shuffle(shuffled)

    assert beside(shuffled, own) == beside(some, own)


@pytest.mark.parametrize(
    ("unmeasured", "own", "shown"), [(0, 50, True), (2, 50, False), (0, None, False)], ids=["all", "too few", "not you"]
)
def test_practices_are_compared_where_enough_were_measured(unmeasured: int, own: int | None, shown: bool):
    many = [Peer(4, 10, None if number < unmeasured else 60) for number in range(LEAST + 1)]

    found = beside(many, Peer(4, 10, own))

    assert found is not None
    assert (found.practice is not None) is shown


def others(*counts: int, **changes: Any) -> None:
    """Submissions of people nobody knows, who held that many conversations in four weeks."""
    for held4 in counts:
        a_scored(held4=held4, **changes)


def seen_by(client: FlaskClient, submission: Submission) -> Page:
    """The result page of a submission."""
    return Page(client.get(f"/assessment/result/{submission.key}"), client)


def compared(page: Page) -> bool:
    return "Beside others" in page.texts("h2")


def ask_for_report(submission: Submission, address: str) -> None:
    wish = ReportWish("Ann", address, "", "a4")
    report_requests.ask_for_report(submission.key, wish, now=clock.now())


def test_from_the_sixth_submission_on_the_reader_stands_beside_five(client: FlaskClient):
    others(4, 8, 12, 16)
    fifth = seen_by(client, a_scored(held4=20))
    sixth = seen_by(client, a_scored(held4=24))

    assert (compared(fifth), compared(sixth)) == (False, True)
    assert "5 others who answered for themselves" in sixth.text
    assert "take the figures as indicative" in sixth.text
    assert ["6", "2 to 4", "3"] in [[cell.text_content() for cell in row.iter("td")] for row in sixth.all("tr")]


def test_from_thirty_others_on_nothing_is_called_indicative(client: FlaskClient):
    others(*range(30))

    page = seen_by(client, a_scored(held4=24))

    assert "30 others" in page.text
    assert "indicative" not in page.text


def test_who_answered_for_a_team_is_compared_with_teams(client: FlaskClient):
    others(4, 8, 12, 16, 20)

    assert not compared(seen_by(client, a_scored(held4=24, scope="team")))


def test_a_result_without_a_number_is_compared_with_nobody(client: FlaskClient):
    others(4, 8, 12, 16, 20)

    assert not compared(seen_by(client, a_scored(held4=None)))


def test_a_person_counts_once_however_often_they_take_it(client: FlaskClient):
    others(4, 8, 12)
    for held4 in (16, 20):
        ask_for_report(a_scored(held4=held4), "ann@example.com")

    assert not compared(seen_by(client, a_scored(held4=24)))


def test_what_was_taken_again_counts_by_its_latest(client: FlaskClient):
    others(4, 8, 12)
    again(a_scored(held4=16))

    assert not compared(seen_by(client, a_scored(held4=24)))


def test_a_reader_is_not_compared_with_themselves(client: FlaskClient):
    others(4, 8, 12, 16)
    own = a_scored(held4=20)

    assert not compared(seen_by(client, own))
    assert not compared(seen_by(client, again(own)))


def again(submission: Submission) -> Submission:
    """The same answers, scored once more."""
    draft = retakes.correct(submission.key, now=clock.now())
    services.finish(draft.key, now=clock.now())
    session().rollback()
    return services.get_submission(draft.key)


def test_tries_of_who_works_here_do_not_count(client: FlaskClient):
    an_account(email="robin@example.com")
    others(4, 8, 12, 16)
    a_scored(held4=20, staff=True)
    ask_for_report(a_scored(held4=28), "Robin@example.com")

    assert not compared(seen_by(client, a_scored(held4=24)))


def test_whoever_is_signed_in_is_known_to_work_here(app: Flask, client: FlaskClient):
    begin(client)
    begin(signed_in(app))

    session().rollback()
    assert list(session().scalars(select(Submission.staff_test).order_by(Submission.id))) == [False, True]
