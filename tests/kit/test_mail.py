"""Messages are put together so that mail programs show what is meant, and the same each time."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from flask import Flask

from kit.context import current_settings
from kit.mail import AddressUnusable, Attachment, Mail, compose

pytestmark = pytest.mark.once

AT = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)
CALENDAR = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
PLAIN = Mail("note", "ann@example.com", 'Ann "Bee" Ö', "A question — two lines", "Text ü\n", "<p>HTML ü</p>")


def composed(mail: Mail) -> bytes:
    return compose(mail, settings=current_settings(), message_id="<1@localhost>", at=AT)


def test_a_plain_message_has_text_and_html(app: Flask):
    message = message_from_bytes(composed(PLAIN), policy=policy.default)

    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["To"].addresses[0].addr_spec == "ann@example.com"
    assert "ü" in message.get_body(("plain",)).get_content()


def test_a_calendar_stands_last_in_the_alternative_and_once_more_as_a_file(app: Flask):
    message = message_from_bytes(
        composed(replace(PLAIN, calendar=CALENDAR, calendar_method="REQUEST")), policy=policy.default
    )
    alternative, file = message.iter_parts()

    calendar = list(alternative.iter_parts())[-1]
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_param("method") == "REQUEST"
    assert calendar["Content-Disposition"] is None
    assert calendar.get_payload(decode=True) == file.get_payload(decode=True) == CALENDAR
    assert file.get_filename() == "invite.ics"


def test_the_same_message_has_the_same_bytes_and_only_crlf(app: Flask):
    mail = replace(PLAIN, attachments=(Attachment("report.pdf", "application/pdf", b"%PDF-"),))

    first, second = composed(mail), composed(mail)

    assert first == second
    assert b"\n" not in first.replace(b"\r\n", b"")


@pytest.mark.parametrize("field", ["to", "to_name", "subject", "reply_to"])
@pytest.mark.parametrize("poison", ["a\r\nBcc: x@example.com", "a\nb", "a\x00b"])
def test_a_line_break_in_a_header_is_refused(app: Flask, field: str, poison: str):
    with pytest.raises(AddressUnusable):
        composed(replace(PLAIN, **{field: poison}))


@pytest.mark.parametrize("name", ["", "Ann", 'Ann "Bee"', "Ö" * 90, "Zoë, of the \\ office", "王小明 Ann"])
@pytest.mark.parametrize("subject", ["Plain", "A subject that is long " * 6, "Zoë — and a subject that is long " * 5])
def test_a_name_and_a_subject_of_any_length_arrive(app: Flask, name: str, subject: str):
    raw = composed(replace(PLAIN, to_name=name, subject=subject.strip()))
    message = message_from_bytes(raw, policy=policy.default)

    assert [address.addr_spec for address in message["To"].addresses] == ["ann@example.com"]
    # The reader at hand puts a blank between the encoded words of a phrase.
    shown = message["To"].addresses[0].display_name.replace(" ", "")
    assert shown == name.replace("\\", "").replace('"', "'").replace(" ", "")
    assert message["Subject"] == subject.strip()
    assert max(len(line) for line in raw.split(b"\r\n\r\n")[0].split(b"\r\n")) <= 78
