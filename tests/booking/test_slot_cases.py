"""Every worked case of slots, exactly: `SLOT_CASES` names another file of the same shape."""

import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from booking.busy_calendar import read_busy
from booking.hours import Hours, Window
from booking.slots import Engagement, Host, Interval, Policy, Timetable, find_slots

FILE = Path(os.environ.get("SLOT_CASES") or Path(__file__).parents[1] / "data" / "slot_cases.json")
CASES = json.loads(FILE.read_text("utf-8"))["cases"]


def an_instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def a_window(window: dict[str, str]) -> Window:
    start, end = ([int(part) for part in window[name].split(":")] for name in ("start", "end"))
    return Window(start[0] * 60 + start[1], end[0] * 60 + end[1])


def some_hours(host: dict[str, Any]) -> Hours:
    weekly: dict[int, tuple[Window, ...]] = {}
    for rule in host["rules"]:
        for day in rule["days"]:
            weekly[day] = (*weekly.get(day, ()), a_window(rule))
    overrides = {
        date.fromisoformat(override["date"]): tuple(a_window(window) for window in override["windows"])
        for override in host.get("overrides", [])
    }
    return Hours(weekly, overrides)


def some_busy_time(host: dict[str, Any]) -> tuple[Interval, ...]:
    busy = [Interval(an_instant(block["start"]), an_instant(block["end"])) for block in host.get("busy", [])]
    return (*busy, *read_calendar(host))


def read_calendar(host: dict[str, Any]) -> tuple[Interval, ...]:
    if "ics" not in host:
        return ()
    first, until = (date.fromisoformat(day) for day in host["ics_range"])
    own = host.get("email", "")
    found = read_busy([host["ics"].encode()], zone=ZoneInfo(host["tz"]), first=first, until=until, address=own)
    assert found.misread == ()
    return found.intervals


def live(booking: dict[str, Any], case: dict[str, Any]) -> bool:
    if booking["id"] == case.get("exclude_booking_id"):
        return False
    if booking["status"] == "hold":
        return an_instant(booking["hold_expires"]) > an_instant(case["now"])
    return booking["status"] in ("confirmed", "pending")


def a_host(host: dict[str, Any], case: dict[str, Any]) -> Host:
    engagements = tuple(
        Engagement(
            an_instant(booking["start"]),
            an_instant(booking["end"]),
            timedelta(minutes=booking.get("buffer_before_min", 0)),
            timedelta(minutes=booking.get("buffer_after_min", 0)),
        )
        for booking in host.get("bookings", [])
        if live(booking, case)
    )
    return Host(host["id"], ZoneInfo(host["tz"]), some_hours(host), some_busy_time(host), engagements)


def a_policy(event: dict[str, Any]) -> Policy:
    return Policy(
        duration=timedelta(minutes=event["duration_min"]),
        step=timedelta(minutes=event["step_min"]),
        buffer_before=timedelta(minutes=event.get("buffer_before_min", 0)),
        buffer_after=timedelta(minutes=event.get("buffer_after_min", 0)),
        notice=timedelta(minutes=event.get("min_notice_min", 0)),
        horizon_days=event.get("horizon_days"),
        max_per_day=event.get("max_per_day"),
        max_per_week=event.get("max_per_week"),
        mode=event.get("mode", "any"),
    )


def utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_case_is_answered_exactly(case: dict[str, Any]):
    hosts = tuple(a_host(host, case) for host in case["hosts"])
    zone = ZoneInfo(case["query"]["tz"])

    slots = find_slots(
        hosts,
        a_policy(case["event"]),
        now=an_instant(case["now"]),
        first=date.fromisoformat(case["query"]["from"]),
        last=date.fromisoformat(case["query"]["to"]),
        zone=zone,
    )

    expected = case["expected"]
    assert [utc(slot.start) for slot in slots] == expected["slots_utc"]
    assert [slot.start.astimezone(zone).isoformat() for slot in slots] == expected["slots_guest_local"]
    assert len(slots) == expected["count"]
    if "hosts_free" in expected:
        assert {utc(slot.start): list(slot.hosts) for slot in slots} == expected["hosts_free"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_what_is_offered_is_never_explained_away(case: dict[str, Any]):
    if case["event"].get("mode") == "all":
        return
    hosts = {host["id"]: a_host(host, case) for host in case["hosts"]}
    now, policy = an_instant(case["now"]), a_policy(case["event"])
    offered = {an_instant(start) for start in case["expected"]["slots_utc"]}

    for start in offered:
        assert any(Timetable(host, policy, now).explain(start) is None for host in hosts.values())
        odd = start + timedelta(seconds=30)
        assert all(Timetable(host, policy, now).explain(odd) is not None for host in hosts.values())


WITH_CALENDARS = [host for case in CASES for host in case["hosts"] if "ics" in host]


@pytest.mark.parametrize("host", WITH_CALENDARS, ids=lambda host: host["ics"][-90:-20])
def test_a_calendar_expands_to_its_busy_time(host: dict[str, Any]):
    expected = [(block["start"], block["end"]) for block in host["expected_busy_utc"]]

    assert [(utc(block.start), utc(block.end)) for block in read_calendar(host)] == expected
