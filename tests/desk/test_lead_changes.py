"""Leads changed at the desk: put right, moved, taken back, merged; on the board, and in lists that are kept."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

import leads.services
from kit import clock
from kit.db import session
from leads import lists
from leads.models import Lead, Stage
from tests.desk.scenes import a_lead
from tests.page import Page
from tests.staff.signed_in import signed_in


def page_of(desk: FlaskClient, address: str) -> Page:
    return Page(desk.get(address), desk)


def again(lead: Lead) -> Lead:
    session().rollback()
    session().expire_all()
    return leads.services.get_lead(lead.public_id)


@pytest.fixture
def maya(app: Flask, desk: FlaskClient) -> FlaskClient:
    """A colleague at another desk."""
    return signed_in(app, "Maya Lind", "maya@example.com", "consultant")


def test_somebody_is_put_right(desk: FlaskClient):
    lead = a_lead()

    response = page_of(desk, f"/desk/leads/{lead.public_id}/edit").form().submit(company="Harbor", owner="1")

    page = page_of(desk, response.location)
    assert page.heading == "Ann Avery Harbor"
    assert page.texts(".notice") == ["What you put right is kept. Take it back"]
    assert "by Robin Vale" in page.texts("section[aria-labelledby=who] dd")


def test_two_who_change_one_lead_at_once_see_both_versions(desk: FlaskClient, maya: FlaskClient):
    lead = a_lead()
    address = f"/desk/leads/{lead.public_id}/edit"
    robins, mayas = page_of(desk, address).form(), page_of(maya, address).form()
    mayas.submit(name="Ann Avery-Bee", phone="555 0101")

    page = Page(robins.submit(name="Anna Avery", company="Harbor"), desk)

    assert page.status == 409
    cells = page.texts("tbody td")
    assert cells[:6] == ["Ann Avery-Bee", "Anna Avery", "empty", "Harbor", "555 0101", "empty"]
    assert page.form().values["name"] == ["Anna Avery"]
    assert again(lead).name == "Ann Avery-Bee"
    page.form().submit(phone="555 0101")
    found = again(lead)
    assert (found.name, found.company, found.phone) == ("Anna Avery", "Harbor", "555 0101")


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"name": "x" * 121}, "Name must be 120 characters or fewer"),
        ({"owner": "99"}, "Choose one of those who work here, or nobody"),
        ({"owner": "x"}, "Choose one of those who work here, or nobody"),
    ],
)
def test_what_cannot_be_is_said_and_the_rest_kept(desk: FlaskClient, typed: dict[str, str], error: str):
    lead = a_lead()

    page = Page(page_of(desk, f"/desk/leads/{lead.public_id}/edit").form().submit(company="Harbor", **typed), desk)

    assert (page.status, page.errors) == (422, [error])
    assert page.form().values["company"] == ["Harbor"]
    assert again(lead).company == ""


def test_a_stage_set_meanwhile_is_seen_before_it_is_overwritten(desk: FlaskClient, maya: FlaskClient):
    lead = a_lead()
    robins = page_of(desk, f"/desk/leads/{lead.public_id}").form("/stage")
    page_of(maya, f"/desk/leads/{lead.public_id}").form("/stage").submit(stage="client")

    page = Page(robins.submit(stage="closed", reason="Left the trade"), desk)

    assert page.status == 409
    assert (
        "It stands in “client” now; what you chose is still in the form: “closed”, because “Left the trade”"
        in (page.texts(".notice")[0])
    )
    assert again(lead).stage is Stage.CLIENT
    page.form("/stage").submit()
    assert again(lead).stage is Stage.CLOSED


def test_a_move_is_taken_back_with_one_button(desk: FlaskClient):
    lead = a_lead()
    response = page_of(desk, f"/desk/leads/{lead.public_id}").form("/stage").submit(stage="closed", reason="Not now")

    response = page_of(desk, response.location).form("/undo/").submit()

    page = page_of(desk, response.location)
    assert page.texts(".notice") == ["Taken back: the stage is “new” again."]
    assert again(lead).stage is Stage.NEW


def test_what_was_put_right_is_taken_back_with_one_button(desk: FlaskClient):
    lead = a_lead("Ann Avery", company="Harbor")
    form = page_of(desk, f"/desk/leads/{lead.public_id}/edit").form()
    owner = form.element.xpath(".//select[@name='owner']/option/@value")[1]
    response = form.submit(name="Anna", company="", owner=owner)
    assert (again(lead).name, again(lead).owner_id) == ("Anna", int(owner))

    response = page_of(desk, response.location).form("/undo/details").submit()

    assert page_of(desk, response.location).texts(".notice") == ["Taken back: all of it is as it was before."]
    assert (again(lead).name, again(lead).company, again(lead).owner_id) == ("Ann Avery", "Harbor", None)


def test_what_was_there_before_stands_in_the_timeline_and_not_in_the_cookie(desk: FlaskClient):
    lead = a_lead("Ann Avery", phone="+1 555 010 0101")

    response = page_of(desk, f"/desk/leads/{lead.public_id}/edit").form().submit(name="Anna", company="Harbor")

    page = page_of(desk, response.location)
    assert page.texts(".kind-details .headline")[0].startswith("Robin Vale put the name and the company right")
    assert page.texts(".kind-details dt") == ["Name before", "Company before"]
    assert page.texts(".kind-details dd") == ["Ann Avery", "none"]
    with desk.session_transaction() as kept:
        assert "Ann" not in str(dict(kept))


def test_what_somebody_else_put_right_since_is_not_taken_back(desk: FlaskClient, maya: FlaskClient):
    lead = a_lead("Ann Avery")
    response = page_of(desk, f"/desk/leads/{lead.public_id}/edit").form().submit(name="Anna")
    kept = page_of(desk, response.location).form("/undo/details")
    page_of(maya, f"/desk/leads/{lead.public_id}/edit").form().submit(company="Harbor")

    refused = kept.submit()

    assert (refused.status_code, Page(refused, desk).heading) == (409, "This cannot be taken back any more")
    assert (again(lead).name, again(lead).company) == ("Anna", "Harbor")


def test_two_leads_are_merged_after_a_second_look(desk: FlaskClient):
    ann, anna = a_lead("Ann Avery"), a_lead("Anna Avery", address="anna@home.example", company="Harbor")
    gone = anna.public_id
    search = page_of(desk, f"/desk/leads/{ann.public_id}/merge")

    found = Page(search.form().submit(search="avery"), desk)
    assert found.texts(".rows a") == ["Anna Avery"]
    asked = page_of(desk, found.links["Anna Avery"])
    assert "This cannot be taken back." in asked.text
    assert lists.list_leads().total == 2
    response = asked.form().submit()

    page = page_of(desk, response.location)
    assert page.heading == "Ann Avery Harbor"
    assert page.links["anna@home.example"] == "mailto:anna@home.example"
    moved = desk.get(f"/desk/leads/{gone}")
    assert (moved.status_code, moved.location) == (301, f"/desk/leads/{ann.public_id}")


def test_a_lead_is_not_merged_with_itself(desk: FlaskClient):
    ann = a_lead()

    response = desk.get(f"/desk/leads/{ann.public_id}/merge?with={ann.public_id}")

    assert (response.status_code, Page(response, desk).heading) == (409, "This is one and the same lead")


def test_the_board_shows_a_column_for_each_stage_and_moves_without_scripts(desk: FlaskClient):
    ann = a_lead("Ann Avery")
    a_lead("Bob Berg")

    page = page_of(desk, "/desk/leads/board")
    assert page.texts(".column h2") == [
        "New 2",
        "Report sent 0",
        "Engaged 0",
        "Consult booked 0",
        "Client 0",
        "Closed 0",
    ]
    assert [said.partition(",")[0] for said in page.texts(".card .soft")] == ["Latest news now"] * 2
    response = page.form(f"{ann.public_id}/board").submit(stage="client")

    page = page_of(desk, response.location)
    assert page.texts(".column h2")[4] == "Client 1"
    assert [text for text in page.texts(".card.is-moved") if "Ann Avery" in text]
    assert again(ann).stage is Stage.CLIENT


def test_closing_on_the_board_asks_for_the_reason(desk: FlaskClient):
    ann = a_lead()

    response = page_of(desk, "/desk/leads/board").form(f"{ann.public_id}/board").submit(stage="closed")

    page = page_of(desk, response.location.partition("#")[0])
    assert page.form("/stage").values["stage"] == ["closed"]
    assert again(ann).stage is Stage.NEW


def test_a_card_that_was_moved_meanwhile_is_not_moved_blindly(desk: FlaskClient, maya: FlaskClient):
    ann = a_lead()
    robins = page_of(desk, "/desk/leads/board").form(f"{ann.public_id}/board")
    page_of(maya, "/desk/leads/board").form(f"{ann.public_id}/board").submit(stage="engaged")

    refused = Page(robins.submit(stage="client"), desk)

    assert refused.status == 409
    assert refused.texts("[role=alert]") == [
        "Somebody else moved Ann Avery while you looked. The card stands under “Engaged”, where they put it, and not"
        " under “Client”. Move it again if you still want to."
    ]
    assert refused.texts(".column h2")[2] == "Engaged 1"
    assert refused.form(f"{ann.public_id}/board").submit(stage="client").status_code == 303
    assert again(ann).stage is Stage.CLIENT


def test_a_move_on_the_board_is_taken_back_there(desk: FlaskClient):
    ann = a_lead()
    moved = page_of(desk, "/desk/leads/board?search=ann").form(f"{ann.public_id}/board").submit(stage="client")

    response = page_of(desk, moved.location.partition("#")[0]).form("/undo/").submit()

    assert response.location == f"/desk/leads/board?search=ann&undone={ann.public_id}#card-{ann.public_id}"
    assert again(ann).stage is Stage.NEW
    assert "Take it back" not in page_of(desk, response.location.partition("#")[0]).text


def test_a_list_is_kept_and_forgotten(desk: FlaskClient):
    a_lead(company="Harbor Realty")
    page = page_of(desk, "/desk/leads/?search=harbor&stage=new")

    response = page.form("/lists").submit(name="New at Harbor")

    kept = page_of(desk, response.location)
    assert kept.links["New at Harbor"] == "/desk/leads/?search=harbor&stage=new"
    again_ = page_of(desk, kept.links["New at Harbor"])
    page_of(desk, again_.form("/remove").submit().location)
    assert "New at Harbor" not in page_of(desk, "/desk/leads/").links


def test_a_list_without_a_name_is_not_kept(desk: FlaskClient):
    a_lead()

    page = Page(page_of(desk, "/desk/leads/?search=ann").form("/lists").submit(name=" "), desk)

    assert (page.status, page.errors) == (422, ["Give the list a name"])
    assert page.form().values["search"] == ["ann"]


def test_the_call_sheet_holds_what_one_needs_on_paper(desk: FlaskClient):
    lead = a_lead(phone="+1 555 010 0101")
    leads.services.add_note(lead, text="Ask for the Friday list.", author="Maya Lind", at=clock.now())

    page = page_of(desk, f"/desk/leads/{lead.public_id}/sheet")

    assert page.heading == "Ann Avery"
    assert "+1 555 010 0101" in page.text and "Ask for the Friday list." in page.text
    assert "No assessment: ask for the count of the last four weeks." in page.text


@pytest.mark.parametrize(
    "query",
    [
        "?owner=x",
        "?band=none",
        "?story=none&source=none",
        "?call_back=due",
        "?consult=never",
        "?owner=99999999999",
        "?search=%00a",
    ],
)
def test_whatever_is_asked_for_is_answered(desk: FlaskClient, query: str):
    a_lead()

    for address in ("/desk/leads/", "/desk/leads/board"):
        assert desk.get(address + query).status_code in (200, 404)


def test_each_change_is_made_where_nothing_of_the_lead_is_in_memory(desk: FlaskClient):
    public_id = a_lead("Ann Avery").public_id
    address, mover = f"/desk/leads/{public_id}", f"{public_id}/board"

    def send(page: str, form: str, **typed: str) -> str:
        sent = page_of(desk, page).form(form)
        session().rollback()
        session().expunge_all()
        response = sent.submit(**typed)
        session().expunge_all()
        assert response.status_code == 303, (page, response.status)
        return str(response.location)

    put_right = send(f"{address}/edit", "", name="Anna")
    assert send(put_right, "/undo/details") == f"{address}?done=details-undone"
    moved = send(address, "/stage", stage="client")
    assert send(moved, "/undo/") == f"{address}?done=undone"
    noted = send(address, address, text="Rang back.")
    assert send(noted, "/undo/note") == f"{address}?done=note-undone"
    send("/desk/leads/board", mover, stage="engaged")
    assert leads.services.get_lead(public_id).stage is Stage.ENGAGED
