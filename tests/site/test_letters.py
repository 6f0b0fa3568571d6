"""What each letter of a visit says, word by word, to be reviewed like code."""

import re
from collections.abc import Callable
from email.message import EmailMessage

from flask.testing import FlaskClient

from kit import jobs
from tests.assessment.walk import finish, walk
from tests.booking.builders import a_consult_type
from tests.booking.visit import TEN, Visit
from tests.page import Page

VARYING = (
    (re.compile(r"[0-9a-f]{32}@"), "UID@"),
    (re.compile(r"(?<=/)[A-Za-z0-9_.-]{24,}"), "TOKEN"),
    (re.compile(r"(?<==)[A-Za-z0-9_.%-]{60,}"), "TOKEN"),
    (re.compile(r"(?<=/desk/leads/)[A-Za-z0-9_-]+"), "LEAD"),
    (re.compile(r"(Reference:? +)[0-9A-F]{8}"), r"\1REFERENCE"),
)


def written(message: EmailMessage) -> str:
    """A letter as a person reads it: who, what about, the text, the calendar in it and the files with it."""
    text = message.get_body(("plain",))
    assert text is not None
    parts = [f"To: {message['To']}\nSubject: {message['Subject']}\n", text.get_content()]
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            parts.append(part.get_content().replace("\r\n ", ""))
    parts += [f"File: {part.get_filename()}\n" for part in message.iter_attachments()]
    whole = "\n".join(parts).replace("\r\n", "\n")
    for pattern, short in VARYING:
        whole = pattern.sub(short, whole)
    return whole


def test_every_letter_of_a_visit(
    client: FlaskClient, letters: Callable[[], list[EmailMessage]], snapshot: Callable[[str, str], None]
):
    a_consult_type()
    result = finish(walk(client, query="?from=the-night-supervisor"))
    result.form("report").submit(name="Ann Bee", address="ann@example.org", paper="a4")
    jobs.queue().run("render_reports")
    visit = Visit(client, result.links["Book a consult about this"])
    booked = visit.book(TEN, name="Ann Bee", address="ann@example.org")
    page = Page(client.get(f"{booked}/move?zone=America/Chicago"), client)
    wanted = page.all("button.time")[2].get("value")
    visit.page(page.form(1).submit(button=("start", wanted))).form(0).submit()
    visit.get(f"{booked}/cancel").form(0).submit(reason="The week has filled up.")

    names = ["report", "booked-guest", "booked-host", "moved-guest", "moved-host", "cancelled-guest", "cancelled-host"]
    found = letters()
    assert len(found) == len(names), [message["Subject"] for message in found]
    for name, message in zip(names, found, strict=True):
        snapshot(f"letters/{name}.txt", written(message))
