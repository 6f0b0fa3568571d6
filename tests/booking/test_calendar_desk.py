"""A consultant adds, changes, reads and removes calendars at the desk."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from booking import calendar_passwords, calendar_sources, calendar_writing, schedule
from booking.calendar_models import CalendarSource
from booking.hours import Window
from booking.models import Consultant
from kit.db import session
from tests.booking.builders import a_booking, a_consult_type
from tests.booking.calendar_server import ROBIN, CalendarServer
from tests.booking.calendars import a_calendar, an_event
from tests.booking.visit import Visit, at_the_desk
from tests.page import Page
from tests.web_server import Says, Server, web_server

MoveClock = Callable[[datetime], None]
NOW = datetime(2026, 10, 31, 22, 30, tzinfo=UTC)
DESK = "/desk/calendars/"
FILE, SERVER = f"{DESK}file", f"{DESK}server"


@pytest.fixture
def server(open_loopback: None) -> Iterator[Server]:
    with web_server() as running:
        running.answers["/secret-4711/robin.ics"] = Says(a_calendar(an_event(), name="Robin’s calendar"))
        yield running


def sources() -> list[CalendarSource]:
    session().rollback()
    session().expire_all()
    return list(session().scalars(select(CalendarSource).order_by(CalendarSource.id)))


def send(desk: Visit, address: str, **fields: object) -> Page:
    """The page that comes of a form, redirects followed."""
    response = desk.get(address).form(0).submit(**fields)
    return desk.get(response.location) if response.status_code == 303 else desk.page(response)


def add_file(desk: Visit, server: Server, **fields: str) -> Page:
    return send(desk, FILE, url=f"{server.url}/secret-4711/robin.ics", **fields)


@pytest.mark.parametrize("address", [DESK, FILE, SERVER, f"{DESK}1"])
def test_the_pages_are_closed_to_visitors(app: Flask, client: FlaskClient, address: str):
    assert client.get(address).location.startswith("/desk/sign-in")


def test_a_calendar_is_added_and_what_was_found_is_said(robin: Visit, server: Server):
    page = add_file(robin, server)

    assert page.texts(".notice.done") == ["“Robin’s calendar” was read: 1 busy time until 3 December 2026."]
    assert page.texts(".calendar-card h3") == ["Robin’s calendar file"]
    assert "4711" not in page.text, "the address is a secret"
    assert sources()[0].owner == "robin@consultancy.example"


def test_an_address_for_calendar_programs_can_be_pasted(robin: Visit, server: Server):
    page = send(robin, FILE, url=f"{server.url}/secret-4711/robin.ics".replace("http://", "webcal://"))

    assert page.errors == ["The answer of the server broke off or made no sense."], "webcal means https"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Says(b"<!doctype html>"), "At this address is a web page, not a calendar"),
        (Says(b"", 404), "There is nothing at this address"),
        (Says(b"", 401), "The server refuses the name and the password"),
        (Says(b"", 302, {"Location": "http://192.168.0.1/"}), "This address leads into a private network"),
        (Says(b"", 302, {"Location": "/secret-4711/robin.ics"}), "The address leads on to another one, and on"),
    ],
)
def test_a_calendar_that_cannot_be_read_is_not_added_and_nothing_typed_is_lost(
    robin: Visit, server: Server, answer: Says, sentence: str
):
    server.answers["/secret-4711/robin.ics"] = answer

    page = add_file(robin, server, name="Private", owner="robin@home.example")

    assert (page.status, page.title) == (422, "Error: Add a calendar by its address – Desk")
    assert page.errors[0].startswith(sentence)
    values = page.form(0).values
    assert (values["name"], values["owner"]) == (["Private"], ["robin@home.example"])
    assert values["url"] == [f"{server.url}/secret-4711/robin.ics"]
    assert sources() == []


@pytest.mark.parametrize(
    "url", ["", "   ", "ftp://example.com", "file:///etc/passwd", "http://", "https://a b/", "javascript:x"]
)
def test_what_is_no_address_is_said(robin: Visit, open_loopback: None, url: str):
    page = send(robin, FILE, url=url)

    assert page.status == 422
    assert len(page.errors) == 1


def test_a_password_in_the_address_is_taken_out_of_it(robin: Visit, server: Server):
    page = send(robin, FILE, url=f"{server.url}/secret-4711/robin.ics".replace("//", "//robin:pass%20word@"))

    (source,) = sources()
    assert (source.user, calendar_passwords.password_of(source)) == ("robin", "pass word")
    assert source.url == f"{server.url}/secret-4711/robin.ics"
    assert server.asked[-1].headers["authorization"].startswith("Basic ")
    assert "word" not in page.text


def test_the_one_calendar_of_a_server_is_added_at_once(robin: Visit, open_loopback: None, radicale: CalendarServer):
    work = radicale.make_calendar("Work", a_calendar(an_event()))

    page = send(robin, SERVER, url=radicale.url, user=ROBIN.user, password=ROBIN.password)

    assert page.texts(".notice.done") == ["“Work” was read: 1 busy time until 3 December 2026."]
    assert [(source.url, source.reads, source.writes) for source in sources()] == [(work, True, False)]


def test_of_several_calendars_one_is_chosen_and_the_password_is_not_typed_again(
    robin: Visit, open_loopback: None, radicale: CalendarServer
):
    radicale.make_calendar("Family")
    work = radicale.make_calendar("Work")
    page = send(robin, SERVER, url=radicale.url, user=ROBIN.user, password=ROBIN.password, writes="y")

    assert "The server has 2 calendars of yours" in page.text
    assert ROBIN.password not in page.response.get_data(as_text=True)
    assert page.form(0).values["password"] == [""]
    chosen = page.form(0).submit(calendar=work)

    assert "“Work” was read" in robin.get(chosen.location).text
    assert [(source.url, source.writes) for source in sources()] == [(work, True)]
    assert calendar_passwords.password_of(sources()[0]) == ROBIN.password


def test_a_calendar_that_the_server_does_not_have_is_asked_for_again(
    robin: Visit, open_loopback: None, radicale: CalendarServer
):
    radicale.make_calendar("Family")
    radicale.make_calendar("Work")

    page = send(robin, SERVER, url=radicale.url, user="robin", password="a secret", calendar="http://127.0.0.1/else/")

    assert "The server has 2 calendars of yours" in page.text
    assert sources() == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"password": "wrong"}, "The server refuses the name and the password."),
        ({"password": "a\r\nX: y"}, "The password must be on one line"),
        ({"reads": None}, "Choose whether to read the calendar, to write into it, or both"),
        ({"url": "https://nobody.invalid/"}, "There is no server of that name."),
        ({"owner": "nobody"}, "Enter an e-mail address"),
    ],
)
def test_what_is_wrong_with_a_server_is_said_and_nothing_typed_is_lost(
    robin: Visit, open_loopback: None, radicale: CalendarServer, fields: dict[str, str], sentence: str
):
    radicale.make_calendar("Work")
    typed = {"url": radicale.url, "user": ROBIN.user, "password": ROBIN.password, "name": "Mine"}

    page = send(robin, SERVER, **typed | fields)

    assert page.status == 422
    assert page.errors[0].startswith(sentence)
    assert (page.form(0).values["name"], page.form(0).values["user"]) == (["Mine"], ["robin"])
    assert sources() == []


def test_a_sealed_password_that_was_altered_is_none(robin: Visit, open_loopback: None, radicale: CalendarServer):
    radicale.make_calendar("Work")

    page = send(robin, SERVER, url=radicale.url, user=ROBIN.user, sealed="gAAAAABnonsense")

    assert page.errors[0].startswith("The server refuses the name and the password.")


def test_a_calendar_is_read_at_the_press_of_a_button(robin: Visit, server: Server):
    add_file(robin, server)
    server.answers["/secret-4711/robin.ics"] = Says(a_calendar())

    page = robin.get(robin.get(DESK).form("/1/read").submit().location)

    assert page.texts(".notice.done") == ["“Robin’s calendar” was read: no busy time until 3 December 2026."]


def test_what_stops_working_is_said_where_calendars_are(robin: Visit, server: Server, at: MoveClock):
    add_file(robin, server)
    server.answers["/secret-4711/robin.ics"] = Says(b"", 500)
    at(NOW + timedelta(hours=1))
    page = robin.get(robin.get(DESK).form("/1/read").submit().location)
    assert page.texts(".calendar-trouble") == ["Cannot be read. The server cannot answer at the moment (status 500)."]
    assert page.texts(".notice.warn") == [
        "“Robin’s calendar” could not be read. The server cannot answer at the moment (status 500)."
    ]

    at(NOW + timedelta(hours=7))

    page = robin.get(DESK)
    assert page.texts(".calendar-trouble")[0].startswith("Cannot be read: you are not offered.")
    assert len(page.all(".calendar-card.in-trouble")) == 1
    today = robin.get("/desk/").texts(".notice.warn p")
    assert (
        "You are not offered to visitors: “Robin’s calendar” could not be read for too long. Look at your calendars"
        in today
    )


def test_a_calendar_is_changed_and_its_password_stays(robin: Visit, open_loopback: None, radicale: CalendarServer):
    radicale.make_calendar("Work")
    send(robin, SERVER, url=radicale.url, user=ROBIN.user, password=ROBIN.password)

    page = send(robin, f"{DESK}1", name="My work", writes="y")

    assert "“My work” was read" in page.text
    assert (sources()[0].name, sources()[0].writes) == ("My work", True)
    assert calendar_passwords.password_of(sources()[0]) == ROBIN.password


def test_a_stored_password_goes_to_no_other_server(robin: Visit, server: Server, radicale: CalendarServer):
    radicale.make_calendar("Work")
    send(robin, SERVER, url=radicale.url, user=ROBIN.user, password=ROBIN.password)
    server.answers["/"] = server.answers["/.well-known/caldav"] = Says(b"", 401, {"WWW-Authenticate": "Basic"})

    page = send(robin, f"{DESK}1", url=server.url)

    assert page.status == 422
    assert "YSBzZWNyZXQ" not in str([asked.headers for asked in server.asked])
    assert {asked.headers.get("authorization") for asked in server.asked} == {"Basic cm9iaW46"}


def test_a_calendar_is_removed(robin: Visit, server: Server):
    add_file(robin, server)

    page = robin.get(robin.get(f"{DESK}1").form("/remove").submit().location)

    assert "The calendar is removed" in page.text
    assert sources() == []


def test_nobody_sees_or_changes_the_calendars_of_somebody_else(app: Flask, robin: Visit, server: Server):
    add_file(robin, server)
    sam = at_the_desk(app, "Sam Low", "sam@consultancy.example")
    token = sam.get(FILE).form(0).values["csrf_token"][0]

    assert "Robin’s calendar" not in sam.get(DESK).text
    for address in (f"{DESK}1", f"{DESK}1/read", f"{DESK}1/remove"):
        assert sam.client.post(address, data={"csrf_token": token}).status_code == 404
    assert sam.client.get(f"{DESK}1").status_code == 404
    assert len(sources()) == 1


@pytest.mark.parametrize("address", [f"{DESK}99", f"{DESK}99999999999999999999", f"{DESK}x"])
def test_a_calendar_that_does_not_exist_is_said(robin: Visit, address: str):
    assert robin.client.get(address).status_code == 404


def test_what_cannot_be_written_is_said(robin: Visit, open_loopback: None, radicale: CalendarServer):
    radicale.make_calendar("Work")
    send(robin, SERVER, url=radicale.url, user=ROBIN.user, password=ROBIN.password, writes="y")
    consultant = session().scalars(select(Consultant)).one()
    schedule.set_week(consultant, zone_name="America/New_York", week={1: (Window(540, 1020),)})
    radicale.broken = "507 Insufficient Storage"
    a_booking(a_consult_type(consultant))
    calendar_writing.write_due()

    page = robin.get(DESK)

    assert "Your consults are written into it; 1 change is on the way." in page.text
    assert page.texts(".calendar-trouble") == [
        "Cannot be written. The server cannot answer at the moment (status 507)."
    ]


def test_a_calendar_that_nobody_may_write_into_is_not_written_into(robin: Visit, server: Server):
    kind = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype><D:displayname>Team</D:displayname>"
    rights = "<D:current-user-privilege-set><D:privilege><D:read/></D:privilege></D:current-user-privilege-set>"
    body = (
        '<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:response><D:href>/team/</D:href>'
        f"<D:propstat><D:prop>{kind}{rights}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
        "</D:multistatus>"
    )
    server.answers["/team/"] = Says(body.encode(), 207)

    page = send(robin, SERVER, url=f"{server.url}/team/", writes="y")

    assert page.errors == ["The server lets nobody write into “Team” who signs in with this name"]


def test_the_feed_is_opened_renewed_and_closed(robin: Visit, client: FlaskClient):
    page = robin.get(robin.get(DESK).form("/feed/renew").submit().location)
    (field,) = page.all("#feed-url")
    first = field.get("value").removeprefix("http://localhost")
    assert client.get(first).status_code == 200
    assert page.links["Open in the calendar program of this device"] == f"webcal://localhost{first}"

    robin.get(DESK).form("/feed/renew").submit()
    assert client.get(first).status_code == 404

    page = robin.get(robin.get(DESK).form("/feed/close").submit().location)
    assert page.all("#feed-url") == []
    assert "The address is closed." in page.text


def test_somebody_at_the_desk_who_hosts_nothing_yet_sees_no_calendars(app: Flask):
    at_the_desk(app, "Robin Hale", "robin@consultancy.example")
    second = at_the_desk(app, "Wren Ito", "wren@consultancy.example", role="owner")

    assert "No calendar yet" in second.get(DESK).text
    assert calendar_sources.read_due() == 0
