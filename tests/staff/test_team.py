"""Who works here: invited by mail, given another role, let go."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from booking import schedule
from booking.models import Consultant
from kit import clock
from kit.db import session, transaction
from staff import audit, services, team
from staff.audit_models import Act
from staff.models import Account
from staff.roles import Role
from tests.booking.builders import MONDAY_10, a_booking, a_consult_type, a_consultant
from tests.desk.scenes import a_consult, a_lead
from tests.page import Page
from tests.staff.signed_in import PASSWORD, an_account, signed_in

MoveClock = Callable[[datetime], None]
TAKEN = "Somebody with this e-mail address works here already."
Letters = Callable[[], list[EmailMessage]]


@pytest.fixture
def owner(app: Flask) -> FlaskClient:
    return signed_in(app)


def page_of(client: FlaskClient, address: str = "/desk/team/") -> Page:
    return Page(client.get(address), client)


def account(email: str) -> Account:
    session().rollback()
    return session().scalars(select(Account).where(Account.email == email)).one()


def acts() -> list[tuple[Act, str, str]]:
    session().rollback()
    return [(entry.act, entry.name, entry.subject) for entry in reversed(audit.page().rows)]


def test_somebody_is_invited_by_mail_and_makes_their_account(app: Flask, owner: FlaskClient, letters: Letters):
    response = page_of(owner).form("invite").submit(email="Maya@Example.com", role="consultant")

    assert (response.status_code, response.location) == (303, "/desk/team/?done=invited")
    (letter,) = letters()
    body = letter.get_body(("plain",))
    assert body is not None
    link = re.search(r"http://localhost(/desk/welcome/\S+)", body.get_content())
    assert link and letter["To"] == "maya@example.com"
    assert "Robin Vale invites you" in letter["Subject"]
    assert "maya@example.com" in page_of(owner).text
    maya = app.test_client()
    welcome = Page(maya.get(link[1]), maya)
    assert welcome.form().values["email"] == ["maya@example.com"]
    welcome.form().submit(name="Maya Lind", password=PASSWORD)
    assert maya.get("/desk/").status_code == 200
    assert account("maya@example.com").role == "consultant"
    assert "Invited, not here yet" not in page_of(owner).text


def test_looking_at_an_invitation_uses_nothing_up(app: Flask, owner: FlaskClient, client: FlaskClient):
    page_of(owner).form("invite").submit(email="maya@example.com", role="author")
    (invitation,) = team.open_invitations(at=clock.now()).rows
    address = f"/desk/welcome/{invitation.secret}"

    assert [client.get(address).status_code for _ in range(3)] == [200] * 3


@pytest.mark.parametrize(
    ("typed", "status", "error"),
    [
        ({"email": "", "role": "author"}, 422, "Enter the e-mail address to which the link goes"),
        ({"email": "maya@example.com", "role": None}, 422, "Choose what they are here"),
        ({"email": "maya@example.com", "role": "king"}, 422, "Choose what they are here"),
        (
            {"email": "robin@example.com", "role": "author"},
            422,
            "Somebody with this e-mail address works here already.",
        ),
    ],
)
def test_an_invitation_that_cannot_be_is_refused_in_place(
    owner: FlaskClient, letters: Letters, typed: dict[str, str], status: int, error: str
):
    page = Page(page_of(owner).form("invite").submit(**typed), owner)

    assert (page.status, page.errors) == (status, [error])
    assert page.form("invite").values["email"] == [typed["email"]]
    assert letters() == []


def test_a_second_invitation_to_the_same_address_ends_the_first(owner: FlaskClient, client: FlaskClient):
    first = team.invite_by_mail("maya@example.com", Role.AUTHOR, by=account("robin@example.com"), at=clock.now()).secret
    team.invite_by_mail("maya@example.com", Role.CONSULTANT, by=account("robin@example.com"), at=clock.now())
    team.invite_by_mail("cy@example.com", Role.CONSULTANT, by=account("robin@example.com"), at=clock.now())

    assert client.get(f"/desk/welcome/{first}").status_code == 410
    assert [found.email for found in team.open_invitations(at=clock.now()).rows] == [
        "cy@example.com",
        "maya@example.com",
    ]


def test_an_invitation_is_withdrawn(owner: FlaskClient, client: FlaskClient):
    page_of(owner).form("invite").submit(email="maya@example.com", role="author")
    (invitation,) = team.open_invitations(at=clock.now()).rows
    secret = invitation.secret

    response = page_of(owner).form("withdraw").submit()

    assert Page(owner.get(response.location), owner).texts(".notice")[0].startswith("The invitation is withdrawn")
    assert client.get(f"/desk/welcome/{secret}").status_code == 410


def test_a_role_is_changed_and_holds_at_once(app: Flask, owner: FlaskClient):
    maya = signed_in(app, "Maya Lind", "maya@example.com", "consultant")

    page_of(owner, f"/desk/team/{account('maya@example.com').id}").form("role").submit(role="author")

    assert maya.get("/desk/leads/").status_code == 403
    assert (Act.ROLE_CHANGED, "Robin Vale", "Maya Lind") in acts()


@pytest.mark.parametrize("role", ["consultant", "author"])
def test_the_last_owner_stays_one(owner: FlaskClient, role: str):
    me = account("robin@example.com").id

    page = Page(page_of(owner, f"/desk/team/{me}").form("role").submit(role=role), owner)

    assert page.status == 409
    assert page.texts(".notice") == ["This is the last owner. Make somebody else an owner first."]
    assert account("robin@example.com").role == "owner"


def test_the_last_owner_cannot_be_let_go(owner: FlaskClient):
    me = account("robin@example.com").id

    page = Page(page_of(owner, f"/desk/team/{me}/close").form().submit(), owner)

    assert page.status == 409
    assert owner.get("/desk/team/").status_code == 200


def test_one_of_two_owners_can_go_and_then_the_other_cannot(app: Flask, owner: FlaskClient):
    maya = an_account("Maya Lind", "maya@example.com", "owner")

    team.close(maya.id, by=account("robin@example.com"))

    with pytest.raises(team.LastOwner):
        team.close(account("robin@example.com").id, by=account("robin@example.com"))


def test_whoever_is_let_go_is_out_at_once_and_can_be_let_in_again(app: Flask, owner: FlaskClient):
    maya = signed_in(app, "Maya Lind", "maya@example.com", "consultant")
    number = account("maya@example.com").id

    asked = page_of(owner, f"/desk/team/{number}/close")
    assert asked.heading == "Close the account of Maya Lind?"
    assert maya.get("/desk/").status_code == 200
    asked.form().submit()

    assert maya.get("/desk/").status_code == 302
    assert "closed" in page_of(owner).text
    page_of(owner, f"/desk/team/{number}").form("reopen").submit()
    page = Page(maya.get("/desk/sign-in"), maya)
    assert page.form().submit(email="maya@example.com", password=PASSWORD).status_code == 302


def test_a_colleague_on_whom_guests_count_cannot_be_let_go_before(app: Flask, owner: FlaskClient, at: MoveClock):
    colleague = an_account("Maya Lind", "maya@example.com", "consultant")
    maya = a_consultant("Maya Lind", account_id=colleague.id)
    tom = a_consultant("Tom Third")
    booking = a_consult(a_consult_type(maya, tom), MONDAY_10)
    assert booking.consultant_id == maya.id
    number = colleague.id

    for part, changes in (("role", {"role": "author"}), ("close", {})):
        if part == "close":
            response = page_of(owner, f"/desk/team/{number}/close").form().submit()
        else:
            response = page_of(owner, f"/desk/team/{number}").form("role").submit(**changes)
        page = Page(response, owner)
        assert page.status == 409
        assert page.texts(".notice")[0].startswith("There are consults ahead. Give each to somebody else")
        assert f"/desk/consults/{booking.reference}/reassign" in page.links.values()
        assert f"/desk/consults/{booking.reference}/cancel" in page.links.values()
    assert session().get_one(Consultant, maya.id).active

    given = page_of(owner, f"/desk/consults/{booking.reference}/reassign").form("").submit(host=str(tom.id))
    assert given.status_code == 303
    page_of(owner, f"/desk/team/{number}/close").form().submit()
    assert not account("maya@example.com").active
    session().expire_all()
    assert not session().get_one(Consultant, maya.id).active


def test_the_leads_of_whoever_goes_are_told_before(app: Flask, owner: FlaskClient):
    number = an_account("Maya Lind", "maya@example.com", "consultant").id
    assert "look after" not in page_of(owner, f"/desk/team/{number}/close").text
    lead = a_lead("Ann Avery")
    with transaction():
        lead.owner_id = number

    page = page_of(owner, f"/desk/team/{number}/close")
    assert page.links["Leads that they look after: 1"] == f"/desk/leads/?owner={number}"
    page.form().submit()

    assert page_of(owner, f"/desk/team/{number}").links["Looks after 1 lead"] == f"/desk/leads/?owner={number}"
    assert page_of(owner, f"/desk/leads/?owner={number}").texts("main tbody th a") == ["Ann Avery"]


def test_what_is_over_holds_nobody(app: Flask, owner: FlaskClient, at: MoveClock):
    colleague = an_account("Maya Lind", "maya@example.com", "consultant")
    a_booking(a_consult_type(a_consultant("Maya Lind", account_id=colleague.id)), MONDAY_10)
    at(MONDAY_10 + timedelta(days=1))

    page_of(owner, f"/desk/team/{colleague.id}/close").form().submit()

    assert not account("maya@example.com").active


def test_visitors_can_be_offered_no_more_times_with_a_colleague(app: Flask, owner: FlaskClient):
    colleague = an_account("Maya Lind", "maya@example.com", "consultant")
    a_consultant("Maya Lind", account_id=colleague.id)

    page_of(owner, f"/desk/team/{colleague.id}").form("stop").submit()

    session().rollback()
    session().expire_all()
    consultant = schedule.consultant_of(colleague.id)
    assert consultant is not None and not consultant.active
    assert colleague.active


@pytest.mark.parametrize("address", ["/desk/team/99", "/desk/team/99/close"])
def test_nobody_has_that_number(owner: FlaskClient, address: str):
    assert page_of(owner, address).heading == "Nobody here has that number"


def test_the_log_tells_who_did_what_to_whom(owner: FlaskClient):
    page_of(owner).form("invite").submit(email="maya@example.com", role="author")

    page = page_of(owner, "/desk/team/log")

    assert "invited somebody" in page.text and "maya@example.com" not in page.text
    assert page.texts("tbody tr")[0].endswith("author")
    only = page_of(owner, "/desk/team/log?act=made+their+account")
    assert len(only.all("tbody tr")) == 1
    assert page_of(owner, "/desk/team/log?act=nonsense&page=x").status == 200


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET name = 'somebody else'", "DELETE FROM audit_entry"])
def test_the_database_lets_nobody_change_the_log(app: Flask, statement: str):
    an_account()

    with pytest.raises(DBAPIError, match="only added to"), transaction() as current:
        current.execute(text(statement))


def test_a_line_of_the_log_falls_with_its_deed(app: Flask):
    robin = an_account()

    with pytest.raises(RuntimeError), transaction():
        audit.note(Act.INVITED, by=robin)
        raise RuntimeError

    assert Act.INVITED not in [act for act, _, _ in acts()]


def test_the_roles_that_can_be_given_are_those_of_the_table():
    assert set(services.ROLES) == {role.value for role in Role}
