"""The plan's call blocks as a calendar file.

Times float (no zone): they mean the reader's own clock wherever they are, so the file needs no time zone. One event a
week, as the number of blocks may grow from week to week; `COUNT` counts every occurrence. It is no message, so it has
no METHOD: PUBLISH would need an organizer (RFC 5546 3.2.1), and nobody organizes one's own calls.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Alarm, Calendar, Event

from assessment.plan import PlanWeek, block_days
from kit.words import NO_BREAK

DAYS = ("MO", "TU", "WE", "TH", "FR")
BLOCK = timedelta(minutes=60)
COUNT = timedelta(minutes=15)
LATE_HOUR = time(16, 30)
EARLY_HOUR = time(9, 30)
COUNT_HOUR = time(16, 0)
DEFAULT_HOUR = "09:30"
MOST_BLOCKS = 2 * len(DAYS)  # a week: one person's calendar holds no more
SHORT_NAMES = {"MO": "Mon", "TU": "Tue", "WE": "Wed", "TH": "Thu", "FR": "Fri"}


def plan_calendar(plan: Sequence[PlanWeek], *, days: Sequence[str], hour: str, on: date, uid: str, host: str) -> bytes:
    """The blocks of four weeks from the Monday after `on`. `hour` is `09:30`; `days` are chosen days such as TU.

    Without chosen days the plan's own are taken. A week with more blocks than days takes further weekdays, and then a
    second hour on some of them: late in the afternoon, or in the morning where the first is late.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Conversation gap//Call blocks//EN")
    calendar.add("version", "2.0")
    stamp = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    monday = on + timedelta(days=7 - on.weekday())
    first = time.fromisoformat(hour)
    second = LATE_HOUR if _minutes(first) + 60 <= _minutes(LATE_HOUR) else EARLY_HOUR
    fridays: list[time] = []
    for week in plan:
        start = monday + timedelta(weeks=week.number - 1)
        once, twice = _block_days(days, week.blocks)
        calendar.add_component(_blocks(start, once, first, f"{uid}-week{week.number}@{host}", stamp, week))
        if twice:
            calendar.add_component(_blocks(start, twice, second, f"{uid}-week{week.number}b@{host}", stamp, week))
        fridays += [first] * ("FR" in once) + [second] * ("FR" in twice)
    calendar.add_component(_count(monday, len(plan), _after_blocks(fridays), f"{uid}-count@{host}", stamp))
    return bytes(calendar.to_ical())


def say_days(chosen: Sequence[str], blocks: int) -> str:
    """On which days so many blocks stand: `Tue, Thu`; `Mon to Fri, Mon twice`."""
    once, twice = _block_days(chosen, blocks)
    if len(twice) == len(DAYS):
        return "Mon to Fri, twice"
    said = "Mon to Fri" if len(once) == len(DAYS) else ", ".join(SHORT_NAMES[day] for day in once)
    return said + (f", {', '.join(SHORT_NAMES[day] for day in twice)} twice" if twice else "")


def say_hour(hour: str) -> str:
    """`9:30 am` for `09:30`."""
    at = time.fromisoformat(hour)
    return f"{at.hour % 12 or 12}:{at:%M}{NO_BREAK}{'am' if at.hour < 12 else 'pm'}"


def _block_days(chosen: Sequence[str], blocks: int) -> tuple[list[str], list[str]]:
    """The days on which a block stands, and those with a second one."""
    wanted = [day for day in DAYS if day in chosen] or list(block_days(blocks))
    days = (wanted + [day for day in DAYS if day not in wanted])[: max(1, min(blocks, len(DAYS)))]
    return sorted(days, key=DAYS.index), list(DAYS[: max(0, min(blocks, MOST_BLOCKS) - len(DAYS))])


def _after_blocks(starts: Sequence[time]) -> time:
    """The hour of the weekly count: four, or the end of a block that is on at that time."""
    count = _minutes(COUNT_HOUR)
    for start in sorted(starts):
        if _minutes(start) < count + 15 and count < _minutes(start) + 60:
            count = _minutes(start) + 60
    return time(count // 60, count % 60)


def _minutes(hour: time) -> int:
    return hour.hour * 60 + hour.minute


def _count(monday: date, weeks: int, hour: time, uid: str, stamp: datetime) -> Event:
    friday = datetime.combine(monday + timedelta(days=4), hour)
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", stamp)
    event.add("dtstart", friday)
    event.add("dtend", friday + COUNT)
    event.add("rrule", {"freq": "weekly", "count": weeks, "byday": ["FR"]})
    event.add("summary", "Weekly count: conversations, meetings, next dates")
    return event


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
