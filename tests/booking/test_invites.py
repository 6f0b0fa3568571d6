"""An agreed conversation as an object that every calendar reads."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.invites import Invite, Party, calendar_file, calendar_links, cancellation, request
from kit.calendar_text import LineBreakInParameter
from tests.booking.invite_rules import assert_calendar_file, moment, read_object

INVITE = Invite(
    uid="0b0c@example.com",
    sequence=0,
    stamp=datetime(2026, 10, 31, 22, 30, 12, 345678, tzinfo=UTC),
    start=datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
    end=datetime(2026, 11, 1, 6, 0, tzinfo=UTC),
    summary="First conversation with Robin Vale",
    description="Move or cancel: https://example.com/book/consult/x",
    organizer=Party("The Conversation Gap", "consults@example.com"),
    guest=Party("Ann Bee", "ann@example.org"),
    location="Phone",
    url="https://example.com/book/consult/x",
)
HOST = Party("Robin Vale", "robin@example.net")
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


def test_a_request_names_one_organizer_and_the_guest():
    calendar = read_object(request(INVITE))
    (event,) = calendar.parts

    assert calendar.one("METHOD").value == "REQUEST"
    assert event.one("ORGANIZER").value == "mailto:consults@example.com"
    guest = event.one("ATTENDEE")
    assert guest.value == "mailto:ann@example.org"
    assert guest.parameters == {
        "CN": "Ann Bee",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "TRUE",
    }
    assert (event.one("STATUS").value, event.one("TRANSP").value) == ("CONFIRMED", "OPAQUE")
    assert (event.one("UID").value, event.one("SEQUENCE").value) == ("0b0c@example.com", "0")


def test_times_are_utc_in_whole_seconds():
    vancouver = ZoneInfo("America/Vancouver")
    (event,) = read_object(
        request(replace(INVITE, start=INVITE.start.astimezone(vancouver), end=INVITE.end.astimezone(vancouver)))
    ).parts

    assert moment(event, "DTSTART") == INVITE.start
    assert moment(event, "DTEND") == INVITE.end
    assert moment(event, "DTSTAMP") == datetime(2026, 10, 31, 22, 30, 12, tzinfo=UTC)


def test_the_consultants_copy_has_the_consultant_in_the_chair():
    (event,) = read_object(request(replace(INVITE, host=HOST))).parts

    chair, guest = event.all("ATTENDEE")
    assert chair.value == "mailto:robin@example.net"
    assert (chair.parameters["ROLE"], chair.parameters["PARTSTAT"]) == ("CHAIR", "ACCEPTED")
    assert guest.value == "mailto:ann@example.org"


def test_a_cancellation_is_about_the_same_event():
    calendar = read_object(cancellation(replace(INVITE, sequence=1)))
    (event,) = calendar.parts

    assert calendar.one("METHOD").value == "CANCEL"
    assert event.one("STATUS").value == "CANCELLED"
    assert (event.one("UID").value, event.one("SEQUENCE").value) == ("0b0c@example.com", "1")
    assert moment(event, "DTSTART") == INVITE.start
    assert event.text("SUMMARY") == INVITE.summary
    assert event.parts == ()


def test_what_is_not_agreed_yet_is_tentative():
    (event,) = read_object(request(replace(INVITE, tentative=True))).parts

    assert event.one("STATUS").value == "TENTATIVE"


def test_the_file_asks_nobody_to_answer():
    event = assert_calendar_file(calendar_file(INVITE))

    assert event.one("UID").value == INVITE.uid


def test_the_same_values_give_the_same_bytes():
    assert request(INVITE) == request(INVITE)


@pytest.mark.parametrize(
    "party", [Party("Ann\r\nATTENDEE:mailto:x@example.com", "a@example.com"), Party("Ann", "a@example.com\nX:1")]
)
def test_a_line_break_in_a_name_or_address_is_refused(party: Party):
    with pytest.raises(LineBreakInParameter):
        request(replace(INVITE, guest=party))


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="without a zone"):
        request(replace(INVITE, start=datetime(2026, 11, 1, 5, 30)))  # noqa: DTZ001  # that is the point


def test_an_end_before_the_start_is_refused():
    with pytest.raises(ValueError, match="ends after"):
        request(replace(INVITE, end=INVITE.start))


def test_signs_that_mean_something_in_an_address_are_written_so_that_it_stays_one_address():
    (event,) = read_object(request(replace(INVITE, guest=Party("", "a?b#c%d+e@example.org")))).parts

    assert event.one("ATTENDEE").value == "mailto:a%3Fb%23c%25d+e@example.org"
    assert "CN" not in event.one("ATTENDEE").parameters


@given(summary=ANY_TEXT, description=ANY_TEXT, location=ANY_TEXT)
def test_any_text_arrives_as_it_was_written(summary: str, description: str, location: str):
    invite = replace(INVITE, summary=summary + "x", description=description + "\nx, y; z\\", location=location)

    (event,) = read_object(request(invite)).parts

    arrived = event.text("DESCRIPTION")
    assert arrived.endswith("\nx, y; z\\")
    assert event.text("SUMMARY").endswith("x")


@given(name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=200))
def test_any_name_is_one_parameter(name: str):
    (event,) = read_object(request(replace(INVITE, guest=Party(name, "ann@example.org")))).parts

    assert event.one("ATTENDEE").value == "mailto:ann@example.org"
    assert '"' not in event.one("ATTENDEE").parameters.get("CN", "")


def test_the_links_carry_the_same_times():
    invite = replace(INVITE, summary="Talk & listen + plan", location="")
    google, outlook, office, yahoo = calendar_links(invite)

    fields = {link.name: parse_qs(urlsplit(link.url).query) for link in (google, outlook, office, yahoo)}
    assert fields["Google Calendar"]["dates"] == ["20261101T053000Z/20261101T060000Z"]
    assert fields["Outlook.com"]["startdt"] == fields["Microsoft 365"]["startdt"] == ["2026-11-01T05:30:00Z"]
    assert fields["Yahoo Calendar"]["et"] == ["20261101T060000Z"]
    assert fields["Google Calendar"]["text"] == fields["Yahoo Calendar"]["title"] == ["Talk & listen + plan"]
    assert "location" not in fields["Google Calendar"]
    assert all("+" not in link.url for link in (google, outlook, office, yahoo)), "Outlook shows a plus as a plus"
    assert urlsplit(office.url).hostname == "outlook.office.com"


def test_a_long_description_does_not_make_a_link_too_long():
    links = calendar_links(replace(INVITE, description="é" * 9000, end=INVITE.start + timedelta(hours=1)))

    assert all(len(link.url) < 4_500 for link in links)
