"""What holds for every host, every rule and every zone, odd ones too."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from booking.hours import Hours, Travel, Window
from booking.slots import Engagement, Host, Interval, Policy, Slot, Timetable, find_slots

# Zones that change by half an hour, at midnight, that skipped a date or moved for good.
ZONES = [
    ZoneInfo(name)
    for name in (
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Asia/Beirut",
        "Africa/Cairo",
        "America/Sao_Paulo",
        "America/Havana",
        "Pacific/Apia",
        "America/Caracas",
        "Africa/Casablanca",
        "Europe/Dublin",
        "Asia/Gaza",
        "Antarctica/Troll",
        "UTC",
    )
]
# Days on which one of those zones changed, and an ordinary one.
DAYS = [
    date(2026, 3, 8),
    date(2026, 11, 1),
    date(2026, 10, 4),
    date(2026, 3, 29),
    date(2018, 11, 4),
    date(2011, 12, 30),
    date(2007, 12, 9),
    date(2016, 5, 1),
    date(2026, 6, 17),
    date(2026, 2, 15),
]
MOST_DAYS = 4

zones = st.sampled_from(ZONES)
days = st.sampled_from(DAYS)
minutes = st.integers(0, 1439)
short = st.sampled_from([0, 5, 10, 15, 30, 60]).map(lambda count: timedelta(minutes=count))


@st.composite
def windows(draw: st.DrawFn) -> tuple[Window, ...]:
    found = [Window(draw(minutes), draw(st.integers(1, 1440))) for _ in range(draw(st.integers(0, 2)))]
    return tuple(window for window in found if window.start != window.end)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    return Policy(
        duration=timedelta(minutes=draw(st.sampled_from([15, 30, 45, 60, 90]))),
        step=timedelta(minutes=draw(st.sampled_from([15, 20, 30, 60]))),
        type="first",
        buffer_before=draw(short),
        buffer_after=draw(short),
        notice=draw(st.sampled_from([timedelta(), timedelta(hours=4), timedelta(days=1)])),
        horizon_days=draw(st.sampled_from([None, 1, 3, 30])),
        max_per_day=draw(st.sampled_from([None, 1, 3])),
        max_per_week=draw(st.sampled_from([None, 1, 5])),
    )


@st.composite
def spans(draw: st.DrawFn, around: date) -> tuple[datetime, datetime]:
    start = datetime(around.year, around.month, around.day, tzinfo=UTC) + timedelta(
        minutes=draw(st.integers(-2880, 7200))
    )
    return start, start + timedelta(minutes=draw(st.integers(1, 600)))


@st.composite
def hosts(draw: st.DrawFn, around: date) -> Host:
    busy = tuple(Interval(*draw(spans(around))) for _ in range(draw(st.integers(0, 3))))
    booked = tuple(
        Engagement(*draw(spans(around)), draw(short), draw(short), draw(st.sampled_from(["first", "other"])))
        for _ in range(draw(st.integers(0, 3)))
    )
    overrides = {
        around + timedelta(days=draw(st.integers(0, 2))): draw(windows()) for _ in range(draw(st.integers(0, 1)))
    }
    travels = ()
    if draw(st.booleans()):
        first = around + timedelta(days=draw(st.integers(-2, 3)))
        travels = (Travel(first, first + timedelta(days=draw(st.integers(0, 3))), draw(zones)),)
    return Host(
        "robin",
        draw(zones),
        Hours({weekday: draw(windows()) for weekday in range(1, 8)}, overrides),
        busy,
        booked,
        max_per_day=draw(st.sampled_from([None, 2])),
        travels=travels,
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Host, Policy, datetime, date]:
    """A host, the rules, an instant, and the first day asked for."""
    first = draw(days)
    now = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(hours=draw(st.integers(-24, 48)))
    return draw(hosts(first)), draw(policies()), now, first


def offered(world: tuple[Host, Policy, datetime, date], *, zone: str = "UTC", host: Host | None = None) -> list[Slot]:
    own, policy, now, first = world
    last = first + timedelta(days=MOST_DAYS)
    return find_slots((host or own,), policy, now=now, first=first, last=last, zone=ZoneInfo(zone))


def starts(slots: list[Slot]) -> set[datetime]:
    return {slot.start for slot in slots}


@given(worlds())
def test_no_slot_overlaps_what_is_taken(world: tuple[Host, Policy, datetime, date]):
    host, policy, now, _ = world

    for slot in offered(world):
        end = slot.start + policy.duration
        begin, until = slot.start - policy.buffer_before, end + policy.buffer_after
        assert slot.start >= now + policy.notice
        for block in host.busy:
            assert until <= block.start or block.end <= begin
        for other in host.engagements:
            assert until <= other.start or other.end <= begin
            assert end <= other.start - other.buffer_before or other.end + other.buffer_after <= slot.start


@settings(max_examples=25)
@given(worlds())
def test_what_is_shown_can_be_booked_at_that_instant_and_nothing_else(world: tuple[Host, Policy, datetime, date]):
    host, policy, now, first = world
    timetable = Timetable(host, policy, now)
    shown = starts(offered(world))

    assert all(timetable.explain(start) is None for start in shown)
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    for step in range((MOST_DAYS + 1) * 24 * 12):
        instant = begin + timedelta(minutes=5 * step)
        assert (timetable.explain(instant) is None) == (instant in shown)


@given(worlds(), zones)
def test_the_zone_of_the_guest_never_changes_the_instants(world: tuple[Host, Policy, datetime, date], guest: ZoneInfo):
    _, _, _, first = world
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC) + timedelta(days=1)
    end = begin + timedelta(days=MOST_DAYS - 2)

    theirs, ours = (
        {start for start in starts(offered(world, zone=zone)) if begin <= start < end} for zone in (guest.key, "UTC")
    )

    assert theirs == ours


@given(worlds(), st.data())
def test_more_busy_time_never_adds_a_slot(world: tuple[Host, Policy, datetime, date], data: st.DataObject):
    host, _, _, first = world
    block = Interval(*data.draw(spans(first)))

    busier = starts(offered(world, host=replace(host, busy=(*host.busy, block))))

    assert busier <= starts(offered(world))


@given(worlds(), st.data())
def test_another_booking_never_adds_a_slot(world: tuple[Host, Policy, datetime, date], data: st.DataObject):
    host, _, _, first = world
    booking = Engagement(*data.draw(spans(first)), type="first")

    fuller = starts(offered(world, host=replace(host, engagements=(*host.engagements, booking))))

    assert fuller <= starts(offered(world))


@given(worlds(), st.data())
def test_taking_a_slot_and_giving_it_back_restores_the_offer(
    world: tuple[Host, Policy, datetime, date], data: st.DataObject
):
    host, policy, _, _ = world
    before = offered(world)
    if not before:
        return
    slot = data.draw(st.sampled_from(before))
    taken = replace(
        host, engagements=(*host.engagements, Engagement(slot.start, slot.start + policy.duration, type="first"))
    )

    without = offered(world, host=taken)

    assert slot.start not in starts(without)
    assert offered(world, host=replace(taken, engagements=taken.engagements[:-1])) == before


@given(worlds())
def test_a_journey_to_the_same_zone_changes_nothing(world: tuple[Host, Policy, datetime, date]):
    host, _, _, first = world
    at_home = replace(host, travels=())
    journey = Travel(first - timedelta(days=9), first + timedelta(days=9), host.zone)

    assert offered(world, host=replace(host, travels=(journey,))) == offered(world, host=at_home)


@given(worlds(), zones)
def test_a_journey_that_covers_everything_is_a_move_of_house(
    world: tuple[Host, Policy, datetime, date], there: ZoneInfo
):
    host, _, _, first = world
    journey = Travel(first - timedelta(days=40), first + timedelta(days=40), there)

    travelling = offered(world, host=replace(host, travels=(journey,)))

    assert travelling == offered(world, host=replace(host, zone=there, travels=()))


@given(worlds())
def test_whose_calendar_is_unread_is_not_offered(world: tuple[Host, Policy, datetime, date]):
    host, policy, now, _ = world
    unread = replace(host, unread=True)

    assert offered(world, host=unread) == []
    for slot in offered(world):
        assert Timetable(unread, policy, now).explain(slot.start) is not None


@given(worlds(), worlds())
def test_any_is_the_union_and_all_the_intersection(
    world: tuple[Host, Policy, datetime, date], other: tuple[Host, Policy, datetime, date]
):
    host, policy, now, first = world
    second = replace(other[0], id="sam")
    last = first + timedelta(days=MOST_DAYS)
    alone = [starts(offered(world, host=one)) for one in (host, second)]

    def both(mode: str) -> set[datetime]:
        rules = replace(policy, mode=mode)
        return starts(find_slots((host, second), rules, now=now, first=first, last=last, zone=ZoneInfo("UTC")))

    assert both("any") == alone[0] | alone[1]
    assert both("all") == alone[0] & alone[1]
