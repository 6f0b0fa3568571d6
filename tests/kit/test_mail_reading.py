"""A message taken apart says what went in."""

from datetime import UTC, datetime

from kit.calendar_text import new_calendar
from kit.mail import Attachment, Mail, compose
from kit.mail_reading import Reading, read
from kit.settings import load_settings
from tests.conftest import ROOT

AT = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)


def composed(mail: Mail, folder: str) -> Reading:
    settings = load_settings({"INSTANCE_PATH": folder, "SECRET_KEY": "x" * 40}, ROOT)
    return read(compose(mail, settings=settings, message_id="<1@localhost>", at=AT))


def test_every_part_of_a_message_is_found(tmp_path: object):
    calendar = new_calendar("REQUEST").to_ical()
    report = Attachment("report.pdf", "application/pdf", b"%PDF-\x00\xff")
    mail = Mail(
        "note",
        "zoe@example.com",
        "Zoë",
        "Größe",
        "Grüße\nLine two\n",
        "<p>Grüße</p>\n",
        calendar=calendar,
        calendar_method="REQUEST",
        attachments=(report,),
    )

    found = composed(mail, str(tmp_path))

    assert dict(found.headers)["Subject"] == "Größe"
    assert dict(found.headers)["Auto-Submitted"] == "auto-generated"
    assert (found.text, found.html) == ("Grüße\nLine two\n", "<p>Grüße</p>\n")
    assert found.calendar == calendar.decode().replace("\r\n", "\n")
    assert found.files == (Attachment("invite.ics", "application/ics", calendar), report)


def test_long_headers_and_names_of_files_are_read_as_they_were_meant(tmp_path: object):
    subject = "Ihr Gespräch mit Robin Vale am Dienstag, und was Sie bis dahin bereit legen können " * 2
    file = Attachment("größe.txt", "text/plain", b"Not what the letter says")
    mail = Mail("note", "zoe@example.com", "Zoë", subject.strip(), "Text\n", "<p>Text</p>\n", attachments=(file,))

    found = composed(mail, str(tmp_path))

    assert dict(found.headers)["Subject"] == subject.strip()
    assert dict(found.headers)["To"] == "Zoë <zoe@example.com>"
    assert (found.text, found.files) == ("Text\n", (file,))


def test_a_plain_message_has_no_calendar_and_no_files(tmp_path: object):
    found = composed(Mail("note", "ann@example.com", "Ann", "A subject", "Text\n", "<p>Text</p>\n"), str(tmp_path))

    assert (found.text, found.html, found.calendar, found.files) == ("Text\n", "<p>Text</p>\n", "", ())
