"""What a consult type asks: written at the desk, answered with the details, read by the consultant."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from booking import catalogue
from booking.catalogue import Asked
from booking.models import ConsultQuestion, QuestionKind
from kit.db import session
from tests.booking.invite_rules import event_of
from tests.booking.visit import (
    DETAILS,
    NINE,
    NOW,
    TEN,
    Letters,
    MoveClock,
    Visit,
    assert_letters_are_right,
    bookings,
    text_of,
)

SIZE = Asked("How large is your team?", QuestionKind.CHOICE, True, ("Up to 5", "More than 5"))
POST = Asked("Which post is open?", QuestionKind.LINE, True)
TRIED = Asked("What have you tried?", QuestionKind.TEXT)


@pytest.fixture
def asking(visit: Visit) -> Visit:
    """A visitor before a consult type with three questions."""
    for asked in (SIZE, POST, TRIED):
        catalogue.ask(1, asked)
    return visit


def labels() -> list[str]:
    session().rollback()
    chosen = select(ConsultQuestion).order_by(ConsultQuestion.position, ConsultQuestion.id)
    return [question.label for question in session().scalars(chosen)]


def said(size: str = "More than 5", post: str = "A nurse", tried: str = "Mail.\nCalls.") -> dict[str, Any]:
    return {"question-1": size, "question-2": post, "question-3": tried}


def test_answers_reach_the_check_page_the_consultant_and_the_desk(asking: Visit, robin: Visit, letters: Letters):
    check = asking.get(asking.to_check(asking.hold(NINE), **said()))

    shown = dict(zip(check.texts(".summary dt"), check.texts(".summary dd.value"), strict=True))
    assert shown["How large is your team?"] == "More than 5"
    assert shown["Which post is open?"] == "A nurse"
    assert shown["What have you tried?"] == "Mail. Calls."

    check.form(0).submit()

    (booking,) = bookings()
    assert booking.answers == {
        "How large is your team?": "More than 5",
        "Which post is open?": "A nurse",
        "What have you tried?": "Mail.\nCalls.",
    }
    guest, host = letters()
    assert "How large is your team?: More than 5" in text_of(host)
    assert "Which post is open?: A nurse" in event_of(host).text("DESCRIPTION")
    assert "A nurse" not in text_of(guest)
    assert "A nurse" in robin.get(f"/desk/consults/{booking.reference}").text
    assert_letters_are_right(letters)


def test_a_question_that_may_stay_open_can(asking: Visit):
    check = asking.get(asking.to_check(asking.hold(NINE), **said(tried="")))

    assert "What have you tried? No answer" in check.text
    check.form(0).submit()
    assert "What have you tried?" not in bookings()[0].answers


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"question-1": None}, "Answer the question “How large is your team?”"),
        ({"question-1": "Enormous"}, "Answer the question “How large is your team?”"),
        ({"question-2": ""}, "Answer the question “Which post is open?”"),
        ({"question-2": " "}, "Answer the question “Which post is open?”"),
        ({"question-2": "x" * 201}, "Which post is open must be 200 characters or fewer"),
        ({"question-2": "a\nb"}, "Which post is open must be on one line, without control characters"),
        ({"question-3": "x" * 1001}, "What have you tried? must be 1,000 characters or fewer"),
    ],
)
def test_answers_that_cannot_be_are_said_and_kept(asking: Visit, changes: dict[str, Any], sentence: str):
    page = asking.get(asking.hold(NINE))

    shown = asking.page(page.form(0).submit(**DETAILS | said() | changes))

    assert shown.status == 422
    assert shown.errors == [sentence]
    kept = shown.form(0).values
    for name, typed in (DETAILS | said() | changes).items():
        if name != "question-1" and "\n" not in typed:
            assert kept[name][0].strip() == typed.strip()


def test_answers_stay_when_the_hold_lapses(asking: Visit, at: MoveClock):
    held = asking.hold(NINE)
    asking.to_check(held, **said())
    at(NOW + timedelta(minutes=11))

    again = asking.get(held).form(0).submit(button=("start", TEN))

    form = asking.get(again.location).form(0)
    assert form.values["question-1"] == ["More than 5"]
    assert form.values["question-2"] == ["A nurse"]
    assert form.values["question-3"][0].strip() == "Mail.\nCalls."


def test_a_question_that_became_needed_meanwhile_is_asked_before_booking(asking: Visit):
    check = asking.to_check(asking.hold(NINE), **said(tried=""))
    form = asking.get(check).form(0)
    catalogue.change_question(1, 3, Asked("What have you tried?", QuestionKind.TEXT, True))

    response = form.submit()

    assert response.status_code == 302
    assert response.location == check.removesuffix("/check")
    assert bookings()[0].booked_at is None


def test_markup_in_questions_and_answers_is_shown_as_text(visit: Visit, letters: Letters):
    catalogue.ask(1, Asked("<b>Why</b>?", QuestionKind.LINE))

    check = visit.get(visit.to_check(visit.hold(NINE), **{"question-1": "<script>alert(1)</script>"}))

    assert "<script>alert" not in check.response.get_data(as_text=True)
    assert "<b>Why</b>?" in check.text
    check.form(0).submit()
    html = letters()[1].get_body(("html",)).get_content()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_questions_are_added_changed_put_in_order_and_removed(visit: Visit, robin: Visit):
    add = "/desk/consult-types/1/questions/new"
    robin.get(add).form(0).submit(label="Which post is open?", kind="line", needed="y")
    robin.get(add).form(0).submit(label="How large is your team?", kind="choice", options="Small\n\n  Large  \n")
    page = robin.get(robin.get(add).form(0).submit(label="What have you tried?", kind="text").location)
    assert "The questions are saved" in page.text
    assert page.texts(".question-list b") == labels()

    page.form("/questions/3/up").submit()
    assert labels() == ["Which post is open?", "What have you tried?", "How large is your team?"]

    form = robin.get("/desk/consult-types/1/questions/2").form(0)
    assert form.values["options"][0].strip() == "Small\nLarge"
    form.submit(label="How many are you?", options="Few\nMany", needed="y")
    robin.get("/desk/consult-types/1").form("/questions/1/remove").submit()

    assert labels() == ["What have you tried?", "How many are you?"]
    found = catalogue.get_question(catalogue.get_type(1), 2)
    assert (found.kind, found.options, found.needed) == (QuestionKind.CHOICE, ["Few", "Many"], True)
    assert list(visit.get(visit.hold(NINE)).texts("legend")) == ["How many are you?"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"label": ""}, "Enter the question"),
        ({"label": "x" * 201}, "Question must be 200 characters or fewer"),
        ({"kind": "song"}, "Choose how it is answered"),
        ({"kind": "choice"}, "Enter from 2 to 12 answers, each on a line of its own"),
        ({"kind": "choice", "options": "Yes"}, "Enter from 2 to 12 answers, each on a line of its own"),
        ({"kind": "choice", "options": "\n".join("abcdefghijklm")}, "Enter from 2 to 12 answers"),
        ({"kind": "choice", "options": "Yes\nyes"}, "The same answer stands there twice"),
        ({"kind": "choice", "options": "a\n" + "x" * 121}, "An answer must be 120 characters or fewer"),
    ],
)
def test_questions_that_cannot_be_are_said_and_kept(visit: Visit, robin: Visit, typed: dict[str, Any], sentence: str):
    catalogue.ask(1, POST)
    sent = {"label": "How large is your team?", "kind": "line", **typed}

    page = robin.page(robin.get("/desk/consult-types/1/questions/1").form(0).submit(**sent))

    assert page.status == 422
    assert any(error.startswith(sentence) for error in page.errors), page.errors
    assert page.form(0).values["label"] == [sent["label"]]
    assert page.form(0).values["options"][0].strip() == sent.get("options", "")
    assert labels() == ["Which post is open?"]


@pytest.mark.parametrize("address", ["new", "2"])
def test_the_same_question_is_asked_once(visit: Visit, robin: Visit, address: str):
    catalogue.ask(1, POST)
    catalogue.ask(1, TRIED)

    page = robin.page(
        robin.get(f"/desk/consult-types/1/questions/{address}").form(0).submit(label="which post is OPEN?", kind="line")
    )

    assert page.status == 409
    assert page.errors == ["Another question of this consult type has the same words."]
    assert labels() == ["Which post is open?", "What have you tried?"]


def test_what_is_not_asked_is_no_page(visit: Visit, robin: Visit):
    token = robin.get("/desk/consult-types/1/questions/new").form(0).values["csrf_token"][0]

    assert robin.client.get("/desk/consult-types/1/questions/9").status_code == 404
    for act in ("up", "remove"):
        answer = robin.client.post(f"/desk/consult-types/1/questions/9/{act}", data={"csrf_token": token})
        assert answer.status_code == 404
