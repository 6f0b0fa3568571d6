"""A consultant sets what can be booked: names, lengths, places, hosts, rules, and where old links lead."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from booking import catalogue
from booking.models import ConsultType, HostMode, PlaceKind
from kit.db import session
from tests.booking.builders import a_consult_type, a_consultant
from tests.booking.visit import NINE, TEN, Visit, bookings
from tests.page import Page

NEW = {"name": "Working session", "lengths": "60, 90", "step": "30", "place_kind": "phone", "host_mode": "any"}


def types() -> list[ConsultType]:
    session().rollback()
    session().expire_all()
    return list(session().scalars(select(ConsultType).order_by(ConsultType.id)))


def edit(desk: Visit, **typed: Any) -> Page:
    return desk.page(desk.get("/desk/consult-types/1").form(0).submit(**typed))


def test_a_new_consult_type_is_offered_to_visitors(app: Flask, robin: Visit, client: FlaskClient):
    a_consult_type()
    form = robin.get("/desk/consult-types/new").form(0)

    page = robin.get(
        form.submit(
            **NEW,
            description="Your call list and an hour.",
            buffer_before="15",
            buffer_after="10 minutes",
            notice="2 hours",
            cut_off="a day",
            horizon_days="30",
            max_per_day="2",
            max_per_week="5",
        ).location
    )

    assert "The consult type is there" in page.text
    made = types()[1]
    values = {name: getattr(made, name) for name in ("slug", "name", "minutes", "more_lengths", "step", "active")}
    assert values == {
        "slug": "working-session",
        "name": "Working session",
        "minutes": 60,
        "more_lengths": [90],
        "step": 30,
        "active": True,
    }
    rules = [getattr(made, name) for name in ("buffer_before", "buffer_after", "notice", "cut_off", "horizon_days")]
    assert rules == [15, 10, 120, 1440, 30]
    assert (made.max_per_day, made.max_per_week, made.place_kind) == (2, 5, PlaceKind.PHONE)
    assert [host.name for host in made.hosts] == ["Robin Hale"]
    assert "Your call list and an hour." in Visit(client).get("/book/working-session/").text


def test_the_rules_of_a_consult_type_are_changed(app: Flask, robin: Visit, client: FlaskClient):
    a_consult_type()

    page = robin.get(
        robin.get("/desk/consult-types/1")
        .form(0)
        .submit(name="First call", lengths="45", step="15", notice="4 hours", max_per_day="1")
        .location
    )

    assert "The rules are saved" in page.text
    (changed,) = types()
    assert (changed.name, changed.slug, changed.lengths) == ("First call", "first-conversation", (45,))
    assert Visit(client).starts()[:3] == ["2026-11-02T14:00:00Z", "2026-11-02T14:15:00Z", "2026-11-02T14:30:00Z"]


def test_the_page_shows_what_was_set(app: Flask, robin: Visit):
    a_consult_type(
        more_lengths=[60], buffer_after=90, notice=2880, cut_off=60, max_per_week=3, place="The consultant calls."
    )

    values = robin.get("/desk/consult-types/1").form(0).values

    shown = {name: values.get(name, [""])[0].strip() for name in ("lengths", "buffer_before", "buffer_after", "notice")}
    assert shown == {"lengths": "30, 60", "buffer_before": "", "buffer_after": "90 minutes", "notice": "2 days"}
    assert (values["cut_off"], values["max_per_week"], values["hosts"]) == (["an hour"], ["3"], ["1"])
    assert (values["place_kind"], values["host_mode"], values["active"]) == (["phone"], ["any"], ["y"])


def test_saving_without_a_change_changes_nothing(app: Flask, robin: Visit):
    a_consult_type(a_consultant(), a_consultant("Sam Low"), more_lengths=[60], host_mode=HostMode.ALL, notice=90)
    columns = [column.name for column in ConsultType.__table__.columns]
    before = {name: getattr(types()[0], name) for name in columns}

    robin.get("/desk/consult-types/1").form(0).submit()

    assert {name: getattr(types()[0], name) for name in columns} == before
    assert [host.name for host in types()[0].hosts] == ["Robin Hale", "Sam Low"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "Enter a name, such as First conversation"),
        ({"name": "x" * 121}, "Name must be 120 characters or fewer"),
        ({"name": "a\nb"}, "Name must be on one line, without control characters"),
        ({"slug": "First Conversation"}, "The address has small letters, digits and single hyphens"),
        ({"slug": "a/b"}, "The address has small letters, digits and single hyphens"),
        ({"slug": "call-back"}, "The site itself uses /book/call-back. Choose a different address"),
        ({"slug": "consult"}, "The site itself uses /book/consult. Choose a different address"),
        ({"slug": "", "name": "Held"}, "The site itself uses /book/held. Choose a different address"),
        ({"slug": "", "name": "话"}, "Enter a name with letters or digits, or an address for it below"),
        ({"description": "x" * 601}, "Description must be 600 characters or fewer"),
        ({"lengths": ""}, "Enter how long it lasts, in minutes"),
        ({"lengths": "long"}, "Length: “long” is not a length of time"),
        ({"lengths": "30, 30"}, "Length: The same length stands there twice"),
        ({"lengths": "3"}, "Length: each from 5 minutes to 8 hours"),
        ({"lengths": "500"}, "Length: each from 5 minutes to 8 hours"),
        ({"lengths": "10,20,30,40,50,60,70"}, "Length: at most 6 lengths can be chosen from"),
        ({"step": ""}, "Enter how many minutes lie between two starts"),
        ({"step": "0"}, "The number must be from 5 to 480"),
        ({"step": "half an hour"}, "Type a whole number from 5 to 480, in digits"),
        ({"place_kind": "telepathy"}, "Choose where it takes place"),
        ({"place_kind": "video", "place": ""}, "Enter the link of the video call; it begins with https://"),
        ({"place_kind": "video", "place": "javascript:alert(1)"}, "Enter the link of the video call"),
        ({"place_kind": "address", "place": " "}, "Enter the address at which you meet"),
        ({"hosts": []}, "Tick who hosts it; without anybody it cannot be booked"),
        ({"hosts": ["77"]}, "Tick names from the list"),
        ({"hosts": ["x"]}, "Tick names from the list"),
        ({"host_mode": "some"}, "Choose whether one of them takes part, or all"),
        ({"buffer_before": "5 hours"}, "Free time before it must be 4 hours or less"),
        ({"notice": "soon"}, "Minimum notice: “soon” is not a length of time"),
        ({"cut_off": "9 weeks"}, "No changes later than must be 28 days or less"),
        ({"horizon_days": "366"}, "The number must be from 1 to 365"),
        ({"horizon_days": ""}, "Enter how many days ahead it can be booked"),
        ({"max_per_day": "0"}, "The number must be from 1 to 48"),
        ({"max_per_day": "4", "max_per_week": "3"}, "A week cannot have fewer of them than one of its days"),
    ],
)
def test_rules_that_cannot_be_are_said_and_kept(app: Flask, robin: Visit, typed: dict[str, Any], sentence: str):
    a_consult_type()
    sent = {"name": "Working session", **typed}

    page = robin.page(robin.get("/desk/consult-types/new").form(0).submit(**sent))

    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert any(error.startswith(sentence) for error in page.errors), page.errors
    values = page.form(0).values
    for name, value in sent.items():
        if name in ("place_kind", "host_mode", "hosts") or value == "a\nb":
            continue
        assert values[name][0].strip() == value.strip()
    assert [found.name for found in types()] == ["First conversation"]


def test_a_change_that_cannot_be_leaves_the_consult_type_as_it_is(app: Flask, robin: Visit):
    a_consult_type()

    page = edit(robin, name="First call", lengths="long")

    assert (page.status, page.heading) == (422, "First conversation")
    assert page.form(0).values["name"] == ["First call"]
    assert [found.name for found in types()] == ["First conversation"]


def test_what_nobody_hosts_can_be_kept_while_it_is_not_offered(app: Flask, robin: Visit, client: FlaskClient):
    a_consult_type()

    edit(robin, hosts=[], active=None)

    assert [(found.active, found.hosts) for found in types()] == [(False, [])]
    assert client.get("/book/first-conversation/").status_code == 404
    assert "not offered" in robin.get("/desk/consult-types/").text
    assert "Nothing can be booked at the moment" in Visit(client).get("/book/").text


def test_old_links_lead_to_the_new_address(app: Flask, robin: Visit, client: FlaskClient):
    a_consult_type()
    edit(robin, slug="first-call")
    edit(robin, slug="a-first-call")

    for old in ("first-conversation", "first-call"):
        response = client.get(f"/book/{old}/?zone=Europe/Berlin&from=the-brush-off")
        assert response.status_code == 301
        assert response.location == "/book/a-first-call/?zone=Europe/Berlin&from=the-brush-off"
    assert Visit(client).get("/book/first-conversation/").heading == "Pick a time"
    assert client.get("/book/first-conversatio/").status_code == 404
    assert types()[0].former_slugs == ["first-conversation", "first-call"]


def test_an_address_can_be_taken_back(app: Flask, robin: Visit, client: FlaskClient):
    a_consult_type()
    edit(robin, slug="first-call")
    edit(robin, slug="first-conversation")

    assert types()[0].former_slugs == ["first-call"]
    assert client.get("/book/first-conversation/").status_code == 200
    assert client.get("/book/first-call/").location == "/book/first-conversation/"


@pytest.mark.parametrize(
    ("slug", "sentence"),
    [
        ("first-call", "/book/first-call/ is the address of “First conversation”. Choose a different one."),
        ("first-conversation", "/book/first-conversation/ was once the address of “First conversation”."),
    ],
)
def test_an_address_leads_to_one_consult_type_only(app: Flask, robin: Visit, slug: str, sentence: str):
    a_consult_type()
    edit(robin, slug="first-call")

    page = robin.page(robin.get("/desk/consult-types/new").form(0).submit(**NEW | {"name": "Another"}, slug=slug))

    assert page.status == 409
    assert page.errors[0].startswith(sentence)
    assert page.form(0).values["name"] == ["Another"]
    assert len(types()) == 1


def test_an_old_link_to_what_is_no_longer_offered_is_no_page(app: Flask, robin: Visit, client: FlaskClient):
    a_consult_type()
    edit(robin, slug="first-call")
    edit(robin, active=None)

    assert client.get("/book/first-conversation/").status_code == 404


def test_what_was_booked_stays_as_it_was_agreed(app: Flask, robin: Visit, client: FlaskClient):
    a_consult_type()
    visit = Visit(client)
    own = visit.book(TEN)

    edit(robin, lengths="60", slug="first-call", active=None)

    (booking,) = bookings()
    assert booking.minutes == 30
    assert "10:00 am–10:30 am" in visit.get(own).text
    assert visit.get(f"{own}/move?start={NINE}").form(0).submit().status_code == 303


@pytest.mark.parametrize("address", ["77", "77/questions/new", "77/questions/1", f"{10**20}", "first"])
def test_what_is_no_consult_type_is_no_page(app: Flask, robin: Visit, address: str):
    assert robin.client.get(f"/desk/consult-types/{address}").status_code == 404


def test_a_new_site_without_any_invites_to_add_one(app: Flask, robin: Visit):
    page = robin.get("/desk/consult-types/")

    assert page.links["Add a consult type"] == "/desk/consult-types/new"
    assert "Nothing can be booked yet" in page.text


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("First conversation", "first-conversation"),
        ("Première conversation!", "premiere-conversation"),
        ("  30 minutes / 1:1 ", "30-minutes-1-1"),
        ("x" * 200, "x" * 80),
        ("话", ""),
    ],
)
def test_a_name_makes_an_address(name: str, slug: str):
    assert catalogue.slug_of(name) == slug
