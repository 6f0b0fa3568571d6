"""Programs of others read our invites and feeds, and would tell us if they read them differently."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from booking import feed, guard
from booking.invites import request
from kit.db import session
from tests.booking.builders import a_booking, a_consult_type, a_consultant
from tests.booking.calendars import a_calendar, an_event
from tests.booking.libical import faults_of
from tests.booking.readers import _answers, calendars_in, disagreements, our_reading
from tests.booking.test_invites import INVITE
from tests.booking.visit import NINE, NOW, Letters, Visit, bookings

Khal = Callable[..., str]
LINE = "{uid} {start-date} {start-time} {end-time} {title} {status}"


@pytest.fixture
def khal(tmp_path: Path) -> Khal:
    """Runs khal on a calendar of its own and gives what it prints."""
    (tmp_path / "calendar").mkdir()
    settings = tmp_path / "khal.conf"
    settings.write_text(
        f"[calendars]\n[[own]]\npath = {tmp_path / 'calendar'}\n[sqlite]\npath = {tmp_path / 'khal.db'}\n"
        "[locale]\nlocal_timezone = America/New_York\ndefault_timezone = America/New_York\ntimeformat = %H:%M\n"
        "dateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\ndatetimeformat = %Y-%m-%d %H:%M\n"
        "longdatetimeformat = %Y-%m-%d %H:%M\n"
    )

    def run(*words: str) -> str:
        environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        done = subprocess.run(("khal", "-c", str(settings), *words), capture_output=True, env=environ, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    return run


def listed(khal: Khal, tmp_path: Path, content: bytes) -> list[str]:
    """What khal shows of a calendar."""
    (tmp_path / "given.ics").write_bytes(content)
    khal("import", "--batch", str(tmp_path / "given.ics"))
    shown = khal("list", "--format", LINE, "--day-format", "", "2026-11-01", "2026-11-08")
    return [line.strip() for line in shown.splitlines() if line.strip()]


@pytest.mark.processes
def test_khal_shows_an_invite_at_its_time(visit: Visit, letters: Letters, khal: Khal, tmp_path: Path):
    visit.book(NINE)
    (invite,) = calendars_in(letters()[0])
    (booking,) = bookings()

    shown = listed(khal, tmp_path, invite)

    assert shown == [f"{booking.uid} 2026-11-02 09:00 09:30 First conversation with Robin Hale CONFIRMED"]


@pytest.mark.processes
def test_khal_takes_a_move_and_a_cancellation_for_the_same_event(
    visit: Visit, letters: Letters, khal: Khal, tmp_path: Path
):
    own = visit.book(NINE)
    visit.get(f"{own}/cancel").form(0).submit()
    invites = [content for letter in letters() for content in calendars_in(letter) if "Ann" in str(letter["To"])]

    shown = [listed(khal, tmp_path, content) for content in invites]

    assert [line.rpartition(" ")[2] for lines in shown for line in lines] == ["CONFIRMED", "CANCELLED"]


@pytest.mark.processes
def test_khal_shows_a_feed(client: FlaskClient, khal: Khal, tmp_path: Path):
    host = a_consultant()
    feed.renew(host)
    consult_type = a_consult_type(host)
    first = a_booking(consult_type)
    guard.cancel(first.secret, "", now=NOW)
    second = a_booking(consult_type, visitor="bob")
    session().rollback()

    shown = listed(khal, tmp_path, client.get(feed.url_of(host).removeprefix("http://localhost")).get_data())

    assert sorted(shown) == sorted(
        [
            f"{first.uid} 2026-11-02 10:00 10:30 First conversation: Ann Avery CANCELLED",
            f"{second.uid} 2026-11-02 10:00 10:30 First conversation: Ann Avery CONFIRMED",
        ]
    )


@pytest.fixture
def read_by_others(tmp_path: Path) -> Callable[[dict[str, bytes]], list[str]]:
    """What ical.js and node-ical read differently."""

    def read(files: dict[str, bytes]) -> list[str]:
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        return disagreements(files, _answers(tmp_path))

    return read


@pytest.mark.processes
def test_the_readers_agree_about_what_is_plain(read_by_others: Callable[[dict[str, bytes]], list[str]]):
    whole_day = an_event("day@x").replace("DTSTART:20261102T150000Z", "DTSTART;VALUE=DATE:20261102")
    files = {
        "one.ics": a_calendar(an_event("one@x", "SEQUENCE:3", "ATTENDEE;CN=Ann:mailto:ann@example.org")),
        "day.ics": a_calendar(whole_day.replace("DTEND:20261102T153000Z", "DTEND;VALUE=DATE:20261104")),
        "words.ics": a_calendar(an_event().replace("Dentist", "Talk\\, listen\\; plan \\n again – é \N{CAT FACE}")),
    }

    assert read_by_others(files) == []


@pytest.mark.processes
def test_a_calendar_that_the_readers_cannot_read_is_a_fault(tmp_path: Path):
    (tmp_path / "broken.ics").write_bytes(a_calendar(an_event())[:-20])

    answers = _answers(tmp_path)

    assert "fault" in answers["broken.ics"]["ical.js"]


@pytest.mark.parametrize("name", ["uid", "sequence", "start", "end", "summary", "status", "attendees"])
def test_the_readers_are_heard_when_they_read_something_else(name: str):
    calendar = a_calendar(an_event())
    other = our_reading(calendar)
    other["events"][0][name] = "something else"

    told = disagreements({"a.ics": calendar}, {"a.ics": {"ical.js": other, "node-ical": our_reading(calendar)}})

    assert len(told) == 1
    assert told[0].startswith("ical.js reads")
    assert f'"{name}": "something else"' in told[0]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"ORGANIZER", b"X-ORGANIZER", "ORGANIZER property. Expected 1 instances"),
        (b"DTSTAMP", b"X-STAMP", "DTSTAMP property. Expected 1 instances"),
        (b"ATTENDEE", b"X-ATTENDEE", "ATTENDEE property. Expected one or more"),
        (b"STATUS:CONFIRMED", b"STATUS:CANCELLED", "Value must be one of TENTATIVE or CONFIRMED"),
        (b"DTSTART:", b"DTSTART:never", "Can't parse as DATE-TIME"),
        (b"END:VEVENT", b"", "cannot be parsed"),
    ],
)
def test_libical_finds_what_may_not_be_in_a_request(old: bytes, new: bytes, fault: str):
    assert faults_of(request(INVITE)) == []

    assert fault in " ".join(faults_of(request(INVITE).replace(old, new)))
