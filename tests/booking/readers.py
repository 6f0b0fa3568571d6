"""Every calendar that any test sends or serves, read by the programs of others and compared with our own reading.

Whatever a test sees is kept in one folder, by its content; when all tests are over one process of node reads them all
with ical.js, which Thunderbird uses, and with node-ical. Under several workers the folder is shared and the one who
started them does the reading.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import icalendar

from tests.booking.invite_rules import assert_invite_history, assert_invite_rules
from tests.booking.libical import faults_of

FOLDER = "CALENDARS_SEEN"
SCRIPT = Path(__file__).resolve().parents[1] / "readers" / "read.mjs"
SECONDS = 60
KINDS = ("text/calendar", "application/ics")


def open_folder() -> None:
    """Make the shared folder, before any worker starts."""
    if FOLDER not in os.environ:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="calendars-seen-")


def keep(content: bytes) -> None:
    """Put a calendar among those that are read at the end."""
    name = hashlib.sha256(content).hexdigest()[:32]
    target = Path(os.environ[FOLDER]) / f"{name}.ics"
    if not target.exists():
        partial = target.with_suffix(f".{os.getpid()}")
        partial.write_bytes(content)
        partial.replace(target)


def assert_letters(messages: list[EmailMessage]) -> None:
    """Every rule for everything that was sent, in the order it was written; libical is asked about each calendar."""
    for message in messages:
        assert_invite_rules(message)
        for content in calendars_in(message):
            assert_calendar(content)
    assert_invite_history(messages)


def assert_calendar(content: bytes) -> None:
    """What libical says, now; what the others say, when all tests are over."""
    keep(content)
    assert faults_of(content) == []


def calendars_in(message: EmailMessage) -> list[bytes]:
    """The calendars that a message carries."""
    found = []
    for part in message.walk():
        content = part.get_payload(decode=True)
        if part.get_content_type() in KINDS and isinstance(content, bytes):
            found.append(content)
    return list(dict.fromkeys(found))


def read_all() -> list[str]:
    """Where the readers disagree with us, a line for each; the folder is gone afterwards."""
    folder = Path(os.environ.pop(FOLDER))
    try:
        files = {file.name: file.read_bytes() for file in sorted(folder.glob("*.ics"))}
        return disagreements(files, _answers(folder)) if files else []
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def disagreements(files: dict[str, bytes], answers: dict[str, Any]) -> list[str]:
    """What differs between the answers of the readers and our own reading."""
    faults = []
    for name, content in files.items():
        own = our_reading(content)
        for reader, answer in sorted(answers[name].items()):
            if answer != own:
                faults.append(f"{reader} reads {json.dumps(answer)}\nwe read {json.dumps(own)}\n{content.decode()}")
    return faults


def our_reading(content: bytes) -> dict[str, Any]:
    """Method and events as icalendar reads them, in the shape of `read.mjs`."""
    calendar = icalendar.Calendar.from_ical(content)
    events = [
        {
            "uid": str(event["UID"]),
            "sequence": int(event.get("SEQUENCE", 0)),
            "start": _when(event.start),
            "end": _when(event.end),
            "summary": str(event["SUMMARY"]),
            "status": str(event.get("STATUS", "")),
            "attendees": sorted(str(attendee) for attendee in event.attendees),
        }
        for event in calendar.events
    ]
    events.sort(key=lambda event: str(event["uid"]) + str(event["start"]))
    return {"method": str(calendar.get("METHOD", "")), "events": events}


def _answers(folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        ("node", str(SCRIPT), str(folder)),
        capture_output=True,
        timeout=SECONDS,
        check=False,
        env={**os.environ, "TZ": "UTC"},
    )
    if done.returncode:
        raise RuntimeError(f"the readers did not run; `make test` installs them: {done.stderr.decode()[-600:]}")
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


def _when(value: date | datetime) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    instant = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)  # the readers run in UTC
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
