"""Every address is open or closed on purpose, and none vanishes unseen."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter, Rule
from werkzeug.test import TestResponse

from app import create_app
from kit import security
from tests.booking.builders import a_consult_type
from tests.conftest import some_settings
from tests.page import Page

OPEN = "whoever comes"
TOKEN = "whoever holds the link"
SHOWN = "whoever has seen the story that shows it"
DESK = "whoever is signed in"
LIBRARY = "whoever has come so far in signing in, or is signed in"
MACHINE = "whoever sits at the machine, or is signed in; not in production"

DOORS = {
    "pages.home": OPEN,
    "pages.about": OPEN,
    "pages.privacy": OPEN,
    "pages.robots": OPEN,
    "pages.sitemap": OPEN,
    "health.health": OPEN,
    "blog.index": OPEN,
    "blog.story": OPEN,
    "blog.tagged": OPEN,
    "newsletter.ask": OPEN,
    "newsletter.asked_for": OPEN,
    "newsletter.asked": OPEN,
    "newsletter.confirm": TOKEN,
    "newsletter.leave": TOKEN,
    "newsletter.come_back": TOKEN,
    "blog.series": OPEN,
    "blog.author": OPEN,
    "blog.archive": OPEN,
    "blog.archive_of": OPEN,
    "blog.search": OPEN,
    "blog_previews.preview": TOKEN,
    "blog_machines.feed": OPEN,
    "blog_machines.feed_of_tag": OPEN,
    "blog_machines.social_card": OPEN,
    "blog_machines.mark": OPEN,
    "blog_machines.picture": SHOWN,
    "assessment.begin": OPEN,
    "assessment.start": OPEN,
    "method.method": OPEN,
    "method.count": OPEN,
    "assessment.question": TOKEN,
    "assessment.check": TOKEN,
    "assessment.result": TOKEN,
    "assessment.again": TOKEN,
    "assessment.retake": TOKEN,
    "assessment.shared": TOKEN,
    "weekly.ask": TOKEN,
    "weekly.show": TOKEN,
    "weekly.answer": TOKEN,
    "weekly.begin": TOKEN,
    "weekly.stop": TOKEN,
    "assessment.ask_for_report": TOKEN,
    "assessment.blocks": TOKEN,
    "assessment.book": TOKEN,
    "assessment.report": TOKEN,
    "assessment.report_file": TOKEN,
    "booking.types": OPEN,
    "booking.picker": OPEN,
    "booking.hold": OPEN,
    "booking.call_me_back": OPEN,
    "booking.held.details": TOKEN,
    "booking.held.check": TOKEN,
    "booking.held.extend": TOKEN,
    "booking.held.again": TOKEN,
    "booking.consult.show": TOKEN,
    "booking.consult.file": TOKEN,
    "booking.consult.move": TOKEN,
    "booking.consult.cancel": TOKEN,
    "booking.consult.cancelled": TOKEN,
    "feed.feed": TOKEN,
    "booking.times.ask": OPEN,
    "booking.times.show": TOKEN,
    "booking.times.take": TOKEN,
    "booking.times.none": TOKEN,
    "booking.times.other": TOKEN,
    "booking.waitlist.join": OPEN,
    "booking.waitlist.earlier": TOKEN,
    "booking.waitlist.place": TOKEN,
    "booking.waitlist.opening": TOKEN,
    "booking.waitlist.take": TOKEN,
    "booking.waitlist.pass_on": TOKEN,
    "staff.welcome": TOKEN,
    "security.login": OPEN,
    "security.logout": OPEN,
    "security.wan_signin": OPEN,
    "security.wan_signin_response": LIBRARY,
    "security.verify": LIBRARY,
    "security.wan_verify": LIBRARY,
    "security.wan_verify_response": LIBRARY,
    "security.two_factor_setup": LIBRARY,
    "security.two_factor_setup_validate": LIBRARY,
    "security.two_factor_token_validation": LIBRARY,
    "security.two_factor_rescue": LIBRARY,
    "security.tf_select": LIBRARY,
    "security.mf_recovery": LIBRARY,
    "security.mf_recovery_codes": LIBRARY,
    "security.wan_register": LIBRARY,
    "security.wan_register_response": LIBRARY,
    "security.wan_delete": LIBRARY,
    "account_admin.overview": DESK,
    "account_admin.password": DESK,
    "account_admin.end_session": DESK,
    "account_admin.end_other_sessions": DESK,
    "team_admin.overview": DESK,
    "team_admin.invite": DESK,
    "team_admin.withdraw": DESK,
    "team_admin.colleague": DESK,
    "team_admin.change_role": DESK,
    "team_admin.stop": DESK,
    "team_admin.close": DESK,
    "team_admin.reopen": DESK,
    "team_admin.drop_second_factor": DESK,
    "team_admin.log": DESK,
    "desk.today": DESK,
    "desk.keys": DESK,
    "lead_admin.overview": DESK,
    "lead_admin.board": DESK,
    "lead_admin.move_on_board": DESK,
    "lead_admin.keep_list": DESK,
    "lead_admin.remove_list": DESK,
    "lead_admin.undo": DESK,
    "lead_admin.undo_note": DESK,
    "lead_admin.undo_details": DESK,
    "lead_admin.edit": DESK,
    "lead_admin.merge": DESK,
    "lead_admin.sheet": DESK,
    "funnel_admin.overview": DESK,
    "settings_admin.overview": DESK,
    "settings_admin.change": DESK,
    "webhook_admin.overview": DESK,
    "webhook_admin.add": DESK,
    "webhook_admin.show": DESK,
    "webhook_admin.rotate": DESK,
    "webhook_admin.resume": DESK,
    "webhook_admin.send_again": DESK,
    "webhook_admin.remove": DESK,
    "data_admin.record": DESK,
    "data_admin.record_file": DESK,
    "data_admin.erase": DESK,
    "data_admin.export": DESK,
    "lead_admin.show": DESK,
    "desk.mail": DESK,
    "desk.letter": DESK,
    "desk.letter_file": DESK,
    "desk.mark": DESK,
    "lead_admin.move_stage": DESK,
    "desk.send_again": DESK,
    "desk.letter_html": DESK,
    "returned.overview": DESK,
    "returned.lift": DESK,
    "newsletter_admin.overview": DESK,
    "newsletter_admin.story": DESK,
    "newsletter_admin.cancel": DESK,
    "newsletter_admin.send_test": DESK,
    "newsletter_admin.letter": DESK,
    "subscriber_admin.overview": DESK,
    "subscriber_admin.table": DESK,
    "subscriber_admin.subscriber": DESK,
    "subscriber_admin.take_off": DESK,
    "subscriber_admin.erase": DESK,
    "booking_admin.availability": DESK,
    "booking_admin.add_dates": DESK,
    "booking_admin.remove_date": DESK,
    "booking_admin.set_limits": DESK,
    "booking_admin.add_journey": DESK,
    "booking_admin.remove_journey": DESK,
    "block_admin.blocks": DESK,
    "block_admin.remove": DESK,
    "consult_admin.overview": DESK,
    "consult_admin.show": DESK,
    "consult_admin.mark": DESK,
    "consult_admin.move": DESK,
    "consult_admin.cancel": DESK,
    "consult_admin.reassign": DESK,
    "offer_admin.overview": DESK,
    "offer_admin.new": DESK,
    "offer_admin.withdraw": DESK,
    "reply_admin.overview": DESK,
    "reply_admin.move": DESK,
    "reply_admin.leave": DESK,
    "type_admin.overview": DESK,
    "type_admin.new": DESK,
    "type_admin.edit": DESK,
    "type_admin.ask": DESK,
    "type_admin.question": DESK,
    "type_admin.lift": DESK,
    "type_admin.remove": DESK,
    "stories_admin.overview": DESK,
    "stories_admin.new": DESK,
    "stories_admin.edit": DESK,
    "stories_admin.look": DESK,
    "stories_admin.add_link": DESK,
    "stories_admin.end_link": DESK,
    "waitlist_admin.places": DESK,
    "waitlist_admin.remove": DESK,
    "calendar_admin.overview": DESK,
    "calendar_admin.add_file": DESK,
    "calendar_admin.add_server": DESK,
    "calendar_admin.change": DESK,
    "calendar_admin.read": DESK,
    "calendar_admin.remove": DESK,
    "calendar_admin.renew_feed": DESK,
    "calendar_admin.close_feed": DESK,
    "dev_stories.live": MACHINE,
    "dev_stories.mark": MACHINE,
    "dev.index": MACHINE,
    "dev.inbox": MACHINE,
    "dev.letter": MACHINE,
    "dev.letter_html": MACHINE,
    "dev.letter_file": MACHINE,
    "dev.calm_sheet": MACHINE,
    "dev.wrong_sheet": MACHINE,
    "dev.mail_sheet": MACHINE,
}
SAMPLES = {
    "slug": "first-conversation",
    "tag": "habits",
    "kind": "atom",
    "form": "webp",
    "name": "held",
    "day": "2026-11-02",
    "outcome": "held",
}
REACHED = {
    "blog.story": "/stories/the-night-supervisor",
    "blog.series": "/stories/series/the-office-on-garnet-street",
    "blog.author": "/stories/authors/the-conversation-gap",
    "blog.archive_of": "/stories/archive/2026",
    "blog_machines.feed": "/stories/feed.atom",
    "blog_machines.feed_of_tag": "/stories/tags/habits/feed.json",
    "blog_machines.social_card": "/stories/the-night-supervisor/card.png",
}


def requests_of(app: Flask, door: str) -> Iterator[tuple[str, str, str]]:
    """(endpoint, method, address) of every route behind that door."""
    for rule in app.url_map.iter_rules():
        if DOORS.get(rule.endpoint) == door:
            for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
                yield rule.endpoint, method, REACHED.get(rule.endpoint) or address_of(rule)


def address_of(rule: Rule) -> str:
    numbers = {name for name, converter in rule._converters.items() if isinstance(converter, IntegerConverter)}
    values = {name: 1 if name in numbers else SAMPLES.get(name, "none-such") for name in rule.arguments}
    built = rule.build(values)
    assert built is not None, rule
    return built[1]


def test_every_address_has_a_door(app: Flask):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}

    assert {"no door": endpoints - set(DOORS), "gone": set(DOORS) - endpoints} == {"no door": set(), "gone": set()}


def test_no_address_vanishes(app: Flask, snapshot: Callable[[str, str], None]):
    lines = [
        f"{','.join(sorted((rule.methods or set()) - {'HEAD', 'OPTIONS'})):9} {rule.rule}"
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
    ]

    snapshot("urls.txt", "\n".join(lines) + "\n")


def test_the_desk_is_closed_to_whoever_is_not_signed_in(app: Flask, client: FlaskClient):
    for endpoint, method, address in requests_of(app, DESK):
        response = client.open(address, method=method)

        if method == "GET":
            assert response.status_code == 302, endpoint
            assert response.location.startswith("/desk/sign-in?next=/"), (endpoint, response.location)
        else:
            assert is_refused_without_a_form_token(response) or response.location.startswith("/desk/sign-in")


def test_what_the_sign_in_asks_for_is_closed_to_whoever_has_not_begun(app: Flask, client: FlaskClient):
    for endpoint, method, address in requests_of(app, LIBRARY):
        response = client.open(address, method=method)

        if method == "GET":
            assert response.status_code == 302, endpoint
            assert response.location.startswith("/desk/sign-in"), (endpoint, response.location)
        else:
            refused = is_refused_without_a_form_token(response)
            assert refused or response.location.startswith("/desk/sign-in"), endpoint


def test_nothing_for_developers_exists_in_production(tmp_path: Path):
    settings = some_settings(tmp_path, f"sqlite:///{tmp_path / 'site.sqlite3'}", BASE_URL="https://www.example.com")

    endpoints = {rule.endpoint for rule in create_app(settings).url_map.iter_rules()}

    assert endpoints == {endpoint for endpoint, door in DOORS.items() if door != MACHINE}


def test_a_link_that_was_never_given_out_opens_nothing(app: Flask, client: FlaskClient):
    for endpoint, method, address in requests_of(app, TOKEN):
        response = client.open(address, method=method)

        assert response.status_code in (404, 410) or is_refused_without_a_form_token(response), (endpoint, method)


def test_what_is_open_asks_nobody_to_sign_in(app: Flask, client: FlaskClient):
    a_consult_type()

    for endpoint, method, address in requests_of(app, OPEN):
        if method == "GET":
            assert client.get(address).status_code == 200, endpoint


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://www.example.com"},
        {"Origin": "null"},
    ],
    ids=str,
)
def test_a_form_sent_from_another_site_is_refused_everywhere(app: Flask, client: FlaskClient, headers: dict[str, str]):
    for door in (OPEN, TOKEN, DESK, LIBRARY, MACHINE):
        for endpoint, method, address in requests_of(app, door):
            if method == "GET" or is_open_to_other_sites(app, endpoint):
                continue
            response = client.open(address, method=method, headers=headers)

            assert response.status_code == 400, endpoint
            assert Page(response, client).heading == security.SentFromElsewhere.title, endpoint


def test_a_form_without_its_token_is_refused_where_a_cookie_could_act(app: Flask, client: FlaskClient):
    response = client.post("/desk/sign-in", data={"email": "a@example.com", "password": "x" * 12})

    assert response.status_code == 400
    assert Page(response, client).heading == security.FormExpired.title


def is_refused_without_a_form_token(response: TestResponse) -> bool:
    return response.status_code == 400 and security.FormExpired.title in response.get_data(as_text=True)


def is_open_to_other_sites(app: Flask, endpoint: str) -> bool:
    view = app.view_functions[endpoint]
    return f"{view.__module__}.{view.__name__}" in security._open_to_other_sites
