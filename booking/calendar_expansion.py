"""A calendar expanded in a process of its own, with limits on time, processor and memory.

A file may hold a rule that recurs every second or never ends; what it does to its reader ends with that process.
"""

import base64
import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from booking.busy_calendar import MOST_BYTES, BusyTime, read_busy
from booking.calendar_faults import CalendarUnreadable
from booking.slots import Interval

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 25
MEMORY = 1_000_000_000
TOO_MUCH = "Working out the events of the calendar takes too long: one of them may repeat without sense or end."


@dataclass(frozen=True)
class Window:
    """What is asked of a calendar: its owner's zone and address, the dates, and whose events are our own.

    From the midnight of `first` to the one of `until`.
    """

    zone_name: str
    first: date
    until: date
    address: str = ""
    own_uids: frozenset[str] = frozenset()


def expand(texts: Sequence[bytes], window: Window, *, seconds: float = SECONDS) -> BusyTime:
    """The busy time in the window, worked out in a new process that is ended after `seconds`.

    Raises CalendarUnreadable.
    """
    if sum(len(text) for text in texts) > MOST_BYTES:
        raise CalendarUnreadable(f"The calendar is larger than {MOST_BYTES // 1_000_000} MB.")
    asked = {
        **asdict(window),
        "first": window.first.isoformat(),
        "until": window.until.isoformat(),
        "own_uids": sorted(window.own_uids),
        "texts": [base64.b64encode(text).decode() for text in texts],
        "seconds": seconds,
    }
    try:
        done = subprocess.run(
            (sys.executable, "-m", "booking.calendar_expansion"),
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=seconds,
            cwd=ROOT,
            check=False,
        )
    except subprocess.TimeoutExpired as fault:
        raise CalendarUnreadable(TOO_MUCH) from fault
    try:
        found = json.loads(done.stdout)
    except ValueError as fault:
        raise CalendarUnreadable(TOO_MUCH) from fault
    if "fault" in found:
        raise CalendarUnreadable(found["fault"])
    intervals = tuple(Interval(_instant(start), _instant(end)) for start, end in found["busy"])
    return BusyTime(intervals, tuple(found["misread"]))


def main() -> None:
    """Read what is asked as JSON from standard input, write the busy time to standard output."""
    asked = json.load(sys.stdin)
    seconds = int(asked["seconds"]) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    json.dump(_answer(asked), sys.stdout)


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        found = read_busy(
            [base64.b64decode(text) for text in asked["texts"]],
            zone=ZoneInfo(asked["zone_name"]),
            first=date.fromisoformat(asked["first"]),
            until=date.fromisoformat(asked["until"]),
            address=asked["address"],
            own_uids=frozenset(asked["own_uids"]),
        )
    except CalendarUnreadable as fault:
        return {"fault": str(fault)}
    except (MemoryError, RecursionError):
        return {"fault": TOO_MUCH}
    busy = [(interval.start.timestamp(), interval.end.timestamp()) for interval in found.intervals]
    return {"busy": busy, "misread": found.misread}


def _instant(second: float) -> datetime:
    return datetime.fromtimestamp(second, UTC)


if __name__ == "__main__":
    main()
