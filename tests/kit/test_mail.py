"""Messages are put together so that mail programs show what is meant, and the same each time."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from flask import Flask

from kit.context import current_settings
from kit.mail import AddressUnusable, Attachment, Mail, compose

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
