"""A letter leaves once, is tried again when it could not, and is kept when nobody wants it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from kit import clock, outbox, resending
from kit.context import EXTENSION, current_settings
from kit.db import session, transaction
from kit.mail import Mail, open_transport
from kit.outbox import Letter, LetterState
from tests.kit.smtp import Mailbox, free_port, smtp_server

Clock = Callable[[datetime], None]


def a_mail(to: str = "ann@example.com", about: str = "") -> Mail:
    return Mail("note", to, "Ann", "A subject", "Text\n", "<p>Text</p>", about)


def put(*recipients: str, about: str = "") -> None:
    with transaction():
        for recipient in recipients:
            outbox.put(a_mail(recipient, about))


def due_now() -> int:
    """How many letters a worker would take at this instant, one after the other."""
    count = 0
    while outbox._claim() is not None:
        count += 1
    return count


def states() -> dict[str, LetterState]:
    session().rollback()
    return {letter.recipient: letter.state for letter in session().scalars(select(Letter))}


@pytest.fixture
def mailbox(app: Flask) -> Iterator[Mailbox]:
    with smtp_server() as (url, mailbox):
        app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], mail_url=url)
        yield mailbox


def test_a_letter_reaches_the_server_once(mailbox: Mailbox):
    put("ann@example.com")

    assert (outbox.deliver_due(), outbox.deliver_due()) == (1, 0)

    assert [recipient for recipient, _ in mailbox.messages] == ["ann@example.com"]
    assert states() == {"ann@example.com": LetterState.SENT}


def test_a_letter_of_a_transaction_that_failed_is_never_sent(mailbox: Mailbox):
    with pytest.raises(RuntimeError), transaction():
        outbox.put(a_mail())
        raise RuntimeError("the fact did not come about")

    assert outbox.deliver_due() == 0
    assert mailbox.messages == []


def test_without_a_server_letters_become_files(app: Flask):
    put("ann@example.com", "bob@example.com")

    outbox.deliver_due()

    files = sorted((current_settings().instance / "mail").glob("*.eml"))
    assert len(files) == 2
    assert b'To: "Ann" <ann@example.com>' in files[0].read_bytes()


def test_a_refused_address_fails_at_once_and_the_others_leave(mailbox: Mailbox):
    mailbox.answers["gone@example.com"] = "550 no such person"
    put("gone@example.com", "ann@example.com")

    outbox.deliver_due()

    assert states() == {"gone@example.com": LetterState.FAILED, "ann@example.com": LetterState.SENT}


def test_a_busy_server_is_asked_again_later_with_the_same_bytes(mailbox: Mailbox, at: Clock):
    mailbox.answers["ann@example.com"] = "451 later"
    put("ann@example.com")
    outbox.deliver_due()
    assert states() == {"ann@example.com": LetterState.WAITING}
    assert outbox.deliver_due() == 0

    mailbox.answers.clear()
    at(clock.now() + timedelta(minutes=2))
    assert outbox.deliver_due() == 1

    raw = session().scalar(select(Letter.raw))
    assert mailbox.messages == [("ann@example.com", raw)]


def test_a_dead_server_costs_nothing_but_time(app: Flask, at: Clock):
    app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], mail_url=f"smtp://127.0.0.1:{free_port()}")
    put("ann@example.com", "bob@example.com")

    outbox.deliver_due()

    assert set(states().values()) == {LetterState.WAITING}
    with smtp_server() as (url, mailbox):
        app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], mail_url=url)
        at(clock.now() + timedelta(minutes=2))
        outbox.deliver_due()
        assert len(mailbox.messages) == 2


def test_a_claim_whose_worker_died_runs_out(mailbox: Mailbox, at: Clock):
    put("ann@example.com")
    assert outbox._claim() is not None
    assert outbox.deliver_due() == 0

    at(clock.now() + timedelta(minutes=6))

    assert outbox.deliver_due() == 1
    assert len(mailbox.messages) == 1


def test_a_worker_that_dies_keeps_one_letter_back_and_no_more(mailbox: Mailbox):
    put("ann@example.com", "bob@example.com", "cat@example.com")
    outbox._claim()

    assert outbox.deliver_due() == 2

    assert [recipient for recipient, _ in mailbox.messages] == ["bob@example.com", "cat@example.com"]


def test_a_letter_never_overtakes_an_earlier_one_about_the_same_thing(mailbox: Mailbox, at: Clock):
    mailbox.answers["ann@example.com"] = "451 later"
    put("ann@example.com", "bob@example.com", about="a consult")
    outbox.deliver_due()
    put("ann@example.com", "bob@example.com", about="a consult")
    mailbox.answers.clear()

    assert outbox.deliver_due() == 1
    at(clock.now() + timedelta(minutes=2))
    assert outbox.deliver_due() == 2

    taken = dict(session().execute(select(Letter.raw, Letter.id)).all())
    assert [taken[raw] for _, raw in mailbox.messages] == [2, 4, 1, 3]


@pytest.mark.parametrize(
    ("to", "about", "taken"),
    [
        ("ann@example.com", "a consult", 0),
        ("ann@example.com", "another consult", 1),
        ("bob@example.com", "a consult", 1),
        ("ann@example.com", "", 1),
    ],
)
def test_a_letter_waits_only_for_those_to_the_same_person_about_the_same_thing(
    app: Flask, to: str, about: str, taken: int
):
    put("ann@example.com", about="a consult")
    outbox._claim()
    put(to, about=about)

    assert due_now() == taken


def test_letters_about_nothing_in_particular_wait_for_none(app: Flask):
    put("ann@example.com", "ann@example.com")

    assert due_now() == 2


def test_a_letter_that_was_given_up_holds_no_other_back(mailbox: Mailbox):
    mailbox.answers["ann@example.com"] = "550 no such person"
    put("ann@example.com", about="a consult")
    outbox.deliver_due()
    mailbox.answers.clear()
    put("ann@example.com", about="a consult")

    assert outbox.deliver_due() == 1


def test_a_server_that_hangs_up_after_each_letter_is_called_again(mailbox: Mailbox):
    mailbox.hangs_up_after = 1
    put("ann@example.com", "bob@example.com", "cat@example.com")

    sent = outbox.deliver_due()

    # The letter at which the line went dead is tried again a minute later.
    assert (sent, len(mailbox.messages)) == (2, 2)
    assert sorted(states().values()) == [LetterState.SENT, LetterState.SENT, LetterState.WAITING]


def test_an_address_no_mail_server_understands_fails_and_holds_nothing_up(mailbox: Mailbox):
    put("änn@example.com", "bob@example.com")

    outbox.deliver_due()
    outbox.deliver_due()

    assert states() == {"änn@example.com": LetterState.FAILED, "bob@example.com": LetterState.SENT}


def test_after_the_last_wait_a_letter_is_given_up_and_said_so(mailbox: Mailbox, at: Clock):
    mailbox.answers["ann@example.com"] = "451 later"
    put("ann@example.com")

    for _ in range(len(outbox.WAITS) + 1):
        outbox.deliver_due()
        at(clock.now() + timedelta(days=2))

    assert states() == {"ann@example.com": LetterState.FAILED}
    assert outbox.waiting_count() == 0


def test_a_letter_sent_again_leaves_with_the_same_bytes(mailbox: Mailbox, at: Clock):
    mailbox.answers["ann@example.com"] = "550 no such person"
    put("ann@example.com")
    outbox.deliver_due()
    mailbox.answers.clear()
    at(clock.now() + timedelta(days=1))

    letter = resending.send_again(1)

    assert (letter.state, letter.tries, letter.trouble) == (LetterState.WAITING, 0, "")
    assert outbox.deliver_due() == 1
    assert mailbox.messages == [("ann@example.com", session().scalar(select(Letter.raw)))]


def test_a_letter_that_is_leaving_cannot_be_sent_again_until_its_claim_runs_out(mailbox: Mailbox, at: Clock):
    put("ann@example.com")
    outbox._claim()

    with pytest.raises(resending.LetterLeaving):
        resending.send_again(1)
    at(clock.now() + timedelta(minutes=6))

    assert resending.send_again(1).state is LetterState.WAITING


def test_a_letter_that_does_not_exist_cannot_be_sent_again(app: Flask):
    with pytest.raises(outbox.NoSuchLetter):
        resending.send_again(7)


@pytest.mark.parametrize(
    ("search", "state", "found"),
    [
        ("", None, ["bob@example.com", "ann@example.com"]),
        ("ANN", None, ["ann@example.com"]),
        ("subject", None, ["bob@example.com", "ann@example.com"]),
        ("%", None, []),
        ("", LetterState.WAITING, ["bob@example.com", "ann@example.com"]),
        ("", LetterState.FAILED, []),
    ],
)
def test_letters_are_found_by_address_subject_and_state(
    app: Flask, search: str, state: LetterState | None, found: list[str]
):
    put("ann@example.com", "bob@example.com")

    page = outbox.list_letters(search=search, state=state)

    assert ([letter.recipient for letter in page.rows], page.total) == (found, len(found))


def test_letters_are_counted_by_where_they_stand(mailbox: Mailbox):
    mailbox.answers["gone@example.com"] = "550 no such person"
    put("gone@example.com", "ann@example.com")
    outbox.deliver_due()

    assert outbox.count_by_state() == {LetterState.SENT: 1, LetterState.FAILED: 1}
    assert outbox.count_by_state(search="gone") == {LetterState.FAILED: 1}


def test_a_note_that_cannot_be_written_before_the_message_goes_sends_nothing_and_waits_for_nobody(app: Flask):
    def cannot() -> None:
        raise OSError("the disk is full")

    with smtp_server() as (url, mailbox):
        began = time.monotonic()
        with pytest.raises(OSError, match="full"), open_transport(replace(current_settings(), mail_url=url)) as way:
            way.send("us@example.com", "ann@example.com", b"Subject: A\r\n\r\nWords\r\n", "a", cannot)

    assert time.monotonic() - began < 5
    assert mailbox.messages == []
