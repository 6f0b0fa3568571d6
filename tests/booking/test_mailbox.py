"""Answers arrive in a real mailbox, are fetched and put aside; whatever else is in it stays for a person to read."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select
from structlog.testing import capture_logs

from blog.subscription_models import SubscriberState
from booking import mailbox, reply_service
from booking.exchange_models import Reply
from booking.models import BookingState
from booking.reply_rules import ReplyOutcome
from kit import outbox, suppression
from kit.context import EXTENSION, current_settings
from kit.db import session
from kit.outbox import Letter
from tests.blog.readers import a_subscriber
from tests.booking.invite_rules import event_of
from tests.booking.mail_programs import PROGRAMS, google, said_to
from tests.booking.visit import NINE, NOW, Letters, Visit, assert_letters_are_right, states
from tests.conftest import ROOT
from tests.kit.imap import Imap, imap_server
from tests.kit.reports import postfix
from tests.kit.smtp import free_port, smtp_server

pytestmark = pytest.mark.processes
LATER = NOW + timedelta(minutes=5)
HUMAN = b"From: ann@example.org\r\nMessage-ID: <human@x>\r\nSubject: My number\r\n\r\nIt is 555 010 0199.\r\n"
INVITATION = (
    b"From: bob@example.org\r\nMessage-ID: <invitation@x>\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n"
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:x\r\nATTENDEE:mailto:a@b.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Imap]:
    with imap_server() as running:
        yield running


@pytest.fixture
def imap(app: Flask, server: Imap) -> Iterator[Imap]:
    """An empty mailbox that the site reads."""
    app.extensions[EXTENSION] = replace(current_settings(), imap_url=server.address)
    yield server
    server.empty()


@pytest.fixture
def invited(visit: Visit, letters: Letters) -> EmailMessage:
    """The invite to a consult on Monday at nine, as the guest has it."""
    visit.book(NINE)
    return letters()[0]


def outcomes() -> list[ReplyOutcome]:
    session().rollback()
    return list(session().scalars(select(Reply.outcome).order_by(Reply.id)))


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_whole_way_there_and_back(imap: Imap, visit: Visit, letters: Letters, program: str):
    """Our invite leaves by SMTP, a mail program answers it, the answer arrives by IMAP, and the time is free."""
    visit.book(NINE)
    with smtp_server() as (url, arrived):
        visit.client.application.extensions[EXTENSION] = replace(current_settings(), mail_url=url)
        outbox.deliver_due()
    invite = next(raw for recipient, raw in arrived.messages if recipient == "ann@example.org")
    said = said_to(message_from_bytes(invite, policy=policy.default), "DECLINED", at=LATER)  # type: ignore[arg-type]
    imap.deliver(PROGRAMS[program](said))

    assert mailbox.read_mailbox() == 1

    assert states() == [BookingState.CANCELLED]
    assert event_of(letters()[2]).one("STATUS").value == "CANCELLED"
    assert imap.messages("INBOX") == []
    ((flags, _),) = imap.messages("Processed")
    assert "\\Seen" in flags
    assert_letters_are_right(letters)


def test_reading_again_finds_nothing_new(imap: Imap, invited: EmailMessage):
    imap.deliver(google(said_to(invited, "ACCEPTED", at=LATER)))

    assert (mailbox.read_mailbox(), mailbox.read_mailbox()) == (1, 0)

    assert outcomes() == [ReplyOutcome.ACCEPTED]


def test_what_a_person_wrote_stays_unread(imap: Imap, invited: EmailMessage):
    for raw in (HUMAN, INVITATION, google(said_to(invited, "ACCEPTED", at=LATER))):
        imap.deliver(raw)

    assert (mailbox.read_mailbox(), mailbox.read_mailbox()) == (1, 0)

    left = imap.messages("INBOX")
    assert [body for _, body in left] == [HUMAN, INVITATION]
    assert all("\\Seen" not in flags and mailbox.LOOKED_AT in flags for flags, _ in left)
    assert outcomes() == [ReplyOutcome.ACCEPTED]


def test_what_a_person_has_read_already_is_not_touched(imap: Imap, invited: EmailMessage):
    imap.deliver(google(said_to(invited, "DECLINED", at=LATER)), flags=r"(\Seen)")

    assert mailbox.read_mailbox() == 0

    assert states() == [BookingState.CONFIRMED]


def test_a_message_that_was_carried_out_but_not_marked_is_marked_the_next_time(imap: Imap, invited: EmailMessage):
    raw = google(said_to(invited, "ACCEPTED", at=LATER))
    reply_service.receive(raw, now=LATER)
    imap.deliver(raw)

    assert mailbox.read_mailbox() == 1

    assert outcomes() == [ReplyOutcome.ACCEPTED]
    assert len(imap.messages("Processed")) == 1


def test_forged_stale_and_broken_answers_are_put_aside_and_written_down(imap: Imap, invited: EmailMessage):
    said = said_to(invited, "DECLINED", at=LATER)
    for raw in (
        google(replace(said, sender="mallory@evil.example")),
        google(replace(said, uid="unknown@localhost")),
        INVITATION.replace(b"REQUEST", b"REPLY").replace(b"UID:x\r\n", b""),
    ):
        imap.deliver(raw)

    assert mailbox.read_mailbox() == 3

    assert outcomes() == [ReplyOutcome.STRANGER, ReplyOutcome.UNKNOWN, ReplyOutcome.UNREADABLE]
    assert states() == [BookingState.CONFIRMED]
    assert imap.messages("INBOX") == []


def test_a_message_that_is_too_large_is_left_alone(imap: Imap, invited: EmailMessage):
    mail = google(said_to(invited, "DECLINED", at=LATER))
    imap.deliver(mail + b"\r\n" + b"x" * 76 * 15_000)

    assert mailbox.read_mailbox() == 0

    assert states() == [BookingState.CONFIRMED]
    assert len(imap.messages("INBOX")) == 1


def test_only_so_many_are_carried_out_in_one_run(imap: Imap, invited: EmailMessage):
    said = said_to(invited, "ACCEPTED", at=NOW)
    for number in range(5):
        imap.deliver(google(replace(said, at=NOW + timedelta(seconds=number))))

    assert [mailbox.read_mailbox(most=2) for _ in range(4)] == [2, 2, 1, 0]


def test_file_names_in_any_form_do_not_confuse(imap: Imap, invited: EmailMessage):
    """Names with quotes come as literals in the middle of what the server tells of a message."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "ann@example.org", 'A "photo" \\ and more'
    mail.set_content("See the file.\n")
    mail.add_attachment(b"x", maintype="application", subtype="ics", filename='in"vi\\te.ics')
    imap.deliver(mail.as_bytes())
    imap.deliver(google(said_to(invited, "ACCEPTED", at=LATER)))

    assert mailbox.read_mailbox() == 1

    assert outcomes() == [ReplyOutcome.ACCEPTED]


def test_the_log_names_nobody(imap: Imap, invited: EmailMessage):
    imap.deliver(google(said_to(invited, "DECLINED", at=LATER, comment="secret reason")))

    with capture_logs() as logs:
        mailbox.read_mailbox()

    assert [entry["event"] for entry in logs] == ["message taken in"]
    assert not any(word in repr(logs) for word in ("ann", "Ann", "secret", "example.org"))


def test_a_server_that_does_not_answer_is_asked_again_later(app: Flask, invited: EmailMessage):
    app.extensions[EXTENSION] = replace(current_settings(), imap_url=f"imap://a:b@127.0.0.1:{free_port()}/INBOX")

    with capture_logs() as logs:
        assert mailbox.read_mailbox() == 0

    assert [(entry["event"], entry["fault"]) for entry in logs] == [("mailbox not read", "ConnectionRefusedError")]


@pytest.mark.parametrize(
    ("old", "new"),
    [("word", "wrong"), ("/INBOX", "/No such folder"), ("imap://", "imaps://"), ("/INBOX", "/INBOX?starttls=yes")],
)
def test_a_server_that_refuses_is_said_in_the_log(imap: Imap, app: Flask, old: str, new: str):
    app.extensions[EXTENSION] = replace(current_settings(), imap_url=imap.address.replace(old, new))

    with capture_logs() as logs:
        assert mailbox.read_mailbox() == 0

    assert [entry["event"] for entry in logs] == ["mailbox not read"]


def test_without_a_mailbox_nothing_is_read(app: Flask):
    assert current_settings().imap_url is None
    assert mailbox.read_mailbox() == 0


@pytest.mark.parametrize(
    "more",
    ["imap_capability = IMAP4rev1 LITERAL+ UIDPLUS AUTH=PLAIN", "imap_capability = IMAP4rev1 LITERAL+"],
)
def test_servers_that_can_do_less(app: Flask, invited: EmailMessage, more: str):
    with imap_server(more) as server:
        app.extensions[EXTENSION] = replace(current_settings(), imap_url=server.address)
        server.deliver(HUMAN)
        server.deliver(google(said_to(invited, "DECLINED", at=LATER)))

        assert (mailbox.read_mailbox(), mailbox.read_mailbox()) == (1, 0)

        assert states() == [BookingState.CANCELLED]
        moved = "UIDPLUS" in more
        assert len(server.messages("Processed")) == moved
        assert [("\\Seen" in flags) for flags, _ in server.messages("INBOX")] == [False] + [True] * (not moved)


def test_folders_under_the_inbox(app: Flask, invited: EmailMessage):
    with imap_server("namespace inbox {\n prefix = INBOX.\n separator = .\n}") as server:
        app.extensions[EXTENSION] = replace(current_settings(), imap_url=server.address)
        server.deliver(google(said_to(invited, "ACCEPTED", at=LATER)))

        assert mailbox.read_mailbox() == 1

        assert len(server.messages("INBOX.Processed")) == 1


def test_mail_that_came_back_is_noted_and_put_aside(imap: Imap, invited: EmailMessage):
    imap.deliver(postfix(bytes(invited), "5.1.1", "550 5.1.1 no such user"))
    imap.deliver(postfix(HUMAN, "5.1.1", "550 5.1.1 no such user", name="two"))

    assert (mailbox.read_mailbox(), mailbox.read_mailbox()) == (1, 0)

    (bounce,) = suppression.bounces_of("ann@example.org", most=5)
    assert (bounce.status, bounce.words) == ("5.1.1", "550 5.1.1 no such user")
    assert [b"<one@mx.example>" in body for _, body in imap.messages("Processed")] == [True]
    assert len(imap.messages("INBOX")) == 1
    assert states() == [BookingState.CONFIRMED]


def test_a_complaint_is_heard_and_put_aside(imap: Imap):
    subscriber = a_subscriber()
    path = ROOT / "tests" / "data" / "returned" / "complaint.eml"
    (letter,) = session().scalars(select(Letter))
    imap.deliver(path.read_bytes().replace(b"<the-letter@consultancy.example>", letter.message_id.encode()))

    assert (mailbox.read_mailbox(), mailbox.read_mailbox()) == (1, 0)

    assert subscriber.state is SubscriberState.LEFT
    assert len(imap.messages("Processed")) == 1


def test_mail_that_came_back_is_taken_from_standard_input(app: Flask, invited: EmailMessage):
    raw = postfix(bytes(invited), "5.1.1", "550 5.1.1 no such user")

    lines = [app.test_cli_runner().invoke(args=["receive-mail"], input=raw) for _ in range(2)]

    assert [line.output for line in lines] == ["a letter: came back\n", "a letter: known already\n"]


def test_a_message_is_handed_over_on_standard_input(app: Flask, invited: EmailMessage):
    raw = google(said_to(invited, "DECLINED", at=LATER))

    lines = [app.test_cli_runner().invoke(args=["receive-mail"], input=raw) for _ in range(2)]

    assert [(line.exit_code, line.output) for line in lines] == [(0, "cancelled\n"), (0, "known already\n")]
    assert states() == [BookingState.CANCELLED]


def test_what_a_person_wrote_is_left_alone_on_standard_input(app: Flask):
    line = app.test_cli_runner().invoke(args=["receive-mail"], input=HUMAN)

    assert (line.exit_code, line.output) == (0, "left alone: no calendar answers in it\n")


def test_the_command_as_a_mail_server_starts_it(app: Flask, invited: EmailMessage):
    settings = current_settings()
    environ = {
        **os.environ,
        "INSTANCE_PATH": str(settings.instance),
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "BASE_URL": settings.base_url,
    }

    def hand_over(raw: bytes) -> tuple[int, bytes]:
        command = [sys.executable, "-m", "flask", "--app", "app", "receive-mail"]
        done = subprocess.run(command, input=raw, env=environ, cwd=ROOT, capture_output=True, timeout=100)
        return done.returncode, done.stdout

    session().rollback()
    answer = google(replace(said_to(invited, "ACCEPTED", at=LATER), at=NOW))
    assert hand_over(answer) == (0, b"stale\n")
    assert hand_over(answer + b"x" * 2_000_000) == (0, b"left alone: larger than 1 MB\n")
