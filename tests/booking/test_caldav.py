"""CalDAV as a real server speaks it, and as a broken or hostile one does."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from booking.caldav import CALDAV, Caldav, Found
from booking.calendar_faults import (
    CalendarFault,
    CalendarUnreadable,
    NoCalendarThere,
    NotAllowed,
    ObjectChanged,
    OtherSignIn,
    ServerTroubled,
    SignInRefused,
    UidElsewhere,
)
from kit.fetch import Limits, Login
from tests.booking.calendar_server import LOOPBACK, ROBIN, CalendarServer
from tests.booking.calendars import a_calendar, an_event
from tests.web_server import Says, Server, web_server

NOVEMBER = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
OURS = Caldav(ROBIN, Limits(networks=LOOPBACK, seconds=5))
MULTI = '<?xml version="1.0"?><D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">{}</D:multistatus>'
DATA = (
    "<D:response><D:href>/c/{0}.ics</D:href><D:propstat><D:prop><C:calendar-data>{1}</C:calendar-data></D:prop>"
    "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
)


@pytest.fixture
def odd() -> Iterator[Server]:
    with web_server() as running:
        yield running


@pytest.mark.parametrize("path", ["", "/", "/robin/", "/robin/Work%20%26%20Life/", "/somewhere/else"])
def test_calendars_are_found_from_any_address_of_the_server(radicale: CalendarServer, path: str):
    work = radicale.make_calendar("Work & Life")

    assert OURS.find_calendars(radicale.url + path) == (Found(work, "Work & Life", True),)


def test_an_address_book_is_no_calendar(radicale: CalendarServer):
    radicale.make_calendar("Work")
    book = (
        '<mkcol xmlns="DAV:" xmlns:R="urn:ietf:params:xml:ns:carddav"><set><prop>'
        "<resourcetype><collection/><R:addressbook/></resourcetype></prop></set></mkcol>"
    )
    assert radicale.ask(f"{radicale.home}people/", "MKCOL", book.encode()).status == 201

    assert [found.name for found in OURS.find_calendars(radicale.url)] == ["Work"]


def test_a_user_without_a_calendar_is_told_so(radicale: CalendarServer):
    with pytest.raises(NoCalendarThere):
        OURS.find_calendars(radicale.url)


def test_a_wrong_password_is_told(radicale: CalendarServer):
    radicale.make_calendar("Work")

    with pytest.raises(SignInRefused):
        Caldav(Login("robin", "wrong"), OURS.limits).find_calendars(radicale.url)


def test_every_change_changes_the_marker(radicale: CalendarServer):
    work = radicale.make_calendar("Work")
    markers = [OURS.marker(work)]
    etag = OURS.put(f"{work}a.ics", a_calendar(an_event()), new=True)
    markers.append(OURS.marker(work))
    OURS.delete(f"{work}a.ics", etag=etag)
    markers.append(OURS.marker(work))

    assert all(markers)
    assert markers[0] != markers[1] != markers[2]
    assert OURS.marker(work) == markers[2]


def test_only_what_touches_the_time_is_read(radicale: CalendarServer):
    weekly = an_event("weekly@x", "RRULE:FREQ=WEEKLY", start="20200106T100000Z", end="20200106T110000Z")
    old = an_event("old@x", start="20200106T100000Z", end="20200106T110000Z")
    work = radicale.make_calendar("Work", *(a_calendar(event) for event in (an_event("now@x"), weekly, old)))

    found = b"".join(OURS.read(work, *NOVEMBER))

    assert [uid in found for uid in (b"UID:now@x", b"UID:weekly@x", b"UID:old@x")] == [True, True, False]
    assert b"RRULE:FREQ=WEEKLY" in found


def test_nothing_is_written_over_unseen(radicale: CalendarServer):
    work = radicale.make_calendar("Work")
    url = f"{work}a.ics"
    first = OURS.put(url, a_calendar(an_event()), new=True)
    second = OURS.put(url, a_calendar(an_event("one@elsewhere", "LOCATION:Here")), etag=first)

    for attempt in (
        lambda: OURS.put(url, a_calendar(an_event()), new=True),
        lambda: OURS.put(url, a_calendar(an_event()), etag=first),
        lambda: OURS.delete(url, etag=first),
    ):
        with pytest.raises(ObjectChanged):
            attempt()

    stored = OURS.get(url)
    assert stored is not None
    assert (b"LOCATION:Here" in stored.body, stored.etag) == (True, second)
    OURS.delete(url, etag=second)
    OURS.delete(url, etag=second)
    assert OURS.get(url) is None


def test_an_event_that_the_calendar_has_is_found_by_its_uid(radicale: CalendarServer):
    uid = "a-uid-so-long-that-it-is-folded-over-two-lines-0123456789-0123456789-0123456789@elsewhere"
    work = radicale.make_calendar("Work", a_calendar(an_event()), a_calendar(an_event(uid)))

    with pytest.raises(UidElsewhere):
        OURS.put(f"{work}other.ics", a_calendar(an_event(uid)), new=True)

    assert OURS.find_uid(work, uid) == f"{work}1.ics"
    assert OURS.find_uid(work, uid[:20]) == ""


def test_where_a_server_names_the_place_of_an_event_it_is_told(odd: Server):
    conflict = f'<C:no-uid-conflict xmlns:C="{CALDAV[1:-1]}"><D:href>/c/b.ics</D:href></C:no-uid-conflict>'
    body = f'<D:error xmlns:D="DAV:">{conflict}</D:error>'
    odd.answers["/c/a.ics"] = Says(body.encode(), 403)

    with pytest.raises(UidElsewhere) as told:
        OURS.put(f"{odd.url}/c/a.ics", b"", new=True)

    assert told.value.href == f"{odd.url}/c/b.ics"


def test_a_weak_etag_is_not_held_against_a_change(odd: Server):
    odd.answers["/c/a.ics"] = Says(b"", 204, {"ETag": 'W/"2"', "Content-Length": "0"})

    assert OURS.put(f"{odd.url}/c/a.ics", b"x", etag='W/"1"') == 'W/"2"'
    assert "if-match" not in odd.asked[0].headers


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (Says(b"", 401, {"WWW-Authenticate": 'Digest realm="x", nonce="y"'}), OtherSignIn),
        (Says(b"", 401, {"WWW-Authenticate": 'Basic realm="x"'}), SignInRefused),
        (Says(b"", 403), NoCalendarThere),
        (Says(b"", 404), NoCalendarThere),
        (Says(b"", 500), NoCalendarThere),
        (Says(b"<!doctype html><title>Welcome</title>", 200), NoCalendarThere),
        (Says(b"not xml", 207), NoCalendarThere),
        (Says(MULTI.format("").encode(), 207), NoCalendarThere),
    ],
)
def test_a_server_that_knows_no_calendars_is_told(odd: Server, answer: Says, fault: type[CalendarFault]):
    odd.answers["/"] = odd.answers["/.well-known/caldav"] = answer

    with pytest.raises(fault):
        OURS.find_calendars(odd.url)


BOMB = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
)


@pytest.mark.parametrize(
    ("answer", "fault", "sentence"),
    [
        (Says(f"{BOMB}]><x>&j;</x>".encode(), 207), CalendarUnreadable, "makes no sense"),
        (Says(b"<D:multistatus", 207), CalendarUnreadable, "makes no sense"),
        (Says(MULTI.format(DATA.format(1, "x") + DATA.format(2, "")).encode(), 207), CalendarUnreadable, "only a part"),
        (
            Says(
                MULTI.format(
                    "<D:response><D:href>/c/</D:href><D:status>HTTP/1.1 507 No</D:status></D:response>"
                ).encode(),
                207,
            ),
            CalendarUnreadable,
            "only a part",
        ),
        (Says(b"", 503), ServerTroubled, "503"),
        (Says(b"", 403), NotAllowed, "does not allow"),
        (Says(b"<html>", 200), NoCalendarThere, "No calendar"),
        (Says(b"", 418), CalendarFault, "418"),
    ],
)
def test_an_answer_that_cannot_be_trusted_is_none(odd: Server, answer: Says, fault: type[CalendarFault], sentence: str):
    odd.answers["/c/"] = answer

    with pytest.raises(fault, match=sentence):
        OURS.read(f"{odd.url}/c/", *NOVEMBER)


def test_an_object_that_went_away_while_the_others_were_read_is_no_fault(odd: Server):
    gone = "<D:response><D:href>/c/2.ics</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>"
    odd.answers["/c/"] = Says(MULTI.format(DATA.format(1, "BEGIN:VCALENDAR") + gone).encode(), 207)

    assert OURS.read(f"{odd.url}/c/", *NOVEMBER) == (b"BEGIN:VCALENDAR",)


def test_every_fault_is_one_sentence():
    for kind in CalendarFault.__subclasses__():
        assert str(kind()).endswith("."), kind
