"""However many hosts and bookings there are, a page asks the database the same number of questions."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from booking import absences
from booking.models import Booking, BookingState, BusyInterval, Consultant, ConsultType, DateOverride, HostMode
from kit.db import db, transaction
from tests.booking.builders import MONDAY_10, a_consult_type, a_consultant
from tests.booking.visit import NOW, TEN, Visit

MANY = 12


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def a_full_site(hosts: int, **changes: HostMode) -> ConsultType:
    """A consult type with so many hosts, each with bookings, busy time, dates of their own and journeys."""
    people = [a_consultant(f"Host{number} Vale") for number in range(hosts)]
    consult_type = a_consult_type(*people, **changes)
    if hosts > 1:
        for number, person in enumerate(people):
            fill(consult_type, person, number)
    return consult_type


def fill(consult_type: ConsultType, person: Consultant, number: int) -> None:
    absences.add_journey(person, first=date(2026, 12, 1), last=date(2026, 12, 2), zone_name="Europe/London")
    with transaction() as current:
        for count in range(MANY):
            start = MONDAY_10 + timedelta(days=7 + count, minutes=30 * number)
            current.add(
                Booking(
                    state=BookingState.CONFIRMED,
                    consultant_id=person.id,
                    consult_type_id=consult_type.id,
                    starts_at=start,
                    ends_at=start + timedelta(minutes=30),
                    uid=f"{number:04x}{count:04x}@localhost",
                    secret=f"{number}-{count}",
                    name="Ann Bee",
                    address=f"ann{number}-{count}@example.org",
                    created_at=NOW,
                )
            )
            block = start + timedelta(hours=3)
            current.add(BusyInterval(consultant_id=person.id, starts_at=block, ends_at=block + timedelta(hours=1)))
            current.add(DateOverride(consultant_id=person.id, day=date(2026, 12, 10) + timedelta(days=count)))


@pytest.mark.parametrize("hosts", [1, MANY])
def test_the_free_times_cost_a_fixed_number_of_questions(app: Flask, client: FlaskClient, hosts: int):
    a_full_site(hosts)

    with counted() as sent:
        assert client.get("/book/first-conversation/").status_code == 200

    assert len(sent) <= 15, "\n".join(sent)


@pytest.mark.parametrize("hosts", [1, MANY])
def test_the_kinds_of_conversation_cost_a_fixed_number_of_questions(app: Flask, client: FlaskClient, hosts: int):
    consult_type = a_full_site(hosts)
    for number in range(hosts):
        a_consult_type(*consult_type.hosts, slug=f"kind-{number}")

    with counted() as sent:
        assert client.get("/book/").status_code == 200

    assert len(sent) <= 4, "\n".join(sent)


@pytest.mark.parametrize("hosts", [1, MANY])
def test_a_hold_and_a_booking_cost_a_fixed_number_of_questions(app: Flask, client: FlaskClient, hosts: int):
    a_full_site(hosts)
    visit = Visit(client)
    picker = visit.get("/book/first-conversation/")

    with counted() as held:
        response = picker.form("hold").submit(button=("start", TEN))
    check = visit.get(visit.to_check(response.location))
    with counted() as booked:
        response = check.form(0).submit()

    assert response.status_code == 303
    assert len(held) <= 20, "\n".join(held)
    assert len(booked) <= 40, "\n".join(booked)


@pytest.mark.parametrize("hosts", [1, MANY])
def test_the_desk_costs_a_fixed_number_of_questions(app: Flask, robin: Visit, hosts: int):
    a_full_site(hosts)

    for address, most in (
        ("/desk/consults/", 10),
        ("/desk/consults/?day=2026-11-10&time=10:00", 22),
        ("/desk/consult-types/", 7),
    ):
        with counted() as sent:
            assert robin.get(address).status == 200
        assert len(sent) <= most, "\n".join(sent)


def test_where_all_hosts_take_part_the_free_times_cost_no_more(app: Flask, client: FlaskClient):
    a_full_site(MANY, host_mode=HostMode.ALL)

    with counted() as sent:
        assert client.get("/book/first-conversation/").status_code == 200

    assert len(sent) <= 15, "\n".join(sent)
