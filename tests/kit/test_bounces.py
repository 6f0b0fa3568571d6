"""Mail that comes back: what a refusal means, how a report finds its letter, and what is held back because of it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from kit import bounces, clock, outbox, suppression
from kit.bounces import Outcome
from kit.context import EXTENSION, current_settings
from kit.db import session, transaction
from kit.delivery_reports import DeliveryReport, Fate, read_report
from kit.mail import Mail, Purpose
from kit.outbox import Letter, LetterState
from kit.refusal_rules import Meaning, judge
from kit.suppression import NoSuchSuppression, Reason, Returned
from tests.assessment.walk import finish, walk
from tests.conftest import ROOT
from tests.kit.reports import SHAPES, name_of, postfix
from tests.kit.smtp import Mailbox, smtp_server

MoveClock = Callable[[datetime], None]
ANN = "ann@example.com"
LETTER = b"From: consults@localhost\r\nMessage-ID: <abc@localhost>\r\nSubject: x\r\n\r\nHello\r\n"


@pytest.mark.parametrize(
    ("code", "status", "words", "meaning"),
    [
        (550, "", "5.1.1 <ann@example.com>: Recipient address rejected: User unknown", Meaning.HARD),
        (550, "", "5.1.10 RESOLVER.ADR.RecipientNotFound", Meaning.HARD),
        (550, "", "5.1.2 Host or domain name not found", Meaning.HARD),
        (550, "", "5.2.1 The mailbox is disabled", Meaning.HARD),
        (551, "", "5.1.6 moved", Meaning.HARD),
        (0, "5.1.1", "", Meaning.HARD),
        (0, "5.4.4", "", Meaning.HARD),
        (550, "", "No such user here", Meaning.HARD),
        (550, "", "Mailbox not found", Meaning.HARD),
        (553, "", "sorry, that recipient does not exist", Meaning.HARD),
        (0, "5.0.0", "550 5.1.1 no such user", Meaning.HARD),
        (0, "5.0.0", "550 Unknown user", Meaning.HARD),
        (550, "", "5.7.1 Message rejected due to our policy", Meaning.OURS),
        (550, "", "5.7.26 Unauthenticated mail is not accepted: DMARC", Meaning.OURS),
        (554, "", "Your access to this mail system has been denied: poor reputation", Meaning.OURS),
        (550, "", "relay not permitted", Meaning.OURS),
        (550, "", "User unknown, blocked for spam", Meaning.OURS),
        (552, "", "5.3.4 Message too large", Meaning.OURS),
        (554, "", "5.6.0 Content not acceptable", Meaning.OURS),
        (552, "", "5.2.2 Mailbox full", Meaning.SOFT),
        (452, "", "4.2.2 Over quota", Meaning.SOFT),
        (451, "", "4.7.1 Greylisted, try again", Meaning.SOFT),
        (450, "", "No such user, perhaps", Meaning.SOFT),
        (0, "4.4.7", "Delivery time expired", Meaning.SOFT),
        (550, "", "Requested action not taken", Meaning.SOFT),
        (0, "", "", Meaning.SOFT),
        (0, "5.0.0", "", Meaning.SOFT),
    ],
)
def test_what_a_refusal_means(code: int, status: str, words: str, meaning: Meaning):
    assert judge(words, code=code, status=status) is meaning


@given(st.text(max_size=200), st.integers(0, 700), st.sampled_from(["", "5.1.1", "4.2.2", "5.7.1", "9.9.9", "5.0.0"]))
def test_whatever_a_server_says_means_something(words: str, code: int, status: str):
    assert judge(words, code=code, status=status) in Meaning


def returned(file: str, about: str = "") -> bytes:
    """A message as a mail server sent it, with its lines as they travel; about another letter than its own."""
    text = (ROOT / "tests" / "data" / "returned" / f"{file}.eml").read_text("utf-8")
    return (text.replace(ABOUT[0], about) if about else text).replace("\n", "\r\n").encode()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_report_is_read_in_each_shape(shape: str):
    raw = SHAPES[shape](LETTER, "5.1.1", "550 5.1.1 User unknown")

    found = read_report(raw)

    assert found == DeliveryReport(
        "<one@mx.example>", ("<abc@localhost>",), (Fate("failed", "5.1.1", "550 5.1.1 User unknown"),)
    )


ABOUT = ("<the-letter@consultancy.example>",)


@pytest.mark.parametrize(
    ("file", "fates", "meaning"),
    [
        (
            "exchange_online",
            "failed 5.1.10 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
            Meaning.HARD,
        ),
        ("gmail", "failed 5.1.1 550-5.1.1 The email account that you tried to reach does not exist.", Meaning.HARD),
        ("gmail_delayed", "delayed 4.4.1 The recipient server did not accept our requests to connect.", None),
        (
            "postfix_expired",
            "failed 4.4.1 connect to mail.startup.example[203.0.113.77]:25: Connection timed out",
            Meaning.SOFT,
        ),
        ("wrapped_by_a_gateway", "failed 5.2.2 552 5.2.2 The email account is over quota", Meaning.SOFT),
    ],
)
def test_reports_of_real_servers_are_understood(file: str, fates: str, meaning: Meaning | None):
    found = read_report(returned(file))

    assert found is not None
    (fate,) = found.fates
    assert (found.about, found.is_complaint) == (ABOUT, False)
    assert f"{fate.action} {fate.status} {fate.words}".startswith(fates)
    assert meaning is None or judge(fate.words, status=fate.status) is meaning


@pytest.mark.parametrize("file", ["complaint", "complaint_with_the_head_only"])
def test_a_complaint_is_understood(file: str):
    found = read_report(returned(file))

    assert found is not None
    assert (found.about, found.fates, found.is_complaint) == (ABOUT, (), True)


@pytest.mark.parametrize("file", ["not_spam_after_all", "authentication_failed"])
def test_what_has_the_form_of_a_complaint_and_is_none_is_left_to_a_person(file: str):
    assert read_report(returned(file)) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        LETTER,
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n\r\nhello\r\n--x--\r\n",
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n--x--",
        b"x" * (1024 * 1024 + 1),
    ],
    ids=["nothing", "a letter", "an empty report", "a broken report", "too large"],
)
def test_what_is_no_report_is_none(raw: bytes):
    assert read_report(raw) is None


def test_a_report_inside_of_a_forwarded_letter_is_not_one():
    forwarded = b"Content-Type: message/rfc822\r\n\r\n" + postfix(LETTER, "5.1.1", "550 no")

    assert read_report(forwarded) is None


@given(st.data())
def test_a_report_with_anything_cut_out_or_put_in_never_stumbles(data: st.DataObject):
    raw = SHAPES[data.draw(st.sampled_from(sorted(SHAPES)))](LETTER, "5.1.1", "550 no")
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 60)))

    found = read_report(raw[:start] + data.draw(st.binary(max_size=20)) + raw[end:])

    assert found is None or all(isinstance(fate.status, str) for fate in found.fates)


def sent(address: str = ANN, *, purpose: Purpose = Purpose.ASKED_FOR) -> Letter:
    """A letter that has left."""
    with transaction():
        letter = outbox.put(Mail("note", address, "", "A subject", "Text\n", "<p>Text</p>", purpose=purpose))
        session().flush()
        letter.state = LetterState.SENT
        return letter


def came_back(letter: Letter, status: str = "5.1.1", *, shape: str = "postfix", **more: str) -> Outcome:
    raw = SHAPES[shape](outbox.raw_of(letter), status, f"{status[0]}50 {status} words", **more)
    return bounces.receive(raw, at=clock.now())


def held(address: str = ANN) -> Reason | None:
    found = suppression.held_back([address], Purpose.NEWSLETTER, at=clock.now()).get(address)
    return found.reason if found else None


@pytest.mark.parametrize("shape", SHAPES)
def test_a_hard_one_holds_the_newsletter_back_at_once(app: Flask, shape: str):
    letter = sent()

    assert came_back(letter, shape=shape) is Outcome.NOTED

    assert held() is Reason.HARD_BOUNCE
    (bounce,) = suppression.bounces_of_letter(letter.id)
    assert (bounce.meaning, bounce.status, bounce.words) == (Meaning.HARD, "5.1.1", "550 5.1.1 words")


def test_the_same_report_counts_once(app: Flask):
    letter = sent()

    outcomes = [came_back(letter, "4.2.2") for _ in range(5)]

    assert outcomes == [Outcome.NOTED, *[Outcome.KNOWN] * 4]
    assert held() is None


def test_three_soft_ones_within_thirty_days_pause_it_for_thirty(app: Flask, at: MoveClock):
    now = clock.now()
    for day in (0, 20, 40, 49):
        at(now + timedelta(days=day))
        came_back(sent(), "4.2.2")
        assert held() is (Reason.SOFT_BOUNCES if day == 49 else None), day

    at(now + timedelta(days=78))
    assert held() is Reason.SOFT_BOUNCES
    at(now + timedelta(days=79))
    assert held() is None


def test_after_a_pause_is_lifted_soft_ones_count_anew(app: Flask, at: MoveClock):
    for _ in range(3):
        came_back(sent(), "4.2.2")
    (standing,) = suppression.in_force(at=clock.now()).rows
    suppression.lift(standing.id, by="Robin", because="emptied", at=clock.now())
    with pytest.raises(NoSuchSuppression):
        suppression.lift(standing.id, by="Robin", because="twice", at=clock.now())

    at(clock.now() + timedelta(days=1))
    came_back(sent(), "4.2.2")
    assert held() is None


def test_a_hard_one_after_a_pause_holds_for_good(app: Flask, at: MoveClock):
    for _ in range(3):
        came_back(sent(), "4.2.2")
    came_back(sent())

    at(clock.now() + timedelta(days=400))
    assert held() is Reason.HARD_BOUNCE


def test_a_refusal_because_of_us_says_nothing_of_the_address(app: Flask):
    for _ in range(4):
        came_back(sent(), "5.7.1")

    assert held() is None


@pytest.mark.parametrize(
    ("file", "outcome", "reason"),
    [
        ("exchange_online", Outcome.NOTED, Reason.HARD_BOUNCE),
        ("gmail", Outcome.NOTED, Reason.HARD_BOUNCE),
        ("gmail_delayed", Outcome.ON_ITS_WAY, None),
        ("postfix_expired", Outcome.NOTED, None),
        ("complaint", Outcome.UNHEARD, None),
        ("not_spam_after_all", Outcome.NO_REPORT, None),
    ],
)
def test_what_follows_from_reports_of_real_servers(app: Flask, file: str, outcome: Outcome, reason: Reason | None):
    letter = sent()

    assert bounces.receive(returned(file, letter.message_id), at=clock.now()) is outcome

    assert held() is reason


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_is_only_late_or_has_arrived_holds_nothing_back(app: Flask, action: str):
    assert came_back(sent(), action=action) is Outcome.ON_ITS_WAY

    assert (held(), suppression.bounces_of(ANN, most=5)) == (None, ())


def test_a_report_on_a_letter_that_is_not_ours_is_left_to_a_person(app: Flask):
    assert bounces.receive(postfix(LETTER, "5.1.1", "550 no"), at=clock.now()) is Outcome.NOT_OURS
    assert not Outcome.NOT_OURS.concerns_us


def test_an_address_is_one_however_it_is_written(app: Flask):
    came_back(sent("Ann@Example.com"))

    assert held("ann@example.com") is Reason.HARD_BOUNCE
    assert held("bob@example.com") is None


def test_what_waits_of_the_newsletter_is_taken_back(app: Flask):
    with transaction():
        waiting = outbox.put(Mail("story", ANN, "", "A", "A", "A", purpose=Purpose.NEWSLETTER))
        asked = outbox.put(Mail("report", ANN, "", "B", "B", "B"))

    came_back(sent())

    session().expire_all()
    assert (waiting.state, asked.state) == (LetterState.WITHDRAWN, LetterState.WAITING)


@pytest.fixture
def mailbox(app: Flask) -> Iterator[Mailbox]:
    with smtp_server() as (url, taken):
        app.extensions[EXTENSION] = replace(current_settings(), mail_url=url)
        yield taken


@pytest.mark.parametrize(
    ("answer", "reason", "state"),
    [
        ("550 5.1.1 no such user", Reason.HARD_BOUNCE, LetterState.FAILED),
        ("550 no such user", Reason.HARD_BOUNCE, LetterState.FAILED),
        ("550 5.7.1 against our policy", None, LetterState.FAILED),
        ("554 5.7.1 blocked", None, LetterState.FAILED),
        ("450 4.2.1 greylisted", None, LetterState.WAITING),
    ],
)
def test_what_a_server_says_at_once_counts_too(
    mailbox: Mailbox, answer: str, reason: Reason | None, state: LetterState
):
    mailbox.answers[ANN] = answer
    with transaction():
        letter = outbox.put(Mail("note", ANN, "", "A", "A", "A"))

    outbox.deliver_due()

    session().expire_all()
    assert (letter.state, held()) == (state, reason)


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        ("550 5.1.1 no such user", Meaning.HARD),
        ("554 5.7.1 this looks like spam", Meaning.OURS),
        ("552 5.2.2 mailbox full", Meaning.SOFT),
    ],
)
def test_what_a_server_says_after_it_has_seen_the_letter_counts_too(mailbox: Mailbox, answer: str, meaning: Meaning):
    mailbox.verdicts[ANN] = answer
    with transaction():
        letter = outbox.put(Mail("note", ANN, "", "A", "A", "A"))

    outbox.deliver_due()

    session().expire_all()
    (bounce,) = suppression.bounces_of_letter(letter.id)
    assert (letter.state, bounce.meaning, bounce.words) == (LetterState.FAILED, meaning, answer)
    assert (held() is Reason.HARD_BOUNCE) is (meaning is Meaning.HARD)


def test_a_letter_that_is_put_off_until_it_is_given_up_is_one_soft_one(mailbox: Mailbox, at: MoveClock):
    mailbox.answers[ANN] = "452 4.2.2 mailbox full"
    with transaction():
        outbox.put(Mail("note", ANN, "", "A", "A", "A"))
    for _ in range(len(outbox.WAITS) + 1):
        outbox.deliver_due()
        at(clock.now() + timedelta(days=2))

    (bounce,) = suppression.bounces_of(ANN, most=9)
    assert (bounce.meaning, bounce.words) == (Meaning.SOFT, "452 4.2.2 mailbox full")


def test_what_somebody_asks_for_is_sent_whatever_came_back_before(client: FlaskClient, mailbox: Mailbox):
    suppression.note(Returned(ANN, Meaning.HARD, "before"), at=clock.now())
    suppression.hold_back(ANN, Purpose.NEWSLETTER, Reason.LEFT, at=clock.now())

    finish(walk(client)).form("report").submit(name="Ann Bee", address=ANN, paper="a4", newsletter="y")
    outbox.deliver_due()

    assert [recipient for recipient, _ in mailbox.messages] == [ANN]
    assert b"Subject: Please confirm" in mailbox.messages[0][1]


def test_after_erasure_the_address_is_nowhere(app: Flask):
    letter = sent()
    came_back(letter)

    suppression.forget(ANN)

    assert held() is Reason.HARD_BOUNCE
    assert suppression.latest_bounces().rows == ()
    (standing,) = suppression.in_force(at=clock.now()).rows
    assert (standing.address, standing.address_hash) == ("", suppression.hash_of(ANN))
    assert ANN not in standing.address_hash
    assert name_of(outbox.raw_of(letter)).startswith("<")
