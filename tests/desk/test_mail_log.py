"""Every letter and where it stands; the same letter sent once more."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from kit import clock, outbox
from kit.db import session, transaction
from kit.mail import Purpose
from kit.mail_words import say_state, say_trouble
from kit.outbox import Letter, LetterState
from tests.booking.builders import a_consult_type
from tests.desk.scenes import A_REPORT, a_consult, a_lead, a_letter
from tests.page import Page

MoveClock = Callable[[datetime], None]


def spoil(letter: Letter, state: LetterState, **more: object) -> Letter:
    with transaction():
        letter.state = state
        for name, value in more.items():
            setattr(letter, name, value)
    return letter


def log(desk: FlaskClient, query: str = "") -> Page:
    return Page(desk.get(f"/desk/mail/{query}"), desk)


def opened(desk: FlaskClient, letter: Letter) -> Page:
    return Page(desk.get(f"/desk/mail/{letter.id}"), desk)


def again(letter: Letter) -> Letter:
    session().rollback()
    session().expire_all()
    return outbox.get_letter(letter.id)


def test_no_letters_yet(desk: FlaskClient):
    page = log(desk)

    assert "No letters yet" in page.texts("h2")
    assert "No mail server is configured" in page.text


def test_each_letter_stands_there_with_its_state(desk: FlaskClient):
    a_letter("ann@example.com", "The first")
    spoil(a_letter("bob@example.com", "The second"), LetterState.FAILED, tries=1, trouble="SMTPRecipientsRefused")
    outbox.deliver_due()

    page = log(desk)

    assert page.texts("tbody th") == ["The second", "The first"]
    assert page.texts("tbody td:nth-child(3)") == [
        "Given upThe mail server refuses the address, tried 1 time",
        "Kept as a file",
    ]
    assert page.texts(".tabs li") == ["All 2", "Kept as files 1", "Given up 1"]


def test_letters_are_found_by_state_address_and_subject(desk: FlaskClient):
    a_letter("ann@example.com", "The first")
    spoil(a_letter("bob@example.com", "The second"), LetterState.FAILED)

    assert log(desk, "?state=failed").texts("tbody th") == ["The second"]
    assert log(desk, "?search=ANN@").texts("tbody th") == ["The first"]
    assert log(desk, "?search=the&state=waiting").texts("tbody th") == ["The first"]
    assert log(desk, "?search=zzz").texts(".empty p")[0] == "No letter here has that address or subject."
    assert log(desk, "?state=sending").texts(".empty p")[0] == "No letter stands there now."
    assert log(desk, "?state=nonsense").texts("tbody th") == ["The second", "The first"]


def test_a_letter_is_read_as_it_was_written(desk: FlaskClient):
    lead = a_lead()
    letter = a_letter(attachments=A_REPORT)

    page = opened(desk, letter)

    assert page.heading == "Your conversation gap: the report"
    assert "Hello Ann, here it is." in page.text
    assert page.links["Ann Avery"] == f"/desk/leads/{lead.public_id}"
    assert letter.message_id in page.text


def test_a_file_of_a_letter_is_saved_and_never_shown_in_place(desk: FlaskClient):
    letter = a_letter(attachments=A_REPORT)

    response = desk.get(opened(desk, letter).links["report.pdf"])

    assert (response.status_code, response.data, response.mimetype) == (200, b"%PDF-1.7 a report", "application/pdf")
    assert response.headers["Content-Disposition"] == "attachment; filename=report.pdf"
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "address", ["/desk/mail/1/files/0", "/desk/mail/1/files/2", "/desk/mail/7", "/desk/mail/7/files/1"]
)
def test_what_is_not_there_is_not_found(desk: FlaskClient, address: str):
    a_letter(attachments=A_REPORT)

    assert desk.get(address).status_code == 404


def asked_once_more(desk: FlaskClient, letter: Letter) -> Page:
    """The page that asks whether the letter should leave again."""
    page = opened(desk, letter)
    (link,) = [address for text, address in page.links.items() if text in ("Send it again", "Try again now")]
    return Page(desk.get(link), desk)


@pytest.mark.parametrize(
    ("state", "button"), [(LetterState.FAILED, "Try again now"), (LetterState.WAITING, "Try again now")]
)
def test_a_letter_goes_back_among_those_that_wait(desk: FlaskClient, state: LetterState, button: str):
    letter = a_letter()
    raw = letter.raw
    spoil(letter, state, tries=9, trouble="TimeoutError", due_at=clock.now() + timedelta(hours=9))
    page = asked_once_more(desk, letter)
    assert page.texts("main button") == [button]

    response = page.form("/again").submit()

    found = again(letter)
    assert (response.status_code, response.location) == (303, f"/desk/mail/{letter.id}?done=again")
    assert (found.state, found.tries, found.trouble, found.due_at) == (LetterState.WAITING, 0, "", clock.now())
    assert found.raw == raw
    assert "The letter waits to leave again" in Page(desk.get(response.location), desk).text
    assert outbox.deliver_due() == 1


def test_a_letter_that_has_left_leaves_once_more_under_another_name(desk: FlaskClient):
    consult = a_consult(a_consult_type())
    letter = outbox.letters_to(consult.address, most=1)[0]
    letters = outbox.deliver_due()
    page = asked_once_more(desk, letter)
    assert page.texts("main button") == ["Send it again"]
    assert "a calendar that has this invite or a newer one stays as it is" in page.text

    response = page.form("/again").submit()

    first, second = again(letter), outbox.get_letter(letters + 1)
    assert response.location == f"/desk/mail/{second.id}?done=again"
    assert (first.state, second.state) == (LetterState.SENT, LetterState.WAITING)
    assert first.message_id != second.message_id
    assert first.raw is not None and second.raw is not None
    assert second.raw.replace(second.message_id.encode(), first.message_id.encode()) == first.raw


def test_a_letter_that_is_leaving_is_left_alone(desk: FlaskClient):
    letter = a_letter()
    page = asked_once_more(desk, letter)
    spoil(letter, LetterState.SENDING, tries=1)

    response = page.form("/again").submit()

    assert (response.status_code, Page(response, desk).heading) == (409, "This letter is leaving right now")
    assert again(letter).state is LetterState.SENDING


def test_looking_sends_nothing(desk: FlaskClient):
    letter = spoil(a_letter(), LetterState.FAILED)

    assert desk.get(f"/desk/mail/{letter.id}/again").status_code == 200
    assert desk.post(f"/desk/mail/{letter.id}/again").status_code == 400
    assert again(letter).state is LetterState.FAILED


@pytest.mark.parametrize("state", [LetterState.SENT, LetterState.WITHDRAWN])
def test_a_newsletter_is_not_sent_again(desk: FlaskClient, state: LetterState):
    letter = spoil(a_letter(purpose=Purpose.NEWSLETTER), state)

    assert "Send it again" not in opened(desk, letter).links
    response = desk.get(f"/desk/mail/{letter.id}/again")

    assert (response.status_code, Page(response, desk).heading) == (
        409,
        "This copy of the newsletter is not sent again",
    )


def test_letters_are_found_by_kind(desk: FlaskClient):
    a_letter("ann@example.com", "The first")
    spoil(a_letter("bob@example.com", "The second"), LetterState.SENT, kind="booked_guest")

    page = log(desk, "?kind=booked_guest")

    assert page.texts("tbody th") == ["The second"]
    assert page.texts("select option") == ["All", "Booked guest", "Report"]
    assert page.texts(".tabs li") == ["All 1", "Kept as files 1"]
    assert log(desk, "?kind=nonsense").texts(".empty h2") == ["No such letters"]


def test_a_letter_is_shown_as_a_mail_program_shows_it(desk: FlaskClient):
    letter = a_letter(html="<p style='color:red'>Hello Ann</p><script>x()</script>")

    response = desk.get(opened(desk, letter).links["As a mail program shows it"])

    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert "script-src" not in response.headers["Content-Security-Policy"]
    assert b"Hello Ann" in response.data


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ("", ""),
        ("SMTPRecipientsRefused", "The mail server refuses the address"),
        ("TimeoutError", "The mail server does not answer"),
        ("SomethingNew", "It could not be handed over (SomethingNew)"),
    ],
)
def test_trouble_is_said_in_words(trouble: str, said: str):
    assert say_trouble(trouble) == said


@pytest.mark.parametrize(
    ("state", "tries", "by_files", "said"),
    [
        (LetterState.WAITING, 0, False, "Waiting"),
        (LetterState.WAITING, 2, False, "Waiting to be tried again"),
        (LetterState.SENDING, 1, False, "Leaving now"),
        (LetterState.SENT, 1, False, "Left"),
        (LetterState.SENT, 1, True, "Kept as a file"),
        (LetterState.FAILED, 9, False, "Given up"),
        (LetterState.WITHDRAWN, 0, False, "Taken back"),
    ],
)
def test_a_state_is_said_in_words(state: LetterState, tries: int, by_files: bool, said: str):
    assert say_state(Letter(state=state, tries=tries), by_files=by_files) == said
