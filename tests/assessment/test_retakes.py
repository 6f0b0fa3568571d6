"""Taking it again: what lasts is kept, what happened is asked anew, and the gap is seen to move."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from assessment import services
from assessment.models import Submission
from kit import clock
from kit.db import session
from leads.models import Happening, HappeningKind
from tests.assessment.walk import TYPICAL, finish, question_of, walk
from tests.page import Page

At = Callable[[Any], None]


def later(at: At, days: int) -> None:
    at(clock.now() + timedelta(days=days))


def retaken(result: Page, **changes: dict[str, Any]) -> Page:
    """The result of taking it again, with some answers that differ."""
    page = Page(result.client.get(result.form("/retake").submit().location), result.client)
    while question_of(page) != "check":
        response = page.form().submit(**(TYPICAL | changes)[question_of(page)])
        assert response.status_code == 303, Page(response, result.client).errors
        page = Page(result.client.get(response.location), result.client)
    return finish(page)


def test_a_retake_keeps_the_goal_and_fills_in_nothing_else(client: FlaskClient, at: At):
    result = finish(walk(client))
    later(at, 28)

    first = Page(client.get(result.form("/retake").submit().location), client)

    assert question_of(first) == "held"
    assert first.form().values.get("held4") in (None, [""])
    assert services.answers_of(latest()).to_json() == {
        "scope": "myself",
        "lag": "3-6-months",
        "goal": 10,
        "goal_type": "gross",
    }


def latest() -> Submission:
    session().rollback()
    return session().scalars(select(Submission).order_by(Submission.id.desc()).limit(1)).one()


@pytest.mark.parametrize(("days", "asked"), [(28, False), (90, True)])
def test_a_goal_whose_date_is_near_is_asked_anew(client: FlaskClient, at: At, days: int, asked: bool):
    day = f"{clock.now() + timedelta(days=100):%Y-%m-%d}"
    result = finish(walk(client, {"goal": {**TYPICAL["goal"], "deadline": "date", "deadline_date": day}}))
    later(at, days)

    result.form("/retake").submit()

    assert ("goal" not in latest().answers) is asked
    assert ("goal" not in latest().seen) is asked


def test_the_gap_is_shown_from_one_time_to_the_next(client: FlaskClient, at: At):
    first = finish(walk(client))
    later(at, 28)
    second = retaken(first, held={**TYPICAL["held"], "held4": "32"})
    later(at, 28)
    third = retaken(second, held={**TYPICAL["held"], "held4": "48"})

    assert "From one time to the next" not in first.text
    (table,) = [t for t in third.all("table") if "held and needed" in t.text_content()]
    rows = [[cell.text_content() for cell in row] for row in table.iter("tr")][1:]
    assert [row[:2] for row in rows] == [["31 Oct 2026", "4"], ["28 Nov 2026", "8"], ["26 Dec 2026", "12"]]
    assert "the live conversations held a week went from 4 to 12" in third.tree.text_content()


def test_a_correction_of_the_same_day_is_not_a_step(client: FlaskClient):
    result = finish(walk(client))

    again = finish(Page(client.get(result.form("/again").submit().location), client))

    assert "From one time to the next" not in again.text


def test_a_gap_without_a_name_is_no_step(client: FlaskClient, at: At):
    unknown = finish(walk(client, {"held": {}}))
    later(at, 28)

    assert "From one time to the next" not in retaken(unknown).text


def test_an_earlier_result_that_is_gone_is_no_fault(client: FlaskClient, at: At):
    first = finish(walk(client))
    later(at, 28)
    second = retaken(first)
    later(at, 3)

    assert services.forget_old_drafts() == 1
    page = Page(client.get(second.url), client)

    assert page.status == 200
    assert "From one time to the next" not in page.text


def test_a_retake_of_a_lead_is_in_their_timeline(client: FlaskClient, at: At):
    result = finish(walk(client))
    result.form("/report").submit(name="Ann", address="ann@example.com", paper="a4")
    later(at, 28)

    retaken(result)

    taken = select(Happening.headline).where(Happening.kind == HappeningKind.ASSESSMENT_TAKEN).order_by(Happening.id)
    assert list(session().scalars(taken)) == ["Took the assessment", "Took the assessment again"]


def test_a_retake_that_is_never_finished_is_removed_though_a_lead_began_it(client: FlaskClient, at: At):
    result = finish(walk(client))
    result.form("/report").submit(name="Ann", address="ann@example.com", paper="a4")
    result.form("/retake").submit()
    later(at, 31)

    services.forget_old_drafts()

    assert session().scalar(select(func.count(Submission.id))) == 1


def test_a_draft_cannot_be_retaken(client: FlaskClient):
    check = walk(client)

    response = client.post(check.url.replace("/at/", "/result/").replace("/check", "/retake"))

    assert response.status_code == 410
