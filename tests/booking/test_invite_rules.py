"""The checker of invites accepts a right message and finds each single fault in a wrong one."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from flask import Flask

from booking.invites import Invite, cancellation, request
from kit.context import current_settings
from kit.mail import Mail, compose
from tests.booking.invite_rules import assert_invite_history, assert_invite_rules, read_object
from tests.booking.test_invites import HOST, INVITE

pytestmark = pytest.mark.once

MAIL = Mail("booked", "ann@example.org", "Ann Bee", "Your consult", "Text\n", "<p>HTML</p>")


def sent(content: bytes, *, method: str = "REQUEST", to: str = MAIL.to) -> EmailMessage:
    mail = replace(MAIL, to=to, calendar=content, calendar_method=method)
    raw = compose(mail, settings=current_settings(), message_id="<1@localhost>", at=INVITE.stamp)
    return message_from_bytes(raw, policy=policy.default)  # type: ignore[return-value]


def invite() -> Invite:
    return replace(INVITE, organizer=replace(INVITE.organizer, address=current_settings().mail_from))


def test_right_messages_pass(app: Flask):
    assert_invite_rules(sent(request(invite())))
    assert_invite_rules(sent(request(replace(invite(), host=HOST)), to=HOST.address))
    assert_invite_rules(sent(cancellation(replace(invite(), sequence=1)), method="CANCEL"))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"UID:", b"X-UID:", "0 UID"),
        (b"SEQUENCE:0", b"SEQUENCE:x", "SEQUENCE"),
        (b"DTSTAMP:20261031T223012Z", b"DTSTAMP:20261031T223012", "not a UTC time"),
        (b"DTSTART:20261101T053000Z", b"DTSTART;TZID=America/New_York:20261101T013000", "not a UTC time"),
        (b"DTEND:20261101T060000Z", b"DTEND:20261101T050000Z", "ends before"),
        (b"SUMMARY:", b"COMMENT:", "0 SUMMARY"),
        (b"TRANSP:OPAQUE\r\n", b"", "0 TRANSP"),
        (b"STATUS:CONFIRMED", b"STATUS:CANCELLED", "STATUS"),
        (b"METHOD:REQUEST", b"METHOD:PUBLISH", "method="),
        (b"END:VEVENT\r\n", b"END:VEVENT\r\nBEGIN:VTIMEZONE\r\nTZID:x\r\nEND:VTIMEZONE\r\n", "no VTIMEZONE"),
        (b"mailto:ann@example.org", b"mailto:bob@example.org", "the recipient is not invited"),
        (b":mailto:consults@", b":mailto:elsewhere@", "the organizer is not the sender"),
        (b"RSVP=TRUE", b"RSVP=FALSE", "RSVP"),
        (b"CUTYPE=INDIVIDUAL", b"CUTYPE=ROOM", "CUTYPE"),
        (b"PARTSTAT=NEEDS-ACTION", b"PARTSTAT=MAYBE", "PARTSTAT"),
        (b"VERSION:2.0\r\n", b"", "0 VERSION"),
        (b"\r\nSTATUS", b"\nSTATUS", "something else than CRLF"),
        (b"SUMMARY:", b"SUMMARY:" + b"x" * 70, "octets"),
        (b"STATUS:", b"ORGANIZER:mailto:x@example.com\r\nSTATUS:", "twice"),
        (b"STATUS:", b"\r\nSTATUS:", "empty line"),
        (b"UID:", b"UID;X-A=1;X-A=2:", "twice"),
    ],
)
def test_one_wrong_thing_in_the_object_is_found(app: Flask, old: bytes, new: bytes, fault: str):
    content = request(invite())
    assert old in content

    with pytest.raises(AssertionError, match=fault):
        assert_invite_rules(sent(content.replace(old, new, 1)))


def test_a_fold_inside_a_character_is_found():
    content = request(replace(INVITE, summary="é"))

    with pytest.raises(UnicodeDecodeError):
        read_object(content.replace("é".encode(), b"\xc3\r\n \xa9"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'method="REQUEST"', b'method="CANCEL"'),
        (b'charset="UTF-8"', b'charset="latin-1"'),
        (b'filename="invite.ics"', b'filename="other.ics"'),
        (b"multipart/mixed", b"multipart/related"),
        (b"text/plain", b"text/enriched"),
        (b"To: ", b"Cc: c@example.org\r\nTo: b@example.org, "),
    ],
)
def test_one_wrong_thing_in_the_mail_is_found(app: Flask, old: bytes, new: bytes):
    raw = bytes(sent(request(invite())))
    broken = raw.replace(old, new, 1) if old in raw else raw.replace(old.replace(b'"', b""), new, 1)
    assert broken != raw

    with pytest.raises(AssertionError):
        assert_invite_rules(message_from_bytes(broken, policy=policy.default))  # type: ignore[arg-type]


def test_the_organizer_must_not_write_to_itself(app: Flask):
    own = replace(invite(), guest=replace(INVITE.guest, address=current_settings().mail_from))

    with pytest.raises(AssertionError, match="Outlook"):
        assert_invite_rules(sent(request(own), to=own.guest.address))


def test_a_right_history_passes(app: Flask):
    later = replace(invite(), start=INVITE.start + timedelta(days=1), end=INVITE.end + timedelta(days=1))
    assert_invite_history(
        [
            sent(request(invite())),
            sent(request(replace(invite(), description="A new link"))),
            sent(request(replace(later, sequence=1))),
            sent(cancellation(replace(later, sequence=2)), method="CANCEL"),
        ]
    )


def test_a_time_that_was_offered_is_agreed_or_taken_back(app: Flask):
    offered = sent(request(replace(invite(), tentative=True)))

    assert_invite_history([offered, sent(request(replace(invite(), sequence=1)))])
    assert_invite_history([offered, sent(cancellation(replace(invite(), sequence=1)), method="CANCEL")])
    for wrong in (
        [offered, sent(request(invite()))],
        [offered, sent(cancellation(invite()), method="CANCEL")],
        [sent(request(invite())), sent(request(replace(invite(), tentative=True, sequence=1)))],
    ):
        with pytest.raises(AssertionError):
            assert_invite_history(wrong)


def test_a_wrong_history_is_found(app: Flask):
    first = sent(request(invite()))
    later = replace(invite(), start=INVITE.start + timedelta(days=1), end=INVITE.end + timedelta(days=1))
    withdrawn = sent(cancellation(replace(invite(), sequence=1)), method="CANCEL")

    for wrong in (
        [first, sent(request(later))],
        [first, sent(cancellation(invite()), method="CANCEL")],
        [first, withdrawn, sent(request(replace(invite(), sequence=2)))],
        [first, sent(request(replace(invite(), sequence=1)))],
        [withdrawn],
    ):
        with pytest.raises(AssertionError):
            assert_invite_history(wrong)
