"""The plan's call blocks as a calendar file.

Times float (no zone): they mean the reader's own clock wherever they are, so the file needs no time zone. One event a
week, as the number of blocks may grow from week to week; `COUNT` counts every occurrence.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Alarm, Calendar, Event

from assessment.plan import PlanWeek, block_days

DAYS = ("MO", "TU", "WE", "TH", "FR")
BLOCK = timedelta(minutes=60)
SECOND_BLOCK_HOUR = time(16, 0)
COUNT_HOUR = time(16, 30)
DEFAULT_HOUR = "09:30"


def plan_calendar(plan: Sequence[PlanWeek], *, days: Sequence[str], hour: str, on: date, uid: str, host: str) -> bytes:
    """The blocks of four weeks from the Monday after `on`; `days` are chosen days such as TU, `hour` is `09:30`.

    A week with more blocks than chosen days takes further weekdays, and then a second hour in the late afternoon.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Conversation gap//Call blocks//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    stamp = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    monday = on + timedelta(days=7 - on.weekday())
    first_hour = time.fromisoformat(hour)
    chosen = [day for day in DAYS if day in days] or list(block_days(plan[0].blocks))
    for week in plan:
        start = monday + timedelta(weeks=week.number - 1)
        on_days = sorted(
            (chosen + [day for day in DAYS if day not in chosen])[: max(1, min(week.blocks, len(DAYS)))], key=DAYS.index
        )
        calendar.add_component(_blocks(start, on_days, first_hour, f"{uid}-week{week.number}@{host}", stamp, week))
        second = min(week.blocks - len(DAYS), len(DAYS))
        if second > 0:
            calendar.add_component(
                _blocks(start, list(DAYS[:second]), SECOND_BLOCK_HOUR, f"{uid}-week{week.number}b@{host}", stamp, week)
            )
    friday = datetime.combine(monday + timedelta(days=4), COUNT_HOUR)
    count = Event()
    count.add("uid", f"{uid}-count@{host}")
    count.add("dtstamp", stamp)
    count.add("dtstart", friday)
    count.add("dtend", friday + timedelta(minutes=15))
    count.add("rrule", {"freq": "weekly", "count": len(plan), "byday": ["FR"]})
    count.add("summary", "Weekly count: conversations, meetings, next dates")
    calendar.add_component(count)
    return bytes(calendar.to_ical())


def _blocks(monday: date, days: Sequence[str], hour: time, uid: str, stamp: datetime, week: PlanWeek) -> Event:
    start = datetime.combine(monday + timedelta(days=DAYS.index(days[0])), hour)
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", stamp)
    event.add("dtstart", start)
    event.add("dtend", start + BLOCK)
    event.add("rrule", {"freq": "weekly", "count": len(days), "byday": list(days)})
    event.add("summary", f"Recruiting conversations (call block, week {week.number})")
    event.add("description", f"This week: {week.target} live conversations. {week.task}")
    for before, words in (
        (-timedelta(minutes=10), "Call block in 10 minutes"),
        (timedelta(minutes=5), "Have you started?"),
    ):
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", words)
        alarm.add("trigger", before)
        event.add_component(alarm)
    return event
