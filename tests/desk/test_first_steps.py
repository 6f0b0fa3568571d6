"""What the first screen says about the site: what failed, and what is still to be done."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from booking import schedule
from booking.calendar_models import CalendarSource, SourceKind
from booking.hours import Window
from desk import checklist
from kit import clock
from kit.context import EXTENSION
from kit.db import session, transaction
from staff.models import Account
from tests.desk.scenes import a_lead
from tests.page import Page
from tests.staff.signed_in import signed_in


def today(desk: FlaskClient) -> Page:
    return Page(desk.get("/desk/"), desk)


def robin() -> Account:
    return session().scalars(select(Account).where(Account.email == "robin@example.com")).one()


def done() -> list[str]:
    found = checklist.tasks(robin(), schedule.consultant_of(robin().id))
    return [task.name for task in found if task.done]


def a_calendar(account: Account, **changes: object) -> CalendarSource:
    own = schedule.become_consultant(account.id, name=account.name, address=account.email)
    values = {"kind": SourceKind.ICS, "name": "Work", "url": "https://calendar.example/", "due_at": clock.now()}
    with transaction() as current:
        source = CalendarSource(consultant_id=own.id, created_at=clock.now(), **values | changes)
        current.add(source)
    return source


def test_the_first_steps_read_how_things_are(app: Flask, desk: FlaskClient):
    assert done() == ["Your account"]
    assert "First steps: 1 of 6 done" in today(desk).text

    own = schedule.become_consultant(robin().id, name="Robin Vale", address="robin@example.com")
    schedule.set_week(own, zone_name="America/New_York", week={1: (Window(540, 1020),)})
    a_calendar(robin())
    with transaction():
        robin().tf_primary_method = "authenticator"
    settings = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = replace(settings, mail_url="smtp://mail.example", production=True)

    assert done() == ["Your account", "Second factor", "Your hours", "Your calendar", "Mail", "Your domain"]
    assert "First steps" not in today(desk).text


def test_the_first_steps_are_the_owners(app: Flask):
    assert "First steps" not in today(signed_in(app, role="consultant")).text


@pytest.mark.parametrize(("tries", "said"), [(0, False), (2, False), (3, True)])
def test_a_calendar_that_fails_again_and_again_is_told(desk: FlaskClient, tries: int, said: bool):
    a_calendar(robin(), tries=tries)

    assert ("A calendar cannot be read: Work" in today(desk).text) is said


def test_the_keys_are_listed_without_scripts_too(desk: FlaskClient):
    page = Page(desk.get("/desk/keys"), desk)

    assert page.texts("main kbd") == ["/", "t", "l", "b", "c", "n", "<", ">", "j", "k", "?"]


def test_everything_can_be_searched_from_every_page(desk: FlaskClient):
    a_lead("Ann Avery")
    (form,) = today(desk).all("form.quick-search")

    page = Page(desk.get(form.get("action"), query_string={"search": "avery"}), desk)

    assert "Ann Avery" in page.links
