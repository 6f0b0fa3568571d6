"""What each role may do, and that each address of the desk asks for the right it should."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from staff.access import right_to
from staff.roles import MAY, Right, Role, rights_of
from tests.page import Page
from tests.site.test_routes import DESK, requests_of
from tests.staff.signed_in import signed_in

OWN, SEE, CHANGE, RUN = Right.KEEP_ACCOUNT, Right.SEE_LEADS, Right.CHANGE_LEADS, Right.RUN_CONSULTS
# Every address of the desk stands here with the right it asks for: a new one without a decision fails.
RIGHTS = {
    "account_admin.overview": OWN,
    "account_admin.password": OWN,
    "account_admin.end_session": OWN,
    "account_admin.end_other_sessions": OWN,
    "desk.today": OWN,  # whoever has no part in the day is led to where they begin
    "desk.keys": OWN,
    "lead_admin.overview": SEE,
    "lead_admin.board": SEE,
    "lead_admin.move_on_board": CHANGE,
    "lead_admin.keep_list": SEE,
    "lead_admin.remove_list": SEE,
    "lead_admin.undo": CHANGE,
    "lead_admin.undo_note": CHANGE,
    "lead_admin.undo_details": CHANGE,
    "lead_admin.edit": CHANGE,
    "lead_admin.merge": CHANGE,
    "lead_admin.sheet": SEE,
    "funnel_admin.overview": SEE,
    "settings_admin.overview": Right.RUN_SITE,
    "settings_admin.change": Right.RUN_SITE,
    "webhook_admin.overview": Right.SET_WEBHOOKS,
    "webhook_admin.add": Right.SET_WEBHOOKS,
    "webhook_admin.show": Right.SET_WEBHOOKS,
    "webhook_admin.rotate": Right.SET_WEBHOOKS,
    "webhook_admin.resume": Right.SET_WEBHOOKS,
    "webhook_admin.send_again": Right.SET_WEBHOOKS,
    "webhook_admin.remove": Right.SET_WEBHOOKS,
    "data_admin.record": Right.EXPORT_PERSON,
    "data_admin.record_file": Right.EXPORT_PERSON,
    "data_admin.erase": Right.ERASE_PERSON,
    "data_admin.export": Right.EXPORT_ALL,
    "lead_admin.show": SEE,
    "desk.mail": SEE,
    "desk.letter": SEE,
    "desk.letter_file": SEE,
    "desk.mark": RUN,
    "lead_admin.move_stage": CHANGE,
    "desk.send_again": CHANGE,
    "booking_admin.availability": RUN,
    "booking_admin.add_dates": RUN,
    "booking_admin.remove_date": RUN,
    "booking_admin.set_limits": RUN,
    "booking_admin.add_journey": RUN,
    "booking_admin.remove_journey": RUN,
    "block_admin.blocks": RUN,
    "block_admin.remove": RUN,
    "consult_admin.overview": RUN,
    "consult_admin.show": RUN,
    "consult_admin.mark": RUN,
    "consult_admin.move": RUN,
    "consult_admin.cancel": RUN,
    "consult_admin.reassign": RUN,
    "offer_admin.overview": RUN,
    "offer_admin.new": RUN,
    "offer_admin.withdraw": RUN,
    "reply_admin.overview": RUN,
    "reply_admin.move": RUN,
    "reply_admin.leave": RUN,
    "type_admin.overview": Right.SET_TYPES,
    "type_admin.new": Right.SET_TYPES,
    "type_admin.edit": Right.SET_TYPES,
    "type_admin.ask": Right.SET_TYPES,
    "type_admin.question": Right.SET_TYPES,
    "type_admin.lift": Right.SET_TYPES,
    "type_admin.remove": Right.SET_TYPES,
    "waitlist_admin.places": RUN,
    "waitlist_admin.remove": RUN,
    "calendar_admin.overview": RUN,
    "calendar_admin.add_file": RUN,
    "calendar_admin.add_server": RUN,
    "calendar_admin.change": RUN,
    "calendar_admin.read": RUN,
    "calendar_admin.remove": RUN,
    "calendar_admin.renew_feed": RUN,
    "calendar_admin.close_feed": RUN,
    "team_admin.overview": Right.RUN_TEAM,
    "team_admin.invite": Right.RUN_TEAM,
    "team_admin.withdraw": Right.RUN_TEAM,
    "team_admin.colleague": Right.RUN_TEAM,
    "team_admin.change_role": Right.RUN_TEAM,
    "team_admin.stop": Right.RUN_TEAM,
    "team_admin.close": Right.RUN_TEAM,
    "team_admin.reopen": Right.RUN_TEAM,
    "team_admin.drop_second_factor": Right.RUN_TEAM,
    "team_admin.log": Right.READ_AUDIT,
    "desk.letter_html": SEE,
    "returned.overview": SEE,
    "returned.lift": CHANGE,
    "newsletter_admin.overview": Right.SEND_STORIES,
    "newsletter_admin.story": Right.SEND_STORIES,
    "newsletter_admin.cancel": Right.SEND_STORIES,
    "newsletter_admin.send_test": Right.SEND_STORIES,
    "newsletter_admin.letter": Right.SEND_STORIES,
    "subscriber_admin.overview": SEE,
    "subscriber_admin.table": Right.EXPORT_ALL,
    "subscriber_admin.subscriber": SEE,
    "subscriber_admin.take_off": CHANGE,
    "subscriber_admin.erase": Right.ERASE_PERSON,
    "stories_admin.overview": Right.WRITE_STORIES,
    "stories_admin.new": Right.WRITE_STORIES,
    "stories_admin.edit": Right.WRITE_STORIES,
    "stories_admin.look": Right.WRITE_STORIES,
    "stories_admin.add_link": Right.WRITE_STORIES,
    "stories_admin.end_link": Right.WRITE_STORIES,
}
ROLES: dict[Role, set[Right]] = {
    Role.OWNER: set(Right),
    Role.CONSULTANT: {OWN, SEE, CHANGE, RUN, Right.SET_TYPES, Right.EXPORT_PERSON},
    Role.AUTHOR: {OWN, Right.WRITE_STORIES, Right.SEND_STORIES},
}


def test_each_role_has_its_rights():
    assert {role: set(rights) for role, rights in MAY.items()} == ROLES


@pytest.mark.parametrize("names", [[], ["nobody"], ["owner "], ["OWNER"], [""]])
def test_a_name_that_is_no_role_gives_nothing(names: list[str]):
    assert rights_of(names) == frozenset()


def test_two_roles_give_what_both_give():
    assert rights_of(["author", "consultant"]) == ROLES[Role.AUTHOR] | ROLES[Role.CONSULTANT]


def test_every_address_of_the_desk_asks_for_a_right(app: Flask):
    asked = {endpoint: right_to(app, endpoint) for endpoint, _, _ in requests_of(app, DESK)}

    assert asked == RIGHTS


@pytest.mark.parametrize("role", list(Role))
def test_every_door_opens_to_those_who_may_and_to_nobody_else(app: Flask, role: Role):
    signed_in(app, "Somebody Else", "else@example.com")  # whose session has the number that is tried
    client = signed_in(app, role=role)
    token = token_of(client)
    wrong = {}

    for endpoint, method, address in requests_of(app, DESK):
        response = client.open(address, method=method, data={"csrf_token": token} if method != "GET" else None)
        if (response.status_code != 403) != (RIGHTS[endpoint] in ROLES[role]):
            wrong[endpoint, method] = response.status_code

    assert wrong == {}


def token_of(client: FlaskClient) -> str:
    """A form token, by which a form without any field comes as far as it may."""
    return str(Page(client.get("/desk/account/"), client).all("form.sign-out input")[0].get("value"))


def test_whoever_comes_to_a_part_that_is_not_theirs_is_told(app: Flask):
    client = signed_in(app, role="author")

    page = Page(client.get("/desk/leads/"), client)

    assert (page.status, page.heading) == (403, "This part of the desk is not yours")
    assert "Account" in page.links and "Leads" not in page.links


def test_an_author_begins_where_their_work_is(app: Flask):
    client = signed_in(app, role="author")

    response = client.get("/desk/")

    assert (response.status_code, response.location) == (302, "/desk/stories/")


def test_the_navigation_shows_only_where_one_may_go(app: Flask):
    shown = {}
    for role in Role:
        client = signed_in(app, email=f"{role}@example.com", role=role)
        page = Page(client.get("/desk/account/"), client)
        shown[role] = page.texts('nav[aria-label="Desk"] a')

    assert shown[Role.AUTHOR] == ["Stories", "Newsletter", "Account"]
    assert "Team" in shown[Role.OWNER] and "Team" not in shown[Role.CONSULTANT]
    assert {"Today", "Leads", "Hours", "Account"} <= set(shown[Role.CONSULTANT])
