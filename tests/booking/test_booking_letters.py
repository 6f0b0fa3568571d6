"""What the letters about a conversation say, and what they must not."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kit.context import EXTENSION, current_settings
from leads import services as leads
from leads.handover import Handover
from leads.models import HappeningKind
from tests.booking.builders import a_consult_type, a_consultant
from tests.booking.invite_rules import (
    assert_calendar_file,
    event_of,
    invite_of,
)
from tests.booking.visit import DETAILS, NINE, NOW, Letters, Visit, assert_letters_are_right, text_of


def test_what_the_assessment_handed_over_is_not_typed_again(app: Flask, client: FlaskClient, letters: Letters):
    a_consult_type()
    lead = leads.capture(address="maria@harbor.example", name="Maria Quintero", at=NOW, phone="+1 555 010 0123")
    handover = Handover(
        lead=lead.public_id,
        story="the-brush-off",
        held=4.12,
        needed=11.3,
        gap=7.18,
        chance="about 1 in 10",
        obstacles=("too little time set aside",),
    )
    visit = Visit(client, f"/book/?with={handover.token()}")

    assert "You hold 4.1 live conversations a week; your goal needs 11.3." in visit.get(visit.address).text
    details = visit.get(visit.hold(NINE))
    assert details.form(0).values["name"] == ["Maria Quintero"]
    assert details.form(0).values["address"] == ["maria@harbor.example"]
    visit.get(details.form(0).submit().location).form(0).submit()

    _, host = letters()
    told = text_of(host)
    for words in ("holds 4.1, needs 11.3", "7.2 a week", "about 1 in 10", "too little time set aside", "The brush off"):
        assert words in told
        assert words in event_of(host).text("DESCRIPTION")
    assert [happening.kind for happening in leads.timeline_page(lead).rows] == [HappeningKind.CONSULT_BOOKED]
    assert_letters_are_right(letters)


def test_nothing_a_guest_wrote_stands_in_a_subject_or_in_their_own_letter(visit: Visit, letters: Letters):
    visit.book(NINE, name="Win $$$ at http://evil.example", note="Buy now")

    guest, host = letters()
    assert "evil" not in guest["Subject"] + host["Subject"]
    assert "evil" not in str(guest["To"])
    for body in (guest.get_body(("plain",)), guest.get_body(("html",))):
        assert "evil" not in body.get_content()
        assert "Buy now" not in body.get_content()
    assert "evil" not in str(event_of(guest))
    assert "Buy now" in text_of(host)
    assert_letters_are_right(letters)


def test_markup_that_a_guest_wrote_is_shown_as_text(visit: Visit, letters: Letters):
    own = visit.book(NINE, name="<b>Ann</b>", note="<script>alert(1)</script>")

    assert "<script>alert" not in visit.client.get(own).get_data(as_text=True)
    html = letters()[1].get_body(("html",)).get_content()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_the_site_s_own_mailbox_as_consultant_gets_a_plain_file(app: Flask, client: FlaskClient, letters: Letters):
    a_consult_type(a_consultant("Robin Hale", address=current_settings().mail_from))
    Visit(client).book(NINE)

    _, host = letters()
    assert invite_of(host) is None
    (file,) = host.iter_attachments()
    assert_calendar_file(file.get_payload(decode=True))
    assert_letters_are_right(letters)


def test_the_site_does_not_invite_itself(app: Flask, visit: Visit):
    app.extensions[EXTENSION] = replace(current_settings(), mail_from="consults@example.com")

    page = visit.page(visit.get(visit.hold()).form(0).submit(**DETAILS | {"address": "Consults@example.com"}))

    assert page.errors == ["This is our own address. Enter yours, so that the invite reaches you"]


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("a?b#c%d&e=f+g@example.org", "a?b#c%d&e=f+g@example.org"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("Robin@consultancy.example", "Robin@consultancy.example"),
    ],
)
def test_unusual_addresses_get_a_right_invite(visit: Visit, letters: Letters, typed: str, sent: str):
    visit.book(NINE, address=typed)

    assert letters()[0]["To"].addresses[0].addr_spec == sent
    assert_letters_are_right(letters)


def test_letters_name_both_zones_where_they_differ(visit: Visit, letters: Letters):
    visit.address = "/book/?zone=Asia/Kathmandu&clock=24"
    visit.book(NINE)

    guest, host = (text_of(message) for message in letters())
    assert "19:45–20:15, Kathmandu, UTC+05:45" in guest
    assert "For Robin Hale: 09:00–09:30 (New York, UTC−05:00)" in guest
    assert "09:00–09:30, New York, UTC−05:00" in host
    assert "For the guest: 19:45–20:15 (Kathmandu, UTC+05:45)" in host
