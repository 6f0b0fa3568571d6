"""The page about privacy says what is so: its periods are those of the code, and it names who is told."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import assessment.check_ins
import assessment.services
import blog.subscribers
import booking.drafts
import booking.reply_service
import booking.waitlist_job
from assessment.peers import LEAST
from desk import personal_data, retention
from kit import clock, suppression
from kit.db import session
from leads import webhooks
from leads.models import HappeningKind
from leads.webhook_models import Delivery
from tests.desk.scenes import a_lead, assessed
from tests.page import Page


def text_of(client: FlaskClient) -> str:
    return Page(client.get("/privacy"), client).text


@pytest.mark.parametrize(
    ("period", "length", "said"),
    [
        (assessment.services.ANONYMOUS_FOR, timedelta(days=30), "Answers without a name: 30 days"),
        (assessment.check_ins.UNCONFIRMED_FOR, timedelta(days=7), "the wish is removed after seven days"),
        (booking.drafts.KEPT, timedelta(days=1), "that you did not book goes after a day"),
        (booking.drafts.OFFERED_KEPT, timedelta(days=30), "not taken after a month"),
        (booking.reply_service.KEPT, timedelta(days=182), "we keep the answer for half a year"),
        (booking.waitlist_job.KEPT, timedelta(days=180), "so we do with a place on the waitlist"),
        (blog.subscribers.UNCONFIRMED_FOR, timedelta(days=30), "it is removed after thirty days"),
        (blog.subscribers.LEFT_FOR, timedelta(days=730), "noted as somebody who left for two years"),
        (suppression.KEPT, timedelta(days=365), "That mail to you came back, and what the other server said: a year."),
        (webhooks.KEPT_FOR, timedelta(days=30), "thirty days after they were taken"),
        (retention.LEADS_MONTHS, 24, "two years after we last heard of each other"),
        (retention.LETTERS_MONTHS, 12, "Copies of letters, with the files in them: a year"),
        (LEAST, 5, "it takes five people"),
    ],
)
def test_the_periods_are_those_of_the_code(app: Flask, client: FlaskClient, period: object, length: object, said: str):
    webhooks.add(name="Our customer list", url="https://crm.example/", kinds=(), at=clock.now())

    assert period == length
    assert said in text_of(client)


def test_it_names_the_programs_that_are_told(app: Flask, client: FlaskClient):
    assert "No other program is told about you." in text_of(client)
    for name in ("Our customer list", "Our customer list", "The sheet"):
        webhooks.add(name=name, url="https://crm.example/", kinds=(), at=clock.now())

    assert "are told within a minute: Our customer list and The sheet." in text_of(client)


def test_no_more_is_handed_on_than_it_says(app: Flask):
    webhooks.add(name="Our customer list", url="https://crm.example/", kinds=(), at=clock.now())
    lead = a_lead("Ann Avery", company="Harbor", phone="+1 555 010 0101")
    assessed(lead)

    (message,) = (json.loads(one.body) for one in session().scalars(select(Delivery)))

    assert message["type"] == f"lead.{HappeningKind.ASSESSMENT_TAKEN.name.lower()}"
    assert set(message["data"]["lead"]) == {"id", "name", "address", "company", "phone", "stage"}
    assert set(message["data"]["facts"]) == {"story", "band", "goal", "held", "needed", "gap", "chance", "in the way"}


def test_whoever_is_erased_is_to_be_forgotten_elsewhere_too(app: Flask):
    webhooks.add(name="Our customer list", url="https://crm.example/", kinds=("lead.note",), at=clock.now())
    lead = a_lead("Ann Avery")
    public_id = lead.public_id
    personal_data.erase(lead, by=None, at=clock.now())

    (delivery,) = session().scalars(select(Delivery))

    assert (delivery.kind, delivery.lead_id) == ("lead.erased", None)
    assert json.loads(delivery.body)["data"] == {"lead": {"id": public_id}}
