"""What calendars answer is read in every shape that mail programs give it, and judged by the rules of RFC 5546."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.replies import MOST_BYTES, Answer, Attendee, Message, read_calendar, read_message
from booking.reply_rules import Known, ReplyOutcome, judge
from booking.reply_times import Zones, read_time
from tests.booking.mail_programs import PROGRAMS, Said, outlook

AT = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)
START = datetime(2026, 11, 2, 14, 0, tzinfo=UTC)
SAID = Said(
    uid="0123456789abcdef0123456789abcdef@localhost",
    sequence=0,
    start=START,
    end=START + timedelta(minutes=30),
    organizer="consults@localhost",
    attendee="ann@example.org",
    partstat="ACCEPTED",
    at=AT,
)
REPLY = """BEGIN:VCALENDAR
METHOD:REPLY
BEGIN:VEVENT
UID:u1
SEQUENCE:2
DTSTAMP:20261031T223000Z
ATTENDEE;PARTSTAT=DECLINED:mailto:ann@example.org
END:VEVENT
END:VCALENDAR
"""
ANSWER = Answer("u1", "REPLY", (Attendee("ann@example.org", "DECLINED"),), 2, AT)


def a_message(
    calendar: bytes = REPLY.encode(), *, kind: str = 'text/calendar; method="REPLY"; charset=utf-8', head: str = ""
) -> bytes:
    """A mail of one part."""
    headers = f"From: Ann <ann@example.org>\r\nMessage-ID: <1@x>\r\n{head}Content-Type: {kind}\r\n\r\n"
    return headers.encode() + calendar


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("partstat", ["ACCEPTED", "TENTATIVE", "DECLINED"])
def test_an_answer_is_read_as_each_mail_program_sends_it(program: str, partstat: str):
    said = replace(SAID, partstat=partstat, comment="Sorry; on a train, all day")

    message = read_message(PROGRAMS[program](said))

    assert message.senders == ("ann@example.org",)
    (answer,) = message.answers
    assert replace(answer, start=None) == Answer(
        SAID.uid, "REPLY", (Attendee("ann@example.org", partstat),), 0, AT, None, "Sorry; on a train, all day"
    )
    assert answer.start == START


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_proposed_time_is_read_as_each_mail_program_sends_it(program: str):
    wanted = datetime(2027, 3, 15, 17, 15, tzinfo=UTC)  # after the clocks have gone forward

    (answer,) = read_message(PROGRAMS[program](replace(SAID, partstat="TENTATIVE", wanted=wanted))).answers

    assert (answer.method, answer.start) == ("COUNTER", wanted)


BOUNCE = b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + a_message() + b"\r\n--b--"
UMLAUT = REPLY.replace("UID:u1", "SUMMARY:Gespräch\nUID:u1")
NO_ADDRESS = REPLY.replace("mailto:ann@example.org", "invalid:nomail")
TASK = "BEGIN:VTODO\nUID:other\nEND:VTODO\nBEGIN:VEVENT"
ALARM = "BEGIN:VALARM\nUID:alarm\nATTENDEE:mailto:x@y.example\nEND:VALARM\nEND:VEVENT"


@pytest.mark.parametrize(
    "raw",
    [
        a_message(),
        a_message(REPLY.replace("\n", "\r\n").encode()),
        a_message(REPLY.replace("\n", "\r").encode()),
        a_message(REPLY.replace("UID:u1", "UID:u\n 1").encode()),
        a_message(REPLY.replace("ATTENDEE", "attendee").replace("mailto:", "MAILTO:").encode()),
        a_message(REPLY.replace("mailto:ann", "mailto:Ann").encode()),
        a_message(REPLY.replace(";PARTSTAT", ';CN="Bee, Ann: the one";PARTSTAT').encode()),
        a_message(REPLY.replace(";PARTSTAT", ';CN="Ann \\"B";PARTSTAT').encode()),
        a_message(REPLY.replace(";PARTSTAT", ';SENT-BY="mailto:office@example.org";PARTSTAT').encode()),
        a_message(NO_ADDRESS.replace("ATTENDEE", "ATTENDEE;EMAIL=ann@example.org").encode()),
        a_message(REPLY.replace("BEGIN:VEVENT", TASK).encode()),
        a_message(REPLY.replace("END:VEVENT", ALARM).encode()),
        a_message(UMLAUT.encode("latin-1"), kind="text/calendar; charset=latin-1"),
        a_message(UMLAUT.encode("latin-1")),
        a_message(UMLAUT.encode(), kind="text/calendar; charset=us-ascii"),
        a_message(UMLAUT.encode(), kind="text/calendar; charset=no-such-thing"),
        a_message(UMLAUT.encode("utf-16"), kind="text/calendar; charset=utf-16"),
        a_message(b"\xef\xbb\xbf" + UMLAUT.encode()),
        a_message(UMLAUT.encode(), kind='application/octet-stream; name="Invite.ICS"'),
        a_message(REPLY.replace("SEQUENCE:2", "SEQUENCE:2\nSEQUENCE:x").encode()),
    ],
)
def test_odd_forms_are_read_alike(raw: bytes):
    assert read_message(raw).answers == (ANSWER,)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("SEQUENCE:2\n", "", replace(ANSWER, sequence=0)),
        ("SEQUENCE:2", "SEQUENCE:-1", replace(ANSWER, sequence=0)),
        ("DTSTAMP:20261031T223000Z\n", "", replace(ANSWER, stamp=None)),
        ("DTSTAMP:20261031T223000Z", "DTSTAMP:20261331T223000Z", replace(ANSWER, stamp=None)),
        ("DTSTAMP:20261031T223000Z", "DTSTAMP:20261031T223000", ANSWER),
        (";PARTSTAT=DECLINED", "", replace(ANSWER, attendees=(Attendee("ann@example.org", ""),))),
        ("SEQUENCE", "DTSTART;VALUE=DATE:20261102\nSEQUENCE", ANSWER),
        ("SEQUENCE", "DTSTART:20261102T090000\nSEQUENCE", replace(ANSWER, start=datetime(2026, 11, 2, 9))),  # noqa: DTZ001
        ("SEQUENCE", "DTSTART;TZID=Nowhere:20261102T090000\nSEQUENCE", ANSWER),
        ("SEQUENCE", "DTSTART:99991102T090000Z\nSEQUENCE", ANSWER),
        ("SEQUENCE", "COMMENT;LANGUAGE=en:a\\, b: c\\nd\\\\\nSEQUENCE", replace(ANSWER, comment="a, b: c\nd\\")),
        ("SEQUENCE", f"COMMENT:{'x' * 3000}\x00\x1b\nSEQUENCE", replace(ANSWER, comment="x" * 1000)),
    ],
)
def test_what_is_missing_or_wrong_is_left_out(old: str, new: str, expected: Answer):
    assert read_calendar(REPLY.replace(old, new)) == ((expected,), True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("UID:u1\n", ""),
        ("ATTENDEE;PARTSTAT=DECLINED:mailto:ann@example.org\n", ""),
        ("END:VEVENT\nEND:VCALENDAR\n", ""),
        ("mailto:ann@example.org", "nobody"),
    ],
)
def test_an_answer_that_cannot_be_understood_is_broken(old: str, new: str):
    message = read_message(a_message(REPLY.replace(old, new).encode()))

    assert message == Message("<1@x>", ("ann@example.org",), broken=True)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n",
        b"\x00\xff" * 100,
        a_message(b"Thanks, my number is 555.", kind="text/plain"),
        a_message(b"I am away until Monday.", kind="text/plain", head="Auto-Submitted: auto-replied\r\n"),
        a_message(b"", kind="text/calendar"),
        a_message(b"\x00" * 1000, kind="text/calendar"),
        *(a_message(REPLY.replace("REPLY", method).encode()) for method in ("REQUEST", "CANCEL", "PUBLISH", "REFRESH")),
        a_message(REPLY.replace("METHOD:REPLY\n", "").encode()),
        a_message(a_message(), kind="message/rfc822"),
        a_message(
            b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + a_message() + b"\r\n--b--",
            kind="multipart/report; boundary=b",
        ),
        a_message(REPLY.encode() + b"X" * MOST_BYTES),
        a_message(REPLY.encode() + b"X-A:1\n" * 60_000),
    ],
)
def test_whatever_is_no_answer_is_left_to_people(raw: bytes):
    assert not read_message(raw).concerns_us


def test_several_events_are_several_answers_and_a_copy_is_none():
    two = REPLY.replace("END:VCALENDAR\n", "") + REPLY.split("METHOD:REPLY\n")[1].replace("u1", "u2")
    twice = REPLY.replace("END:VCALENDAR\n", "") + REPLY.split("METHOD:REPLY\n")[1]

    assert [answer.uid for answer in read_calendar(two)[0]] == ["u1", "u2"]
    assert [answer.uid for answer in read_calendar(twice)[0]] == ["u1"]


def test_the_first_part_that_answers_counts():
    other = REPLY.replace("DECLINED", "ACCEPTED").encode()
    parts = (b"Content-Type: text/calendar\r\n\r\n" + REPLY.encode(), b"Content-Type: application/ics\r\n\r\n" + other)
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"

    assert read_message(a_message(body, kind="multipart/mixed; boundary=b")).answers == (ANSWER,)


@pytest.mark.parametrize(
    ("header", "senders"),
    [
        ("From: Ann <Ann@Example.ORG>", ("ann@example.org",)),
        ("From: =?utf-8?q?=C3=84nn?=\r\n <ann@example.org>", ("ann@example.org",)),
        ("From: ann@example.org, bob@example.org", ("ann@example.org", "bob@example.org")),
        ('From: "ann@example.org" <mallory@evil.example>', ("mallory@evil.example",)),
        ("From: mallory@evil.example\r\nFrom: ann@example.org", ()),
        ("From: " + "(" * 1500, ()),
        ("From: " + "a@b.example, " * 500, ()),
        ("X-From: ann@example.org", ()),
    ],
)
def test_the_sender_is_who_stands_in_the_one_from(header: str, senders: tuple[str, ...]):
    raw = a_message().replace(b"From: Ann <ann@example.org>", header.encode())

    assert read_message(raw).senders == senders


@pytest.mark.parametrize("missing", [b"", b"Message-ID: \r\n", b"Message-ID: <" + b"x" * 400 + b">\r\n"])
def test_a_message_without_a_usable_id_is_known_by_its_bytes(missing: bytes):
    raw = a_message().replace(b"Message-ID: <1@x>\r\n", missing)

    assert read_message(raw).message_id == read_message(raw).message_id != read_message(raw + b"\n").message_id
    assert read_message(raw).message_id.startswith("sha256:")


def test_hostile_sizes_end_soon():
    deep = b"".join(b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (i, i + 1) for i in range(3000))
    many = b"".join(b"--b\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n" for _ in range(10_000))
    nested = b"BEGIN:VCALENDAR\nMETHOD:REPLY\n" + b"BEGIN:VEVENT\nUID:a\n" * 12_000
    events = REPLY.split("BEGIN:VEVENT")[1].split("END:VCALENDAR")[0]
    crowd = b"BEGIN:VCALENDAR\nMETHOD:REPLY\n" + "".join(f"BEGIN:VEVENT{events}" for _ in range(1500)).encode()
    quotes = b'BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nATTENDEE;CN="' + b'"a;' * 80_000

    assert not read_message(a_message(deep, kind="multipart/mixed; boundary=b0")).answers
    assert not read_message(a_message(many, kind="multipart/mixed; boundary=b")).answers
    assert not read_message(a_message(nested)).answers
    assert read_message(a_message(crowd)).answers == (ANSWER,)
    assert not read_message(a_message(quotes)).answers


def test_a_zone_that_repeats_every_second_is_not_followed():
    raw = outlook(replace(SAID, wanted=START + timedelta(days=1)))
    assert read_message(raw).answers[0].start == START + timedelta(days=1)
    part = next(part for part in message_from_bytes(raw).walk() if part.get_content_type() == "text/calendar")
    text = part.get_payload(decode=True).decode()  # type: ignore[union-attr]

    for rule in ("FREQ=SECONDLY", "FREQ=YEARLY;INTERVAL=0", "FREQ=YEARLY;COUNT=9", "FREQ=YEARLY;BYSECOND=1"):
        own = text.replace("Eastern Standard Time", "Ours").replace("FREQ=YEARLY;INTERVAL=1", rule)
        assert read_calendar(own)[0][0].start is None


@pytest.mark.parametrize(
    ("name", "wall", "expected"),
    [
        ("America/New_York", "20261101T130000", "2026-11-01T18:00:00+00:00"),
        ("Eastern Standard Time", "20261030T130000", "2026-10-30T17:00:00+00:00"),
        ("/mozilla.org/20050126_1/America/New_York", "20261102T130000", "2026-11-02T18:00:00+00:00"),
        ("America/Argentina/Buenos_Aires", "20261102T130000", "2026-11-02T16:00:00+00:00"),
        ("Ours", "20261101T013000", "2026-11-01T05:30:00+00:00"),
        ("Ours", "20261101T030000", "2026-11-01T08:00:00+00:00"),
        ("Ours", "20270314T030000", "2027-03-14T07:00:00+00:00"),
        ("Ours", "20270115T090000", "2027-01-15T14:00:00+00:00"),
    ],
)
def test_a_zone_is_found_by_any_of_its_names(name: str, wall: str, expected: str):
    lines = """TZID:Ours
BEGIN:STANDARD
DTSTART:20071104T020000
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20070311T020000
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
END:DAYLIGHT""".splitlines()

    found = read_time(f';TZID="{name}"', wall, Zones.read([lines]))

    assert found == datetime.fromisoformat(expected)


@given(st.binary(max_size=2000))
def test_no_bytes_are_a_fault(raw: bytes):
    read_message(raw)
    read_message(a_message(raw))
    read_message(a_message(b"BEGIN:VCALENDAR\nMETHOD:COUNTER\nBEGIN:VEVENT\n" + raw + b"\nEND:VEVENT\n"))


KNOWN = Known(guest="ann@example.org", hosts=frozenset({"robin@consultancy.example"}), sequence=2, is_open=True)


@pytest.mark.parametrize(
    ("answer", "senders", "known", "outcome", "partstat"),
    [
        (ANSWER, ("ann@example.org",), KNOWN, ReplyOutcome.CANCELLED, "DECLINED"),
        (ANSWER, ("x@y.example", "ann@example.org"), KNOWN, ReplyOutcome.CANCELLED, "DECLINED"),
        (ANSWER, ("ann@example.org",), None, ReplyOutcome.UNKNOWN, ""),
        (ANSWER, ("mallory@evil.example",), KNOWN, ReplyOutcome.STRANGER, ""),
        (ANSWER, ("ann+work@example.org",), KNOWN, ReplyOutcome.STRANGER, ""),
        (ANSWER, (), KNOWN, ReplyOutcome.STRANGER, ""),
        (
            replace(ANSWER, attendees=(Attendee("mallory@evil.example", "DECLINED"),)),
            ("mallory@evil.example",),
            KNOWN,
            ReplyOutcome.STRANGER,
            "",
        ),
        (
            replace(ANSWER, attendees=(Attendee("robin@consultancy.example", "DECLINED"),)),
            ("robin@consultancy.example",),
            KNOWN,
            ReplyOutcome.HOST,
            "",
        ),
        (replace(ANSWER, sequence=1), ("ann@example.org",), KNOWN, ReplyOutcome.STALE, ""),
        (replace(ANSWER, sequence=9), ("ann@example.org",), KNOWN, ReplyOutcome.CANCELLED, "DECLINED"),
        (ANSWER, ("ann@example.org",), replace(KNOWN, is_open=False), ReplyOutcome.STALE, ""),
        (ANSWER, ("ann@example.org",), replace(KNOWN, answered=(2, AT)), ReplyOutcome.STALE, ""),
        (
            ANSWER,
            ("ann@example.org",),
            replace(KNOWN, answered=(2, AT - timedelta(seconds=1))),
            ReplyOutcome.CANCELLED,
            "DECLINED",
        ),
        (
            ANSWER,
            ("ann@example.org",),
            replace(KNOWN, answered=(1, AT + timedelta(days=1))),
            ReplyOutcome.CANCELLED,
            "DECLINED",
        ),
        (replace(ANSWER, method="COUNTER"), ("ann@example.org",), KNOWN, ReplyOutcome.MOVE_ASKED, "TENTATIVE"),
        (
            replace(ANSWER, attendees=(Attendee("ann@example.org", "DELEGATED"),)),
            ("ann@example.org",),
            KNOWN,
            ReplyOutcome.UNREADABLE,
            "",
        ),
    ],
)
def test_the_verdict(
    answer: Answer, senders: tuple[str, ...], known: Known | None, outcome: ReplyOutcome, partstat: str
):
    verdict = judge(answer, senders, known, AT + timedelta(hours=1))

    assert (verdict.outcome, verdict.partstat) == (outcome, partstat)


def test_a_clock_that_is_ahead_does_not_make_later_answers_old():
    ahead = judge(replace(ANSWER, stamp=AT + timedelta(days=9999)), ("ann@example.org",), KNOWN, AT)

    assert ahead.version == (2, AT)


versions = st.tuples(st.integers(0, 3), st.integers(0, 20))
answers = st.lists(st.tuples(versions, st.sampled_from(["ACCEPTED", "TENTATIVE"])), unique_by=lambda pair: pair[0])


@given(answers, st.randoms(use_true_random=False))
def test_in_any_order_the_newest_answer_is_the_one_that_holds(said: list[tuple[tuple[int, int], str]], random):  # type: ignore[no-untyped-def]
    """Whatever the order of arrival: of the answers to the present version the one with the newest stamp holds."""
    known = replace(KNOWN, sequence=3)
    expected = max((pair for pair in said if pair[0][0] == 3), default=(None, "NEEDS-ACTION"))[1]
    random.shuffle(said)

    holds = "NEEDS-ACTION"
    for (sequence, seconds), partstat in said:
        stamp = AT + timedelta(seconds=seconds)
        answer = Answer("u1", "REPLY", (Attendee("ann@example.org", partstat),), sequence, stamp)
        verdict = judge(answer, ("ann@example.org",), known, AT + timedelta(days=1))
        if verdict.partstat:
            known, holds = replace(known, answered=verdict.version), verdict.partstat

    assert holds == expected
